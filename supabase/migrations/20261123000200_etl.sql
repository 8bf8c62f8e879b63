-- What the ETL knows of its sources and its own runs.

create table public.datasets (
  dataset_id text constraint datasets_pkey primary key
    constraint datasets_id_is_slug check (dataset_id ~ '^[a-z0-9_]+$'),
  publisher text not null,
  title text not null,
  state text not null,
  county_fips text,
  time_zone text not null,
  protocol text not null,
  url text not null,
  is_enabled boolean not null,
  disabled_reason text,
  freshness_hours integer not null,
  licence text,
  attribution text,
  is_resale_ok boolean,
  published_fields text[] not null default '{}',
  mapping jsonb not null default '{}',
  updated_at timestamptz not null default now()
);
comment on table public.datasets is 'One row per dataset of the registry, written from its TOML at each run.';
comment on column public.datasets.published_fields is 'Fields of a permit that this publisher prints; all others are "not published".';
comment on column public.datasets.mapping is 'Field map as run: for each field its columns, parse and rule id.';
comment on column public.datasets.is_resale_ok is 'Null means unknown: shown, but not exported.';

create table public.etl_state (
  source text constraint etl_state_pkey primary key
    constraint etl_state_source_is_slug check (source ~ '^[a-z0-9_]+$'),
  status text constraint etl_state_status_known check (status in ('success', 'failure', 'running')),
  watermark date,
  replay_from date,
  last_run timestamptz,
  last_success timestamptz,
  records_processed bigint not null default 0,
  error_message text,
  lease_run_id uuid,
  lease_expires_at timestamptz,
  heartbeat_at timestamptz,
  updated_by text not null,
  updated_at timestamptz not null default now()
);
comment on table public.etl_state is 'Where each source stands. A null status means it has never run.';
comment on column public.etl_state.watermark is 'Newest publisher day that is whole in the store; the next window starts overlap days before it.';
comment on column public.etl_state.replay_from is 'Set by update --status failure: the next window starts here, whatever the watermark says.';

create table public.etl_runs (
  run_id uuid constraint etl_runs_pkey primary key,
  dataset_id text not null,
  kind text not null constraint etl_runs_kind_known check (kind in ('sync', 'window', 'replay')),
  status text not null constraint etl_runs_status_known check (status in ('success', 'failure', 'running')),
  window_since date,
  window_until date,
  started_at timestamptz not null,
  finished_at timestamptz,
  page_count integer not null default 0,
  record_count bigint not null default 0,
  expected_count bigint,
  permit_new_count bigint not null default 0,
  permit_changed_count bigint not null default 0,
  permit_unchanged_count bigint not null default 0,
  lead_written_count bigint not null default 0,
  rejection_count bigint not null default 0,
  stage_seconds jsonb not null default '{}',
  simulated_note text,
  error_message text
);
create index etl_runs_dataset_started on public.etl_runs (dataset_id, started_at desc);

create table public.raw_pages (
  run_id uuid not null,
  page_index integer not null,
  dataset_id text not null,
  page_sha256 text not null,
  kind text not null,
  url text not null,
  method text not null,
  request_body text,
  status integer not null,
  headers jsonb not null,
  media_type text not null,
  fetched_at timestamptz not null,
  elapsed_ms integer not null,
  byte_count bigint not null,
  row_count integer not null,
  simulated_note text,
  constraint raw_pages_pkey primary key (run_id, page_index)
);
create index raw_pages_sha256 on public.raw_pages (page_sha256);
comment on table public.raw_pages is 'Each response as received; the bytes lie in the archive under their sha-256.';

create table public.rejections (
  rejection_id bigint generated always as identity constraint rejections_pkey primary key,
  run_id uuid not null,
  dataset_id text not null,
  permit_key text,
  page_sha256 text not null,
  page_row integer not null,
  field text not null,
  value text,
  reason text not null,
  is_fatal boolean not null
);
create index rejections_run on public.rejections (run_id);

create table public.findings (
  finding_id bigint generated always as identity constraint findings_pkey primary key,
  run_id uuid not null,
  dataset_id text not null,
  code text not null,
  severity text not null constraint findings_severity_known check (severity in ('note', 'warning', 'failure')),
  message text not null,
  found_at timestamptz not null default now()
);
create index findings_run on public.findings (run_id);

create table public.etl_audit_entries (
  entry_id bigint generated always as identity constraint etl_audit_entries_pkey primary key,
  source text not null,
  action text not null,
  actor text not null,
  reason text,
  before jsonb,
  after jsonb,
  recorded_at timestamptz not null default now()
);
comment on table public.etl_audit_entries is 'Who changed the state of a source by hand, and why; append-only.';

alter table public.datasets enable row level security;
alter table public.etl_state enable row level security;
alter table public.etl_runs enable row level security;
alter table public.raw_pages enable row level security;
alter table public.rejections enable row level security;
alter table public.findings enable row level security;
alter table public.etl_audit_entries enable row level security;

revoke all on public.datasets, public.etl_state, public.etl_runs, public.raw_pages, public.rejections,
  public.findings, public.etl_audit_entries from public, anon, authenticated, service_role;
grant select, insert, update on public.datasets, public.etl_state, public.etl_runs to service_role;
grant select, insert on public.raw_pages, public.rejections, public.findings, public.etl_audit_entries to service_role;

-- Coverage is public: what is covered, how fresh it is, and that a feed has failed. Error texts are not.
grant select on public.datasets to anon, authenticated;
grant select (source, status, watermark, last_run, last_success, records_processed, heartbeat_at)
  on public.etl_state to anon, authenticated;
grant select (run_id, dataset_id, kind, status, started_at, finished_at, window_since, window_until, record_count,
  permit_new_count, permit_changed_count, rejection_count, simulated_note) on public.etl_runs to anon, authenticated;
create policy datasets_are_public on public.datasets for select to anon, authenticated using (true);
create policy etl_state_is_public on public.etl_state for select to anon, authenticated using (true);
create policy etl_runs_are_public on public.etl_runs for select to anon, authenticated using (true);

-- A receipt needs the page behind a value.
grant select (run_id, page_index, dataset_id, page_sha256, kind, url, method, status, media_type, fetched_at, byte_count,
  row_count, simulated_note) on public.raw_pages to authenticated;
create policy raw_pages_for_receipts on public.raw_pages for select to authenticated using (kind = 'rows');
