-- Trials once a person, seats and requests one after the other.

-- As before, but once a person: who hands his account over, leaves it and comes back opens another without credits. Looked
-- up in the audit trail, which stays when an account is deleted.
create index audit_entries_openings on public.audit_entries ((details ->> 'created_by'))
  where action = 'accounts.insert';
create or replace function private.begin_trial() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  terms record;
begin
  select * into terms from public.credit_terms;
  if not found or terms.trial_credits = 0 then
    return null;
  end if;
  if exists (select from public.audit_entries as opened
              where opened.action = 'accounts.insert'
                and opened.details ->> 'created_by' = new.created_by::text
                and opened.account_id <> new.account_id) then
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

-- As before, but after the account is held: while the job of refunds credited the same claim, a request was made that
-- nothing ever decided.
create or replace function private.request_refund(asking uuid, wanted uuid, why text, said text) returns uuid
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

-- As before, but two invitations at once count one after the other.
create or replace function private.check_entitled() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  plan record;
  taken bigint;
  lacks text;
begin
  select known.name, known.seats, known.channels, known.has_api into plan
    from private.plan_of(new.account_id) as known;
  if not found then
    return new;
  end if;
  case tg_table_name
  when 'api_keys' then
    if not plan.has_api and not new.is_sandbox then
      lacks := 'has no API; keys for the sandbox can still be made';
    end if;
  when 'alerts' then
    if not new.channel = any (plan.channels) then
      lacks := 'has no alerts by ' || new.channel || '; there are ' || array_to_string(plan.channels, ', ');
    end if;
  when 'webhook_endpoints' then
    if not 'webhook' = any (plan.channels) then
      lacks := 'has no webhooks';
    end if;
  else
    perform private.hold_account(new.account_id);
    -- An invitation takes a seat as long as it is open; a member who came by one has had it.
    select count(*) into taken from public.members as member where member.account_id = new.account_id;
    if tg_table_name = 'invitations' then
      taken := taken + (select count(*)
                          from public.invitations as open
                         where open.account_id = new.account_id
                           and open.accepted_at is null and open.revoked_at is null and open.expires_at > now());
    end if;
    if taken >= plan.seats then
      lacks := 'has ' || plan.seats || case when plan.seats = 1 then ' seat' else ' seats' end || ', and '
               || taken || case when taken = 1 then ' is' else ' are' end || ' taken';
    end if;
  end case;
  if lacks is not null then
    raise exception 'the plan of this account (%) %', plan.name, lacks
      using errcode = 'check_violation', constraint = 'plan_allows';
  end if;
  return new;
end
$$;

-- What a letter is about holds an instant as text: the same text from every session, or it is written twice.
alter function private.write_letters(uuid) set timezone to 'UTC';
