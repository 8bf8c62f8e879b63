-- summary_columns --
-- One lead with the permit and the publisher it stands on; `lead` and `permit` are the names of the two.
lead.lead_id, lead.permit_id, lead.trade, lead.kind, lead.openness, lead.points, lead.reasons, lead.rank_key,
       lead.rank_date, permit.issued_date, permit.permit_num, permit.permit_type_desc, permit.permit_class_mapped,
       permit.work_class, permit.description, permit.status_current, permit.status_current_mapped,
       permit.original_address1, permit.original_city, permit.original_state, permit.original_zip, permit.county_fips,
       permit.latitude, permit.longitude, permit.est_project_cost::text as est_project_cost,
       permit.contractor_company_name, lead.dataset_id, dataset.publisher, page.simulated_note

-- summary_joins --
-- The page a permit was read from says whether a simulator gave it; all copies of one page say the same.
join public.permits as permit on permit.permit_id = lead.permit_id
  join public.datasets as dataset on dataset.dataset_id = lead.dataset_id
  left join lateral (
       select raw_page.simulated_note
         from public.raw_pages as raw_page
        where raw_page.page_sha256 = permit.page_sha256
        limit 1) as page on true

-- list_page --
-- First only keys, walked in index order and stopped at the page's end; then the rest for those few.
with found as materialized (
     select candidate.lead_id, candidate.rank_key
       from {source}
      order by candidate.rank_key desc, candidate.lead_id
      limit %(limit)s)
select {columns}
  from found
  join public.leads as lead on lead.lead_id = found.lead_id
  {joins}
 order by found.rank_key desc, found.lead_id;

-- walk_rank --
({branches}) as candidate

-- walk_pairs --
-- Each trade of each county in its own index order: the cost is that of the page, not of the table.
unnest(%(trades)s::text[]) as wanted_trade (trade)
      cross join unnest(%(counties)s::text[]) as wanted_county (county_fips)
      cross join lateral ({branches}) as candidate

-- walk_zips --
unnest(%(zips)s::text[]) as wanted_zip (original_zip)
      cross join lateral ({branches}) as candidate

-- branch --
(select lead.lead_id, lead.rank_key
   from public.leads as lead
   {words_join}
  where {conditions}
  order by lead.rank_key desc, lead.lead_id
  limit %(limit)s)

-- collect --
-- For few matches among many leads: walking in order could go through the whole table before the page is full.
(with fitting as materialized (
      select lead.lead_id, lead.rank_key
        from public.leads as lead
        {words_join}
       where {conditions})
 select fitting.lead_id, fitting.rank_key
   from fitting) as candidate

-- words_join --
-- All words must stand in the permit; permit_leads.search makes them of texts and of questions alike.
join public.permits as permit
     on permit.permit_id = lead.permit_id
    and permit.search_words @> %(words)s::text[]

-- count_leads --
-- Counting stops at the bound; what no index tells is looked at only for the rows up to there.
select count(*), count(*) filter (where candidate.is_match)
  from (select coalesce({rest}, false) as is_match
          from public.leads as lead
         where {conditions}
         limit %(count_limit)s) as candidate;

-- count_words --
-- Bounded by permits here: their words are the index.
with matching as materialized (
     select permit.permit_id
       from public.permits as permit
      where permit.search_words @> %(words)s::text[]
      limit %(words_limit)s)
select (select count(*) from matching), count(*)
  from matching
  join public.leads as lead on lead.permit_id = matching.permit_id
 where {conditions};

-- everything --
true

-- by_openness --
lead.openness = any(%(openness)s::text[])

-- by_trade --
lead.trade = any(%(trades)s::text[])

-- by_county --
lead.county_fips = any(%(counties)s::text[])

-- by_zip --
lead.original_zip = any(%(zips)s::text[])

-- by_wanted_trade --
lead.trade = wanted_trade.trade

-- by_wanted_county --
lead.county_fips = wanted_county.county_fips

-- by_wanted_zip --
lead.original_zip = wanted_zip.original_zip

-- by_rank --
lead.rank_key >= %(min_rank_key)s

-- by_cost --
lead.est_project_cost >= %(min_cost)s

-- by_kind --
lead.kind = %(kind)s

-- by_rank_date --
-- No lead was issued after the day it is ranked by; this narrows before the permit is looked at.
lead.rank_date >= %(issued_since)s

-- by_issued_date --
exists (select 1
          from public.permits as permit
         where permit.permit_id = lead.permit_id
           and permit.issued_date >= %(issued_since)s)

-- after_rank --
lead.rank_key < %(after_rank_key)s

-- after_tie --
lead.rank_key = %(after_rank_key)s and lead.lead_id > %(after_lead_id)s

-- after_cursor --
(lead.rank_key < %(after_rank_key)s or (lead.rank_key = %(after_rank_key)s and lead.lead_id > %(after_lead_id)s))
