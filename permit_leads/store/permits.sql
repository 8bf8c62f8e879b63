-- Statements of store/permits.py. All run inside the one transaction of a dataset's run.

-- lock_dataset --
-- One writer per dataset, also when a lease was forced. A run that lost its lease cannot commit, but while its session
-- is open it holds this lock; it is waited for, and not for ever.
select pg_advisory_xact_lock(hashtextextended('permit_leads.store:' || %(dataset_id)s, 0))
  from (select set_config('lock_timeout', %(patience)s, true)) as waiting_at_most

-- wait_as_long_as_it_takes --
set local lock_timeout = 0

-- create_staging --
-- Rows whose content differs from what we know, and their leads; the last one of a permit wins at apply.
create temporary table staged_permits (like public.permits, page_order integer not null) on commit drop;
create temporary table staged_leads (like public.leads, page_order integer not null) on commit drop;
create temporary table applied_leads (lead_id uuid, permit_id uuid, version integer, updated_at timestamptz)
  on commit drop;

-- differing_permits --
-- Places (from 1) of the rows that are new or differ from what is committed: an unchanged row is never sent.
-- One look-up a row by the limit: a join would read the whole table for a page of it.
select sent.place, known.content_hash is not null as is_known
  from unnest(%(permit_ids)s::uuid[], %(content_hashes)s::uuid[]) with ordinality as sent (permit_id, content_hash, place)
  left join lateral (
         select permits.content_hash from public.permits where permits.permit_id = sent.permit_id limit 1
       ) as known on true
 where known.content_hash is distinct from sent.content_hash

-- outdated_permits --
-- Permits that the store knows something of that was learned after an archived page came, and not from that page.
select known.permit_id::text
  from public.permits as known
 where known.permit_id = any(%(permit_ids)s::uuid[])
   and known.recorded_at > %(fetched_at)s
   and (known.page_sha256 <> %(page_sha256)s or known.withdrawn_at is not null)

-- stored_permits --
-- Which of these the store has, those of this very transaction too.
select permit_id::text from public.permits where permit_id = any(%(permit_ids)s::uuid[])

-- unstage --
-- A later page of the same run says what we already knew.
delete from staged_permits where permit_id = any(%(permit_ids)s::uuid[])

-- unstage_leads --
delete from staged_leads where permit_id = any(%(permit_ids)s::uuid[])

-- drop_superseded --
-- Of several staged rows of one permit only the last counts, and only when it says something new.
delete from staged_permits as staged
 where exists (
         select from staged_permits as later
          where later.permit_id = staged.permit_id and later.page_order > staged.page_order
       )
    or exists (
         select from public.permits as known
          where known.permit_id = staged.permit_id and known.content_hash = staged.content_hash
       )

-- drop_superseded_leads --
delete from staged_leads as staged
 where not exists (
         select from staged_permits as kept
          where kept.permit_id = staged.permit_id and kept.page_order = staged.page_order
       )

-- keep_superseded --
-- What a permit said until now stays readable.
insert into public.superseded_permits (permit_id, version, superseded_at, permit)
select known.permit_id, known.version, staged.recorded_at,
       jsonb_strip_nulls(to_jsonb(known) - array['permit_id', 'dataset_id', 'permit_key', 'version', 'content_hash',
         'page_sha256', 'page_row', 'first_recorded_at', 'recorded_at', 'trades', 'search_words',
         'withdrawn_at'])
  from staged_permits as staged
  join public.permits as known using (permit_id)

-- apply_versions --
insert into public.permit_versions (permit_id, version, recorded_at, run_id, content_hash, page_sha256, page_row)
select staged.permit_id, known.version + 1, staged.recorded_at, %(run_id)s, staged.content_hash,
       staged.page_sha256, staged.page_row
  from staged_permits as staged
  join public.permits as known using (permit_id)

-- apply_permits --
-- The columns are the fields of the record; tests/integration/store holds them together with permit.FIELDS.
update public.permits as known
   set version = known.version + 1,
       content_hash = staged.content_hash, page_sha256 = staged.page_sha256, page_row = staged.page_row,
       recorded_at = staged.recorded_at, withdrawn_at = null,
       trades = staged.trades, search_words = staged.search_words,
       permit_num = staged.permit_num,
       master_permit_num = staged.master_permit_num, permit_type = staged.permit_type,
       permit_type_desc = staged.permit_type_desc, permit_class = staged.permit_class,
       permit_class_mapped = staged.permit_class_mapped, work_class = staged.work_class,
       work_class_mapped = staged.work_class_mapped, project_name = staged.project_name,
       description = staged.description, applied_date = staged.applied_date, issued_date = staged.issued_date,
       completed_date = staged.completed_date, expires_date = staged.expires_date, status_date = staged.status_date,
       status_current = staged.status_current, status_current_mapped = staged.status_current_mapped,
       original_address1 = staged.original_address1, original_address2 = staged.original_address2,
       original_city = staged.original_city, original_state = staged.original_state,
       original_zip = staged.original_zip, county_fips = staged.county_fips, latitude = staged.latitude,
       longitude = staged.longitude, pin = staged.pin, est_project_cost = staged.est_project_cost,
       total_sq_ft = staged.total_sq_ft, added_sq_ft = staged.added_sq_ft, remodel_sq_ft = staged.remodel_sq_ft,
       housing_units = staged.housing_units, contractor_trade = staged.contractor_trade,
       contractor_company_name = staged.contractor_company_name, contractor_full_name = staged.contractor_full_name,
       contractor_lic_num = staged.contractor_lic_num, contractor_phone = staged.contractor_phone,
       applicant_name = staged.applicant_name, owner_name = staged.owner_name, link = staged.link
  from staged_permits as staged
 where staged.permit_id = known.permit_id

