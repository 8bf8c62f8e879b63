-- Statements of store/runs.py.

-- upsert_dataset --
insert into public.datasets as known
  (dataset_id, publisher, title, state, county_fips, time_zone, protocol, url, is_enabled, disabled_reason,
   freshness_hours, licence, attribution, is_resale_ok, published_fields, mapping)
values
  (%(dataset_id)s, %(publisher)s, %(title)s, %(state)s, %(county_fips)s, %(time_zone)s, %(protocol)s, %(url)s,
   %(is_enabled)s, %(disabled_reason)s, %(freshness_hours)s, %(licence)s, %(attribution)s, %(is_resale_ok)s,
   %(published_fields)s, %(mapping)s)
    on conflict (dataset_id) do update
   set publisher = excluded.publisher, title = excluded.title, state = excluded.state,
       county_fips = excluded.county_fips, time_zone = excluded.time_zone, protocol = excluded.protocol,
       url = excluded.url, is_enabled = excluded.is_enabled, disabled_reason = excluded.disabled_reason,
       freshness_hours = excluded.freshness_hours, licence = excluded.licence, attribution = excluded.attribution,
       is_resale_ok = excluded.is_resale_ok, published_fields = excluded.published_fields,
       mapping = excluded.mapping, updated_at = now()
 where (known.publisher, known.title, known.state, known.county_fips, known.time_zone, known.protocol, known.url,
        known.is_enabled, known.disabled_reason, known.freshness_hours, known.licence, known.attribution,
        known.is_resale_ok, known.published_fields, known.mapping)
       is distinct from
       (excluded.publisher, excluded.title, excluded.state, excluded.county_fips, excluded.time_zone,
        excluded.protocol, excluded.url, excluded.is_enabled, excluded.disabled_reason, excluded.freshness_hours,
        excluded.licence, excluded.attribution, excluded.is_resale_ok, excluded.published_fields, excluded.mapping)

-- begin_run --
insert into public.etl_runs (run_id, dataset_id, kind, status, window_since, window_until, started_at)
values (%(run_id)s, %(dataset_id)s, %(kind)s, 'running', %(window_since)s, %(window_until)s, %(started_at)s)
    on conflict (run_id) do update
   set status = 'running', finished_at = null, error_message = null
 where etl_runs.status <> 'success'

-- finish_run --
update public.etl_runs
   set status = %(status)s, finished_at = now(), page_count = %(page_count)s, record_count = %(record_count)s,
       expected_count = %(expected_count)s, permit_new_count = %(permit_new_count)s,
       permit_changed_count = %(permit_changed_count)s, permit_unchanged_count = %(permit_unchanged_count)s,
       lead_written_count = %(lead_written_count)s, rejection_count = %(rejection_count)s,
       stage_seconds = %(stage_seconds)s, simulated_note = %(simulated_note)s, error_message = %(error_message)s
 where run_id = %(run_id)s

-- insert_page --
insert into public.raw_pages
  (run_id, page_index, dataset_id, page_sha256, kind, url, method, request_body, status, headers, media_type,
   fetched_at, elapsed_ms, byte_count, row_count, simulated_note)
values
  (%(run_id)s, %(page_index)s, %(dataset_id)s, %(page_sha256)s, %(kind)s, %(url)s, %(method)s, %(request_body)s,
   %(status)s, %(headers)s, %(media_type)s, %(fetched_at)s, %(elapsed_ms)s, %(byte_count)s, %(row_count)s,
   %(simulated_note)s)

-- insert_finding --
insert into public.findings (run_id, dataset_id, code, severity, message)
values (%(run_id)s, %(dataset_id)s, %(code)s, %(severity)s, %(message)s)

-- status_of --
select status
  from public.etl_runs
 where run_id = %(run_id)s

-- committed_ids --
select run_id
  from public.etl_runs
 where dataset_id = %(dataset_id)s
   and status = 'success'

-- newest_known --
-- A replay reads what was archived before, so it is no later run; what it wrote counts as a row.
select greatest(
         (select max(started_at)
            from public.etl_runs
           where dataset_id = %(dataset_id)s
             and status = 'success'
             and kind <> 'replay'),
         (select max(recorded_at) from public.permits where dataset_id = %(dataset_id)s)
       )

-- known_counts --
-- What earlier runs brought, so that an empty answer can be told from a quiet day.
select (select max(issued_date) from public.permits where dataset_id = %(dataset_id)s) as newest_issued_date,
       exists (select from public.permits
                where dataset_id = %(dataset_id)s
                  and withdrawn_at is null
                  and (%(since)s::date is null or issued_date >= %(since)s::date)
                  and (%(until)s::date is null or issued_date <= %(until)s::date)) as has_rows_in_window,
       exists (select from public.permits where dataset_id = %(dataset_id)s) as has_rows
