-- has_database --
select 1
  from pg_database
 where datname = 'leadledger';

-- create_database --
create database leadledger;

-- has_api_role --
select 1
  from pg_roles
 where rolname = 'leadledger_api';

-- create_api_role --
-- The migrations create it without login where nobody has; here it may log in, as it does in production.
create role leadledger_api login noinherit password {password};
