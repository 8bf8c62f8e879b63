-- happen --
-- As a run's last statement tells it, now.
insert into public.events (kind, dataset_id, run_id, recorded_at, permit_ids, lead_ids, versions)
select %(kind)s, min(told.dataset_id), md5('run')::uuid, now(), array_agg(told.permit_id),
       case when %(kind)s like 'lead.%%' then array_agg(told.lead_id) end,
       case when %(version)s::integer is not null then array_fill(%(version)s::integer, array[count(*)::integer]) end
  from (select distinct lead.dataset_id, lead.permit_id, case when %(kind)s like 'lead.%%' then lead.lead_id end as lead_id
          from public.leads as lead
          join public.permits as permit on permit.permit_id = lead.permit_id
         where permit.permit_num = coalesce(%(permit_num)s, permit.permit_num)) as told;

-- age_events --
update public.events
   set recorded_at = now() - interval '8 days';

-- replay_events --
-- The same events again under new numbers, as a rebuild of the store would give them.
insert into public.events (kind, dataset_id, run_id, recorded_at, permit_ids, lead_ids, versions)
select kind, dataset_id, run_id, recorded_at, permit_ids, lead_ids, versions
  from public.events
 order by last_event_id;

-- forget_alerts --
delete from public.saved_searches;

-- forget_events --
delete from public.events;

-- put_search --
with made as (
     insert into public.saved_searches (account_id, name, filter, clauses, created_by)
     values (%(account_id)s, 'made for a test', '{}', %(clauses)s, %(user_id)s)
     returning saved_search_id, account_id, created_by)
insert into public.alerts (saved_search_id, account_id, channel, created_by)
select made.saved_search_id, made.account_id, 'in_app', made.created_by
  from made
returning saved_search_id;

-- matched --
select match.lead_id::text, match.scope, match.version
  from public.alert_matches as match
 where match.alert_id = %(alert_id)s
 order by 1, 2, 3;

-- matched_by_search --
select alert.saved_search_id::text, array_agg(match.lead_id::text order by match.lead_id)
  from public.alerts as alert
  join public.alert_matches as match on match.alert_id = alert.alert_id
 group by alert.saved_search_id;

-- deliveries --
select delivery.status, delivery.due_at, delivery.attempt_count, delivery.reason, delivery.lead_count
  from public.alert_deliveries as delivery
 where delivery.alert_id = %(alert_id)s
 order by delivery.created_at;

-- make_due --
update public.alert_deliveries
   set due_at = now() - interval '1 second'
 where status in ('waiting', 'retrying');

-- let_lease_run_out --
update public.alert_deliveries
   set lease_expires_at = now() - interval '1 second'
 where status = 'taken';

-- take_all --
update public.alert_deliveries
   set status = 'taken',
       attempt_count = attempt_count + 1,
       lease_expires_at = now() - interval '1 second'
 where status = 'waiting';

-- withdraw --
update public.permits
   set withdrawn_at = now()
 where permit_num = %(permit_num)s;

-- give_back --
update public.permits
   set withdrawn_at = null;

-- change_permit --
-- What the store does when a publisher changes status and cost.
with before as (
     insert into public.superseded_permits (permit_id, version, superseded_at, permit)
     select permit.permit_id, permit.version, now(),
            jsonb_strip_nulls(jsonb_build_object('status_current', permit.status_current,
                                                 'est_project_cost', permit.est_project_cost))
       from public.permits as permit
      where permit.permit_num = %(permit_num)s
     returning permit_id)
update public.permits as permit
   set version = permit.version + 1,
       status_current = coalesce(%(status)s, permit.status_current),
       est_project_cost = coalesce(%(cost)s, permit.est_project_cost)
  from before
 where permit.permit_id = before.permit_id;

-- version_of --
select permit.version from public.permits as permit where permit.permit_num = %(permit_num)s;

-- link_token --
select alert.link_token from public.alerts as alert where alert.alert_id = %(alert_id)s;

-- jobs --
select job.task_name, count(*)
  from procrastinate.procrastinate_jobs as job
 where job.task_name in ('match_alerts', 'deliver_alerts')
 group by job.task_name;

-- forget_jobs --
delete from procrastinate.procrastinate_jobs;

-- grant_suppression --
insert into public.suppressions (suppression_id, kind, name, granted_at)
values (gen_random_uuid(), 'opt_out', 'NOBODY AT ALL', now());

-- apply_suppressions --
update public.suppressions set applied_at = now();

-- position --
select event_id, (select coalesce(max(last_event_id), 0) from public.events) from public.alert_position;

-- vary --
-- Positions, dates and classes such that every condition has something to tell apart.
with varied as (
update public.permits as permit
   set latitude = case when n.n %% 7 = 0 then null else 30.0 + (n.n %% 13) * 0.1 end,
       longitude = case when n.n %% 7 = 0 then null else -98.0 + (n.n %% 17) * 0.1 end,
       applied_date = case when n.n %% 3 = 0 then null else permit.issued_date - 10 end,
       completed_date = case when n.n %% 5 = 0 then permit.issued_date + 30 end,
       work_class_mapped = (array['New', 'Existing', 'Demolition', null])[1 + n.n %% 4],
       status_current_mapped = (array['Permit Issued', 'In Review', null])[1 + n.n %% 3],
       contractor_company_name = case when n.n %% 2 = 0 then permit.contractor_company_name end
  from (select permit_id, substring(permit_num from 3)::int as n from public.permits) as n
 where n.permit_id = permit.permit_id
returning permit.permit_id, permit.latitude, permit.longitude)
update public.leads as lead
   set latitude = varied.latitude, longitude = varied.longitude
  from varied
 where varied.permit_id = lead.permit_id;

-- vary_leads --
update public.leads as lead
   set permit_class_mapped = (array['Residential', 'Commercial', null])[1 + lead.points %% 3];

-- give_plan --
update public.account_plans
   set plan = %(plan)s
 where account_id = %(account_id)s;

-- put_readers --
insert into public.members (account_id, user_id, role, email)
select %(account_id)s, gen_random_uuid(), 'viewer', 'reader-' || n || '@example.com'
  from generate_series(1, %(count)s) as n;

-- put_mail_alerts --
with search as (
     insert into public.saved_searches (account_id, name, filter, clauses, created_by)
     values (%(account_id)s, 'made for a test', '{}', '[{"trades": ["roofing"]}]', %(user_id)s)
     returning saved_search_id, account_id, created_by)
insert into public.alerts (saved_search_id, account_id, channel, target, created_by)
select search.saved_search_id, search.account_id, 'email', 'reader-' || n || '@example.com', search.created_by
  from search
 cross join generate_series(1, %(count)s) as n;

-- statuses --
select delivery.status, count(*)
  from public.alert_deliveries as delivery
 where delivery.kind = 'news'
 group by delivery.status
 order by delivery.status;
