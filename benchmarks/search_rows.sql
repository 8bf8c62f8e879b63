-- Statements of benchmarks.search_rows.

-- say_when --
-- A fetch of years at once learns all of it at one instant; what came day by day was learned the day after its issue.
update public.leads as lead
   set created_at = learned.at, updated_at = learned.at
  from (select known.lead_id,
               least(now(), known.rank_date + time '12:00'
                            + interval '1 second' * (43200 + mod(abs(hashtext(known.lead_id::text)), 43200))) as at
          from public.leads as known) as learned
 where learned.lead_id = lead.lead_id;

-- count_leads --
select count(*)
  from public.leads;

-- secondary_indexes --
-- What a first fill is faster without; made again afterwards.
select format('%I.%I', namespace.nspname, index.relname), pg_get_indexdef(known.indexrelid)
  from pg_index as known
  join pg_class as index on index.oid = known.indexrelid
  join pg_namespace as namespace on namespace.oid = index.relnamespace
 where known.indrelid in ('public.permits'::regclass, 'public.leads'::regclass)
   and not known.indisunique;

-- drop_index --
drop index {name};

-- keep_real --
create temporary table real_permits as
select permit_id from public.permits;

-- copy_permits --
-- Every real permit once more, so many weeks earlier, under a new id; all else as published.
insert into public.permits
select made.*
  from real_permits
  join public.permits as permit on permit.permit_id = real_permits.permit_id
 cross join lateral jsonb_populate_record(permit, jsonb_build_object(
       'permit_id', md5(%(weeks)s::text || permit.permit_id)::uuid,
       'permit_key', permit.permit_key || ' -' || %(weeks)s::text || 'w',
       'applied_date', permit.applied_date - 7 * %(weeks)s::integer,
       'issued_date', permit.issued_date - 7 * %(weeks)s::integer,
       'completed_date', permit.completed_date - 7 * %(weeks)s::integer,
       'expires_date', permit.expires_date - 7 * %(weeks)s::integer,
       'status_date', permit.status_date - 7 * %(weeks)s::integer)) as made;

-- lead_columns --
-- All but the generated ones.
select attname
  from pg_attribute
 where attrelid = 'public.leads'::regclass
   and attnum > 0
   and not attisdropped
   and attgenerated = '';

-- copy_leads --
-- Their leads: a week older is a week lower in rank, as scoring would have it.
insert into public.leads ({columns})
select {made}
  from real_permits
  join public.leads as lead on lead.permit_id = real_permits.permit_id
 cross join lateral jsonb_populate_record(lead, jsonb_build_object(
       'lead_id', md5(%(weeks)s::text || lead.lead_id)::uuid,
       'permit_id', md5(%(weeks)s::text || lead.permit_id)::uuid,
       'rank_date', lead.rank_date - 7 * %(weeks)s::integer,
       'rank_key', lead.rank_key - 7 * %(weeks)s::integer * %(per_day)s::bigint,
       'created_at', lead.created_at - %(weeks)s::integer * interval '1 week',
       'updated_at', lead.updated_at - %(weeks)s::integer * interval '1 week')) as made
 limit %(limit)s;

-- more_memory --
set maintenance_work_mem = '512MB';

-- vacuum --
vacuum analyze public.leads, public.permits, public.raw_pages, public.datasets;

-- counts --
select (select count(*) from public.leads), (select count(*) from public.permits),
       (select count(*) from public.leads where openness in ('open', 'likely'));

-- zips --
-- Where there is most to be had, by county.
select lead.county_fips, lead.original_zip
  from public.leads as lead
 where lead.openness in ('open', 'likely')
   and lead.original_zip is not null
   and lead.county_fips in ('48453', '47037')
 group by lead.county_fips, lead.original_zip
having count(*) >= 20
 order by lead.county_fips, lead.original_zip;

-- places --
-- Positions of real permits with a lead: where people build is where people search.
select permit.latitude, permit.longitude
  from public.leads as lead
  join public.permits as permit on permit.permit_id = lead.permit_id
 where lead.openness in ('open', 'likely')
   and lead.county_fips = '48453'
   and permit.latitude between 30.1 and 30.5
   and permit.longitude between -97.95 and -97.55
 order by lead.lead_id
 limit 100;
