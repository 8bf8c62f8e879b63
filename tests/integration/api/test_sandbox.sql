-- revoke_keys --
update public.api_keys
   set revoked_at = now()
 where account_id = %(account_id)s;

-- mislabel --
insert into public.api_keys (account_id, name, key_hash, key_start, scopes, is_sandbox, created_by)
select account.account_id, 'mislabelled', 'none', %(key_start)s, array['read'], %(is_sandbox)s, %(user_id)s
  from public.accounts as account
 limit 1;

-- forget_leads --
delete from public.leads;

-- address_of --
select permit.original_address1, max(lead.openness)
  from public.permits as permit
  join public.leads as lead on lead.permit_id = permit.permit_id
 where permit.permit_id = %(permit_id)s
 group by permit.original_address1;

-- drop_database --
drop database {name};
