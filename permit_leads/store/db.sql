-- act_as_etl --
set role service_role;

-- use_utc --
set time zone 'UTC';
-- A machine that vanished is noticed within a minute, and its locks fall; over a local socket this says nothing.
set tcp_keepalives_idle = 30;
set tcp_keepalives_interval = 10;
set tcp_keepalives_count = 3;

-- find_state --
-- Fails when the migrations were never applied.
select 1
  from public.etl_state
 limit 1;
