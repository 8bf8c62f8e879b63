-- What searches by place and in other orders read. Each load pays for an index, so they are few and narrow; what they
-- cost was measured with benchmarks.ingest.

-- Fiftieths of a degree, numbered row by row from the south-west: the cells of a row between two longitudes are one
-- stretch of the index. A core function of one line, which the planner sees through.
create function public.place_cell(latitude double precision, longitude double precision) returns integer
language sql immutable parallel safe as $$
  select floor((latitude + 90.0) * 50.0)::integer * 18000 + floor((longitude + 180.0) * 50.0)::integer
$$;
comment on function public.place_cell is 'Number of the cell, a fiftieth of a degree each way, that a position lies in.';
revoke execute on function public.place_cell from public;
grant execute on function public.place_cell to authenticated, service_role;

create index permits_by_cell on public.permits (public.place_cell(latitude, longitude))
  where latitude between -90 and 90 and longitude between -180 and 180;
create index leads_by_day on public.leads (coalesce(rank_date, date '0001-01-01') desc, lead_id)
  where openness in ('open', 'likely');
-- Dear work is what is sorted by cost; an index of all costs would make a load a twentieth slower.
create index leads_by_cost on public.leads (coalesce(est_project_cost, -1) desc, lead_id)
  where openness in ('open', 'likely') and coalesce(est_project_cost, -1) >= 50000;
-- Leads of one page of a publisher share the instant, so this is a few bytes for each.
create index leads_by_change on public.leads (updated_at) where openness in ('open', 'likely');
