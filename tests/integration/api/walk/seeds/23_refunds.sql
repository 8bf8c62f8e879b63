-- refunds --
select private.credit_refund(%(claim_id)s, 'granted', now(), jsonb_build_object('answer', %(marker)s::text), 'operator')
       as refund_id;

-- refund_requests --
insert into public.refund_requests (account_id, claim_id, complaint, words, status, answer, requested_by)
values (%(account_id)s, %(claim_id)s, 'other', %(marker)s, 'refused', 'No.', %(user_id)s)
returning refund_request_id;
