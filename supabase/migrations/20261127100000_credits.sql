-- Credits: an append-only ledger whose sum is the balance, what a claim costs, and what every plan allows.

-- What leadledger/plans.toml says, written by every `migrate`; nobody but the operator's command changes it.
create table public.plans (
  plan text constraint plans_pkey primary key,
  name text not null,
  place integer not null,
  is_sold boolean not null,
  cents_a_month integer not null constraint plans_price_positive check (cents_a_month >= 0),
  credits_a_month integer not null constraint plans_credits_positive check (credits_a_month >= 0),
  seats integer not null constraint plans_seats_positive check (seats > 0),
  channels text[] not null,
  has_api boolean not null,
  area text not null constraint plans_area_known check (area in ('metro', 'states', 'us')),
  states text[] not null default '{}'
);
comment on column public.plans.place is 'From the smallest to the largest; as listed.';
comment on column public.plans.is_sold is 'False: trial and lapsed, which nobody buys.';
comment on column public.plans.states is 'FIPS codes of states, where area is states.';

create table public.packs (
  pack text constraint packs_pkey primary key,
  name text not null,
  credits integer not null constraint packs_credits_positive check (credits > 0),
  cents integer not null constraint packs_price_positive check (cents > 0)
);

create table public.metros (
  metro text constraint metros_pkey primary key,
  name text not null,
  counties text[] not null
);
comment on column public.metros.counties is 'FIPS codes of counties, five digits.';

create table public.claim_terms (
  trade text constraint claim_terms_pkey primary key,
  credits integer not null constraint claim_terms_price_positive check (credits > 0),
  seats integer not null constraint claim_terms_seats_positive check (seats > 0),
  exclusive_credits integer not null constraint claim_terms_exclusive_price check (exclusive_credits >= credits),
  exclusive_hours integer not null constraint claim_terms_hours_positive check (exclusive_hours > 0)
);
comment on table public.claim_terms is 'What a claim costs and how many accounts may hold a lead; * is every trade without a line.';

create table public.credit_terms (
  is_only boolean constraint credit_terms_pkey primary key default true constraint credit_terms_one check (is_only),
  trial_credits integer not null,
  trial_days integer not null,
  grant_days integer not null,
  undo_seconds integer not null,
  undos_a_day integer not null,
  exclusive_zip_credits integer not null,
  exclusive_zip_days integer not null
);
comment on column public.credit_terms.grant_days is 'How long the credits of a month stay good, from the day they come.';

create table public.account_plans (
  account_id uuid constraint account_plans_pkey primary key
    constraint account_plans_account references public.accounts (account_id) on delete cascade,
  plan text not null constraint account_plans_plan references public.plans (plan),
  metro text constraint account_plans_metro references public.metros (metro),
  ends_at timestamptz,
  updated_at timestamptz not null default now()
);
comment on column public.account_plans.ends_at is 'From then on the account is lapsed; null: until something ends it.';
comment on column public.account_plans.metro is 'Chosen by the account, where the plan is for one.';

create table public.credit_entries (
  credit_entry_id bigint generated always as identity constraint credit_entries_pkey primary key,
  account_id uuid not null constraint credit_entries_account references public.accounts (account_id) on delete cascade,
  amount integer not null constraint credit_entries_amount check (amount <> 0),
  reason text not null constraint credit_entries_reason_known
    check (reason in ('purchase', 'subscription_grant', 'claim', 'refund', 'expiry', 'adjustment')),
  idempotency_key text not null,
  claim_id uuid,
  user_id uuid,
  details jsonb not null default '{}',
  expires_at timestamptz,
  recorded_at timestamptz not null default clock_timestamp(),
  constraint credit_entries_once unique (account_id, idempotency_key),
  constraint credit_entries_claim foreign key (account_id, claim_id)
    references public.claims (account_id, claim_id) on delete cascade,
  constraint credit_entries_of_claims check ((claim_id is not null) = (reason in ('claim', 'refund'))),
  constraint credit_entries_sign check (
    case when reason in ('claim', 'expiry') then amount < 0 when reason = 'adjustment' then true else amount > 0 end)
);
create index credit_entries_balance on public.credit_entries (account_id) include (amount);
create index credit_entries_claim on public.credit_entries (claim_id) where claim_id is not null;
create index credit_entries_expiring on public.credit_entries (expires_at) where expires_at is not null;
comment on table public.credit_entries is 'Append-only; the balance of an account is the sum of its amounts, and never below zero.';
comment on column public.credit_entries.amount is 'Credits; below zero: taken.';
comment on column public.credit_entries.idempotency_key is 'What happened, so that it counts once: claim:<id>, refund:<claim id>, invoice:<id> …';
comment on column public.credit_entries.expires_at is 'What is left of these credits goes then; null: they stay.';

