-- Statements of store/holds.py.

-- hold --
insert into public.held_runs (run_id, dataset_id, kind, window_since, window_until, watermark, codes, held_at)
values (%(run_id)s, %(dataset_id)s, %(kind)s, %(since)s, %(until)s, %(watermark)s, %(codes)s,
        coalesce(%(at)s::timestamptz, now()))

-- supersede --
update public.held_runs
   set decision = 'superseded', decided_at = now()
 where dataset_id = %(dataset_id)s
   and decision is null

-- read --
select run_id, dataset_id, kind, window_since, window_until, watermark, codes, held_at, decision, decided_by, reason
  from public.held_runs
 where run_id = %(run_id)s

-- waiting --
select run_id, dataset_id, kind, window_since, window_until, watermark, codes, held_at, decision, decided_by, reason
  from public.held_runs
 where decision is null
 order by held_at, run_id

-- decide --
-- Only what still waits can be decided on: of two operators one is first.
update public.held_runs
   set decision = %(decision)s, decided_at = coalesce(%(at)s::timestamptz, now()), decided_by = %(actor)s, reason = %(reason)s,
       accepted_run_id = %(accepted_run_id)s
 where run_id = %(run_id)s
   and decision is null

-- audit_decision --
insert into public.etl_audit_entries (source, action, actor, reason, recorded_at, before, after)
select held.dataset_id, %(action)s, %(actor)s, %(reason)s, held.decided_at,
       jsonb_build_object('held_at', held.held_at, 'codes', held.codes),
       jsonb_build_object('decision', held.decision, 'accepted_run_id', held.accepted_run_id)
  from public.held_runs as held
 where held.run_id = %(run_id)s
