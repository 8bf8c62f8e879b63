-- Statements of store/state.py.
-- Whoever changes a source and its runs changes the source first: in one order two sessions wait for each other in turn,
-- in two for ever.

-- claim_lease --
-- One run at a time per source: the conflict locks the row, and only a free or expired lease may be taken.
insert into public.etl_state as known
  (source, status, last_run, lease_run_id, lease_expires_at, heartbeat_at, updated_by, updated_at)
values
  (%(source)s, 'running', clock_timestamp(), %(run_id)s,
   clock_timestamp() + make_interval(secs => %(lease_seconds)s), clock_timestamp(), %(actor)s, clock_timestamp())
    on conflict (source) do update
   set status = 'running', last_run = excluded.last_run, lease_run_id = excluded.lease_run_id,
       lease_expires_at = excluded.lease_expires_at, heartbeat_at = excluded.heartbeat_at,
       updated_by = excluded.updated_by, updated_at = excluded.updated_at
 where known.lease_run_id is null
    or known.lease_expires_at <= clock_timestamp()

-- close_lost_runs --
-- Whoever holds the lease is the only run: an older one that still says running has been killed.
update public.etl_runs
   set status = 'failure', finished_at = clock_timestamp(),
       error_message = 'lease lost: the run ended without a word and was followed by another'
 where dataset_id = %(source)s
   and run_id <> %(run_id)s
   and status = 'running'

-- close_dead --
-- A run whose lease has run out is over, whether it knows or not: it can neither beat nor finish any more.
with dead as (
  select source, lease_run_id,
         'lease lost: no sign of life since '
         || coalesce(to_char(heartbeat_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), 'it began') as reason
    from public.etl_state
   where status = 'running'
     and lease_run_id is not null
     and lease_expires_at <= clock_timestamp()
     for update skip locked
), freed as (
  update public.etl_state as state
     set status = 'failure', error_message = dead.reason,
         lease_run_id = null, lease_expires_at = null, heartbeat_at = null, updated_at = clock_timestamp()
    from dead
   where state.source = dead.source
), closed as (
  update public.etl_runs as run
     set status = 'failure', finished_at = clock_timestamp(), error_message = dead.reason
    from dead
   where run.run_id = dead.lease_run_id
     and run.status = 'running'
)
select source, lease_run_id from dead order by source

-- has_succeeded_since --
select exists (
  select from public.etl_runs
   where dataset_id = %(source)s
     and kind = %(kind)s
     and status = 'success'
     and started_at >= %(since)s
)

-- heartbeat --
update public.etl_state
   set heartbeat_at = clock_timestamp(), records_processed = %(records)s,
       lease_expires_at = clock_timestamp() + make_interval(secs => %(lease_seconds)s)
 where source = %(source)s
   and lease_run_id = %(run_id)s

-- finish_sync --
-- The watermark never goes back by itself; only an operator's replay_from fetches older days again.
update public.etl_state
   set status = 'success', error_message = null, records_processed = %(records)s,
       watermark = greatest(watermark, %(watermark)s::date), replay_from = null, last_success = clock_timestamp(),
       lease_run_id = null, lease_expires_at = null, heartbeat_at = null, updated_at = clock_timestamp()
 where source = %(source)s
   and lease_run_id = %(run_id)s

-- finish_window --
-- A window or a replay proves nothing of the days since the watermark: freshness and rewind stay as they were.
update public.etl_state
   set status = 'success', error_message = null, records_processed = %(records)s,
       lease_run_id = null, lease_expires_at = null, heartbeat_at = null, updated_at = clock_timestamp()
 where source = %(source)s
   and lease_run_id = %(run_id)s

-- finish_failure --
update public.etl_state
   set status = 'failure', error_message = %(error)s,
       lease_run_id = null, lease_expires_at = null, heartbeat_at = null, updated_at = clock_timestamp()
 where source = %(source)s
   and lease_run_id = %(run_id)s

