-- datasets --
-- One row a dataset with its state and its last complete run. A run of one window by hand succeeds without moving the
-- state; a replay brings nothing new, and a restored file says nothing of today. A batch that is held back
-- counts until a later run has gone well.
select dataset.dataset_id, dataset.publisher, dataset.title, dataset.state, dataset.county_fips, dataset.protocol,
       dataset.is_enabled, dataset.disabled_reason, dataset.freshness_hours, dataset.published_fields,
       dataset.licence, dataset.attribution, dataset.is_resale_ok, coalesce(state.status, complete.status) as status,
       coalesce(state.last_run, complete.started_at) as last_run,
       greatest(state.last_success, complete.finished_at) as last_success,
       complete.record_count, complete.simulated_note, newest.issued_date as newest_issued_date,
       held.held_at, held.codes as held_codes
  from public.datasets as dataset
  left join public.etl_state as state on state.source = dataset.dataset_id
  left join lateral (
       select run.status, run.record_count, run.simulated_note, run.started_at, run.finished_at
         from public.etl_runs as run
        where run.dataset_id = dataset.dataset_id
          and run.status = 'success'
          and run.kind not in ('replay', 'restore')
        order by run.started_at desc
        limit 1) as complete on true
  left join lateral (
       select permit.issued_date
         from public.permits as permit
        where permit.dataset_id = dataset.dataset_id and permit.issued_date <= %(today)s
        order by permit.issued_date desc
        limit 1) as newest on true
  left join lateral (
       select hold.held_at, hold.codes
         from public.held_runs as hold
        where hold.dataset_id = dataset.dataset_id
          and (hold.decision is null or hold.decision = 'rejected')
          and hold.held_at > coalesce(complete.finished_at, '-infinity')
        order by hold.held_at desc
        limit 1) as held on true
 order by dataset.publisher, dataset.dataset_id;

-- latest_run --
-- Counts can only have changed when this has.
select max(run.finished_at)
  from public.etl_runs as run;

-- permit_counts --
select permit.dataset_id, count(*)
  from public.permits as permit
 group by permit.dataset_id;

-- lead_counts --
-- Counties of open leads by dataset: permits reach beyond the publisher's own county.
select lead.dataset_id, lead.county_fips, count(*)
  from public.leads as lead
 where lead.openness in ('open', 'likely')
 group by lead.dataset_id, lead.county_fips;

-- datasets_of_zips --
-- Who has leads in these ZIPs: a few of each suffice to tell.
select distinct candidate.dataset_id
  from unnest(%(zips)s::text[]) as wanted_zip (original_zip)
 cross join lateral (
       select lead.dataset_id
         from public.leads as lead
        where lead.original_zip = wanted_zip.original_zip
          and lead.openness in ('open', 'likely')
        limit 200) as candidate;

-- datasets_of_cells --
-- Who has leads in these cells, had or to be had: a few of each row of cells suffice to tell.
select distinct candidate.dataset_id
  from generate_series({south}::integer, {north}::integer) as cell_row (number)
 cross join lateral (
       select lead.dataset_id
         from public.leads as lead
        where lead.cell between cell_row.number * {width} + {west} and cell_row.number * {width} + {east}
        limit 50) as candidate;
