-- +goose Up

-- Direct_key names a direct conversation by the ids of its people, in order:
-- "3,17". Members counts those who joined. Of a deleted room only the row is
-- left until everything in it is removed.
ALTER TABLE rooms ADD COLUMN topic_token TEXT;
ALTER TABLE rooms ADD COLUMN topic_key_id TEXT
    CONSTRAINT rooms_topic CHECK ((topic_token IS NULL) = (topic_key_id IS NULL));
ALTER TABLE rooms ADD COLUMN direct_key TEXT;
ALTER TABLE rooms ADD COLUMN creator_id INTEGER REFERENCES users (id);
ALTER TABLE rooms ADD COLUMN members INTEGER NOT NULL DEFAULT 0;
ALTER TABLE rooms ADD COLUMN archived_at INTEGER;
ALTER TABLE rooms ADD COLUMN deleted_at INTEGER;
CREATE UNIQUE INDEX rooms_direct_key ON rooms (direct_key);
CREATE INDEX rooms_public ON rooms (name) WHERE kind = 'public' AND deleted_at IS NULL;
CREATE INDEX rooms_deleted ON rooms (deleted_at) WHERE deleted_at IS NOT NULL;

-- Role is empty for somebody who is not in the room: they have read it, or
-- were there once.
ALTER TABLE members ADD COLUMN role TEXT
    CONSTRAINT members_role CHECK (role IN ('invited', 'member', 'moderator', 'owner'));
ALTER TABLE members ADD COLUMN muted INTEGER NOT NULL DEFAULT 0 CONSTRAINT members_muted CHECK (muted IN (0, 1));
ALTER TABLE members ADD COLUMN notify TEXT NOT NULL DEFAULT 'mentions'
    CONSTRAINT members_notify CHECK (notify IN ('all', 'mentions', 'none'));
ALTER TABLE members ADD COLUMN draft_token TEXT;
ALTER TABLE members ADD COLUMN draft_key_id TEXT
    CONSTRAINT members_draft CHECK ((draft_token IS NULL) = (draft_key_id IS NULL));
UPDATE members SET role = 'member' WHERE joined_at IS NOT NULL;
UPDATE rooms SET members = (SELECT count(*) FROM members m WHERE m.room_id = rooms.id AND m.role IS NOT NULL);
CREATE INDEX members_owners ON members (room_id) WHERE role = 'owner';

-- Text_seq is the place that gave the message its text: its own, or
-- that of its last edit. Of a deleted message the token is empty.
ALTER TABLE messages ADD COLUMN text_seq INTEGER;
ALTER TABLE messages ADD COLUMN edited_at INTEGER;
ALTER TABLE messages ADD COLUMN deleted_at INTEGER;
ALTER TABLE messages ADD COLUMN reactions INTEGER NOT NULL DEFAULT 0;
ALTER TABLE messages ADD COLUMN pinned INTEGER NOT NULL DEFAULT 0 CONSTRAINT messages_pinned_flag CHECK (pinned IN (0, 1));
CREATE INDEX messages_pinned ON messages (room_id, pinned, seq) WHERE pinned = true;

-- What happened in a room beside its messages, in the same numbering. Detail is
-- the emoji of a reaction and the role that a member was given.
CREATE TABLE changes (
    room_id    INTEGER NOT NULL,
    seq        INTEGER NOT NULL,
    type       TEXT    NOT NULL,
    change     TEXT    NOT NULL DEFAULT '',
    target     INTEGER,
    by_id      INTEGER NOT NULL,
    user_id    INTEGER,
    detail     TEXT    NOT NULL DEFAULT '',
    added      INTEGER NOT NULL DEFAULT 0,
    created_at INTEGER NOT NULL,
    CONSTRAINT changes_pkey PRIMARY KEY (room_id, seq),
    CONSTRAINT changes_room FOREIGN KEY (room_id) REFERENCES rooms (id),
    CONSTRAINT changes_by FOREIGN KEY (by_id) REFERENCES users (id),
    CONSTRAINT changes_user FOREIGN KEY (user_id) REFERENCES users (id),
    CONSTRAINT changes_type CHECK (type IN ('edited', 'deleted', 'reaction', 'pin', 'member', 'room'))
) STRICT, WITHOUT ROWID;
CREATE INDEX changes_notices ON changes (room_id, seq) WHERE type IN ('member', 'room', 'pin');

-- What an edited message said before; seq is the place that gave it that text:
-- its own, or that of an edit.
CREATE TABLE message_versions (
    room_id    INTEGER NOT NULL,
    target     INTEGER NOT NULL,
    seq        INTEGER NOT NULL,
    token      TEXT    NOT NULL,
    key_id     TEXT    NOT NULL,
    created_at INTEGER NOT NULL,
    CONSTRAINT message_versions_pkey PRIMARY KEY (room_id, target, seq),
    CONSTRAINT message_versions_target FOREIGN KEY (room_id, target) REFERENCES messages (room_id, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE reactions (
    room_id    INTEGER NOT NULL,
    target     INTEGER NOT NULL,
    emoji      TEXT    NOT NULL,
    user_id    INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    CONSTRAINT reactions_pkey PRIMARY KEY (room_id, target, emoji, user_id),
    CONSTRAINT reactions_target FOREIGN KEY (room_id, target) REFERENCES messages (room_id, seq),
    CONSTRAINT reactions_user FOREIGN KEY (user_id) REFERENCES users (id)
) STRICT, WITHOUT ROWID;

-- Whom a message calls. User 0 stands for all members, at whatever time they
-- read it. How says by which word: a name, here or room.
CREATE TABLE mentions (
    room_id   INTEGER NOT NULL,
    seq       INTEGER NOT NULL,
    user_id   INTEGER NOT NULL,
    author_id INTEGER NOT NULL,
    how       TEXT    NOT NULL,
    CONSTRAINT mentions_pkey PRIMARY KEY (room_id, seq, user_id),
    CONSTRAINT mentions_message FOREIGN KEY (room_id, seq) REFERENCES messages (room_id, seq),
    CONSTRAINT mentions_how CHECK (how IN ('name', 'here', 'room'))
) STRICT, WITHOUT ROWID;
CREATE INDEX mentions_by_user ON mentions (user_id, room_id, seq, author_id);

-- Where somebody was in the chat last: the room in view, and the message at its
-- end if that was not the newest.
ALTER TABLE users ADD COLUMN place_room_id INTEGER;
ALTER TABLE users ADD COLUMN place_seq INTEGER;
ALTER TABLE users ADD COLUMN presence TEXT NOT NULL DEFAULT 'online'
    CONSTRAINT users_presence CHECK (presence IN ('online', 'away', 'dnd'));
ALTER TABLE users ADD COLUMN status_token TEXT;
ALTER TABLE users ADD COLUMN status_key_id TEXT
    CONSTRAINT users_status CHECK ((status_token IS NULL) = (status_key_id IS NULL));