create table public.credit_caps (
  account_id uuid not null constraint credit_caps_account references public.accounts (account_id) on delete cascade,
  user_id uuid,
  credits_a_month integer not null constraint credit_caps_positive check (credits_a_month between 0 and 1000000),
  updated_at timestamptz not null default now(),
  constraint credit_caps_one unique nulls not distinct (account_id, user_id),
  constraint credit_caps_member foreign key (account_id, user_id)
    references public.members (account_id, user_id) on delete cascade
);
comment on table public.credit_caps is 'Most credits claims may take in a month on the account''s clock; without a user: all members together.';

create table public.exclusive_zips (
  trade text not null,
  zip text not null constraint exclusive_zips_five_digits check (zip ~ '^[0-9]{5}$'),
  account_id uuid not null constraint exclusive_zips_account references public.accounts (account_id) on delete cascade,
  begins_at timestamptz not null default now(),
  ends_at timestamptz not null,
  constraint exclusive_zips_pkey primary key (trade, zip)
);
create index exclusive_zips_account on public.exclusive_zips (account_id);
comment on table public.exclusive_zips is
  'Exclusive territory, ZIP by ZIP and trade: the primary key is why two can never overlap. A row that has ended is taken over.';

alter table public.claims
  add column credits integer not null default 0,
  add column is_exclusive boolean not null default false,
  add column exclusive_until timestamptz,
  add column undone_at timestamptz,
  add constraint claims_undone_is_released check (undone_at is null or released_at is not null),
  add constraint claims_exclusive_ends check (is_exclusive = (exclusive_until is not null));
comment on column public.claims.credits is 'What the claim cost; 0: claimed before leads had a price.';
comment on column public.claims.undone_at is 'Taken back within the time for it: its credits came back, and its seat is free.';
create index claims_by_lead on public.claims (lead_id) where undone_at is null;

-- The wall for everybody, the worker included: lock the account first, sum in the next statement (a statement keeps the
-- snapshot it began with). No key update, so that the foreign keys of other inserts do not wait, and two claims of one
-- account, which hold such keys both, do not wait for each other in a ring.
create function private.hold_account(wanted uuid) returns void
language plpgsql security definer set search_path = '' as $$
begin
  perform account.account_id from public.accounts as account where account.account_id = wanted for no key update;
end
$$;

create function private.balance_of(wanted uuid) returns bigint
language sql volatile security definer set search_path = '' as $$
  select coalesce(sum(entry.amount), 0)::bigint from public.credit_entries as entry where entry.account_id = wanted
$$;

create function private.cover_entry() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  held bigint;
begin
  if new.amount < 0 then
    perform private.hold_account(new.account_id);
    held := private.balance_of(new.account_id);
    if held + new.amount < 0 then
      raise exception '% credits are needed, and the account has %', -new.amount, held
        using errcode = 'check_violation', constraint = 'credits_sufficient';
    end if;
  end if;
  return new;
end
$$;
create trigger credit_entries_covered before insert on public.credit_entries
  for each row execute function private.cover_entry();
