-- Files of what the search shows: who asked for which, how far it is, and what came of it.

create table public.exports (
  export_id uuid constraint exports_pkey primary key default gen_random_uuid(),
  account_id uuid not null constraint exports_account references public.accounts (account_id) on delete cascade,
  requested_by uuid not null default auth.uid(),
  format text not null constraint exports_format_known check (format in ('csv', 'xlsx', 'geojson', 'parquet')),
  filter jsonb not null,
  as_of_date date not null default (now() at time zone 'UTC')::date,
  state text not null default 'queued' constraint exports_state_known
    check (state in ('queued', 'running', 'done', 'failed', 'cancelled', 'expired')),
  reason text,
  attempt integer not null default 0,
  row_count bigint not null default 0,
  estimated_count bigint,
  is_estimate_exact boolean,
  byte_count bigint,
  sha256 text,
  created_at timestamptz not null default now(),
  started_at timestamptz,
  finished_at timestamptz,
  expires_at timestamptz,
  last_download_at timestamptz,
  last_download_by uuid,
  files_removed_at timestamptz,
  constraint exports_done_is_whole
    check (state <> 'done' or (sha256 is not null and byte_count is not null and expires_at is not null))
);
create index exports_of_account on public.exports (account_id, created_at desc, export_id);
create index exports_to_tidy on public.exports (state) where files_removed_at is null;
comment on column public.exports.as_of_date is 'Scores and ages are those of this day, so that a second try makes the same file.';
comment on column public.exports.attempt is 'Which try is at work; only the newest may finish.';
comment on column public.exports.filter is 'Body of the search as it was checked; checked again before it is used.';

-- Ten unfinished ones at most: the queue is everybody's.
create function private.begin_export() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  perform pg_advisory_xact_lock(hashtextextended('leadledger.exports ' || new.account_id::text, 0));
  if (select count(*) from public.exports as other
       where other.account_id = new.account_id and other.state in ('queued', 'running')) >= 10 then
    raise exception 'ten exports of this account are not finished yet' using errcode = 'check_violation',
      constraint = 'exports_unfinished';
  end if;
  return new;
end
$$;
create trigger exports_begin before insert on public.exports
  for each row execute function private.begin_export();

create function private.defer_export() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  perform private.defer_job('make_export', jsonb_build_object('export_id', new.export_id),
                            'export ' || new.export_id::text, 5);
  return null;
end
$$;
create trigger exports_deferred after insert on public.exports
  for each row execute function private.defer_export();

-- What is over stays over; a person may only end what runs, and give away what is done.
create function private.guard_export() returns trigger language plpgsql set search_path = '' as $$
declare
  allowed text[] := case old.state
                    when 'queued' then array['queued', 'running', 'failed', 'cancelled']
                    when 'running' then array['running', 'done', 'failed', 'cancelled']
                    when 'done' then array['done', 'expired']
                    else array[old.state]
                    end;
begin
  if new.state <> all (allowed) then
    raise exception 'the export is %', old.state using errcode = 'check_violation', constraint = 'exports_state_follows';
  end if;
  if new.state <> old.state and new.state in ('cancelled', 'expired') then
    new.finished_at := coalesce(old.finished_at, now());
    new.reason := coalesce(new.reason, case when auth.uid() is null then 'its time was over' else 'by a member' end);
  end if;
  return new;
end
$$;
create trigger exports_guarded before update on public.exports
  for each row execute function private.guard_export();

create trigger exports_audited_at_first after insert or delete on public.exports
  for each row execute function private.audit_change('export_id');
create trigger exports_audited after update on public.exports
  for each row when (old.state is distinct from new.state or old.last_download_at is distinct from new.last_download_at)
  execute function private.audit_change('export_id', 'row_count', 'estimated_count', 'is_estimate_exact', 'attempt');

-- Who took the file with him: once an hour for each person, for a download may come in many pieces.
create function private.note_download(wanted uuid) returns void
language sql security definer set search_path = '' as $$
  update public.exports
     set last_download_at = now(),
         last_download_by = auth.uid()
   where export_id = wanted
     and account_id in (select private.account_ids())
     and (last_download_at is null or last_download_at < now() - interval '1 hour'
          or last_download_by is distinct from auth.uid())
$$;

alter table public.exports enable row level security;
revoke all on public.exports from public, anon, authenticated, service_role;
grant select, insert (account_id, format, filter), update (state) on public.exports to authenticated;
grant select, insert, update, delete on public.exports to service_role;
create policy exports_of_members on public.exports for select to authenticated
  using (account_id in (select private.account_ids()));
create policy exports_asked_for_by_members on public.exports for insert to authenticated
  with check (account_id in (select private.account_ids('member')));
create policy exports_ended_by_members on public.exports for update to authenticated
  using (account_id in (select private.account_ids('member')) and state in ('queued', 'running', 'done'))
  with check (account_id in (select private.account_ids('member')) and state in ('cancelled', 'expired'));

revoke all on function private.begin_export(), private.defer_export(), private.guard_export(),
  private.note_download(uuid) from public, anon, authenticated;
grant execute on function private.note_download(uuid) to authenticated;
