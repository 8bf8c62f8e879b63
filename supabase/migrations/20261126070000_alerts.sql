-- Saved searches, who hears of what fits them, and what each was told: a lead's event reaches an alert once, for ever.

create table public.saved_searches (
  saved_search_id uuid constraint saved_searches_pkey primary key default gen_random_uuid(),
  account_id uuid not null constraint saved_searches_account references public.accounts (account_id) on delete cascade,
  name text not null constraint saved_searches_name_length check (char_length(name) between 1 and 120),
  filter jsonb not null,
  clauses jsonb not null constraint saved_searches_clauses_few
    check (jsonb_typeof(clauses) = 'array' and jsonb_array_length(clauses) <= 64),
  is_paused boolean not null default false,
  created_by uuid not null default auth.uid(),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint saved_searches_of_account unique (saved_search_id, account_id)
);
create index saved_searches_account on public.saved_searches (account_id);
comment on column public.saved_searches.filter is 'The question as it was asked of the list of leads.';
comment on column public.saved_searches.clauses is
  'The same question as alternatives of plain conditions, columns of saved_search_clauses; leadledger.alerts.clauses makes them.';

create table public.saved_search_clauses (
  saved_search_id uuid not null
    constraint saved_search_clauses_search references public.saved_searches (saved_search_id) on delete cascade,
  clause integer not null,
  trades text[], kinds text[], openness text[], counties text[], zips text[],
  min_points integer, below_points integer,
  min_cost numeric(14, 2), max_cost numeric(14, 2),
  issued_since date, issued_until date, applied_since date, applied_until date,
  completed_since date, completed_until date,
  permit_classes text[], work_classes text[], statuses text[],
  has_contractor boolean,
  changed_since timestamptz,
  words text[], word_choices jsonb,
  west double precision, south double precision, east double precision, north double precision,
  circles jsonb, areas jsonb,
  constraint saved_search_clauses_pkey primary key (saved_search_id, clause)
);
comment on table public.saved_search_clauses is
  'Conditions that must all hold; null does not narrow. A lead fits a search when it fits one of its clauses.';
comment on column public.saved_search_clauses.min_points is 'Fewest points, age included, that show the lowest score asked for.';
comment on column public.saved_search_clauses.words is 'Words that must all stand in the permit.';
comment on column public.saved_search_clauses.word_choices is
  'Array of terms; a term is an array of alternatives, of which one is enough; an alternative is an array of words.';
comment on column public.saved_search_clauses.circles is 'Array of [latitude, longitude, miles].';
comment on column public.saved_search_clauses.areas is
  'Array of areas, all of which must hold; an area is an array of polygons; a polygon an array of rings, the first the outer.';

create table public.saved_search_keys (
  trade text not null,
  place text not null,
  saved_search_id uuid not null,
  clause integer not null,
  constraint saved_search_keys_pkey primary key (trade, place, saved_search_id, clause),
  constraint saved_search_keys_clause foreign key (saved_search_id, clause)
    references public.saved_search_clauses (saved_search_id, clause) on delete cascade
);
create index saved_search_keys_clause on public.saved_search_keys (saved_search_id, clause);
comment on table public.saved_search_keys is
  'What a lead must have for a clause to be looked at: a trade and a place, c + county or z + ZIP; * is any.';

