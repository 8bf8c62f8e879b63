-- list_territories --
select territory.territory_id, territory.name, territory.counties, territory.zips, territory.area,
       territory.created_by, territory.created_at, territory.updated_at
  from public.territories as territory
 where territory.account_id = %(account_id)s
 order by territory.name, territory.territory_id
 limit 500;

-- read_territory --
select territory.territory_id, territory.name, territory.counties, territory.zips, territory.area,
       territory.created_by, territory.created_at, territory.updated_at
  from public.territories as territory
 where territory.account_id = %(account_id)s
   and territory.territory_id = %(territory_id)s;

-- add_territory --
-- None beyond the limit.
insert into public.territories (account_id, name, counties, zips, area)
select %(account_id)s, %(name)s, %(counties)s, %(zips)s, %(area)s
 where (select count(*)
          from public.territories as known
         where known.account_id = %(account_id)s) < %(limit)s
returning territory_id, name, counties, zips, area, created_by, created_at, updated_at;

-- change_territory --
update public.territories
   set name = %(name)s,
       counties = %(counties)s,
       zips = %(zips)s,
       area = %(area)s,
       updated_at = now()
 where account_id = %(account_id)s
   and territory_id = %(territory_id)s
returning territory_id, name, counties, zips, area, created_by, created_at, updated_at;

-- remove_territory --
delete from public.territories
 where account_id = %(account_id)s
   and territory_id = %(territory_id)s
returning territory_id;
