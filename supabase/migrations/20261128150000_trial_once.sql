-- Trials once a person: who hands his account over, leaves it and comes back opens another without credits. Looked up in
-- the audit trail, which stays when an account is deleted.

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
