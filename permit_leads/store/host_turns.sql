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

-- give_back --
-- What a turn took too much. Where the host was put off for longer than the turn took, that stands.
update public.host_turns
   set next_allowed_at = next_allowed_at - make_interval(secs => %(taken_seconds)s - %(owed_seconds)s)
 where host = %(host)s
   and next_allowed_at <= clock_timestamp() + make_interval(secs => %(taken_seconds)s)
