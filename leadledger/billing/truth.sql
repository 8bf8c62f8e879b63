-- Statements of leadledger/billing/truth.py and events.py, with the worker's rights.

-- lock_customer --
-- One at a time asks for a customer: who waited asks after him, and so knows no less.
select pg_advisory_xact_lock(hashtextextended('leadledger.stripe ' || %(customer_id)s, 0));

-- read_clock --
select clock_timestamp();

-- find_account --
select known.account_id
  from public.billing_customers as known
 where known.stripe_customer_id = %(customer_id)s;

-- adopt_customer --
-- Made at Stripe, but we died before we wrote it down: it names its account.
select account.account_id, private.keep_stripe_customer(account.account_id, %(customer_id)s, %(is_live)s)
  from public.accounts as account
 where account.account_id = %(account_id)s::uuid;

-- note_deleted --
update public.billing_customers
   set deleted_at = coalesce(deleted_at, now())
 where stripe_customer_id = %(customer_id)s;

-- list_plans --
select plan.plan, plan.credits_a_month
  from public.plans as plan;

-- list_known_invoices --
-- Drafts can be deleted at Stripe, and say nothing.
select known.stripe_invoice_id as id
  from public.billing_invoices as known
 where known.account_id = %(account_id)s
   and known.status <> 'draft';

-- list_known_sales --
select known.stripe_session_id as id
  from public.billing_pack_sales as known
 where known.account_id = %(account_id)s;

-- list_known_subscriptions --
select known.stripe_subscription_id as id
  from public.billing_subscriptions as known
 where known.account_id = %(account_id)s
   and (%(is_whole)s or (known.ended_at is null and known.status not in ('canceled', 'incomplete_expired')));

-- write_subscription --
insert into public.billing_subscriptions as known (
         account_id, stripe_subscription_id, plan, metro, status, is_collection_paused, cancel_at_period_end, cancel_at,
         canceled_at, ended_at, current_period_start, current_period_end, trial_end, past_due_since,
         next_payment_attempt, latest_invoice_id)
values (%(account_id)s, %(stripe_subscription_id)s, %(plan)s,
        (select metro.metro from public.metros as metro where metro.metro = %(metro)s), %(status)s,
        %(is_collection_paused)s, %(cancel_at_period_end)s, %(cancel_at)s, %(canceled_at)s, %(ended_at)s,
        %(current_period_start)s, %(current_period_end)s, %(trial_end)s, %(past_due_since)s, %(next_payment_attempt)s,
        %(latest_invoice_id)s)
on conflict on constraint billing_subscriptions_pkey do update
   set plan = excluded.plan,
       metro = excluded.metro,
       status = excluded.status,
       is_collection_paused = excluded.is_collection_paused,
       cancel_at_period_end = excluded.cancel_at_period_end,
       cancel_at = excluded.cancel_at,
       canceled_at = excluded.canceled_at,
       ended_at = excluded.ended_at,
       current_period_start = excluded.current_period_start,
       current_period_end = excluded.current_period_end,
       trial_end = excluded.trial_end,
       past_due_since = excluded.past_due_since,
       next_payment_attempt = excluded.next_payment_attempt,
       latest_invoice_id = excluded.latest_invoice_id,
       updated_at = case
                    when (known.plan, known.status, known.is_collection_paused, known.cancel_at_period_end,
                          known.cancel_at, known.ended_at, known.current_period_end, known.past_due_since)
                         is distinct from
                         (excluded.plan, excluded.status, excluded.is_collection_paused, excluded.cancel_at_period_end,
                          excluded.cancel_at, excluded.ended_at, excluded.current_period_end, excluded.past_due_since)
                    then now() else known.updated_at end,
       synced_at = now();

-- end_subscription --
-- Stripe does not know it any more.
update public.billing_subscriptions
   set status = 'canceled',
       ended_at = coalesce(ended_at, now()),
       updated_at = now(),
       synced_at = now()
 where stripe_subscription_id = %(stripe_subscription_id)s;

-- write_invoice --
insert into public.billing_invoices (
         account_id, stripe_invoice_id, stripe_subscription_id, plan, status, billing_reason, amount_due_cents,
         amount_paid_cents, currency, period_start, period_end, hosted_invoice_url, attempt_count, next_payment_attempt,
         created_at)
