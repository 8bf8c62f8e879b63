-- Who holds a token that was meant for somebody else learns nothing about the account it leads into.

create or replace function private.accept_invitation(wanted_hash text)
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
  if invited.state <> 'accepted' then
    return query select invited.state, null::uuid, null::text, null::text;
    return;
  end if;
  insert into public.members (account_id, user_id, role, email)
  values (invited.account_id, me, invited.role, auth.jwt() ->> 'email')
  on conflict do nothing;
  if not found then
    invited.state := 'member_already';
  end if;
  update public.invitations as invitation
     set accepted_at = now()
   where invitation.invitation_id = invited.invitation_id;
  return query select invited.state, invited.account_id, invited.name, invited.role;
end
$$;