create trigger credit_entries_append_only before update or delete on public.credit_entries
  for each row execute function private.keep_history();
create trigger credit_entries_never_emptied before truncate on public.credit_entries
  for each statement execute function private.refuse_change();

-- Credits that come, once for each key; null: that key has been used, and nothing happens.
create function private.add_credits(
  account uuid, amount integer, reason text, idempotency_key text, details jsonb default '{}',
  expires_at timestamptz default null, claim uuid default null
) returns bigint language plpgsql security definer set search_path = '' as $$
declare
  made bigint;
begin
  if amount <= 0 then
    raise exception 'credits that come are more than 0, not %', amount using errcode = 'check_violation';
  end if;
  insert into public.credit_entries (account_id, amount, reason, idempotency_key, details, expires_at, claim_id, user_id)
  values (account, amount, reason, idempotency_key, details, expires_at, claim, auth.uid())
  on conflict on constraint credit_entries_once do nothing
  returning credit_entry_id into made;
  return made;
end
$$;

-- Credits that go, as many of those wanted as there are, once for each key; how many went. What was missing stands in the
-- entry's details, or in the answer alone where there was nothing at all.
create function private.take_credits(
  account uuid, wanted integer, reason text, idempotency_key text, details jsonb default '{}'
) returns integer language plpgsql security definer set search_path = '' as $$
declare
  key text := idempotency_key;
  held bigint;
  taken integer;
begin
  if wanted <= 0 then
    raise exception 'credits that go are more than 0, not %', wanted using errcode = 'check_violation';
  end if;
  perform private.hold_account(account);
  select -entry.amount into taken
    from public.credit_entries as entry
   where entry.account_id = account and entry.idempotency_key = key;
  if found then
    return taken;
  end if;
  held := private.balance_of(account);
  taken := least(held, wanted)::integer;
  if taken > 0 then
    insert into public.credit_entries (account_id, amount, reason, idempotency_key, details, user_id)
    values (account, -taken, reason, key, details || jsonb_build_object('wanted', wanted, 'missing', wanted - taken), auth.uid());
  end if;
  return taken;
end
$$;

-- A new account tries us out: some credits for some days, without a card.
create function private.begin_trial() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  terms record;
begin
  select * into terms from public.credit_terms;
  if not found or terms.trial_credits = 0 then
    return null;
  end if;
  insert into public.account_plans (account_id, plan, ends_at)
  values (new.account_id, 'trial', now() + terms.trial_days * interval '1 day')
  on conflict do nothing;
  perform private.add_credits(new.account_id, terms.trial_credits, 'adjustment', 'trial', '{"kind": "trial"}',
                              now() + terms.trial_days * interval '1 day');
  return null;
end
$$;
create trigger accounts_try after insert on public.accounts
  for each row execute function private.begin_trial();

-- The plan in force: what was bought or is tried, lapsed once that has ended. No row: no plans are known here at all, or
-- it is the account of others.
create function private.plan_of(wanted uuid)
returns table (plan text, name text, seats integer, channels text[], has_api boolean, area text, states text[],
               metro text, counties text[], ends_at timestamptz)
language sql stable security definer set search_path = '' as $$
  select plan.plan, plan.name, plan.seats, plan.channels, plan.has_api, plan.area, plan.states,
         bought.metro, metro.counties, bought.ends_at
    from public.accounts as account
    left join public.account_plans as bought
      on bought.account_id = account.account_id
     and (bought.ends_at is null or bought.ends_at > now())
    left join public.metros as metro on metro.metro = bought.metro
    join public.plans as plan on plan.plan = coalesce(bought.plan, 'lapsed')
   where account.account_id = wanted
     and (auth.uid() is null or wanted in (select private.account_ids()))
$$;

