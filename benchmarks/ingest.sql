-- Statements of benchmarks/ingest.py.

-- columns_of --
-- What a COPY fills: all columns but the generated ones.
select attname
  from pg_attribute
 where attrelid = %(table)s::regclass
   and attnum > 0
   and not attisdropped
   and attgenerated = ''

-- create_database --
create database {name}

-- drop_database --
drop database if exists {name}
