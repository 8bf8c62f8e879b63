-- Leads know where they lie: a search of an area reads one index in the order of its answer, and not the permits.

-- A column, not an expression in the index: with row-level security the planner takes the order of an index only after
-- an equality that leaks nothing, which arithmetic is not known for.
alter table public.leads
  add column latitude double precision,
  add column longitude double precision,
  add column cell integer generated always as (
    case when latitude between -90 and 90 and longitude between -180 and 180
         then public.place_cell(latitude, longitude) end) stored;
comment on column public.leads.latitude is 'That of the permit, which alone is history; here so that one index can tell area, trade and rank at once.';
comment on column public.leads.longitude is 'As latitude.';
comment on column public.leads.cell is 'Number of the cell that the position lies in, as public.place_cell counts; null without one.';

update public.leads as lead
   set latitude = permit.latitude, longitude = permit.longitude
  from public.permits as permit
 where permit.permit_id = lead.permit_id
   and permit.latitude is not null;

-- What is looked at beside the order is in the index, so that leads of other trades and openness cost no look at a row.
create index leads_by_cell on public.leads (cell, rank_key desc, lead_id)
  include (trade, openness, latitude, longitude)
  where cell is not null;

drop index public.permits_by_cell;
