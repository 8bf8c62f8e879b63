-- Statements of permit_leads.restore. All run inside one transaction; what is staged goes when it ends.

-- create_staging --
-- Rows of the file as they stand there. `leads` is null where the file does not know what belongs to the permit now.
create temporary table restored
  (like public.permits, line bigint not null, page_url text, page_method text, page_status integer,
   page_media_type text, page_fetched_at timestamptz, page_byte_count bigint, page_row_count integer,
   simulated_note text, withdrawn_reason text, leads jsonb, former_leads jsonb) on commit drop;
create temporary table applied_leads
  (lead_id uuid, permit_id uuid, dataset_id text, version integer, updated_at timestamptz, is_new boolean)
  on commit drop

-- index_staging --
create index restored_versions on restored (permit_id, version);
create index restored_lines on restored (line);
analyze restored

-- lock_states --
-- A run that is at work is not disturbed, and none begins before the restore has ended.
select source
  from public.etl_state
 where source = any(%(dataset_ids)s)
 order by source
   for update

-- lock_dataset --
-- The lock of store/permits.sql.
select pg_advisory_xact_lock(hashtextextended('permit_leads.store:' || %(dataset_id)s, 0))

-- known_permits --
select permit_id::text
  from public.permits
 where permit_id = any(%(permit_ids)s::uuid[])

-- staged_datasets --
select dataset_id, count(*) as row_count
  from restored
 group by dataset_id
 order by dataset_id

