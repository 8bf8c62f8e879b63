-- saved_searches --
insert into public.saved_searches (account_id, name, filter, clauses)
values (%(account_id)s, %(marker)s, '{"trade": ["roofing"]}', '[{"trades": ["roofing"]}]')
returning saved_search_id;

-- alerts --
-- The token of a link is its own proof and no member's business; the one walked with is nobody's.
insert into public.alerts (saved_search_id, account_id, channel, target, webhook_secret)
values (%(saved_search_id)s, %(account_id)s, 'webhook', 'https://hooks.example.com/' || %(marker)s, 'whsec_' || %(marker)s)
returning alert_id, repeat('0', 63) || '1' as link_token;

-- alert_refusals --
insert into public.alert_refusals (account_id, target_hash)
values (%(account_id)s, 'refused by ' || %(marker)s)
returning target_hash as refusal_hash;

-- alert_deliveries --
insert into public.alert_deliveries (alert_id, account_id, kind, reason)
values (%(alert_id)s, %(account_id)s, 'test', %(marker)s)
returning delivery_id;

-- alert_matches --
insert into public.alert_matches (alert_id, account_id, lead_id, scope, version, event_id)
values (%(alert_id)s, %(account_id)s, %(lead_id)s, 'new', 1, 0)
returning match_id;
