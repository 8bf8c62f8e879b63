-- unclaimed --
select lead.lead_id
  from public.leads as lead
 where lead.openness in ('open', 'likely')
   and not exists (select from public.claims as claim where claim.lead_id = lead.lead_id)
 order by lead.lead_id;

-- end_exclusivity --
update public.claims
   set exclusive_until = now() - interval '1 second'
 where claim_id = %(claim_id)s;

-- take_all --
select private.take_credits(%(account_id)s, 1000, 'adjustment', 'test:all');

-- age_claim --
update public.claims
   set claimed_at = claimed_at - %(seconds)s * interval '1 second'
 where claim_id = %(claim_id)s;

-- put_plan --
update public.account_plans
   set plan = %(plan)s
 where account_id = %(account_id)s;

-- end_plan --
update public.account_plans
   set ends_at = now()
 where account_id = %(account_id)s;

-- change_entry --
update public.credit_entries set amount = 500 where account_id = %(account_id)s;

-- remove_entry --
delete from public.credit_entries where account_id = %(account_id)s;

-- empty_entries --
truncate public.credit_entries;

-- overdraw --
insert into public.credit_entries (account_id, amount, reason, idempotency_key)
values (%(account_id)s, -6, 'adjustment', 'test:overdraw');

-- buy --
select private.add_credits(%(account_id)s, 50, 'purchase', 'session:cs_test_1');

-- lose_names --
update public.permits as permit
   set owner_name = null, applicant_name = null
  from public.leads as lead
 where lead.lead_id = %(lead_id)s
   and permit.permit_id = lead.permit_id;