values (%(account_id)s, %(stripe_invoice_id)s, %(stripe_subscription_id)s, %(plan)s, %(status)s, %(billing_reason)s,
        %(amount_due_cents)s, %(amount_paid_cents)s, %(currency)s, %(period_start)s, %(period_end)s,
        %(hosted_invoice_url)s, %(attempt_count)s, %(next_payment_attempt)s, %(created_at)s)
on conflict on constraint billing_invoices_pkey do update
   set stripe_subscription_id = excluded.stripe_subscription_id,
       plan = excluded.plan,
       status = excluded.status,
       amount_due_cents = excluded.amount_due_cents,
       amount_paid_cents = excluded.amount_paid_cents,
       period_start = excluded.period_start,
       period_end = excluded.period_end,
       hosted_invoice_url = excluded.hosted_invoice_url,
       attempt_count = excluded.attempt_count,
       next_payment_attempt = excluded.next_payment_attempt,
       synced_at = now();

-- grant_credits --
-- Null: they came before.
select private.add_credits(%(account_id)s, %(credits)s, 'subscription_grant', %(key)s, %(details)s,
                           now() + terms.grant_days * interval '1 day')
  from public.credit_terms as terms;

-- read_granted --
-- What a paid period brought so far besides this, whichever plan it was of.
select coalesce(sum(entry.amount), 0)::integer
  from public.credit_entries as entry
 where entry.account_id = %(account_id)s
   and entry.reason = 'subscription_grant'
   and entry.details ->> 'period_end' = %(period_end)s
   and entry.idempotency_key <> %(key)s;

-- note_grant --
update public.billing_invoices
   set granted_entry_id = %(entry_id)s,
       credits = credits + %(credits)s
 where stripe_invoice_id = %(stripe_invoice_id)s;

-- write_sale --
insert into public.billing_pack_sales (
         account_id, stripe_session_id, payment_intent_id, pack, credits, amount_cents, currency, status, created_at)
values (%(account_id)s, %(stripe_session_id)s, %(payment_intent_id)s, %(pack)s, %(credits)s, %(amount_cents)s,
        %(currency)s, %(status)s, %(created_at)s)
on conflict on constraint billing_pack_sales_pkey do update
   set payment_intent_id = excluded.payment_intent_id,
       status = excluded.status,
       synced_at = now();

-- pay_out --
select private.add_credits(%(account_id)s, %(credits)s, 'purchase', %(key)s, %(details)s);

-- note_payout --
update public.billing_pack_sales
   set granted_entry_id = %(entry_id)s
 where stripe_session_id = %(stripe_session_id)s;

-- list_paid_sales --
select sale.stripe_session_id, sale.payment_intent_id, sale.pack, sale.credits, sale.amount_cents
  from public.billing_pack_sales as sale
 where sale.account_id = %(account_id)s
   and sale.granted_entry_id is not null
   and sale.payment_intent_id is not null;

-- find_reversal --
select known.taken, known.missing, known.given_back
  from public.billing_reversals as known
 where known.stripe_reversal_id = %(stripe_id)s;

-- take_back --
select private.take_credits(%(account_id)s, %(credits)s, 'adjustment', %(key)s, %(details)s);

-- give_back --
select private.add_credits(%(account_id)s, %(credits)s, 'adjustment', %(key)s, %(details)s);

-- write_reversal --
insert into public.billing_reversals (
         stripe_reversal_id, account_id, stripe_session_id, kind, status, amount_cents, credits, taken, missing,
         given_back, created_at)
values (%(stripe_id)s, %(account_id)s, %(stripe_session_id)s, %(kind)s, %(status)s, %(amount_cents)s, %(credits)s,
        %(taken)s, %(missing)s, %(given_back)s, %(created_at)s)
on conflict on constraint billing_reversals_pkey do update
   set status = excluded.status,
       credits = excluded.credits,
       taken = excluded.taken,
       missing = excluded.missing,
       given_back = excluded.given_back,
       synced_at = now();

-- refresh_plan --
select private.refresh_plan(%(account_id)s);

-- write_letters --
select private.write_letters(%(account_id)s);

-- hold_account --
select private.hold_account(%(account_id)s);
