-- How payments stand, in one word for the health check; it says nothing of anybody.

create function private.payments_status() returns text
language sql stable security definer set search_path = '' as $$
  select case
         when exists (select 1
                        from public.billing_events as event
                       where event.handled_at is null and event.received_at < now() - interval '5 minutes') then 'waiting'
         when exists (select 1 from public.billing_differences as known where known.resolved_at is null) then 'differs'
         when exists (select 1
                        from public.refund_requests as request
                       where request.status in ('waiting', 'appealed') and request.waits_since < now() - interval '2 days')
              then 'requests'
         else 'ok'
         end
$$;
revoke all on function private.payments_status() from public, anon, authenticated;
grant execute on function private.payments_status() to leadledger_api;
