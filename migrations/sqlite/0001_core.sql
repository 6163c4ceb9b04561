-- +goose Up

-- Times are microseconds since 1970, UTC.

-- Exactly one row: what concerns the installation as a whole.
CREATE TABLE instance (
    id          INTEGER NOT NULL DEFAULT 1,
    epoch       TEXT    NOT NULL DEFAULT (lower(hex(randomblob(16)))),
    revision    INTEGER NOT NULL DEFAULT 0,
    root_token  TEXT,
    root_key_id TEXT,
    CONSTRAINT instance_pkey PRIMARY KEY (id),
    CONSTRAINT instance_one_row CHECK (id = 1),
    CONSTRAINT instance_root CHECK ((root_token IS NULL) = (root_key_id IS NULL))
) STRICT;
INSERT INTO instance DEFAULT VALUES;

CREATE TABLE users (
    id            INTEGER NOT NULL CONSTRAINT users_pkey PRIMARY KEY AUTOINCREMENT,
    name          TEXT    NOT NULL,
    folded_name   TEXT    NOT NULL,
    password_hash TEXT    NOT NULL,
    email_token   TEXT,
    email_key_id  TEXT,
    admin         INTEGER NOT NULL DEFAULT 0,
    disabled      INTEGER NOT NULL DEFAULT 0,
    generation    INTEGER NOT NULL DEFAULT 1,
    created_at    INTEGER NOT NULL,
    CONSTRAINT users_folded_name UNIQUE (folded_name),
    CONSTRAINT users_flags CHECK (admin IN (0, 1) AND disabled IN (0, 1)),
    CONSTRAINT users_email CHECK ((email_token IS NULL) = (email_key_id IS NULL))
) STRICT;

-- head_seq is the number of the room's newest event.
CREATE TABLE rooms (
    id         INTEGER NOT NULL CONSTRAINT rooms_pkey PRIMARY KEY AUTOINCREMENT,
    name       TEXT,
    kind       TEXT    NOT NULL,
    first_seq  INTEGER NOT NULL DEFAULT 1,
    head_seq   INTEGER NOT NULL DEFAULT 0,
    created_at INTEGER NOT NULL,
    CONSTRAINT rooms_name UNIQUE (name),
    CONSTRAINT rooms_kind CHECK (kind IN ('public', 'private', 'direct')),
    CONSTRAINT rooms_extent CHECK (first_seq >= 1 AND head_seq >= first_seq - 1)
) STRICT;
INSERT INTO rooms (name, kind, created_at) VALUES ('lobby', 'public', unixepoch() * 1000000);

-- joined_at is empty for somebody who has read a room without joining it.
CREATE TABLE members (
    room_id   INTEGER NOT NULL,
    user_id   INTEGER NOT NULL,
    read_seq  INTEGER NOT NULL DEFAULT 0,
    joined_at INTEGER,
    CONSTRAINT members_pkey PRIMARY KEY (room_id, user_id),
    CONSTRAINT members_room FOREIGN KEY (room_id) REFERENCES rooms (id),
    CONSTRAINT members_user FOREIGN KEY (user_id) REFERENCES users (id),
    CONSTRAINT members_read CHECK (read_seq >= 0)
) STRICT, WITHOUT ROWID;
CREATE INDEX members_by_user ON members (user_id);

CREATE TABLE messages (
    room_id    INTEGER NOT NULL,
    seq        INTEGER NOT NULL,
    author_id  INTEGER NOT NULL,
    token      TEXT    NOT NULL,
    key_id     TEXT    NOT NULL,
    reply_to   INTEGER,
    created_at INTEGER NOT NULL,
    CONSTRAINT messages_pkey PRIMARY KEY (room_id, seq),
    CONSTRAINT messages_room FOREIGN KEY (room_id) REFERENCES rooms (id),
    CONSTRAINT messages_author FOREIGN KEY (author_id) REFERENCES users (id),
    CONSTRAINT messages_seq CHECK (seq >= 1)
) STRICT, WITHOUT ROWID;

-- What a nonce stood for, as long as a repeated send is the same message. Its
-- room and author are those of a message in the same transaction, so they are
-- not checked a second time.
CREATE TABLE nonces (
    room_id    INTEGER NOT NULL,
    author_id  INTEGER NOT NULL,
    nonce      BLOB    NOT NULL,
    content    BLOB    NOT NULL,
    seq        INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    CONSTRAINT nonces_pkey PRIMARY KEY (room_id, author_id, nonce)
) STRICT, WITHOUT ROWID;
CREATE INDEX nonces_by_age ON nonces (created_at);

CREATE TABLE attempts (
    rule    TEXT    NOT NULL,
    key     TEXT    NOT NULL,
    subject TEXT    NOT NULL,
    at      INTEGER NOT NULL
) STRICT;
CREATE INDEX attempts_by_key ON attempts (rule, key, at);
CREATE INDEX attempts_by_subject ON attempts (rule, subject);
CREATE INDEX attempts_by_age ON attempts (at);
