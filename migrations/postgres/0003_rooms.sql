-- +goose Up

-- Direct_key names a direct conversation by the ids of its people, in order:
-- "3,17". Members counts those who joined. Of a deleted room only the row is
-- left until everything in it is removed. Names are sorted by their bytes,
-- whatever language the database speaks.
ALTER TABLE rooms
    ALTER COLUMN name TYPE text COLLATE "C",
    ADD COLUMN topic_token  text,
    ADD COLUMN topic_key_id text,
    ADD COLUMN direct_key   text,
    ADD COLUMN creator_id   bigint,
    ADD COLUMN members      bigint NOT NULL DEFAULT 0,
    ADD COLUMN archived_at  timestamptz,
    ADD COLUMN deleted_at   timestamptz,
    ADD CONSTRAINT rooms_topic CHECK ((topic_token IS NULL) = (topic_key_id IS NULL)),
    ADD CONSTRAINT rooms_creator FOREIGN KEY (creator_id) REFERENCES users (id);
CREATE UNIQUE INDEX rooms_direct_key ON rooms (direct_key);
CREATE INDEX rooms_public ON rooms (name) WHERE kind = 'public' AND deleted_at IS NULL;
CREATE INDEX rooms_deleted ON rooms (deleted_at) WHERE deleted_at IS NOT NULL;

-- Role is empty for somebody who is not in the room: they have read it, or
-- were there once.
ALTER TABLE members
    ADD COLUMN role         text,
    ADD COLUMN muted        boolean NOT NULL DEFAULT false,
    ADD COLUMN notify       text    NOT NULL DEFAULT 'mentions',
    ADD COLUMN draft_token  text,
    ADD COLUMN draft_key_id text,
    ADD CONSTRAINT members_role CHECK (role IN ('invited', 'member', 'moderator', 'owner')),
    ADD CONSTRAINT members_notify CHECK (notify IN ('all', 'mentions', 'none')),
    ADD CONSTRAINT members_draft CHECK ((draft_token IS NULL) = (draft_key_id IS NULL));
UPDATE members SET role = 'member' WHERE joined_at IS NOT NULL;
UPDATE rooms SET members = (SELECT count(*) FROM members m WHERE m.room_id = rooms.id AND m.role IS NOT NULL);
CREATE INDEX members_owners ON members (room_id) WHERE role = 'owner';

-- Text_seq is the place that gave the message its text: its own, or
-- that of its last edit. Of a deleted message the token is empty.
ALTER TABLE messages
    ADD COLUMN text_seq   bigint,
    ADD COLUMN edited_at  timestamptz,
    ADD COLUMN deleted_at timestamptz,
    ADD COLUMN reactions  integer NOT NULL DEFAULT 0,
    ADD COLUMN pinned     boolean NOT NULL DEFAULT false;
CREATE INDEX messages_pinned ON messages (room_id, seq) WHERE pinned;
-- The key holds what counting unread messages asks of them, so that it reads no
-- rows.
ALTER TABLE messages DROP CONSTRAINT messages_pkey;
ALTER TABLE messages ADD CONSTRAINT messages_pkey PRIMARY KEY (room_id, seq) INCLUDE (author_id, deleted_at);

-- What happened in a room beside its messages, in the same numbering. Detail is
-- the emoji of a reaction and the role that a member was given.
CREATE TABLE changes (
    room_id    bigint      NOT NULL,
    seq        bigint      NOT NULL,
    type       text        NOT NULL,
    change     text        NOT NULL DEFAULT '',
    target     bigint,
    by_id      bigint      NOT NULL,
    user_id    bigint,
    detail     text        NOT NULL DEFAULT '',
    added      boolean     NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL,
    CONSTRAINT changes_pkey PRIMARY KEY (room_id, seq),
    CONSTRAINT changes_room FOREIGN KEY (room_id) REFERENCES rooms (id),
    CONSTRAINT changes_by FOREIGN KEY (by_id) REFERENCES users (id),
    CONSTRAINT changes_user FOREIGN KEY (user_id) REFERENCES users (id),
    CONSTRAINT changes_type CHECK (type IN ('edited', 'deleted', 'reaction', 'pin', 'member', 'room'))
);
CREATE INDEX changes_notices ON changes (room_id, seq) WHERE type IN ('member', 'room', 'pin');

-- What an edited message said before; seq is the place that gave it that text:
-- its own, or that of an edit.
CREATE TABLE message_versions (
    room_id    bigint      NOT NULL,
    target     bigint      NOT NULL,
    seq        bigint      NOT NULL,
    token      text        NOT NULL,
    key_id     text        NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT message_versions_pkey PRIMARY KEY (room_id, target, seq),
    CONSTRAINT message_versions_target FOREIGN KEY (room_id, target) REFERENCES messages (room_id, seq)
);

CREATE TABLE reactions (
    room_id    bigint      NOT NULL,
    target     bigint      NOT NULL,
    emoji      text        NOT NULL,
    user_id    bigint      NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT reactions_pkey PRIMARY KEY (room_id, target, emoji, user_id),
    CONSTRAINT reactions_target FOREIGN KEY (room_id, target) REFERENCES messages (room_id, seq),
    CONSTRAINT reactions_user FOREIGN KEY (user_id) REFERENCES users (id)
);

-- Whom a message calls. User 0 stands for all members, at whatever time they
-- read it. How says by which word: a name, here or room.
CREATE TABLE mentions (
    room_id   bigint NOT NULL,
    seq       bigint NOT NULL,
    user_id   bigint NOT NULL,
    author_id bigint NOT NULL,
    how       text   NOT NULL,
    CONSTRAINT mentions_pkey PRIMARY KEY (room_id, seq, user_id),
    CONSTRAINT mentions_message FOREIGN KEY (room_id, seq) REFERENCES messages (room_id, seq),
    CONSTRAINT mentions_how CHECK (how IN ('name', 'here', 'room'))
);
CREATE INDEX mentions_by_user ON mentions (user_id, room_id, seq, author_id);

-- Where somebody was in the chat last: the room in view, and the message at its
-- end if that was not the newest. Names are looked up by their beginnings.
ALTER TABLE users
    ALTER COLUMN folded_name TYPE text COLLATE "C",
    ADD COLUMN place_room_id bigint,
    ADD COLUMN place_seq     bigint,
    ADD COLUMN presence      text NOT NULL DEFAULT 'online',
    ADD COLUMN status_token  text,
    ADD COLUMN status_key_id text,
    ADD CONSTRAINT users_presence CHECK (presence IN ('online', 'away', 'dnd')),
    ADD CONSTRAINT users_status CHECK ((status_token IS NULL) = (status_key_id IS NULL));
