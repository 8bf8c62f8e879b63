-- dataset --
insert into public.datasets (dataset_id, publisher, title, state, county_fips, time_zone, protocol, url, is_enabled,
                             freshness_hours, published_fields, attribution)
values (%(dataset_id)s, %(publisher)s, 'Issued permits', 'TX', %(county_fips)s, 'America/Chicago', 'socrata',
        'https://publisher.example.test/resource/zzzz-0001.json', true, 72,
        '{permit_num,description,issued_date,original_address1,original_zip,county_fips,est_project_cost}',
        'Synthetic rows for tests');

-- state --
insert into public.etl_state (source, status, watermark, last_run, last_success, records_processed, updated_by)
values (%(dataset_id)s, %(status)s, %(last_success)s::date, %(last_success)s, %(last_success)s, 100, 'test');

-- run --
insert into public.etl_runs (run_id, dataset_id, kind, status, started_at, finished_at, record_count, simulated_note)
values (%(run_id)s, %(dataset_id)s, 'sync', 'success', %(last_success)s, %(last_success)s, 100, %(note)s);

-- page --
insert into public.raw_pages (run_id, page_index, dataset_id, page_sha256, kind, url, method, status, headers,
                              media_type, fetched_at, elapsed_ms, byte_count, row_count, simulated_note)
values (%(run_id)s, %(page_index)s, %(dataset_id)s, %(page_sha256)s, 'rows',
        'https://publisher.example.test/resource/zzzz-0001.json?$limit=100', 'GET', 200, '{}', 'application/json',
        %(fetched_at)s, 12, 3400, 100, %(note)s);

-- permits --
-- Synthetic permits numbered from first to last: every field follows from the number, so a test can say what fits.
insert into public.permits (permit_id, dataset_id, permit_key, version, content_hash, page_sha256, page_row,
                            first_recorded_at, recorded_at, permit_num, permit_type_desc, description, issued_date,
                            status_current, original_address1, original_city, original_state, original_zip, county_fips,
                            latitude, longitude, est_project_cost, contractor_company_name, contractor_full_name,
                            applicant_name, owner_name)
select md5('permit ' || %(dataset_id)s || n)::uuid, %(dataset_id)s, 'P-' || n, 1,
       md5('content ' || n)::uuid, %(page_sha256)s, n %% 100, now(), now(), 'P-' || n,
       case n %% 3 when 0 then 'Building Permit' when 1 then 'Mechanical Permit' else 'Plumbing Permit' end,
       case n %% 4 when 0 then 'Tear off shingles and reroof' when 1 then 'Replace furnace'
                   when 2 then 'Repipe kitchen' else 'Addition with covered patio' end,
       %(today)s::date - (n %% 120), 'Active', n || ' EXAMPLE ST', 'AUSTIN', 'TX',
       (array['78701', '78702', '78704', '78745'])[1 + n %% 4],
       (array['48453', '48491'])[1 + n %% 2], 30.2 + n * 0.00001, -97.7,
       case when n %% 5 = 0 then null else 500 + (n %% 1000) * 100 end, 'EXAMPLE BUILDERS LLC',
       'PERSON CONTRACTOR ' || n, 'PERSON APPLICANT ' || n, 'PERSON OWNER ' || n
  from generate_series(%(first)s::int, %(last)s::int) as n;

-- enrich --
-- What not every publisher says, again by the number; null for every fifth.
update public.permits as permit
   set permit_class_mapped = case when n %% 5 = 1 then null when n %% 2 = 0 then 'Residential' else 'Commercial' end,
       work_class_mapped = (array['New', 'Existing', 'Demolition', null])[1 + n %% 4],
       status_current_mapped = (array['Permit Issued', 'In Review', 'Inspection Phase'])[1 + n %% 3],
       applied_date = issued_date - 20,
       completed_date = case when n %% 6 = 0 then issued_date + 5 end,
       contractor_company_name = case when n %% 7 <> 0 then contractor_company_name end,
       latitude = case when n %% 11 <> 0 then 30.10 + (n %% 20) * 0.02 end,
       longitude = case when n %% 11 <> 0 then -97.90 + (n / 20) * 0.02 end
  from (select permit_id, substring(permit_num from 3)::int as n from public.permits) as numbered
 where numbered.permit_id = permit.permit_id;

