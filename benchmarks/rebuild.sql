-- Statements of benchmarks.rebuild and of the tests of rebuilding.

-- create --
create database {name}

-- permits --
-- As they stand in their table, read without the functions that are compared with it.
select permit_id, version, recorded_at, withdrawn_at is not null,
       jsonb_strip_nulls(to_jsonb(one) - array['permit_id', 'dataset_id', 'permit_key', 'version', 'content_hash',
         'page_sha256', 'page_row', 'first_recorded_at', 'recorded_at', 'trades', 'search_words', 'withdrawn_at'])
  from public.permits as one
 order by permit_id

-- leads --
select lead_id, permit_id, version,
       jsonb_strip_nulls(to_jsonb(one) - array['lead_id', 'permit_id', 'dataset_id', 'version', 'latitude', 'longitude', 'cell'])
  from public.leads as one
 order by lead_id
