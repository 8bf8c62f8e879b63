-- due_sources --
-- Those that were not brought in within the last hour, in the order asked for.
select wanted.source
  from unnest(%(sources)s::text[]) with ordinality as wanted (source, place)
  left join public.etl_state on etl_state.source = wanted.source
 where etl_state.status is distinct from 'success'
    or etl_state.last_success is null
    or etl_state.last_success < now() - interval '1 hour'
 order by wanted.place;