-- Whether the account's plan reaches a county; without known plans every one is reached.
create function private.plan_reaches(wanted uuid, county text) returns boolean
language sql stable security definer set search_path = '' as $$
  select coalesce(
           (select case plan.area
                   when 'us' then true
                   when 'states' then coalesce(left(county, 2) = any (plan.states), false)
                   else coalesce(county = any (plan.counties), false)
                   end
              from private.plan_of(wanted) as plan),
           true)
$$;

create function private.terms_of(wanted text)
returns table (credits integer, seats integer, exclusive_credits integer, exclusive_hours integer)
language sql stable security definer set search_path = '' as $$
  select terms.credits, terms.seats, terms.exclusive_credits, terms.exclusive_hours
    from public.claim_terms as terms
   where terms.trade in (wanted, '*')
   order by terms.trade = '*'
   limit 1
$$;

-- Fills what the caller may not say, the price too. It runs with the caller's rights: what he cannot see he cannot claim.
create or replace function private.fill_claim() returns trigger language plpgsql set search_path = '' as $$
declare
  sold record;
  terms record;
begin
  select lead.permit_id, lead.trade, lead.openness,
         jsonb_build_object(
           'dataset_id', lead.dataset_id, 'kind', lead.kind, 'openness', lead.openness, 'points', lead.points,
           'rank_key', lead.rank_key, 'rank_date', lead.rank_date, 'model_version', lead.model_version,
           'lead_version', lead.version, 'county_fips', lead.county_fips, 'original_zip', lead.original_zip,
           'permit_version', permit.version, 'status_current_mapped', permit.status_current_mapped,
           'issued_date', permit.issued_date, 'first_recorded_at', permit.first_recorded_at,
           'withdrawn_at', permit.withdrawn_at) as facts
    into sold
    from public.leads as lead
    join public.permits as permit on permit.permit_id = lead.permit_id
   where lead.lead_id = new.lead_id;
  if not found then
    raise exception 'there is no lead %', new.lead_id using errcode = 'foreign_key_violation',
      constraint = 'claims_lead';
  end if;
  if sold.openness not in ('open', 'likely') then
    raise exception 'the lead is %', sold.openness using errcode = 'check_violation',
      constraint = 'claims_lead_is_open';
  end if;
  if not private.plan_reaches(new.account_id, sold.facts ->> 'county_fips') then
    raise exception 'the plan of this account does not reach %',
      coalesce('county ' || (sold.facts ->> 'county_fips'), 'places whose county is not published')
      using errcode = 'check_violation', constraint = 'claims_in_plan';
  end if;
  select * into terms from private.terms_of(sold.trade);
  if not found then
    raise exception 'no price is set for leads; the operator runs python -m leadledger migrate'
      using errcode = 'check_violation', constraint = 'claims_have_a_price';
  end if;
  new.permit_id := sold.permit_id;
  new.trade := sold.trade;
  new.lead_at_claim := sold.facts;
  new.claimed_by := auth.uid();
  new.is_exclusive := coalesce(new.is_exclusive, false);
  new.credits := case when new.is_exclusive then terms.exclusive_credits else terms.credits end;
  new.exclusive_until := case when new.is_exclusive then now() + terms.exclusive_hours * interval '1 hour' end;
  new.undone_at := null;
  return new;
end
$$;