create table public.alerts (
  alert_id uuid constraint alerts_pkey primary key default gen_random_uuid(),
  saved_search_id uuid not null,
  account_id uuid not null,
  channel text not null constraint alerts_channel_known check (channel in ('email', 'sms', 'webhook', 'in_app')),
  target text,
  frequency text not null default 'instant'
    constraint alerts_frequency_known check (frequency in ('instant', 'hourly', 'daily')),
  digest_at time not null default '07:00',
  scopes text[] not null default '{new}' constraint alerts_scopes_known
    check (scopes <@ array['new', 'changed', 'status', 'price'] and cardinality(scopes) > 0),
  quiet_from time,
  quiet_until time,
  is_paused boolean not null default false,
  webhook_secret text,
  link_token text not null default replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', '')
    constraint alerts_link_token_unique unique,
  confirmed_at timestamptz,
  unsubscribed_at timestamptz,
  created_by uuid not null default auth.uid(),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint alerts_of_account unique (alert_id, account_id),
  constraint alerts_search foreign key (saved_search_id, account_id)
    references public.saved_searches (saved_search_id, account_id) on delete cascade,
  constraint alerts_target_given check ((channel = 'in_app') = (target is null)),
  constraint alerts_target_plausible check (case channel
    when 'email' then target ~ '^[^@\s<>,;:"]+@[^@\s<>,;:"]+$' and char_length(target) <= 254
    when 'sms' then target ~ '^\+[1-9][0-9]{7,14}$'
    when 'webhook' then target ~ '^https?://' and char_length(target) <= 2048
    else true end),
  constraint alerts_in_app_instant check (channel <> 'in_app' or frequency = 'instant'),
  constraint alerts_webhook_secret_given check ((channel = 'webhook') = (webhook_secret is not null)),
  constraint alerts_quiet_whole check ((quiet_from is null) = (quiet_until is null) and quiet_from <> quiet_until)
);
create unique index alerts_once_a_target on public.alerts (saved_search_id, channel, coalesce(target, ''));
create index alerts_account on public.alerts (account_id);
comment on column public.alerts.digest_at is 'Time of day of a daily digest, in the account''s zone.';
comment on column public.alerts.confirmed_at is
  'When whoever has the target agreed; at once for a member''s own e-mail. Nothing but the question goes out before.';
comment on column public.alerts.link_token is 'Stands in the links of what is sent; whoever has it may confirm and unsubscribe.';

create table public.alert_refusals (
  account_id uuid not null constraint alert_refusals_account references public.accounts (account_id) on delete cascade,
  target_hash text not null,
  refused_at timestamptz not null default now(),
  constraint alert_refusals_pkey primary key (account_id, target_hash)
);
comment on table public.alert_refusals is 'Targets that unsubscribed: an account cannot ask them again. sha-256 of channel and target.';

create table public.alert_deliveries (
  delivery_id uuid constraint alert_deliveries_pkey primary key default gen_random_uuid(),
  alert_id uuid not null,
  account_id uuid not null,
  kind text not null default 'news' constraint alert_deliveries_kind_known check (kind in ('news', 'test', 'confirmation')),
  status text not null default 'waiting' constraint alert_deliveries_status_known
    check (status in ('waiting', 'retrying', 'taken', 'sent', 'empty', 'dead', 'uncertain')),
  due_at timestamptz not null default now(),
  lease_expires_at timestamptz,
  attempt_count integer not null default 0,
  lead_count integer,
  reason text,
  created_at timestamptz not null default clock_timestamp(),
  ended_at timestamptz,
  constraint alert_deliveries_alert foreign key (alert_id, account_id)
    references public.alerts (alert_id, account_id) on delete cascade
);
create unique index alert_deliveries_one_waiting on public.alert_deliveries (alert_id, kind) where status = 'waiting';
create index alert_deliveries_due on public.alert_deliveries (due_at) where status in ('waiting', 'retrying');
create index alert_deliveries_taken on public.alert_deliveries (lease_expires_at) where status = 'taken';
create index alert_deliveries_alert on public.alert_deliveries (alert_id, created_at desc);
comment on column public.alert_deliveries.status is
  'waiting: gathers until due; retrying: failed, will be tried again; empty: nothing was left to tell; dead: given up, see reason; uncertain: the worker died while a text was on its way, which cannot be sent twice.';

create table public.alert_matches (
  match_id uuid not null default gen_random_uuid(),
  alert_id uuid not null,
  account_id uuid not null,
  lead_id uuid not null,
  scope text not null,
  version integer not null,
  event_id bigint not null,
  matched_at timestamptz not null default clock_timestamp(),
  delivery_id uuid,
  read_at timestamptz,
  constraint alert_matches_pkey primary key (alert_id, lead_id, scope, version),
  constraint alert_matches_alert foreign key (alert_id, account_id)
    references public.alerts (alert_id, account_id) on delete cascade
);
create index alert_matches_pending on public.alert_matches (alert_id, matched_at) where delivery_id is null;
create index alert_matches_delivery on public.alert_matches (delivery_id) where delivery_id is not null;
comment on table public.alert_matches is
  'What an alert has to tell or told: its key is why nothing is told twice, however often events are replayed.';
