-- Statements of store/events.py.

-- create_staged_events --
-- Events of a run wait here, so that nobody waits for their numbers longer than the end of the run takes.
create temporary table if not exists staged_events (
  place bigint generated always as identity,
  kind text not null,
  recorded_at timestamptz not null,
  permit_ids uuid[] not null,
  lead_ids uuid[],
  versions integer[],
  details jsonb
) on commit drop

-- stage_changed_permits --
-- After the versions are applied: what was staged is the newest version now.
insert into staged_events (kind, recorded_at, permit_ids, versions, details)
select 'permit.changed', recorded_at, array_agg(permit_id order by permit_id), array_agg(version order by permit_id),
       case when bool_or(detail is not null) then jsonb_agg(detail order by permit_id) end
  from (
         select known.permit_id, known.version, known.recorded_at,
                case when before.withdrawn_reason is not null then jsonb_build_object('reason', 'republished') end as detail,
                (row_number() over (partition by known.recorded_at order by known.permit_id) - 1) / 1000 as block
           from staged_permits as staged
           join public.permits as known using (permit_id)
           join public.permit_versions as before
             on before.permit_id = known.permit_id and before.version = known.version - 1
       ) as changed
 group by recorded_at, block
 order by recorded_at, block

-- stage_leads --
-- `applied_leads` holds the leads this run wrote beside those of new permits, with their version after it.
insert into staged_events (kind, recorded_at, permit_ids, lead_ids, versions, details)
select kind, recorded_at, array_agg(permit_id order by lead_id), array_agg(lead_id order by lead_id),
       array_agg(version order by lead_id),
       case when bool_or(detail is not null) then jsonb_agg(detail order by lead_id) end
  from (
         select case when applied.version = 1 then 'lead.created' else 'lead.changed' end as kind,
                applied.lead_id, applied.permit_id, applied.version, applied.updated_at as recorded_at,
                case when before.lead ->> 'openness' <> known.openness
                     then jsonb_build_object('openness', jsonb_build_array(before.lead ->> 'openness', known.openness))
                end as detail,
                (row_number() over (partition by applied.version = 1, applied.updated_at order by applied.lead_id) - 1)
                  / 1000 as block
           from applied_leads as applied
           join public.leads as known using (lead_id)
           left join public.superseded_leads as before
             on before.lead_id = applied.lead_id and before.version = applied.version - 1
       ) as written
 group by kind, recorded_at, block
 order by recorded_at, kind, block

-- publish --
-- The last thing a run writes: from here to its commit no other run can publish (see the trigger of the table).
-- One instant for all of them, taken once it is this run's turn.
insert into public.events
  (kind, dataset_id, run_id, recorded_at, published_at, permit_ids, lead_ids, versions, details)
select kind, %(dataset_id)s, %(run_id)s, recorded_at,
       coalesce(%(published_at)s::timestamptz, (select clock_timestamp())), permit_ids, lead_ids, versions, details
  from staged_events
 order by place
returning published_at

-- empty_staged_events --
truncate staged_events

-- events_after --
-- In the order they were committed; block by block, so that it costs what it returns.
select block.first_event_id + one.place - 1 as event_id, block.kind, block.dataset_id, one.permit_id, one.lead_id,
       coalesce(one.version, 1) as version, block.run_id, block.recorded_at, block.published_at,
       nullif(block.details -> (one.place - 1)::integer, 'null'::jsonb) as detail
  from public.events as block
 cross join lateral unnest(block.permit_ids, block.lead_ids, block.versions)
       with ordinality as one (permit_id, lead_id, version, place)
 where block.last_event_id > %(after)s
   and block.first_event_id + one.place - 1 > %(after)s
   and (%(dataset_ids)s::text[] is null or block.dataset_id = any(%(dataset_ids)s::text[]))
   and (%(kinds)s::text[] is null or block.kind = any(%(kinds)s::text[]))
 order by block.last_event_id, one.place
 limit %(limit)s

-- newest_event --
select coalesce(max(last_event_id), 0) from public.events
