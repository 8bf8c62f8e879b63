-- One spacing per host across processes and machines: whoever asks a publisher takes the host's turn here first.

create table public.host_turns (
  host text constraint host_turns_pkey primary key,
  next_allowed_at timestamptz not null
);
comment on table public.host_turns is
  'When each host may be asked next, by whichever process; one statement takes the turn and moves it on.';

alter table public.host_turns enable row level security;
revoke all on public.host_turns from public, anon, authenticated, service_role;
grant select, insert, update on public.host_turns to service_role;
