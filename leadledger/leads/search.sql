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
     select candidate.lead_id, candidate.key, candidate.number
       from {source}
      order by candidate.key desc, candidate.lead_id
      limit %(limit)s)
select {columns}, found.number as order_number
  from found
  join public.leads as lead on lead.lead_id = found.lead_id
  {joins}
 order by found.key desc, found.lead_id;

-- walk_order --
({branches}) as candidate

-- walk_stretches --
-- Each stretch of an index in its order: the cost is that of the page, not of the table.
{stretches}
      cross join lateral ({branches}) as candidate

-- pairs --
-- The trades of the counties.
unnest(%(trade)s::text[]) as wanted_trade (trade)
      cross join unnest(%(county)s::text[]) as wanted_county (county_fips)

-- zips --
unnest(%(zip)s::text[]) as wanted_zip (original_zip)

-- cells --
generate_series({south}::integer, {north}::integer) as cell_row (number)
      cross join generate_series({west}::integer, {east}::integer) as cell_column (number)

-- branch --
(select lead.lead_id, {key} as key, {number} as number
   from public.leads as lead
  where {conditions}
  order by {key} desc, lead.lead_id
  limit %(limit)s)

-- walk_merged --
-- Stretches of an index side by side, each in its order and merged as they are read: no more is read than the page needs.
({branches}) as candidate

-- stretch --
-- A limit tells the planner that few will be read; what is asked beside the stretch is asked outside of it, or the
-- planner expects so few that it would rather read and sort them all.
(select lead.lead_id, lead.key, lead.number
   from (select lead.*, {key} as key, {number} as number
           from public.leads as lead
          where {conditions}
          order by {key} desc, lead.lead_id
          limit {limit}) as lead
  where {rest}
  order by lead.key desc, lead.lead_id)

-- boundless --
-- A limit that the planner cannot know, so it takes it for a tenth of all. A real one would end one stretch early and
-- let worse leads of another stand before what is beyond it.
(select 9223372036854775807)

-- collect --
-- For few matches among many leads: walking in order could go through the whole table before the page is full.
(with fitting as materialized (
      select lead.lead_id, {key} as key, {number} as number
        from {leads})
 select fitting.lead_id, fitting.key, fitting.number
   from fitting) as candidate

-- collect_by_permits --
-- The same where words find them by an index of permits. No permit has a hundred leads; the limit makes it a look-up each.
(with matching as materialized (
      select permit.permit_id
        from public.permits as permit
       where {permit_conditions})
 select lead.lead_id, lead.key, lead.number
   from matching
  cross join lateral (
        select lead.lead_id, {key} as key, {number} as number
          from public.leads as lead
         where lead.permit_id = matching.permit_id
           and {conditions}
         limit 100) as lead) as candidate

-- count_leads --
-- Counting stops at the bound; what no index tells is looked at only for the rows up to there.
select count(*), count(*) filter (where candidate.is_match)
  from (select coalesce({rest}, false) as is_match
          from {leads}
         limit {limit}) as candidate;

-- count_stretches --
-- Where each look costs one at a permit, a sample: the best few of each stretch, among which the page will be found.
select case when bool_or(part.seen >= {share}) then %(dear_limit)s else coalesce(sum(part.seen), 0)::bigint end,
       coalesce(sum(part.fitting), 0)::bigint
  from {stretches}
 cross join lateral (
       select count(*) as seen, count(*) filter (where candidate.is_match) as fitting
         from (select coalesce({rest}, false) as is_match
                 from (select lead.*
                         from public.leads as lead
                        where {conditions}
                        order by lead.rank_key desc, lead.lead_id
                        limit {share}) as lead) as candidate) as part;

-- all_leads --
public.leads as lead
         where {conditions}

-- leads_in_cells --
-- One stretch of the index a row of cells; `offset 0` keeps the planner from reading all leads and joining the rows.
generate_series({south}::integer, {north}::integer) as cell_row (number)
         cross join lateral (
               select lead.*
                 from public.leads as lead
                where {in_row}
                  and {conditions}
               offset 0) as lead

-- in_row --
lead.cell between cell_row.number * {width} + {west} and cell_row.number * {width} + {east}

