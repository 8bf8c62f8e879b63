-- Leads as they were known at an instant. What has not changed since is read as ever; what has, is put together here.

-- count_superseded --
select private.count_superseded_since(%(as_of)s, %(most_superseded)s);

-- unchanged_lead --
lead.updated_at <= %(as_of)s

-- unchanged_permit --
permit.recorded_at <= %(as_of)s

-- altered --
-- Every lead that was known then and says something else now, or whose permit does: both as they were.
with former_lead as materialized (
     select distinct on (former.lead_id) former.lead_id, former.lead
       from public.superseded_leads as former
      where former.superseded_at > %(as_of)s
      order by former.lead_id, former.version),
former_permit as materialized (
     select former.permit_id, former.fields
       from private.permits_then(%(as_of)s) as former),
altered as materialized (
     select known.lead_id, known.permit_id
       from former_lead
       join public.leads as known using (lead_id)
      where known.created_at <= %(as_of)s
      union
     select known.lead_id, known.permit_id
       from former_permit
       join public.leads as known using (permit_id)
      where known.created_at <= %(as_of)s),
permit_then as materialized (
     select said.*
       from (select distinct altered.permit_id from altered) as wanted
       join public.permits as permit using (permit_id)
       left join former_permit using (permit_id)
      cross join lateral (select to_jsonb(shown) as fields from (select {columns}) as shown) as now
      cross join lateral jsonb_populate_record(null::public.permits,
            coalesce(former_permit.fields, now.fields)
            || jsonb_build_object('permit_id', permit.permit_id, 'dataset_id', permit.dataset_id,
                                  'page_sha256', permit.page_sha256)) as said),
lead_then as materialized (
     select said.*
       from altered
       join public.leads as known using (lead_id)
       join permit_then on permit_then.permit_id = altered.permit_id
       left join former_lead using (lead_id)
      cross join lateral jsonb_populate_record(null::public.leads,
            coalesce(former_lead.lead, to_jsonb(known))
            || jsonb_build_object('lead_id', known.lead_id, 'permit_id', known.permit_id,
                                  'dataset_id', known.dataset_id, 'latitude', permit_then.latitude,
                                  'longitude', permit_then.longitude)) as said)

-- count_altered --
{altered}
select count(*)
  from lead_then as lead
 where {conditions};

-- page_of_altered --
{altered}
select {columns}, {number} as order_number
  from lead_then as lead
  join permit_then as permit on permit.permit_id = lead.permit_id
  join public.datasets as dataset on dataset.dataset_id = lead.dataset_id
  left join lateral (
       select raw_page.simulated_note
         from public.raw_pages as raw_page
        where raw_page.page_sha256 = permit.page_sha256
        limit 1) as page on true
 where {conditions}
 order by {key} desc, lead.lead_id
 limit %(limit)s;

-- its_permit --
exists (select 1
          from permit_then as permit
         where permit.permit_id = lead.permit_id
           and {conditions})
