-- list_tallies --
select tally.dataset_id, tally.tallied_at, tally.permit_count, tally.field_counts
  from public.dataset_tallies as tally
