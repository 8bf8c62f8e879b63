-- Exclusive territory, bought ZIP by ZIP with credits: nobody else may claim there while it holds.
-- A cap is one for all that members spend: they count too, not only claims.

-- Credits that claims and exclusive ZIPs took this month on the account's clock, of one member or (null) of all.
create function private.used_this_month(wanted uuid, member uuid) returns bigint
language sql stable set search_path = '' as $$
  select coalesce(-sum(entry.amount), 0)::bigint
    from public.credit_entries as entry
    join public.accounts as account on account.account_id = entry.account_id
    left join public.claims as claim on claim.account_id = entry.account_id and claim.claim_id = entry.claim_id
   where entry.account_id = wanted
     and (entry.reason in ('claim', 'refund') or entry.details ->> 'kind' = 'exclusive_zip')
     and (member is null or coalesce(claim.claimed_by, entry.user_id) = member)
     and entry.recorded_at >= date_trunc('month', now(), account.time_zone)
$$;

-- The account is held: nobody spends meanwhile.
create function private.check_caps(buyer uuid, member uuid, price integer) returns void
language plpgsql security definer set search_path = '' as $$
declare
  cap record;
begin
  for cap in
    select limits.user_id, limits.credits_a_month, private.used_this_month(buyer, limits.user_id) as used
      from public.credit_caps as limits
     where limits.account_id = buyer
       and (limits.user_id is null or limits.user_id = member)
  loop
    if cap.used + price > cap.credits_a_month then
      raise exception 'this month''s cap of % is % credits, % of them are used, and this costs %',
        case when cap.user_id is null then 'the account' else 'the member' end, cap.credits_a_month, cap.used, price
        using errcode = 'check_violation', constraint = 'credits_capped';
    end if;
  end loop;
end
$$;
revoke all on function private.check_caps(uuid, uuid, integer), private.used_this_month(uuid, uuid)
  from public, anon, authenticated;
grant execute on function private.used_this_month(uuid, uuid) to authenticated;
comment on table public.credit_caps is 'Most credits claims and exclusive ZIPs may take in a month on the account''s clock; without a user: all members together.';

create or replace function private.sell_claim() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  terms record;
  sold record;
  places integer;
  holder record;
begin
  perform pg_advisory_xact_lock(hashtextextended('leadledger.lead ' || new.lead_id::text, 0));
  select * into terms from private.terms_of(new.trade);
  select count(distinct other.account_id) as seats, max(other.exclusive_until) as exclusive_until
    into sold
    from public.claims as other
   where other.lead_id = new.lead_id
     and other.undone_at is null
     and other.account_id <> new.account_id;
  if sold.exclusive_until > now() then
    raise exception 'the lead is held exclusively until %', to_char(sold.exclusive_until at time zone 'UTC', 'YYYY-MM-DD HH24:MI "UTC"')
      using errcode = 'check_violation', constraint = 'claims_exclusive';
  end if;
  places := case when new.is_exclusive then 1 else terms.seats end;
  if sold.seats >= places then
    raise exception 'the lead is held by % of % accounts', sold.seats, places
      using errcode = 'check_violation', constraint = 'claims_seats';
  end if;
  select zip.account_id, zip.ends_at into holder
    from public.exclusive_zips as zip
   where zip.trade = new.trade and zip.zip = left(new.lead_at_claim ->> 'original_zip', 5) and zip.ends_at > now();
  if found and holder.account_id <> new.account_id then
    raise exception 'the lead lies in an exclusive territory until %', to_char(holder.ends_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI "UTC"')
      using errcode = 'check_violation', constraint = 'claims_exclusive';
  end if;
  perform private.hold_account(new.account_id);
  perform private.check_caps(new.account_id, new.claimed_by, new.credits);
  insert into public.credit_entries (account_id, amount, reason, idempotency_key, claim_id, user_id, details)
  values (new.account_id, -new.credits, 'claim', 'claim:' || new.claim_id, new.claim_id, auth.uid(),
          jsonb_build_object('lead_id', new.lead_id, 'trade', new.trade, 'is_exclusive', new.is_exclusive));
  return null;
end
$$;

create function private.buy_zip(buyer uuid, wanted_trade text, wanted_zip text) returns timestamptz
language plpgsql security definer set search_path = '' as $$
declare
  terms record;
  held record;
  until timestamptz;
begin
  if buyer not in (select private.account_ids('member')) then
    raise exception 'viewers of an account buy nothing' using errcode = 'insufficient_privilege';
  end if;
  select * into terms from public.credit_terms;
  -- Open ones are found by their index; only where there is none every lead is looked at.
  if not exists (
       select from public.leads as lead
        where lead.trade = wanted_trade and lead.original_zip = wanted_zip and lead.openness in ('open', 'likely')
          and private.plan_reaches(buyer, lead.county_fips))
     and not exists (
       select from public.leads as lead
        where lead.trade = wanted_trade and left(lead.original_zip, 5) = wanted_zip
          and private.plan_reaches(buyer, lead.county_fips)) then
    raise exception 'no lead of trade % was ever published in ZIP % where your plan reaches', wanted_trade, wanted_zip
      using errcode = 'check_violation', constraint = 'zips_have_leads';
  end if;
  -- One after the other for each ZIP and trade, so that the second sees what the first bought.
  perform pg_advisory_xact_lock(hashtextextended('leadledger.zip ' || wanted_trade || ' ' || wanted_zip, 0));
  select zip.account_id, zip.ends_at into held
    from public.exclusive_zips as zip
   where zip.trade = wanted_trade and zip.zip = wanted_zip and zip.ends_at > now();
  if held.account_id <> buyer then
    raise exception 'ZIP % is exclusive to another account for % until %', wanted_zip, wanted_trade,
      to_char(held.ends_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI "UTC"')
      using errcode = 'check_violation', constraint = 'zips_are_free';
  end if;
  until := coalesce(held.ends_at, now()) + terms.exclusive_zip_days * interval '1 day';
  perform private.hold_account(buyer);
  perform private.check_caps(buyer, auth.uid(), terms.exclusive_zip_credits);
  insert into public.credit_entries (account_id, amount, reason, idempotency_key, user_id, details)
  values (buyer, -terms.exclusive_zip_credits, 'adjustment',
          'zip:' || wanted_trade || ':' || wanted_zip || ':' || extract(epoch from until)::bigint, auth.uid(),
          jsonb_build_object('kind', 'exclusive_zip', 'trade', wanted_trade, 'zip', wanted_zip, 'ends_at', until));
  insert into public.exclusive_zips as known (trade, zip, account_id, begins_at, ends_at)
  values (wanted_trade, wanted_zip, buyer, now(), until)
  on conflict on constraint exclusive_zips_pkey do update
     set account_id = excluded.account_id,
         begins_at = case when known.account_id = excluded.account_id and known.ends_at > now()
                          then known.begins_at else excluded.begins_at end,
         ends_at = excluded.ends_at;
  return until;
end
$$;
revoke all on function private.buy_zip(uuid, text, text) from public, anon, authenticated;
grant execute on function private.buy_zip(uuid, text, text) to authenticated;
