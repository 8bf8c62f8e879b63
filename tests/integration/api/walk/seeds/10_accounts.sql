-- accounts --
update public.accounts
   set name = %(marker)s
 where account_id = %(account_id)s
returning account_id;

-- members --
select member.user_id, member.email
  from public.members as member
 where member.account_id = %(account_id)s
   and member.role = 'owner';

-- invitations --
insert into public.invitations (account_id, email, role, token_hash, invited_by, expires_at)
values (%(account_id)s, 'invited@marker.example.com', 'member', md5(%(marker)s), %(user_id)s, now() + interval '1 day')
returning invitation_id, token_hash as invitation_hash;

-- api_keys --
insert into public.api_keys (account_id, name, key_hash, key_start, scopes, created_by)
values (%(account_id)s, %(marker)s, md5(%(marker)s), 'llp_live_walk', '{read}', %(user_id)s)
returning api_key_id, key_hash;

-- territories --
insert into public.territories (account_id, name, zips, created_by)
values (%(account_id)s, %(marker)s, '{78704}', %(user_id)s)
returning territory_id;

-- idempotency_keys --
insert into public.idempotency_keys (account_id, user_id, idempotency_key, request_hash, status, body)
values (%(account_id)s, %(user_id)s, %(marker)s, 'hash', 200, %(marker)s)
returning idempotency_key;

-- audit_entries --
select entry.request_id as audited_request
  from public.audit_entries as entry
 where entry.account_id = %(account_id)s
 limit 1;