-- list_states --
-- A run whose lease has run out is dead, whatever it last said of itself.
select source,
       case when status = 'running' and coalesce(lease_expires_at <= clock_timestamp(), true) then 'failure'
            else coalesce(status, 'unknown') end as status,
       watermark, replay_from, last_run, last_success, records_processed,
       case when status = 'running' and coalesce(lease_expires_at <= clock_timestamp(), true)
            then 'lease lost: no sign of life since '
                 || coalesce(to_char(heartbeat_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), 'it began')
            else error_message end as error_message,
       lease_run_id, lease_expires_at, heartbeat_at, updated_by, updated_at
  from public.etl_state
 where %(source)s::text is null
    or source = %(source)s::text
 order by source

-- lock_state --
-- Taken before a change by hand, so that what is read next is what is changed.
select source
  from public.etl_state
 where source = %(source)s
   for update

-- last_window_start --
select window_since
  from public.etl_runs
 where dataset_id = %(source)s
   and kind = 'sync'
   and status = 'success'
 order by started_at desc
 limit 1

-- mark_failure --
-- Rewinds: the next run starts at the earliest day that any rewind, or the last good run, began with.
update public.etl_state
   set status = 'failure', error_message = %(error)s,
       replay_from = least(replay_from, watermark - %(overlap_days)s::integer, %(last_window_start)s::date),
       records_processed = coalesce(%(records)s::bigint, records_processed),
       lease_run_id = null, lease_expires_at = null, heartbeat_at = null,
       updated_by = %(actor)s, updated_at = clock_timestamp()
 where source = %(source)s

-- mark_success --
-- Takes a rewind back; freshness stays, for nothing has been fetched.
update public.etl_state
   set status = 'success', error_message = null, replay_from = null,
       records_processed = coalesce(%(records)s::bigint, records_processed),
       lease_run_id = null, lease_expires_at = null, heartbeat_at = null,
       updated_by = %(actor)s, updated_at = clock_timestamp()
 where source = %(source)s

-- mark_running --
-- Shown as running for a quarter of an hour; holds no lease, so it keeps no run out.
update public.etl_state
   set status = 'running', error_message = null, last_run = clock_timestamp(), heartbeat_at = clock_timestamp(),
       records_processed = coalesce(%(records)s::bigint, records_processed),
       lease_run_id = null, lease_expires_at = clock_timestamp() + interval '15 minutes',
       updated_by = %(actor)s, updated_at = clock_timestamp()
 where source = %(source)s

-- insert_state --
insert into public.etl_state (source, updated_by)
values (%(source)s, %(actor)s)
    on conflict (source) do nothing

-- insert_audit_entry --
insert into public.etl_audit_entries (source, action, actor, reason, before, after)
values (%(source)s, %(action)s, %(actor)s, %(reason)s, %(before)s, %(after)s)

-- recent_runs --
-- A run that says running, but holds no living lease, has died; the next run of its source writes that down.
select run.run_id, run.kind,
       case when run.status = 'running' and alive.source is null then 'failure' else run.status end as status,
       run.window_since, run.window_until, run.started_at, run.finished_at, run.page_count, run.record_count,
       run.expected_count, run.permit_new_count, run.permit_changed_count, run.permit_unchanged_count,
       run.lead_written_count, run.rejection_count, run.stage_seconds, run.simulated_note,
       case when run.status = 'running' and alive.source is null then 'lease lost: the run ended without a word'
            else run.error_message end as error_message
  from public.etl_runs as run
  left join public.etl_state as alive
    on alive.source = run.dataset_id
   and alive.lease_run_id = run.run_id
   and alive.lease_expires_at > clock_timestamp()
 where run.dataset_id = %(source)s
 order by run.started_at desc
 limit %(limit)s

-- audit_entries --
select entry_id, source, action, actor, reason, before, after, recorded_at
  from public.etl_audit_entries
 where %(source)s::text is null
    or source = %(source)s::text
 order by entry_id desc
 limit %(limit)s
