-- newest_event --
select coalesce(max(block.last_event_id), 0)
  from public.events as block;

-- read_events --
-- Block by block in commit order, and nothing that was committed after newest_event was read.
select block.first_event_id + one.place - 1 as event_id, block.kind, block.dataset_id, one.permit_id, one.lead_id,
       coalesce(one.version, 1) as version, block.recorded_at, block.published_at,
       nullif(block.details -> (one.place - 1)::integer, 'null'::jsonb) as detail
  from public.events as block
 cross join lateral unnest(block.permit_ids, block.lead_ids, block.versions)
       with ordinality as one (permit_id, lead_id, version, place)
 where block.last_event_id > %(after)s
   and block.last_event_id <= %(newest)s
   and block.first_event_id + one.place - 1 > %(after)s
   and (cardinality(%(dataset_ids)s::text[]) = 0 or block.dataset_id = any (%(dataset_ids)s::text[]))
   and (cardinality(%(kinds)s::text[]) = 0 or block.kind = any (%(kinds)s::text[]))
 order by block.last_event_id, one.place
 limit %(limit)s;

-- read_chosen_events --
-- Some events by their ids, whatever blocks they stand in; each block is unpacked once.
select block.first_event_id + one.place - 1 as event_id, block.kind, block.dataset_id, one.permit_id, one.lead_id,
       coalesce(one.version, 1) as version, block.recorded_at, block.published_at,
       nullif(block.details -> (one.place - 1)::integer, 'null'::jsonb) as detail
  from (
         select distinct holder.last_event_id
           from unnest(%(event_ids)s::bigint[]) as wanted (event_id)
          cross join lateral (
                  select stretch.last_event_id
                    from public.events as stretch
                   where stretch.last_event_id >= wanted.event_id
                   order by stretch.last_event_id
                   limit 1
                ) as holder
       ) as chosen
  join public.events as block using (last_event_id)
 cross join lateral unnest(block.permit_ids, block.lead_ids, block.versions)
       with ordinality as one (permit_id, lead_id, version, place)
 where block.first_event_id + one.place - 1 = any (%(event_ids)s::bigint[])
 order by block.last_event_id, one.place;

-- read_permits --
-- Columns that may be shown: names of persons are in none of them.
select permit.permit_id, permit.dataset_id, permit.permit_key, permit.version, permit.first_recorded_at,
       permit.recorded_at, permit.withdrawn_at, permit.trades, permit.permit_num, permit.master_permit_num,
       permit.permit_type, permit.permit_type_desc, permit.permit_class, permit.permit_class_mapped, permit.work_class,
       permit.work_class_mapped, permit.project_name, permit.description, permit.applied_date, permit.issued_date,
       permit.completed_date, permit.expires_date, permit.status_date, permit.status_current,
       permit.status_current_mapped, permit.original_address1, permit.original_address2, permit.original_city,
       permit.original_state, permit.original_zip, permit.county_fips, permit.latitude, permit.longitude, permit.pin,
       permit.est_project_cost::text as est_project_cost, permit.total_sq_ft, permit.added_sq_ft,
       permit.remodel_sq_ft, permit.housing_units, permit.contractor_trade, permit.contractor_company_name,
       permit.contractor_lic_num, permit.contractor_phone, permit.link
  from public.permits as permit
 where permit.permit_id = any (%(permit_ids)s::uuid[]);

-- read_leads --
select lead.lead_id, lead.permit_id, lead.dataset_id, lead.version, lead.trade, lead.kind, lead.openness, lead.points,
       lead.reasons, lead.rank_key, lead.rank_date, lead.model_version, lead.county_fips, lead.original_zip,
       lead.permit_class_mapped, lead.est_project_cost::text as est_project_cost, lead.created_at, lead.updated_at
  from public.leads as lead
 where lead.lead_id = any (%(lead_ids)s::uuid[]);

-- read_state --
-- One statement, so that the number of the newest event and what it led to are of one instant.
select (select coalesce(max(block.last_event_id), 0) from public.events as block) as newest_event_id,
       permits.count as permit_count, permits.hash as permit_hash, leads.count as lead_count, leads.hash as lead_hash
  from (
         select count(*), encode(sha256(convert_to(coalesce(
                  string_agg(permit.permit_id || ' ' || permit.version || E'\n', '' order by permit.permit_id), ''),
                  'UTF8')), 'hex') as hash
           from public.permits as permit
          where cardinality(%(dataset_ids)s::text[]) = 0 or permit.dataset_id = any (%(dataset_ids)s::text[])
       ) as permits
 cross join (
         select count(*), encode(sha256(convert_to(coalesce(
                  string_agg(lead.lead_id || ' ' || lead.version || E'\n', '' order by lead.lead_id), ''),
                  'UTF8')), 'hex') as hash
           from public.leads as lead
          where cardinality(%(dataset_ids)s::text[]) = 0 or lead.dataset_id = any (%(dataset_ids)s::text[])
       ) as leads;
