-- The queue: Procrastinate 3.10's own schema (procrastinate/sql/schema.sql), in a schema of its own, every name in full.
-- What a later release changes comes in a later migration; tests/integration/jobs compares this with the library's.

create schema procrastinate;

-- Enums

create type procrastinate.procrastinate_job_status as enum (
    'todo',  -- The job is queued
    'doing',  -- The job has been fetched by a worker
    'succeeded',  -- The job ended successfully
    'failed',  -- The job ended with an error
    'cancelled', -- The job was cancelled
    'aborting',  -- legacy, not used anymore since v3.0.0
    'aborted'  -- The job was aborted
);

create type procrastinate.procrastinate_job_event_type as enum (
    'deferred',  -- Job created, in todo
    'started',  -- todo -> doing
    'deferred_for_retry',  -- doing -> todo
    'failed',  -- doing -> failed
    'succeeded',  -- doing -> succeeded
    'cancelled', -- todo -> cancelled
    'abort_requested', -- not a state transition, but set in a separate field
    'aborted', -- doing -> aborted (only allowed when abort_requested field is set)
    'scheduled', -- not a state transition, but recording when a task is scheduled for
    'retried' -- Manually retried failed job
);

-- Composite Types

create type procrastinate.procrastinate_job_to_defer_v1 as (
    queue_name character varying,
    task_name character varying,
    priority integer,
    lock text,
    queueing_lock text,
    args jsonb,
    scheduled_at timestamp with time zone
);

-- Tables

create table procrastinate.procrastinate_workers(
    id bigint primary key generated always as identity,
    last_heartbeat timestamp with time zone not null default now()
);

create table procrastinate.procrastinate_jobs (
    id bigserial primary key,
    queue_name character varying(128) not null,
    task_name character varying(128) not null,
    priority integer default 0 not null,
    lock text,
    queueing_lock text,
    args jsonb default '{}' not null,
    status procrastinate.procrastinate_job_status default 'todo'::procrastinate.procrastinate_job_status not null,
    scheduled_at timestamp with time zone null,
    attempts integer default 0 not null,
    abort_requested boolean default false not null,
    worker_id bigint references procrastinate.procrastinate_workers(id) on delete set null,
    constraint check_not_todo_abort_requested check (not (status = 'todo' and abort_requested = true))
);

create table procrastinate.procrastinate_periodic_defers (
    id bigserial primary key,
    task_name character varying(128) not null,
    defer_timestamp bigint,
    job_id bigint references procrastinate.procrastinate_jobs(id) null,
    periodic_id character varying(128) not null default '',
    constraint procrastinate_periodic_defers_unique unique (task_name, periodic_id, defer_timestamp)
);

create table procrastinate.procrastinate_events (
    id bigserial primary key,
    job_id bigint not null references procrastinate.procrastinate_jobs on delete cascade,
    type procrastinate.procrastinate_job_event_type,
    at timestamp with time zone default now() null
);

-- Constraints & Indices

-- this prevents from having several jobs with the same queueing lock in the "todo" state
create unique index procrastinate_jobs_queueing_lock_idx_v1 on procrastinate.procrastinate_jobs (queueing_lock) where status = 'todo';
-- this prevents from having several jobs with the same lock in the "doing" state
create unique index procrastinate_jobs_lock_idx_v1 on procrastinate.procrastinate_jobs (lock) where status = 'doing';

-- Index for select_stalled_jobs_by_heartbeat query
create index idx_procrastinate_jobs_worker_not_null on procrastinate.procrastinate_jobs(worker_id) where worker_id is not null and status = 'doing'::procrastinate.procrastinate_job_status;

create index procrastinate_jobs_queue_name_idx_v1 on procrastinate.procrastinate_jobs(queue_name);
create index procrastinate_jobs_id_lock_idx_v1 on procrastinate.procrastinate_jobs (id, lock) where status = any (array['todo'::procrastinate.procrastinate_job_status, 'doing'::procrastinate.procrastinate_job_status]);
create index procrastinate_jobs_priority_idx_v1 on procrastinate.procrastinate_jobs(priority desc, id asc) where (status = 'todo'::procrastinate.procrastinate_job_status);

create index procrastinate_events_job_id_fkey_v1 on procrastinate.procrastinate_events(job_id);

