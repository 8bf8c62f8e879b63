-- Sums kept ready, so that nobody who asks has to wait for a whole table to be counted. They are counted again, dataset
-- by dataset, by a job that the end of a run defers.

create table public.market_weeks (
  dataset_id text not null,
  trade text not null,
  county_fips text not null,
  week_start date not null,
  permit_count integer not null,
  costed_count integer not null,
  cost_sum numeric(16, 2) not null,
  constraint market_weeks_pkey primary key (county_fips, trade, week_start, dataset_id)
);
create index market_weeks_dataset on public.market_weeks (dataset_id);
comment on table public.market_weeks is
  'Permits that stand, by trade, county and week of issue in the publisher''s calendar; a permit of two trades is in both.';
comment on column public.market_weeks.trade is '* : every permit, of whatever trade or none.';
comment on column public.market_weeks.county_fips is 'Empty: the publisher does not say, and the ZIP does not tell.';
comment on column public.market_weeks.week_start is 'A Monday.';
comment on column public.market_weeks.costed_count is 'Permits that declare a cost; cost_sum is of those.';

create table public.dataset_tallies (
  dataset_id text constraint dataset_tallies_pkey primary key,
  tallied_at timestamptz not null,
  permit_count bigint not null,
  first_issued_date date,
  last_issued_date date,
  asked_since date,
  field_counts jsonb not null
);
comment on column public.dataset_tallies.first_issued_date is 'First day of issue among the permits that stand.';
comment on column public.dataset_tallies.last_issued_date is 'Last such day that is not in the future.';
comment on column public.dataset_tallies.asked_since is 'First day any good run asked for; null: some run asked for everything.';
comment on column public.dataset_tallies.field_counts is 'By field, on how many permits it says something; without names of persons.';

alter table public.market_weeks enable row level security;
alter table public.dataset_tallies enable row level security;
revoke all on public.market_weeks, public.dataset_tallies from public, anon, authenticated, service_role;
grant select, insert, update, delete on public.market_weeks, public.dataset_tallies to service_role;
grant select on public.market_weeks to authenticated;
grant select on public.dataset_tallies to anon, authenticated;
create policy market_weeks_are_readable on public.market_weeks for select to authenticated using (true);
create policy dataset_tallies_are_public on public.dataset_tallies for select to anon, authenticated using (true);

-- One job a dataset waits at a time: it counts whatever is there when it begins.
create function private.defer_tally(dataset_id text) returns void
language plpgsql security definer set search_path = '' as $$
begin
  if not exists (
       select from procrastinate.procrastinate_jobs as waiting
        where waiting.status = 'todo' and waiting.lock = 'tally ' || defer_tally.dataset_id) then
    perform private.defer_job('tally_dataset', jsonb_build_object('dataset_id', defer_tally.dataset_id),
                              'tally ' || defer_tally.dataset_id);
  end if;
end
$$;

create function private.tally_after_run() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  perform private.defer_tally(new.dataset_id);
  return null;
end
$$;
create trigger runs_are_tallied after insert or update of status on public.etl_runs
  for each row when (new.status = 'success') execute function private.tally_after_run();

revoke all on function private.defer_tally(text), private.tally_after_run() from public, anon, authenticated;
grant execute on function private.tally_after_run() to service_role;

-- What is in the store already is counted as soon as a worker is there.
select private.defer_tally(dataset.dataset_id) from public.datasets as dataset;
