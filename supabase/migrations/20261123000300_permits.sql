-- The facts: permits as last known, and every version of each. Column comments come from permit_leads.permit.FIELDS;
-- tests/integration/test_schema.py holds the two together.

create table public.permits (
  permit_id uuid constraint permits_pkey primary key,
  dataset_id text not null,
  permit_key text not null,
  version integer not null,
  content_hash uuid not null,
  page_sha256 text not null,
  page_row integer not null,
  first_recorded_at timestamptz not null,
  recorded_at timestamptz not null,
  permit_num text not null,
  master_permit_num text,
  permit_type text,
  permit_type_desc text,
  permit_class text,
  permit_class_mapped text,
  work_class text,
  work_class_mapped text,
  project_name text,
  description text,
  applied_date date,
  issued_date date,
  completed_date date,
  expires_date date,
  status_date date,
  status_current text,
  status_current_mapped text,
  original_address1 text,
  original_address2 text,
  original_city text,
  original_state text,
  original_zip text,
  county_fips text,
  latitude double precision,
  longitude double precision,
  pin text,
  est_project_cost numeric(14,2),
  total_sq_ft bigint,
  added_sq_ft bigint,
  remodel_sq_ft bigint,
  housing_units bigint,
  contractor_trade text,
  contractor_company_name text,
  contractor_full_name text,
  contractor_lic_num text,
  contractor_phone text,
  applicant_name text,
  owner_name text,
  link text,
  trades text[] not null default '{}',
  search_words text[] not null default '{}',
  constraint permits_natural_key unique (dataset_id, permit_key)
);
comment on column public.permits.permit_id is 'uuid5 of dataset and natural key; never changes, whatever is enriched later.';
comment on column public.permits.permit_key is 'Natural key of the dataset, its parts joined by "|".';
comment on column public.permits.content_hash is '128-bit hash of all published fields; equal hash means nothing changed.';
comment on column public.permits.page_sha256 is 'sha-256 of the archived page this version was read from.';
comment on column public.permits.page_row is 'Zero-based row in that page.';
comment on column public.permits.trades is 'Trades the permit is directly for, by the publisher''s label or the words of its description.';
comment on column public.permits.search_words is 'Words of the searchable fields as permit_leads.search makes them; derived, so no part of a version.';
comment on column public.permits.recorded_at is 'When we learned this version (UTC).';
comment on column public.permits.permit_num is 'The publisher''s permit number, as written.';
comment on column public.permits.master_permit_num is 'Number of the permit this one hangs under.';
comment on column public.permits.permit_type is 'The publisher''s permit type, as written.';
comment on column public.permits.permit_type_desc is 'The publisher''s wording of the permit type.';
comment on column public.permits.permit_class is 'The publisher''s property class, as written.';
comment on column public.permits.permit_class_mapped is 'Residential or Commercial; null when not published.';
comment on column public.permits.work_class is 'The publisher''s kind of work (New, Remodel, Change Out), as written.';
comment on column public.permits.work_class_mapped is 'New, Existing or Demolition; null when not published.';
comment on column public.permits.project_name is 'Project name or permit location, as written.';
comment on column public.permits.description is 'What is to be done, in the publisher''s words.';
comment on column public.permits.applied_date is 'Day of application in the publisher''s calendar.';
comment on column public.permits.issued_date is 'Day of issue in the publisher''s calendar.';
comment on column public.permits.completed_date is 'Day of completion in the publisher''s calendar.';
comment on column public.permits.expires_date is 'Day of expiry in the publisher''s calendar.';
comment on column public.permits.status_date is 'Day of the last status change in the publisher''s calendar.';
comment on column public.permits.status_current is 'The publisher''s status word, as written.';
comment on column public.permits.status_current_mapped is 'Application Accepted, In Review, Permit Issued, Inspection Phase, Permit Finaled or Permit Cancelled.';
comment on column public.permits.original_address1 is 'Street address of the work.';
comment on column public.permits.original_address2 is 'Unit, suite or building.';
comment on column public.permits.original_city is 'City of the work.';
comment on column public.permits.original_state is 'Two-letter state of the work.';
comment on column public.permits.original_zip is 'Five-digit ZIP of the work.';
comment on column public.permits.county_fips is 'Five-digit county FIPS code: published, or by ZIP, or the dataset''s.';
comment on column public.permits.latitude is 'Degrees north, WGS 84.';
comment on column public.permits.longitude is 'Degrees east, WGS 84.';
comment on column public.permits.pin is 'Parcel number, as written.';
comment on column public.permits.est_project_cost is 'Declared cost of the work in US dollars.';
comment on column public.permits.total_sq_ft is 'Existing square feet.';
comment on column public.permits.added_sq_ft is 'Square feet added or built new.';
comment on column public.permits.remodel_sq_ft is 'Square feet remodelled or repaired.';
comment on column public.permits.housing_units is 'Housing units of the permit.';
comment on column public.permits.contractor_trade is 'The contractor''s trade as the publisher gives it.';
comment on column public.permits.contractor_company_name is 'Company named on the permit.';
comment on column public.permits.contractor_full_name is 'Person named as contractor.';
comment on column public.permits.contractor_lic_num is 'Licence number of the contractor.';
comment on column public.permits.contractor_phone is 'Business telephone printed as the contractor''s.';
comment on column public.permits.applicant_name is 'Applicant; may be a person.';
comment on column public.permits.owner_name is 'Owner; may be a person.';
comment on column public.permits.link is 'The publisher''s own page of this permit.';