-- Sells: one lock a lead, so that seats are counted one after the other; then the account's, by the entry. It fires only
-- for a claim that was really made, and what it refuses takes the claim with it.
create function private.sell_claim() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  terms record;
  sold record;
  places integer;
  holder record;
  cap record;
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
  for cap in
    select limits.user_id, limits.credits_a_month,
           (select coalesce(-sum(entry.amount), 0)
              from public.credit_entries as entry
              join public.accounts as account on account.account_id = entry.account_id
             where entry.account_id = limits.account_id
               and entry.reason in ('claim', 'refund')
               and (limits.user_id is null or exists (
                     select from public.claims as claim
                      where claim.claim_id = entry.claim_id and claim.claimed_by = limits.user_id))
               and entry.recorded_at >= date_trunc('month', now(), account.time_zone)) as used
      from public.credit_caps as limits
     where limits.account_id = new.account_id
       and (limits.user_id is null or limits.user_id = new.claimed_by)
  loop
    if cap.used + new.credits > cap.credits_a_month then
      raise exception 'this month''s cap of % is % credits, % of them are used, and the claim costs %',
        case when cap.user_id is null then 'the account' else 'the member' end, cap.credits_a_month, cap.used, new.credits
        using errcode = 'check_violation', constraint = 'credits_capped';
    end if;
  end loop;
  insert into public.credit_entries (account_id, amount, reason, idempotency_key, claim_id, user_id, details)
  values (new.account_id, -new.credits, 'claim', 'claim:' || new.claim_id, new.claim_id, auth.uid(),
          jsonb_build_object('lead_id', new.lead_id, 'trade', new.trade, 'is_exclusive', new.is_exclusive));
  return null;
end
$$;
create trigger claims_sold after insert on public.claims
  for each row execute function private.sell_claim();

create function private.undo_until(claimed_at timestamptz, credits integer) returns timestamptz
language sql stable security definer set search_path = '' as $$
  select until.at
    from (select claimed_at + terms.undo_seconds * interval '1 second' as at from public.credit_terms as terms) as until
   where until.at > now() and credits > 0
$$;

-- What is given back soon enough comes back in credits too, so many times a day.
create function private.undo_claim() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  terms record;
  undone bigint;
begin
  if new.released_at is null or old.released_at is not null or new.credits = 0 then
    return new;
  end if;
  select * into terms from public.credit_terms;
  if not found or now() > old.claimed_at + terms.undo_seconds * interval '1 second' then
    return new;
  end if;
  perform private.hold_account(new.account_id);
  select count(*) into undone
    from public.claims as earlier
   where earlier.account_id = new.account_id and earlier.undone_at > now() - interval '1 day';
  if undone < terms.undos_a_day
     and private.add_credits(new.account_id, new.credits, 'refund', 'refund:' || new.claim_id, '{"kind": "undo"}', null,
                             new.claim_id) is not null then
    new.undone_at := now();
  end if;
  return new;
end
$$;
-- After claims_guarded, whose name comes before.
create trigger claims_undone before update on public.claims
  for each row execute function private.undo_claim();

-- What a lead costs and how far it is sold, for the account that asks; nobody learns who the others are.
create function private.offers_of(asking uuid, lead_ids uuid[])
returns table (lead_id uuid, credits integer, seats integer, sold bigint, exclusive_credits integer, exclusive_hours integer,
               exclusive_until timestamptz, is_held boolean, is_exclusive_possible boolean, is_in_plan boolean)
language sql stable security definer set search_path = '' as $$
  select lead.lead_id, terms.credits, terms.seats, coalesce(sold.seats, 0), terms.exclusive_credits, terms.exclusive_hours,
         greatest(sold.exclusive_until, zip.ends_at), coalesce(sold.is_held, false),
         coalesce(sold.others, 0) = 0 and zip.zip is null,
         private.plan_reaches(asking, lead.county_fips)
    from public.leads as lead
    cross join lateral private.terms_of(lead.trade) as terms
    left join lateral (
      select count(distinct claim.account_id) as seats,
             count(distinct claim.account_id) filter (where claim.account_id <> asking) as others,
             max(claim.exclusive_until) filter (where claim.account_id <> asking and claim.exclusive_until > now())
               as exclusive_until,
             bool_or(claim.account_id = asking and claim.released_at is null) as is_held
        from public.claims as claim
       where claim.lead_id = lead.lead_id and claim.undone_at is null) as sold on true
    left join public.exclusive_zips as zip
      on zip.trade = lead.trade and zip.zip = left(lead.original_zip, 5) and zip.ends_at > now()
     and zip.account_id <> asking
   where lead.lead_id = any (lead_ids)
     and asking in (select private.account_ids())
