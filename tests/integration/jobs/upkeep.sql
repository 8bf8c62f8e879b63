-- account --
insert into public.accounts (account_id, name, created_by)
values ('00000000-0000-4000-8000-000000000001', 'Upkeep', '00000000-0000-4000-8000-000000000002');

-- keys --
insert into public.idempotency_keys (account_id, user_id, idempotency_key, request_hash, created_at)
select '00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000002', given.name, 'hash',
       now() - given.age
  from (values ('recent', interval '23 hours'), ('over', interval '25 hours')) as given (name, age);

-- invitations --
insert into public.invitations (account_id, email, role, token_hash, invited_by, created_at, expires_at, accepted_at)
select '00000000-0000-4000-8000-000000000001', given.name, 'member', given.name,
       '00000000-0000-4000-8000-000000000002', now() - given.age, now() - given.age + interval '7 days', given.accepted
  from (values ('invited', interval '1 day', null), ('just-ended', interval '36 days', null),
               ('long-ended', interval '38 days', null), ('long-joined', interval '33 days', now() - interval '32 days')
       ) as given (name, age, accepted);

-- left --
select invitation.email from public.invitations as invitation
 union all
select known.idempotency_key from public.idempotency_keys as known
 order by 1;
