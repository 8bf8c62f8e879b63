-- Statements of leadledger/pipeline. Row-level security decides what each of them sees and may change.

-- claim_columns --
claim.claim_id, claim.lead_id, claim.permit_id, claim.trade, claim.stage,
       private.next_stages(claim.stage) as next_stages, claim.reason, claim.amount_cents, claim.credits, claim.is_exclusive,
       claim.exclusive_until, private.undo_until(claim.claimed_at, claim.credits) as undo_until, claim.assigned_to,
       claim.claimed_by, claim.claimed_at, claim.stage_changed_at, claim.updated_at, claim.version,
       (select count(*) from public.tasks as task
         where task.account_id = claim.account_id and task.claim_id = claim.claim_id and task.done_at is null)
         as open_task_count,
       (select count(*) from public.notes as note
         where note.account_id = claim.account_id and note.claim_id = claim.claim_id) as note_count

-- find_claim --
select {columns}
  from public.claims as claim
 where claim.account_id = %(account_id)s
   and claim.claim_id = %(claim_id)s
   and claim.released_at is null;

-- find_claim_of_lead --
select {columns}
  from public.claims as claim
 where claim.account_id = %(account_id)s
   and claim.lead_id = %(lead_id)s
   and claim.released_at is null;

-- claim_lead --
-- Of two at once the second waits for the first, and makes nothing.
insert into public.claims (account_id, lead_id, assigned_to, is_exclusive)
values (%(account_id)s, %(lead_id)s, %(assigned_to)s, %(is_exclusive)s)
on conflict (account_id, lead_id) where released_at is null do nothing
returning claim_id;

-- list_claims --
select {columns}
  from public.claims as claim
 where claim.account_id = %(account_id)s
   and claim.released_at is null
   and (%(stages)s::text[] is null or claim.stage = any(%(stages)s::text[]))
   and (not %(is_unassigned)s or claim.assigned_to is null)
   and (%(assigned_to)s::uuid is null or claim.assigned_to = %(assigned_to)s::uuid)
   and (%(before_at)s::timestamptz is null
        or claim.claimed_at < %(before_at)s::timestamptz
        or (claim.claimed_at = %(before_at)s::timestamptz and claim.claim_id > %(before_id)s::uuid))
 order by claim.claimed_at desc, claim.claim_id
 limit %(limit)s;

-- count_stages --
select known.stage, count(claim.claim_id) as count, coalesce(sum(claim.amount_cents), 0)::bigint as amount_cents
  from unnest(array['new', 'contacted', 'quoted', 'won', 'lost']) with ordinality as known (stage, place)
  left join public.claims as claim
    on claim.stage = known.stage
   and claim.account_id = %(account_id)s
   and claim.released_at is null
   and (not %(is_unassigned)s or claim.assigned_to is null)
   and (%(assigned_to)s::uuid is null or claim.assigned_to = %(assigned_to)s::uuid)
 group by known.stage, known.place
 order by known.place;

-- find_leads --
select {columns}
  from public.leads as lead
  {joins}
 where lead.lead_id = any(%(lead_ids)s::uuid[]);

-- read_people --
select people.owner_name, people.applicant_name, people.contractor_full_name
  from private.people_of_claim(%(claim_id)s) as people;

-- list_moves --
select move.from_stage, move.to_stage, move.reason, move.amount_cents, move.moved_by, move.moved_at
  from public.claim_moves as move
 where move.account_id = %(account_id)s
   and move.claim_id = %(claim_id)s
 order by move.claim_move_id desc
 limit 100;

-- assign_claim --
update public.claims
   set assigned_to = %(assigned_to)s
 where account_id = %(account_id)s
   and claim_id = %(claim_id)s
   and released_at is null
   and version = %(version)s
returning claim_id;

-- move_claim --
-- What was quoted is what was won, unless another amount is given.
update public.claims
   set stage = %(stage)s,
       reason = %(reason)s,
       amount_cents = case
                      when %(stage)s in ('quoted', 'won') then coalesce(%(amount_cents)s::bigint, amount_cents)
                      end
 where account_id = %(account_id)s
   and claim_id = %(claim_id)s
   and released_at is null
   and version = %(version)s
returning claim_id;

