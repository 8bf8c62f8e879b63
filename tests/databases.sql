-- forget_the_disk --
-- What a power failure would lose is thrown away anyway; a killed process loses nothing of it.
alter system set fsync = off;

-- forget_the_log --
alter system set full_page_writes = off;

-- do_not_wait --
alter system set synchronous_commit = off;

-- reload --
select pg_reload_conf();

-- create --
create database {name};

-- copy --
-- Copied as files: through the log (the default) a copy costs four times the processor time.
create database {name} template {template} strategy file_copy;

-- drop --
drop database if exists {name} with (force);

-- let_api_in --
-- Only on a foreign server (TEST_DATABASE_URL): the embedded one makes the role with a login of its own.
alter role leadledger_api login noinherit password {password};

-- supabase_like_owner --
-- What a Supabase project's `postgres` is: no superuser, but it may create roles and grant the three.
-- Source: supabase/postgres migrations 10000000000000_demote-postgres, 20250605172253_grant_with_admin_to_postgres.
create role {owner} login createdb createrole bypassrls password {password};
grant anon, authenticated, service_role to {owner} with admin option;
-- These two it would make itself, and so administer; in a shared server the template's migrations were first.
grant identity_provider, leadledger_api to {owner} with admin option;
grant create on database {name} to {owner};

-- supabase_like_schemas --
-- What stands in a new project: schemas and claim functions of the administrator, and grants to everybody by default.
create schema auth;
create schema extensions;
grant usage on schema auth to {owner}, anon, authenticated, service_role;
grant usage on schema extensions to {owner} with grant option;
grant all on schema public to {owner} with grant option;
create extension pg_stat_statements with schema extensions;
create function auth.uid() returns uuid language sql stable
  as 'select (nullif(current_setting(''request.jwt.claims'', true), '''')::jsonb ->> ''sub'')::uuid';
create function auth.jwt() returns jsonb language sql stable
  as 'select nullif(current_setting(''request.jwt.claims'', true), '''')::jsonb';
alter default privileges for role {owner} in schema public grant all on tables to anon, authenticated, service_role;

-- forget_owner --
drop owned by {owner} cascade;
drop role {owner};

-- reachable_tables --
-- Tables a visitor or any signed-in user may write without a policy, or read those of the identity provider.
select table_schema || '.' || table_name, grantee, privilege_type
  from information_schema.role_table_grants
 where grantee in ('anon', 'authenticated')
   and table_schema in ('public', 'identity')
   and (privilege_type <> 'SELECT' or table_schema = 'identity')
   and not exists (
         select from pg_policies as policy
           join pg_class as relation on relation.oid = format('%I.%I', policy.schemaname, policy.tablename)::regclass
          where policy.schemaname = table_schema
            and policy.tablename = table_name
            and relation.relrowsecurity
            and grantee::name = any (policy.roles)
            and policy.cmd in ('ALL', privilege_type));
