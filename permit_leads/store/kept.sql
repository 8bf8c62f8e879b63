-- Statements of store/kept.py.

-- forget_answers --
-- A write sent again is told that it was done, and reads what it made anew.
update public.idempotency_keys
   set body = null
 where body ~* any (%(likes)s)

-- forget_receivers_words --
-- Receivers may say back what they were sent.
update public.webhook_deliveries
   set answer = null, reason = case when reason ~* any (%(likes)s) then '[removed on request]' else reason end
 where answer ~* any (%(likes)s) or reason ~* any (%(likes)s)

-- forget_reasons --
update public.alert_deliveries
   set reason = '[removed on request]'
 where reason ~* any (%(likes)s)

-- find_rejections --
select rejected.rejection_id, rejected.value, rejected.reason
  from public.rejections as rejected
 where rejected.value ~* any (%(likes)s)
    or rejected.reason ~* any (%(likes)s)

-- redact_rejection --
update public.rejections
   set value = %(value)s, reason = %(reason)s
 where rejection_id = %(rejection_id)s

-- find_findings --
select found.finding_id, found.message
  from public.findings as found
 where found.message ~* any (%(likes)s)

-- redact_finding --
update public.findings
   set message = %(message)s
 where finding_id = %(finding_id)s

-- find_profiles --
select run.run_id, run.profile
  from public.etl_runs as run
 where run.profile::text ~* any (%(likes)s)

-- redact_profile --
update public.etl_runs
   set profile = %(profile)s
 where run_id = %(run_id)s

-- forget_licences --
delete from public.contractor_licences
 where permit_id = any (%(permit_ids)s::uuid[])

-- count_again --
select private.defer_tally(changed.dataset_id)
  from (select distinct permit.dataset_id
          from public.permits as permit
         where permit.permit_id = any (%(permit_ids)s::uuid[])) as changed
