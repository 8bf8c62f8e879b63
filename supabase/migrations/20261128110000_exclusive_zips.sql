-- Exclusive territory, bought ZIP by ZIP with credits: nobody else may claim there while it holds.

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
  if not exists (
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
