-- lock_account --
-- Of two that would both be the last allowed, the second waits and counts the first.
select pg_advisory_xact_lock(hashtextextended('leadledger.saved_searches ' || %(account_id)s, 0));

-- count_searches --
select count(*)
  from public.saved_searches as search
 where search.account_id = %(account_id)s;

-- count_alerts --
select count(*)
  from public.alerts as alert
 where alert.saved_search_id = %(saved_search_id)s;

-- create_search --
insert into public.saved_searches (account_id, name, filter, clauses, is_paused)
values (%(account_id)s, %(name)s, %(filter)s, %(clauses)s, %(is_paused)s)
returning saved_search_id;

-- list_searches --
select search.saved_search_id, search.name, search.filter, search.is_paused, search.created_by, search.created_at,
       search.updated_at
  from public.saved_searches as search
 where search.account_id = %(account_id)s
   and search.saved_search_id = coalesce(%(saved_search_id)s, search.saved_search_id)
 order by search.created_at, search.saved_search_id;

-- change_search --
update public.saved_searches
   set name = coalesce(%(name)s, name),
       filter = coalesce(%(filter)s, filter),
       clauses = coalesce(%(clauses)s, clauses),
       is_paused = coalesce(%(is_paused)s, is_paused),
       updated_at = now()
 where account_id = %(account_id)s
   and saved_search_id = %(saved_search_id)s
returning saved_search_id;

-- remove_search --
delete from public.saved_searches
 where account_id = %(account_id)s
   and saved_search_id = %(saved_search_id)s
returning saved_search_id;

-- alert_columns --
alert.alert_id, alert.saved_search_id, alert.channel, alert.target, alert.frequency,
       to_char(alert.digest_at, 'HH24:MI') as digest_at, alert.scopes,
       to_char(alert.quiet_from, 'HH24:MI') as quiet_from, to_char(alert.quiet_until, 'HH24:MI') as quiet_until,
       case
       when alert.unsubscribed_at is not null then 'unsubscribed'
       when alert.confirmed_at is null then 'unconfirmed'
       when alert.is_paused then 'paused'
       else 'active'
       end as state,
       alert.created_by, alert.created_at, alert.updated_at

-- create_alert --
insert into public.alerts as alert (saved_search_id, account_id, channel, target, frequency, digest_at, scopes, quiet_from,
                                    quiet_until, is_paused, webhook_secret)
values (%(saved_search_id)s, %(account_id)s, %(channel)s, %(target)s, %(frequency)s, %(digest_at)s, %(scopes)s,
        %(quiet_from)s, %(quiet_until)s, %(is_paused)s, %(webhook_secret)s)
returning {columns};

-- list_alerts --
select {columns}
  from public.alerts as alert
 where alert.account_id = %(account_id)s
   and alert.saved_search_id = coalesce(%(saved_search_id)s, alert.saved_search_id)
   and alert.alert_id = coalesce(%(alert_id)s, alert.alert_id)
 order by alert.created_at, alert.alert_id;

-- change_alert --
update public.alerts as alert
   set frequency = coalesce(%(frequency)s, alert.frequency),
       digest_at = coalesce(%(digest_at)s, alert.digest_at),
       scopes = coalesce(%(scopes)s, alert.scopes),
       quiet_from = case when %(has_quiet)s then %(quiet_from)s::time else alert.quiet_from end,
       quiet_until = case when %(has_quiet)s then %(quiet_until)s::time else alert.quiet_until end,
       is_paused = coalesce(%(is_paused)s, alert.is_paused),
       updated_at = now()
 where alert.account_id = %(account_id)s
   and alert.alert_id = %(alert_id)s
returning {columns};

-- remove_alert --
delete from public.alerts
 where account_id = %(account_id)s
   and alert_id = %(alert_id)s
returning alert_id;

-- count_tests --
select count(*)
  from public.alert_deliveries as delivery
 where delivery.alert_id = %(alert_id)s
   and delivery.kind = 'test'
   and delivery.created_at > now() - interval '1 hour';

-- request_test --
-- One that still waits is the one asked for.
insert into public.alert_deliveries (alert_id, account_id, kind)
values (%(alert_id)s, %(account_id)s, 'test')
    on conflict (alert_id, kind) where status = 'waiting' do nothing;

-- list_deliveries --
select delivery.delivery_id, delivery.kind, delivery.status, delivery.due_at, delivery.attempt_count,
       delivery.lead_count, delivery.reason, delivery.created_at, delivery.ended_at
  from public.alert_deliveries as delivery
 where delivery.alert_id = %(alert_id)s
 order by delivery.created_at desc, delivery.delivery_id desc
 limit %(limit)s;

-- list_inbox --
select match.match_id, match.alert_id, match.scope, match.matched_at, match.read_at, alert.saved_search_id,
       search.name as saved_search_name, {columns}
  from public.alerts as alert
  join public.saved_searches as search on search.saved_search_id = alert.saved_search_id
  join public.alert_matches as match on match.alert_id = alert.alert_id
  join public.leads as lead on lead.lead_id = match.lead_id
  {joins}
 where alert.account_id = %(account_id)s
   and alert.channel = 'in_app'
   and alert.created_by = (select auth.uid())
   and permit.withdrawn_at is null
   and (not %(is_unread)s or match.read_at is null)
   and (%(at)s::timestamptz is null or (match.matched_at, match.match_id) < (%(at)s::timestamptz, %(row_id)s::uuid))
 order by match.matched_at desc, match.match_id desc
 limit %(limit)s;

-- count_unread --
select count(*)
  from public.alerts as alert
  join public.alert_matches as match on match.alert_id = alert.alert_id
  join public.leads as lead on lead.lead_id = match.lead_id
  join public.permits as permit on permit.permit_id = lead.permit_id
 where alert.account_id = %(account_id)s
   and alert.channel = 'in_app'
   and alert.created_by = (select auth.uid())
   and permit.withdrawn_at is null
   and match.read_at is null;

-- mark_inbox --
update public.alert_matches as match
   set read_at = now()
  from public.alerts as alert
 where alert.alert_id = match.alert_id
   and alert.account_id = %(account_id)s
   and alert.channel = 'in_app'
   and alert.created_by = (select auth.uid())
   and match.read_at is null
   and (%(match_ids)s::uuid[] is null or match.match_id = any(%(match_ids)s::uuid[]));

-- find_link --
select link.channel, link.target, link.name, link.is_confirmed, link.is_unsubscribed
  from private.find_alert_link(%(token)s) as link;

-- confirm --
select private.confirm_alert(%(token)s);

-- unsubscribe --
select private.unsubscribe_alert(%(token)s);
