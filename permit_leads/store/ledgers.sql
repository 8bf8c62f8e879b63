-- Statements of store/ledgers.py.

-- hashes --
-- md5 over the md5 of every row as JSON, by primary key; of events, in their order within a dataset. All columns of all
-- rows, but for the numbers of events: they come from a sequence, so that a run that was rolled back leaves a gap.
select 'permits' as name, count(*) as row_count,
       md5(coalesce(string_agg(md5(to_jsonb(one)::text), '' order by permit_id), '')) as hash
  from public.permits as one
 where %(dataset_id)s::text is null or dataset_id = %(dataset_id)s::text
 union all
select 'permit_versions', count(*),
       md5(coalesce(string_agg(md5(to_jsonb(one)::text), '' order by permit_id, one.version), ''))
  from public.permit_versions as one
  join public.permits as known using (permit_id)
 where %(dataset_id)s::text is null or known.dataset_id = %(dataset_id)s::text
 union all
select 'superseded_permits', count(*),
       md5(coalesce(string_agg(md5(to_jsonb(one)::text), '' order by permit_id, one.version), ''))
  from public.superseded_permits as one
  join public.permits as known using (permit_id)
 where %(dataset_id)s::text is null or known.dataset_id = %(dataset_id)s::text
 union all
select 'leads', count(*), md5(coalesce(string_agg(md5(to_jsonb(one)::text), '' order by lead_id), ''))
  from public.leads as one
 where %(dataset_id)s::text is null or dataset_id = %(dataset_id)s::text
 union all
select 'superseded_leads', count(*),
       md5(coalesce(string_agg(md5(to_jsonb(one)::text), '' order by lead_id, one.version), ''))
  from public.superseded_leads as one
  join public.leads as known using (lead_id)
 where %(dataset_id)s::text is null or known.dataset_id = %(dataset_id)s::text
 union all
select 'events', count(*),
       md5(coalesce(string_agg(md5((to_jsonb(one) - 'first_event_id' - 'last_event_id')::text), ''
                      order by dataset_id, last_event_id), ''))
  from public.events as one
 where %(dataset_id)s::text is null or dataset_id = %(dataset_id)s::text

-- permit_ids --
select count(*) as row_count, md5(coalesce(string_agg(permit_id::text, '' order by permit_id), '')) as hash
  from public.permits
 where %(dataset_id)s::text is null or dataset_id = %(dataset_id)s::text
