-- Statements of benchmarks/restore_large.py.

-- count_permits --
select count(*)
  from public.permits
