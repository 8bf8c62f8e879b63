-- insert_user --
-- The unique address decides who came first.
insert into identity.users (user_id, email, password_hash, email_confirmed_at, last_sign_in_at, user_metadata,
                            created_at, updated_at)
values (%(user_id)s, %(email)s, %(password_hash)s, %(confirmed_at)s, null, %(user_metadata)s, %(now)s, %(now)s)
on conflict (email) do nothing
returning user_id, email, password_hash, email_confirmed_at, last_sign_in_at, app_metadata, user_metadata, created_at,
          updated_at, confirmation_sent_at, recovery_sent_at, new_email, email_change_sent_at;

-- find_user_by_email --
select user_id, email, password_hash, email_confirmed_at, last_sign_in_at, app_metadata, user_metadata, created_at,
       updated_at, confirmation_sent_at, recovery_sent_at, new_email, email_change_sent_at
  from identity.users
 where email = %(email)s;

-- find_user --
select user_id, email, password_hash, email_confirmed_at, last_sign_in_at, app_metadata, user_metadata, created_at,
       updated_at, confirmation_sent_at, recovery_sent_at, new_email, email_change_sent_at
  from identity.users
 where user_id = %(user_id)s;

-- record_sign_in --
update identity.users
   set last_sign_in_at = %(now)s,
       updated_at = %(now)s
 where user_id = %(user_id)s
returning user_id, email, password_hash, email_confirmed_at, last_sign_in_at, app_metadata, user_metadata, created_at,
          updated_at, confirmation_sent_at, recovery_sent_at, new_email, email_change_sent_at;

-- update_user --
-- Metadata merges key by key; a key set to null is removed.
update identity.users
   set password_hash = coalesce(%(password_hash)s, password_hash),
       user_metadata = (user_metadata || %(user_metadata)s::jsonb) - %(removed_keys)s::text[],
       updated_at = %(now)s
 where user_id = %(user_id)s
returning user_id, email, password_hash, email_confirmed_at, last_sign_in_at, app_metadata, user_metadata, created_at,
          updated_at, confirmation_sent_at, recovery_sent_at, new_email, email_change_sent_at;

-- confirm_user --
-- Whoever can read the address's mail has it. With `forgets_password` a password that was set before anybody had
-- proved that is gone: it may be a stranger's.
update identity.users
   set password_hash = case when email_confirmed_at is null and %(forgets_password)s then '' else password_hash end,
       email_confirmed_at = coalesce(email_confirmed_at, %(now)s),
       updated_at = %(now)s
 where user_id = %(user_id)s
returning user_id, email, password_hash, email_confirmed_at, last_sign_in_at, app_metadata, user_metadata, created_at,
          updated_at, confirmation_sent_at, recovery_sent_at, new_email, email_change_sent_at;

-- record_mail --
update identity.users
   set confirmation_sent_at = case when %(kind)s = 'confirmation' then %(now)s else confirmation_sent_at end,
       recovery_sent_at = case when %(kind)s = 'recovery' then %(now)s else recovery_sent_at end,
       email_change_sent_at = case when %(kind)s like 'email_change%%' then %(now)s else email_change_sent_at end
 where user_id = %(user_id)s
returning user_id, email, password_hash, email_confirmed_at, last_sign_in_at, app_metadata, user_metadata, created_at,
          updated_at, confirmation_sent_at, recovery_sent_at, new_email, email_change_sent_at;

-- ask_for_new_email --
update identity.users
   set new_email = %(new_email)s,
       updated_at = %(now)s
 where user_id = %(user_id)s
returning user_id, email, password_hash, email_confirmed_at, last_sign_in_at, app_metadata, user_metadata, created_at,
          updated_at, confirmation_sent_at, recovery_sent_at, new_email, email_change_sent_at;

-- change_email --
-- Nothing when somebody else took the address meanwhile.
update identity.users
   set email = new_email,
       new_email = null,
       email_confirmed_at = coalesce(email_confirmed_at, %(now)s),
       updated_at = %(now)s
 where user_id = %(user_id)s
   and new_email is not null
   and not exists (select from identity.users other where other.email = users.new_email)
returning user_id, email, password_hash, email_confirmed_at, last_sign_in_at, app_metadata, user_metadata, created_at,
          updated_at, confirmation_sent_at, recovery_sent_at, new_email, email_change_sent_at;

-- insert_session --
insert into identity.sessions (session_id, user_id, amr, created_at)
values (%(session_id)s, %(user_id)s, %(amr)s, %(now)s);

-- find_session --
select session_id
  from identity.sessions
 where session_id = %(session_id)s
   and user_id = %(user_id)s
   and revoked_at is null;

-- find_ended_sessions --
-- Older ones do not matter: their access tokens have expired.
select session_id
  from identity.sessions
 where revoked_at > %(since)s;

-- lock_session_of_token --
-- One refresh at a time for each session; the token itself is read in the next statement, with what is true then.
select session_id, user_id, amr
  from identity.sessions
 where session_id = (select session_id from identity.refresh_tokens where token_hash = %(token_hash)s)
   and revoked_at is null
   for update;

-- find_refresh_token --
select token_hash, parent_hash, used_at
  from identity.refresh_tokens
 where token_hash = %(token_hash)s;

-- insert_refresh_token --
insert into identity.refresh_tokens (token_hash, session_id, parent_hash, created_at)
values (%(token_hash)s, %(session_id)s, %(parent_hash)s, %(now)s);

-- use_refresh_token --
update identity.refresh_tokens
   set used_at = %(now)s
 where token_hash = %(token_hash)s;

-- revoke_session --
update identity.sessions
   set revoked_at = %(now)s
 where session_id = %(session_id)s
   and revoked_at is null;

-- revoke_all_sessions --
update identity.sessions
   set revoked_at = %(now)s
 where user_id = %(user_id)s
   and revoked_at is null;

-- revoke_other_sessions --
update identity.sessions
   set revoked_at = %(now)s
 where user_id = %(user_id)s
   and session_id <> %(session_id)s
   and revoked_at is null;

-- insert_first_key --
-- Several processes may start at once; the first current key stays.
insert into identity.signing_keys (kid, private_jwk, state)
values (%(kid)s, %(private_jwk)s, 'current')
on conflict (state) where state = 'current' do nothing;

-- find_keys --
-- Current first; a standby key is listed before it signs, so that verifiers know it in time.
select kid, private_jwk
  from identity.signing_keys
 where state in ('current', 'standby', 'previous')
 order by state <> 'current', created_at desc;
