-- What tests of exports do beside the API.

-- jobs --
select task_name, lock, priority, status::text
  from procrastinate.procrastinate_jobs
 where args ->> 'export_id' = %(export_id)s;

-- forget_job --
delete from procrastinate.procrastinate_jobs where args ->> 'export_id' = %(export_id)s;

-- remove_leads --
delete from public.leads where trade = 'hvac';

-- hide_lead --
create policy hidden_for_a_test on public.leads as restrictive for select to authenticated
  using (lead_id <> (select lead.lead_id from public.hidden_for_a_test as lead));

-- choose_hidden --
create table public.hidden_for_a_test as select %(lead_id)s::uuid as lead_id;

-- show_hidden --
grant select on public.hidden_for_a_test to authenticated;

-- unhide_lead --
drop policy hidden_for_a_test on public.leads;

-- make_formula --
update public.permits set description = '=HYPERLINK("http://evil.example.test")' where permit_num = 'P-1';

-- leave --
delete from public.members where account_id = %(account_id)s and user_id = %(user_id)s;

-- join_as_owner --
insert into public.members (account_id, user_id, role) values (%(account_id)s, gen_random_uuid(), 'owner');

-- make_stale --
update public.exports set filter = '{"trade": ["no such trade"]}' where export_id = %(export_id)s;

-- run_out --
update public.exports set expires_at = now() - interval '1 second' where export_id = %(export_id)s;

-- begin_again --
update public.exports set attempt = attempt + 1 where export_id = %(export_id)s;

-- attempts --
update public.exports set attempt = 10 where export_id = %(export_id)s;

-- see_exports --
select export_id from public.exports where export_id = %(export_id)s;

-- cancel_export --
update public.exports set state = 'cancelled' where export_id = %(export_id)s returning export_id;

-- forge_done --
update public.exports set state = 'done' where export_id = %(export_id)s returning export_id;

-- note_download --
select private.note_download(%(export_id)s);

-- downloads --
select count(*) from public.audit_entries where subject_id = %(export_id)s and details ? 'last_download_at';

-- actions --
select action, details ->> 'state'
  from public.audit_entries
 where subject_id = %(export_id)s
 order by audit_entry_id;

-- suppress --
insert into public.suppressions (suppression_id, kind, name, granted_at)
values (%(suppression_id)s, 'opt_out', 'somebody', now())
on conflict do nothing;

-- note_applied --
update public.suppressions set applied_at = now() where suppression_id = %(suppression_id)s;
