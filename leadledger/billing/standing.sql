-- Statements of leadledger/billing/standing.py. Row-level security decides what each of them sees.

-- read_plan --
select plan.plan, plan.name, plan.area, plan.metro, plan.seats, plan.has_api, plan.ends_at
  from private.plan_of(%(account_id)s) as plan;

-- read_subscription --
-- The one that runs; else the last that did. Only admins see invoices, so only they get an address to pay at.
select subscription.plan, plan.name, plan.cents_a_month, subscription.status, subscription.is_collection_paused,
       subscription.cancel_at_period_end, subscription.cancel_at, subscription.ended_at,
       subscription.current_period_end, subscription.trial_end, subscription.past_due_since,
       subscription.next_payment_attempt, owed.hosted_invoice_url as pay_url
  from public.billing_subscriptions as subscription
  join public.plans as plan on plan.plan = subscription.plan
  left join lateral (
    select invoice.hosted_invoice_url
      from public.billing_invoices as invoice
     where invoice.stripe_subscription_id = subscription.stripe_subscription_id
       and invoice.status = 'open'
     order by invoice.created_at desc
     limit 1) as owed on true
 where subscription.account_id = %(account_id)s
   and subscription.status <> 'incomplete_expired'
 order by subscription.ended_at is null desc, plan.place desc, subscription.current_period_end desc nulls last,
          subscription.stripe_subscription_id
 limit 1;

-- read_trial_end --
select held.ends_at
  from public.account_plans as held
 where held.account_id = %(account_id)s
   and held.plan = 'trial';

-- list_invoices --
select invoice.stripe_invoice_id as invoice_id, invoice.status, invoice.billing_reason, invoice.plan,
       invoice.amount_due_cents, invoice.amount_paid_cents, invoice.currency, invoice.period_start, invoice.period_end,
       invoice.hosted_invoice_url, invoice.credits, invoice.created_at
  from public.billing_invoices as invoice
 where invoice.account_id = %(account_id)s
   and invoice.status <> 'draft'
 order by invoice.created_at desc, invoice.stripe_invoice_id desc
 limit 200;

-- list_packs --
select sale.stripe_session_id as session_id, sale.pack, sale.credits, sale.amount_cents, sale.currency, sale.status,
       sale.created_at,
       (select coalesce(sum(reversal.taken - reversal.given_back), 0)::integer
          from public.billing_reversals as reversal
         where reversal.stripe_session_id = sale.stripe_session_id) as reversed_credits
  from public.billing_pack_sales as sale
 where sale.account_id = %(account_id)s
   and sale.status <> 'expired'
 order by sale.created_at desc, sale.stripe_session_id desc
 limit 200;

-- choose_metro --
select private.choose_metro(%(account_id)s, %(metro)s);
