-- find_territory --
-- Row-level security lets through those of the caller's accounts alone.
select territory.counties, territory.zips, territory.area
  from public.territories as territory
 where territory.territory_id = %(territory_id)s;
