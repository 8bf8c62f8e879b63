-- Test keys, and the wall behind them: a database serves either live keys or test keys, and says which.

-- The builder of a sandbox's database (leadledger/sandbox) puts 'test' here; everywhere else it stays as it is.
create function private.database_mode() returns text language sql immutable set search_path = '' as $$
  select 'live'
$$;
comment on function private.database_mode() is 'live, or test in the database that holds nothing but the sample.';

-- Asked in the statement that takes a role, before anything can be read: who comes with the other kind of key, because
-- an address is configured wrongly or a connection was mixed up, gets no further.
create function private.require_mode(wanted text) returns void
language plpgsql security definer set search_path = '' as $$
begin
  if wanted is distinct from private.database_mode() then
    raise exception 'this database serves % keys, and % was asked for', private.database_mode(), wanted
      using errcode = 'insufficient_privilege';
  end if;
end
$$;
revoke all on function private.database_mode(), private.require_mode(text) from public, anon, authenticated;
grant usage on schema private to leadledger_api;
grant execute on function private.require_mode(text) to leadledger_api, service_role;

-- There is sample data now. What a key begins with says what it is for, so the two must agree.
alter table public.api_keys
  drop constraint api_keys_live,
  add constraint api_keys_mode_shown check (is_sandbox = starts_with(key_start, 'llp_test_'));
grant insert (is_sandbox) on public.api_keys to authenticated;