comment on column public.alert_matches.version is 'Version of the lead (new, changed) or of its permit (status, price).';

create table public.alert_position (
  is_only boolean constraint alert_position_pkey primary key default true check (is_only),
  event_id bigint not null,
  moved_at timestamptz not null default now()
);
comment on table public.alert_position is 'The last event that was matched; moves in the transaction of its matches.';
insert into public.alert_position (event_id) select coalesce(max(known.last_event_id), 0) from public.events as known;

-- Conditions no operator says at once -----------------------------------------------------------------------------

create function public.has_word_choices(choices jsonb, stored text[]) returns boolean
language sql immutable parallel safe set search_path = '' as $$
  select not exists (
    select from jsonb_array_elements(choices) as term
     where not exists (
       select from jsonb_array_elements(term) as choice
        where stored @> array(select jsonb_array_elements_text(choice))))
$$;

create function public.lies_in_circles(circles jsonb, latitude double precision, longitude double precision)
returns boolean language sql immutable parallel safe set search_path = '' as $$
  select not exists (
    select from jsonb_array_elements(circles) as circle
     cross join lateral (select (circle ->> 0)::double precision as lat, (circle ->> 1)::double precision as lon,
                                (circle ->> 2)::double precision as miles) as it
     where 7917.5226 * asin(least(1.0, sqrt(power(sind((latitude - it.lat) / 2.0), 2)
             + cosd(latitude) * cosd(it.lat) * power(sind((longitude - it.lon) / 2.0), 2)))) > it.miles)
$$;

create function public.lies_in_areas(areas jsonb, latitude double precision, longitude double precision)
returns boolean language sql immutable parallel safe set search_path = '' as $$
  select not exists (
    select from jsonb_array_elements(areas) as area
     where not exists (
       select from jsonb_array_elements(area) as part
        where (part ->> 0)::polygon @> point(longitude, latitude)
          and not exists (
            select from jsonb_array_elements_text(part - 0) as hole
             where hole::polygon @> point(longitude, latitude))))
$$;

-- Clauses and keys follow from saved_searches.clauses ---------------------------------------------------------------

create function private.spread_saved_search() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  delete from public.saved_search_clauses as stale where stale.saved_search_id = new.saved_search_id;
  insert into public.saved_search_clauses
  select new.saved_search_id, given.number, clause.*
    from jsonb_array_elements(new.clauses) with ordinality as given (clause, number)
   cross join lateral jsonb_to_record(given.clause) as clause (
         trades text[], kinds text[], openness text[], counties text[], zips text[], min_points integer,
         below_points integer, min_cost numeric, max_cost numeric, issued_since date, issued_until date,
         applied_since date, applied_until date, completed_since date, completed_until date, permit_classes text[],
         work_classes text[], statuses text[], has_contractor boolean, changed_since timestamptz, words text[],
         word_choices jsonb, west double precision, south double precision, east double precision,
         north double precision, circles jsonb, areas jsonb);
  insert into public.saved_search_keys (trade, place, saved_search_id, clause)
  select distinct wanted.trade, place.name, clause.saved_search_id, clause.clause
    from public.saved_search_clauses as clause
   cross join unnest(coalesce(clause.trades, '{*}')) as wanted (trade)
   cross join unnest(case
                     when clause.zips is not null then array(select 'z' || zip from unnest(clause.zips) as zip)
                     when clause.counties is not null then array(select 'c' || fips from unnest(clause.counties) as fips)
                     else '{*}' end) as place (name)
   where clause.saved_search_id = new.saved_search_id;
  return null;
end
$$;
create trigger saved_searches_spread after insert or update of clauses on public.saved_searches
  for each row execute function private.spread_saved_search();

