-- write_terms --
insert into public.credit_terms (trial_credits, trial_days, grant_days, undo_seconds, undos_a_day, duplicate_days,
                                 promised_days, evidence_days, exclusive_zip_credits, exclusive_zip_days)
values (%(trial_credits)s, %(trial_days)s, %(grant_days)s, %(undo_seconds)s, %(undos_a_day)s, %(duplicate_days)s,
        %(promised_days)s, %(evidence_days)s, %(exclusive_zip_credits)s, %(exclusive_zip_days)s)
on conflict on constraint credit_terms_pkey do update
   set trial_credits = excluded.trial_credits,
       trial_days = excluded.trial_days,
       grant_days = excluded.grant_days,
       undo_seconds = excluded.undo_seconds,
       undos_a_day = excluded.undos_a_day,
       duplicate_days = excluded.duplicate_days,
       promised_days = excluded.promised_days,
       evidence_days = excluded.evidence_days,
       exclusive_zip_credits = excluded.exclusive_zip_credits,
       exclusive_zip_days = excluded.exclusive_zip_days;

-- forget_claim_terms --
delete from public.claim_terms
 where trade <> all (%(trades)s);

-- write_claim_terms --
insert into public.claim_terms (trade, credits, seats, exclusive_credits, exclusive_hours)
values (%(trade)s, %(credits)s, %(seats)s, %(exclusive_credits)s, %(exclusive_hours)s)
on conflict on constraint claim_terms_pkey do update
   set credits = excluded.credits,
       seats = excluded.seats,
       exclusive_credits = excluded.exclusive_credits,
       exclusive_hours = excluded.exclusive_hours;

-- stop_selling --
update public.plans
   set is_sold = false;

-- write_plan --
insert into public.plans (plan, name, place, is_sold, cents_a_month, credits_a_month, seats, channels, has_api, area, states)
values (%(plan)s, %(name)s, %(place)s, %(is_sold)s, %(cents_a_month)s, %(credits_a_month)s, %(seats)s, %(channels)s,
        %(has_api)s, %(area)s, %(states)s)
on conflict on constraint plans_pkey do update
   set name = excluded.name,
       place = excluded.place,
       is_sold = excluded.is_sold,
       cents_a_month = excluded.cents_a_month,
       credits_a_month = excluded.credits_a_month,
       seats = excluded.seats,
       channels = excluded.channels,
       has_api = excluded.has_api,
       area = excluded.area,
       states = excluded.states;

-- forget_packs --
delete from public.packs
 where pack <> all (%(packs)s);

-- write_pack --
insert into public.packs (pack, name, credits, cents)
values (%(pack)s, %(name)s, %(credits)s, %(cents)s)
on conflict on constraint packs_pkey do update
   set name = excluded.name,
       credits = excluded.credits,
       cents = excluded.cents;

-- write_metro --
insert into public.metros (metro, name, counties)
values (%(metro)s, %(name)s, %(counties)s)
on conflict on constraint metros_pkey do update
   set name = excluded.name,
       counties = excluded.counties;
