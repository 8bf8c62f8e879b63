-- happen --
-- As a run's last statement tells it: a permit or lead each for so many of those there are.
insert into public.events (kind, dataset_id, run_id, recorded_at, permit_ids, lead_ids)
select %(kind)s, min(told.dataset_id), md5('run')::uuid, now(), array_agg(told.permit_id order by told.id),
       case when %(kind)s like 'lead.%%' then array_agg(told.id order by told.id) end
  from (select lead.dataset_id, lead.permit_id, lead.lead_id as id
          from public.leads as lead
         where %(kind)s like 'lead.%%'
        union all
        select permit.dataset_id, permit.permit_id, permit.permit_id
          from public.permits as permit
         where %(kind)s not like 'lead.%%'
         order by 3
         limit %(count)s) as told
returning first_event_id, last_event_id;

-- forget --
with forgotten as (delete from public.webhook_endpoints)
delete from public.events;

-- make_due --
with woken as (update public.webhook_positions set resume_at = null)
update public.webhook_deliveries
   set due_at = now() - interval '1 second'
 where status in ('waiting', 'retrying');

-- due_in_seconds --
select extract(epoch from delivery.due_at - delivery.attempted_at)::float, delivery.attempt_count, delivery.status
  from public.webhook_deliveries as delivery
 order by delivery.first_event_id;

-- resume_in_seconds --
select extract(epoch from position.resume_at - now())::float from public.webhook_positions as position;

-- fail_since --
update public.webhook_positions
   set failing_since = now() - make_interval(days => %(days)s),
       resume_at = null;

-- exhaust --
update public.webhook_deliveries
   set attempt_count = %(attempts)s,
       status = 'retrying';

-- let_lease_run_out --
update public.webhook_positions
   set lease_expires_at = now() - interval '1 second'
 where lease_expires_at is not null;

-- end_rotation --
update public.webhook_endpoints set old_secret_until = now() - interval '1 second' where old_secret is not null;

-- age --
update public.webhook_deliveries set ended_at = now() - interval '31 days' where ended_at is not null;

-- count --
select count(*), count(*) filter (where status = 'delivered') from public.webhook_deliveries;

-- jobs --
select count(*) from procrastinate.procrastinate_jobs as job where job.task_name = 'deliver_webhooks';

-- forget_jobs --
delete from procrastinate.procrastinate_jobs;

-- grant_suppression --
insert into public.suppressions (suppression_id, kind, name, granted_at)
values (gen_random_uuid(), 'opt_out', 'NOBODY AT ALL', now());

-- apply_suppressions --
update public.suppressions set applied_at = now();

-- name_permit --
-- A permit whose description names a person, as publishers write it now and then.
update public.permits
   set description = %(description)s
 where permit_id = (select min(permit.permit_id::text)::uuid from public.permits as permit);

-- audit --
select entry.action, entry.user_id, entry.details::text
  from public.audit_entries as entry
 where entry.subject_id = %(webhook_endpoint_id)s
 order by entry.audit_entry_id;

-- note_email --
update public.members set email = %(email)s where user_id = %(user_id)s;

-- name_account --
update public.accounts set name = %(name)s where account_id = %(account_id)s;

-- notices --
select count(*) from procrastinate.procrastinate_jobs as job where job.task_name = 'tell_of_disabled_webhook';

-- hurry_jobs --
update procrastinate.procrastinate_jobs set scheduled_at = null;
