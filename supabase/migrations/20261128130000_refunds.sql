-- Refunds decided by evidence: what the publishers' own records prove is credited without anybody asking; what they do
-- not prove is asked for, and answered by a person.

alter table public.credit_terms
  add column duplicate_days integer not null default 90,
  add column promised_days integer not null default 30,
  add column evidence_days integer not null default 90;
comment on column public.credit_terms.duplicate_days is 'The same address and trade paid for twice within these days is a duplicate.';
comment on column public.credit_terms.promised_days is 'A permit is read at most so many days after its issue; one that came later is refunded.';
comment on column public.credit_terms.evidence_days is 'What a publisher corrects within these days after the sale is evidence.';

create table public.refunds (
  refund_id uuid constraint refunds_pkey primary key default gen_random_uuid(),
  account_id uuid not null,
  claim_id uuid not null constraint refunds_once unique,
  lead_id uuid not null,
  reason text not null constraint refunds_reason_known check (
    reason in ('duplicate', 'over_before_sale', 'outside_territory', 'suppressed', 'source_corrected', 'wrong_trade',
               'no_address', 'late', 'granted')),
  credits integer not null constraint refunds_credits_positive check (credits > 0),
  evidence jsonb not null,
  found_at timestamptz not null,
  credited_at timestamptz not null default clock_timestamp(),
  credit_entry_id bigint not null,
  decided_by text not null constraint refunds_decided_by_known check (decided_by in ('evidence', 'operator')),
  constraint refunds_claim foreign key (account_id, claim_id)
    references public.claims (account_id, claim_id) on delete cascade
);
create index refunds_list on public.refunds (account_id, credited_at desc, refund_id);
comment on table public.refunds is 'Append-only: claims whose credits came back, with what proved it; at most one a claim.';
comment on column public.refunds.found_at is 'When the evidence stood in our records: the newest of the versions it rests on, or the sale.';
comment on column public.refunds.reason is 'granted: by an operator, on a request; all others by evidence.';

create table public.refund_requests (
  refund_request_id uuid constraint refund_requests_pkey primary key default gen_random_uuid(),
  account_id uuid not null,
  claim_id uuid not null constraint refund_requests_once unique,
  complaint text not null constraint refund_requests_complaint_known check (
    complaint in ('duplicate', 'over_before_sale', 'outside_territory', 'suppressed', 'source_corrected', 'wrong_trade',
                  'no_address', 'late', 'other')),
  words text not null constraint refund_requests_words_length check (char_length(words) <= 2000),
  status text not null default 'waiting' constraint refund_requests_status_known
    check (status in ('waiting', 'credited', 'refused', 'appealed', 'appeal_refused')),
  answer text,
  appeal text constraint refund_requests_appeal_length check (char_length(appeal) between 1 and 2000),
  requested_by uuid,
  created_at timestamptz not null default now(),
  waits_since timestamptz not null default now(),
  decided_at timestamptz,
  constraint refund_requests_claim foreign key (account_id, claim_id)
    references public.claims (account_id, claim_id) on delete cascade
);
create index refund_requests_list on public.refund_requests (account_id, created_at desc, refund_request_id);
create index refund_requests_open on public.refund_requests (waits_since) where status in ('waiting', 'appealed');

create table public.refund_passes (
  is_only boolean constraint refund_passes_pkey primary key default true constraint refund_passes_one check (is_only),
  looked_until timestamptz not null
);
comment on table public.refund_passes is 'Until when records were looked through for evidence.';

-- Evidence is found through the events that bring it, in time that does not grow with the book of claims.
create index claims_recent on public.claims (claimed_at);
create index claims_of_trade on public.claims (account_id, trade) where credits > 0 and undone_at is null;
create index events_published on public.events (published_at);
create index events_redactions on public.events (last_event_id) where kind = 'permit.redacted';

