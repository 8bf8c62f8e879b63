-- Statements of leadledger/billing/shop.py. Row-level security decides what each of them sees.

-- read_buyer --
select account.name, known.stripe_customer_id, known.livemode, known.deleted_at is not null as is_deleted,
       (select member.email
          from public.members as member
         where member.account_id = account.account_id
           and member.user_id = auth.uid()) as email
  from public.accounts as account
  left join public.billing_customers as known on known.account_id = account.account_id
 where account.account_id = %(account_id)s;

-- keep_customer --
select private.keep_stripe_customer(%(account_id)s, %(customer_id)s, %(is_live)s);

-- find_running --
select subscription.plan, subscription.status
  from public.billing_subscriptions as subscription
 where subscription.account_id = %(account_id)s
   and subscription.ended_at is null
   and subscription.status in ('trialing', 'active', 'past_due', 'unpaid', 'paused')
 limit 1;

-- wait_for_turn --
-- Two pages for a plan opened at once would both be open: the second closes the first, and looks what was paid.
select pg_advisory_xact_lock(hashtextextended('leadledger.checkout ' || %(customer_id)s, 0));
