-- Statements of sandbox/building.py; the first ones on the server, the others in the new database.

-- wait_for_turn --
-- Two that build at once would make one thing twice.
select pg_advisory_lock(hashtextextended('leadledger.sandbox', 0));

-- give_turn --
select pg_advisory_unlock(hashtextextended('leadledger.sandbox', 0));

-- has_database --
select 1
  from pg_database
 where datname = %(name)s;

-- older_databases --
-- The newest of them may still serve processes of the code before.
select datname
  from pg_database
 where starts_with(datname, %(prefix)s)
   and datname <> %(name)s
 order by oid desc
offset 1;

-- drop_database --
drop database if exists {name};

-- create_database --
create database {name};

-- rename_database --
alter database {name} rename to {new_name};

-- close_database --
-- A second lock on the door: even who got in with a right to write cannot.
alter database {name} set default_transaction_read_only = on;

-- become_test --
create or replace function private.database_mode() returns text language sql immutable set search_path = '' as $$
  select 'test'
$$;

-- settle_run_clocks --
-- The runs ended when their pages came, not when they were told again.
update public.etl_runs
   set finished_at = started_at + interval '1 second';

-- settle_state_clocks --
update public.etl_state as state
   set last_run = run.started_at, last_success = run.finished_at, updated_at = run.finished_at
  from public.etl_runs as run
 where run.dataset_id = state.source;

-- settle_tally_clocks --
update public.dataset_tallies
   set tallied_at = %(at)s;

-- make_account --
insert into public.accounts (account_id, name, created_by, created_at, updated_at)
values (%(account_id)s, 'Sample account', %(user_id)s, %(at)s, %(at)s);

-- make_member --
insert into public.members (account_id, user_id, role, created_at)
values (%(account_id)s, %(user_id)s, 'owner', %(at)s);

-- make_territory --
-- So that the filter by territory can be tried, too.
insert into public.territories (territory_id, account_id, name, counties, created_by, created_at, updated_at)
values (%(territory_id)s, %(account_id)s, 'Travis County', array['48453'], %(user_id)s, %(at)s, %(at)s);

-- give_plan --
insert into public.account_plans (account_id, plan, updated_at)
values (%(account_id)s, 'enterprise', %(at)s);

-- forget_jobs --
-- No worker comes here; what the runs deferred has been done.
delete from procrastinate.procrastinate_jobs;

-- analyze --
analyze;
