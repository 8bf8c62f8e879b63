-- Statements of leadledger/credits/desk.py, with the worker's rights.

-- find_accounts --
-- By id, by a member's address, or by name.
select account.account_id, account.name, plan.name as plan, plan.ends_at, private.balance_of(account.account_id) as balance,
       (select count(*) from public.members as member where member.account_id = account.account_id) as members
  from public.accounts as account
  left join lateral private.plan_of(account.account_id) as plan on true
 where account.account_id::text = %(asked)s
    or lower(account.name) = lower(%(asked)s)
    or exists (select from public.members as member
                where member.account_id = account.account_id and lower(member.email) = lower(%(asked)s))
 order by account.account_id
 limit 20;

-- list_entries --
select entry.credit_entry_id, entry.recorded_at, entry.amount, entry.reason, entry.idempotency_key, entry.details,
       entry.expires_at, sum(entry.amount) over (order by entry.credit_entry_id) as balance
  from public.credit_entries as entry
 where entry.account_id = %(account_id)s
 order by entry.credit_entry_id desc
 limit %(limit)s;

-- give --
select private.add_credits(%(account_id)s, %(amount)s, 'adjustment', %(key)s, %(details)s);

-- take --
select private.take_credits(%(account_id)s, %(amount)s, 'adjustment', %(key)s, %(details)s);

-- put_plan --
-- Given by the operator: no subscription pays for it, and one that does takes its place.
insert into public.account_plans as held (account_id, plan, ends_at)
values (%(account_id)s, %(plan)s, %(ends_at)s)
on conflict on constraint account_plans_pkey do update
   set plan = excluded.plan,
       ends_at = excluded.ends_at,
       stripe_subscription_id = null,
       updated_at = now()
 where held.stripe_subscription_id is null
    or held.ends_at <= now()
returning held.plan;
