-- count_facets --
-- One pass over the candidates; `seen` says how many there were, fitting or not.
with candidate as materialized (
     {fitting}),
fitting as (
     select candidate.trade, candidate.kind, candidate.openness, candidate.county_fips, candidate.original_zip,
            candidate.permit_class_mapped
       from candidate
      where candidate.is_match)
select 'seen', null, 0, coalesce(max(candidate.seen), count(*)) from candidate
 union all select 'total', null, 0, count(*) from fitting
 union all select 'trade', fitting.trade, 0, count(*) from fitting group by fitting.trade
 union all select 'kind', fitting.kind, 0, count(*) from fitting group by fitting.kind
 union all select 'openness', fitting.openness, 0, count(*) from fitting group by fitting.openness
 union all select 'county_fips', fitting.county_fips, 0, count(*) from fitting group by fitting.county_fips
 union all select 'original_zip', fitting.original_zip, 0, count(*) from fitting group by fitting.original_zip
 union all select 'permit_class_mapped', fitting.permit_class_mapped, 0, count(*)
             from fitting group by fitting.permit_class_mapped;

-- by_leads --
select lead.trade, lead.kind, lead.openness, lead.county_fips, lead.original_zip, lead.permit_class_mapped,
            coalesce({rest}, false) as is_match, null::bigint as seen
       from {leads}
      limit {limit}

-- by_permits --
select lead.trade, lead.kind, lead.openness, lead.county_fips, lead.original_zip, lead.permit_class_mapped,
            lead.trade is not null as is_match, matching.seen
       from (select permit.permit_id, count(*) over () as seen from ({matching}) as permit) as matching
       left join lateral (
            select lead.trade, lead.kind, lead.openness, lead.county_fips, lead.original_zip, lead.permit_class_mapped
              from public.leads as lead
             where lead.permit_id = matching.permit_id
               and {conditions}
             limit 100) as lead on true
