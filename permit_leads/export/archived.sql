-- Statements of permit_leads.export.archived. The order of the columns is part of the file format.

-- versions --
-- Every version learned between two instants, with the values it had then; what belongs to the permit as it stands now
-- (trades, words to search by, leads) only beside its newest version.
select 1 as archive_version, newest.dataset_id, newest.permit_id, newest.permit_key, learned.version,
       learned.recorded_at, newest.first_recorded_at, learned.content_hash, learned.withdrawn_reason, learned.page_sha256, learned.page_row,
       page.url as page_url, page.method as page_method, page.status as page_status, page.media_type as page_media_type,
       page.fetched_at as page_fetched_at, page.byte_count as page_byte_count, page.row_count as page_row_count,
       page.simulated_note,
       {fields},
       case when learned.version = newest.version then to_jsonb(newest.trades)::text end as trades,
       case when learned.version = newest.version then cardinality(newest.search_words) > 0 end as is_searchable,
       case when learned.version = newest.version then coalesce(sold.leads, '[]'::jsonb)::text end as leads,
       case when learned.version = newest.version then coalesce(former.leads, '[]'::jsonb)::text end as former_leads
  from public.permit_versions as learned
  join public.permits as newest on newest.permit_id = learned.permit_id
  left join public.superseded_permits as old on old.permit_id = learned.permit_id and old.version = learned.version
  left join lateral jsonb_populate_record(null::public.permits, old.permit) as said on true
  left join lateral (
       select raw_page.url, raw_page.method, raw_page.status, raw_page.media_type, raw_page.fetched_at, raw_page.byte_count,
              raw_page.row_count, raw_page.simulated_note
         from public.raw_pages as raw_page
        where raw_page.page_sha256 = learned.page_sha256
          and raw_page.kind = 'rows'
        order by raw_page.fetched_at
        limit 1) as page on true
  left join lateral (
       select jsonb_agg(to_jsonb(lead) - array['lead_id', 'permit_id', 'dataset_id', 'latitude', 'longitude', 'cell']
                        order by lead.trade) as leads
         from public.leads as lead
        where lead.permit_id = learned.permit_id) as sold on true
  left join lateral (
       select jsonb_agg(jsonb_build_object('trade', lead.trade, 'version', past.version,
                'superseded_at', past.superseded_at, 'lead', past.lead) order by lead.trade, past.version) as leads
         from public.leads as lead
         join public.superseded_leads as past using (lead_id)
        where lead.permit_id = learned.permit_id) as former on true
 where learned.recorded_at >= %(since)s
   and learned.recorded_at <= %(until)s
   and (%(sources)s::text[] is null or newest.dataset_id = any(%(sources)s::text[]))
 order by newest.dataset_id, newest.permit_key, learned.version

-- field --
-- The newest version stands in permits, an older one in superseded_permits.
case when learned.version = newest.version then newest.{name} else said.{name} end as {name}