create index permits_issued on public.permits (dataset_id, issued_date);
create index permits_search_words on public.permits using gin (search_words) with (gin_pending_list_limit = 16384);

create table public.permit_versions (
  permit_id uuid not null,
  version integer not null,
  recorded_at timestamptz not null,
  run_id uuid not null,
  content_hash uuid not null,
  page_sha256 text not null,
  page_row integer not null,
  constraint permit_versions_pkey primary key (permit_id, version)
);
comment on table public.permit_versions is
  'Append-only: which versions of a permit we learned, when, and from which row of which page. The values of the newest stand in permits, those of older ones in superseded_permits.';

create table public.superseded_permits (
  permit_id uuid not null,
  version integer not null,
  superseded_at timestamptz not null,
  permit jsonb not null,
  constraint superseded_permits_pkey primary key (permit_id, version)
);
comment on table public.superseded_permits is
  'Append-only: the published fields of every version that is no longer the newest, nulls left out.';

alter table public.permits enable row level security;
alter table public.permit_versions enable row level security;
alter table public.superseded_permits enable row level security;
revoke all on public.permits, public.permit_versions, public.superseded_permits from public, anon, authenticated, service_role;
grant select, insert, update on public.permits to service_role;
grant select, insert on public.permit_versions, public.superseded_permits to service_role;

-- Names of persons (contractor_full_name, applicant_name, owner_name) are not granted: they follow a claim.
grant select (permit_id, dataset_id, permit_key, version, page_sha256, page_row, first_recorded_at,
  recorded_at, permit_num, master_permit_num, permit_type, permit_type_desc, permit_class,
  permit_class_mapped, work_class, work_class_mapped, project_name, description, applied_date, issued_date,
  completed_date, expires_date, status_date, status_current, status_current_mapped, original_address1,
  original_address2, original_city, original_state, original_zip, county_fips, latitude, longitude, pin,
  est_project_cost, total_sq_ft, added_sq_ft, remodel_sq_ft, housing_units, contractor_trade,
  contractor_company_name, contractor_lic_num, contractor_phone, link, trades, search_words) on public.permits to
  authenticated;
create policy permits_are_readable on public.permits for select to authenticated using (true);
grant select (permit_id, version, recorded_at, page_sha256, page_row) on public.permit_versions to authenticated;
create policy permit_versions_are_readable on public.permit_versions for select to authenticated using (true);
