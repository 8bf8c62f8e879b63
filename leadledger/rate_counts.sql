-- add --
select added.counted_subject, added.counted_used
  from private.add_rate_counts(%(window_start)s, %(subjects)s::text[], %(amounts)s::integer[]) as added;
