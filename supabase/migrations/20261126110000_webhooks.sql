-- Webhook endpoints: where an account wants the feed sent, how far each has come, and what was sent.
create table public.webhook_endpoints (
  webhook_endpoint_id uuid constraint webhook_endpoints_pkey primary key default gen_random_uuid(),
  account_id uuid not null constraint webhook_endpoints_account references public.accounts (account_id) on delete cascade,
  url text not null constraint webhook_endpoints_url_plausible check (url ~ '^https?://' and char_length(url) <= 2048),
  description text constraint webhook_endpoints_description_length check (char_length(description) between 1 and 200),
  kinds text[] not null default '{}',
  dataset_ids text[] not null default '{}',
  batch_size integer not null default 1 constraint webhook_endpoints_batch_small check (batch_size between 1 and 100),
  secret text not null,
  old_secret text,
  old_secret_until timestamptz,
  is_enabled boolean not null default true,
  disabled_at timestamptz,
  disabled_reason text,
  created_by uuid not null default auth.uid(),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint webhook_endpoints_of_account unique (webhook_endpoint_id, account_id),
  constraint webhook_endpoints_old_secret_ends check ((old_secret is null) = (old_secret_until is null)),
  constraint webhook_endpoints_disabled_dated check (is_enabled = (disabled_at is null))
);
create index webhook_endpoints_account on public.webhook_endpoints (account_id);
comment on column public.webhook_endpoints.kinds is 'Events of these kinds; empty: of all.';
comment on column public.webhook_endpoints.batch_size is 'Most events one delivery carries.';
comment on column public.webhook_endpoints.old_secret is 'The secret before the last rotation; signs too until old_secret_until.';

-- Apart from the endpoint, because it is written with every delivery and is nothing to audit.
create table public.webhook_positions (
  webhook_endpoint_id uuid constraint webhook_positions_pkey primary key,
  account_id uuid not null,
  event_id bigint not null,
  lease_id uuid,
  lease_expires_at timestamptz,
  served_at timestamptz,
  resume_at timestamptz,
  failing_since timestamptz,
  failure_count integer not null default 0,
  delivered_at timestamptz,
  woken_at timestamptz not null default now(),
  constraint webhook_positions_endpoint foreign key (webhook_endpoint_id, account_id)
    references public.webhook_endpoints (webhook_endpoint_id, account_id) on delete cascade
) with (fillfactor = 50);
comment on column public.webhook_positions.event_id is 'The last event that was looked at; moves in the transaction that makes its delivery.';
comment on column public.webhook_positions.lease_id is 'The worker that sends to this endpoint; one at a time, and only it may note how that ended.';
comment on column public.webhook_positions.resume_at is 'Nothing is sent before: the endpoint fails, or asked for patience.';
comment on column public.webhook_positions.failing_since is 'First failure since something was last delivered.';
comment on column public.webhook_positions.woken_at is 'When a member last asked for something to be sent; wakes the worker.';

create table public.webhook_deliveries (
  webhook_delivery_id uuid constraint webhook_deliveries_pkey primary key,
  webhook_endpoint_id uuid not null,
  account_id uuid not null,
  is_test boolean not null default false,
  event_ids bigint[] not null default '{}',
  first_event_id bigint not null default 0,
  status text not null default 'waiting' constraint webhook_deliveries_status_known
    check (status in ('waiting', 'retrying', 'delivered', 'dead')),
  due_at timestamptz not null default now(),
  attempt_count integer not null default 0,
  http_status integer,
  reason text,
  answer text,
  duration_ms integer,
  attempted_at timestamptz,
  ended_at timestamptz,
  created_at timestamptz not null default now(),
  constraint webhook_deliveries_tell_something check (is_test = (cardinality(event_ids) = 0)),
  constraint webhook_deliveries_ended check ((status in ('delivered', 'dead')) = (ended_at is not null)),
  constraint webhook_deliveries_endpoint foreign key (webhook_endpoint_id, account_id)
    references public.webhook_endpoints (webhook_endpoint_id, account_id) on delete cascade
) with (fillfactor = 80);
create index webhook_deliveries_due on public.webhook_deliveries (webhook_endpoint_id, due_at, first_event_id)
  where status in ('waiting', 'retrying');