create index procrastinate_periodic_defers_job_id_fkey_v1 on procrastinate.procrastinate_periodic_defers(job_id);

create index idx_procrastinate_workers_last_heartbeat on procrastinate.procrastinate_workers(last_heartbeat);

-- Functions
create function procrastinate.procrastinate_defer_jobs_v1(
    jobs procrastinate.procrastinate_job_to_defer_v1[]
)
    returns bigint[]
    language plpgsql
    set search_path = ''
as $$
declare
    job_ids bigint[];
begin
    with inserted_jobs as (
        insert into procrastinate.procrastinate_jobs (queue_name, task_name, priority, lock, queueing_lock, args, scheduled_at)
        select (job).queue_name,
               (job).task_name,
               (job).priority,
               (job).lock,
               (job).queueing_lock,
               (job).args,
               (job).scheduled_at
        from unnest(jobs) as job
        returning id
    )
    select array_agg(id) from inserted_jobs into job_ids;

    return job_ids;
end;
$$;

create function procrastinate.procrastinate_defer_periodic_job_v2(
    _queue_name character varying,
    _lock character varying,
    _queueing_lock character varying,
    _task_name character varying,
    _priority integer,
    _periodic_id character varying,
    _defer_timestamp bigint,
    _args jsonb
)
    returns bigint
    language plpgsql
    set search_path = ''
as $$
declare
    _job_id bigint;
    _defer_id bigint;
begin
    insert
        into procrastinate.procrastinate_periodic_defers (task_name, periodic_id, defer_timestamp)
        values (_task_name, _periodic_id, _defer_timestamp)
        on conflict do nothing
        returning id into _defer_id;

    if _defer_id is null then
        return null;
    end if;

    update procrastinate.procrastinate_periodic_defers
        set job_id = (
            select coalesce((
                select unnest(procrastinate.procrastinate_defer_jobs_v1(
                    array[
                        row(
                            _queue_name,
                            _task_name,
                            _priority,
                            _lock,
                            _queueing_lock,
                            _args,
                            null::timestamptz
                        )
                    ]::procrastinate.procrastinate_job_to_defer_v1[]
                ))
            ), null)
        )
        where id = _defer_id
        returning job_id into _job_id;

    delete
        from procrastinate.procrastinate_periodic_defers
        using (
            select id
            from procrastinate.procrastinate_periodic_defers
            where procrastinate.procrastinate_periodic_defers.task_name = _task_name
            and procrastinate.procrastinate_periodic_defers.periodic_id = _periodic_id
            and procrastinate.procrastinate_periodic_defers.defer_timestamp < _defer_timestamp
            order by id
            for update
        ) to_delete
        where procrastinate.procrastinate_periodic_defers.id = to_delete.id;

    return _job_id;
end;
$$;

create function procrastinate.procrastinate_fetch_job_v2(
    target_queue_names character varying[],
    p_worker_id bigint
)
    returns procrastinate.procrastinate_jobs
    language plpgsql
    set search_path = ''
as $$
declare
    found_jobs procrastinate.procrastinate_jobs;
begin
    with candidate as (
        select jobs.*
            from procrastinate.procrastinate_jobs as jobs
            where
                -- reject the job if its lock has earlier or higher priority jobs
                not exists (
                    select 1
                        from procrastinate.procrastinate_jobs as other_jobs
                        where
                            jobs.lock is not null
                            and other_jobs.lock = jobs.lock
                            and (
                                -- job with same lock is already running
                                other_jobs.status = 'doing'
                                or
                                -- job with same lock is waiting and has higher priority (or same priority but was queued first)
                                (
                                    other_jobs.status = 'todo'
                                    and (
                                        other_jobs.priority > jobs.priority
                                        or (
                                        other_jobs.priority = jobs.priority
                                        and other_jobs.id < jobs.id
                                        )
                                    )
                                )
                            )
                )
                and jobs.status = 'todo'
                and (target_queue_names is null or jobs.queue_name = any( target_queue_names ))
                and (jobs.scheduled_at is null or jobs.scheduled_at <= now())
            order by jobs.priority desc, jobs.id asc limit 1
            for update of jobs skip locked
    )
    update procrastinate.procrastinate_jobs
        set status = 'doing', worker_id = p_worker_id
        from candidate
        where procrastinate.procrastinate_jobs.id = candidate.id
        returning procrastinate.procrastinate_jobs.* into found_jobs;

 return found_jobs;
