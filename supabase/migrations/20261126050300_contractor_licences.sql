-- Where a licence number stands. No name is kept here: whoever follows a licence reads the permit it points to.

create table public.contractor_licences (
  licence_key text not null,
  dataset_id text not null,
  permit_id uuid not null,
  permit_count integer not null,
  constraint contractor_licences_pkey primary key (licence_key, dataset_id, permit_id)
);
create index contractor_licences_dataset on public.contractor_licences (dataset_id);
comment on table public.contractor_licences is
  'By licence number as printed on permits, upper case without punctuation: the newest permit of each company of that number.';

alter table public.contractor_licences enable row level security;
revoke all on public.contractor_licences from public, anon, authenticated, service_role;
grant select, insert, update, delete on public.contractor_licences to service_role;
grant select on public.contractor_licences to authenticated;
create policy contractor_licences_are_readable on public.contractor_licences for select to authenticated using (true);

select private.defer_tally(dataset.dataset_id) from public.datasets as dataset;
