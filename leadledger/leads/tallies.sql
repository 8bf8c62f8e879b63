-- Statements of leads/tallies.py, run by the worker.

-- keep_out --
-- Two that count one dataset at once would trip over each other's rows.
select pg_advisory_xact_lock(hashtextextended('leadledger.tally ' || %(dataset_id)s, 0))

-- forget_weeks --
delete from public.market_weeks
 where dataset_id = %(dataset_id)s

-- count_weeks --
insert into public.market_weeks (dataset_id, trade, county_fips, week_start, permit_count, costed_count, cost_sum)
select permit.dataset_id, wanted.trade, coalesce(permit.county_fips, ''),
       permit.issued_date - extract(isodow from permit.issued_date)::integer + 1 as week_start,
       count(*), count(permit.est_project_cost), coalesce(sum(permit.est_project_cost), 0)
  from public.permits as permit
 cross join unnest(permit.trades || array['*']) as wanted (trade)
 where permit.dataset_id = %(dataset_id)s
   and permit.withdrawn_at is null
   and permit.issued_date between %(since)s and %(today)s
 group by permit.dataset_id, wanted.trade, coalesce(permit.county_fips, ''), week_start

-- forget_licences --
delete from public.contractor_licences
 where dataset_id = %(dataset_id)s

-- note_licences --
-- None leads to somebody who asked to be forgotten.
insert into public.contractor_licences (licence_key, dataset_id, permit_id, permit_count)
select upper(regexp_replace(permit.contractor_lic_num, '[^A-Za-z0-9]+', '', 'g')) as licence_key, permit.dataset_id,
       (array_agg(permit.permit_id order by permit.issued_date desc nulls last, permit.permit_id))[1], count(*)
  from public.permits as permit
 where permit.dataset_id = %(dataset_id)s
   and permit.contractor_company_name is not null
   and permit.contractor_lic_num ~ '[A-Za-z0-9]'
   and permit.contractor_company_name not like '%%[removed on request]%%'
   and permit.contractor_lic_num not like '%%[removed on request]%%'
   and permit.withdrawn_at is null
 group by licence_key, permit.dataset_id, permit.contractor_company_name

-- count_fields --
-- In one pass over the dataset's permits, those withdrawn left out.
insert into public.dataset_tallies (dataset_id, tallied_at, permit_count, first_issued_date, last_issued_date,
                                    asked_since, field_counts)
select %(dataset_id)s, clock_timestamp(), count(*), min(permit.issued_date),
       max(permit.issued_date) filter (where permit.issued_date <= %(today)s),
       (select case when bool_or(run.window_since is null) then null else min(run.window_since) end
          from public.etl_runs as run
         where run.dataset_id = %(dataset_id)s
           and run.status = 'success'
           and run.kind in ('sync', 'reconcile')),
       jsonb_build_object({counts})
  from public.permits as permit
 where permit.dataset_id = %(dataset_id)s
   and permit.withdrawn_at is null
    on conflict (dataset_id) do update
   set tallied_at = excluded.tallied_at, permit_count = excluded.permit_count,
       first_issued_date = excluded.first_issued_date, last_issued_date = excluded.last_issued_date,
       asked_since = excluded.asked_since, field_counts = excluded.field_counts
