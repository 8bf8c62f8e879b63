-- What ends stays ended, also for who comes by another way than the API; and how an invitation becomes a membership.

alter table public.api_keys
  add constraint api_keys_id_in_account unique (account_id, api_key_id),
  add constraint api_keys_scopes_known
    check (cardinality(scopes) > 0 and scopes <@ array['read', 'write', 'export', 'admin']),
  drop constraint api_keys_replaced,
  add constraint api_keys_replaced foreign key (account_id, replaces_id)
    references public.api_keys (account_id, api_key_id);
create index api_keys_replaces on public.api_keys (account_id, replaces_id) where replaces_id is not null;
comment on column public.api_keys.replaces_id is 'The key this one succeeds; that one stays good until its expires_at.';

alter table public.invitations
  add constraint invitations_short_lived check (expires_at <= created_at + interval '30 days');
create unique index invitations_one_open on public.invitations (account_id, email)
  where accepted_at is null and revoked_at is null;

alter table public.territories
  add constraint territories_say_where check (cardinality(counties) + cardinality(zips) > 0 or area is not null),
  add constraint territories_counties_fips check (array_to_string(counties, ',') ~ '^(\d{5}(,\d{5})*)?$'),
  add constraint territories_zips_five check (array_to_string(zips, ',') ~ '^(\d{5}(,\d{5})*)?$'),
  add constraint territories_area_geojson
    check (area is null or coalesce(area ->> 'type' in ('Polygon', 'MultiPolygon'), false));

create function private.keep_ended() returns trigger language plpgsql set search_path = '' as $$
begin
  if old.revoked_at is not null and new.revoked_at is distinct from old.revoked_at then
    raise exception 'what was revoked stays revoked; make a new one' using errcode = 'insufficient_privilege';
  end if;
  return new;
end
$$;
create trigger api_keys_stay_revoked before update on public.api_keys
  for each row execute function private.keep_ended();
create trigger invitations_stay_revoked before update on public.invitations
  for each row execute function private.keep_ended();

-- Makes the caller a member, once, if the invitation is his: the token proves that he got it, the address in his own
-- access token that it was meant for him. It is worth what its inviter may still give. `outcome` says what happened.
create function private.accept_invitation(wanted_hash text)
returns table (outcome text, account_id uuid, name text, role text)
language plpgsql security definer set search_path = '' as $$
declare
  me uuid := auth.uid();
  invited record;
begin
  select invitation.invitation_id, invitation.account_id, invitation.role, account.name,
         case
         when invitation.email is distinct from lower(auth.jwt() ->> 'email') then 'other_person'
         when invitation.accepted_at is not null then 'used'
         when invitation.revoked_at is not null then 'revoked'
         when invitation.expires_at <= now() then 'expired'
         when inviter.user_id is null then 'revoked'
         else 'accepted'
         end as state
    into invited
    from public.invitations as invitation
    join public.accounts as account on account.account_id = invitation.account_id
    left join public.members as inviter
      on inviter.account_id = invitation.account_id and inviter.user_id = invitation.invited_by
     and inviter.role = any (private.roles_from('admin'))
   where invitation.token_hash = wanted_hash
     and me is not null
     and private.api_key_id() is null
     for update of invitation;
  if not found then
    return;
  end if;
  if invited.state = 'accepted' then
    insert into public.members (account_id, user_id, role, email)
    values (invited.account_id, me, invited.role, auth.jwt() ->> 'email')
    on conflict do nothing;
    if not found then
      invited.state := 'member_already';
    end if;
    update public.invitations as invitation
       set accepted_at = now()
     where invitation.invitation_id = invited.invitation_id;
  end if;
  return query select invited.state, invited.account_id, invited.name, invited.role;
end
$$;
revoke execute on function private.keep_ended(), private.accept_invitation(text) from public, anon, authenticated;
grant execute on function private.keep_ended() to authenticated, service_role;
grant execute on function private.accept_invitation(text) to authenticated;
