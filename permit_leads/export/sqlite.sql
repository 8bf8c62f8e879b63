-- Statements of permit_leads.export.sqlite, in SQLite's dialect.

-- without_journal --
pragma journal_mode = off

-- without_sync --
pragma synchronous = off

-- begin --
begin

-- create --
create table {table} ({columns})

-- insert --
insert into {table} values ({marks})

-- commit --
commit
