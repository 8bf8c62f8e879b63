-- wait_for_turn --
-- One migrator at a time; the lock falls with the transaction. The number is crc32('supabase_migrations').
select pg_advisory_xact_lock(4115753459);

-- give_up_early --
-- A migration must not queue behind a long query while everything queues behind it.
set local lock_timeout = '5s';

-- create_history --
-- The Supabase CLI's own table, so that either of us can go on where the other stopped.
create schema if not exists supabase_migrations;
create table if not exists supabase_migrations.schema_migrations (version text not null primary key);
alter table supabase_migrations.schema_migrations add column if not exists statements text[];
alter table supabase_migrations.schema_migrations add column if not exists name text;

-- recorded_versions --
select version
  from supabase_migrations.schema_migrations
 order by version;

-- record_version --
insert into supabase_migrations.schema_migrations (version, name, statements)
values (%(version)s, %(name)s, %(statements)s);
