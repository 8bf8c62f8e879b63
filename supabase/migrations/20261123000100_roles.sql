-- Roles and claim functions as Supabase defines them; each is created only where Supabase has not.
-- Source: supabase/auth migrations 20220224000811, 20220531120530; supabase docs database/postgres/roles.

do $$
begin
  if not exists (select from pg_roles where rolname = 'anon') then
    create role anon nologin noinherit;
  end if;
  if not exists (select from pg_roles where rolname = 'authenticated') then
    create role authenticated nologin noinherit;
  end if;
  if not exists (select from pg_roles where rolname = 'service_role') then
    create role service_role nologin noinherit bypassrls;
  end if;
  -- Ours: keeps users and sessions of the embedded identity provider; nobody else may read them.
  if not exists (select from pg_roles where rolname = 'identity_provider') then
    create role identity_provider nologin noinherit;
  end if;
  -- Ours: the API logs in as this role, which owns nothing and must take another role for every request.
  if not exists (select from pg_roles where rolname = 'leadledger_api') then
    create role leadledger_api nologin noinherit;
  end if;
end
$$;

grant anon, authenticated, identity_provider to leadledger_api;

create schema if not exists auth;
create schema if not exists extensions;
grant usage on schema auth to anon, authenticated, service_role;
grant usage on schema extensions to anon, authenticated, service_role;
grant usage on schema public to anon, authenticated, service_role, leadledger_api;
revoke create on schema public from public;
create extension if not exists pg_stat_statements with schema extensions;

do $$
begin
  if to_regprocedure('auth.uid()') is null then
    create function auth.uid() returns uuid language sql stable as $f$
      select coalesce(
        nullif(current_setting('request.jwt.claim.sub', true), ''),
        nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub'
      )::uuid
    $f$;
  end if;
  if to_regprocedure('auth.jwt()') is null then
    create function auth.jwt() returns jsonb language sql stable as $f$
      select coalesce(
        nullif(current_setting('request.jwt.claim', true), ''),
        nullif(current_setting('request.jwt.claims', true), '')
      )::jsonb
    $f$;
  end if;
end
$$;
