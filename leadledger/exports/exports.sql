-- Statements of leadledger/exports. Those of members stand under row-level security; those of the worker do not.

-- columns --
export.export_id, export.account_id, export.requested_by, export.format, export.filter, export.state, export.reason,
       export.row_count, export.estimated_count, export.is_estimate_exact, export.byte_count, export.sha256,
       export.attempt, export.as_of_date, export.created_at, export.started_at, export.finished_at, export.expires_at

-- ask --
insert into public.exports as export (account_id, format, filter)
values (%(account_id)s, %(format)s, %(filter)s)
returning {columns};

-- find --
select {columns}
  from public.exports as export
 where export.account_id = %(account_id)s
   and export.export_id = %(export_id)s;

-- list --
select {columns}
  from public.exports as export
 where export.account_id = %(account_id)s
   and (%(before_at)s::timestamptz is null
        or export.created_at < %(before_at)s::timestamptz
        or (export.created_at = %(before_at)s::timestamptz and export.export_id > %(before_id)s::uuid))
 order by export.created_at desc, export.export_id
 limit %(limit)s;

-- end_running --
update public.exports
   set state = 'cancelled'
 where account_id = %(account_id)s
   and export_id = %(export_id)s
   and state in ('queued', 'running')
returning export_id;

-- end_done --
update public.exports
   set state = 'expired'
 where account_id = %(account_id)s
   and export_id = %(export_id)s
   and state = 'done'
returning export_id;

-- note_download --
select private.note_download(%(export_id)s);

-- begin --
-- Each try has a number; what an older one still does counts no more.
update public.exports as export
   set state = 'running',
       attempt = export.attempt + 1,
       started_at = coalesce(export.started_at, now()),
       row_count = 0
 where export.export_id = %(export_id)s
   and export.state in ('queued', 'running')
returning {columns};

-- note_progress --
update public.exports
   set row_count = %(row_count)s,
       estimated_count = %(estimated_count)s,
       is_estimate_exact = %(is_estimate_exact)s
 where export_id = %(export_id)s
   and attempt = %(attempt)s
   and state = 'running'
returning export_id;

-- finish --
update public.exports
   set state = 'done',
       row_count = %(row_count)s,
       estimated_count = %(row_count)s,
       is_estimate_exact = true,
       byte_count = %(byte_count)s,
       sha256 = %(sha256)s,
       finished_at = now(),
       expires_at = now() + %(keep_days)s * interval '1 day'
 where export_id = %(export_id)s
   and attempt = %(attempt)s
   and state = 'running'
returning export_id;

-- fail --
update public.exports
   set state = 'failed',
       reason = %(reason)s,
       finished_at = now()
 where export_id = %(export_id)s
   and attempt = %(attempt)s
   and state = 'running';

-- act_for_member --
-- As the API does for a request: rows are read with the rights of the member who asked, in one snapshot.
select set_config('role', 'authenticated', true),
       set_config('request.jwt.claims', %(claims)s, true);

-- may_export --
select exists (
       select from private.account_ids('member') as allowed (account_id)
        where allowed.account_id = %(account_id)s);

-- permits --
select permit.permit_id, {columns}
  from public.permits as permit
 where permit.permit_id = any(%(permit_ids)s::uuid[]);

-- expire --
update public.exports
   set state = 'expired'
 where state = 'done'
   and expires_at <= now();

-- fail_forgotten --
-- Nobody will finish these any more: their job has failed for good, or is gone.
update public.exports as export
   set state = 'failed',
       reason = 'something broke on our side; ask for it again',
       finished_at = now()
 where export.state in ('queued', 'running')
   and not exists (
         select from procrastinate.procrastinate_jobs as job
          where job.task_name = 'make_export'
            and job.status in ('todo', 'doing')
            and job.args ->> 'export_id' = export.export_id::text)
returning export.export_id;

-- find_removable --
select export.export_id, export.account_id
  from public.exports as export
 where export.state in ('failed', 'cancelled', 'expired')
   and export.files_removed_at is null
 order by export.created_at
 limit 500;

-- note_removed --
update public.exports
   set files_removed_at = now()
 where export_id = %(export_id)s;

-- find_unfinished --
select export.export_id
  from public.exports as export
 where export.state in ('queued', 'running');
