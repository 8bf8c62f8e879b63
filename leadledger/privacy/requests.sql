-- file --
select filed.received_at, filed.due_at
  from private.file_privacy_request(%(tracking_hash)s, %(kind)s, %(name)s, %(phone)s, %(email)s, %(address)s,
                                    %(zip)s, %(contact_email)s, %(note)s) as filed;

-- find --
select found.kind, found.state, found.received_at, found.due_at, found.decided_at, found.reason
  from private.find_privacy_request(%(tracking_hash)s) as found;

-- list_requests --
select request.request_id, request.kind, request.state, request.received_at, request.due_at, request.decided_at
  from public.privacy_requests as request
 where request.state = 'received' or %(is_all)s
 order by request.due_at, request.request_id;

-- read_request --
select request.request_id, request.kind, request.state, request.name, request.phone, request.email, request.address,
       request.zip, request.contact_email, request.note, request.received_at, request.due_at, request.decided_at,
       request.decided_by, request.reason
  from public.privacy_requests as request
 where request.request_id = %(request_id)s;

-- decide --
update public.privacy_requests
   set state = %(state)s, decided_at = clock_timestamp(), decided_by = %(decided_by)s, reason = %(reason)s
 where request_id = %(request_id)s
   and state = 'received'
returning kind, name, phone, email, address, zip, contact_email;

-- count_overdue --
select count(*)
  from public.privacy_requests as request
 where request.state = 'received'
   and request.due_at < now() + interval '7 days';

-- forget_decided --
-- What a decided request says of its sender is needed no longer; that there was one, and how it ended, stays.
update public.privacy_requests
   set name = null, phone = null, email = null, address = null, zip = null, contact_email = '', note = null
 where decided_at < now() - interval '24 months'
   and contact_email <> '';
