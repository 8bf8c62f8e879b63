-- Statements of leadledger/jobs/upkeep_tasks.py.

-- forget_idempotency_keys --
-- What is promised for a day is kept for a day.
with gone as (
  delete from public.idempotency_keys
   where created_at < now() - interval '24 hours'
  returning 1
)
select count(*) from gone

-- forget_invitations --
-- An address that was invited is not kept once the list no longer shows it.
with gone as (
  delete from public.invitations
   where coalesce(accepted_at, revoked_at, expires_at) < now() - interval '30 days'
  returning 1
)
select count(*) from gone

-- forget_webhook_deliveries --
-- The log of what was delivered or given up; the events stay in the feed.
with gone as (
  delete from public.webhook_deliveries
   where ended_at < now() - interval '30 days'
  returning 1
)
select count(*) from gone
