-- Statements of benchmarks.claims and its buyers.

-- put_accounts --
with made as (
     insert into public.accounts (name, created_by)
     select 'Account ' || n, gen_random_uuid()
       from generate_series(1, %(count)s) as n
     returning account_id, created_by)
insert into public.members (account_id, user_id, role, email)
select account_id, created_by, 'owner', 'owner-' || created_by || '@example.com'
  from made;

-- give_all --
select private.add_credits(account.account_id, %(amount)s, 'purchase', 'start')
  from public.accounts as account;

-- members --
select member.account_id, member.user_id from public.members as member order by member.account_id;

-- leads --
select lead.lead_id
  from public.leads as lead
 where lead.openness in ('open', 'likely')
 order by lead.lead_id
 limit 60;

-- some_leads --
select lead.lead_id
  from public.leads as lead
 where lead.openness in ('open', 'likely')
   and not exists (select from public.claims as claim where claim.lead_id = lead.lead_id)
 order by lead.lead_id
 limit %(count)s;

-- newest_claim --
select claim.claim_id
  from public.claims as claim
 where claim.account_id = %(account_id)s
   and claim.released_at is null
   and claim.stage = 'new'
 order by claim.claimed_at desc
 limit 1;

-- give --
select private.add_credits(%(account_id)s, %(amount)s, %(reason)s, %(key)s);

-- take --
select private.take_credits(%(account_id)s, %(amount)s, 'adjustment', %(key)s);

-- refund --
select private.add_credits(claim.account_id, claim.credits, 'refund', 'refund:' || claim.claim_id, '{"kind": "evidence"}',
                           null, claim.claim_id)
  from public.claims as claim
 where claim.account_id = %(account_id)s
   and claim.credits > 0
 order by claim.claimed_at desc
 limit 1;

-- holders --
select count(*) filter (where claim.released_at is null), count(entry.credit_entry_id)
  from public.claims as claim
  left join public.credit_entries as entry
    on entry.claim_id = claim.claim_id and entry.reason = 'claim' and entry.amount = -claim.credits
 where claim.lead_id = %(lead_id)s;

-- gifts --
select entry.idempotency_key, entry.account_id, entry.amount
  from public.credit_entries as entry
 where entry.reason in ('purchase', 'subscription_grant')
   and entry.idempotency_key <> 'start';

-- wrongs --
-- Every way in which the ledger and the claims could disagree, worked out anew from the rows.
select 'claim without its charge' as wrong, count(*) as count
  from public.claims as claim
 where (select count(*) from public.credit_entries as entry
         where entry.claim_id = claim.claim_id and entry.reason = 'claim' and entry.amount = -claim.credits) <> 1
union all
select 'charge without its claim', count(*)
  from public.credit_entries as entry
 where entry.reason = 'claim'
   and not exists (select from public.claims as claim
                    where claim.claim_id = entry.claim_id and claim.account_id = entry.account_id)
union all
select 'undone claim that was not paid back', count(*)
  from public.claims as claim
 where claim.undone_at is not null
   and not exists (select from public.credit_entries as entry
                    where entry.claim_id = claim.claim_id and entry.reason = 'refund' and entry.amount = claim.credits)
union all
select 'claim paid back more than once', count(*)
  from (select entry.claim_id
          from public.credit_entries as entry
         where entry.reason = 'refund'
         group by entry.claim_id
        having count(*) > 1) as doubled
union all
select 'account below zero after some entry', count(distinct told.account_id)
  from (select entry.account_id,
               sum(entry.amount) over (partition by entry.account_id order by entry.credit_entry_id) as balance
          from public.credit_entries as entry) as told
 where told.balance < 0
union all
select 'lead with more holders than seats', count(*)
  from (select claim.lead_id
          from public.claims as claim
         where claim.undone_at is null
         group by claim.lead_id
        having count(distinct claim.account_id) > (select terms.seats from private.terms_of('') as terms)) as crowded
union all
select 'lead held by others while it is exclusive', count(*)
  from public.claims as claim
 where claim.is_exclusive
   and claim.undone_at is null
   and exists (select from public.claims as other
                where other.lead_id = claim.lead_id
                  and other.account_id <> claim.account_id
                  and other.undone_at is null)
union all
select 'lead held twice by one account', count(*)
  from (select from public.claims as claim
         where claim.released_at is null
         group by claim.account_id, claim.lead_id
        having count(*) > 1) as twice;

-- difference --
-- What all balances sum to, less what claims, gifts and corrections say by themselves.
select (select coalesce(sum(entry.amount), 0) from public.credit_entries as entry)
       - (select coalesce(sum(entry.amount), 0) from public.credit_entries as entry
           where entry.reason in ('purchase', 'subscription_grant', 'adjustment', 'expiry'))
       + (select coalesce(sum(claim.credits), 0) from public.claims as claim)
       - (select coalesce(sum(claim.credits), 0)
            from public.claims as claim
           where exists (select from public.credit_entries as entry
                          where entry.idempotency_key = 'refund:' || claim.claim_id)) as difference;

-- make_bare --
-- The floor: the same two rows in a transaction of the same kind, with no rule of ours.
create table public.bare_claims (like public.claims including defaults including constraints including indexes);
create table public.bare_entries (like public.credit_entries including defaults including constraints including indexes
                                  including identity);
grant select, insert on public.bare_claims, public.bare_entries to authenticated;

-- bare_claim --
with made as (
     insert into public.bare_claims (account_id, lead_id, permit_id, trade, claimed_by, lead_at_claim, credits)
     select %(account_id)s, lead.lead_id, lead.permit_id, lead.trade, %(user_id)s, '{}', 1
       from public.leads as lead
      where lead.lead_id = %(lead_id)s
     returning claim_id)
insert into public.bare_entries (account_id, amount, reason, idempotency_key, claim_id)
select %(account_id)s, -1, 'claim', 'claim:' || made.claim_id, made.claim_id
  from made;

