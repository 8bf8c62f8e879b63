-- webhook_endpoints --
insert into public.webhook_endpoints (account_id, url, secret)
values (%(account_id)s, 'https://hooks.example.com/' || %(marker)s, 'whsec_' || %(marker)s)
returning webhook_endpoint_id;

-- webhook_positions --
insert into public.webhook_positions (webhook_endpoint_id, account_id, event_id)
values (%(webhook_endpoint_id)s, %(account_id)s, 0)
returning webhook_endpoint_id as positioned_endpoint;

-- webhook_deliveries --
insert into public.webhook_deliveries (webhook_delivery_id, webhook_endpoint_id, account_id, event_ids, reason)
values (gen_random_uuid(), %(webhook_endpoint_id)s, %(account_id)s, '{1}', %(marker)s)
returning webhook_delivery_id;
