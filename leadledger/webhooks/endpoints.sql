-- columns --
endpoint.webhook_endpoint_id, endpoint.url, endpoint.description, endpoint.kinds, endpoint.dataset_ids,
       endpoint.batch_size, endpoint.is_enabled, endpoint.disabled_at, endpoint.disabled_reason,
       position.event_id as after,
       (select count(*)
          from public.webhook_deliveries as delivery
         where delivery.webhook_endpoint_id = endpoint.webhook_endpoint_id
           and delivery.status in ('waiting', 'retrying')) as undelivered_count,
       position.failing_since, case when position.resume_at > now() then position.resume_at end as resume_at,
       position.delivered_at, case when endpoint.old_secret_until > now() then endpoint.old_secret_until end
       as old_secret_until, endpoint.created_by, endpoint.created_at, endpoint.updated_at

-- list --
-- All of the account, or the one asked for.
select {columns}
  from public.webhook_endpoints as endpoint
  join public.webhook_positions as position using (webhook_endpoint_id)
 where endpoint.account_id = %(account_id)s
   and endpoint.webhook_endpoint_id = coalesce(%(webhook_endpoint_id)s, endpoint.webhook_endpoint_id)
 order by endpoint.created_at, endpoint.webhook_endpoint_id;

-- lock_account --
-- Of two that count at once the second waits here.
select pg_advisory_xact_lock(hashtextextended('webhook endpoints ' || %(account_id)s, 0));

-- count --
select count(*)
  from public.webhook_endpoints as endpoint
 where endpoint.account_id = %(account_id)s;

-- create --
with made as (
     insert into public.webhook_endpoints (account_id, url, description, kinds, dataset_ids, batch_size, secret)
     values (%(account_id)s, %(url)s, %(description)s, %(kinds)s, %(dataset_ids)s, %(batch_size)s, %(secret)s)
     returning webhook_endpoint_id, account_id)
select made.webhook_endpoint_id
  from made;

-- place --
insert into public.webhook_positions (webhook_endpoint_id, account_id, event_id)
values (%(webhook_endpoint_id)s, %(account_id)s, %(after)s);

-- change --
update public.webhook_endpoints
   set url = coalesce(%(url)s, url),
       description = case when %(has_description)s then %(description)s else description end,
       kinds = coalesce(%(kinds)s::text[], kinds),
       dataset_ids = coalesce(%(dataset_ids)s::text[], dataset_ids),
       batch_size = coalesce(%(batch_size)s, batch_size),
       is_enabled = coalesce(%(is_enabled)s, is_enabled),
       updated_at = now()
 where account_id = %(account_id)s
   and webhook_endpoint_id = %(webhook_endpoint_id)s;

-- remove --
delete from public.webhook_endpoints
 where account_id = %(account_id)s
   and webhook_endpoint_id = %(webhook_endpoint_id)s
returning webhook_endpoint_id;

-- rotate --
-- The secret before is kept by a trigger: who asks may write secrets, and read none.
update public.webhook_endpoints
   set secret = %(secret)s,
       updated_at = now()
 where account_id = %(account_id)s
   and webhook_endpoint_id = %(webhook_endpoint_id)s
returning old_secret_until;

-- wake --
-- What a member asks for is tried at once, however long the endpoint has failed.
update public.webhook_positions
   set resume_at = null,
       woken_at = now()
 where account_id = %(account_id)s
   and webhook_endpoint_id = %(webhook_endpoint_id)s;

-- begin_anew --
-- After a change the endpoint is tried at once, and has days to come back.
update public.webhook_positions
   set resume_at = null,
       failing_since = null,
       failure_count = 0,
       woken_at = now()
 where account_id = %(account_id)s
   and webhook_endpoint_id = %(webhook_endpoint_id)s;

-- rewind --
update public.webhook_positions
   set event_id = %(after)s,
       resume_at = null,
       woken_at = now()
 where account_id = %(account_id)s
   and webhook_endpoint_id = %(webhook_endpoint_id)s;

-- forget_waiting --
-- What will be made again, or is to be skipped.
delete from public.webhook_deliveries
 where account_id = %(account_id)s
   and webhook_endpoint_id = %(webhook_endpoint_id)s
   and status in ('waiting', 'retrying')
   and first_event_id > %(after)s;

-- count_tests --
select count(*)
  from public.webhook_deliveries as delivery
 where delivery.webhook_endpoint_id = %(webhook_endpoint_id)s
   and delivery.is_test
   and delivery.created_at > now() - interval '1 hour';

-- put_test --
insert into public.webhook_deliveries (webhook_delivery_id, webhook_endpoint_id, account_id, is_test)
values (%(webhook_delivery_id)s, %(webhook_endpoint_id)s, %(account_id)s, true);

-- redeliver --
update public.webhook_deliveries
   set status = 'waiting',
       due_at = now(),
       attempt_count = 0,
       ended_at = null
 where account_id = %(account_id)s
   and webhook_endpoint_id = %(webhook_endpoint_id)s
   and webhook_delivery_id = %(webhook_delivery_id)s
returning webhook_delivery_id;

-- list_deliveries --
select delivery.webhook_delivery_id, delivery.status, delivery.is_test, delivery.event_ids, delivery.attempt_count,
       case when delivery.ended_at is null then delivery.due_at end as due_at, delivery.http_status, delivery.reason,
       delivery.answer, delivery.duration_ms, delivery.attempted_at, delivery.ended_at, delivery.created_at
  from public.webhook_deliveries as delivery
 where delivery.account_id = %(account_id)s
   and delivery.webhook_endpoint_id = %(webhook_endpoint_id)s
   and delivery.status = coalesce(%(status)s, delivery.status)
   and (%(before_at)s::timestamptz is null
        or delivery.created_at < %(before_at)s::timestamptz
        or (delivery.created_at = %(before_at)s::timestamptz and delivery.webhook_delivery_id > %(before_id)s::uuid))
 order by delivery.created_at desc, delivery.webhook_delivery_id
 limit %(limit)s;
