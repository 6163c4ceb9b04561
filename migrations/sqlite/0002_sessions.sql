-- +goose Up

-- A log-in that can be revoked. Of its refresh tokens only hashes are kept:
-- that of the one to be used next, and that of the one used last. One that was
-- ended since a token came twice stays for its owner to see, with ended_at.
CREATE TABLE sessions (
    id           INTEGER NOT NULL CONSTRAINT sessions_pkey PRIMARY KEY AUTOINCREMENT,
    user_id      INTEGER NOT NULL,
    door         TEXT    NOT NULL,
    device       TEXT    NOT NULL,
    address      TEXT    NOT NULL,
    created_at   INTEGER NOT NULL,
    used_at      INTEGER NOT NULL,
    refresh_hash BLOB,
    spent_hash   BLOB,
    spent_at     INTEGER,
    ended_at     INTEGER,
    CONSTRAINT sessions_user FOREIGN KEY (user_id) REFERENCES users (id),
    CONSTRAINT sessions_door CHECK (door IN ('ssh', 'http', 'console')),
    CONSTRAINT sessions_spent CHECK ((spent_hash IS NULL) = (spent_at IS NULL))
) STRICT;
CREATE INDEX sessions_by_user ON sessions (user_id, used_at);
CREATE INDEX sessions_by_age ON sessions (created_at);
CREATE INDEX sessions_by_use ON sessions (used_at);

-- Keys that open the SSH door. Blob is the key as RFC 4253, section 6.6 encodes
-- it; a key belongs to one user.
CREATE TABLE ssh_keys (
    id          INTEGER NOT NULL CONSTRAINT ssh_keys_pkey PRIMARY KEY AUTOINCREMENT,
    user_id     INTEGER NOT NULL,
    type        TEXT    NOT NULL,
    blob        BLOB    NOT NULL,
    fingerprint TEXT    NOT NULL,
    label       TEXT    NOT NULL,
    created_at  INTEGER NOT NULL,
    used_at     INTEGER,
    CONSTRAINT ssh_keys_user FOREIGN KEY (user_id) REFERENCES users (id),
    CONSTRAINT ssh_keys_fingerprint UNIQUE (fingerprint)
) STRICT;
CREATE INDEX ssh_keys_by_user ON ssh_keys (user_id);

-- Where a user logged in from, hashed: from there they are never barred.
CREATE TABLE login_addresses (
    user_id INTEGER NOT NULL,
    address TEXT    NOT NULL,
    used_at INTEGER NOT NULL,
    CONSTRAINT login_addresses_pkey PRIMARY KEY (user_id, address),
    CONSTRAINT login_addresses_user FOREIGN KEY (user_id) REFERENCES users (id)
) STRICT, WITHOUT ROWID;
CREATE INDEX login_addresses_by_age ON login_addresses (used_at);
