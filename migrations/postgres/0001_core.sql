-- +goose Up

-- Exactly one row: what concerns the installation as a whole.
CREATE TABLE instance (
    id          smallint NOT NULL DEFAULT 1,
    epoch       text     NOT NULL DEFAULT gen_random_uuid()::text,
    revision    bigint   NOT NULL DEFAULT 0,
    root_token  text,
    root_key_id text,
    CONSTRAINT instance_pkey PRIMARY KEY (id),
    CONSTRAINT instance_one_row CHECK (id = 1),
    CONSTRAINT instance_root CHECK ((root_token IS NULL) = (root_key_id IS NULL))
);
INSERT INTO instance DEFAULT VALUES;

CREATE TABLE users (
    id            bigint      NOT NULL GENERATED ALWAYS AS IDENTITY,
    name          text        NOT NULL,
    folded_name   text        NOT NULL,
    password_hash text        NOT NULL,
    email_token   text,
    email_key_id  text,
    admin         boolean     NOT NULL DEFAULT false,
    disabled      boolean     NOT NULL DEFAULT false,
    generation    bigint      NOT NULL DEFAULT 1,
    created_at    timestamptz NOT NULL,
    CONSTRAINT users_pkey PRIMARY KEY (id),
    CONSTRAINT users_folded_name UNIQUE (folded_name),
    CONSTRAINT users_email CHECK ((email_token IS NULL) = (email_key_id IS NULL))
);

-- head_seq is the number of the room's newest event; taking the row's lock is
-- what puts appends into one order.
CREATE TABLE rooms (
    id         bigint      NOT NULL GENERATED ALWAYS AS IDENTITY,
    name       text,
    kind       text        NOT NULL,
    first_seq  bigint      NOT NULL DEFAULT 1,
    head_seq   bigint      NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL,
    CONSTRAINT rooms_pkey PRIMARY KEY (id),
    CONSTRAINT rooms_name UNIQUE (name),
    CONSTRAINT rooms_kind CHECK (kind IN ('public', 'private', 'direct')),
    CONSTRAINT rooms_extent CHECK (first_seq >= 1 AND head_seq >= first_seq - 1)
);
INSERT INTO rooms (name, kind, created_at) VALUES ('lobby', 'public', now());

-- joined_at is empty for somebody who has read a room without joining it.
CREATE TABLE members (
    room_id   bigint NOT NULL,
    user_id   bigint NOT NULL,
    read_seq  bigint NOT NULL DEFAULT 0,
    joined_at timestamptz,
    CONSTRAINT members_pkey PRIMARY KEY (room_id, user_id),
    CONSTRAINT members_room FOREIGN KEY (room_id) REFERENCES rooms (id),
    CONSTRAINT members_user FOREIGN KEY (user_id) REFERENCES users (id),
    CONSTRAINT members_read CHECK (read_seq >= 0)
);
CREATE INDEX members_by_user ON members (user_id);

CREATE TABLE messages (
    room_id    bigint      NOT NULL,
    seq        bigint      NOT NULL,
    author_id  bigint      NOT NULL,
    token      text        NOT NULL,
    key_id     text        NOT NULL,
    reply_to   bigint,
    created_at timestamptz NOT NULL,
    CONSTRAINT messages_pkey PRIMARY KEY (room_id, seq),
    CONSTRAINT messages_room FOREIGN KEY (room_id) REFERENCES rooms (id),
    CONSTRAINT messages_author FOREIGN KEY (author_id) REFERENCES users (id),
    CONSTRAINT messages_seq CHECK (seq >= 1)
);

-- What a nonce stood for, as long as a repeated send is the same message. Its
-- room and author are those of a message in the same transaction, so they are
-- not checked a second time.
CREATE TABLE nonces (
    room_id    bigint      NOT NULL,
    author_id  bigint      NOT NULL,
    nonce      bytea       NOT NULL,
    content    bytea       NOT NULL,
    seq        bigint      NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT nonces_pkey PRIMARY KEY (room_id, author_id, nonce)
);
CREATE INDEX nonces_by_age ON nonces (created_at);

CREATE TABLE attempts (
    rule    text        NOT NULL,
    key     text        NOT NULL,
    subject text        NOT NULL,
    at      timestamptz NOT NULL
);
CREATE INDEX attempts_by_key ON attempts (rule, key, at);
CREATE INDEX attempts_by_subject ON attempts (rule, subject);
CREATE INDEX attempts_by_age ON attempts (at);
