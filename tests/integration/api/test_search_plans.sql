-- Statements of test_search_plans.

-- explain --
explain (format json) {statement}

-- large_tables --
select class.relname
  from pg_class as class
 where class.relkind = 'r'
   and class.relnamespace = 'public'::regnamespace
   and class.reltuples > 1000;

-- become --
select set_config('role', 'authenticated', true);

-- unindexed --
-- No index tells what a lead's reasons say.
select lead.lead_id
  from public.leads as lead
 where lead.reasons::text like '%wooden%'
 limit 100;
