-- account_plans --
update public.account_plans
   set plan = 'enterprise', ends_at = null
 where account_id = %(account_id)s
returning account_id as plan_account;

-- credit_entries --
select entry.credit_entry_id
  from public.credit_entries as entry
 where entry.account_id = %(account_id)s
   and entry.reason = 'claim';

-- credit_caps --
insert into public.credit_caps (account_id, user_id, credits_a_month)
values (%(account_id)s, %(user_id)s, 100000)
returning account_id as capped_account;

-- exclusive_zips --
insert into public.exclusive_zips (trade, zip, account_id, ends_at)
values ('roofing', right(translate(%(account_id)s::uuid::text, 'abcdef-', '012345'), 5), %(account_id)s::uuid, now() + interval '1 day')
returning zip as exclusive_zip;
