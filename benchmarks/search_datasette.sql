-- Statements of benchmarks.search_datasette: out of PostgreSQL, and what SQLite is told.

-- read_permits --
-- Of permits that have a lead; searches see no others.
select permit.permit_id::text, permit.issued_date::text, permit.permit_num, permit.description,
       permit.original_address1, permit.original_zip, permit.est_project_cost::float8, permit.latitude,
       permit.longitude, array_to_string(permit.search_words, ' ')
  from public.permits as permit
 where exists (select 1 from public.leads as lead where lead.permit_id = permit.permit_id);

-- read_leads --
select lead.lead_id::text, lead.permit_id::text, lead.trade, lead.kind, lead.openness, lead.points, lead.reasons::text,
       lead.rank_key, lead.rank_date::text, lead.county_fips, lead.original_zip, lead.permit_class_mapped,
       lead.est_project_cost::float8, extract(epoch from lead.updated_at)::float8
  from public.leads as lead;

-- make_tables --
create table permits (
  permit_id text primary key, issued_date text, permit_num text, description text, original_address1 text,
  original_zip text, est_project_cost real, latitude real, longitude real, search_words text
) without rowid;
create table leads (
  lead_id text primary key, permit_id text, trade text, kind text, openness text, points integer, reasons text,
  rank_key integer, rank_date text, county_fips text, original_zip text, permit_class_mapped text,
  est_project_cost real, updated_at real
);
create virtual table permit_words using fts5 (permit_id unindexed, search_words);

-- put_permit --
insert into permits values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?);

-- put_words --
insert into permit_words (permit_id, search_words) select permit_id, search_words from permits;

-- put_lead --
insert into leads values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);

-- make_indexes --
create index leads_by_permit on leads (permit_id, trade);
create index leads_by_trade_county on leads (trade, county_fips, rank_key desc, lead_id) where openness in ('open', 'likely');
create index leads_by_trade_day on leads (trade, county_fips, rank_date desc, lead_id) where openness in ('open', 'likely');
create index leads_by_rank on leads (rank_key desc, lead_id) where openness in ('open', 'likely');
create index leads_by_zip on leads (original_zip, rank_key desc, lead_id) where openness in ('open', 'likely');
create index leads_by_county on leads (county_fips, est_project_cost) where openness in ('open', 'likely');
create index leads_by_change on leads (updated_at desc) where openness in ('open', 'likely');
create index permits_by_place on permits (latitude, longitude);
analyze;

-- newest_in_county --
select lead.lead_id, lead.trade, lead.points, lead.reasons, lead.rank_key, permit.issued_date, permit.permit_num,
       permit.description, permit.original_address1, permit.original_zip, permit.est_project_cost
  from leads as lead
  join permits as permit on permit.permit_id = lead.permit_id
 where lead.openness in ('open', 'likely')
   and lead.trade = :trade
   and lead.county_fips = :county
 order by lead.rank_date desc, lead.lead_id
 limit 25

-- best_in_zips --
select lead.lead_id, lead.trade, lead.points, lead.reasons, lead.rank_key, permit.issued_date, permit.permit_num,
       permit.description, permit.original_address1, permit.original_zip, permit.est_project_cost
  from leads as lead
  join permits as permit on permit.permit_id = lead.permit_id
 where lead.openness in ('open', 'likely')
   and lead.original_zip in (select value from json_each(:zips))
   and lead.est_project_cost >= cast(:min_cost as real)
 order by lead.rank_key desc, lead.lead_id
 limit 25

-- words_nearby --
select lead.lead_id, lead.trade, lead.points, lead.reasons, lead.rank_key, permit.issued_date, permit.permit_num,
       permit.description, permit.original_address1, permit.original_zip, permit.est_project_cost
  from permit_words
  join permits as permit on permit.permit_id = permit_words.permit_id
  join leads as lead on lead.permit_id = permit.permit_id
 where permit_words match :match
   and lead.openness in ('open', 'likely')
   and permit.latitude between cast(:south as real) and cast(:north as real)
   and permit.longitude between cast(:west as real) and cast(:east as real)
   and 7917.5 * asin(min(1.0, sqrt(pow(sin(radians(permit.latitude - cast(:lat as real)) / 2), 2)
       + cos(radians(permit.latitude)) * cos(radians(cast(:lat as real)))
       * pow(sin(radians(permit.longitude - cast(:lon as real)) / 2), 2)))) <= cast(:miles as real)
 order by lead.rank_key desc, lead.lead_id
 limit 25

