-- Statements of store/profiles.py.

-- recent_profiles --
-- What came before a batch that an operator accepted is no example of what is usual any more.
select run.profile
  from public.etl_runs as run
 where run.dataset_id = %(dataset_id)s
   and run.status = 'success'
   and run.kind <> 'replay'
   and run.record_count > 0
   and run.profile is not null
   and run.started_at >= coalesce((select max(accepted.started_at)
                                     from public.held_runs as held
                                     join public.etl_runs as accepted on accepted.run_id = held.accepted_run_id
                                    where held.dataset_id = %(dataset_id)s), '-infinity')
 order by run.started_at desc
 limit %(limit)s

-- permits_by_day --
-- Those that are listed: what a reconcile has found gone is missed by nobody.
select issued_date, count(*)
  from public.permits
 where dataset_id = %(dataset_id)s
   and withdrawn_at is null
   and issued_date between %(first)s and %(last)s
 group by issued_date

-- write_profile --
update public.etl_runs
   set profile = %(profile)s
 where run_id = %(run_id)s
