-- What an account does with its leads: claims and their stages, notes, tasks, and what came of it.

create table public.claims (
  claim_id uuid constraint claims_pkey primary key default gen_random_uuid(),
  account_id uuid not null constraint claims_account references public.accounts (account_id) on delete cascade,
  lead_id uuid not null,
  permit_id uuid not null,
  trade text not null,
  claimed_by uuid,
  claimed_at timestamptz not null default now(),
  stage text not null default 'new' constraint claims_stage_known
    check (stage in ('new', 'contacted', 'quoted', 'won', 'lost')),
  stage_changed_at timestamptz not null default now(),
  reason text,
  amount_cents bigint constraint claims_amount_positive check (amount_cents between 0 and 1000000000000),
  assigned_to uuid,
  version integer not null default 1,
  updated_at timestamptz not null default now(),
  lead_at_claim jsonb not null,
  people_seen_at timestamptz,
  released_at timestamptz,
  constraint claims_of_account unique (account_id, claim_id),
  constraint claims_assignee foreign key (account_id, assigned_to)
    references public.members (account_id, user_id) on delete set null (assigned_to),
  constraint claims_reason_fits_stage check (
    case stage
    when 'lost' then coalesce(reason in ('wrong_number', 'no_answer', 'not_interested', 'too_expensive', 'hired_other',
                                         'already_done', 'not_our_trade', 'out_of_area', 'duplicate', 'other'), false)
    when 'won' then coalesce(reason in ('price', 'speed', 'trust', 'referral', 'other'), true)
    else reason is null
    end),
  constraint claims_amount_fits_stage check (amount_cents is null or stage in ('quoted', 'won')),
  constraint claims_released_while_new check (released_at is null or stage = 'new')
);
-- A lead that was released may be claimed again, which is another claim: another row, and another thing to pay for.
create unique index claims_one_per_lead on public.claims (account_id, lead_id) where released_at is null;
create index claims_by_stage on public.claims (account_id, stage, claimed_at desc, claim_id) where released_at is null;
create index claims_assigned on public.claims (account_id, assigned_to) where assigned_to is not null;
create index claims_permit on public.claims (permit_id);
comment on column public.claims.lead_at_claim is
  'What was sold: score, openness, place, dates and versions as they stood at the claim; a refund is decided by it.';
comment on column public.claims.people_seen_at is 'When names of persons were first read through this claim; null: never.';
comment on column public.claims.amount_cents is 'US cents: what was quoted, or what was won.';
comment on column public.claims.version is 'Grows with every change; who changes a claim names the version he has seen.';

create table public.claim_moves (
  claim_move_id bigint generated always as identity constraint claim_moves_pkey primary key,
  account_id uuid not null,
  claim_id uuid not null,
  from_stage text,
  to_stage text not null,
  reason text,
  amount_cents bigint,
  moved_by uuid,
  moved_at timestamptz not null default clock_timestamp(),
  constraint claim_moves_claim foreign key (account_id, claim_id)
    references public.claims (account_id, claim_id) on delete cascade
);
create index claim_moves_claim on public.claim_moves (account_id, claim_id, claim_move_id);
comment on table public.claim_moves is 'Append-only: every stage a claim was in; to_stage released: it was given back.';

create table public.lead_outcomes (
  lead_outcome_id bigint generated always as identity constraint lead_outcomes_pkey primary key,
  account_id uuid not null constraint lead_outcomes_account references public.accounts (account_id) on delete cascade,
  claim_id uuid not null,
  lead_id uuid not null,
  permit_id uuid not null,
  trade text not null,
  outcome text not null constraint lead_outcomes_known check (outcome in ('new', 'contacted', 'quoted', 'won', 'lost')),
  reason text,
  amount_cents bigint,
  lead_at_claim jsonb not null,
  recorded_at timestamptz not null default clock_timestamp()
);
create index lead_outcomes_lead on public.lead_outcomes (lead_id, lead_outcome_id);
create index lead_outcomes_account on public.lead_outcomes (account_id, lead_outcome_id);
comment on table public.lead_outcomes is
  'Append-only: what contractors found out about leads, for the model. The newest row of a claim counts; new takes back.';

create table public.notes (
  note_id uuid constraint notes_pkey primary key default gen_random_uuid(),
  account_id uuid not null,
  claim_id uuid not null,
  body text not null constraint notes_body_length check (char_length(body) between 1 and 4000),
  written_by uuid not null default auth.uid(),
  created_at timestamptz not null default now(),
  constraint notes_claim foreign key (account_id, claim_id)
    references public.claims (account_id, claim_id) on delete cascade
);
create index notes_by_claim on public.notes (account_id, claim_id, created_at desc, note_id);

