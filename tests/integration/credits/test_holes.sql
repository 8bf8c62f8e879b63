-- is_waiting --
-- Whether somebody waits for a lock here.
select exists (select from pg_stat_activity as other
                where other.datname = current_database() and other.wait_event_type = 'Lock');

-- put_plan --
update public.account_plans
   set plan = %(plan)s, ends_at = null
 where account_id = %(account_id)s;

-- invite --
insert into public.invitations (account_id, email, role, token_hash, invited_by, expires_at)
values (%(account_id)s, 'first@example.com', 'member', 'first', %(user_id)s, now() + interval '1 day');

-- unclaimed --
select lead.lead_id
  from public.leads as lead
 where lead.openness in ('open', 'likely')
   and not exists (select from public.claims as claim where claim.lead_id = lead.lead_id)
 order by lead.lead_id
 limit 1;

-- withdraw --
update public.permits
   set withdrawn_at = now()
 where permit_id = (select claim.permit_id from public.claims as claim where claim.claim_id = %(claim_id)s);

-- credit --
select private.credit_refund(%(claim_id)s, 'source_corrected', now(), '{}', 'evidence');

-- delete_account --
delete from public.accounts where account_id = %(account_id)s;

-- is_late --
update public.account_plans
   set ends_at = now() + interval '2 days'
 where account_id = %(account_id)s;

-- letters --
select count(*) from public.billing_letters as letter where letter.account_id = %(account_id)s;

-- write_letters --
select private.write_letters(%(account_id)s);
