-- Statements of benchmarks/faults/judge.py and stage.py.

-- create_database --
create database {name}

-- copy_database --
create database {name} template {template} strategy file_copy

-- drop_database --
drop database if exists {name} with (force)

-- be_quick --
-- A benchmark's server that is thrown away need not survive a loss of power.
alter system set fsync = off

-- reload --
select pg_reload_conf()

-- stored --
-- What the store holds now, less what it says was withdrawn.
select permit_num, issued_date, permit_type_desc, permit_class, work_class, description, status_current,
       est_project_cost::float8, original_address1, original_city, original_zip, longitude, latitude,
       contractor_company_name
  from public.permits
 where withdrawn_at is null

-- run_record --
select status
  from public.etl_runs
 order by started_at desc
 limit 1

-- findings --
select code, severity, message
  from public.findings
 where run_id = (select run_id from public.etl_runs order by started_at desc limit 1)

-- rejections --
select permit_key, field
  from public.rejections
 where run_id = (select run_id from public.etl_runs order by started_at desc limit 1)

-- act_as_customer --
select set_config('role', 'authenticated', true),
       set_config('request.jwt.claims', '{"sub": "00000000-0000-4000-8000-000000000001", "role": "authenticated"}', true)

-- shown --
-- What a signed-in customer reads: leads and the permits they stand on.
select permit.permit_num, permit.issued_date, permit.permit_type_desc, permit.permit_class, permit.work_class,
       permit.description, permit.status_current, permit.est_project_cost::float8, permit.original_address1,
       permit.original_city, permit.original_zip, permit.longitude, permit.latitude, permit.contractor_company_name
  from public.leads as lead
  join public.permits as permit on permit.permit_id = lead.permit_id
