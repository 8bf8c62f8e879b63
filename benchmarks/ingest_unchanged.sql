-- Statements of benchmarks/ingest_unchanged.py.

-- other_sessions --
select count(*)
  from pg_stat_activity
 where datname = current_database()
   and backend_type = 'client backend'
   and pid <> pg_backend_pid()

-- writes --
select coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0)
  from pg_stat_user_tables
 where schemaname = 'public'
   and relname = any(%(tables)s)
