-- Statements of benchmarks.refunds.

-- put_plans --
-- A plan of one metropolitan area, which a correction can lead out of.
update public.account_plans
   set plan = 'starter', metro = 'austin', ends_at = null;

-- claimable --
select lead.lead_id, lead.permit_id, lead.trade, permit.permit_num
  from public.leads as lead
  join public.permits as permit on permit.permit_id = lead.permit_id
 where permit.dataset_id = %(dataset_id)s
   and lead.openness in ('open', 'likely')
   and lead.county_fips in (select unnest(metro.counties) from public.metros as metro where metro.metro = 'austin')
 order by lead.lead_id;

-- trades_of_permits --
-- What a permit makes leads of, however sold their work is.
select permit.permit_num, array_agg(lead.trade)
  from public.leads as lead
  join public.permits as permit on permit.permit_id = lead.permit_id
 where permit.dataset_id = %(dataset_id)s
 group by permit.permit_num;

-- as_replica --
set local session_replication_role = replica;

-- put_old_claims --
-- A book of claims sold over the last weeks: account n holds leads n, n + 1, n + 2 …, as many as each has.
insert into public.claims (account_id, lead_id, permit_id, trade, claimed_at, lead_at_claim, credits)
select holder.account_id, lead.lead_id, lead.permit_id, lead.trade,
       now() - (1 + (holder.place + n) %% 50) * interval '1 day',
       jsonb_build_object('county_fips', lead.county_fips, 'permit_version', permit.version,
                          'issued_date', permit.issued_date, 'first_recorded_at', permit.first_recorded_at),
       1
  from (select known.account_id, row_number() over (order by known.account_id) as place
          from unnest(%(account_ids)s::uuid[]) as known (account_id)) as holder
 cross join generate_series(1, %(each)s) as n
  join unnest(%(lead_ids)s::uuid[]) with ordinality as wanted (lead_id, place)
    on wanted.place = 1 + (holder.place * 7 + n) %% cardinality(%(lead_ids)s::uuid[])
  join public.leads as lead on lead.lead_id = wanted.lead_id
  join public.permits as permit on permit.permit_id = lead.permit_id;

-- analyze --
analyze;

-- set_back --
-- Bought a while ago: nobody can undo it any more.
update public.claims
   set claimed_at = claimed_at - interval '3 minutes'
 where claim_id = any (%(claim_ids)s);

-- waiting_jobs --
select count(*)
  from procrastinate.procrastinate_jobs as job
 where job.status in ('todo', 'doing')
   and (job.scheduled_at is null or job.scheduled_at <= now());

-- looked_until --
select pass.looked_until from public.refund_passes as pass;

-- count_credited --
select count(*) from public.refunds as refund where refund.claim_id = any (%(claim_ids)s);

-- refunds --
select refund.claim_id, refund.reason, refund.credited_at from public.refunds as refund;

-- proved_at --
-- When the run that proves it published, just before its commit; where the sale itself proves it, when that began.
select claim.claim_id,
       coalesce((select max(event.published_at)
                   from public.events as event
                  where claim.permit_id = any (event.permit_ids)
                    and event.kind in ('permit.changed', 'permit.withdrawn', 'permit.redacted')
                    and event.published_at > claim.claimed_at), claim.claimed_at)
  from public.claims as claim
 where claim.claim_id = any (%(claim_ids)s);

-- count_doubled --
select count(*)
  from (select entry.claim_id
          from public.credit_entries as entry
         where entry.reason = 'refund'
         group by entry.claim_id
        having count(*) > 1) as doubled;
