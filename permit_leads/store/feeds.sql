-- Statements of store/feeds.py.

-- feeds --
-- A batch that is held back counts until a later run has gone well, as in coverage.
select state.source, newest.issued_date as newest_issued_date, held.held_at, complete.simulated_note
  from public.etl_state as state
  left join lateral (
       select run.simulated_note, run.finished_at
         from public.etl_runs as run
        where run.dataset_id = state.source
          and run.status = 'success'
          and run.kind not in ('replay', 'restore')
        order by run.started_at desc
        limit 1) as complete on true
  left join lateral (
       select permit.issued_date
         from public.permits as permit
        where permit.dataset_id = state.source
          and permit.issued_date <= %(today)s
        order by permit.issued_date desc
        limit 1) as newest on true
  left join lateral (
       select hold.held_at
         from public.held_runs as hold
        where hold.dataset_id = state.source
          and (hold.decision is null or hold.decision = 'rejected')
          and hold.held_at > coalesce(complete.finished_at, '-infinity')
        order by hold.held_at desc
        limit 1) as held on true
 where %(source)s::text is null
    or state.source = %(source)s::text
