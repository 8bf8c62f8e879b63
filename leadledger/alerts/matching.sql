-- fits --
-- What a clause asks of a lead and its permit; null does not narrow. Points grow older by the day: %(age_millipoints)s.
(clause.trades is null or lead.trade = any(clause.trades))
   and (clause.kinds is null or lead.kind = any(clause.kinds))
   and (clause.openness is null or lead.openness = any(clause.openness))
   and (clause.counties is null or lead.county_fips = any(clause.counties))
   and (clause.zips is null or lead.original_zip = any(clause.zips))
   and (clause.min_points is null or lead.rank_key >= 1000 * clause.min_points + %(age_millipoints)s)
   and (clause.below_points is null or lead.rank_key < 1000 * clause.below_points + %(age_millipoints)s)
   and (clause.min_cost is null or lead.est_project_cost >= clause.min_cost)
   and (clause.max_cost is null or lead.est_project_cost <= clause.max_cost)
   and (clause.issued_since is null or permit.issued_date >= clause.issued_since)
   and (clause.issued_until is null or permit.issued_date <= clause.issued_until)
   and (clause.applied_since is null or permit.applied_date >= clause.applied_since)
   and (clause.applied_until is null or permit.applied_date <= clause.applied_until)
   and (clause.completed_since is null or permit.completed_date >= clause.completed_since)
   and (clause.completed_until is null or permit.completed_date <= clause.completed_until)
   and (clause.permit_classes is null or lead.permit_class_mapped = any(clause.permit_classes))
   and (clause.work_classes is null or permit.work_class_mapped = any(clause.work_classes))
   and (clause.statuses is null or permit.status_current_mapped = any(clause.statuses))
   and (clause.has_contractor is null or (permit.contractor_company_name is not null) = clause.has_contractor)
   and (clause.changed_since is null or lead.updated_at >= clause.changed_since)
   and (clause.words is null or permit.search_words @> clause.words)
   and (clause.word_choices is null or public.has_word_choices(clause.word_choices, permit.search_words))
   and (clause.west is null or permit.longitude between clause.west and clause.east)
   and (clause.south is null or permit.latitude between clause.south and clause.north)
   and (clause.circles is null or (permit.latitude is not null
        and public.lies_in_circles(clause.circles, permit.latitude, permit.longitude)))
   and (clause.areas is null or (permit.latitude is not null
        and public.lies_in_areas(clause.areas, permit.latitude, permit.longitude)))
   and permit.withdrawn_at is null

-- read_position --
-- One matcher at a time: whoever comes second waits here, and then reads where the first has come to.
select alert_position.event_id
  from public.alert_position
   for update;

-- find_end --
-- A row is a stretch of at most 1,000 events, so a turn is bounded.
select max(stretch.last_event_id)
  from (select events.last_event_id
          from public.events
         where events.last_event_id > %(after)s
         order by events.last_event_id
         limit %(stretch_count)s) as stretch;

-- has_alerts --
select exists (select from public.alerts);

-- match --
-- New and changed leads, and those whose permit has another status or cost, against every search that somebody listens
-- to. A lead is looked at only beside clauses that share its trade and place; all else is compared after.
with happening as materialized (
     select lead_at.lead_id, case events.kind when 'lead.created' then 'new' else 'changed' end as scope,
            coalesce(lead_at.version, 1) as version, events.last_event_id as event_id, events.recorded_at
       from public.events
      cross join lateral unnest(events.lead_ids, events.versions) as lead_at (lead_id, version)
      where events.last_event_id > %(after)s and events.last_event_id <= %(until)s
        and events.kind in ('lead.created', 'lead.changed')
        and events.recorded_at > %(not_before)s
      union all
     select lead.lead_id, told.scope, permit_at.version, events.last_event_id, events.recorded_at
       from public.events
      cross join lateral unnest(events.permit_ids, events.versions) as permit_at (permit_id, version)
       join public.superseded_permits as before
         on before.permit_id = permit_at.permit_id and before.version = permit_at.version - 1
       left join public.superseded_permits as later
         on later.permit_id = permit_at.permit_id and later.version = permit_at.version
       join public.permits as permit on permit.permit_id = permit_at.permit_id
       join public.leads as lead on lead.permit_id = permit_at.permit_id
      cross join lateral (
            values ('status', before.permit ->> 'status_current',
                    case when later.permit is null then permit.status_current else later.permit ->> 'status_current' end),
                   ('price', (before.permit ->> 'est_project_cost')::numeric::text,
                    case when later.permit is null then permit.est_project_cost
                         else (later.permit ->> 'est_project_cost')::numeric end::text)
            ) as told (scope, was, became)
      where events.last_event_id > %(after)s and events.last_event_id <= %(until)s
        and events.kind = 'permit.changed'
        and events.recorded_at > %(not_before)s
        and case told.scope when 'price' then told.was::numeric is distinct from told.became::numeric
                            else told.was is distinct from told.became end),