-- map_view --
select floor(permit.longitude / cast(:side as real)) as x, floor(permit.latitude / cast(:side as real)) as y, count(*)
  from permits as permit
  join leads as lead on lead.permit_id = permit.permit_id
 where permit.latitude between cast(:south as real) and cast(:north as real)
   and permit.longitude between cast(:west as real) and cast(:east as real)
   and lead.openness in ('open', 'likely')
   and lead.trade = :trade
 group by 1, 2

-- drawn_area --
-- The box around the area: SQLite knows no polygons.
select lead.lead_id, lead.trade, lead.points, lead.reasons, lead.rank_key, permit.issued_date, permit.permit_num,
       permit.description, permit.original_address1, permit.original_zip, permit.est_project_cost
  from leads as lead
  join permits as permit on permit.permit_id = lead.permit_id
 where lead.openness in ('open', 'likely')
   and lead.trade in (select value from json_each(:trades))
   and permit.latitude between cast(:south as real) and cast(:north as real)
   and permit.longitude between cast(:west as real) and cast(:east as real)
 order by lead.rank_key desc, lead.lead_id
 limit 25

-- territory --
-- The box around the area again.
select lead.lead_id, lead.trade, lead.points, lead.reasons, lead.rank_key, permit.issued_date, permit.permit_num,
       permit.description, permit.original_address1, permit.original_zip, permit.est_project_cost
  from leads as lead
  join permits as permit on permit.permit_id = lead.permit_id
 where lead.openness in ('open', 'likely')
   and lead.rank_key >= cast(:min_rank_key as integer)
   and (lead.original_zip in (select value from json_each(:zips))
        or (permit.latitude between cast(:south as real) and cast(:north as real)
            and permit.longitude between cast(:west as real) and cast(:east as real)))
 order by lead.rank_key desc, lead.lead_id
 limit 25

-- either_or --
select lead.lead_id, lead.trade, lead.points, lead.reasons, lead.rank_key, permit.issued_date, permit.permit_num,
       permit.description, permit.original_address1, permit.original_zip, permit.est_project_cost
  from leads as lead
  join permits as permit on permit.permit_id = lead.permit_id
 where lead.openness in ('open', 'likely')
   and lead.county_fips = :county
   and ((lead.trade = :one and lead.est_project_cost >= cast(:min_cost as real))
        or (lead.trade = :other and ' ' || permit.search_words || ' ' like :like))
 order by lead.rank_key desc, lead.lead_id
 limit 25

-- changed_since --
select lead.lead_id, lead.trade, lead.points, lead.reasons, lead.rank_key, permit.issued_date, permit.permit_num,
       permit.description, permit.original_address1, permit.original_zip, permit.est_project_cost
  from leads as lead
  join permits as permit on permit.permit_id = lead.permit_id
 where lead.openness in ('open', 'likely')
   and lead.trade = :trade
   and lead.updated_at >= cast(:since_epoch as real)
 order by lead.updated_at desc, lead.lead_id
 limit 100

-- page_twenty --
select lead.lead_id, lead.trade, lead.points, lead.reasons, lead.rank_key, permit.issued_date, permit.permit_num,
       permit.description, permit.original_address1, permit.original_zip, permit.est_project_cost
  from leads as lead
  join permits as permit on permit.permit_id = lead.permit_id
 where lead.openness in ('open', 'likely')
   and lead.trade = :trade
   and lead.county_fips = :county
   and lead.rank_key <= cast(:after_key as integer)
   and (lead.rank_key < cast(:after_key as integer) or lead.lead_id > :after_lead_id)
 order by lead.rank_key desc, lead.lead_id
 limit 25

-- facets --
with fitting as materialized (
     select lead.trade, lead.kind, lead.openness, lead.original_zip, lead.permit_class_mapped
       from leads as lead
      where lead.openness in ('open', 'likely')
        and lead.county_fips = :county
        and lead.est_project_cost >= cast(:min_cost as real))
select 'trade', trade, count(*) from fitting group by 2
 union all select 'kind', kind, count(*) from fitting group by 2
 union all select 'openness', openness, count(*) from fitting group by 2
 union all select 'original_zip', original_zip, count(*) from fitting group by 2
 union all select 'permit_class_mapped', permit_class_mapped, count(*) from fitting group by 2
