-- Statements of leadledger/jobs. The queue's own tables are Procrastinate's, see supabase/migrations.

-- act_as_worker --
-- The library's statements name its tables without their schema.
set role service_role;
set search_path = procrastinate;
set time zone 'UTC';

-- forget_dead_workers --
-- Their jobs are left without a worker, which is how the next statement knows them.
select worker_id
  from procrastinate.procrastinate_prune_stalled_workers_v1(%(stalled_seconds)s)

-- forget_stalled_sweeps --
-- The sweep of a worker that died needs no second try: this is it.
delete from procrastinate.procrastinate_jobs
 where status = 'doing'
   and worker_id is null
   and task_name = %(sweep)s

-- retry_stalled --
-- Jobs whose worker died: back to the queue, for any worker.
select job.id, job.task_name, job.lock,
       procrastinate.procrastinate_retry_job_v2(job.id, clock_timestamp(), null, null, null)::text as retried
  from procrastinate.procrastinate_jobs as job
 where job.status = 'doing'
   and job.worker_id is null
 order by job.id

-- forget_old_jobs --
-- What went well leaves the queue at once; what did not is kept for a month.
delete from procrastinate.procrastinate_jobs as job
 where job.status in ('failed', 'cancelled', 'aborted')
   and not exists (
         select from procrastinate.procrastinate_events as event
          where event.job_id = job.id
            and event.at > clock_timestamp() - interval '30 days'
       )

-- take_up_waiting --
-- What the waiting jobs of a task were put in with is there to be seen: whoever begins now does the work of all of them.
delete from procrastinate.procrastinate_jobs as job
 where job.task_name = %(task)s
   and job.status = 'todo'
   and job.scheduled_at is null
