-- take --
-- Waits for another request with the same key to end.
insert into public.idempotency_keys (account_id, idempotency_key, request_hash)
values (%(account_id)s, %(idempotency_key)s, %(request_hash)s)
on conflict do nothing
returning idempotency_key;

-- keep --
update public.idempotency_keys
   set status = %(status)s,
       body = %(body)s
 where account_id = %(account_id)s
   and user_id = (select auth.uid())
   and idempotency_key = %(idempotency_key)s;

-- find --
select known.request_hash, known.status, known.body
  from public.idempotency_keys as known
 where known.account_id = %(account_id)s
   and known.user_id = (select auth.uid())
   and known.idempotency_key = %(idempotency_key)s;
