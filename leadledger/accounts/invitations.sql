-- list_invitations --
-- Those still open, and for a month those that ended.
select invitation.invitation_id, invitation.email, invitation.role, invitation.invited_by, invitation.created_at,
       invitation.expires_at, invitation.accepted_at, invitation.revoked_at,
       case
       when invitation.accepted_at is not null then 'accepted'
       when invitation.revoked_at is not null then 'revoked'
       when invitation.expires_at <= now() then 'expired'
       else 'open'
       end as state
  from public.invitations as invitation
 where invitation.account_id = %(account_id)s
   and coalesce(invitation.accepted_at, invitation.revoked_at, invitation.expires_at) > now() - interval '30 days'
 order by invitation.created_at desc, invitation.invitation_id
 limit 500;

-- is_member --
select exists (select
                 from public.members as member
                where member.account_id = %(account_id)s
                  and lower(member.email) = %(email)s);

-- replace_open --
-- One address has one open invitation: the newest.
update public.invitations
   set revoked_at = now()
 where account_id = %(account_id)s
   and email = %(email)s
   and accepted_at is null
   and revoked_at is null;

-- invite --
-- None beyond the limit; of two at once to one address the second finds the first and gives way.
insert into public.invitations (account_id, email, role, token_hash, invited_by, expires_at)
select %(account_id)s, %(email)s, %(role)s, %(token_hash)s, (select auth.uid()),
       now() + make_interval(days => %(days)s)
 where (select count(*)
          from public.invitations as open_one
         where open_one.account_id = %(account_id)s
           and open_one.accepted_at is null
           and open_one.revoked_at is null
           and open_one.expires_at > now()) < %(limit)s
    on conflict do nothing
returning invitation_id, email, role, invited_by, created_at, expires_at, accepted_at, revoked_at, 'open' as state;

-- revoke_invitation --
update public.invitations
   set revoked_at = coalesce(revoked_at, now())
 where account_id = %(account_id)s
   and invitation_id = %(invitation_id)s
   and accepted_at is null
returning invitation_id;

-- was_accepted --
select invitation.accepted_at is not null
  from public.invitations as invitation
 where invitation.account_id = %(account_id)s
   and invitation.invitation_id = %(invitation_id)s;

-- accept_invitation --
select accepted.outcome, accepted.account_id, accepted.name, accepted.role
  from private.accept_invitation(%(token_hash)s) as accepted;
