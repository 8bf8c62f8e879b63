-- A reconcile run whose rows fail a check is held back like any other.
set lock_timeout = '5s';

alter table public.held_runs drop constraint held_runs_kind_known;
alter table public.held_runs
  add constraint held_runs_kind_known check (kind in ('sync', 'window', 'reconcile')) not valid;
alter table public.held_runs validate constraint held_runs_kind_known;
