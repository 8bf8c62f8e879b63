-- Statements of leadledger/webhooks/delivery.py, which sends, and turns.py, which knows what is due.

-- do_not_wait_for_the_disk --
set synchronous_commit = off;

-- waits_for_privacy --
select exists (select from public.suppressions where suppressions.applied_at is null);

-- lease --
-- The endpoint that has waited longest of those with something to send; nobody else sends to it while the lease lasts.
with due as (
     select position.webhook_endpoint_id
       from public.webhook_positions as position
       join public.webhook_endpoints as endpoint using (webhook_endpoint_id)
      where endpoint.is_enabled
        and coalesce(position.lease_expires_at, '-infinity') < now()
        and coalesce(position.resume_at, '-infinity') <= now()
        and (position.event_id < (select coalesce(max(block.last_event_id), 0) from public.events as block)
             or exists (select
                          from public.webhook_deliveries as delivery
                         where delivery.webhook_endpoint_id = position.webhook_endpoint_id
                           and delivery.status in ('waiting', 'retrying')
                           and delivery.due_at <= now()))
      order by position.served_at nulls first, position.webhook_endpoint_id
      limit 1
        for update of position skip locked)
update public.webhook_positions as position
   set lease_id = %(lease_id)s,
       lease_expires_at = now() + make_interval(secs => %(lease_seconds)s),
       served_at = clock_timestamp()
  from due
 where position.webhook_endpoint_id = due.webhook_endpoint_id
returning position.webhook_endpoint_id;

-- hold --
-- Renews the lease and reads the endpoint anew: what a member changed counts at once. No row: it is no longer ours.
update public.webhook_positions as position
   set lease_expires_at = now() + make_interval(secs => %(lease_seconds)s)
  from public.webhook_endpoints as endpoint
 where position.webhook_endpoint_id = %(webhook_endpoint_id)s
   and position.lease_id = %(lease_id)s
   and endpoint.webhook_endpoint_id = position.webhook_endpoint_id
   and endpoint.is_enabled
   and coalesce(position.resume_at, '-infinity') <= now()
returning endpoint.webhook_endpoint_id, endpoint.account_id, endpoint.url, endpoint.kinds, endpoint.dataset_ids,
          endpoint.batch_size, endpoint.secret, case when endpoint.old_secret_until > now() then endpoint.old_secret end
          as old_secret, position.failing_since is not null as is_failing;

-- release --
-- Served for nothing while the feed has more: there is no room until what was made is due, so it is left alone for a while.
update public.webhook_positions
   set lease_id = null,
       lease_expires_at = null,
       resume_at = case
                   when %(was_idle)s and event_id < (select coalesce(max(block.last_event_id), 0) from public.events as block)
                   then greatest(resume_at, now() + interval '10 seconds')
                   else resume_at
                   end
 where webhook_endpoint_id = %(webhook_endpoint_id)s
   and lease_id = %(lease_id)s;

-- take --
select delivery.webhook_delivery_id, delivery.event_ids, delivery.is_test, delivery.attempt_count, delivery.due_at,
       delivery.created_at
  from public.webhook_deliveries as delivery
 where delivery.webhook_endpoint_id = %(webhook_endpoint_id)s
   and delivery.status in ('waiting', 'retrying')
   and delivery.due_at <= now()
 order by delivery.due_at, delivery.first_event_id
 limit %(limit)s;

-- lock_position --
-- Whoever rewinds waits here; no row: the lease is no longer ours.
select position.event_id
  from public.webhook_positions as position
 where position.webhook_endpoint_id = %(webhook_endpoint_id)s
   and position.lease_id = %(lease_id)s
   for update;

-- count_room --
select %(window)s - count(*), (select coalesce(max(block.last_event_id), 0) from public.events as block)
  from public.webhook_deliveries as delivery
 where delivery.webhook_endpoint_id = %(webhook_endpoint_id)s
   and delivery.status in ('waiting', 'retrying');

