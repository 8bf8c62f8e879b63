-- exports --
-- Done: walk.conftest puts the seven bytes in place.
insert into public.exports (account_id, requested_by, format, filter, state, reason, attempt, byte_count, sha256,
                            finished_at, expires_at)
values (%(account_id)s, %(user_id)s, 'csv', '{}', 'done', %(marker)s, 1, 7,
        encode(sha256('only A.'::bytea), 'hex'), now(), now() + interval '1 day')
returning export_id;