-- judge --
-- What becomes of each row. A version is put back under its own number where that number is free and in its place in
-- time; what is newer than all we know is appended; what is older never replaces anything. (First and last by windows:
-- looking each row's neighbours up among all rows took a quarter of an hour for 50,000.)
create temporary table judged on commit drop as
with placed as (
       select staged.line, staged.permit_id, staged.dataset_id, staged.version, staged.recorded_at, staged.content_hash,
              staged.withdrawn_reason is not null as is_withdrawn,
              row_number() over (partition by staged.permit_id, staged.version order by staged.line) as copy,
              lag(staged.recorded_at) over (partition by staged.permit_id order by staged.version, staged.line)
                as recorded_before,
              newest.version as known_version, newest.recorded_at as known_at, newest.content_hash as known_hash,
              newest.withdrawn_at is not null as known_withdrawn,
              same.content_hash as same_hash, same.withdrawn_reason is not null as same_withdrawn
         from restored as staged
         left join public.permits as newest on newest.permit_id = staged.permit_id
         left join public.permit_versions as same
           on same.permit_id = staged.permit_id and same.version = staged.version
     ),
     ranked as (
       select placed.*,
              count(*) filter (where recorded_at > known_at and copy = 1) over (partition by permit_id order by version)
                as newer_rank
         from placed
     ),
     told as (
       select ranked.*,
              case when copy > 1 then 'repeated'
                   when recorded_before > recorded_at then 'misplaced'
                   when known_version is null then 'new'
                   when same_hash = content_hash and same_withdrawn = is_withdrawn then 'unchanged'
                   when recorded_at > known_at and newer_rank = 1 and known_hash = content_hash
                    and known_withdrawn = is_withdrawn then 'unchanged'
                   when recorded_at > known_at then 'newer'
                   when same_hash is null and version < known_version
                    and recorded_at >= coalesce((select max(before.recorded_at) from public.permit_versions as before
                          where before.permit_id = ranked.permit_id and before.version < ranked.version), '-infinity')
                    and recorded_at <= (select min(later.recorded_at) from public.permit_versions as later
                          where later.permit_id = ranked.permit_id and later.version > ranked.version) then 'history'
                   when exists (select from public.permit_versions as known
                                 where known.permit_id = ranked.permit_id
                                   and known.content_hash = ranked.content_hash
                                   and (known.withdrawn_reason is not null) = ranked.is_withdrawn) then 'unchanged'
                   else 'older' end as fate
         from ranked
     )
select line, permit_id, dataset_id, recorded_at, fate, is_withdrawn,
       (case when fate = 'newer' then greatest(version, known_version + newer_rank) else version end)::integer
         as final_version,
       fate in ('new', 'newer')
         and version = max(version) filter (where fate in ('new', 'newer')) over (partition by permit_id) as is_last,
       fate = 'new' and version = min(version) filter (where fate = 'new') over (partition by permit_id) as is_first
  from told;
create index judged_lines on judged (line);
analyze judged

-- fates --
select dataset_id, fate, count(*) as row_count
  from judged
 group by dataset_id, fate
 order by dataset_id, fate

-- days --
-- Rows that were recorded on another day than the file's name says.
select count(*) as row_count, min(recorded_at) as first_at, max(recorded_at) as last_at
  from restored
 where recorded_at < %(since)s
    or recorded_at > %(until)s

-- find_repeated --
select staged.line, staged.dataset_id, staged.permit_key, staged.version, judged.fate
  from judged
  join restored as staged using (line)
 where judged.fate in ('repeated', 'misplaced')
 order by staged.line

-- leadless --
-- Newest versions that were older ones already when the file was written, so that it does not tell their leads.
select staged.line, staged.dataset_id, staged.permit_id::text, staged.recorded_at, staged.permit_key,
       staged.page_sha256, staged.page_row, {fields}, judged.fate = 'newer' as is_known
  from judged
  join restored as staged using (line)
 where judged.is_last
   and staged.leads is null
 order by staged.dataset_id, staged.line

-- create_derived --
create temporary table derived
  (line bigint not null, trades text[] not null, search_words text[] not null, leads jsonb not null) on commit drop

-- tell_leads --
update restored as staged
   set trades = derived.trades, search_words = derived.search_words, leads = derived.leads
  from derived
 where derived.line = staged.line

-- write_versions --
insert into public.permit_versions
  (permit_id, version, recorded_at, run_id, content_hash, page_sha256, page_row, withdrawn_reason)
select staged.permit_id, judged.final_version, staged.recorded_at, run.run_id, staged.content_hash,
       staged.page_sha256, staged.page_row, staged.withdrawn_reason
  from judged
  join restored as staged using (line)
  join unnest(%(dataset_ids)s::text[], %(run_ids)s::uuid[]) as run (dataset_id, run_id)
    on run.dataset_id = staged.dataset_id
 where judged.fate in ('new', 'newer', 'history')

-- keep_known --
-- What a permit said until the restored version stays readable.
insert into public.superseded_permits (permit_id, version, superseded_at, permit)
select known.permit_id, known.version, following.recorded_at,
       jsonb_strip_nulls(to_jsonb(known) - %(own_columns)s::text[])
  from public.permits as known
  join (select permit_id, min(recorded_at) as recorded_at from judged where fate = 'newer' group by permit_id)
       as following using (permit_id)

-- keep_history --
-- Restored versions that are not the newest.
insert into public.superseded_permits (permit_id, version, superseded_at, permit)
select staged.permit_id, judged.final_version,
       (select later.recorded_at
          from public.permit_versions as later
         where later.permit_id = staged.permit_id
           and later.version > judged.final_version
         order by later.version
         limit 1),
       jsonb_strip_nulls(to_jsonb(staged) - %(own_columns)s::text[])
  from judged
  join restored as staged using (line)
 where judged.fate in ('new', 'newer', 'history')
   and not judged.is_last

-- insert_permits --
insert into public.permits
  (permit_id, dataset_id, permit_key, version, content_hash, page_sha256, page_row, first_recorded_at, recorded_at,
   withdrawn_at, trades, search_words, {columns})
select staged.permit_id, staged.dataset_id, staged.permit_key, judged.final_version, staged.content_hash,
       staged.page_sha256, staged.page_row, staged.first_recorded_at, staged.recorded_at,
       case when staged.withdrawn_reason is not null then staged.recorded_at end, staged.trades,
       staged.search_words, {fields}
  from judged
  join restored as staged using (line)
 where judged.fate = 'new'
   and judged.is_last

-- update_permits --
update public.permits as known
   set version = judged.final_version, content_hash = staged.content_hash, page_sha256 = staged.page_sha256,
       page_row = staged.page_row, recorded_at = staged.recorded_at,
       withdrawn_at = case when staged.withdrawn_reason is not null then staged.recorded_at end,
       trades = staged.trades, search_words = staged.search_words, ({columns}) = row({fields})
  from judged
  join restored as staged using (line)
 where judged.fate = 'newer'
   and judged.is_last
   and known.permit_id = staged.permit_id

-- keep_known_leads --
-- What a lead said until the restored version stays readable.
insert into public.superseded_leads (lead_id, version, superseded_at, lead)
select known.lead_id, known.version, greatest(known.updated_at, staged.recorded_at),
       jsonb_strip_nulls(to_jsonb(known) - array['lead_id', 'permit_id', 'dataset_id', 'version', 'latitude', 'longitude', 'cell'])
  from judged
  join restored as staged using (line)
  join public.leads as known on known.permit_id = staged.permit_id
 where judged.fate = 'newer'
   and judged.is_last
    on conflict (lead_id, version) do nothing

-- keep_former_leads --
-- What a lead said in the versions before the one the file tells of.
insert into public.superseded_leads (lead_id, version, superseded_at, lead)
select former.lead_id, former.version, former.superseded_at, former.lead
  from judged
  join restored as staged using (line)
 cross join lateral jsonb_to_recordset(staged.former_leads) as former
       (lead_id uuid, version integer, superseded_at timestamptz, lead jsonb)
 where judged.is_last
    on conflict (lead_id, version) do nothing

-- write_leads --
with applied as (
insert into public.leads as known
  (lead_id, permit_id, dataset_id, trade, version, kind, openness, points, reasons, rank_key, model_version, rank_date,
   county_fips, original_zip, permit_class_mapped, est_project_cost, latitude, longitude, created_at, updated_at)
select lead.lead_id, staged.permit_id, staged.dataset_id, lead.trade, lead.version, lead.kind, lead.openness,
       lead.points, lead.reasons, lead.rank_key, lead.model_version, lead.rank_date, lead.county_fips,
       lead.original_zip, lead.permit_class_mapped, lead.est_project_cost, staged.latitude, staged.longitude,
       lead.created_at, lead.updated_at
  from judged
  join restored as staged using (line)
 cross join lateral jsonb_to_recordset(staged.leads) as lead
       (lead_id uuid, trade text, version integer, kind text, openness text, points integer, reasons jsonb,
        rank_key bigint, model_version text, rank_date date, county_fips text, original_zip text,
        permit_class_mapped text, est_project_cost numeric(14, 2), created_at timestamptz, updated_at timestamptz)
 where judged.is_last
    on conflict (lead_id) do update
   set version = greatest(excluded.version, known.version + 1),
       kind = excluded.kind, openness = excluded.openness, points = excluded.points, reasons = excluded.reasons,
       rank_key = excluded.rank_key, model_version = excluded.model_version, rank_date = excluded.rank_date,
       county_fips = excluded.county_fips, original_zip = excluded.original_zip,
       permit_class_mapped = excluded.permit_class_mapped, est_project_cost = excluded.est_project_cost,
       latitude = excluded.latitude, longitude = excluded.longitude, updated_at = excluded.updated_at
returning lead_id, permit_id, dataset_id, version, updated_at, xmax = 0 as is_new
)
insert into applied_leads select lead_id, permit_id, dataset_id, version, updated_at, is_new from applied

-- close_vanished_leads --
-- Leads of trades that the restored version is not for.
with applied as (
update public.leads as known
   set version = known.version + 1, openness = 'closed', reasons = '[["trade_gone", -200, null]]', points = -200,
       rank_key = known.rank_key - 1000 * (known.points + 200), updated_at = staged.recorded_at
  from judged
  join restored as staged using (line)
 where judged.fate = 'newer'
   and judged.is_last
   and known.permit_id = staged.permit_id
   and not exists (select from jsonb_array_elements(staged.leads) as kept (lead)
                    where (kept.lead ->> 'lead_id')::uuid = known.lead_id)
returning known.lead_id, known.permit_id, known.dataset_id, known.version, known.updated_at
)
insert into applied_leads select lead_id, permit_id, dataset_id, version, updated_at, false from applied

-- count_leads --
select dataset_id, count(*)
  from applied_leads
 group by dataset_id

-- publish_permits --
-- The last things that are written, as store/events.sql does it: other runs wait from here to the commit.
insert into public.events (kind, dataset_id, run_id, recorded_at, published_at, permit_ids, versions, details)
select told.kind, told.dataset_id, run.run_id, told.recorded_at,
       coalesce(%(published_at)s::timestamptz, (select clock_timestamp())), array_agg(told.permit_id order by told.permit_id),
       array_agg(told.final_version order by told.permit_id),
       case when told.kind = 'permit.withdrawn'
            then jsonb_agg(jsonb_build_object('reason', told.withdrawn_reason) order by told.permit_id) end
  from (
         select judged.*, staged.withdrawn_reason,
                case when is_first then 'permit.created' when is_withdrawn then 'permit.withdrawn'
                     else 'permit.changed' end as kind,
                (row_number() over (partition by judged.dataset_id, judged.recorded_at, final_version, is_first,
                  is_withdrawn order by judged.permit_id) - 1) / 1000 as block
           from judged
           join restored as staged using (line)
          where judged.fate in ('new', 'newer')
       ) as told
  join unnest(%(dataset_ids)s::text[], %(run_ids)s::uuid[]) as run (dataset_id, run_id)
    on run.dataset_id = told.dataset_id
 group by told.dataset_id, run.run_id, told.recorded_at, told.kind, told.final_version, told.block
 order by told.recorded_at, told.final_version, told.dataset_id, told.kind, told.block
returning published_at

-- publish_leads --
insert into public.events (kind, dataset_id, run_id, recorded_at, published_at, permit_ids, lead_ids, versions)
select case when told.is_new then 'lead.created' else 'lead.changed' end, told.dataset_id, run.run_id, told.updated_at,
       coalesce(%(published_at)s::timestamptz, (select clock_timestamp())),
       array_agg(told.permit_id order by told.lead_id), array_agg(told.lead_id order by told.lead_id),
       array_agg(told.version order by told.lead_id)
  from (
         select applied.*,
                (row_number() over (partition by dataset_id, is_new, updated_at order by lead_id) - 1) / 1000 as block
           from applied_leads as applied
       ) as told
  join unnest(%(dataset_ids)s::text[], %(run_ids)s::uuid[]) as run (dataset_id, run_id)
    on run.dataset_id = told.dataset_id
 group by told.dataset_id, run.run_id, told.is_new, told.updated_at, told.block
 order by told.updated_at, told.dataset_id, told.is_new desc, told.block
returning published_at

-- write_pages --
-- The pages that restored versions were read from, where the store does not know them; their bytes lie in the archive.
insert into public.raw_pages
  (run_id, page_index, dataset_id, page_sha256, kind, url, method, request_body, status, headers, media_type,
   fetched_at, elapsed_ms, byte_count, row_count, simulated_note)
select run.run_id, row_number() over (partition by page.dataset_id order by page.page_sha256) - 1, page.dataset_id,
       page.page_sha256, 'rows', page.page_url, page.page_method, null, page.page_status, '{}', page.page_media_type,
       page.page_fetched_at, 0, page.page_byte_count, page.page_row_count, page.simulated_note
  from (select distinct on (staged.dataset_id, staged.page_sha256) staged.*
          from restored as staged
          join judged using (line)
         where judged.fate in ('new', 'newer', 'history')
           and staged.page_url is not null
         order by staged.dataset_id, staged.page_sha256, staged.line) as page
  join unnest(%(dataset_ids)s::text[], %(run_ids)s::uuid[]) as run (dataset_id, run_id)
    on run.dataset_id = page.dataset_id
 where not exists (select from public.raw_pages as known where known.page_sha256 = page.page_sha256)

-- name_file --
update public.etl_runs
   set restored_from_sha256 = %(file_sha256)s
 where run_id = any(%(run_ids)s)
