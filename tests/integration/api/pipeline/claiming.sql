-- What tests of the pipeline ask the database directly.

-- let_all_hold_it --
update public.claim_terms set seats = 10000;

-- outcomes --
select outcome, reason, amount_cents
  from public.lead_outcomes
 where claim_id = %(claim_id)s
 order by lead_outcome_id;

-- first_looks --
select count(*)
  from public.audit_entries
 where subject_id = %(claim_id)s::text
   and details ? 'people_seen_at';

-- see_claims --
select claim_id from public.claims where claim_id = %(claim_id)s;

-- see_moves --
select claim_move_id from public.claim_moves where claim_id = %(claim_id)s;

-- see_outcomes --
select lead_outcome_id from public.lead_outcomes where claim_id = %(claim_id)s;

-- see_people --
select owner_name from private.people_of_claim(%(claim_id)s);

-- move_claim --
update public.claims set stage = 'contacted' where claim_id = %(claim_id)s returning claim_id;

-- note_elsewhere --
insert into public.notes (account_id, claim_id, body) values (%(stranger_account_id)s, %(claim_id)s, 'x');

-- task_elsewhere --
insert into public.tasks (account_id, claim_id, title) values (%(account_id)s, %(claim_id)s, 'x');

-- forge_move --
insert into public.claim_moves (account_id, claim_id, to_stage) values (%(stranger_account_id)s, %(claim_id)s, 'won');

-- forge_outcome --
insert into public.lead_outcomes (account_id, claim_id, lead_id, permit_id, trade, outcome, lead_at_claim)
values (%(stranger_account_id)s, %(claim_id)s, %(lead_id)s, %(permit_id)s, 'roofing', 'won', '{}');

-- forge_facts --
insert into public.claims (account_id, lead_id, lead_at_claim) values (%(stranger_account_id)s, %(lead_id)s, '{}');

-- names --
select owner_name from private.people_of_permit(%(permit_id)s);

-- jump_to_won --
update public.claims set stage = 'won' where claim_id = %(claim_id)s;

-- forget_moves --
delete from public.claim_moves where claim_id = %(claim_id)s;

-- forget_outcomes --
update public.lead_outcomes set outcome = 'won' where claim_id = %(claim_id)s;

-- close_account --
delete from public.accounts where account_id = %(account_id)s;

-- count_history --
select (select count(*) from public.claim_moves where claim_id = %(claim_id)s),
       (select count(*) from public.lead_outcomes where claim_id = %(claim_id)s);

-- audit --
select action, details
  from public.audit_entries
 where account_id = %(account_id)s
   and action similar to '(claims|notes|tasks).%%'
 order by audit_entry_id;
