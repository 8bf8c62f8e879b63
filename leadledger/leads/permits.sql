-- find_permit --
-- A permit and what its newest version says; `fields` are the columns that may be shown.
select permit.permit_id, permit.permit_key, permit.dataset_id, dataset.publisher, dataset.published_fields, permit.version,
       permit.first_recorded_at, permit.trades,
       (select to_jsonb(shown) from (select {columns}) as shown) as fields
  from public.permits as permit
  join public.datasets as dataset on dataset.dataset_id = permit.dataset_id
 where permit.permit_id = %(permit_id)s

-- find_history --
-- Every version up to the one that was read from permits, newest first; what is learned meanwhile is for the next time.
select learned.version, learned.recorded_at, learned.run_id, learned.page_sha256, learned.page_row,
       learned.withdrawn_reason, old.fields
  from public.permit_versions as learned
  left join private.superseded_fields(%(permit_id)s) as old on old.version = learned.version
 where learned.permit_id = %(permit_id)s
   and learned.version <= %(version)s
 order by learned.version desc

-- find_leads --
select {columns}
  from public.leads as lead
  {joins}
 where lead.permit_id = %(permit_id)s
 order by lead.rank_key desc, lead.lead_id