-- release_claim --
update public.claims
   set released_at = now(),
       assigned_to = null
 where account_id = %(account_id)s
   and claim_id = %(claim_id)s
   and released_at is null
   and stage = 'new'
returning claim_id;

-- read_undoing --
select claim.undone_at is not null as is_undone, claim.credits, claim.claimed_at, terms.undo_seconds, terms.undos_a_day,
       exists (select from public.refunds as refund where refund.claim_id = claim.claim_id) as is_refunded,
       claim.claimed_at + terms.undo_seconds * interval '1 second' < now() as is_late
  from public.claims as claim
  left join public.credit_terms as terms on true
 where claim.account_id = %(account_id)s
   and claim.claim_id = %(claim_id)s;

-- read_state --
select claim.version, claim.stage, private.next_stages(claim.stage) as next_stages
  from public.claims as claim
 where claim.account_id = %(account_id)s
   and claim.claim_id = %(claim_id)s
   and claim.released_at is null;

-- write_note --
insert into public.notes (account_id, claim_id, body)
values (%(account_id)s, %(claim_id)s, %(body)s)
returning note_id, claim_id, body, written_by, created_at;

-- list_notes --
select note.note_id, note.claim_id, note.body, note.written_by, note.created_at
  from public.notes as note
 where note.account_id = %(account_id)s
   and note.claim_id = %(claim_id)s
   and (%(before_at)s::timestamptz is null
        or note.created_at < %(before_at)s::timestamptz
        or (note.created_at = %(before_at)s::timestamptz and note.note_id > %(before_id)s::uuid))
 order by note.created_at desc, note.note_id
 limit %(limit)s;

-- remove_note --
delete from public.notes
 where account_id = %(account_id)s
   and claim_id = %(claim_id)s
   and note_id = %(note_id)s
returning note_id;

-- task_columns --
task.task_id, task.claim_id, task.title, task.due_date,
       coalesce(task.done_at is null and task.due_date < (now() at time zone %(time_zone)s)::date, false) as is_overdue,
       task.assigned_to, task.created_by, task.created_at, task.done_at, task.version

-- make_task --
insert into public.tasks as task (account_id, claim_id, title, due_date, assigned_to)
values (%(account_id)s, %(claim_id)s, %(title)s, %(due_date)s, %(assigned_to)s)
returning {columns};

-- list_tasks --
-- Those without a day come after all others; tasks of a released claim are nobody's any more.
select {columns}, ordered.due_at
  from public.tasks as task
  join public.claims as claim on claim.account_id = task.account_id and claim.claim_id = task.claim_id
 cross join lateral (
       select coalesce(task.due_date, date '9999-12-31')::timestamp at time zone 'UTC') as ordered (due_at)
 where task.account_id = %(account_id)s
   and claim.released_at is null
   and (task.done_at is not null) = %(is_done)s
   and (%(claim_id)s::uuid is null or task.claim_id = %(claim_id)s::uuid)
   and (not %(is_unassigned)s or task.assigned_to is null)
   and (%(assigned_to)s::uuid is null or task.assigned_to = %(assigned_to)s::uuid)
   and (%(due_until)s::date is null or task.due_date <= %(due_until)s::date)
   and (%(before_at)s::timestamptz is null
        or (ordered.due_at, task.task_id) > (%(before_at)s::timestamptz, %(before_id)s::uuid))
 order by ordered.due_at, task.task_id
 limit %(limit)s;

-- change_task --
update public.tasks as task
   set title = coalesce(%(title)s, task.title),
       due_date = case when %(sets_due_date)s then %(due_date)s::date else task.due_date end,
       assigned_to = case when %(sets_assigned_to)s then %(assigned_to)s::uuid else task.assigned_to end,
       done_at = case
                 when %(is_done)s::boolean is null then task.done_at
                 when %(is_done)s::boolean then coalesce(task.done_at, now())
                 end
 where task.account_id = %(account_id)s
   and task.task_id = %(task_id)s
   and task.version = %(version)s
returning {columns};

-- read_task_version --
select task.version
  from public.tasks as task
 where task.account_id = %(account_id)s
   and task.task_id = %(task_id)s;

-- remove_task --
delete from public.tasks
 where account_id = %(account_id)s
   and task_id = %(task_id)s
returning task_id;
