-- Statements of benchmarks.working.

-- work --
-- Lanes of workers that are there, jobs that wait or run, and whether the source was brought in.
select (select count(*) from procrastinate.procrastinate_workers),
       (select count(*)
          from procrastinate.procrastinate_jobs as job
         where job.status in ('todo', 'doing')
           and (job.scheduled_at is null or job.scheduled_at <= now())),
       (select count(*)
          from public.etl_runs as run
         where run.dataset_id = %(source)s and run.finished_at is not null);
