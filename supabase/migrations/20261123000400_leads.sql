-- Leads: one row per permit and trade, ranked once; age never needs a rewrite because every lead ages alike.

create table public.leads (
  lead_id uuid constraint leads_pkey primary key,
  permit_id uuid not null,
  dataset_id text not null,
  trade text not null,
  kind text not null constraint leads_kind_known check (kind in ('direct', 'adjacent')),
  openness text not null constraint leads_openness_known check (openness in ('open', 'likely', 'taken', 'closed')),
  points integer not null,
  reasons jsonb not null,
  rank_key bigint not null,
  model_version text not null,
  rank_date date,
  county_fips text,
  original_zip text,
  permit_class_mapped text,
  est_project_cost numeric(14, 2),
  created_at timestamptz not null,
  updated_at timestamptz not null,
  constraint leads_one_per_trade unique (permit_id, trade)
);
comment on column public.leads.permit_id is 'Permit of the lead; both are written by one run in one transaction, and permits are never deleted.';
comment on column public.leads.kind is 'direct: the permit is for this trade; adjacent: this trade usually follows.';
comment on column public.leads.openness is 'open: no company of the trade named; likely: a general contractor holds it; taken: sold work; closed: over or dead.';
comment on column public.leads.points is 'Sum of the reasons; 20 points double the odds. Age is not in it.';
comment on column public.leads.reasons is 'Array of [rule id, points, evidence]; the points sum to the column points exactly.';
comment on column public.leads.rank_key is '1000 * points + decay * days from 2000-01-01 to rank_date; order never changes with time.';

create index leads_by_trade_county on public.leads (trade, county_fips, rank_key desc, lead_id)
  where openness in ('open', 'likely');
create index leads_by_rank on public.leads (rank_key desc, lead_id) where openness in ('open', 'likely');
create index leads_by_zip on public.leads (original_zip, rank_key desc, lead_id) where openness in ('open', 'likely');

alter table public.leads enable row level security;
revoke all on public.leads from public, anon, authenticated, service_role;
grant select, insert, update, delete on public.leads to service_role;
grant select on public.leads to authenticated;
create policy leads_are_readable on public.leads for select to authenticated using (true);