create table public.tasks (
  task_id uuid constraint tasks_pkey primary key default gen_random_uuid(),
  account_id uuid not null,
  claim_id uuid not null,
  title text not null constraint tasks_title_length check (char_length(title) between 1 and 200),
  due_date date,
  assigned_to uuid,
  created_by uuid not null default auth.uid(),
  created_at timestamptz not null default now(),
  done_at timestamptz,
  version integer not null default 1,
  updated_at timestamptz not null default now(),
  constraint tasks_claim foreign key (account_id, claim_id)
    references public.claims (account_id, claim_id) on delete cascade,
  constraint tasks_assignee foreign key (account_id, assigned_to)
    references public.members (account_id, user_id) on delete set null (assigned_to)
);
create index tasks_open on public.tasks (account_id, assigned_to, due_date) where done_at is null;
create index tasks_by_claim on public.tasks (account_id, claim_id);
comment on column public.tasks.due_date is 'Day on the account''s clock (accounts.time_zone).';

-- The one list of moves; the API shows it with every claim. Back by one step is for a move made by mistake.
create function private.next_stages(stage text) returns text[] language sql immutable set search_path = '' as $$
  select case stage
         when 'new' then array['contacted', 'lost']
         when 'contacted' then array['quoted', 'won', 'lost', 'new']
         when 'quoted' then array['won', 'lost', 'contacted']
         when 'won' then array['lost', 'quoted']
         when 'lost' then array['contacted']
         end
$$;

-- Fills what the caller may not say. It runs with the caller's rights: what he cannot see he cannot claim.
create function private.fill_claim() returns trigger language plpgsql set search_path = '' as $$
declare
  sold record;
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
  new.permit_id := sold.permit_id;
  new.trade := sold.trade;
  new.lead_at_claim := sold.facts;
  new.claimed_by := auth.uid();
  return new;
end
$$;
create trigger claims_filled before insert on public.claims
  for each row execute function private.fill_claim();

-- Holds every change to the list of moves, whoever makes it, and counts the versions.
create function private.guard_claim() returns trigger language plpgsql set search_path = '' as $$
begin
  if old.released_at is not null then
    raise exception 'the claim was released' using errcode = 'check_violation', constraint = 'claims_are_held';
  end if;
  if new.stage <> old.stage and new.stage <> all (private.next_stages(old.stage)) then
    raise exception '% does not follow %', new.stage, old.stage using errcode = 'check_violation',
      constraint = 'claims_move_allowed';
  end if;
  if new.stage <> old.stage then
    new.stage_changed_at := now();
  end if;
  if (new.stage, new.reason, new.amount_cents, new.assigned_to, new.released_at)
     is distinct from (old.stage, old.reason, old.amount_cents, old.assigned_to, old.released_at) then
    new.version := old.version + 1;
    new.updated_at := now();
  end if;
  return new;
end
$$;
create trigger claims_guarded before update on public.claims
  for each row execute function private.guard_claim();

create function private.guard_task() returns trigger language plpgsql set search_path = '' as $$
begin
  new.version := old.version + 1;
  new.updated_at := now();
  return new;
end
$$;
create trigger tasks_guarded before update on public.tasks
  for each row execute function private.guard_task();

-- Work goes to who may work: a viewer only looks.
create function private.check_assignee() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  if new.assigned_to is not null and not exists (
       select from public.members as member
        where member.account_id = new.account_id
          and member.user_id = new.assigned_to
          and member.role = any (private.roles_from('member'))) then
    raise exception 'not a member who may work' using errcode = 'check_violation', constraint = 'assignee_may_work';
  end if;
  return new;
end
$$;
create trigger claims_assignee_checked before insert or update of assigned_to on public.claims
  for each row execute function private.check_assignee();
create trigger tasks_assignee_checked before insert or update of assigned_to on public.tasks
  for each row execute function private.check_assignee();

create function private.take_work_from_viewer() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  update public.claims set assigned_to = null
   where account_id = new.account_id and assigned_to = new.user_id and released_at is null;
  update public.tasks set assigned_to = null
   where account_id = new.account_id and assigned_to = new.user_id;
  return null;
end
$$;
create trigger members_hand_work_back after update of role on public.members
  for each row when (new.role = 'viewer' and old.role <> 'viewer')
  execute function private.take_work_from_viewer();

-- History and outcomes are written by the change itself, so nothing goes around them.
create function private.record_move() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  was text := case when tg_op = 'UPDATE' then old.stage end;
begin
  insert into public.claim_moves (account_id, claim_id, from_stage, to_stage, reason, amount_cents, moved_by)
  values (new.account_id, new.claim_id, was, case when new.released_at is null then new.stage else 'released' end,
          new.reason, new.amount_cents, auth.uid());
  if tg_op = 'UPDATE' and new.released_at is null then
    insert into public.lead_outcomes (account_id, claim_id, lead_id, permit_id, trade, outcome, reason, amount_cents,
                                      lead_at_claim)
    values (new.account_id, new.claim_id, new.lead_id, new.permit_id, new.trade, new.stage, new.reason,
            new.amount_cents, new.lead_at_claim);
  end if;
  return null;
end
$$;
create trigger claims_begun after insert on public.claims
  for each row execute function private.record_move();
