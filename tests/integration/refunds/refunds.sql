-- finish_first_load --
-- The fixture's rows came with the first run.
update public.etl_runs
   set permit_new_count = 1000;

-- fresh_leads --
-- Of permits nobody has claimed anything of, issued within the last days; two leads a permit.
select lead.lead_id, lead.permit_id, lead.trade
  from public.leads as lead
  join public.permits as permit on permit.permit_id = lead.permit_id
 where lead.openness in ('open', 'likely')
   and permit.issued_date > current_date - 25
   and not exists (select from public.claims as claim where claim.permit_id = lead.permit_id)
 order by permit.permit_num, lead.trade
 limit 40;

-- correct --
-- A new version of the permit, as a run writes it; null leaves a field.
with former as (
  insert into public.superseded_permits (permit_id, version, superseded_at, permit)
  select permit.permit_id, permit.version, now(), jsonb_strip_nulls(to_jsonb(permit))
    from public.permits as permit
   where permit.permit_id = %(permit_id)s
)
update public.permits
   set version = version + 1,
       recorded_at = now(),
       status_current_mapped = coalesce(%(status)s, status_current_mapped),
       completed_date = coalesce(%(completed_date)s::date, completed_date),
       expires_date = coalesce(%(expires_date)s::date, expires_date),
       original_address1 = coalesce(%(address)s, original_address1),
       county_fips = coalesce(%(county_fips)s, county_fips)
 where permit_id = %(permit_id)s;

-- withdraw --
update public.permits
   set withdrawn_at = %(at)s
 where permit_id = %(permit_id)s;

-- lose_address --
update public.permits
   set original_address1 = %(address)s
 where permit_id = %(permit_id)s;

-- settle_at --
-- Two permits of one place.
update public.permits
   set original_address1 = '77 SAME  ST', original_zip = '78701'
 where permit_id = any(%(permit_ids)s);

-- redact --
insert into public.events (first_event_id, last_event_id, kind, dataset_id, run_id, recorded_at, permit_ids, versions)
values (900000 + %(number)s, 900000 + %(number)s, 'permit.redacted', 'austin_issued_permits', gen_random_uuid(), %(at)s,
        array[%(permit_id)s]::uuid[], array[1]);

-- lose_trade --
update public.leads
   set version = version + 1, openness = 'closed', reasons = '[["trade_gone", -200, null]]', points = -200,
       updated_at = %(at)s
 where lead_id = %(lead_id)s;

-- read_late --
-- A later run brought it.
with later as (
  insert into public.etl_runs (run_id, dataset_id, kind, status, started_at, permit_new_count)
  select gen_random_uuid(), permit.dataset_id, 'sync', 'success', now(), 1
    from public.permits as permit
   where permit.permit_id = %(permit_id)s
  returning run_id),
  came as (
  update public.permit_versions
     set run_id = later.run_id
    from later
   where permit_id = %(permit_id)s)
update public.permits
   set issued_date = current_date - %(days)s, first_recorded_at = now()
 where permit_id = %(permit_id)s;

-- issue_long_ago --
update public.permits
   set issued_date = current_date - 300
 where permit_id = %(permit_id)s;

-- read_hours_ago --
update public.permits
   set recorded_at = now() - interval '5 hours'
 where permit_id = %(permit_id)s;

-- take_waiting_jobs --
-- As a worker that begins with them.
delete from procrastinate.procrastinate_jobs
 where task_name = 'credit_refunds';

-- tell_changed --
insert into public.events (first_event_id, last_event_id, kind, dataset_id, run_id, recorded_at, permit_ids, versions)
values (800000 + %(number)s, 800000 + %(number)s, 'permit.changed', 'austin_issued_permits', gen_random_uuid(), %(at)s,
        array[%(permit_id)s]::uuid[], array[2]);

-- move_claim --
update public.claims
   set claimed_at = claimed_at - %(days)s * interval '1 day'
 where claim_id = %(claim_id)s;

-- put_plan --
update public.account_plans
   set plan = 'pro', ends_at = null
 where account_id = %(account_id)s;

-- refund_of --
select refund.reason, refund.credits, refund.evidence, refund.found_at, refund.credited_at
  from public.refunds as refund
 where refund.claim_id = %(claim_id)s;

-- count_entries --
select count(*), coalesce(sum(entry.amount), 0)
  from public.credit_entries as entry
 where entry.claim_id = %(claim_id)s;

-- count_unsound --
-- Claims that came back without an entry, or entries without a refund.
select count(*)
  from public.refunds as refund
  full join public.credit_entries as entry on entry.credit_entry_id = refund.credit_entry_id
 where refund.refund_id is null and entry.reason = 'refund' and entry.details ->> 'kind' = 'evidence'
    or entry.credit_entry_id is null;

-- change_refund --
update public.refunds set credits = 100 where claim_id = %(claim_id)s;

-- waiting_jobs --
select count(*)
  from procrastinate.procrastinate_jobs as job
 where job.task_name = 'credit_refunds' and job.status = 'todo';

-- credit_some_other --
-- What the judge must see: credits of a claim that nothing proves bad.
select private.credit_refund(claim.claim_id, 'late', now(), '{}', 'evidence')
  from public.claims as claim
 where not exists (select from public.refunds as refund where refund.claim_id = claim.claim_id)
 limit 1;

-- let_requests_wait --
update public.refund_requests set waits_since = waits_since - interval '3 days' where status in ('waiting', 'appealed');

-- answer_requests --
-- Those of other tests.
update public.refund_requests set status = 'refused', decided_at = now() where status in ('waiting', 'appealed');
