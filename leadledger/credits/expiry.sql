-- Statements of leadledger/credits/expiry.py, with the worker's rights.

-- list_accounts --
-- Those with credits that ended and were not taken since. What was used up leaves no entry, so they are looked at again
-- and again, but not for ever.
select distinct entry.account_id
  from public.credit_entries as entry
 where entry.expires_at <= %(now)s
   and entry.expires_at > %(now)s - interval '60 days'
   and private.balance_of(entry.account_id) > 0
   and not exists (
         select from public.credit_entries as gone
          where gone.account_id = entry.account_id
            and gone.reason = 'expiry'
            and gone.recorded_at >= entry.expires_at);

-- hold_account --
select private.hold_account(%(account_id)s);

-- read_entries --
select entry.credit_entry_id, entry.amount, entry.expires_at,
       entry.claim_id, entry.reason = 'refund' and entry.details ->> 'kind' = 'undo' as is_undo
  from public.credit_entries as entry
 where entry.account_id = %(account_id)s
 order by entry.credit_entry_id;

-- take_expired --
select private.take_credits(%(account_id)s, %(credits)s, 'expiry', %(key)s, %(details)s);