create index webhook_deliveries_log on public.webhook_deliveries (webhook_endpoint_id, created_at desc, webhook_delivery_id);
create index webhook_deliveries_ended on public.webhook_deliveries (ended_at) where ended_at is not null;
comment on column public.webhook_deliveries.webhook_delivery_id is
  'The webhook-id: follows from the endpoint and the events, so that the same events always go under the same id.';
comment on column public.webhook_deliveries.status is
  'waiting: not tried yet; retrying: failed, will be tried again at due_at; dead: given up, see reason.';

-- The secret before stays good for a day; an endpoint that is enabled again starts without a past.
create function private.keep_webhook_endpoint() returns trigger language plpgsql set search_path = '' as $$
begin
  if new.secret is distinct from old.secret then
    new.old_secret := old.secret;
    new.old_secret_until := now() + interval '24 hours';
  end if;
  if new.is_enabled then
    new.disabled_at := null;
    new.disabled_reason := null;
  elsif old.is_enabled then
    new.disabled_at := now();
  end if;
  return new;
end
$$;
create trigger webhook_endpoints_kept before update on public.webhook_endpoints
  for each row execute function private.keep_webhook_endpoint();

-- The worker is woken in the transaction of what there is to do.
create function private.wake_webhooks() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  if exists (select from public.webhook_endpoints as endpoint where endpoint.is_enabled) then
    perform private.defer_job('deliver_webhooks', '{}', 'deliver_webhooks', 5);
  end if;
  return null;
end
$$;
create trigger events_wake_webhooks after insert on public.events
  for each statement execute function private.wake_webhooks();
create trigger webhook_positions_wake_webhooks after insert or update of woken_at on public.webhook_positions
  for each statement execute function private.wake_webhooks();

create trigger webhook_endpoints_audited after insert or update or delete on public.webhook_endpoints
  for each row execute function private.audit_change('webhook_endpoint_id', 'url', 'secret', 'old_secret');

alter table public.webhook_endpoints enable row level security;
alter table public.webhook_positions enable row level security;
alter table public.webhook_deliveries enable row level security;
revoke all on public.webhook_endpoints, public.webhook_positions, public.webhook_deliveries
  from public, anon, authenticated, service_role;

grant select (webhook_endpoint_id, account_id, url, description, kinds, dataset_ids, batch_size, old_secret_until,
  is_enabled, disabled_at, disabled_reason, created_by, created_at, updated_at), delete,
  insert (account_id, url, description, kinds, dataset_ids, batch_size, secret),
  update (url, description, kinds, dataset_ids, batch_size, secret, is_enabled, updated_at)
  on public.webhook_endpoints to authenticated;
grant select, insert (webhook_endpoint_id, account_id, event_id), update (event_id, resume_at, failing_since,
  failure_count, woken_at)   on public.webhook_positions to authenticated;
grant select, delete, insert (webhook_delivery_id, webhook_endpoint_id, account_id, is_test),
  update (status, due_at, attempt_count, ended_at) on public.webhook_deliveries to authenticated;
grant select, insert, update, delete on public.webhook_endpoints, public.webhook_positions, public.webhook_deliveries
  to service_role;

create policy webhook_endpoints_of_members on public.webhook_endpoints for select to authenticated
  using (account_id in (select private.account_ids()));
create policy webhook_endpoints_written_by_admins on public.webhook_endpoints for all to authenticated
  using (account_id in (select private.account_ids('admin')))
  with check (account_id in (select private.account_ids('admin')));
create policy webhook_positions_of_members on public.webhook_positions for select to authenticated
  using (account_id in (select private.account_ids()));
create policy webhook_positions_written_by_admins on public.webhook_positions for all to authenticated
  using (account_id in (select private.account_ids('admin')))
  with check (account_id in (select private.account_ids('admin')));
create policy webhook_deliveries_of_members on public.webhook_deliveries for select to authenticated
  using (account_id in (select private.account_ids()));
create policy webhook_deliveries_written_by_admins on public.webhook_deliveries for all to authenticated
  using (account_id in (select private.account_ids('admin')))
  with check (account_id in (select private.account_ids('admin')));

revoke execute on function private.keep_webhook_endpoint(), private.wake_webhooks() from public, anon, authenticated;
grant execute on function private.keep_webhook_endpoint(), private.wake_webhooks() to authenticated, service_role;
