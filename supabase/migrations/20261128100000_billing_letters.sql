-- Whose events are whose, refused deliveries counted, and the mails of billing, each once for its occasion.

alter table public.billing_events
  add column customer_id text generated always as (
    case when payload #>> '{data,object,object}' = 'customer' then payload #>> '{data,object,id}'
         else payload #>> '{data,object,customer}' end) stored;
create index billing_events_customer on public.billing_events (customer_id) where handled_at is null;
comment on column public.billing_events.customer_id is 'As the event says; refunds and disputes do not.';

create table public.billing_refusals (
  hour timestamptz not null,
  reason text not null constraint billing_refusals_reason_known
    check (reason in ('unsigned', 'stale', 'from_the_future', 'foreign_mode', 'no_event')),
  count bigint not null constraint billing_refusals_positive check (count > 0),
  constraint billing_refusals_pkey primary key (hour, reason)
);
comment on table public.billing_refusals is 'Deliveries to the webhook address that were answered 400, by hour; kept for 90 days.';

create table public.billing_letters (
  billing_letter_id bigint generated always as identity constraint billing_letters_pkey primary key,
  account_id uuid not null constraint billing_letters_account references public.accounts (account_id) on delete cascade,
  kind text not null constraint billing_letters_kind_known check (
    kind in ('trial_ending', 'payment_failed', 'grace_reminder', 'cancel_confirmed', 'access_ended', 'reactivated')),
  occasion text not null,
  facts jsonb not null,
  written_at timestamptz not null default now(),
  constraint billing_letters_once unique (account_id, kind, occasion)
);
comment on column public.billing_letters.occasion is 'What it is about, so that it is written once: the invoice, the end of the trial …';
comment on column public.billing_letters.facts is 'What the mail says, as it stood when it became due.';

create function private.count_refusals(why text, more bigint) returns void
language sql security definer set search_path = '' as $$
  insert into public.billing_refusals as known (hour, reason, count)
  values (date_trunc('hour', now()), why, more)
  on conflict on constraint billing_refusals_pkey do update set count = known.count + excluded.count
$$;

-- Every owner and admin gets a mail of his own.
create function private.send_letter() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  perform private.defer_job('send_billing_letter',
                            jsonb_build_object('billing_letter_id', new.billing_letter_id, 'user_id', member.user_id))
     from public.members as member
    where member.account_id = new.account_id
      and member.role in ('owner', 'admin')
      and member.email is not null;
  return null;
end
$$;
create trigger billing_letters_sent after insert on public.billing_letters
  for each row execute function private.send_letter();

-- Writes what is due and was not written yet; null: for all accounts. What a letter is about holds an instant as text: the
-- same text from every session, or it is written twice.
create function private.write_letters(wanted uuid) returns integer
language sql security definer set search_path = '' set timezone = 'UTC' as $$
  with standing as (
    select account.account_id, subscription.stripe_subscription_id, subscription.status, plan.name as plan_name,
           subscription.cancel_at_period_end, subscription.cancel_at, subscription.canceled_at, subscription.ended_at,
           subscription.current_period_end, subscription.past_due_since, subscription.next_payment_attempt,
           owed.stripe_invoice_id, owed.amount_due_cents, owed.hosted_invoice_url, owed.attempt_count
      from public.accounts as account
      join public.billing_subscriptions as subscription on subscription.account_id = account.account_id
      join public.plans as plan on plan.plan = subscription.plan
      left join lateral (
        select invoice.stripe_invoice_id, invoice.amount_due_cents, invoice.hosted_invoice_url, invoice.attempt_count
          from public.billing_invoices as invoice
         where invoice.stripe_subscription_id = subscription.stripe_subscription_id
           and invoice.status = 'open'
           and invoice.attempt_count > 0
         order by invoice.created_at desc
         limit 1) as owed on true
     where wanted is null or account.account_id = wanted
  ),
  in_force as (
    select held.account_id
      from public.account_plans as held
     where held.ends_at is null or held.ends_at > now()
  ),
  due (account_id, kind, occasion, facts) as (
    select held.account_id, 'trial_ending', held.ends_at::text,
           jsonb_build_object('ends_at', held.ends_at, 'balance', private.balance_of(held.account_id))
      from public.account_plans as held
     where (wanted is null or held.account_id = wanted)
       and held.plan = 'trial'
       and held.ends_at between now() and now() + interval '3 days'
    union all
    select late.account_id, 'payment_failed', late.stripe_invoice_id,
           jsonb_build_object('plan', late.plan_name, 'amount_cents', late.amount_due_cents,
                              'next_payment_attempt', late.next_payment_attempt, 'pay_url', late.hosted_invoice_url)
      from standing as late
     where late.status in ('past_due', 'unpaid')
       and late.stripe_invoice_id is not null
    union all
    select late.account_id, 'grace_reminder', late.stripe_invoice_id,
           jsonb_build_object('plan', late.plan_name, 'amount_cents', late.amount_due_cents,
                              'next_payment_attempt', late.next_payment_attempt, 'pay_url', late.hosted_invoice_url)
      from standing as late
     where late.status = 'past_due'
       and late.stripe_invoice_id is not null
       and late.past_due_since < now() - interval '5 days'
    union all
    select leaving.account_id, 'cancel_confirmed',
           leaving.stripe_subscription_id || ' ' || coalesce(leaving.canceled_at, leaving.cancel_at)::text,
           jsonb_build_object('plan', leaving.plan_name, 'ends_at', coalesce(leaving.cancel_at, leaving.current_period_end))
      from standing as leaving
     where (leaving.cancel_at_period_end or leaving.cancel_at is not null)
       and leaving.status in ('active', 'trialing', 'past_due')
    union all
    select gone.account_id, 'access_ended', gone.stripe_subscription_id || ' ' || gone.ended_at::text,
           jsonb_build_object('plan', gone.plan_name, 'ended_at', gone.ended_at,
                              'balance', private.balance_of(gone.account_id))
      from standing as gone
     where gone.status = 'canceled'
       and gone.ended_at > now() - interval '30 days'
       and gone.account_id not in (select in_force.account_id from in_force)
    union all
    select back.account_id, 'reactivated', earlier.billing_letter_id::text,
           jsonb_build_object('plan', back.plan_name, 'after', earlier.kind)
      from standing as back
      join lateral (
        select letter.billing_letter_id, letter.kind
          from public.billing_letters as letter
         where letter.account_id = back.account_id
           and letter.kind <> 'trial_ending'
         order by letter.billing_letter_id desc
         limit 1) as earlier on earlier.kind <> 'reactivated'
     where back.status in ('active', 'trialing')
       and not back.cancel_at_period_end
       and back.cancel_at is null
       and back.stripe_invoice_id is null
  ),
  written as (
    insert into public.billing_letters (account_id, kind, occasion, facts)
    select due.account_id, due.kind, due.occasion, due.facts
      from due
    on conflict on constraint billing_letters_once do nothing
    returning billing_letter_id
  )
  select count(*)::integer from written
$$;

-- As before, but for clocks: what Stripe says has ended has ended now at the latest.
create or replace function private.refresh_plan(wanted uuid) returns void
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
     set ends_at = least(now(), (select subscription.ended_at
                                     from public.billing_subscriptions as subscription
                                    where subscription.stripe_subscription_id = held.stripe_subscription_id)),
         updated_at = now()
   where held.account_id = wanted
     and held.stripe_subscription_id is not null
     and (held.ends_at is null or held.ends_at > now());
end
$$;

alter table public.billing_refusals enable row level security;
alter table public.billing_letters enable row level security;
revoke all on public.billing_refusals, public.billing_letters from public, anon, authenticated, service_role;
grant select, delete on public.billing_refusals to service_role;
grant select, delete on public.billing_letters to service_role;
revoke all on function private.count_refusals(text, bigint), private.send_letter(), private.write_letters(uuid)
  from public, anon, authenticated;
grant execute on function private.count_refusals(text, bigint) to leadledger_api;
grant execute on function private.write_letters(uuid) to service_role;
