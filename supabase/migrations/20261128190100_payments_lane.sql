-- What asks Stripe waits in a lane of its own: a Stripe that hangs holds up no alert, no webhook and no export.

create or replace function private.defer_job(
  task_name text, args jsonb, lock text default null, priority integer default 0, scheduled_at timestamptz default null
) returns bigint language sql security definer set search_path = '' as $$
  select (procrastinate.procrastinate_defer_jobs_v1(array[row(
    case task_name when 'apply_billing_event' then 'payments' else 'default' end,
    task_name, priority, lock, null, args, scheduled_at
  )::procrastinate.procrastinate_job_to_defer_v1]))[1]
$$;
