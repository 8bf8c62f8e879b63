-- read_disabled --
-- No row: it was enabled again or removed meanwhile, or he is no admin any more.
select member.email, endpoint.url, endpoint.disabled_at, endpoint.disabled_reason, account.name as account_name,
       account.time_zone, (select count(*)
                             from public.webhook_deliveries as delivery
                            where delivery.webhook_endpoint_id = endpoint.webhook_endpoint_id
                              and delivery.status in ('waiting', 'retrying')) as waiting_count
  from public.webhook_endpoints as endpoint
  join public.accounts as account using (account_id)
  join public.members as member on member.account_id = endpoint.account_id
 where endpoint.webhook_endpoint_id = %(webhook_endpoint_id)s
   and member.user_id = %(user_id)s
   and member.role in ('owner', 'admin')
   and member.email is not null
   and not endpoint.is_enabled
   and endpoint.disabled_reason is not null;
