-- What a plan allows, checked in one place: keys of the API, channels of alerts and webhooks, seats. The places a plan
-- reaches are checked where claims are sold.

create function private.check_entitled() returns trigger
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
    perform private.hold_account(new.account_id); -- two invitations at once count one after the other
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
create trigger api_keys_entitled before insert on public.api_keys
  for each row execute function private.check_entitled();
create trigger alerts_entitled before insert or update of channel on public.alerts
  for each row execute function private.check_entitled();
create trigger webhook_endpoints_entitled before insert on public.webhook_endpoints
  for each row execute function private.check_entitled();
create trigger invitations_entitled before insert on public.invitations
  for each row execute function private.check_entitled();
create trigger members_entitled before insert on public.members
  for each row execute function private.check_entitled();
revoke all on function private.check_entitled() from public, anon, authenticated;

-- A key of an account whose plan has no API any more rests until it has again.
create or replace function private.find_api_key(wanted_hash text)
returns table (api_key_id uuid, account_id uuid, user_id uuid, scopes text[], is_sandbox boolean, state text)
language sql stable security definer set search_path = '' as $$
  select known.api_key_id, known.account_id, known.created_by, known.scopes, known.is_sandbox,
         case
         when known.revoked_at is not null then 'revoked'
         when known.expires_at <= now() then 'expired'
         when member.user_id is null then 'orphaned'
         when not known.is_sandbox
              and not coalesce((select plan.has_api from private.plan_of(known.account_id) as plan), true) then 'resting'
         else 'good'
         end
    from public.api_keys as known
    left join public.members as member
      on member.account_id = known.account_id and member.user_id = known.created_by
   where known.key_hash = wanted_hash
$$;