-- What the records prove, claim by claim, the strongest first. `since`: only claims made from then on, or whose permit or
-- lead was told of from then on; null: all. `wanted`: one claim.
create function private.find_proofs(since timestamptz, wanted uuid)
returns table (claim_id uuid, reason text, found_at timestamptz, evidence jsonb)
language sql stable security definer set search_path = '' as $$
  with chosen as materialized (
    select claim.claim_id
      from public.claims as claim
     where since is null and wanted is null
     union
    select claim.claim_id
      from public.claims as claim
     where claim.claim_id = wanted
     union
    select claim.claim_id
      from public.claims as claim
     where wanted is null and claim.claimed_at >= since
     union
    -- By when it was published and not by when its page was read: a run may take hours from the one to the other.
    select claim.claim_id
      from public.events as event
     cross join lateral unnest(event.permit_ids) as permit (id)
      join public.claims as claim on claim.permit_id = permit.id
     where wanted is null
       and event.published_at >= since
       and event.kind in ('permit.changed', 'permit.withdrawn', 'permit.redacted', 'lead.changed')
  ),
  owed as materialized (
    select claim.claim_id, claim.account_id, claim.lead_id, claim.permit_id, claim.trade, claim.claimed_at,
           claim.lead_at_claim
      from chosen
      join public.claims as claim on claim.claim_id = chosen.claim_id
     where claim.credits > 0
       and claim.undone_at is null
       and not exists (select from public.refunds as refund where refund.claim_id = claim.claim_id)
  ),
  redacted as materialized (
    select permit.id as permit_id, min(event.recorded_at) as at
      from public.events as event
     cross join lateral unnest(event.permit_ids) as permit (id)
     where event.kind = 'permit.redacted'
       and permit.id in (select owed.permit_id from owed)
     group by permit.id
  ),
  sold as materialized (
    select owed.claim_id, owed.account_id, owed.lead_id, owed.trade, owed.claimed_at, owed.lead_at_claim as facts,
           (owed.claimed_at - interval '12 hours')::date as before_date,
           permit.permit_id, permit.dataset_id, permit.permit_num, permit.version, permit.recorded_at,
           permit.withdrawn_at, permit.status_current, permit.status_current_mapped, permit.completed_date,
           permit.expires_date, permit.status_date, permit.original_address1, permit.original_address2,
           left(coalesce(permit.original_zip, ''), 5) as zip, permit.county_fips, permit.page_sha256, permit.page_row,
           redacted.at as redacted_at,
           jsonb_build_object('permit_id', permit.permit_id, 'permit_num', permit.permit_num,
                              'permit_version', permit.version, 'page_sha256', permit.page_sha256,
                              'page_row', permit.page_row) as source,
           case when permit.original_address1 ~ '[0-9]'
                then upper(regexp_replace(concat_ws(' ', permit.original_address1, permit.original_address2), '\s+', ' ', 'g'))
                end as address
      from owed
      join public.permits as permit on permit.permit_id = owed.permit_id
      left join redacted on redacted.permit_id = owed.permit_id
  ),
  proofs (claim_id, place, reason, found_at, evidence) as materialized (
    select sold.claim_id, 2, 'over_before_sale', greatest(sold.recorded_at, sold.claimed_at),
           sold.source || jsonb_strip_nulls(jsonb_build_object(
             'status_current', sold.status_current, 'completed_date', sold.completed_date,
             'status_date', sold.status_date, 'expires_date', sold.expires_date, 'withdrawn_at', sold.withdrawn_at))
      from sold
     where (sold.status_current_mapped in ('Permit Finaled', 'Permit Cancelled')
            and coalesce(sold.completed_date, sold.status_date) < sold.before_date)
        or sold.completed_date < sold.before_date
        or sold.expires_date < sold.before_date
        or sold.withdrawn_at < sold.claimed_at
    union all
    select sold.claim_id, 3, 'outside_territory', greatest(sold.recorded_at, sold.claimed_at),
           sold.source || jsonb_build_object('county_at_sale', sold.facts ->> 'county_fips', 'county', sold.county_fips)
      from sold
     where sold.county_fips is distinct from sold.facts ->> 'county_fips'
       and not private.plan_reaches(sold.account_id, sold.county_fips)
    union all
    select sold.claim_id, 4, 'suppressed', greatest(sold.redacted_at, sold.claimed_at),
           sold.source || jsonb_build_object('redacted_at', sold.redacted_at)
      from sold
      cross join public.credit_terms as terms
     where sold.redacted_at between sold.claimed_at and sold.claimed_at + terms.evidence_days * interval '1 day'
    union all
    select sold.claim_id, 5, 'source_corrected', sold.withdrawn_at,
           sold.source || jsonb_build_object('withdrawn_at', sold.withdrawn_at)
      from sold
      cross join public.credit_terms as terms
     where sold.withdrawn_at between sold.claimed_at and sold.claimed_at + terms.evidence_days * interval '1 day'
    union all
    select sold.claim_id, 5, 'source_corrected', sold.recorded_at,
           sold.source || jsonb_build_object('address_at_sale', former.permit ->> 'original_address1',
                                             'address', sold.original_address1)
      from sold
      cross join public.credit_terms as terms
      join public.superseded_permits as former
        on former.permit_id = sold.permit_id and former.version = (sold.facts ->> 'permit_version')::integer
     where sold.redacted_at is null
       and sold.recorded_at between sold.claimed_at and sold.claimed_at + terms.evidence_days * interval '1 day'
       and upper(regexp_replace(former.permit ->> 'original_address1', '[^A-Za-z0-9]+', '', 'g'))
           <> upper(regexp_replace(sold.original_address1, '[^A-Za-z0-9]+', '', 'g'))
    union all
    select sold.claim_id, 6, 'wrong_trade', lead.updated_at,
           sold.source || jsonb_build_object('trade', sold.trade, 'lead_version', lead.version)
      from sold
      cross join public.credit_terms as terms
      join public.leads as lead on lead.lead_id = sold.lead_id
     where lead.openness = 'closed'
       and lead.reasons = '[["trade_gone", -200, null]]'
       and sold.redacted_at is null
       and sold.withdrawn_at is null
       and lead.updated_at between sold.claimed_at and sold.claimed_at + terms.evidence_days * interval '1 day'
    union all
    select sold.claim_id, 7, 'no_address', greatest(sold.recorded_at, sold.claimed_at),
           sold.source || jsonb_build_object('address', sold.original_address1)
      from sold
     where sold.address is null
       and sold.redacted_at is null
    union all
    select sold.claim_id, 8, 'late', sold.claimed_at,
           sold.source || jsonb_build_object('issued_date', sold.facts ->> 'issued_date',
                                             'first_recorded_at', sold.facts ->> 'first_recorded_at',
                                             'promised_days', terms.promised_days)
      from sold
      cross join public.credit_terms as terms
      join public.permit_versions as came on came.permit_id = sold.permit_id and came.version = 1
      join public.etl_runs as brought on brought.run_id = came.run_id
     where (sold.facts ->> 'first_recorded_at')::timestamptz::date - (sold.facts ->> 'issued_date')::date > terms.promised_days
       -- What a data set's first load brought was old when we came; the page says so before the sale. By runs and not by
       -- times: a run's pages are read before it ends, and its end is written as of when its transaction began.
       and exists (
             select from public.etl_runs as earlier
              where earlier.dataset_id = brought.dataset_id
                and earlier.started_at < brought.started_at
                and earlier.status = 'success'
                and earlier.permit_new_count > 0)
  ),
  paid as materialized (
    select other.claim_id, other.account_id, other.lead_id, other.trade, other.claimed_at, permit.permit_num,
           left(coalesce(permit.original_zip, ''), 5) as zip,
           upper(regexp_replace(concat_ws(' ', permit.original_address1, permit.original_address2), '\s+', ' ', 'g')) as address
      from (select distinct sold.account_id, sold.trade from sold) as bought
      join public.claims as other
        on other.account_id = bought.account_id
       and other.trade = bought.trade
       and other.credits > 0
       and other.undone_at is null
      join public.permits as permit on permit.permit_id = other.permit_id
     where not exists (select from public.refunds as refund where refund.claim_id = other.claim_id)
  ),
  doubled (claim_id, place, reason, found_at, evidence) as (
    select distinct on (sold.claim_id) sold.claim_id, 1, 'duplicate', sold.claimed_at,
           sold.source || jsonb_build_object('earlier_claim_id', earlier.claim_id, 'earlier_claimed_at', earlier.claimed_at,
                                             'earlier_permit_num', earlier.permit_num, 'trade', sold.trade)
      from sold
      cross join public.credit_terms as terms
      join paid as earlier
        on earlier.account_id = sold.account_id
       and earlier.trade = sold.trade
       and earlier.zip = sold.zip
       and earlier.address = sold.address
     where earlier.lead_id <> sold.lead_id
       and earlier.claimed_at >= sold.claimed_at - terms.duplicate_days * interval '1 day'
       and (earlier.claimed_at, earlier.claim_id) < (sold.claimed_at, sold.claim_id)
       -- As long as it can be undone it may yet cost nothing, and then the later one is the only one paid for.
       and earlier.claimed_at + terms.undo_seconds * interval '1 second' < clock_timestamp()
       -- The same where its own credits come back now.
       and not exists (select from proofs where proofs.claim_id = earlier.claim_id)
     order by sold.claim_id, earlier.claimed_at, earlier.claim_id
  ),
  told as (
    select doubled.claim_id, doubled.place, doubled.reason, doubled.found_at, doubled.evidence from doubled
    union all
    select proofs.claim_id, proofs.place, proofs.reason, proofs.found_at, proofs.evidence from proofs
  )
  select distinct on (told.claim_id) told.claim_id, told.reason, told.found_at, jsonb_strip_nulls(told.evidence)
    from told
   order by told.claim_id, told.place, told.found_at
