-- Statements of store/host_turns.py.

-- take_turn --
-- Looks and takes in one statement: of two processes that find the host free, the second sees what the first wrote.
insert into public.host_turns as known (host, next_allowed_at)
values (%(host)s, clock_timestamp() + make_interval(secs => %(spacing_seconds)s))
    on conflict (host) do update
   set next_allowed_at = clock_timestamp() + make_interval(secs => %(spacing_seconds)s)
 where known.next_allowed_at <= clock_timestamp()

-- seconds_left --
select greatest(0, extract(epoch from next_allowed_at - clock_timestamp()))
  from public.host_turns
 where host = %(host)s

-- put_off --
insert into public.host_turns as known (host, next_allowed_at)
values (%(host)s, clock_timestamp() + make_interval(secs => %(seconds)s))
    on conflict (host) do update
   set next_allowed_at = greatest(known.next_allowed_at, excluded.next_allowed_at)
