-- The ten searches as plain SQL, a statement each, for benchmarks.search_floor: what a page costs at the least, without
-- role, total, coverage, pages shown as a person reads them. Over the same tables and indexes.

-- newest_in_county --
select lead.lead_id, lead.trade, lead.points, lead.reasons, lead.rank_key, permit.issued_date, permit.permit_num,
       permit.description, permit.original_address1, permit.original_zip, permit.est_project_cost
  from public.leads as lead
  join public.permits as permit on permit.permit_id = lead.permit_id
 where lead.openness in ('open', 'likely')
   and lead.trade = %(trade)s
   and lead.county_fips = %(county)s
 order by coalesce(lead.rank_date, date '0001-01-01') desc, lead.lead_id
 limit 25;

-- best_in_zips --
select lead.lead_id, lead.trade, lead.points, lead.reasons, lead.rank_key, permit.issued_date, permit.permit_num,
       permit.description, permit.original_address1, permit.original_zip, permit.est_project_cost
  from public.leads as lead
  join public.permits as permit on permit.permit_id = lead.permit_id
 where lead.openness in ('open', 'likely')
   and lead.original_zip = any(%(zips)s)
   and lead.est_project_cost >= %(min_cost)s
 order by lead.rank_key desc, lead.lead_id
 limit 25;

-- words_nearby --
select lead.lead_id, lead.trade, lead.points, lead.reasons, lead.rank_key, permit.issued_date, permit.permit_num,
       permit.description, permit.original_address1, permit.original_zip, permit.est_project_cost
  from public.leads as lead
  join public.permits as permit on permit.permit_id = lead.permit_id
 where lead.openness in ('open', 'likely')
   and permit.search_words @> %(stems)s
   and permit.latitude between %(south)s and %(north)s
   and permit.longitude between %(west)s and %(east)s
   and 7917.5 * asin(least(1.0, sqrt(power(sind((permit.latitude - %(lat)s) / 2.0), 2)
       + cosd(permit.latitude) * cosd(%(lat)s) * power(sind((permit.longitude - %(lon)s) / 2.0), 2)))) <= %(miles)s
 order by lead.rank_key desc, lead.lead_id
 limit 25;

-- map_view --
select floor(permit.longitude / %(side)s) as x, floor(permit.latitude / %(side)s) as y, count(*)
  from public.leads as lead
  join public.permits as permit on permit.permit_id = lead.permit_id
 where lead.openness in ('open', 'likely')
   and lead.trade = %(trade)s
   and permit.latitude between %(south)s and %(north)s
   and permit.longitude between %(west)s and %(east)s
 group by 1, 2;

-- drawn_area --
select lead.lead_id, lead.trade, lead.points, lead.reasons, lead.rank_key, permit.issued_date, permit.permit_num,
       permit.description, permit.original_address1, permit.original_zip, permit.est_project_cost
  from public.leads as lead
  join public.permits as permit on permit.permit_id = lead.permit_id
 where lead.openness in ('open', 'likely')
   and lead.trade = any(%(trades)s)
   and permit.latitude between %(south)s and %(north)s
   and permit.longitude between %(west)s and %(east)s
   and %(ring)s::polygon @> point(permit.longitude, permit.latitude)
 order by lead.rank_key desc, lead.lead_id
 limit 25;

-- territory --
select lead.lead_id, lead.trade, lead.points, lead.reasons, lead.rank_key, permit.issued_date, permit.permit_num,
       permit.description, permit.original_address1, permit.original_zip, permit.est_project_cost
  from public.leads as lead
  join public.permits as permit on permit.permit_id = lead.permit_id
 where lead.openness in ('open', 'likely')
   and lead.rank_key >= %(min_rank_key)s
   and (lead.original_zip = any(%(zips)s)
        or (permit.latitude between %(south)s and %(north)s
            and permit.longitude between %(west)s and %(east)s
            and %(ring)s::polygon @> point(permit.longitude, permit.latitude)))
 order by lead.rank_key desc, lead.lead_id
 limit 25;

-- either_or --
select lead.lead_id, lead.trade, lead.points, lead.reasons, lead.rank_key, permit.issued_date, permit.permit_num,
       permit.description, permit.original_address1, permit.original_zip, permit.est_project_cost
  from public.leads as lead
  join public.permits as permit on permit.permit_id = lead.permit_id
 where lead.openness in ('open', 'likely')
   and lead.county_fips = %(county)s
   and ((lead.trade = %(one)s and lead.est_project_cost >= %(min_cost)s)
        or (lead.trade = %(other)s and permit.search_words @> %(stems)s))
 order by lead.rank_key desc, lead.lead_id
 limit 25;

-- changed_since --
select lead.lead_id, lead.trade, lead.points, lead.reasons, lead.rank_key, permit.issued_date, permit.permit_num,
       permit.description, permit.original_address1, permit.original_zip, permit.est_project_cost
  from public.leads as lead
  join public.permits as permit on permit.permit_id = lead.permit_id
 where lead.openness in ('open', 'likely')
   and lead.trade = %(trade)s
   and lead.updated_at >= %(since)s
 order by lead.updated_at desc, lead.lead_id
 limit 100;

-- page_twenty --
-- By the key that page nineteen ends with, which whoever pages through knows.
select lead.lead_id, lead.trade, lead.points, lead.reasons, lead.rank_key, permit.issued_date, permit.permit_num,
       permit.description, permit.original_address1, permit.original_zip, permit.est_project_cost
  from public.leads as lead
  join public.permits as permit on permit.permit_id = lead.permit_id
 where lead.openness in ('open', 'likely')
   and lead.trade = %(trade)s
   and lead.county_fips = %(county)s
   and lead.rank_key <= %(after_key)s
   and (lead.rank_key < %(after_key)s or lead.lead_id > %(after_lead_id)s::uuid)
 order by lead.rank_key desc, lead.lead_id
 limit 25;

-- facets --
-- Of all, where the API stops counting at a bound.
select lead.trade, lead.kind, lead.openness, lead.original_zip, lead.permit_class_mapped, count(*)
  from public.leads as lead
 where lead.openness in ('open', 'likely')
   and lead.county_fips = %(county)s
   and lead.est_project_cost >= %(min_cost)s
 group by grouping sets ((lead.trade), (lead.kind), (lead.openness), (lead.original_zip), (lead.permit_class_mapped));

-- last_of_page_nineteen --
select lead.rank_key, lead.lead_id::text
  from public.leads as lead
 where lead.openness in ('open', 'likely')
   and lead.trade = %(trade)s
   and lead.county_fips = %(county)s
 order by lead.rank_key desc, lead.lead_id
offset 474
 limit 1;
