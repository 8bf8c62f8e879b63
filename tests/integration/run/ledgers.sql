-- What two stores must agree on: everything but instants and the ids of runs.

-- fingerprint --
select 'permits' as name, count(*) as row_count,
       md5(coalesce(string_agg(md5((to_jsonb(permit) - 'recorded_at' - 'first_recorded_at')::text), '' order by permit_id), ''))
  from public.permits as permit
 union all
select 'permit_versions', count(*),
       md5(coalesce(string_agg(md5((to_jsonb(learned) - 'recorded_at' - 'run_id')::text), '' order by permit_id, learned.version), ''))
  from public.permit_versions as learned
 union all
select 'superseded_permits', count(*),
       md5(coalesce(string_agg(md5((to_jsonb(old) - 'superseded_at')::text), '' order by permit_id, old.version), ''))
  from public.superseded_permits as old
 union all
select 'leads', count(*),
       md5(coalesce(string_agg(md5((to_jsonb(lead) - 'created_at' - 'updated_at')::text), '' order by lead_id), ''))
  from public.leads as lead
 union all
select 'superseded_leads', count(*),
       md5(coalesce(string_agg(md5((to_jsonb(old) - 'superseded_at' - 'lead' || (old.lead - 'created_at' - 'updated_at'))::text), '' order by lead_id, old.version), ''))
  from public.superseded_leads as old
 union all
select 'events', coalesce(sum(last_event_id - first_event_id + 1), 0),
       md5(coalesce(string_agg(md5(kind || dataset_id || permit_ids::text || coalesce(lead_ids::text, '') || coalesce(versions::text, '')), '' order by last_event_id), ''))
  from public.events
 union all
select 'rejections', count(*),
       md5(coalesce(string_agg(md5((to_jsonb(rejection) - 'rejection_id' - 'run_id')::text), '' order by permit_key, field), ''))
  from public.rejections as rejection
 where run_id = (select run_id from public.etl_runs order by started_at desc limit 1)

-- written_at --
-- Newest instant at which anything was written, to see that a second run wrote nothing.
select greatest(
         (select max(recorded_at) from public.permits), (select max(recorded_at) from public.permit_versions),
         (select max(updated_at) from public.leads)
       )

-- empty --
truncate public.permits, public.permit_versions, public.superseded_permits, public.leads, public.superseded_leads,
  public.events, public.rejections,
  public.etl_runs, public.etl_state, public.raw_pages, public.findings

-- committed_runs --
select run_id
  from public.etl_runs
 where status = 'success'

-- pages --
-- Rows pages in the order they came.
select status, page_sha256
  from public.raw_pages
 where kind = 'rows'
 order by fetched_at
