-- act_as --
-- The login role owns nothing: each transaction takes a role, as PostgREST does, with limits that end with it.
select set_config('role', %(role)s, true),
       set_config('request.jwt.claims', %(claims)s, true),
       set_config('statement_timeout', %(timeout_ms)s, true),
       set_config('request.id', %(request_id)s, true);

-- probe --
-- One look at a table every role may read: proves connection, grants and migrations in one go.
select 1
  from public.datasets
 limit 1;
