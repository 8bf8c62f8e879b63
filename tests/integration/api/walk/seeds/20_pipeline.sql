-- claims --
insert into public.claims (account_id, lead_id, assigned_to, people_seen_at)
values (%(account_id)s, %(lead_id)s, %(user_id)s, now())
returning claim_id;

-- claim_moves --
select move.claim_id as moved_claim
  from public.claim_moves as move
 where move.account_id = %(account_id)s;

-- lead_outcomes --
update public.claims
   set stage = 'contacted'
 where claim_id = %(claim_id)s
returning claim_id as outcome_claim;

-- notes --
insert into public.notes (account_id, claim_id, body, written_by)
values (%(account_id)s, %(claim_id)s, %(marker)s, %(user_id)s)
returning note_id;

-- tasks --
insert into public.tasks (account_id, claim_id, title, created_by)
values (%(account_id)s, %(claim_id)s, %(marker)s, %(user_id)s)
returning task_id;
