-- A suppression reaches what was kept beside the permits too: answers to writes, receivers' words, rejected values,
-- findings, and where licences stand. Who cleans may change these columns and no more.

grant select, update (body) on public.idempotency_keys to service_role;
grant select, update (answer, reason) on public.webhook_deliveries to service_role;
grant update (value, reason) on public.rejections to service_role;
grant update (message) on public.findings to service_role;
grant execute on function private.defer_tally(text) to service_role;
