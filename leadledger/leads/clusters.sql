-- count_clusters --
-- Each square looks at so many permits at most, row of cells after row of cells, and counts the leads of those.
select square.number, count(lead.lead_id) as count, max(matching.seen) as seen, min(lead.lead_id::text) as lead_id,
       avg(matching.latitude) as latitude, avg(matching.longitude) as longitude
  from unnest(%(wests)s::float8[], %(souths)s::float8[], %(first_columns)s::integer[], %(last_columns)s::integer[],
              %(first_rows)s::integer[], %(last_rows)s::integer[])
       with ordinality as square (west, south, first_column, last_column, first_row, last_row, number)
 cross join lateral (
       select found.permit_id, found.latitude, found.longitude, count(*) over () as seen
         from (select permit.permit_id, permit.latitude, permit.longitude
                 from generate_series(square.first_row, square.last_row) as cell_row (number)
                 join public.permits as permit
                   on permit.latitude between -90 and 90
                  and permit.longitude between -180 and 180
                  and public.place_cell(permit.latitude, permit.longitude)
                      between cell_row.number * %(width)s::integer + square.first_column
                          and cell_row.number * %(width)s::integer + square.last_column
                where {permit_conditions}
                limit %(square_limit)s) as found) as matching
 cross join lateral (
       select lead.lead_id
         from public.leads as lead
        where lead.permit_id = matching.permit_id
          and {conditions}
        limit 100) as lead
 group by square.number
 order by square.number;

-- in_square --
permit.latitude >= square.south and permit.latitude < square.south + %(side)s::float8
and permit.longitude >= square.west and permit.longitude < square.west + %(side)s::float8
