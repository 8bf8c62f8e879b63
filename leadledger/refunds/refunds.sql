-- Statements of leadledger/refunds. Row-level security decides what each of them sees; the job has the worker's rights.

-- read_pass --
-- Transactions that began before the last pass may have ended after it.
select pass.looked_until - interval '15 minutes'
  from public.refund_passes as pass;

-- note_pass --
insert into public.refund_passes (looked_until)
values (%(until)s)
on conflict on constraint refund_passes_pkey do update
   set looked_until = greatest(refund_passes.looked_until, excluded.looked_until);

-- find_proofs --
select proof.claim_id, proof.reason, proof.found_at, proof.evidence
  from private.find_proofs(%(since)s, null) as proof
 order by proof.found_at, proof.claim_id;

-- credit_refund --
select private.credit_refund(%(claim_id)s, %(reason)s, %(found_at)s, %(evidence)s, %(decided_by)s);

-- list_refunds --
select refund.refund_id, refund.claim_id, refund.lead_id, refund.credits, refund.reason, refund.evidence,
       refund.found_at, refund.credited_at, refund.decided_by
  from public.refunds as refund
 where refund.account_id = %(account_id)s
   and (%(before_at)s::timestamptz is null
        or refund.credited_at < %(before_at)s::timestamptz
        or (refund.credited_at = %(before_at)s::timestamptz and refund.refund_id > %(before_id)s::uuid))
 order by refund.credited_at desc, refund.refund_id
 limit %(limit)s;

-- request_columns --
request.refund_request_id, request.claim_id, request.complaint, request.words, request.status, request.answer,
       request.appeal, request.created_at, request.decided_at, request.status = 'refused' as can_appeal

-- list_requests --
select {columns}
  from public.refund_requests as request
 where request.account_id = %(account_id)s
   and (%(before_at)s::timestamptz is null
        or request.created_at < %(before_at)s::timestamptz
        or (request.created_at = %(before_at)s::timestamptz and request.refund_request_id > %(before_id)s::uuid))
 order by request.created_at desc, request.refund_request_id
 limit %(limit)s;

-- find_request --
select {columns}
  from public.refund_requests as request
 where request.account_id = %(account_id)s
   and request.refund_request_id = %(refund_request_id)s;

-- request_refund --
select private.request_refund(%(account_id)s, %(claim_id)s, %(complaint)s, %(words)s);

-- appeal_refund --
select private.appeal_refund(%(account_id)s, %(refund_request_id)s, %(words)s);

-- list_open --
select request.refund_request_id, request.account_id, request.claim_id, request.complaint, request.status,
       request.created_at, request.waits_since
  from public.refund_requests as request
 where %(is_all)s or request.status in ('waiting', 'appealed')
 order by request.waits_since
 limit 500;

-- show_request --
select request.refund_request_id, request.account_id, request.claim_id, request.complaint, request.words,
       request.status, request.answer, request.appeal, request.created_at, request.decided_at, claim.lead_id,
       claim.permit_id, claim.trade, claim.credits, claim.claimed_at, claim.stage, claim.lead_at_claim
  from public.refund_requests as request
  join public.claims as claim using (account_id, claim_id)
 where request.refund_request_id = %(refund_request_id)s;

-- refuse_request --
update public.refund_requests
   set status = case status when 'appealed' then 'appeal_refused' else 'refused' end,
       answer = %(answer)s,
       decided_at = now()
 where refund_request_id = %(refund_request_id)s
   and status in ('waiting', 'appealed')
returning status;

-- answer_request --
update public.refund_requests
   set answer = %(answer)s
 where refund_request_id = %(refund_request_id)s
   and status in ('waiting', 'appealed')
returning claim_id;