create trigger claims_moved after update on public.claims
  for each row when ((new.stage, new.reason, new.amount_cents, new.released_at)
                     is distinct from (old.stage, old.reason, old.amount_cents, old.released_at))
  execute function private.record_move();

-- Append-only as long as the account is there; with it, its history goes.
create function private.keep_history() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  if tg_op = 'DELETE' and not exists (
       select from public.accounts as account where account.account_id = old.account_id) then
    return old;
  end if;
  raise exception '% is append-only', tg_table_name using errcode = 'insufficient_privilege';
end
$$;
create trigger claim_moves_append_only before update or delete on public.claim_moves
  for each row execute function private.keep_history();
create trigger claim_moves_never_emptied before truncate on public.claim_moves
  for each statement execute function private.refuse_change();
create trigger lead_outcomes_append_only before update or delete on public.lead_outcomes
  for each row execute function private.keep_history();
create trigger lead_outcomes_never_emptied before truncate on public.lead_outcomes
  for each statement execute function private.refuse_change();

create trigger claims_audited after insert or update or delete on public.claims
  for each row execute function private.audit_change('claim_id', 'lead_at_claim');
create trigger notes_audited after insert or update or delete on public.notes
  for each row execute function private.audit_change('note_id', 'body');
create trigger tasks_audited after insert or update or delete on public.tasks
  for each row execute function private.audit_change('task_id', 'title');

-- The one place where names of persons leave the table of permits; only functions that checked a claim may ask it.
create function private.people_of_permit(wanted uuid)
returns table (owner_name text, applicant_name text, contractor_full_name text)
language sql stable security definer set search_path = '' as $$
  select permit.owner_name, permit.applicant_name, permit.contractor_full_name
    from public.permits as permit
   where permit.permit_id = wanted
$$;

-- Names of the permit of a claim, for the account that holds it, and for nobody else; the first look is noted.
create function private.people_of_claim(wanted uuid)
returns table (owner_name text, applicant_name text, contractor_full_name text)
language plpgsql security definer set search_path = '' as $$
declare
  held uuid;
begin
  select claim.permit_id into held
    from public.claims as claim
   where claim.claim_id = wanted
     and claim.released_at is null
     and claim.account_id in (select private.account_ids());
  if held is null then
    return;
  end if;
  update public.claims set people_seen_at = now() where claim_id = wanted and people_seen_at is null;
  return query select * from private.people_of_permit(held);
end
$$;

alter table public.claims enable row level security;
alter table public.claim_moves enable row level security;
alter table public.lead_outcomes enable row level security;
alter table public.notes enable row level security;
alter table public.tasks enable row level security;
revoke all on public.claims, public.claim_moves, public.lead_outcomes, public.notes, public.tasks
  from public, anon, authenticated, service_role;
grant select, insert (account_id, lead_id, assigned_to), update (stage, reason, amount_cents, assigned_to, released_at)
  on public.claims to authenticated;
grant select on public.claim_moves, public.lead_outcomes to authenticated;
grant select, insert (account_id, claim_id, body), delete on public.notes to authenticated;
grant select, insert (account_id, claim_id, title, due_date, assigned_to),
  update (title, due_date, assigned_to, done_at), delete on public.tasks to authenticated;
grant select, insert, update, delete on public.claims, public.notes, public.tasks to service_role;
grant select, insert on public.claim_moves, public.lead_outcomes to service_role;

create policy claims_of_members on public.claims for select to authenticated
  using (account_id in (select private.account_ids()));
create policy claims_made_by_members on public.claims for insert to authenticated
  with check (account_id in (select private.account_ids('member')));
create policy claims_changed_by_members on public.claims for update to authenticated
  using (account_id in (select private.account_ids('member')));
create policy claim_moves_of_members on public.claim_moves for select to authenticated
  using (account_id in (select private.account_ids()));
create policy lead_outcomes_of_members on public.lead_outcomes for select to authenticated
  using (account_id in (select private.account_ids()));
create policy notes_of_members on public.notes for select to authenticated
  using (account_id in (select private.account_ids()));
create policy notes_written_by_members on public.notes for insert to authenticated
  with check (account_id in (select private.account_ids('member')));
create policy notes_removed_by_their_writer_or_admins on public.notes for delete to authenticated
  using (account_id in (select private.account_ids('admin'))
         or (written_by = (select auth.uid()) and account_id in (select private.account_ids('member'))));
create policy tasks_of_members on public.tasks for select to authenticated
  using (account_id in (select private.account_ids()));
create policy tasks_written_by_members on public.tasks for all to authenticated
  using (account_id in (select private.account_ids('member')))
  with check (account_id in (select private.account_ids('member')));

revoke all on function private.next_stages(text), private.fill_claim(), private.guard_claim(), private.guard_task(),
  private.check_assignee(), private.take_work_from_viewer(), private.record_move(), private.keep_history(),
  private.people_of_permit(uuid), private.people_of_claim(uuid) from public, anon, authenticated;
grant execute on function private.next_stages(text) to authenticated, service_role;
grant execute on function private.people_of_claim(uuid) to authenticated;
