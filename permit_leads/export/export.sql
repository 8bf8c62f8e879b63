-- Statements of permit_leads.export. Columns of persons are left out; their order is part of the file format.

-- permits --
-- The day is the one the publisher's window filters by; where that is no field of ours, the best day known.
select p.permit_id, p.dataset_id, p.permit_key, p.version,
       p.permit_num, p.master_permit_num, p.permit_type, p.permit_type_desc, p.permit_class, p.permit_class_mapped,
       p.work_class, p.work_class_mapped, p.project_name, p.description, p.applied_date, p.issued_date,
       p.completed_date, p.expires_date, p.status_date, p.status_current, p.status_current_mapped,
       p.original_address1, p.original_address2, p.original_city, p.original_state, p.original_zip, p.county_fips,
       p.latitude, p.longitude, p.pin, p.est_project_cost, p.total_sq_ft, p.added_sq_ft, p.remodel_sq_ft,
       p.housing_units, p.contractor_trade, p.contractor_company_name, p.contractor_lic_num, p.contractor_phone, p.link,
       p.page_sha256, p.page_row, p.first_recorded_at, p.recorded_at,
       (select page.simulated_note from public.raw_pages as page where page.page_sha256 = p.page_sha256 limit 1)
         as simulated_note
  from public.permits as p
 cross join lateral (
       select case %(date_field)s
                when 'applied_date' then p.applied_date
                when 'issued_date' then p.issued_date
                when 'completed_date' then p.completed_date
                when 'expires_date' then p.expires_date
                when 'status_date' then p.status_date
                else coalesce(p.issued_date, p.applied_date, p.status_date)
              end) as windowed (day)
 where p.dataset_id = %(dataset_id)s
   and (%(since)s::date is null or windowed.day >= %(since)s::date)
   and (%(until)s::date is null or windowed.day <= %(until)s::date)
 order by p.permit_key

-- leads --
select l.lead_id, l.permit_id, l.dataset_id, l.trade, l.kind, l.openness, l.points, l.rank_key, l.rank_date,
       l.model_version, l.reasons,
       p.permit_num, p.permit_type_desc, p.permit_class_mapped, p.work_class, p.description, p.issued_date,
       p.status_current, p.status_current_mapped, p.original_address1, p.original_city, p.original_state,
       p.original_zip, p.county_fips, p.latitude, p.longitude, p.est_project_cost, p.contractor_company_name, p.link,
       l.created_at, l.updated_at,
       (select page.simulated_note from public.raw_pages as page where page.page_sha256 = p.page_sha256 limit 1)
         as simulated_note
  from public.leads as l
  join public.permits as p on p.permit_id = l.permit_id
 cross join lateral (
       select case %(date_field)s
                when 'applied_date' then p.applied_date
                when 'issued_date' then p.issued_date
                when 'completed_date' then p.completed_date
                when 'expires_date' then p.expires_date
                when 'status_date' then p.status_date
                else coalesce(p.issued_date, p.applied_date, p.status_date)
              end) as windowed (day)
 where p.dataset_id = %(dataset_id)s
   and (%(since)s::date is null or windowed.day >= %(since)s::date)
   and (%(until)s::date is null or windowed.day <= %(until)s::date)
 order by l.rank_key desc, l.lead_id