-- Who may be told ---------------------------------------------------------------------------------------------------

create function private.target_hash(channel text, target text) returns text
language sql immutable set search_path = '' as $$
  select encode(sha256(convert_to(channel || ' ' || lower(target), 'UTF8')), 'hex')
$$;

create function private.admit_alert() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  if new.channel in ('in_app', 'webhook') or (new.channel = 'email' and exists (
       select from public.members as member
        where member.account_id = new.account_id and lower(member.email) = lower(new.target))) then
    new.confirmed_at := now();
  elsif exists (select from public.alert_refusals as refusal
                 where refusal.account_id = new.account_id
                   and refusal.target_hash = private.target_hash(new.channel, new.target)) then
    raise exception 'this target has unsubscribed and cannot be asked again'
      using errcode = 'check_violation', constraint = 'alerts_target_refused';
  elsif (select count(*) from public.audit_entries as entry
          where entry.account_id = new.account_id and entry.action = 'alerts.insert'
            and not entry.details ? 'confirmed_at' and entry.recorded_at > now() - interval '1 day') >= 50 then
    raise exception 'too many targets were asked for their consent today; try again tomorrow'
      using errcode = 'check_violation', constraint = 'alerts_asked_too_often';
  else
    new.confirmed_at := null;
  end if;
  return new;
end
$$;
create trigger alerts_admitted before insert on public.alerts for each row execute function private.admit_alert();

create function private.ask_for_consent() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  insert into public.alert_deliveries (alert_id, account_id, kind)
  select added.alert_id, added.account_id, 'confirmation' from added where added.confirmed_at is null;
  return null;
end
$$;
create trigger alerts_ask_for_consent after insert on public.alerts referencing new table as added
  for each statement execute function private.ask_for_consent();

create function private.find_alert_link(token text)
returns table (channel text, target text, name text, is_confirmed boolean, is_unsubscribed boolean)
language sql stable security definer set search_path = '' as $$
  select alert.channel, alert.target, search.name, alert.confirmed_at is not null, alert.unsubscribed_at is not null
    from public.alerts as alert
    join public.saved_searches as search on search.saved_search_id = alert.saved_search_id
   where alert.link_token = token
$$;

create function private.confirm_alert(token text) returns boolean
language sql security definer set search_path = '' as $$
  with confirmed as (
    update public.alerts as alert
       set confirmed_at = coalesce(alert.confirmed_at, now())
     where alert.link_token = token and alert.unsubscribed_at is null
    returning alert.alert_id)
  select exists (select from confirmed)
$$;

create function private.unsubscribe_alert(token text) returns boolean
language sql security definer set search_path = '' as $$
  with ended as (
    update public.alerts as alert
       set unsubscribed_at = coalesce(alert.unsubscribed_at, now())
     where alert.link_token = token
    returning alert.account_id, alert.channel, alert.target),
  remembered as (
    insert into public.alert_refusals (account_id, target_hash)
    select ended.account_id, private.target_hash(ended.channel, ended.target) from ended
    on conflict do nothing)
  select exists (select from ended)
$$;

-- The worker is woken in the transaction of what there is to do ------------------------------------------------------

create function private.wake_matching() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  if exists (select from public.alerts) then
    perform private.defer_job('match_alerts', '{}', 'match_alerts', 5);
  end if;
  return null;
end
$$;
create trigger events_wake_matching after insert on public.events
  for each statement execute function private.wake_matching();

create function private.wake_delivery() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  if exists (select from added where added.due_at <= now()) then
    perform private.defer_job('deliver_alerts', '{}', 'deliver_alerts', 5);
  end if;
  return null;
end
$$;
create trigger alert_deliveries_wake_delivery after insert on public.alert_deliveries referencing new table as added
  for each statement execute function private.wake_delivery();

-- Rights ------------------------------------------------------------------------------------------------------------

create trigger saved_searches_audited after insert or update or delete on public.saved_searches
  for each row execute function private.audit_change('saved_search_id', 'clauses');
