-- Requests of the people whom permits name, what was granted of them, and the doors they come in by.

create table public.privacy_requests (
  request_id uuid constraint privacy_requests_pkey primary key default gen_random_uuid(),
  tracking_hash text not null constraint privacy_requests_tracking_unique unique,
  kind text not null constraint privacy_requests_kind_known check (kind in ('deletion', 'opt_out')),
  state text not null default 'received' constraint privacy_requests_state_known
    check (state in ('received', 'granted', 'refused')),
  name text,
  phone text,
  email text,
  address text,
  zip text,
  contact_email text not null,
  note text,
  received_at timestamptz not null default now(),
  due_at timestamptz not null,
  decided_at timestamptz,
  decided_by text,
  reason text,
  constraint privacy_requests_decided check ((state = 'received') = (decided_at is null))
);
create index privacy_requests_open on public.privacy_requests (due_at) where state = 'received';
comment on column public.privacy_requests.tracking_hash is 'sha-256 of the code by which its sender follows the request.';
comment on column public.privacy_requests.due_at is '45 days after it came (CCPA 1798.130; Texas TDPSA 541.052).';

create table public.suppressions (
  suppression_id uuid constraint suppressions_pkey primary key,
  kind text not null constraint suppressions_kind_known check (kind in ('deletion', 'opt_out')),
  name text,
  phone text,
  email text,
  address text,
  zip text,
  granted_at timestamptz not null,
  applied_at timestamptz,
  constraint suppressions_say_something check (coalesce(name, phone, email, address) is not null)
);
comment on table public.suppressions is
  'What must appear nowhere, in force as soon as it stands here; kept in the archive too, so that no rebuild brings it back.';
comment on column public.suppressions.applied_at is 'When the stored rows were last cleaned of it; null: the worker has to.';

alter table public.privacy_requests enable row level security;
alter table public.suppressions enable row level security;
revoke all on public.privacy_requests, public.suppressions from public, anon, authenticated, service_role;
grant select, insert, update, delete on public.privacy_requests to service_role;
grant select, insert, update (applied_at) on public.suppressions to service_role;
grant update (permit) on public.superseded_permits to service_role;
grant update (lead) on public.superseded_leads to service_role;

-- Anybody may ask; only the sender, who has the code, can see how it stands, and never what was written.
create function private.file_privacy_request(
  tracking_hash text, kind text, name text, phone text, email text, address text, zip text, contact_email text, note text
) returns table (request_id uuid, received_at timestamptz, due_at timestamptz)
language sql security definer set search_path = '' as $$
  insert into public.privacy_requests (tracking_hash, kind, name, phone, email, address, zip, contact_email, note, due_at)
  values (tracking_hash, kind, name, phone, email, address, zip, contact_email, note, now() + interval '45 days')
  returning privacy_requests.request_id, privacy_requests.received_at, privacy_requests.due_at
$$;

create function private.find_privacy_request(wanted_hash text)
returns table (kind text, state text, received_at timestamptz, due_at timestamptz, decided_at timestamptz, reason text)
language sql stable security definer set search_path = '' as $$
  select request.kind, request.state, request.received_at, request.due_at, request.decided_at, request.reason
    from public.privacy_requests as request
   where request.tracking_hash = wanted_hash
$$;

-- Receipts are read from archived bytes, so the API must know what to take out of them. Its login role alone may ask.
create function private.suppression_terms()
returns table (suppression_id uuid, kind text, name text, phone text, email text, address text, zip text)
language sql stable security definer set search_path = '' as $$
  select known.suppression_id, known.kind, known.name, known.phone, known.email, known.address, known.zip
    from public.suppressions as known
   order by known.suppression_id
$$;

create function private.defer_suppressions() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  perform private.defer_job('apply_suppressions', '{}', 'apply_suppressions', 5);
  return null;
end
$$;
create trigger suppressions_are_applied after insert on public.suppressions
  for each statement execute function private.defer_suppressions();
create trigger suppressions_are_applied_again after update of applied_at on public.suppressions
  for each row when (new.applied_at is null) execute function private.defer_suppressions();

revoke all on function private.file_privacy_request(text, text, text, text, text, text, text, text, text),
  private.find_privacy_request(text), private.suppression_terms(), private.defer_suppressions()
  from public, anon, authenticated;
grant execute on function private.file_privacy_request(text, text, text, text, text, text, text, text, text),
  private.find_privacy_request(text) to anon;
grant usage on schema private to leadledger_api;
grant execute on function private.suppression_terms() to leadledger_api;
grant execute on function private.defer_suppressions() to service_role;

-- Those who keep copies must hear of it: the permit is to be fetched again.
alter table public.events drop constraint events_kind_known;
alter table public.events add constraint events_kind_known check (kind in (
  'permit.created', 'permit.changed', 'permit.withdrawn', 'permit.redacted', 'lead.created', 'lead.changed'));
