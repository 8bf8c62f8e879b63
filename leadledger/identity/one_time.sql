-- claim_request --
-- At most one mail for each purpose and address in the interval, asked alike for addresses that nobody has.
insert into identity.mail_requests (request_hash, requested_at)
values (%(request_hash)s, %(now)s)
on conflict (request_hash) do update
   set requested_at = excluded.requested_at
 where mail_requests.requested_at <= excluded.requested_at - %(interval)s
returning requested_at;

-- find_request --
select requested_at
  from identity.mail_requests
 where request_hash = %(request_hash)s;

-- forget_request --
delete from identity.mail_requests
 where request_hash = %(request_hash)s
   and requested_at = %(now)s;

-- forget_old_requests --
-- A few at a time, and none that another transaction is at: two that tidy up must not wait for each other.
delete from identity.mail_requests
 where request_hash in (select old.request_hash
                          from identity.mail_requests old
                         where old.requested_at < %(now)s - %(interval)s
                         order by old.requested_at
                         limit 20
                           for update skip locked);

-- put_token --
-- The newest mail of its kind is the one that counts.
insert into identity.one_time_tokens (token_hash, code_hash, user_id, kind, email, code_challenge,
                                      code_challenge_method, created_at, expires_at)
values (%(token_hash)s, %(code_hash)s, %(user_id)s, %(kind)s, %(email)s, %(code_challenge)s,
        %(code_challenge_method)s, %(now)s, %(expires_at)s)
on conflict (user_id, kind) do update
   set token_hash = excluded.token_hash,
       code_hash = excluded.code_hash,
       email = excluded.email,
       code_challenge = excluded.code_challenge,
       code_challenge_method = excluded.code_challenge_method,
       attempt_count = 0,
       created_at = excluded.created_at,
       expires_at = excluded.expires_at;

-- take_token --
-- Good once: of two that come at the same time one finds it gone.
delete from identity.one_time_tokens
 where token_hash = %(token_hash)s
   and kind = any(%(kinds)s)
   and expires_at > %(now)s
returning token_hash, user_id, kind, code_challenge, code_challenge_method;

-- try_codes --
-- Counted before it is compared, under the row's lock: attempts side by side are attempts all the same.
update identity.one_time_tokens
   set attempt_count = attempt_count + 1
 where email = %(email)s
   and kind = any(%(kinds)s)
   and expires_at > %(now)s
   and attempt_count < %(attempt_limit)s
returning token_hash, code_hash;

-- count_email_changes --
-- Confirmations of a new address that are still waited for.
select count(*)
  from identity.one_time_tokens
 where user_id = %(user_id)s
   and kind in ('email_change', 'email_change_current');

-- forget_tokens --
delete from identity.one_time_tokens
 where user_id = %(user_id)s;

-- insert_auth_code --
insert into identity.auth_codes (code_hash, user_id, method, code_challenge, code_challenge_method, created_at,
                                 expires_at)
values (%(code_hash)s, %(user_id)s, %(method)s, %(code_challenge)s, %(code_challenge_method)s, %(now)s, %(expires_at)s);

-- forget_old_auth_codes --
delete from identity.auth_codes
 where code_hash in (select old.code_hash
                       from identity.auth_codes old
                      where old.expires_at < %(now)s - interval '1 day'
                      order by old.expires_at
                      limit 20
                        for update skip locked);

-- lock_auth_code --
select user_id, method, code_challenge, code_challenge_method, expires_at
  from identity.auth_codes
 where code_hash = %(code_hash)s
   for update;

-- forget_auth_code --
delete from identity.auth_codes
 where code_hash = %(code_hash)s;

-- forget_auth_codes --
delete from identity.auth_codes
 where user_id = %(user_id)s;
