-- Statements of leadledger/billing/letters.py, with the worker's rights.

-- read_letter --
-- No row: he is no admin any more, or the account is gone.
select letter.kind, letter.occasion, letter.facts, account.name as account_name, account.time_zone, member.email
  from public.billing_letters as letter
  join public.accounts as account using (account_id)
  join public.members as member using (account_id)
 where letter.billing_letter_id = %(billing_letter_id)s
   and member.user_id = %(user_id)s
   and member.role in ('owner', 'admin')
   and member.email is not null;
