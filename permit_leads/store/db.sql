-- act_as_etl --
set role service_role;

-- use_utc --
set time zone 'UTC';

-- find_state --
-- Fails when the migrations were never applied.
select 1
  from public.etl_state
 limit 1;
