-- undo_for_ever --
-- So that a slow machine changes nothing of what the model expects.
update public.credit_terms
   set undo_seconds = 3600, undos_a_day = 1000000;

-- unclaimed --
select lead.lead_id
  from public.leads as lead
 where lead.openness in ('open', 'likely')
   and not exists (select from public.claims as claim where claim.lead_id = lead.lead_id)
 order by lead.lead_id
 limit 1;

-- buy --
select private.add_credits(%(account_id)s, %(amount)s, 'purchase', %(key)s);

-- take --
select private.take_credits(%(account_id)s, %(amount)s, 'adjustment', %(key)s);

-- refund --
select private.credit_refund(claim.claim_id, 'late', now(), '{}', 'evidence')
  from public.claims as claim
 where claim.account_id = %(account_id)s
   and claim.claim_id = %(claim_id)s;

-- judge --
-- The sum, the lowest it ever was, and claims or refunds without their entry.
select coalesce(sum(told.amount), 0), coalesce(min(told.balance), 0),
       (select count(*)
          from public.claims as claim
         where claim.account_id = %(account_id)s
           and claim.credits > 0
           and (select count(*) from public.credit_entries as entry
                 where entry.claim_id = claim.claim_id and entry.reason = 'claim' and entry.amount = -claim.credits) <> 1)
       + (select count(*)
            from public.refunds as refund
           where refund.account_id = %(account_id)s
             and not exists (select from public.credit_entries as entry
                              where entry.credit_entry_id = refund.credit_entry_id and entry.amount = refund.credits))
  from (select entry.amount, sum(entry.amount) over (order by entry.credit_entry_id) as balance
          from public.credit_entries as entry
         where entry.account_id = %(account_id)s) as told;