-- in_zips --
lead.original_zip = {zip}

-- in_pairs --
lead.trade = {trade}
   and lead.county_fips = {county}

-- in_this_cell --
lead.cell = cell_row.number * {width} + cell_column.number

-- in_cell --
lead.cell = {cell}

-- count_by_permits --
-- Bounded by permits here: their words are the index.
with matching as materialized (
     select permit.permit_id
       from public.permits as permit
      where {permit_conditions}
      limit %(permit_limit)s)
select (select count(*) from matching), count(lead.lead_id)
  from matching
 cross join lateral (
       select lead.lead_id
         from public.leads as lead
        where lead.permit_id = matching.permit_id
          and {conditions}
        limit 100) as lead;

-- matching_permits --
select permit.permit_id
  from public.permits as permit
 where {permit_conditions}
 limit %(permit_limit)s

-- its_permit --
-- A look-up for each lead that passed all else; `offset 0` keeps the planner from joining with all permits instead.
exists (select 1
          from public.permits as permit
         where permit.permit_id = lead.permit_id
           and {conditions}
        offset 0)

-- in_box --
{row}.latitude between {south} and {north} and {row}.longitude between {west} and {east}

-- in_circle --
-- Great circle on a sphere of the Earth's mean radius, 3958.7613 miles; half a percent from the ellipsoid at most.
7917.5226 * asin(least(1.0, sqrt(power(sind(({row}.latitude - {lat}) / 2.0), 2)
  + cosd({row}.latitude) * cosd({lat}) * power(sind(({row}.longitude - {lon}) / 2.0), 2)))) <= {miles}

-- in_ring --
{ring}::polygon @> point({row}.longitude, {row}.latitude)

-- not_in_ring --
not ({ring}::polygon @> point({row}.longitude, {row}.latitude))

-- has_words --
permit.search_words @> {words}::text[]

-- everything --
true

-- by_openness --
lead.openness = any(%(openness)s::text[])

-- by_trade --
lead.trade = any(%(trade)s::text[])

-- by_county --
lead.county_fips = any(%(county)s::text[])

-- by_zip --
lead.original_zip = any(%(zip)s::text[])

-- by_wanted_trade --
lead.trade = wanted_trade.trade

-- by_wanted_county --
lead.county_fips = wanted_county.county_fips

-- by_wanted_zip --
lead.original_zip = wanted_zip.original_zip

-- by_rank --
lead.rank_key >= %(min_rank_key)s

-- below_rank --
lead.rank_key < %(below_rank_key)s

-- by_cost --
lead.est_project_cost >= %(min_cost)s

-- up_to_cost --
lead.est_project_cost <= %(max_cost)s

-- by_kind --
lead.kind = any(%(kind)s::text[])

-- by_class --
lead.permit_class_mapped = any(%(permit_class_mapped)s::text[])

-- by_change --
lead.updated_at >= %(changed_since)s

-- by_rank_date --
-- No lead was issued after the day it is ranked by; this narrows before the permit is looked at.
lead.rank_date >= %(issued_since)s

-- by_indexed_cost --
coalesce(lead.est_project_cost, -1) >= 50000

-- issued_since --
permit.issued_date >= %(issued_since)s

-- issued_until --
permit.issued_date <= %(issued_until)s

-- applied_since --
permit.applied_date >= %(applied_since)s

-- applied_until --
permit.applied_date <= %(applied_until)s

-- completed_since --
permit.completed_date >= %(completed_since)s

-- completed_until --
permit.completed_date <= %(completed_until)s

-- by_work_class --
permit.work_class_mapped = any(%(work_class_mapped)s::text[])

-- by_status --
permit.status_current_mapped = any(%(status_current_mapped)s::text[])

-- by_contractor --
(permit.contractor_company_name is not null) = %(has_contractor)s

-- after_rank --
{key} < {after}

-- after_tie --
{key} = {after} and lead.lead_id > %(after_lead_id)s

-- up_to_cursor --
-- Says no more than after_cursor does, in a way that an index can begin with.
{key} <= {after}

-- after_cursor --
({key} < {after} or ({key} = {after} and lead.lead_id > %(after_lead_id)s))