touched as materialized (
     select lead.*, key.trade as key_trade, key.place as key_place
       from public.leads as lead
      cross join lateral (
            select wanted.trade, place.name
              from (values (lead.trade), ('*')) as wanted (trade)
             cross join (values ('*'), ('c' || lead.county_fips), ('z' || lead.original_zip)) as place (name)
             where place.name is not null) as key (trade, place)
      where lead.lead_id in (select happening.lead_id from happening)),
fitting as materialized (
     select distinct clause.saved_search_id, lead.lead_id
       from touched as lead
       join public.permits as permit on permit.permit_id = lead.permit_id
       join public.saved_search_keys as key on key.trade = lead.key_trade and key.place = lead.key_place
       join public.saved_search_clauses as clause
         on clause.saved_search_id = key.saved_search_id and clause.clause = key.clause
      where {fits}),
told as (
     insert into public.alert_matches (alert_id, account_id, lead_id, scope, version, event_id)
     select alert.alert_id, alert.account_id, fitting.lead_id, happening.scope, happening.version, happening.event_id
       from fitting
       join public.saved_searches as search on search.saved_search_id = fitting.saved_search_id
       join public.alerts as alert on alert.saved_search_id = search.saved_search_id
       join happening on happening.lead_id = fitting.lead_id and happening.scope = any(alert.scopes)
      where not search.is_paused
        and not alert.is_paused
        and alert.confirmed_at is not null
        and alert.unsubscribed_at is null
        and happening.recorded_at > alert.created_at - interval '1 day'
         on conflict do nothing
     returning alert_id)
select count(*), array_agg(distinct told.alert_id)
  from told;

-- put_deliveries --
-- One delivery gathers all that an alert has to tell until it is taken; its row is locked, so that none is taken while
-- more comes in. Digests are due on the clock of the account, from
-- the instant of the matching on.
insert into public.alert_deliveries (alert_id, account_id, due_at)
select alert.alert_id, alert.account_id,
       case alert.frequency
       when 'instant' then now()
       when 'hourly' then date_trunc('hour', %(now)s::timestamptz, account.time_zone) + interval '1 hour'
       else (select min(day.due_at)
               from (select ((%(now)s::timestamptz at time zone account.time_zone)::date + days + alert.digest_at)
                            at time zone account.time_zone as due_at
                       from generate_series(0, 2) as days) as day
              where day.due_at > %(now)s::timestamptz)
       end
  from public.alerts as alert
  join public.accounts as account on account.account_id = alert.account_id
 where alert.alert_id = any(%(alert_ids)s)
   and alert.channel <> 'in_app'
    on conflict (alert_id, kind) where status = 'waiting'
    do update set due_at = least(excluded.due_at, alert_deliveries.due_at);

-- move_position --
update public.alert_position
   set event_id = %(event_id)s,
       moved_at = clock_timestamp();

-- last_event --
select coalesce(max(events.last_event_id), 0)
  from public.events;

-- preview --
-- What the question would have told in the last days: new leads only, as the list would show them now.
with clause as materialized (
     select clause.*
       from jsonb_array_elements(%(clauses)s::jsonb) as given (clause)
      cross join lateral jsonb_to_record(given.clause) as clause (
            trades text[], kinds text[], openness text[], counties text[], zips text[], min_points integer,
            below_points integer, min_cost numeric, max_cost numeric, issued_since date, issued_until date,
            applied_since date, applied_until date, completed_since date, completed_until date, permit_classes text[],
            work_classes text[], statuses text[], has_contractor boolean, changed_since timestamptz, words text[],
            word_choices jsonb, west double precision, south double precision, east double precision,
            north double precision, circles jsonb, areas jsonb)),
recent as materialized (
     select distinct lead_at.lead_id
       from public.events
      cross join lateral unnest(events.lead_ids) as lead_at (lead_id)
      where events.kind = 'lead.created'
        and events.recorded_at >= %(since)s)
select lead.lead_id, lead.rank_key, (lead.created_at at time zone %(time_zone)s)::date as day
  from recent
  join public.leads as lead on lead.lead_id = recent.lead_id
  join public.permits as permit on permit.permit_id = lead.permit_id
 where exists (select from clause where {fits})
 order by lead.rank_key desc, lead.lead_id;