-- make_deliveries --
-- The next events that fit, so many to a delivery. The id follows from endpoint and events: after a rewind it is the same.
with fitting as materialized (
     select block.first_event_id + one.place - 1 as event_id
       from public.events as block
      cross join lateral generate_series(1, block.last_event_id - block.first_event_id + 1) as one (place)
      where block.last_event_id > %(after)s
        and block.last_event_id <= %(newest)s
        and block.first_event_id + one.place - 1 > %(after)s
        and (cardinality(%(dataset_ids)s::text[]) = 0 or block.dataset_id = any (%(dataset_ids)s::text[]))
        and (cardinality(%(kinds)s::text[]) = 0 or block.kind = any (%(kinds)s::text[]))
      order by block.last_event_id, one.place
      limit %(event_count)s),
bundles as (
     select array_agg(numbered.event_id order by numbered.event_id) as event_ids
       from (select fitting.event_id, (row_number() over (order by fitting.event_id) - 1) / %(batch_size)s as bundle
               from fitting) as numbered
      group by numbered.bundle),
made as (
     insert into public.webhook_deliveries (webhook_delivery_id, webhook_endpoint_id, account_id, event_ids, first_event_id)
     select md5(%(webhook_endpoint_id)s::text || array_to_string(bundles.event_ids, ' ', ''))::uuid,
            %(webhook_endpoint_id)s, %(account_id)s, bundles.event_ids, bundles.event_ids[1]
       from bundles
     on conflict (webhook_delivery_id) do update
        set status = 'waiting',
            due_at = now(),
            attempt_count = 0,
            ended_at = null)
select count(*), max(fitting.event_id)
  from fitting;

-- move_position --
update public.webhook_positions
   set event_id = %(event_id)s
 where webhook_endpoint_id = %(webhook_endpoint_id)s;

-- note --
-- How attempts ended, all in one. One that a member asked for again meanwhile has another due_at, and stays to be sent.
update public.webhook_deliveries as delivery
   set status = noted.status,
       due_at = coalesce(noted.due_at, delivery.due_at),
       attempt_count = delivery.attempt_count + 1,
       http_status = noted.http_status,
       reason = noted.reason,
       answer = noted.answer,
       duration_ms = noted.duration_ms,
       attempted_at = noted.attempted_at,
       ended_at = case when noted.status in ('delivered', 'dead') then now() end
  from unnest(%(ids)s::uuid[], %(taken_due_ats)s::timestamptz[], %(statuses)s::text[], %(due_ats)s::timestamptz[],
              %(http_statuses)s::integer[], %(reasons)s::text[], %(answers)s::text[], %(durations)s::integer[],
              %(attempted_ats)s::timestamptz[])
       as noted (webhook_delivery_id, taken_due_at, status, due_at, http_status, reason, answer, duration_ms, attempted_at)
 where delivery.webhook_delivery_id = noted.webhook_delivery_id
   and delivery.due_at = noted.taken_due_at
   and exists (select
                 from public.webhook_positions as position
                where position.webhook_endpoint_id = delivery.webhook_endpoint_id
                  and position.lease_id = %(lease_id)s);

-- note_success --
update public.webhook_positions
   set failing_since = null,
       failure_count = 0,
       delivered_at = now(),
       resume_at = %(resume_at)s
 where webhook_endpoint_id = %(webhook_endpoint_id)s
   and lease_id = %(lease_id)s;

-- hurry --
-- The endpoint is back: what failed before need not wait for its hour.
update public.webhook_deliveries
   set due_at = now()
 where webhook_endpoint_id = %(webhook_endpoint_id)s
   and status = 'retrying'
   and webhook_delivery_id <> all (%(ids)s::uuid[]);

-- note_failure --
-- Nothing went through: the next try comes after five seconds, then after twice as long, at most ten minutes.
update public.webhook_positions
   set failing_since = coalesce(failing_since, now()),
       failure_count = failure_count + 1,
       resume_at = greatest(now() + make_interval(secs => %(jitter)s * least(5 * power(2, least(failure_count, 10)), 600)),
                            %(resume_at)s)
 where webhook_endpoint_id = %(webhook_endpoint_id)s
   and lease_id = %(lease_id)s
returning failing_since < now() - make_interval(days => %(days)s);

-- disable --
update public.webhook_endpoints
   set is_enabled = false,
       disabled_reason = %(reason)s,
       updated_at = now()
 where webhook_endpoint_id = %(webhook_endpoint_id)s
   and is_enabled
returning webhook_endpoint_id;
