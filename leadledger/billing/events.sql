-- Statements of leadledger/billing/events.py, with the worker's rights.

-- read_event --
select event.type, event.customer_id, event.payload, event.handled_at is not null as is_handled
  from public.billing_events as event
 where event.event_id = %(event_id)s;

-- list_waiting --
-- Of a customer, those that an answer of Stripe's given from now on has in it.
select event.event_id, event.type
  from public.billing_events as event
 where event.handled_at is null
   and event.received_at <= %(until)s
   and (event.customer_id = %(customer_id)s or event.event_id = %(event_id)s);

-- note_handled --
update public.billing_events
   set handled_at = clock_timestamp(),
       attempt_count = attempt_count + 1,
       outcome = %(outcome)s,
       error = null
 where event_id = any(%(event_ids)s)
   and handled_at is null;

-- note_failed --
update public.billing_events
   set attempt_count = attempt_count + 1,
       error = %(error)s
 where event_id = %(event_id)s
   and handled_at is null;

-- list_overdue --
-- Their jobs died, or failed too often; the longer it fails, the rarer it is tried: after 2, 4, 8 … minutes, at most six hours.
select event.event_id
  from public.billing_events as event
 where event.handled_at is null
   and event.received_at + least(power(2, least(event.attempt_count, 20) + 1) * interval '1 minute',
                                 event.attempt_count * interval '6 hours' + interval '2 minutes') < now()
 order by event.received_at
 limit 200;

-- find_sale_of_payment --
select known.stripe_customer_id
  from public.billing_pack_sales as sale
  join public.billing_customers as known on known.account_id = sale.account_id
 where sale.payment_intent_id = %(payment_intent_id)s;

-- forget_payloads --
update public.billing_events
   set payload = '{}'
 where handled_at < now() - interval '30 days'
   and payload <> '{}';

-- forget_refusals --
delete from public.billing_refusals
 where hour < now() - interval '90 days';
