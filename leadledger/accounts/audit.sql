-- list_entries --
-- Newest first, from where the last page ended; one more than the page, to know whether there is another.
select entry.audit_entry_id, entry.recorded_at, entry.action, entry.subject_id, entry.user_id, entry.api_key_id,
       entry.details, entry.request_id
  from public.audit_entries as entry
 where entry.account_id = %(account_id)s
   and entry.audit_entry_id < coalesce(%(before)s, 9223372036854775807)
   and entry.action like coalesce(%(action)s, '%%')
   and entry.subject_id = coalesce(%(subject_id)s, entry.subject_id)
   and (%(user_id)s::uuid is null or entry.user_id = %(user_id)s)
   and (%(api_key_id)s::uuid is null or entry.api_key_id = %(api_key_id)s)
   and (%(since)s::timestamptz is null or entry.recorded_at >= %(since)s)
   and (%(until)s::timestamptz is null or entry.recorded_at < %(until)s)
 order by entry.audit_entry_id desc
 limit %(limit)s + 1;