-- enrich_leads --
-- Changed at another minute each three.
update public.leads as lead
   set permit_class_mapped = permit.permit_class_mapped, latitude = permit.latitude, longitude = permit.longitude,
       updated_at = timestamptz '2026-11-01 00:00Z' + (substring(permit.permit_num from 3)::int / 3) * interval '1 minute'
  from public.permits as permit
 where permit.permit_id = lead.permit_id;

-- all_leads --
-- For tests that work the answer out themselves.
select lead.lead_id::text, substring(permit.permit_num from 3)::int as n, lead.trade, lead.kind, lead.openness, lead.rank_key,
       lead.rank_date, lead.updated_at, permit.est_project_cost, permit.permit_class_mapped, permit.work_class_mapped,
       permit.status_current_mapped, permit.issued_date, permit.applied_date, permit.completed_date,
       permit.contractor_company_name, permit.latitude, permit.longitude, permit.county_fips, permit.original_zip,
       permit.search_words
  from public.leads as lead
  join public.permits as permit using (permit_id);

-- texts --
-- In the order of permit_leads.search.SEARCHED.
select permit_id::text, description, permit_type_desc, work_class, project_name, original_address1, permit_num,
       contractor_company_name
  from public.permits
 where dataset_id = %(dataset_id)s;

-- set_words --
update public.permits as permit
   set search_words = string_to_array(given.words, ' ')
  from unnest(%(permit_ids)s::uuid[], %(words)s::text[]) as given (permit_id, words)
 where given.permit_id = permit.permit_id;

-- versions --
insert into public.permit_versions (permit_id, version, recorded_at, run_id, content_hash, page_sha256, page_row)
select permit_id, 1, recorded_at, %(run_id)s, content_hash, page_sha256, page_row
  from public.permits
 where dataset_id = %(dataset_id)s;

-- leads --
-- Two leads a permit: one by its kind of work, one adjacent; every tenth is taken.
insert into public.leads (lead_id, permit_id, dataset_id, trade, kind, openness, points, reasons, rank_key,
                          model_version, rank_date, county_fips, original_zip, permit_class_mapped, est_project_cost,
                          latitude, longitude, created_at, updated_at)
select md5('lead ' || permit.permit_id || wanted.trade)::uuid, permit.permit_id, permit.dataset_id, wanted.trade,
       wanted.kind, wanted.openness, wanted.points,
       jsonb_build_array(jsonb_build_array('base.' || wanted.trade || '.' || wanted.kind, wanted.points - 5, null),
                         jsonb_build_array('openness.open', 22, null),
                         jsonb_build_array('property.commercial', -17, 'permit_class_mapped: Commercial')),
       1000 * wanted.points + 1428 * (permit.issued_date - date '2000-01-01'), 'test', permit.issued_date,
       permit.county_fips, permit.original_zip, null, permit.est_project_cost, permit.latitude, permit.longitude, now(), now()
  from public.permits as permit
 cross join lateral (select substring(permit.permit_num from 3)::int as n) as numbered
 cross join lateral (
       values ((array['roofing', 'hvac', 'plumbing', 'remodel'])[1 + n %% 4], 'direct',
               case when n %% 10 = 9 then 'taken' when n %% 3 = 0 then 'likely' else 'open' end, 10 + n %% 7),
              (case when n %% 50 = 0 then 'pool' else 'electrical' end, 'adjacent', 'open', n %% 5)
       ) as wanted (trade, kind, openness, points)
 where permit.dataset_id = %(dataset_id)s;

-- analyze --
analyze;

-- tie_all_leads --
update public.leads
   set openness = 'open',
       rank_key = 13000000;

