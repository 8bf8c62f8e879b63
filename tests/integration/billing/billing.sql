-- waiting_events --
select event.event_id
  from public.billing_events as event
 where event.handled_at is null
 order by event.received_at;

-- outcome --
select event.outcome from public.billing_events as event where event.event_id = %(event_id)s;

-- jobs --
select count(*)
  from procrastinate.procrastinate_jobs as job
 where job.task_name = 'apply_billing_event'
   and job.queue_name = 'payments';

-- books --
-- All that Stripe's facts became, without clocks of ours.
select jsonb_build_object(
         'plan', (select jsonb_build_array(held.plan, held.metro, held.stripe_subscription_id, held.ends_at <= now())
                    from public.account_plans as held where held.account_id = %(account_id)s),
         'subscriptions', (select jsonb_agg(to_jsonb(known) - array['updated_at', 'synced_at'] order by known.stripe_subscription_id)
                             from public.billing_subscriptions as known where known.account_id = %(account_id)s),
         'invoices', (select jsonb_agg(to_jsonb(known) - array['synced_at', 'granted_entry_id'] order by known.stripe_invoice_id)
                        from public.billing_invoices as known where known.account_id = %(account_id)s),
         'packs', (select jsonb_agg(to_jsonb(known) - array['synced_at', 'granted_entry_id'] order by known.stripe_session_id)
                     from public.billing_pack_sales as known where known.account_id = %(account_id)s),
         'reversals', (select jsonb_agg(to_jsonb(known) - array['synced_at'] order by known.stripe_reversal_id)
                         from public.billing_reversals as known where known.account_id = %(account_id)s),
         'entries', (select jsonb_agg(jsonb_build_array(entry.reason, entry.amount, entry.idempotency_key) order by entry.idempotency_key)
                       from public.credit_entries as entry where entry.account_id = %(account_id)s)) as books;

-- forget_entries --
-- What nobody may in earnest: as a replica, which fires no trigger.
delete from public.credit_entries
 where account_id = %(account_id)s
   and reason = 'subscription_grant';

-- as_replica --
set local session_replication_role = replica;

-- letters --
select letter.kind
  from public.billing_letters as letter
 where letter.account_id = %(account_id)s
 order by letter.billing_letter_id;

-- letter_jobs --
select (job.args ->> 'billing_letter_id')::bigint, job.args ->> 'user_id'
  from procrastinate.procrastinate_jobs as job
 where job.task_name = 'send_billing_letter'
 order by job.id;

-- refusals --
select refusal.reason, sum(refusal.count)
  from public.billing_refusals as refusal
 group by refusal.reason;

-- spend --
select private.take_credits(%(account_id)s, %(amount)s, 'adjustment', %(key)s);

-- lose_customer --
delete from public.billing_customers where account_id = %(account_id)s;

-- falsify --
update public.billing_subscriptions set status = 'canceled' where account_id = %(account_id)s;

-- differences --
select difference.kind, difference.object_id, difference.resolved_at is not null
  from public.billing_differences as difference
 where difference.account_id = %(account_id)s
 order by difference.difference_id;

-- end_trial --
update public.account_plans
   set ends_at = now() + %(hours)s * interval '1 hour'
 where account_id = %(account_id)s;

-- late_for_days --
update public.billing_subscriptions
   set past_due_since = past_due_since - %(days)s * interval '1 day'
 where account_id = %(account_id)s;

-- let_time_pass --
-- The jobs of all waiting events died long ago.
update public.billing_events set received_at = received_at - interval '1 hour' where handled_at is null;

-- failure --
select event.attempt_count, event.error from public.billing_events as event where event.event_id = %(event_id)s;

-- claim_lock --
-- What a claim waits for.
select 1 from public.accounts where account_id = %(account_id)s for no key update nowait;

-- open_differences --
select difference.kind, difference.object_id
  from public.billing_differences as difference
 where difference.account_id = %(account_id)s
   and difference.resolved_at is null
 order by difference.difference_id;

-- differ --
insert into public.billing_differences (kind, account_id, object_id, ours, theirs)
values ('pack', %(account_id)s, 'cs_test', '{}', '{}');

-- agree --
update public.billing_differences set resolved_at = now() where resolved_at is null;

-- write_address --
-- One that we let through, and Stripe does not.
update public.members set email = %(email)s where user_id = %(user_id)s;