end;
$$;

create function procrastinate.procrastinate_finish_job_v1(job_id bigint, end_status procrastinate.procrastinate_job_status, delete_job boolean)
    returns void
    language plpgsql
    set search_path = ''
as $$
declare
    _job_id bigint;
begin
    if end_status not in ('succeeded', 'failed', 'aborted') then
        raise 'End status should be either "succeeded", "failed" or "aborted" (job id: %)', job_id;
    end if;
    if delete_job then
        delete from procrastinate.procrastinate_jobs
        where id = job_id and status in ('todo', 'doing')
        returning id into _job_id;
    else
        update procrastinate.procrastinate_jobs
        set status = end_status,
            abort_requested = false,
            attempts = case status
                when 'doing' then attempts + 1 else attempts
            end
        where id = job_id and status in ('todo', 'doing')
        returning id into _job_id;
    end if;
    if _job_id is null then
        raise 'Job was not found or not in "doing" or "todo" status (job id: %)', job_id;
    end if;
end;
$$;

create function procrastinate.procrastinate_cancel_job_v1(job_id bigint, abort boolean, delete_job boolean)
    returns bigint
    language plpgsql
    set search_path = ''
as $$
declare
    _job_id bigint;
begin
    if delete_job then
        delete from procrastinate.procrastinate_jobs
        where id = job_id and status = 'todo'
        returning id into _job_id;
    end if;
    if _job_id is null then
        if abort then
            update procrastinate.procrastinate_jobs
            set abort_requested = true,
                status = case status
                    when 'todo' then 'cancelled'::procrastinate.procrastinate_job_status else status
                end
            where id = job_id and status in ('todo', 'doing')
            returning id into _job_id;
        else
            update procrastinate.procrastinate_jobs
            set status = 'cancelled'::procrastinate.procrastinate_job_status
            where id = job_id and status = 'todo'
            returning id into _job_id;
        end if;
    end if;
    return _job_id;
end;
$$;

create function procrastinate.procrastinate_retry_job_v1(
    job_id bigint,
    retry_at timestamp with time zone,
    new_priority integer,
    new_queue_name character varying,
    new_lock character varying
) returns void language plpgsql set search_path = '' as $$
declare
    _job_id bigint;
    _abort_requested boolean;
begin
    select abort_requested from procrastinate.procrastinate_jobs
    where id = job_id and status = 'doing'
    for update
    into _abort_requested;
    if _abort_requested then
        update procrastinate.procrastinate_jobs
        set status = 'failed'::procrastinate.procrastinate_job_status
        where id = job_id and status = 'doing'
        returning id into _job_id;
    else
        update procrastinate.procrastinate_jobs
        set status = 'todo'::procrastinate.procrastinate_job_status,
            attempts = attempts + 1,
            scheduled_at = retry_at,
            priority = coalesce(new_priority, priority),
            queue_name = coalesce(new_queue_name, queue_name),
            lock = coalesce(new_lock, lock)
        where id = job_id and status = 'doing'
        returning id into _job_id;
    end if;

    if _job_id is null then
        raise 'Job was not found or not in "doing" status (job id: %)', job_id;
    end if;
end;
$$;

create function procrastinate.procrastinate_retry_job_v2(
    job_id bigint,
    retry_at timestamp with time zone,
    new_priority integer,
    new_queue_name character varying,
    new_lock character varying
) returns void language plpgsql set search_path = '' as $$
declare
    _job_id bigint;
    _abort_requested boolean;
    _current_status procrastinate.procrastinate_job_status;
begin
    select status, abort_requested from procrastinate.procrastinate_jobs
    where id = job_id and status in ('doing', 'failed')
    for update
    into _current_status, _abort_requested;
    if _current_status = 'doing' and _abort_requested then
        update procrastinate.procrastinate_jobs
        set status = 'failed'::procrastinate.procrastinate_job_status
        where id = job_id and status = 'doing'
        returning id into _job_id;
    else
        update procrastinate.procrastinate_jobs
        set status = 'todo'::procrastinate.procrastinate_job_status,
            attempts = attempts + 1,
            scheduled_at = retry_at,
            priority = coalesce(new_priority, priority),
            queue_name = coalesce(new_queue_name, queue_name),
            lock = coalesce(new_lock, lock)
        where id = job_id and status in ('doing', 'failed')
        returning id into _job_id;
    end if;

    if _job_id is null then
        raise 'Job was not found or has an invalid status to retry (job id: %)', job_id;
    end if;

