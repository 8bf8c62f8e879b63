-- Billing: what Stripe says of accounts, as we last asked it, and the events that made us ask.

create table public.billing_customers (
  account_id uuid constraint billing_customers_pkey primary key
    constraint billing_customers_account references public.accounts (account_id) on delete cascade,
  stripe_customer_id text not null constraint billing_customers_once unique,
  livemode boolean not null,
  created_at timestamptz not null default now(),
  deleted_at timestamptz
);
comment on column public.billing_customers.deleted_at is 'Gone at Stripe; the next checkout makes another.';

create table public.billing_subscriptions (
  stripe_subscription_id text constraint billing_subscriptions_pkey primary key,
  account_id uuid not null constraint billing_subscriptions_account
    references public.accounts (account_id) on delete cascade,
  plan text not null constraint billing_subscriptions_plan references public.plans (plan),
  metro text constraint billing_subscriptions_metro references public.metros (metro),
  status text not null,
  is_collection_paused boolean not null default false,
  cancel_at_period_end boolean not null default false,
  cancel_at timestamptz,
  canceled_at timestamptz,
  ended_at timestamptz,
  current_period_start timestamptz,
  current_period_end timestamptz,
  trial_end timestamptz,
  past_due_since timestamptz,
  next_payment_attempt timestamptz,
  latest_invoice_id text,
  updated_at timestamptz not null default now(),
  synced_at timestamptz not null default now(),
  constraint billing_subscriptions_of_account unique (account_id, stripe_subscription_id)
);
comment on column public.billing_subscriptions.status is 'Stripe''s word: trialing, active and past_due give access.';
comment on column public.billing_subscriptions.metro is 'As chosen at the checkout; what is in force stands in account_plans.';
comment on column public.billing_subscriptions.is_collection_paused is 'Stripe takes no money for now; no credits come either.';
comment on column public.billing_subscriptions.updated_at is 'When something of it last changed; synced_at: when Stripe was last asked.';

create table public.billing_invoices (
  stripe_invoice_id text constraint billing_invoices_pkey primary key,
  account_id uuid not null constraint billing_invoices_account references public.accounts (account_id) on delete cascade,
  stripe_subscription_id text,
  plan text constraint billing_invoices_plan references public.plans (plan),
  status text not null,
  billing_reason text,
  amount_due_cents bigint not null,
  amount_paid_cents bigint not null,
  currency text not null,
  period_start timestamptz,
  period_end timestamptz,
  hosted_invoice_url text,
  attempt_count integer not null default 0,
  next_payment_attempt timestamptz,
  granted_entry_id bigint,
  credits integer not null default 0,
  created_at timestamptz not null,
  synced_at timestamptz not null default now()
);
create index billing_invoices_list on public.billing_invoices (account_id, created_at desc, stripe_invoice_id desc);
create index billing_invoices_subscription on public.billing_invoices (stripe_subscription_id);
comment on column public.billing_invoices.plan is 'Of the line that pays for a whole period; null: there is none.';
comment on column public.billing_invoices.period_start is 'Of that line: the period paid for.';
comment on column public.billing_invoices.credits is 'Granted for it.';

create table public.billing_pack_sales (
  stripe_session_id text constraint billing_pack_sales_pkey primary key,
  account_id uuid not null constraint billing_pack_sales_account references public.accounts (account_id) on delete cascade,
  payment_intent_id text constraint billing_pack_sales_payment unique,
  pack text not null,
  credits integer not null constraint billing_pack_sales_credits check (credits > 0),
  amount_cents bigint not null,
  currency text not null,
  status text not null constraint billing_pack_sales_status_known check (status in ('waiting', 'paid', 'failed', 'expired')),
  granted_entry_id bigint,
  created_at timestamptz not null,
  synced_at timestamptz not null default now(),
  constraint billing_pack_sales_of_account unique (account_id, stripe_session_id)
);
comment on column public.billing_pack_sales.status is 'waiting: the checkout is done, the money has not come yet.';

create table public.billing_reversals (
  stripe_reversal_id text constraint billing_reversals_pkey primary key,
  account_id uuid not null,
  stripe_session_id text not null,
  kind text not null constraint billing_reversals_kind_known check (kind in ('refund', 'dispute')),
  status text not null,
  amount_cents bigint not null,
  credits integer not null,
  taken integer not null default 0,
  missing integer not null default 0,
  given_back integer not null default 0,
  created_at timestamptz not null,
  synced_at timestamptz not null default now(),
  constraint billing_reversals_sale foreign key (account_id, stripe_session_id)
    references public.billing_pack_sales (account_id, stripe_session_id) on delete cascade
);
create index billing_reversals_session on public.billing_reversals (stripe_session_id);
comment on table public.billing_reversals is 'Money of packs that went back: refunds and disputes, and the credits taken for them.';
comment on column public.billing_reversals.missing is 'Credits that were spent already; the balance never goes below zero.';
comment on column public.billing_reversals.given_back is 'A dispute that was won or a refund that failed returns what was taken.';