create trigger alerts_audited after insert or update or delete on public.alerts
  for each row execute function private.audit_change('alert_id', 'target', 'link_token', 'webhook_secret');

alter table public.saved_searches enable row level security;
alter table public.saved_search_clauses enable row level security;
alter table public.saved_search_keys enable row level security;
alter table public.alerts enable row level security;
alter table public.alert_refusals enable row level security;
alter table public.alert_deliveries enable row level security;
alter table public.alert_matches enable row level security;
alter table public.alert_position enable row level security;
revoke all on public.saved_searches, public.saved_search_clauses, public.saved_search_keys, public.alerts,
  public.alert_refusals, public.alert_deliveries, public.alert_matches, public.alert_position
  from public, anon, authenticated, service_role;

grant select, delete, insert (saved_search_id, account_id, name, filter, clauses, is_paused),
  update (name, filter, clauses, is_paused, updated_at) on public.saved_searches to authenticated;
grant select (alert_id, saved_search_id, account_id, channel, target, frequency, digest_at, scopes, quiet_from,
  quiet_until, is_paused, confirmed_at, unsubscribed_at, created_by, created_at, updated_at), delete,
  insert (saved_search_id, account_id, channel, target, frequency, digest_at, scopes, quiet_from, quiet_until, is_paused,
  webhook_secret), update (frequency, digest_at, scopes, quiet_from, quiet_until, is_paused, updated_at)
  on public.alerts to authenticated;
grant select, insert (alert_id, account_id, kind) on public.alert_deliveries to authenticated;
grant select, update (read_at) on public.alert_matches to authenticated;
grant select, insert, update, delete on public.saved_searches, public.saved_search_clauses, public.saved_search_keys,
  public.alerts, public.alert_refusals, public.alert_deliveries, public.alert_matches, public.alert_position
  to service_role;

create policy saved_searches_of_members on public.saved_searches for select to authenticated
  using (account_id in (select private.account_ids()));
create policy saved_searches_written_by_members on public.saved_searches for all to authenticated
  using (account_id in (select private.account_ids('member')))
  with check (account_id in (select private.account_ids('member')));
create policy alerts_of_members on public.alerts for select to authenticated
  using (account_id in (select private.account_ids()));
create policy alerts_written_by_members on public.alerts for all to authenticated
  using (account_id in (select private.account_ids('member')))
  with check (account_id in (select private.account_ids('member')));
create policy alert_deliveries_of_members on public.alert_deliveries for select to authenticated
  using (account_id in (select private.account_ids()));
create policy alert_deliveries_for_a_test on public.alert_deliveries for insert to authenticated
  with check (kind = 'test' and account_id in (select private.account_ids('member')));
create policy alert_matches_of_members on public.alert_matches for select to authenticated
  using (account_id in (select private.account_ids()));
-- Only read_at can be written, and only in one's own inbox.
create policy alert_matches_read_by_their_reader on public.alert_matches for update to authenticated
  using (alert_id in (select alert.alert_id from public.alerts as alert where alert.created_by = (select auth.uid())));

revoke execute on function public.has_word_choices(jsonb, text[]),
  public.lies_in_circles(jsonb, double precision, double precision),
  public.lies_in_areas(jsonb, double precision, double precision), private.spread_saved_search(),
  private.target_hash(text, text), private.admit_alert(), private.ask_for_consent(), private.find_alert_link(text),
  private.confirm_alert(text), private.unsubscribe_alert(text), private.wake_matching(), private.wake_delivery()
  from public, anon, authenticated;
grant execute on function public.has_word_choices(jsonb, text[]),
  public.lies_in_circles(jsonb, double precision, double precision),
  public.lies_in_areas(jsonb, double precision, double precision) to authenticated, service_role;
grant execute on function private.find_alert_link(text), private.confirm_alert(text), private.unsubscribe_alert(text)
  to anon;
grant execute on function private.spread_saved_search(), private.admit_alert(), private.ask_for_consent(),
  private.wake_matching(), private.wake_delivery(), private.target_hash(text, text) to authenticated, service_role;
