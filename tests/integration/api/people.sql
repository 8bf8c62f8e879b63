-- join --
insert into public.members (account_id, user_id, role)
values (%(account_id)s, %(user_id)s, %(role)s);

-- give_key --
insert into public.api_keys (account_id, name, key_hash, key_start, scopes, is_sandbox, created_by)
values (%(account_id)s, 'made for a test', %(key_hash)s, %(key_start)s, %(scopes)s, %(is_sandbox)s,
        %(user_id)s);

-- give_credits --
select private.add_credits(%(account_id)s, %(amount)s, 'purchase', %(key)s);

-- revoke_keys --
update public.api_keys
   set revoked_at = now()
 where account_id = %(account_id)s;

-- actions --
select entry.action, entry.user_id, entry.details
  from public.audit_entries as entry
 where entry.account_id = %(account_id)s
 order by entry.audit_entry_id;

-- forget_audit --
delete from public.audit_entries;

-- all_keys --
select key::text
  from public.api_keys as key;

-- pass_overlap --
update public.api_keys
   set expires_at = now() - interval '1 second'
 where api_key_id = %(api_key_id)s;

-- unrevoke --
update public.api_keys
   set revoked_at = null
 where api_key_id = %(api_key_id)s;

-- expire_invitations --
update public.invitations
   set expires_at = now() - interval '1 second'
 where account_id = %(account_id)s;

-- all_invitations --
select invitation::text
  from public.invitations as invitation;
