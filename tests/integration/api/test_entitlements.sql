-- put_plan --
update public.account_plans
   set plan = %(plan)s, ends_at = null
 where account_id = %(account_id)s;