-- keep_superseded_leads --
-- What a lead said until now stays readable: of those that are scored anew, and of those whose trade is gone.
insert into public.superseded_leads (lead_id, version, superseded_at, lead)
select known.lead_id, known.version, staged.updated_at,
       jsonb_strip_nulls(to_jsonb(known) - array['lead_id', 'permit_id', 'dataset_id', 'version', 'latitude', 'longitude', 'cell'])
  from staged_leads as staged
  join public.leads as known using (lead_id)
 where (known.kind, known.openness, known.points, known.reasons, known.rank_key, known.model_version, known.rank_date,
        known.county_fips, known.original_zip, known.permit_class_mapped, known.est_project_cost)
       is distinct from
       (staged.kind, staged.openness, staged.points, staged.reasons, staged.rank_key, staged.model_version,
        staged.rank_date, staged.county_fips, staged.original_zip, staged.permit_class_mapped,
        staged.est_project_cost)
 union all
select known.lead_id, known.version, staged.recorded_at,
       jsonb_strip_nulls(to_jsonb(known) - array['lead_id', 'permit_id', 'dataset_id', 'version', 'latitude', 'longitude', 'cell'])
  from staged_permits as staged
  join public.leads as known using (permit_id)
 where not exists (select from staged_leads as kept where kept.lead_id = known.lead_id)
   and known.reasons is distinct from '[["trade_gone", -200, null]]'

-- apply_leads --
-- A permit that is over before it ever was a lead does not become one; a lead that is over stays, closed.
with applied as (
insert into public.leads as known
  (lead_id, permit_id, dataset_id, trade, kind, openness, points, reasons, rank_key, model_version, rank_date,
   county_fips, original_zip, permit_class_mapped, est_project_cost, created_at, updated_at)
select lead_id, permit_id, dataset_id, trade, kind, openness, points, reasons, rank_key, model_version, rank_date,
       county_fips, original_zip, permit_class_mapped, est_project_cost, created_at, updated_at
  from staged_leads as staged
 where staged.openness <> 'closed'
    or exists (select from public.leads as sold where sold.lead_id = staged.lead_id)
    on conflict (lead_id) do update
   set version = known.version + 1,
       kind = excluded.kind, openness = excluded.openness, points = excluded.points, reasons = excluded.reasons,
       rank_key = excluded.rank_key, model_version = excluded.model_version, rank_date = excluded.rank_date,
       county_fips = excluded.county_fips, original_zip = excluded.original_zip,
       permit_class_mapped = excluded.permit_class_mapped, est_project_cost = excluded.est_project_cost,
       updated_at = excluded.updated_at
 where (known.kind, known.openness, known.points, known.reasons, known.rank_key, known.model_version, known.rank_date,
        known.county_fips, known.original_zip, known.permit_class_mapped, known.est_project_cost)
       is distinct from
       (excluded.kind, excluded.openness, excluded.points, excluded.reasons, excluded.rank_key, excluded.model_version,
        excluded.rank_date, excluded.county_fips, excluded.original_zip, excluded.permit_class_mapped,
        excluded.est_project_cost)
returning lead_id, permit_id, version, updated_at
)
insert into applied_leads select lead_id, permit_id, version, updated_at from applied

-- place_leads --
-- A lead lies where its permit does.
update public.leads as known
   set latitude = staged.latitude, longitude = staged.longitude
  from staged_permits as staged
 where known.permit_id = staged.permit_id
   and (known.latitude, known.longitude) is distinct from (staged.latitude, staged.longitude)

-- close_vanished_leads --
-- A lead whose trade the permit no longer is for.
with applied as (
update public.leads as known
   set version = known.version + 1, openness = 'closed', reasons = '[["trade_gone", -200, null]]', points = -200,
       rank_key = known.rank_key - 1000 * (known.points + 200), updated_at = staged.recorded_at
  from staged_permits as staged
 where known.permit_id = staged.permit_id
   and not exists (select from staged_leads as kept where kept.lead_id = known.lead_id)
   and known.reasons is distinct from '[["trade_gone", -200, null]]'
returning known.lead_id, known.permit_id, known.version, known.updated_at
)
insert into applied_leads select lead_id, permit_id, version, updated_at from applied

-- count_newest --
-- Newest day the store holds of a dataset, and how many permits.
select max(issued_date) as newest_issued_date, count(*) as permit_count
  from public.permits where dataset_id = %(dataset_id)s
