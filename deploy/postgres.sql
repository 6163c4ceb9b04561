-- Makes the database "parley" and the role that Parley connects as, which may do
-- nothing else on the server: no superuser, no other database, no new roles.
-- Run once, as the server's superuser, by psql 15 or newer:
--
--   read -rsp 'Password for the role parley: ' DATABASE_PASSWORD && export DATABASE_PASSWORD
--   sudo --preserve-env=DATABASE_PASSWORD -u postgres psql -X -f deploy/postgres.sql
--
-- compose.yaml has the postgres image run it when its volume is still empty. The
-- password comes from the environment, so it is in no file and no process list.

\set ON_ERROR_STOP on
\getenv password DATABASE_PASSWORD

-- Passwords are kept and sent as SCRAM only.
SET password_encryption = 'scram-sha-256';
-- A statement with a password in it stays out of the server's log, even if it fails.
SET log_statement = 'none';
SET log_min_error_statement = 'panic';
SET log_min_duration_statement = -1;

SELECT length(:'password') >= 16 AS long_enough \gset
\if :long_enough
\else
DO $$ BEGIN RAISE EXCEPTION 'DATABASE_PASSWORD needs 16 characters; make one with: openssl rand -hex 24'; END $$;
\endif

-- 64 connections: four processes of 16 each.
CREATE ROLE parley LOGIN PASSWORD :'password'
    NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS CONNECTION LIMIT 64;
CREATE DATABASE parley TEMPLATE template0 ENCODING 'UTF8';
REVOKE ALL ON DATABASE parley FROM PUBLIC;
GRANT CONNECT ON DATABASE parley TO parley;

\connect parley
REVOKE ALL ON SCHEMA public FROM PUBLIC;
-- CREATE is for the migrations, which parley applies itself when it starts.
GRANT USAGE, CREATE ON SCHEMA public TO parley;