$$;

-- The credits of a claim back, once; null: they came back before, or there were none.
create function private.credit_refund(wanted uuid, why text, proved_at timestamptz, proof jsonb, decider text) returns uuid
language plpgsql security definer set search_path = '' as $$
declare
  sold record;
  entry bigint;
  made uuid;
begin
  select claim.account_id, claim.lead_id, claim.credits into sold
    from public.claims as claim
   where claim.claim_id = wanted and claim.credits > 0 and claim.undone_at is null;
  if not found then
    return null;
  end if;
  perform private.hold_account(sold.account_id);
  entry := private.add_credits(sold.account_id, sold.credits, 'refund', 'refund:' || wanted,
                               jsonb_build_object('kind', 'evidence', 'reason', why), null, wanted);
  if entry is null then
    return null;
  end if;
  insert into public.refunds (account_id, claim_id, lead_id, reason, credits, evidence, found_at, credit_entry_id, decided_by)
  values (sold.account_id, wanted, sold.lead_id, why, sold.credits, proof, proved_at, entry, decider)
  returning refund_id into made;
  update public.refund_requests
     set status = 'credited',
         answer = coalesce(answer, case when decider = 'evidence' then 'The records prove it: ' || why || '.' end),
         decided_at = now()
   where claim_id = wanted and status in ('waiting', 'appealed', 'refused');
  return made;
