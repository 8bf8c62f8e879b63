-- What a run's rows looked like, and batches that are held back until an operator has decided.

alter table public.etl_runs add column profile jsonb;
comment on column public.etl_runs.profile is 'Counts over the rows of the run, with which later runs are compared; no personal data.';

alter table public.etl_runs drop constraint etl_runs_status_known;
alter table public.etl_runs add constraint etl_runs_status_known
  check (status in ('success', 'failure', 'running', 'held')) not valid;
alter table public.etl_runs validate constraint etl_runs_status_known;

create table public.held_runs (
  run_id uuid constraint held_runs_pkey primary key,
  dataset_id text not null,
  kind text not null constraint held_runs_kind_known check (kind in ('sync', 'window')),
  window_since date,
  window_until date,
  watermark date,
  codes text[] not null constraint held_runs_codes_given check (cardinality(codes) > 0),
  held_at timestamptz not null default now(),
  decision text constraint held_runs_decision_known check (decision in ('accepted', 'rejected', 'superseded')),
  decided_at timestamptz,
  decided_by text,
  reason text,
  accepted_run_id uuid,
  constraint held_runs_decided_whole check ((decision is null) = (decided_at is null)),
  constraint held_runs_reason_given check (decision is null or decision = 'superseded' or btrim(reason) <> '')
);
create index held_runs_dataset on public.held_runs (dataset_id, held_at desc);
comment on table public.held_runs is 'Batches that failed a check: their pages lie in the archive, none of their rows in the store.';
comment on column public.held_runs.codes is 'Codes of the findings that held the batch back.';
comment on column public.held_runs.watermark is 'Where the watermark goes when the batch is accepted; null for a window by hand.';
comment on column public.held_runs.decision is 'Null: waits for an operator. Superseded: a later run made the question moot.';

alter table public.held_runs enable row level security;
revoke all on public.held_runs from public, anon, authenticated, service_role;
grant select, insert, update on public.held_runs to service_role;
-- Coverage says in plain words that newer data is held back; who decided and why stays inside.
grant select (run_id, dataset_id, codes, held_at, decision) on public.held_runs to anon, authenticated;
create policy held_runs_are_public on public.held_runs for select to anon, authenticated using (true);
