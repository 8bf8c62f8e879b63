-- Statements of benchmarks.payments.

-- count_events --
select count(*), count(*) filter (where event.handled_at is not null)
  from public.billing_events as event;

-- count_jobs --
select count(*)
  from procrastinate.procrastinate_jobs as job
 where job.task_name = 'apply_billing_event';

-- forget_events --
-- The next thing measured finds nothing waiting.
with gone as (
  delete from procrastinate.procrastinate_jobs where task_name = 'apply_billing_event')
delete from public.billing_events;

-- waiting_events --
select count(*) from public.billing_events as event where event.handled_at is null;

-- credits_bought --
select coalesce(sum(entry.amount), 0)
  from public.credit_entries as entry
 where entry.account_id = %(account_id)s
   and entry.reason = 'purchase';
