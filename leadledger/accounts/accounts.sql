-- read_account --
select account.account_id, account.name, account.time_zone, account.created_at
  from public.accounts as account
 where account.account_id = %(account_id)s;

-- change_account --
update public.accounts
   set name = coalesce(%(name)s, name),
       time_zone = coalesce(%(time_zone)s, time_zone),
       updated_at = now()
 where account_id = %(account_id)s;

-- list_accounts --
-- In the order private.act_for chooses by.
select account.account_id, account.name, member.role
  from public.members as member
  join public.accounts as account on account.account_id = member.account_id
 where member.user_id = (select auth.uid())
 order by member.created_at, member.account_id;

-- list_members --
select member.user_id, member.email, member.role, member.created_at
  from public.members as member
 where member.account_id = %(account_id)s
 order by member.created_at, member.user_id;

-- change_member --
update public.members
   set role = %(role)s
 where account_id = %(account_id)s
   and user_id = %(user_id)s
returning user_id, email, role, created_at;

-- remove_member --
delete from public.members
 where account_id = %(account_id)s
   and user_id = %(user_id)s
returning user_id;
