-- list_weeks --
-- First the keys of one page of series, in the order of the primary key; then their weeks.
with series as (
     select counted.county_fips, counted.trade
       from public.market_weeks as counted
      where counted.week_start between %(first_week)s and %(last_week)s
        and (%(counties)s::text[] is null or counted.county_fips = any(%(counties)s::text[]))
        and (%(trades)s::text[] is null or counted.trade = any(%(trades)s::text[]))
        and (counted.county_fips, counted.trade) > (%(after_county)s, %(after_trade)s)
      group by counted.county_fips, counted.trade
      order by counted.county_fips, counted.trade
      limit %(limit)s)
select counted.county_fips, counted.trade, counted.week_start, sum(counted.permit_count)::integer as permit_count,
       sum(counted.costed_count)::integer as costed_count, sum(counted.cost_sum) as cost_sum,
       array_agg(counted.dataset_id order by counted.dataset_id) as dataset_ids
  from series
  join public.market_weeks as counted
    on counted.county_fips = series.county_fips
   and counted.trade = series.trade
   and counted.week_start between %(first_week)s and %(last_week)s
 group by counted.county_fips, counted.trade, counted.week_start
 order by counted.county_fips, counted.trade, counted.week_start

-- find_whole_days --
-- From the first day asked for to the last that was over when the dataset was read and counted, and never beyond the week
-- of its newest permit: a feed that stands still looks like one that has nothing to say.
select tally.dataset_id, tally.tallied_at, coalesce(state.last_success > tally.tallied_at, false) as is_tally_behind,
       greatest(tally.asked_since, tally.first_issued_date) as whole_since,
       case when state.last_success is not null then
         least(state.watermark, (least(state.last_success, tally.tallied_at) at time zone dataset.time_zone)::date - 1,
               tally.last_issued_date + 7 - extract(isodow from tally.last_issued_date)::integer)
       end as whole_until
  from public.dataset_tallies as tally
  join public.datasets as dataset using (dataset_id)
  left join public.etl_state as state on state.source = tally.dataset_id
