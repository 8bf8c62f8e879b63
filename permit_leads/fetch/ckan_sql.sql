-- What a CKAN portal is asked; {parts} are filled in, names already quoted. Portals allow one select and few functions.

-- count --
-- How many rows the window holds, and the last of them: equal before and after, or rows moved.
select count(*) as n, max("_id") as newest
  from {table}
 where {where}

-- page --
-- The next rows above the highest row number so far, so that no row is passed over whatever is deleted meanwhile.
select {columns}
  from {table}
 where ({where}) and "_id" > {last_id}
 order by "_id"
 limit {limit}

-- newest --
-- How the dates are written, asked for when a window is empty.
select max({column}) as newest
  from {table}
