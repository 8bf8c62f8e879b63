-- Runs that restore a CSV file: their kind, and which file it was.

alter table public.etl_runs drop constraint etl_runs_kind_known;
alter table public.etl_runs
  add constraint etl_runs_kind_known check (kind in ('sync', 'window', 'replay', 'reconcile', 'restore')) not valid;
alter table public.etl_runs validate constraint etl_runs_kind_known;

alter table public.etl_runs add column restored_from_sha256 text
  constraint etl_runs_restored_from_is_sha256 check (restored_from_sha256 ~ '^[0-9a-f]{64}$');
comment on column public.etl_runs.restored_from_sha256 is
  'sha-256 of the file that a run of kind restore read, which the archive keeps under that name; null for all others.';

grant select (restored_from_sha256) on public.etl_runs to anon, authenticated;
