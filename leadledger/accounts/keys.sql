-- Statements about API keys. What a key is and how it proves itself: leadledger/api_keys.sql.

-- list_keys --
-- Those that work, and for a month those that did.
select key.api_key_id, key.name, case when key.is_sandbox then 'test' else 'live' end as mode, key.key_start, key.scopes, key.replaces_id, key.created_by,
       key.created_at, key.last_used_at, key.expires_at, key.revoked_at
  from public.api_keys as key
 where key.account_id = %(account_id)s
   and least(key.revoked_at, key.expires_at, 'infinity') > now() - interval '30 days'
 order by key.created_at desc, key.api_key_id
 limit 500;

-- make_key --
-- None beyond the limit.
insert into public.api_keys (account_id, name, key_hash, key_start, scopes, is_sandbox, replaces_id,
                             created_by, expires_at)
select %(account_id)s, %(name)s, %(key_hash)s, %(key_start)s, %(scopes)s, %(is_sandbox)s,
       %(replaces_id)s,
       (select auth.uid()), %(expires_at)s
 where (select count(*)
          from public.api_keys as working
         where working.account_id = %(account_id)s
           and least(working.revoked_at, working.expires_at, 'infinity') > now()) < %(limit)s
returning api_key_id, name, case when is_sandbox then 'test' else 'live' end as mode,
          key_start, scopes, replaces_id, created_by, created_at, last_used_at,
          expires_at, revoked_at;

-- lock_key --
-- Of two rotations at once the second waits here, and finds in the next statement that it was done.
select key.api_key_id
  from public.api_keys as key
 where key.account_id = %(account_id)s
   and key.api_key_id = %(api_key_id)s
   for update;

-- find_key --
-- A successor lives as long as its predecessor was meant to.
select key.name, case when key.is_sandbox then 'test' else 'live' end as mode, key.scopes, key.api_key_id as replaces_id,
       now() + (key.expires_at - key.created_at) as expires_at,
       least(key.revoked_at, key.expires_at, 'infinity') > now() as is_good,
       exists (select
                 from public.api_keys as successor
                where successor.account_id = key.account_id
                  and successor.replaces_id = key.api_key_id
                  and successor.revoked_at is null) as is_replaced
  from public.api_keys as key
 where key.account_id = %(account_id)s
   and key.api_key_id = %(api_key_id)s;

-- end_later --
update public.api_keys
   set expires_at = least(expires_at, now() + make_interval(days => %(overlap_days)s))
 where account_id = %(account_id)s
   and api_key_id = %(api_key_id)s;

-- rename_key --
update public.api_keys
   set name = %(name)s
 where account_id = %(account_id)s
   and api_key_id = %(api_key_id)s
returning api_key_id, name, case when is_sandbox then 'test' else 'live' end as mode,
          key_start, scopes, replaces_id, created_by, created_at, last_used_at,
          expires_at, revoked_at;

-- revoke_key --
update public.api_keys
   set revoked_at = coalesce(revoked_at, now())
 where account_id = %(account_id)s
   and api_key_id = %(api_key_id)s
returning api_key_id;