-- point_at_page --
-- What the ETL makes of row 1 of the archived page in test_lead_detail.py.
update public.permits
   set page_row = 1,
       description = 'Replace furnace, call [redacted-phone]',
       est_project_cost = 18400,
       work_class = 'Change Out',
       status_current_mapped = 'Permit Issued',
       contractor_company_name = 'EXAMPLE BUILDERS LLC',
       contractor_full_name = 'PERSON CONTRACTOR',
       applicant_name = 'PERSON APPLICANT',
       county_fips = '48453',
       original_zip = '78704'
 where permit_num = 'P-1';

-- add_version --
insert into public.permit_versions (permit_id, version, recorded_at, run_id, content_hash, page_sha256, page_row)
select permit_id, 2, recorded_at + interval '1 day', run_id, content_hash, page_sha256, page_row
  from public.permit_versions
 where permit_id = %(permit_id)s;

-- end_api_connections --
-- As a restart of the server would.
select pg_terminate_backend(activity.pid)
  from pg_stat_activity as activity
 where activity.application_name = 'leadledger'
   and activity.datname = current_database();

-- lose_a_table --
drop table public.datasets cascade;

-- take_long --
select pg_sleep(5);

-- who_am_i --
select current_user, auth.uid()::text;

-- all_the_provider_keeps --
select string_agg(users::text, ' ') || string_agg(refresh_tokens::text, ' ')
  from identity.users as users
 cross join identity.refresh_tokens as refresh_tokens;

-- age_mail_requests --
update identity.mail_requests
   set requested_at = requested_at - interval '61 seconds';

-- age_mailed_tokens --
update identity.one_time_tokens
   set expires_at = expires_at - interval '61 minutes';

-- all_that_was_mailed --
select one_time_tokens::text
  from identity.one_time_tokens as one_time_tokens;

-- all_auth_codes --
select auth_codes::text
  from identity.auth_codes as auth_codes;

-- rotate_signing_key --
update identity.signing_keys
   set state = 'previous';

-- vacuum --
-- As autovacuum would after a load: counts then read indexes alone.
vacuum analyze public.leads, public.permits, public.raw_pages, public.datasets;

-- is_all_visible --
select relallvisible = relpages from pg_class where oid = 'public.leads'::regclass;

-- count_leads --
select count(*)
  from public.leads;

-- read_column --
select {column}
  from {schema}.{table};

-- write_lead --
update public.leads
   set points = 100;

-- remove_leads --
delete from public.leads;

-- write_permit --
update public.permits
   set description = 'changed';

-- back_to_login_role --
reset role;

-- count_owned --
select session_user::text, (select count(*) from pg_class where pg_class.relowner = session_user::regrole);

-- become --
select set_config('role', %(role)s, true);

-- explain --
explain (costs off)
{statement}

-- forget_state --
delete from public.etl_state;

-- open_ids --
select lead_id
  from public.leads
 where openness in ('open', 'likely');

-- insert_near --
-- Leads beside those that are there: the same keys, or a little off, under new ids.
insert into public.leads (lead_id, permit_id, dataset_id, trade, kind, openness, points, reasons, rank_key,
                          model_version, rank_date, county_fips, original_zip, permit_class_mapped, est_project_cost,
                          latitude, longitude, created_at, updated_at)
select md5(%(seed)s::text || lead.lead_id)::uuid, lead.permit_id, lead.dataset_id, 'new_' || md5(%(seed)s::text || lead.lead_id),
       lead.kind, lead.openness, lead.points, lead.reasons, lead.rank_key + (hashtext(%(seed)s::text) %% 2) * 5,
       lead.model_version, lead.rank_date, lead.county_fips, lead.original_zip, lead.permit_class_mapped,
       lead.est_project_cost, lead.latitude, lead.longitude, lead.created_at, lead.updated_at
  from public.leads as lead
 where lead.openness in ('open', 'likely')
 order by md5(%(seed)s::text || lead.lead_id)
 limit %(count)s;

-- change_by_the_minute --
-- As leads of many runs would have it.
update public.leads
   set updated_at = timestamptz '2026-11-01 00:00Z' + (abs(rank_key) % 10000) * interval '1 minute';
