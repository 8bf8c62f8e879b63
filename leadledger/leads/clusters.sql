-- count_clusters --
-- Each square looks at so many leads at most that are of the openness asked for, row of cells after row of cells, the best
-- of a cell first. `offset 0` keeps the planner from joining the rows of cells with leads read in whole.
select square.number, count(*) filter (where matching.is_match) as count, count(*) as seen,
       min(matching.lead_id::text) filter (where matching.is_match) as lead_id,
       avg(matching.latitude) filter (where matching.is_match) as latitude,
       avg(matching.longitude) filter (where matching.is_match) as longitude
  from unnest(%(wests)s::float8[], %(souths)s::float8[], %(first_columns)s::integer[], %(last_columns)s::integer[],
              %(first_rows)s::integer[], %(last_rows)s::integer[])
       with ordinality as square (west, south, first_column, last_column, first_row, last_row, number)
 cross join lateral (
       select lead.lead_id, lead.latitude, lead.longitude, coalesce({rest}, false) as is_match
         from generate_series(square.first_row, square.last_row) as cell_row (number)
        cross join lateral (
              select lead.*
                from public.leads as lead
               where lead.cell between cell_row.number * %(width)s::integer + square.first_column
                                   and cell_row.number * %(width)s::integer + square.last_column
                 and {in_square}
                 and {openness}
              offset 0) as lead
        limit %(square_limit)s) as matching
 group by square.number
having bool_or(matching.is_match)
 order by square.number;

-- in_square --
lead.latitude >= square.south and lead.latitude < square.south + %(side)s::float8
and lead.longitude >= square.west and lead.longitude < square.west + %(side)s::float8
