-- dataset --
insert into public.datasets (dataset_id, publisher, title, state, county_fips, time_zone, protocol, url, is_enabled,
                             freshness_hours)
values ('synthetic_permits', 'Nobody', 'Synthetic permits', 'TX', '48453', 'America/Chicago', 'socrata',
        'https://publisher.recorded.invalid/', true, 72);

-- state --
insert into public.etl_state (source, status, last_run, last_success, updated_by)
values ('synthetic_permits', 'success', now(), now(), 'benchmark');

-- permits --
-- Synthetic: the benchmark compares two ways of serving the same rows; what they say does not matter.
insert into public.permits (permit_id, dataset_id, permit_key, version, content_hash, page_sha256, page_row,
                            first_recorded_at, recorded_at, permit_num, permit_type_desc, description, issued_date,
                            status_current, original_address1, original_city, original_state, original_zip, county_fips,
                            latitude, longitude, est_project_cost, contractor_company_name)
select md5('permit ' || n)::uuid, 'synthetic_permits', 'P-' || n, 1, md5('content ' || n)::uuid,
       repeat('ab', 32), n, now(), now(), 'P-' || n, 'Building Permit',
       'Tear off shingles and replace decking on a single family residence, number ' || n, current_date - (n %% 365),
       'Active', n || ' EXAMPLE ST', 'AUSTIN', 'TX', '787' || lpad((n %% 60)::text, 2, '0'), '48453', 30.2, -97.7,
       500 + (n %% 1000) * 100, 'EXAMPLE BUILDERS LLC'
  from generate_series(1, %(rows)s::int) as n;

-- leads --
insert into public.leads (lead_id, permit_id, dataset_id, trade, kind, openness, points, reasons, rank_key,
                          model_version, rank_date, county_fips, original_zip, est_project_cost, latitude, longitude,
                          created_at, updated_at)
select md5('lead ' || permit.permit_id)::uuid, permit.permit_id, permit.dataset_id,
       (array['roofing', 'hvac', 'plumbing', 'remodel'])[1 + permit.page_row %% 4], 'direct', 'open',
       10 + permit.page_row %% 40, '[["base.roofing.direct", 12, null], ["openness.open", 22, null]]',
       1000 * (10 + permit.page_row %% 40) + 1428 * (permit.issued_date - date '2000-01-01'), 'benchmark',
       permit.issued_date, permit.county_fips, permit.original_zip, permit.est_project_cost, permit.latitude,
       permit.longitude, now(), now()
  from public.permits as permit;

-- vacuum --
vacuum analyze public.leads, public.permits;
