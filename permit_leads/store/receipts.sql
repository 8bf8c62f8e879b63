-- Statements of store/receipts.py.

-- keep_runs_out --
-- No run and no restore begins until this transaction ends; reading goes on.
lock table public.etl_state in exclusive mode

-- wait_a_little --
set local lock_timeout = '5s'

-- at_work --
select source
  from public.etl_state
 where lease_run_id is not null
   and lease_expires_at > clock_timestamp()
 order by source

-- needed --
-- What a receipt of any version leads to: pages, and files that were restored.
select page_sha256 from public.permit_versions
 union
select page_sha256 from public.permits
 union
select restored_from_sha256 from public.etl_runs where restored_from_sha256 is not null

-- settled_holds --
-- Held batches of which nobody will ask for the pages again.
select run_id, decision
  from public.held_runs
 where decision in ('rejected', 'superseded')

-- committed --
select run_id from public.etl_runs where status = 'success'

-- audit --
insert into public.etl_audit_entries (source, action, actor, reason, after)
values ('archive', %(action)s, %(actor)s, %(reason)s, %(after)s)
