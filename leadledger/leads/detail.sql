-- find_lead --
select {columns},
       lead.model_version, permit.permit_key, permit.master_permit_num, permit.permit_type, permit.permit_class,
       permit.work_class_mapped, permit.project_name, permit.applied_date, permit.completed_date, permit.expires_date,
       permit.status_date, permit.original_address2, permit.pin, permit.total_sq_ft, permit.added_sq_ft,
       permit.remodel_sq_ft, permit.housing_units, permit.contractor_trade, permit.contractor_lic_num,
       permit.contractor_phone, permit.link, permit.trades, permit.version, permit.first_recorded_at, permit.recorded_at,
       permit.page_sha256, permit.page_row
  from public.leads as lead
  {joins}
 where lead.lead_id = %(lead_id)s;

-- find_siblings --
-- The same permit, seen by other trades; best first.
select {columns}
  from public.leads as lead
  {joins}
 where lead.permit_id = %(permit_id)s
   and lead.lead_id <> %(lead_id)s
 order by lead.rank_key desc, lead.lead_id;

-- find_versions --
select version.version, version.recorded_at, version.page_sha256
  from public.permit_versions as version
 where version.permit_id = %(permit_id)s
 order by version.version desc;

-- find_page --
-- Bytes that came twice are one archived page; the run that brought them first is the receipt.
select page.page_sha256, page.url, page.method, page.fetched_at, page.byte_count, page.media_type, page.run_id,
       page.simulated_note, page.dataset_id
  from public.raw_pages as page
 where page.page_sha256 = %(page_sha256)s
 order by page.fetched_at
 limit 1;

-- find_claim --
select claim.claim_id, claim.stage, claim.assigned_to
  from public.claims as claim
 where claim.lead_id = %(lead_id)s
   and claim.released_at is null
   and (%(account_id)s::uuid is null or claim.account_id = %(account_id)s::uuid)
 order by claim.claimed_at
 limit 1;

-- read_people --
select people.owner_name, people.applicant_name, people.contractor_full_name
  from private.people_of_claim(%(claim_id)s) as people;
