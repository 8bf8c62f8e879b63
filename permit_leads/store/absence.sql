-- Statements of store/absence.py. All run inside the one transaction of a reconcile run.

-- create_listed --
create temporary table listed_permits (permit_id uuid not null) on commit drop

-- note_listed --
insert into listed_permits select unnest(%(permit_ids)s::uuid[])

-- find_absent --
-- In the store, and not in the whole set that the publisher has just given.
create temporary table absent_permits on commit drop as
select known.permit_id
  from public.permits as known
 where known.dataset_id = %(dataset_id)s
   and known.withdrawn_at is null
   and known.first_recorded_at < %(since)s
   and not exists (select from listed_permits as listed where listed.permit_id = known.permit_id)
   and (%(oldest)s::date is null or known.issued_date >= %(oldest)s::date)

-- count_absent --
select (select count(*) from absent_permits) as absent,
       (select count(*) from public.permits where dataset_id = %(dataset_id)s and withdrawn_at is null) as listed

-- link_renumbered --
-- The same words of the same day and place under another number, learned later: one on either side, or no link.
create temporary table renumbered on commit drop as
with pairs as (
  select gone.permit_id, come.permit_id as successor_id
    from absent_permits
    join public.permits as gone using (permit_id)
    join public.permits as come
      on come.dataset_id = gone.dataset_id
     and come.issued_date = gone.issued_date
     and come.original_address1 = gone.original_address1
     and come.description is not distinct from gone.description
     and come.permit_type is not distinct from gone.permit_type
     and come.permit_num <> gone.permit_num
     and come.withdrawn_at is null
     and come.first_recorded_at > gone.recorded_at
   where not exists (select from absent_permits as also where also.permit_id = come.permit_id)
)
select permit_id, successor_id
  from pairs
 where (select count(*) from pairs as other where other.permit_id = pairs.permit_id) = 1
   and (select count(*) from pairs as other where other.successor_id = pairs.successor_id) = 1

-- keep_superseded --
-- As in store/permits.sql: what a permit said until now stays readable.
insert into public.superseded_permits (permit_id, version, superseded_at, permit)
select known.permit_id, known.version, %(recorded_at)s,
       jsonb_strip_nulls(to_jsonb(known) - array['permit_id', 'dataset_id', 'permit_key', 'version', 'content_hash',
         'page_sha256', 'page_row', 'first_recorded_at', 'recorded_at', 'trades', 'search_words', 'withdrawn_at'])
  from absent_permits
  join public.permits as known using (permit_id)

-- withdraw_permits --
-- The values stay; no content has this hash, so the permit comes back as soon as it is listed again.
update public.permits as known
   set version = known.version + 1, recorded_at = %(recorded_at)s, withdrawn_at = %(recorded_at)s,
       content_hash = '00000000-0000-0000-0000-000000000000'
  from absent_permits as absent
 where absent.permit_id = known.permit_id

-- write_versions --
-- The receipt of a withdrawal is where the permit stood last.
insert into public.permit_versions
  (permit_id, version, recorded_at, run_id, content_hash, page_sha256, page_row, withdrawn_reason)
select known.permit_id, known.version, known.recorded_at, %(run_id)s, known.content_hash, known.page_sha256,
       known.page_row, case when link.successor_id is null then 'no longer listed' else 'renumbered' end
  from absent_permits
  join public.permits as known using (permit_id)
  left join renumbered as link using (permit_id)

-- keep_superseded_leads --
insert into public.superseded_leads (lead_id, version, superseded_at, lead)
select known.lead_id, known.version, %(recorded_at)s,
       jsonb_strip_nulls(to_jsonb(known) - array['lead_id', 'permit_id', 'dataset_id', 'version', 'latitude', 'longitude', 'cell'])
  from absent_permits
  join public.leads as known using (permit_id)

-- close_leads --
with applied as (
update public.leads as known
   set version = known.version + 1, openness = 'closed', reasons = '[["withdrawn", -200, null]]', points = -200,
       rank_key = known.rank_key - 1000 * (known.points + 200), updated_at = %(recorded_at)s
  from absent_permits as absent
 where absent.permit_id = known.permit_id
returning known.lead_id, known.permit_id, known.version, known.updated_at
)
insert into applied_leads select lead_id, permit_id, version, updated_at from applied

-- stage_withdrawn --
insert into staged_events (kind, recorded_at, permit_ids, versions, details)
select 'permit.withdrawn', %(recorded_at)s, array_agg(permit_id order by permit_id),
       array_agg(version order by permit_id), jsonb_agg(detail order by permit_id)
  from (
         select known.permit_id, known.version,
                jsonb_strip_nulls(jsonb_build_object(
                  'reason', case when link.successor_id is null then 'no longer listed' else 'renumbered' end,
                  'renumbered_to', link.successor_id)) as detail,
                (row_number() over (order by known.permit_id) - 1) / 1000 as block
           from absent_permits
           join public.permits as known using (permit_id)
           left join renumbered as link using (permit_id)
       ) as withdrawn
 group by block
 order by block
