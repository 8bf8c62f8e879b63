-- Statements of benchmarks.alerts.

-- trades --
select lead.trade from public.leads as lead group by lead.trade having count(*) > 20 order by lead.trade;

-- zips --
select lead.original_zip
  from public.leads as lead
 where lead.original_zip is not null
 group by lead.original_zip
having count(*) > 20
 order by lead.original_zip;

-- words --
select word
  from public.permits as permit
 cross join unnest(permit.search_words) as word
 where word ~ '^[a-z]{4,}$'
 group by word
having count(*) between 50 and 1000
 order by word;

-- put_accounts --
with made as (
     insert into public.accounts (name, created_by)
     select 'Account ' || n, gen_random_uuid()
       from generate_series(1, %(count)s) as n
     returning account_id, created_by)
insert into public.members (account_id, user_id, role, email)
select account_id, created_by, 'owner', 'owner-' || created_by || '@example.com'
  from made;

-- accounts --
select member.account_id, member.user_id from public.members as member order by member.account_id;

-- put_search --
insert into public.saved_searches (account_id, name, filter, clauses, created_by)
values (%(account_id)s, %(name)s, '{}', %(clauses)s, %(user_id)s);

-- searches --
select search.saved_search_id, search.name from public.saved_searches as search;

-- put_alerts --
insert into public.alerts (saved_search_id, account_id, channel, target, created_by)
select search.saved_search_id, search.account_id, 'email', member.email, search.created_by
  from public.saved_searches as search
  join public.members as member on member.account_id = search.account_id and member.user_id = search.created_by;

-- forget_events --
delete from public.events;

-- happen --
-- The newest leads as a run would tell of them now: in stretches of at most 1,000.
insert into public.events (kind, dataset_id, run_id, recorded_at, permit_ids, lead_ids)
select 'lead.created', min(told.dataset_id), gen_random_uuid(), now(), array_agg(told.permit_id), array_agg(told.lead_id)
  from (select lead.dataset_id, lead.permit_id, lead.lead_id, row_number() over (order by lead.lead_id) as n
          from (select *
                  from public.leads
                 where openness in ('open', 'likely')
                 order by rank_date desc nulls last, lead_id
                 limit %(lead_count)s) as lead) as told
 group by told.n / 1000;

-- happened --
select unnest(events.lead_ids) from public.events where events.kind = 'lead.created';

-- analyze --
analyze;

-- deliveries --
select match.delivery_id, count(*) from public.alert_matches as match group by match.delivery_id;

-- matches --
select match.lead_id
  from public.alert_matches as match
  join public.alerts as alert on alert.alert_id = match.alert_id
 where alert.saved_search_id = %(saved_search_id)s;