$$;

create trigger credit_caps_audited after insert or update or delete on public.credit_caps
  for each row execute function private.audit_change('account_id');
create trigger credit_entries_audited after insert on public.credit_entries
  for each row execute function private.audit_change('credit_entry_id');
create trigger account_plans_audited after insert or update or delete on public.account_plans
  for each row execute function private.audit_change('account_id');
create trigger exclusive_zips_audited after insert or update or delete on public.exclusive_zips
  for each row execute function private.audit_change('zip');

alter table public.plans enable row level security;
alter table public.packs enable row level security;
alter table public.metros enable row level security;
alter table public.claim_terms enable row level security;
alter table public.credit_terms enable row level security;
alter table public.account_plans enable row level security;
alter table public.credit_entries enable row level security;
alter table public.credit_caps enable row level security;
alter table public.exclusive_zips enable row level security;
revoke all on public.plans, public.packs, public.metros, public.claim_terms, public.credit_terms, public.account_plans,
  public.credit_entries, public.credit_caps, public.exclusive_zips from public, anon, authenticated, service_role;
grant select on public.plans, public.packs, public.metros, public.claim_terms, public.credit_terms
  to anon, authenticated, service_role;
grant insert, update, delete on public.plans, public.packs, public.metros, public.claim_terms, public.credit_terms
  to service_role;
grant select on public.account_plans, public.credit_entries, public.exclusive_zips to authenticated, service_role;
grant insert, update, delete on public.account_plans, public.exclusive_zips to service_role;
grant insert on public.credit_entries to service_role;
grant select, insert, update (credits_a_month, updated_at), delete on public.credit_caps to authenticated;
grant select, insert, update, delete on public.credit_caps to service_role;
grant insert (is_exclusive) on public.claims to authenticated;

create policy plans_for_all on public.plans for select to anon, authenticated using (true);
create policy packs_for_all on public.packs for select to anon, authenticated using (true);
create policy metros_for_all on public.metros for select to anon, authenticated using (true);
create policy claim_terms_for_all on public.claim_terms for select to anon, authenticated using (true);
create policy credit_terms_for_all on public.credit_terms for select to anon, authenticated using (true);
create policy account_plans_of_members on public.account_plans for select to authenticated
  using (account_id in (select private.account_ids()));
create policy credit_entries_of_members on public.credit_entries for select to authenticated
  using (account_id in (select private.account_ids()));
create policy exclusive_zips_of_members on public.exclusive_zips for select to authenticated
  using (account_id in (select private.account_ids()));
create policy credit_caps_of_members on public.credit_caps for select to authenticated
  using (account_id in (select private.account_ids()));
create policy credit_caps_by_admins on public.credit_caps for all to authenticated
  using (account_id in (select private.account_ids('admin')))
  with check (account_id in (select private.account_ids('admin')));

revoke all on function private.hold_account(uuid), private.balance_of(uuid), private.cover_entry(),
  private.add_credits(uuid, integer, text, text, jsonb, timestamptz, uuid),
  private.take_credits(uuid, integer, text, text, jsonb), private.begin_trial(), private.plan_of(uuid),
  private.plan_reaches(uuid, text), private.terms_of(text), private.sell_claim(), private.undo_claim(),
  private.undo_until(timestamptz, integer),
  private.offers_of(uuid, uuid[]) from public, anon, authenticated;
grant execute on function private.add_credits(uuid, integer, text, text, jsonb, timestamptz, uuid),
  private.take_credits(uuid, integer, text, text, jsonb), private.hold_account(uuid), private.balance_of(uuid),
  private.plan_of(uuid) to service_role;
grant execute on function private.plan_reaches(uuid, text), private.terms_of(text), private.undo_until(timestamptz, integer), private.offers_of(uuid, uuid[])
  to authenticated, service_role;
grant execute on function private.plan_of(uuid) to authenticated;
