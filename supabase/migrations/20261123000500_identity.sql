-- The embedded identity provider's own tables; unused where SUPABASE_URL points at Supabase Auth.

create schema if not exists identity;
revoke all on schema identity from public;
grant usage on schema identity to identity_provider;

create table identity.users (
  user_id uuid constraint users_pkey primary key,
  email text not null constraint users_email_lower check (email = lower(email)) constraint users_email_unique unique,
  password_hash text not null,
  email_confirmed_at timestamptz,
  last_sign_in_at timestamptz,
  app_metadata jsonb not null default '{"provider": "email", "providers": ["email"]}',
  user_metadata jsonb not null default '{}',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

create table identity.sessions (
  session_id uuid constraint sessions_pkey primary key,
  user_id uuid not null constraint sessions_user references identity.users (user_id) on delete cascade,
  amr jsonb not null,
  created_at timestamptz not null default now(),
  revoked_at timestamptz
);
create index sessions_user on identity.sessions (user_id);

create table identity.refresh_tokens (
  token_hash text constraint refresh_tokens_pkey primary key,
  session_id uuid not null constraint refresh_tokens_session references identity.sessions (session_id) on delete cascade,
  parent_hash text,
  created_at timestamptz not null default now(),
  used_at timestamptz
);
create index refresh_tokens_session on identity.refresh_tokens (session_id);

create table identity.signing_keys (
  kid text constraint signing_keys_pkey primary key,
  private_jwk jsonb not null,
  state text not null constraint signing_keys_state_known check (state in ('standby', 'current', 'previous', 'revoked')),
  created_at timestamptz not null default now()
);
create unique index signing_keys_one_current on identity.signing_keys (state) where state = 'current';

alter table identity.users enable row level security;
alter table identity.sessions enable row level security;
alter table identity.refresh_tokens enable row level security;
alter table identity.signing_keys enable row level security;
revoke all on all tables in schema identity from public, anon, authenticated, service_role;
grant select, insert, update, delete on all tables in schema identity to identity_provider;
create policy provider_keeps_users on identity.users for all to identity_provider using (true) with check (true);
create policy provider_keeps_sessions on identity.sessions for all to identity_provider using (true) with check (true);
create policy provider_keeps_refresh_tokens on identity.refresh_tokens for all to identity_provider using (true) with check (true);
create policy provider_keeps_signing_keys on identity.signing_keys for all to identity_provider using (true) with check (true);
