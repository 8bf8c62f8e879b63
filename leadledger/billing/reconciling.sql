-- Statements of leadledger/billing/reconciling.py, with the worker's rights.

-- list_customers --
select known.stripe_customer_id, known.account_id
  from public.billing_customers as known
 where known.livemode = %(is_live)s
   and (%(account_id)s::uuid is null or known.account_id = %(account_id)s::uuid)
 order by known.stripe_customer_id;

-- read_subscriptions --
select known.stripe_subscription_id as id, known.plan, known.status, known.cancel_at_period_end,
       known.current_period_end, known.is_collection_paused
  from public.billing_subscriptions as known
 where known.account_id = %(account_id)s;

-- read_invoices --
select known.stripe_invoice_id as id, known.status, known.amount_paid_cents
  from public.billing_invoices as known
 where known.account_id = %(account_id)s
   and known.status <> 'draft';

-- read_sales --
select known.stripe_session_id as id, known.status, known.credits, known.amount_cents
  from public.billing_pack_sales as known
 where known.account_id = %(account_id)s;

-- read_reversals --
select known.stripe_reversal_id as id, known.status
  from public.billing_reversals as known
 where known.account_id = %(account_id)s;

-- read_grants --
-- Every credit that money bought, by what it was bought with.
select entry.idempotency_key as id, entry.amount as credits
  from public.credit_entries as entry
 where entry.account_id = %(account_id)s
   and entry.reason in ('purchase', 'subscription_grant');

-- list_granted --
-- What our own books say was bought: the ledger must hold the same.
select 'pack:' || sale.stripe_session_id as id, sale.credits
  from public.billing_pack_sales as sale
 where sale.account_id = %(account_id)s
   and sale.status = 'paid'
union
select month.id, coalesce(entry.amount, month.credits)
  from (select invoice.account_id, plan.credits_a_month as credits,
               'grant:' || invoice.stripe_subscription_id || ':' || extract(epoch from invoice.period_start)::bigint as id
          from public.billing_invoices as invoice
          join public.plans as plan on plan.plan = invoice.plan
         where invoice.account_id = %(account_id)s
           and invoice.status = 'paid'
           and invoice.stripe_subscription_id is not null
           and plan.credits_a_month > 0) as month
  left join public.credit_entries as entry
    on entry.account_id = month.account_id and entry.idempotency_key = month.id
union
select entry.idempotency_key, entry.amount
  from public.billing_invoices as invoice
  join public.credit_entries as entry on entry.account_id = invoice.account_id
   and (entry.credit_entry_id = invoice.granted_entry_id or entry.details ->> 'invoice' = invoice.stripe_invoice_id)
 where invoice.account_id = %(account_id)s
   and invoice.status = 'paid';

-- write_difference --
-- One that is open already stays, with the time it was found first.
insert into public.billing_differences (kind, account_id, object_id, ours, theirs)
select %(kind)s, %(account_id)s, %(object_id)s, %(ours)s, %(theirs)s
 where not exists (
         select from public.billing_differences as open
          where open.kind = %(kind)s
            and open.object_id = %(object_id)s
            and open.resolved_at is null);

-- resolve_differences --
-- Those of this customer (null: of none of ours) that a comparison does not find any more.
update public.billing_differences
   set resolved_at = now()
 where account_id is not distinct from %(account_id)s::uuid
   and resolved_at is null
   and kind || ' ' || object_id <> all(%(still)s);

-- list_differences --
select difference.found_at, difference.kind, difference.account_id, difference.object_id, difference.ours,
       difference.theirs
  from public.billing_differences as difference
 where difference.resolved_at is null
 order by difference.found_at, difference.difference_id;

-- write_letters --
select private.write_letters(null);