end
$$;

-- A request, decided at once where the records decide it. The account is held first: else the job of refunds could credit
-- the claim meanwhile, and nothing would ever decide the request.
create function private.request_refund(asking uuid, wanted uuid, why text, said text) returns uuid
language plpgsql security definer set search_path = '' as $$
declare
  sold record;
  proof record;
  made uuid;
begin
  if asking not in (select private.account_ids('member')) then
    raise exception 'viewers of an account ask for no refunds' using errcode = 'insufficient_privilege';
  end if;
  perform private.hold_account(asking);
  select claim.claim_id, claim.credits, claim.undone_at,
         exists (select from public.refunds as refund where refund.claim_id = claim.claim_id) as is_refunded
    into sold
    from public.claims as claim
   where claim.account_id = asking and claim.claim_id = wanted;
  if not found then
    raise exception 'there is no claim % in this account', wanted using errcode = 'foreign_key_violation',
      constraint = 'refund_requests_claim';
  end if;
  if sold.credits = 0 or sold.undone_at is not null or sold.is_refunded then
    raise exception 'the credits of this claim are % already',
      case when sold.credits = 0 then 'none, it was free: nothing is owed' else 'back' end
      using errcode = 'check_violation', constraint = 'refund_is_owed';
  end if;
  insert into public.refund_requests (account_id, claim_id, complaint, words, requested_by)
  values (asking, wanted, why, said, auth.uid())
  returning refund_request_id into made;
  select proofs.reason, proofs.found_at, proofs.evidence into proof from private.find_proofs(null, wanted) as proofs;
  if found then
    perform private.credit_refund(wanted, proof.reason, proof.found_at, proof.evidence, 'evidence');
  end if;
  return made;