create table public.billing_events (
  event_id text constraint billing_events_pkey primary key,
  type text not null,
  livemode boolean not null,
  api_version text,
  object_id text,
  created_at timestamptz not null,
  received_at timestamptz not null default clock_timestamp(),
  payload jsonb not null,
  attempt_count integer not null default 0,
  handled_at timestamptz,
  outcome text,
  error text
);
create index billing_events_received on public.billing_events (received_at);
create index billing_events_failed on public.billing_events (received_at) where handled_at is null;
create index billing_events_object on public.billing_events (object_id);
comment on column public.billing_events.payload is 'A hint only: what counts is asked of Stripe. Emptied after 30 days.';
comment on column public.billing_events.error is 'Why the last attempt failed; null once it is handled.';

create table public.billing_differences (
  difference_id bigint generated always as identity constraint billing_differences_pkey primary key,
  found_at timestamptz not null default now(),
  kind text not null,
  account_id uuid constraint billing_differences_account references public.accounts (account_id) on delete cascade,
  object_id text not null,
  ours jsonb not null,
  theirs jsonb not null,
  resolved_at timestamptz
);
create index billing_differences_open on public.billing_differences (kind, object_id) where resolved_at is null;
comment on table public.billing_differences is 'What the nightly comparison with Stripe found; for the operator.';

alter table public.account_plans
  add column stripe_subscription_id text,
  add column metro_chosen_at timestamptz;
comment on column public.account_plans.stripe_subscription_id is 'What pays for the plan; null: a trial, or given by the operator.';
comment on column public.account_plans.metro_chosen_at is 'A member changed the metropolitan area: once a billing period.';

-- The event and its job in one transaction; null: this event is here already.
create function private.keep_billing_event(
  id text, kind text, is_live boolean, version text, about text, happened_at timestamptz, body jsonb
) returns text language plpgsql security definer set search_path = '' as $$
declare
  kept text;
begin
  insert into public.billing_events (event_id, type, livemode, api_version, object_id, created_at, payload)
  values (id, kind, is_live, version, about, happened_at, body)
  on conflict on constraint billing_events_pkey do nothing
  returning event_id into kept;
  if kept is not null then
    perform private.defer_job('apply_billing_event', jsonb_build_object('event_id', kept), null, 6);
  end if;
  return kept;
end
$$;

-- Stripe's customer of an account. Of two made at once the first stays, unless it is gone or of the other mode.
create function private.keep_stripe_customer(account uuid, customer text, is_live boolean) returns text
language plpgsql security definer set search_path = '' as $$
declare
  kept text;
begin
  insert into public.billing_customers as known (account_id, stripe_customer_id, livemode)
  values (account, customer, is_live)
  on conflict on constraint billing_customers_pkey do update
     set stripe_customer_id = excluded.stripe_customer_id,
         livemode = excluded.livemode,
         created_at = excluded.created_at,
         deleted_at = null
   where known.deleted_at is not null or known.livemode <> excluded.livemode;
  select known.stripe_customer_id into kept from public.billing_customers as known where known.account_id = account;
  return kept;
end
$$;

-- The plan in force, from what Stripe says of all the account's subscriptions: the largest that gives access. A plan
-- that no subscription pays for (a trial, one given by the operator) stays until one does.
create function private.refresh_plan(wanted uuid) returns void
language plpgsql security definer set search_path = '' as $$
declare
  best record;
begin
  perform private.hold_account(wanted);
  select subscription.stripe_subscription_id, subscription.plan, subscription.metro,
         case when subscription.cancel_at_period_end then subscription.current_period_end
              else subscription.cancel_at end as ends_at
    into best
    from public.billing_subscriptions as subscription
    join public.plans as plan on plan.plan = subscription.plan
   where subscription.account_id = wanted
     and subscription.status in ('trialing', 'active', 'past_due')
   order by plan.place desc, subscription.stripe_subscription_id
   limit 1;
  if found then
    insert into public.account_plans as held (account_id, plan, metro, ends_at, stripe_subscription_id)
    values (wanted, best.plan, best.metro, best.ends_at, best.stripe_subscription_id)
    on conflict on constraint account_plans_pkey do update
       set plan = excluded.plan,
           metro = case when held.stripe_subscription_id is distinct from excluded.stripe_subscription_id
                        then coalesce(excluded.metro, held.metro) else coalesce(held.metro, excluded.metro) end,
           ends_at = excluded.ends_at,
           stripe_subscription_id = excluded.stripe_subscription_id,
           updated_at = now()
     where (held.plan, held.ends_at, held.stripe_subscription_id)
           is distinct from (excluded.plan, excluded.ends_at, excluded.stripe_subscription_id)
        or (held.metro is null and excluded.metro is not null);
    return;
  end if;
  update public.account_plans as held
     set ends_at = coalesce((select subscription.ended_at
                               from public.billing_subscriptions as subscription
                              where subscription.stripe_subscription_id = held.stripe_subscription_id), now()),
         updated_at = now()
   where held.account_id = wanted
     and held.stripe_subscription_id is not null
     and (held.ends_at is null or held.ends_at > now());
