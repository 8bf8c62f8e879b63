-- What happened, in the order it was committed; what leads said before; and permits their publisher took back.

alter table public.permits add column withdrawn_at timestamptz;
comment on column public.permits.withdrawn_at is 'When we learned that the publisher no longer lists the permit (UTC); null while it does.';
grant select (withdrawn_at) on public.permits to authenticated;

alter table public.permit_versions add column withdrawn_reason text;
comment on column public.permit_versions.withdrawn_reason is
  'Set on a version that says the publisher no longer lists the permit, and why we say so; its values are those of the version before.';
grant select (withdrawn_reason) on public.permit_versions to authenticated;

-- Not "not null", which a temporary table made like this one would take over from it: running code must go on.
alter table public.leads add column version integer default 1
  constraint leads_version_known check (version is not null);

create table public.superseded_leads (
  lead_id uuid not null,
  version integer not null,
  superseded_at timestamptz not null,
  lead jsonb not null,
  constraint superseded_leads_pkey primary key (lead_id, version)
);
comment on table public.superseded_leads is
  'Append-only: what a lead said in every version that is no longer the newest, nulls left out. updated_at is when that version was learned.';

alter table public.etl_runs drop constraint etl_runs_kind_known;
alter table public.etl_runs add constraint etl_runs_kind_known
  check (kind in ('sync', 'window', 'replay', 'reconcile'));

create sequence public.events_event_id;

create table public.events (
  last_event_id bigint constraint events_pkey primary key,
  first_event_id bigint not null,
  kind text not null constraint events_kind_known
    check (kind in ('permit.created', 'permit.changed', 'permit.withdrawn', 'lead.created', 'lead.changed')),
  dataset_id text not null,
  run_id uuid not null,
  recorded_at timestamptz not null,
  published_at timestamptz not null default clock_timestamp(),
  permit_ids uuid[] not null,
  lead_ids uuid[],
  versions integer[],
  details jsonb,
  constraint events_counted check (
    last_event_id - first_event_id + 1 = cardinality(permit_ids)
    and (lead_ids is null or cardinality(lead_ids) = cardinality(permit_ids))
    and (versions is null or cardinality(versions) = cardinality(permit_ids))
    and (details is null or jsonb_array_length(details) = cardinality(permit_ids))
  ),
  constraint events_lead_named check ((kind like 'lead.%') = (lead_ids is not null))
);
comment on table public.events is
  'Append-only, in commit order: a row is a stretch of events of one kind, numbered first_event_id to last_event_id.';
comment on column public.events.recorded_at is 'When we learned it (UTC): the instant the page it stands on was fetched.';
comment on column public.events.versions is 'Version of the permit or lead after the event; null: all are first versions.';
comment on column public.events.details is 'Array in step with permit_ids: what else there is to say of each; null: nothing.';

-- A number given when a row is inserted is no commit order: a reader would step over what commits later with a lower
-- one. So whoever inserts waits here for the one before to commit, and only then are numbers given.
create function public.wait_for_turn_at_events() returns trigger language plpgsql as $$
begin
  perform pg_advisory_xact_lock(hashtextextended('permit_leads.events', 0));
  return null;
end
$$;

create function public.number_events() returns trigger language plpgsql as $$
begin
  new.first_event_id := nextval('public.events_event_id');
  new.last_event_id := new.first_event_id + cardinality(new.permit_ids) - 1;
  perform setval('public.events_event_id', new.last_event_id);
  return new;
end
$$;

create trigger events_one_writer_at_a_time before insert on public.events
  for each statement execute function public.wait_for_turn_at_events();
create trigger events_are_numbered before insert on public.events
  for each row execute function public.number_events();

alter table public.events enable row level security;
alter table public.superseded_leads enable row level security;
revoke all on public.events, public.superseded_leads from public, anon, authenticated, service_role;
revoke all on sequence public.events_event_id from public, anon, authenticated, service_role;
revoke all on function public.wait_for_turn_at_events(), public.number_events() from public, anon, authenticated;
grant select, insert on public.events, public.superseded_leads to service_role;
grant usage, update on sequence public.events_event_id to service_role;
grant execute on function public.wait_for_turn_at_events(), public.number_events() to service_role;
grant select on public.events, public.superseded_leads to authenticated;
create policy events_are_readable on public.events for select to authenticated using (true);
create policy superseded_leads_are_readable on public.superseded_leads for select to authenticated using (true);

-- What is in the store already happened before anybody listened; a reader that starts at zero hears of it first.
insert into public.events (kind, dataset_id, run_id, recorded_at, permit_ids, versions)
select case when block.version = 1 then 'permit.created' else 'permit.changed' end, block.dataset_id, block.run_id,
       block.recorded_at, block.permit_ids, array_fill(block.version, array[cardinality(block.permit_ids)])
  from (
         select learned.recorded_at, learned.run_id, learned.version, known.dataset_id,
                array_agg(learned.permit_id order by learned.permit_id) as permit_ids
           from public.permit_versions as learned
           join public.permits as known using (permit_id)
          group by learned.recorded_at, learned.run_id, learned.version, known.dataset_id
       ) as block
 order by block.recorded_at, block.version;

insert into public.events (kind, dataset_id, run_id, recorded_at, permit_ids, lead_ids)
select 'lead.created', known.dataset_id, learned.run_id, known.created_at,
       array_agg(known.permit_id order by known.lead_id), array_agg(known.lead_id order by known.lead_id)
  from public.leads as known
  join public.permit_versions as learned on learned.permit_id = known.permit_id and learned.version = 1
 group by known.dataset_id, learned.run_id, known.created_at
 order by known.created_at;
