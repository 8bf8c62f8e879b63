-- Statements of store/versions.py.

-- permits_as_of --
-- Of each permit the newest version learned until then: its values stand in permits while it is the newest of all.
select known.permit_id, known.dataset_id, learned.version, learned.recorded_at, learned.withdrawn_reason,
       learned.page_sha256, learned.page_row,
       coalesce(old.permit,
         jsonb_strip_nulls(to_jsonb(known) - array['permit_id', 'dataset_id', 'permit_key', 'version', 'content_hash',
           'page_sha256', 'page_row', 'first_recorded_at', 'recorded_at', 'trades', 'search_words', 'withdrawn_at'])
       ) as fields
  from public.permits as known
 cross join lateral (
         select version, recorded_at, withdrawn_reason, page_sha256, page_row
           from public.permit_versions as one
          where one.permit_id = known.permit_id and one.recorded_at <= %(at)s
          order by version desc
          limit 1
       ) as learned
  left join public.superseded_permits as old
    on old.permit_id = known.permit_id and old.version = learned.version
 where (%(dataset_id)s::text is null or known.dataset_id = %(dataset_id)s::text)
   and (%(permit_ids)s::uuid[] is null or known.permit_id = any(%(permit_ids)s::uuid[]))
   and (%(after)s::uuid is null or known.permit_id > %(after)s::uuid)
 order by known.permit_id
 limit %(limit)s

-- leads_as_of --
select known.lead_id, known.permit_id, known.dataset_id, coalesce(old.version, known.version) as version,
       coalesce(old.lead,
         jsonb_strip_nulls(to_jsonb(known) - array['lead_id', 'permit_id', 'dataset_id', 'version', 'latitude', 'longitude', 'cell'])
       ) as fields
  from public.leads as known
  left join lateral (
         select version, lead
           from public.superseded_leads as one
          where one.lead_id = known.lead_id
            and (one.lead ->> 'updated_at')::timestamptz <= %(at)s
            and one.superseded_at > %(at)s
          order by version desc
          limit 1
       ) as old on true
 where known.created_at <= %(at)s
   and (known.updated_at <= %(at)s or old.version is not null)
   and (%(dataset_id)s::text is null or known.dataset_id = %(dataset_id)s::text)
   and (%(permit_ids)s::uuid[] is null or known.permit_id = any(%(permit_ids)s::uuid[]))
   and (%(after)s::uuid is null or known.lead_id > %(after)s::uuid)
 order by known.lead_id
 limit %(limit)s

-- versions_of --
select learned.version, learned.recorded_at, learned.run_id, learned.withdrawn_reason, learned.page_sha256,
       learned.page_row,
       coalesce(old.permit,
         jsonb_strip_nulls(to_jsonb(known) - array['permit_id', 'dataset_id', 'permit_key', 'version', 'content_hash',
           'page_sha256', 'page_row', 'first_recorded_at', 'recorded_at', 'trades', 'search_words', 'withdrawn_at'])
       ) as fields
  from public.permit_versions as learned
  join public.permits as known using (permit_id)
  left join public.superseded_permits as old
    on old.permit_id = learned.permit_id and old.version = learned.version
 where learned.permit_id = %(permit_id)s
 order by learned.version