end
$$;

-- The metropolitan area of a plan for one: chosen by an admin, and changed once a billing period.
create function private.choose_metro(account uuid, chosen text) returns void
language plpgsql security definer set search_path = '' as $$
declare
  held record;
begin
  if account not in (select private.account_ids('admin')) then
    raise exception 'only admins of the account choose its area' using errcode = 'insufficient_privilege';
  end if;
  perform private.hold_account(account);
  select mine.metro, mine.metro_chosen_at, plan.area, plan.name,
         coalesce(subscription.current_period_start, now() - interval '30 days') as since,
         coalesce(subscription.current_period_end, mine.metro_chosen_at + interval '30 days') as until
    into held
    from public.account_plans as mine
    join public.plans as plan on plan.plan = mine.plan
    left join public.billing_subscriptions as subscription
      on subscription.stripe_subscription_id = mine.stripe_subscription_id
   where mine.account_id = account
     and (mine.ends_at is null or mine.ends_at > now());
  if not found or held.area <> 'metro' then
    raise exception 'the plan (%) is not for one metropolitan area', coalesce(held.name, 'none')
      using errcode = 'check_violation', constraint = 'metro_of_plan';
  end if;
  if held.metro = chosen then
    return;
  end if;
  if held.metro is not null and held.metro_chosen_at >= held.since then
    raise exception 'the area was changed in this billing period; it can be again from %',
      to_char(held.until at time zone 'UTC', 'YYYY-MM-DD HH24:MI "UTC"')
      using errcode = 'check_violation', constraint = 'metro_once_a_period';
  end if;
  update public.account_plans as mine
     set metro = chosen,
         metro_chosen_at = case when held.metro is null then mine.metro_chosen_at else now() end,
         updated_at = now()
   where mine.account_id = account;
end
$$;

create trigger billing_customers_audited after insert or update or delete on public.billing_customers
  for each row execute function private.audit_change('account_id');
create trigger billing_reversals_audited after insert on public.billing_reversals
  for each row execute function private.audit_change('stripe_reversal_id');

alter table public.billing_customers enable row level security;
alter table public.billing_subscriptions enable row level security;
alter table public.billing_invoices enable row level security;
alter table public.billing_pack_sales enable row level security;
alter table public.billing_reversals enable row level security;
alter table public.billing_events enable row level security;
alter table public.billing_differences enable row level security;
revoke all on public.billing_customers, public.billing_subscriptions, public.billing_invoices, public.billing_pack_sales,
  public.billing_reversals, public.billing_events, public.billing_differences from public, anon, authenticated, service_role;
grant select on public.billing_customers, public.billing_subscriptions, public.billing_invoices,
  public.billing_pack_sales, public.billing_reversals to authenticated;
grant select, insert, update, delete on public.billing_customers, public.billing_subscriptions, public.billing_invoices,
  public.billing_pack_sales, public.billing_reversals, public.billing_events, public.billing_differences to service_role;

create policy billing_customers_of_admins on public.billing_customers for select to authenticated
  using (account_id in (select private.account_ids('admin')));
create policy billing_subscriptions_of_members on public.billing_subscriptions for select to authenticated
  using (account_id in (select private.account_ids()));
create policy billing_invoices_of_admins on public.billing_invoices for select to authenticated
  using (account_id in (select private.account_ids('admin')));
create policy billing_pack_sales_of_members on public.billing_pack_sales for select to authenticated
  using (account_id in (select private.account_ids()));
create policy billing_reversals_of_members on public.billing_reversals for select to authenticated
  using (account_id in (select private.account_ids()));

revoke all on function private.keep_billing_event(text, text, boolean, text, text, timestamptz, jsonb),
  private.keep_stripe_customer(uuid, text, boolean), private.refresh_plan(uuid), private.choose_metro(uuid, text)
  from public, anon, authenticated;
grant execute on function private.keep_billing_event(text, text, boolean, text, text, timestamptz, jsonb),
  private.keep_stripe_customer(uuid, text, boolean) to leadledger_api, service_role;
grant execute on function private.refresh_plan(uuid) to service_role;
grant execute on function private.choose_metro(uuid, text) to authenticated;
