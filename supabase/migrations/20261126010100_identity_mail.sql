-- What the embedded provider does by mail: confirming an address, resetting a password, signing in by a link (PKCE too).
-- Credentials are kept as hashes only, are good once, and expire.

alter table identity.users
  add column confirmation_sent_at timestamptz,
  add column recovery_sent_at timestamptz,
  add column new_email text constraint users_new_email_lower check (new_email = lower(new_email)),
  add column email_change_sent_at timestamptz;

create table identity.one_time_tokens (
  token_hash text constraint one_time_tokens_pkey primary key,
  code_hash text not null,
  user_id uuid not null constraint one_time_tokens_user references identity.users (user_id) on delete cascade,
  kind text not null constraint one_time_tokens_kind_known
    check (kind in ('confirmation', 'recovery', 'email_change', 'email_change_current')),
  email text not null,
  code_challenge text,
  code_challenge_method text constraint one_time_tokens_method_known check (code_challenge_method in ('plain', 's256')),
  attempt_count int not null default 0,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  constraint one_time_tokens_one_of_a_kind unique (user_id, kind)
);
create index one_time_tokens_email on identity.one_time_tokens (email);
comment on column identity.one_time_tokens.email is 'Address the mail went to.';
comment on column identity.one_time_tokens.attempt_count is 'Codes tried; after a few of them only the link is good.';

create table identity.auth_codes (
  code_hash text constraint auth_codes_pkey primary key,
  user_id uuid not null constraint auth_codes_user references identity.users (user_id) on delete cascade,
  method text not null,
  code_challenge text not null,
  code_challenge_method text not null constraint auth_codes_method_known
    check (code_challenge_method in ('plain', 's256')),
  created_at timestamptz not null default now(),
  expires_at timestamptz not null
);
create index auth_codes_user on identity.auth_codes (user_id);
create index auth_codes_expires_at on identity.auth_codes (expires_at);

create table identity.mail_requests (
  request_hash text constraint mail_requests_pkey primary key,
  requested_at timestamptz not null
);
create index mail_requests_requested_at on identity.mail_requests (requested_at);
comment on table identity.mail_requests is 'When a mail to an address was last asked for, whether anybody has it or not.';

alter table identity.one_time_tokens enable row level security;
alter table identity.auth_codes enable row level security;
alter table identity.mail_requests enable row level security;
revoke all on identity.one_time_tokens, identity.auth_codes, identity.mail_requests
  from public, anon, authenticated, service_role;
grant select, insert, update, delete on identity.one_time_tokens, identity.auth_codes, identity.mail_requests
  to identity_provider;
create policy provider_keeps_one_time_tokens on identity.one_time_tokens for all to identity_provider
  using (true) with check (true);
create policy provider_keeps_auth_codes on identity.auth_codes for all to identity_provider
  using (true) with check (true);
create policy provider_keeps_mail_requests on identity.mail_requests for all to identity_provider
  using (true) with check (true);
