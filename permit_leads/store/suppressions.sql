-- Statements of store/suppressions.py.

-- read --
select known.suppression_id::text, known.kind, known.name, known.phone, known.email, known.address, known.zip
  from public.suppressions as known
 order by known.suppression_id

-- wait_for_runs --
-- Runs that are about to commit hold this shared; a grant waits for them, and the cleaning after it sees their rows.
select pg_advisory_xact_lock(hashtextextended('permit_leads.suppressions', 0))

-- wait_for_grants --
select pg_advisory_xact_lock_shared(hashtextextended('permit_leads.suppressions', 0))

-- add --
insert into public.suppressions (suppression_id, kind, name, phone, email, address, zip, granted_at)
values (%(suppression_id)s, %(kind)s, %(name)s, %(phone)s, %(email)s, %(address)s, %(zip)s, %(granted_at)s)
on conflict do nothing

-- clean_again --
-- Granted while a run was under way that did not know of it.
update public.suppressions
   set applied_at = null
 where not suppression_id = any (%(known_ids)s::uuid[])
   and applied_at is not null

-- pending --
select count(*)
  from public.suppressions
 where applied_at is null

-- note_applied --
update public.suppressions
   set applied_at = clock_timestamp()
 where suppression_id = any (%(known_ids)s::uuid[])
   and applied_at is null

-- find_permits --
select permit.permit_id::text, permit.dataset_id, permit.version, permit.latitude, permit.longitude,
       permit.original_zip, permit.permit_num, cardinality(permit.search_words) > 0 as is_searchable, {texts}
  from public.permits as permit
 where concat_ws(' ', {texts}) ~* any (%(likes)s)

-- create_redacted --
create temporary table redacted_permits (like public.permits) on commit drop

-- relax_redacted --
alter table redacted_permits
  alter column dataset_id drop not null, alter column permit_key drop not null, alter column version drop not null,
  alter column content_hash drop not null, alter column page_sha256 drop not null,
  alter column page_row drop not null, alter column first_recorded_at drop not null,
  alter column recorded_at drop not null, alter column permit_num drop not null, alter column trades drop not null,
  alter column search_words drop not null

-- redact_permits --
-- The content hash stays: it is that of what the publisher says, by which a next run knows that nothing changed.
update public.permits as known
   set {assignments}, latitude = redacted.latitude, longitude = redacted.longitude,
       search_words = coalesce(redacted.search_words, known.search_words)
  from redacted_permits as redacted
 where known.permit_id = redacted.permit_id

-- place_leads --
update public.leads as known
   set latitude = redacted.latitude, longitude = redacted.longitude
  from redacted_permits as redacted
 where known.permit_id = redacted.permit_id
   and (known.latitude, known.longitude) is distinct from (redacted.latitude, redacted.longitude)

-- drop_redacted --
drop table redacted_permits

-- find_superseded_permits --
select former.permit_id::text, former.version, former.permit
  from public.superseded_permits as former
 where former.permit::text ~* any (%(likes)s)

-- redact_superseded_permit --
update public.superseded_permits
   set permit = %(said)s
 where permit_id = %(permit_id)s
   and version = %(version)s

-- find_leads --
select lead.lead_id::text, lead.reasons
  from public.leads as lead
 where lead.reasons::text ~* any (%(likes)s)

-- redact_lead --
update public.leads
   set reasons = %(said)s
 where lead_id = %(lead_id)s

-- find_superseded_leads --
select former.lead_id::text, former.version, former.lead
  from public.superseded_leads as former
 where former.lead::text ~* any (%(likes)s)

-- redact_superseded_lead --
update public.superseded_leads
   set lead = %(said)s
 where lead_id = %(lead_id)s
   and version = %(version)s

-- keep_leads_of_homes --
insert into public.superseded_leads (lead_id, version, superseded_at, lead)
select known.lead_id, known.version, %(now)s,
       jsonb_strip_nulls(to_jsonb(known) - array['lead_id', 'permit_id', 'dataset_id', 'version', 'latitude', 'longitude', 'cell'])
  from public.leads as known
 where known.permit_id = any (%(permit_ids)s::uuid[])
   and known.openness <> 'closed'

-- close_leads_of_homes --
-- As a run closes the leads of a permit that makes none any more: the next run finds nothing to do.
update public.leads as known
   set version = known.version + 1, openness = 'closed', reasons = '[["trade_gone", -200, null]]', points = -200,
       rank_key = known.rank_key - 1000 * (known.points + 200), updated_at = %(now)s
 where known.permit_id = any (%(permit_ids)s::uuid[])
   and known.openness <> 'closed'
returning known.dataset_id, known.permit_id, known.lead_id, known.version

-- tell --
insert into public.events (kind, dataset_id, run_id, recorded_at, permit_ids, lead_ids, versions)
values (%(kind)s, %(dataset_id)s, %(run_id)s, %(now)s, %(permit_ids)s::uuid[], %(lead_ids)s::uuid[], %(versions)s)
