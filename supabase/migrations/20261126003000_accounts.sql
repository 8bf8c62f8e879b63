-- Accounts, who belongs to them, and what belongs to them. The wall stands here: every policy asks private.account_ids.

create schema if not exists private;
revoke all on schema private from public;
grant usage on schema private to anon, authenticated, service_role;
comment on schema private is 'Functions that policies and the API ask; no REST interface shows it.';

create table public.accounts (
  account_id uuid constraint accounts_pkey primary key default gen_random_uuid(),
  name text not null constraint accounts_name_length check (char_length(name) between 1 and 120),
  time_zone text not null default 'America/Chicago',
  created_by uuid not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
comment on column public.accounts.time_zone is 'IANA name; digests and quiet hours go by it.';
comment on column public.accounts.created_by is 'User whose first sign-in created the account.';

create table public.members (
  account_id uuid not null constraint members_account references public.accounts (account_id) on delete cascade,
  user_id uuid not null,
  role text not null constraint members_role_known check (role in ('owner', 'admin', 'member', 'viewer')),
  email text,
  created_at timestamptz not null default now(),
  constraint members_pkey primary key (account_id, user_id)
);
create index members_user on public.members (user_id);
comment on column public.members.email is 'As the token said at the last sign-in; colleagues see it.';

create table public.invitations (
  invitation_id uuid constraint invitations_pkey primary key default gen_random_uuid(),
  account_id uuid not null constraint invitations_account references public.accounts (account_id) on delete cascade,
  email text not null constraint invitations_email_lower check (email = lower(email)),
  role text not null constraint invitations_role_known check (role in ('admin', 'member', 'viewer')),
  token_hash text not null constraint invitations_token_unique unique,
  invited_by uuid not null,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  accepted_at timestamptz,
  revoked_at timestamptz
);
create index invitations_account on public.invitations (account_id);

create table public.api_keys (
  api_key_id uuid constraint api_keys_pkey primary key default gen_random_uuid(),
  account_id uuid not null constraint api_keys_account references public.accounts (account_id) on delete cascade,
  name text not null constraint api_keys_name_length check (char_length(name) between 1 and 120),
  key_hash text not null constraint api_keys_hash_unique unique,
  key_start text not null,
  scopes text[] not null,
  is_sandbox boolean not null default false,
  replaces_id uuid constraint api_keys_replaced references public.api_keys (api_key_id),
  created_by uuid not null,
  created_at timestamptz not null default now(),
  last_used_at timestamptz,
  expires_at timestamptz,
  revoked_at timestamptz
);
create index api_keys_account on public.api_keys (account_id);
comment on column public.api_keys.key_hash is 'sha-256 of the key, hexadecimal; the key itself is shown once and never kept.';
comment on column public.api_keys.key_start is 'First characters, so that people can tell keys apart.';
comment on column public.api_keys.created_by is 'The key acts in this member''s name, and ends to work when the member leaves.';

create table public.territories (
  territory_id uuid constraint territories_pkey primary key default gen_random_uuid(),
  account_id uuid not null constraint territories_account references public.accounts (account_id) on delete cascade,
  name text not null constraint territories_name_length check (char_length(name) between 1 and 120),
  counties text[] not null default '{}',
  zips text[] not null default '{}',
  area jsonb,
  created_by uuid not null default auth.uid(),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index territories_account on public.territories (account_id);
comment on column public.territories.area is 'GeoJSON Polygon or MultiPolygon, WGS 84; a lead in any of area, counties or zips is inside.';

create table public.audit_entries (
  audit_entry_id bigint generated always as identity constraint audit_entries_pkey primary key,
  account_id uuid not null,
  user_id uuid,
  api_key_id uuid,
  action text not null,
  subject_id text not null,
  details jsonb not null,
  request_id text,
  recorded_at timestamptz not null default clock_timestamp()
);
create index audit_entries_account on public.audit_entries (account_id, audit_entry_id desc);
comment on table public.audit_entries is 'Append-only: who changed what of an account; written by triggers, so nothing goes around it.';
comment on column public.audit_entries.user_id is 'Null: the worker.';

create table public.idempotency_keys (
  account_id uuid not null constraint idempotency_keys_account references public.accounts (account_id) on delete cascade,
  user_id uuid not null default auth.uid(),
  idempotency_key text not null constraint idempotency_keys_length check (char_length(idempotency_key) between 1 and 255),
  request_hash text not null,
  status integer,
  body text,
  created_at timestamptz not null default now(),
  constraint idempotency_keys_pkey primary key (account_id, user_id, idempotency_key)
);
create index idempotency_keys_created on public.idempotency_keys (created_at);

-- Rights of a role include those of the roles below it.
create function private.roles_from(lowest text) returns text[] language sql immutable set search_path = '' as $$
  select case lowest
         when 'viewer' then array['viewer', 'member', 'admin', 'owner']
         when 'member' then array['member', 'admin', 'owner']
         when 'admin' then array['admin', 'owner']
         when 'owner' then array['owner']
         end
$$;

-- The caller's accounts in which he is at least this; a request that acts for one account sees that one only.
create function private.account_ids(lowest text default 'viewer') returns setof uuid
language sql stable security definer set search_path = '' as $$
  select member.account_id
    from public.members as member
   where member.user_id = (select auth.uid())
     and member.role = any (private.roles_from(lowest))
     and member.account_id = coalesce((auth.jwt() ->> 'account_id')::uuid, member.account_id)
$$;

create function private.api_key_id() returns uuid language sql stable set search_path = '' as $$
  select (auth.jwt() ->> 'api_key_id')::uuid
$$;

-- Chooses the account a request acts for and writes it into the claims of this transaction. The first sign-in creates
-- an account; two first requests at once make one, because the second waits at the lock. No row: not a member.
create function private.act_for(wanted uuid default null)
returns table (account_id uuid, role text, time_zone text)
language plpgsql security definer set search_path = '' as $$
declare
  me uuid := auth.uid();
  chosen record;
begin
  if me is null then
    return;
  end if;
  select member.account_id, member.role, account.time_zone
    into chosen
    from public.members as member
    join public.accounts as account on account.account_id = member.account_id
   where member.user_id = me and member.account_id = coalesce(wanted, member.account_id)
   order by member.created_at, member.account_id
   limit 1;
  if chosen is null and wanted is null then
    perform private.open_account(me);
    return query select * from private.act_for(null);
    return;
  end if;
  if chosen is null then
    return;
  end if;
  perform set_config('request.jwt.claims',
                     (auth.jwt() || jsonb_build_object('account_id', chosen.account_id))::text, true);
  return query select chosen.account_id, chosen.role, chosen.time_zone;
end
$$;

create function private.open_account(me uuid) returns void
language plpgsql security definer set search_path = '' as $$
declare
  address text := auth.jwt() ->> 'email';
  made uuid;
begin
  perform pg_advisory_xact_lock(hashtextextended('leadledger.open_account ' || me::text, 0));
  if exists (select from public.members as member where member.user_id = me) then
    return;
  end if;
  insert into public.accounts (name, created_by)
  values (coalesce(left(nullif(split_part(address, '@', 1), ''), 120), 'My account'), me)
  returning accounts.account_id into made;
  insert into public.members (account_id, user_id, role, email) values (made, me, 'owner', address);
end
$$;

-- Who a key acts for; the hash is the proof, so anybody who has it may ask.
create function private.find_api_key(wanted_hash text)
returns table (api_key_id uuid, account_id uuid, user_id uuid, scopes text[], is_sandbox boolean, state text)
language sql stable security definer set search_path = '' as $$
  select known.api_key_id, known.account_id, known.created_by, known.scopes, known.is_sandbox,
         case
         when known.revoked_at is not null then 'revoked'
         when known.expires_at <= now() then 'expired'
         when member.user_id is null then 'orphaned'
         else 'good'
         end
    from public.api_keys as known
    left join public.members as member
      on member.account_id = known.account_id and member.user_id = known.created_by
   where known.key_hash = wanted_hash
$$;

-- One write a minute at most: a busy key must not turn every read into a write.
create function private.note_api_key_use(used uuid) returns void
language sql security definer set search_path = '' as $$
  update public.api_keys
     set last_used_at = now()
   where api_key_id = used
     and (last_used_at is null or last_used_at < now() - interval '1 minute')
$$;

-- An account keeps an owner, and only owners make or unmake owners. service_role (no auth.uid()) may do the latter.
create function private.guard_members() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  perform pg_advisory_xact_lock(hashtextextended('leadledger.members ' || old.account_id::text, 0));
  if auth.uid() is not null and (old.role = 'owner' or (tg_op = 'UPDATE' and new.role = 'owner')) and not exists (
       select from public.members as me
        where me.account_id = old.account_id and me.user_id = auth.uid() and me.role = 'owner') then
    raise exception 'only an owner may change owners' using errcode = 'insufficient_privilege';
  end if;
  if old.role = 'owner' and (tg_op = 'DELETE' or new.role <> 'owner')
     and exists (select from public.accounts as kept where kept.account_id = old.account_id) and not exists (
       select from public.members as other
        where other.account_id = old.account_id and other.role = 'owner' and other.user_id <> old.user_id) then
    raise exception 'an account keeps at least one owner' using errcode = 'check_violation',
      constraint = 'members_keep_an_owner';
  end if;
  return coalesce(new, old);
end
$$;
create trigger members_guarded before update or delete on public.members
  for each row execute function private.guard_members();

-- Writes the audit entry of a changed row. Arguments: the column that names the subject, then columns never copied.
create function private.audit_change() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  before jsonb := case when tg_op = 'INSERT' then '{}' else to_jsonb(old) end;
  after jsonb := case when tg_op = 'DELETE' then '{}' else to_jsonb(new) end;
  about jsonb := case when tg_op = 'DELETE' then before else after end;
  secret text[] := coalesce(tg_argv[1:], '{}') || array['updated_at', 'last_used_at'];
  changed jsonb;
begin
  select coalesce(jsonb_object_agg(field.key, case when field.key = any (secret) then '"withheld"' else field.value end), '{}')
    into changed
    from jsonb_each(about) as field
   where before -> field.key is distinct from after -> field.key
     and field.key not in ('updated_at', 'last_used_at')
     and field.value <> 'null';
  if tg_op = 'UPDATE' and changed = '{}' and (before - secret) = (after - secret) then
    return null;
  end if;
  insert into public.audit_entries (account_id, user_id, api_key_id, action, subject_id, details, request_id)
  values ((about ->> 'account_id')::uuid, auth.uid(), private.api_key_id(),
          tg_table_name || '.' || lower(tg_op), about ->> tg_argv[0], changed,
          nullif(current_setting('request.id', true), ''));
  return null;
end
$$;
create trigger accounts_audited after insert or update or delete on public.accounts
  for each row execute function private.audit_change('account_id');
create trigger members_audited after insert or update or delete on public.members
  for each row execute function private.audit_change('user_id', 'email');
create trigger invitations_audited after insert or update or delete on public.invitations
  for each row execute function private.audit_change('invitation_id', 'token_hash', 'email');
create trigger api_keys_audited after insert or update or delete on public.api_keys
  for each row execute function private.audit_change('api_key_id', 'key_hash');
create trigger territories_audited after insert or update or delete on public.territories
  for each row execute function private.audit_change('territory_id', 'area');

-- A job for the worker, in the transaction of the row that causes it: trigger functions call this, nobody else may.
create function private.defer_job(
  task_name text, args jsonb, lock text default null, priority integer default 0, scheduled_at timestamptz default null
) returns bigint language sql security definer set search_path = '' as $$
  select (procrastinate.procrastinate_defer_jobs_v1(array[row(
    'default', task_name, priority, lock, null, args, scheduled_at
  )::procrastinate.procrastinate_job_to_defer_v1]))[1]
$$;

-- Append-only for everybody, the owner of the schema and the worker included.
create function private.refuse_change() returns trigger language plpgsql set search_path = '' as $$
begin
  raise exception '% is append-only', tg_table_name using errcode = 'insufficient_privilege';
end
$$;
create trigger audit_entries_append_only before update or delete or truncate on public.audit_entries
  for each statement execute function private.refuse_change();

alter table public.accounts enable row level security;
alter table public.members enable row level security;
alter table public.invitations enable row level security;
alter table public.api_keys enable row level security;
alter table public.territories enable row level security;
alter table public.audit_entries enable row level security;
alter table public.idempotency_keys enable row level security;
revoke all on public.accounts, public.members, public.invitations, public.api_keys, public.territories,
  public.audit_entries, public.idempotency_keys from public, anon, authenticated, service_role;

grant select on public.accounts, public.members, public.audit_entries to authenticated;
grant update (name, time_zone, updated_at) on public.accounts to authenticated;
grant update (role), delete on public.members to authenticated;
grant select (invitation_id, account_id, email, role, invited_by, created_at, expires_at, accepted_at, revoked_at)
  on public.invitations to authenticated;
grant insert (account_id, email, role, token_hash, invited_by, expires_at), update (revoked_at)
  on public.invitations to authenticated;
grant select (api_key_id, account_id, name, key_start, scopes, is_sandbox, replaces_id, created_by, created_at,
  last_used_at, expires_at, revoked_at) on public.api_keys to authenticated;
grant insert (account_id, name, key_hash, key_start, scopes, is_sandbox, replaces_id, created_by, expires_at),
  update (name, expires_at, revoked_at) on public.api_keys to authenticated;
grant select, delete, insert (account_id, name, counties, zips, area), update (name, counties, zips, area, updated_at)
  on public.territories to authenticated;
grant select, insert (account_id, user_id, idempotency_key, request_hash), update (status, body)
  on public.idempotency_keys to authenticated;
grant select, insert, update, delete on public.accounts, public.members, public.invitations, public.api_keys,
  public.territories, public.idempotency_keys to service_role;
grant select, insert on public.audit_entries to service_role;

create policy accounts_of_members on public.accounts for select to authenticated
  using (account_id in (select private.account_ids()));
create policy accounts_changed_by_admins on public.accounts for update to authenticated
  using (account_id in (select private.account_ids('admin')));
create policy members_see_each_other on public.members for select to authenticated
  using (account_id in (select private.account_ids()));
create policy members_changed_by_admins on public.members for update to authenticated
  using (account_id in (select private.account_ids('admin')));
create policy members_removed_by_admins_or_themselves on public.members for delete to authenticated
  using (account_id in (select private.account_ids('admin'))
         or (user_id = (select auth.uid()) and account_id in (select private.account_ids())));
create policy invitations_by_admins on public.invitations for all to authenticated
  using (account_id in (select private.account_ids('admin')))
  with check (account_id in (select private.account_ids('admin')) and invited_by = (select auth.uid()));
create policy api_keys_by_admins on public.api_keys for all to authenticated
  using (account_id in (select private.account_ids('admin')))
  with check (account_id in (select private.account_ids('admin')));
-- A key acts in its maker's name: nobody makes one in another's.
create policy api_keys_in_ones_own_name on public.api_keys as restrictive for insert to authenticated
  with check (created_by = (select auth.uid()));
create policy territories_of_members on public.territories for select to authenticated
  using (account_id in (select private.account_ids()));
create policy territories_written_by_members on public.territories for all to authenticated
  using (account_id in (select private.account_ids('member')))
  with check (account_id in (select private.account_ids('member')));
create policy audit_entries_of_admins on public.audit_entries for select to authenticated
  using (account_id in (select private.account_ids('admin')));
create policy idempotency_keys_of_their_user on public.idempotency_keys for all to authenticated
  using (user_id = (select auth.uid()) and account_id in (select private.account_ids()))
  with check (user_id = (select auth.uid()) and account_id in (select private.account_ids()));

revoke all on all functions in schema private from public, anon, authenticated;
grant execute on function private.roles_from(text), private.account_ids(text), private.api_key_id(),
  private.act_for(uuid) to authenticated, service_role;
grant execute on function private.find_api_key(text), private.note_api_key_use(uuid) to anon;
grant execute on function private.guard_members(), private.audit_change(), private.refuse_change()
  to authenticated, service_role;
