-- What API processes tell each other about how often somebody asked; lost in a crash, and no loss.

create unlogged table private.rate_counts (
  window_start timestamptz not null,
  subject text not null,
  used integer not null,
  constraint rate_counts_pkey primary key (window_start, subject)
);
comment on column private.rate_counts.subject is 'Hash of a key''s or user''s id, or of an address; gone within minutes.';
alter table private.rate_counts enable row level security;
revoke all on private.rate_counts from public, anon, authenticated, service_role;

-- Adds what one process has counted and answers with what all of them have. In one order, so that two never wait for
-- each other; what is older than the window before goes.
create function private.add_rate_counts(current_window timestamptz, subjects text[], amounts integer[])
returns table (counted_subject text, counted_used integer)
language plpgsql security definer set search_path = '' as $$
begin
  delete from private.rate_counts as old
   where old.window_start < current_window - interval '2 minutes';
  return query
  insert into private.rate_counts as known (window_start, subject, used)
  select current_window, counted.subject, counted.amount
    from unnest(subjects, amounts) as counted (subject, amount)
   order by counted.subject
      on conflict (window_start, subject) do update set used = known.used + excluded.used
  returning known.subject, known.used;
end
$$;
revoke execute on function private.add_rate_counts(timestamptz, text[], integer[]) from public, anon, authenticated;
grant execute on function private.add_rate_counts(timestamptz, text[], integer[]) to anon;
