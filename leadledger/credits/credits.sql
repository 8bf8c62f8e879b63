-- Statements of leadledger/credits. Row-level security decides what each of them sees.

-- read_balance --
select coalesce(sum(entry.amount), 0)::bigint as balance
  from public.credit_entries as entry
 where entry.account_id = %(account_id)s;

-- read_month --
select private.used_this_month(%(account_id)s, null) as used;

-- read_lots --
-- All that came and went, for what is left of each lot.
select entry.amount, entry.expires_at, entry.recorded_at,
       entry.claim_id, entry.reason = 'refund' and entry.details ->> 'kind' = 'undo' as is_undo
  from public.credit_entries as entry
 where entry.account_id = %(account_id)s
 order by entry.credit_entry_id;

-- list_caps --
select cap.user_id, cap.credits_a_month, private.used_this_month(cap.account_id, cap.user_id) as used
  from public.credit_caps as cap
 where cap.account_id = %(account_id)s
 order by cap.user_id nulls first;

-- set_cap --
insert into public.credit_caps (account_id, user_id, credits_a_month)
values (%(account_id)s, %(user_id)s, %(credits_a_month)s)
on conflict on constraint credit_caps_one do update
   set credits_a_month = excluded.credits_a_month,
       updated_at = now();

-- remove_cap --
delete from public.credit_caps
 where account_id = %(account_id)s
   and user_id is not distinct from %(user_id)s::uuid;

-- read_plan --
select plan.plan, plan.name, plan.seats, plan.channels, plan.has_api, plan.area, plan.states, plan.metro,
       plan.counties, plan.ends_at
  from private.plan_of(%(account_id)s) as plan;

-- list_entries --
select told.credit_entry_id, told.amount, told.balance, told.reason, told.claim_id, told.user_id, told.details,
       told.expires_at, told.recorded_at
  from (select entry.credit_entry_id, entry.amount, entry.reason, entry.claim_id, entry.user_id, entry.details,
               entry.expires_at, entry.recorded_at,
               sum(entry.amount) over (order by entry.credit_entry_id)::bigint as balance
          from public.credit_entries as entry
         where entry.account_id = %(account_id)s) as told
 where (%(reasons)s::text[] is null or told.reason = any(%(reasons)s::text[]))
   and (%(before)s::bigint is null or told.credit_entry_id < %(before)s::bigint)
 order by told.credit_entry_id desc
 limit %(limit)s;

-- list_offers --
select offer.lead_id, offer.credits, offer.seats, offer.sold, offer.exclusive_credits, offer.exclusive_hours,
       offer.exclusive_until, offer.is_held, offer.is_exclusive_possible, offer.is_in_plan,
       private.names_published(offer.lead_id) as names
  from private.offers_of(%(account_id)s, %(lead_ids)s) as offer
 order by array_position(%(lead_ids)s::uuid[], offer.lead_id);
