-- Statements of leadledger/billing/desk.py, with the worker's rights.

-- count_outcomes --
select coalesce(event.outcome, 'waiting') as outcome, count(*) as count
  from public.billing_events as event
 where event.received_at > now() - interval '7 days'
 group by event.outcome
 order by count(*) desc;

-- list_waiting --
-- A minute is left to the worker.
select event.event_id, event.type, event.received_at, event.attempt_count, event.error
  from public.billing_events as event
 where event.handled_at is null
   and (event.attempt_count > 0 or event.received_at < now() - interval '1 minute')
 order by event.received_at
 limit 500;

-- count_refusals --
select refusal.reason, sum(refusal.count) as count, max(refusal.hour) as hour
  from public.billing_refusals as refusal
 where refusal.hour > now() - interval '24 hours'
 group by refusal.reason
 order by refusal.reason;