end;
$$;

create function procrastinate.procrastinate_notify_queue_job_inserted_v1()
    returns trigger
    language plpgsql
    set search_path = ''
as $$
declare
    payload text;
begin
    select json_build_object('type', 'job_inserted', 'job_id', new.id)::text into payload;
    perform pg_notify('procrastinate_queue_v1#' || new.queue_name, payload);
    perform pg_notify('procrastinate_any_queue_v1', payload);
    return new;
end;
$$;

create function procrastinate.procrastinate_notify_queue_abort_job_v1()
returns trigger
    language plpgsql
    set search_path = ''
as $$
declare
    payload text;
begin
    select json_build_object('type', 'abort_job_requested', 'job_id', new.id)::text into payload;
    perform pg_notify('procrastinate_queue_v1#' || new.queue_name, payload);
    perform pg_notify('procrastinate_any_queue_v1', payload);
    return new;
end;
$$;

create function procrastinate.procrastinate_trigger_function_status_events_insert_v1()
    returns trigger
    language plpgsql
    set search_path = ''
as $$
begin
    insert into procrastinate.procrastinate_events(job_id, type)
        values (new.id, 'deferred'::procrastinate.procrastinate_job_event_type);
    return new;
end;
$$;

create function procrastinate.procrastinate_trigger_function_status_events_update_v1()
    returns trigger
    language plpgsql
    set search_path = ''
as $$
begin
    with t as (
        select case
            when old.status = 'todo'::procrastinate.procrastinate_job_status
                and new.status = 'doing'::procrastinate.procrastinate_job_status
                then 'started'::procrastinate.procrastinate_job_event_type
            when old.status = 'doing'::procrastinate.procrastinate_job_status
                and new.status = 'todo'::procrastinate.procrastinate_job_status
                then 'deferred_for_retry'::procrastinate.procrastinate_job_event_type
            when old.status = 'doing'::procrastinate.procrastinate_job_status
                and new.status = 'failed'::procrastinate.procrastinate_job_status
                then 'failed'::procrastinate.procrastinate_job_event_type
            when old.status = 'doing'::procrastinate.procrastinate_job_status
                and new.status = 'succeeded'::procrastinate.procrastinate_job_status
                then 'succeeded'::procrastinate.procrastinate_job_event_type
            when old.status = 'todo'::procrastinate.procrastinate_job_status
                and (
                    new.status = 'cancelled'::procrastinate.procrastinate_job_status
                    or new.status = 'failed'::procrastinate.procrastinate_job_status
                    or new.status = 'succeeded'::procrastinate.procrastinate_job_status
                )
                then 'cancelled'::procrastinate.procrastinate_job_event_type
            when old.status = 'doing'::procrastinate.procrastinate_job_status
                and new.status = 'aborted'::procrastinate.procrastinate_job_status
                then 'aborted'::procrastinate.procrastinate_job_event_type
            when old.status = 'failed'::procrastinate.procrastinate_job_status
                and new.status = 'todo'::procrastinate.procrastinate_job_status
                then 'retried'::procrastinate.procrastinate_job_event_type
            else null
        end as event_type
    )
    insert into procrastinate.procrastinate_events(job_id, type)
        select new.id, t.event_type
        from t
        where t.event_type is not null;
    return new;
end;
$$;

create function procrastinate.procrastinate_trigger_function_scheduled_events_v1()
    returns trigger
    language plpgsql
    set search_path = ''
as $$
begin
    insert into procrastinate.procrastinate_events(job_id, type, at)
        values (new.id, 'scheduled'::procrastinate.procrastinate_job_event_type, new.scheduled_at);

    return new;
end;
$$;

create function procrastinate.procrastinate_trigger_abort_requested_events_procedure_v1()
    returns trigger
    language plpgsql
    set search_path = ''
as $$
begin
    insert into procrastinate.procrastinate_events(job_id, type)
        values (new.id, 'abort_requested'::procrastinate.procrastinate_job_event_type);
    return new;
end;
$$;

