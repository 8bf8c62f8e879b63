-- Statements of benchmarks/completeness.py.

-- create_database --
create database {name}

-- stored --
-- What the store says of each permit that it takes to be listed, as text.
select permit_key, permit_num, status_current, original_address1, description, est_project_cost::text,
       contractor_company_name, issued_date::text, status_date::text
  from public.permits
 where withdrawn_at is null

-- count_duplicates --
-- Permits under one number, leads of one permit and trade, and changes that are told twice.
select (select count(*) - count(distinct permit_num) from public.permits where withdrawn_at is null)
     + (select count(*) - count(distinct (permit_id, trade)) from public.leads)
     + (select count(*) - count(distinct (permit_id, version)) from public.permit_versions)

-- changed_keys --
-- Permits of which a version was recorded since, but not their first one.
select permits.permit_key
  from public.permit_versions as version
  join public.permits using (permit_id)
 where version.version > 1
   and version.withdrawn_reason is null
   and version.recorded_at > %(since)s
