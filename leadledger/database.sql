-- act_as --
-- The login role owns nothing: each transaction takes a role, as PostgREST does, with limits that end with it,
-- if the request is of the mode that this database is for. What is searched lies in memory or on a solid-state disk,
-- where any page costs about as much as the next one. What people ask is answered by indexes: a table is read in whole
-- only where there is none. One answer gets one core: with many people asking, helpers only take it from the others.
select private.require_mode(%(mode)s),
       set_config('role', %(role)s, true),
       set_config('request.jwt.claims', %(claims)s, true),
       set_config('statement_timeout', %(timeout_ms)s, true),
       set_config('request.id', %(request_id)s, true),
       set_config('random_page_cost', '1.1', true),
       set_config('enable_seqscan', 'off', true),
       set_config('max_parallel_workers_per_gather', '0', true);

-- probe --
-- One look at a table every role may read: proves connection, grants and migrations in one go.
select 1
  from public.datasets
 limit 1;
