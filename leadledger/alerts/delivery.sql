-- do_not_wait_for_the_disk --
set synchronous_commit = off;

-- wait_for_the_disk --
set local synchronous_commit = on;

-- take --
-- What is due, and what a worker took that has died since. A row locked by a matcher or another worker is left to it.
with due as (
     select delivery.delivery_id, delivery.status
       from public.alert_deliveries as delivery
      where (delivery.status in ('waiting', 'retrying') and delivery.due_at <= now())
         or (delivery.status = 'taken' and delivery.lease_expires_at < now())
      order by delivery.due_at, delivery.delivery_id
      limit %(count)s
        for update skip locked)
update public.alert_deliveries as delivery
   set status = 'taken',
       lease_expires_at = now() + make_interval(secs => %(lease_seconds)s),
       attempt_count = delivery.attempt_count + 1
  from due
  join public.alert_deliveries as before using (delivery_id)
  join public.alerts as alert on alert.alert_id = before.alert_id
  join public.saved_searches as search on search.saved_search_id = alert.saved_search_id
  join public.accounts as account on account.account_id = alert.account_id
 where delivery.delivery_id = due.delivery_id
returning delivery.delivery_id, delivery.alert_id, delivery.kind, delivery.attempt_count, delivery.created_at,
          due.status = 'waiting' as is_first, due.status = 'taken' as was_interrupted, alert.channel, alert.target,
          alert.quiet_from, alert.quiet_until, alert.webhook_secret, alert.link_token, alert.frequency,
          alert.is_paused or search.is_paused as is_paused, alert.unsubscribed_at is not null as is_unsubscribed,
          search.saved_search_id, search.name, search.clauses, account.time_zone;

-- waits_for_privacy --
select exists (select from public.suppressions where suppressions.applied_at is null);

-- gather --
-- From the first try on a delivery tells the same matches, whatever else comes in.
update public.alert_matches as match
   set delivery_id = given.delivery_id
  from unnest(%(delivery_ids)s::uuid[], %(alert_ids)s::uuid[]) as given (delivery_id, alert_id)
 where match.alert_id = given.alert_id
   and match.delivery_id is null;

-- choose --
-- What is still to be told of each: the lead exists, fits its search now, and was not withdrawn. Best score first.
with told as materialized (
     select match.delivery_id, match.alert_id, match.lead_id, array_agg(distinct match.scope) as scopes,
            min(match.version) filter (where match.scope = 'status') as status_version,
            min(match.version) filter (where match.scope = 'price') as price_version
       from public.alert_matches as match
      where match.delivery_id = any(%(delivery_ids)s)
      group by match.delivery_id, match.alert_id, match.lead_id),
ranked as (
     select told.*, lead.permit_id, count(*) over (partition by told.delivery_id) as lead_count,
            row_number() over (partition by told.delivery_id order by lead.rank_key desc, lead.lead_id) as place
       from told
       join public.alerts as alert on alert.alert_id = told.alert_id
       join public.leads as lead on lead.lead_id = told.lead_id
       join public.permits as permit on permit.permit_id = lead.permit_id
      where exists (select
                      from public.saved_search_clauses as clause
                     where clause.saved_search_id = alert.saved_search_id
                       and {fits}))
select ranked.delivery_id, ranked.lead_id, ranked.scopes, ranked.lead_count,
       was_status.permit ->> 'status_current' as was_status, was_price.permit ->> 'est_project_cost' as was_price
  from ranked
  left join public.superseded_permits as was_status
    on was_status.permit_id = ranked.permit_id and was_status.version = ranked.status_version - 1
  left join public.superseded_permits as was_price
    on was_price.permit_id = ranked.permit_id and was_price.version = ranked.price_version - 1
 where ranked.place <= %(shown)s
 order by ranked.delivery_id, ranked.place;

-- read_leads --
select {columns}
  from public.leads as lead
  {joins}
 where lead.lead_id = any(%(lead_ids)s);

-- renew --
update public.alert_deliveries
   set lease_expires_at = now() + make_interval(secs => %(lease_seconds)s)
 where delivery_id = any(%(delivery_ids)s)
   and status = 'taken';

-- end --
update public.alert_deliveries
   set status = %(status)s,
       reason = %(reason)s,
       lead_count = %(lead_count)s,
       lease_expires_at = null,
       ended_at = clock_timestamp()
 where delivery_id = %(delivery_id)s
   and status = 'taken';

-- put_off --
update public.alert_deliveries
   set status = 'retrying',
       reason = %(reason)s,
       due_at = %(due_at)s,
       lease_expires_at = null
 where delivery_id = %(delivery_id)s
   and status = 'taken';

-- wait --
-- For quiet hours to end; no try was made.
update public.alert_deliveries
   set status = %(status)s,
       due_at = %(due_at)s,
       attempt_count = attempt_count - 1,
       lease_expires_at = null
 where delivery_id = %(delivery_id)s;

-- unsubscribe --
update public.alerts
   set unsubscribed_at = now()
 where alert_id = %(alert_id)s
   and unsubscribed_at is null;

-- forget --
-- News lasts a week, so a match older than a quarter can never be made again.
with old as (
     delete from public.alert_matches as match
      where match.matched_at < now() - interval '90 days')
delete from public.alert_deliveries as delivery
 where delivery.ended_at < now() - interval '90 days';