create function procrastinate.procrastinate_unlink_periodic_defers_v1()
    returns trigger
    language plpgsql
    set search_path = ''
as $$
begin
    update procrastinate.procrastinate_periodic_defers
    set job_id = null
    where job_id = old.id;
    return old;
end;
$$;

create function procrastinate.procrastinate_register_worker_v1()
    returns table(worker_id bigint)
    language plpgsql
    set search_path = ''
as $$
begin
    return query
    insert into procrastinate.procrastinate_workers default values
    returning procrastinate.procrastinate_workers.id;
end;
$$;

create function procrastinate.procrastinate_unregister_worker_v1(worker_id bigint)
    returns void
    language plpgsql
    set search_path = ''
as $$
begin
    delete from procrastinate.procrastinate_workers
    where id = worker_id;
end;
$$;

create function procrastinate.procrastinate_update_heartbeat_v1(worker_id bigint)
    returns void
    language plpgsql
    set search_path = ''
as $$
begin
    update procrastinate.procrastinate_workers
    set last_heartbeat = now()
    where id = worker_id;
end;
$$;

create function procrastinate.procrastinate_prune_stalled_workers_v1(seconds_since_heartbeat float)
    returns table(worker_id bigint)
    language plpgsql
    set search_path = ''
as $$
begin
    return query
    delete from procrastinate.procrastinate_workers
    where last_heartbeat < now() - (seconds_since_heartbeat || 'SECOND')::interval
    returning procrastinate.procrastinate_workers.id;
end;
$$;

-- Triggers

create trigger procrastinate_jobs_notify_queue_job_inserted_v1
    after insert on procrastinate.procrastinate_jobs
    for each row when ((new.status = 'todo'::procrastinate.procrastinate_job_status))
    execute function procrastinate.procrastinate_notify_queue_job_inserted_v1();

create trigger procrastinate_jobs_notify_queue_job_aborted_v1
    after update of abort_requested on procrastinate.procrastinate_jobs
    for each row when ((old.abort_requested = false and new.abort_requested = true and new.status = 'doing'::procrastinate.procrastinate_job_status))
    execute function procrastinate.procrastinate_notify_queue_abort_job_v1();

create trigger procrastinate_trigger_status_events_update_v1
    after update of status on procrastinate.procrastinate_jobs
    for each row
    execute function procrastinate.procrastinate_trigger_function_status_events_update_v1();

create trigger procrastinate_trigger_status_events_insert_v1
    after insert on procrastinate.procrastinate_jobs
    for each row when ((new.status = 'todo'::procrastinate.procrastinate_job_status))
    execute function procrastinate.procrastinate_trigger_function_status_events_insert_v1();

create trigger procrastinate_trigger_scheduled_events_v1
    after update or insert on procrastinate.procrastinate_jobs
    for each row when ((new.scheduled_at is not null and new.status = 'todo'::procrastinate.procrastinate_job_status))
    execute function procrastinate.procrastinate_trigger_function_scheduled_events_v1();

create trigger procrastinate_trigger_abort_requested_events_v1
    after update of abort_requested on procrastinate.procrastinate_jobs
    for each row when ((new.abort_requested = true))
    execute function procrastinate.procrastinate_trigger_abort_requested_events_procedure_v1();

create trigger procrastinate_trigger_delete_jobs_v1
    before delete on procrastinate.procrastinate_jobs
    for each row execute function procrastinate.procrastinate_unlink_periodic_defers_v1();

-- Only the worker, as service_role, has to do with it.
alter table procrastinate.procrastinate_events enable row level security;
alter table procrastinate.procrastinate_jobs enable row level security;
alter table procrastinate.procrastinate_periodic_defers enable row level security;
alter table procrastinate.procrastinate_workers enable row level security;
revoke all on schema procrastinate from public, anon, authenticated, service_role;
revoke all on all tables in schema procrastinate from public, anon, authenticated, service_role;
revoke all on all sequences in schema procrastinate from public, anon, authenticated, service_role;
revoke all on all functions in schema procrastinate from public, anon, authenticated, service_role;
grant usage on schema procrastinate to service_role;
grant select, insert, update, delete on all tables in schema procrastinate to service_role;
grant usage on all sequences in schema procrastinate to service_role;
grant execute on all functions in schema procrastinate to service_role;
