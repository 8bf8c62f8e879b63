-- Statements of benchmarks.webhooks.

-- put_account --
insert into public.accounts (name, created_by)
values ('Receiver', gen_random_uuid())
returning account_id;

-- put_endpoint --
insert into public.webhook_endpoints (account_id, url, kinds, batch_size, secret, created_by)
values (%(account_id)s, %(url)s, %(kinds)s, %(batch_size)s, %(secret)s, gen_random_uuid())
returning webhook_endpoint_id;

-- place --
insert into public.webhook_positions (webhook_endpoint_id, account_id, event_id)
values (%(webhook_endpoint_id)s, %(account_id)s, 0);

-- count_events --
select sum(cardinality(block.permit_ids)) from public.events as block;

-- count_undelivered --
select (select count(*) from public.webhook_deliveries as delivery where delivery.status <> 'delivered')
       + (select count(*)
            from public.webhook_positions as position
           where position.event_id < (select max(block.last_event_id) from public.events as block));

-- let_leases_run_out --
-- Of workers that are dead for sure; in production the lease of 45 seconds is waited for.
update public.webhook_positions set lease_expires_at = now() - interval '1 second';