end
$$;

-- Once, after a refusal.
create function private.appeal_refund(asking uuid, wanted uuid, said text) returns uuid
language plpgsql security definer set search_path = '' as $$
declare
  made uuid;
begin
  if asking not in (select private.account_ids('member')) then
    raise exception 'viewers of an account ask for no refunds' using errcode = 'insufficient_privilege';
  end if;
  update public.refund_requests
     set status = 'appealed',
         appeal = said,
         waits_since = now()
   where account_id = asking and refund_request_id = wanted and status = 'refused'
  returning refund_request_id into made;
  return made;
end
$$;

-- Evidence comes with events and with sales.
-- One job for each statement, also where one waits already: the worker may take that one before this transaction commits,
-- and then nobody would come to what it brings. A job that begins takes up all that wait.
create function private.wake_refunds() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  if exists (select from public.claims) then
    perform private.defer_job('credit_refunds', '{}', 'credit_refunds', 5);
  end if;
  return null;
end
$$;
create trigger events_wake_refunds after insert on public.events
  for each statement execute function private.wake_refunds();
create trigger claims_wake_refunds after insert on public.claims
  for each statement execute function private.wake_refunds();

create trigger refunds_append_only before update or delete on public.refunds
  for each row execute function private.keep_history();
create trigger refunds_never_emptied before truncate on public.refunds
  for each statement execute function private.refuse_change();
create trigger refunds_audited after insert on public.refunds
  for each row execute function private.audit_change('refund_id');
create trigger refund_requests_audited after insert or update on public.refund_requests
  for each row execute function private.audit_change('refund_request_id', 'words', 'appeal');

alter table public.refunds enable row level security;
alter table public.refund_requests enable row level security;
alter table public.refund_passes enable row level security;
revoke all on public.refunds, public.refund_requests, public.refund_passes from public, anon, authenticated, service_role;
grant select on public.refunds, public.refund_requests to authenticated, service_role;
grant update (status, answer, decided_at) on public.refund_requests to service_role;
grant select, insert, update on public.refund_passes to service_role;
create policy refunds_of_members on public.refunds for select to authenticated
  using (account_id in (select private.account_ids()));
create policy refund_requests_of_members on public.refund_requests for select to authenticated
  using (account_id in (select private.account_ids()));
revoke all on function private.find_proofs(timestamptz, uuid), private.wake_refunds(),
  private.credit_refund(uuid, text, timestamptz, jsonb, text), private.request_refund(uuid, uuid, text, text),
  private.appeal_refund(uuid, uuid, text) from public, anon, authenticated;
grant execute on function private.find_proofs(timestamptz, uuid),
  private.credit_refund(uuid, text, timestamptz, jsonb, text) to service_role;
grant execute on function private.request_refund(uuid, uuid, text, text), private.appeal_refund(uuid, uuid, text)
  to authenticated;
