-- Owners and admins hear by mail of an endpoint that we stopped, each by a job of his own: one that is tried again
-- writes nobody twice. An endpoint that a member stops himself has no reason, and needs no mail.

create function private.tell_of_disabled_webhook() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  perform private.defer_job(
            'tell_of_disabled_webhook',
            jsonb_build_object('webhook_endpoint_id', new.webhook_endpoint_id, 'user_id', member.user_id))
     from public.members as member
    where member.account_id = new.account_id
      and member.role = any (private.roles_from('admin'))
      and member.email is not null;
  return null;
end
$$;
create trigger webhook_endpoints_tell after update of is_enabled on public.webhook_endpoints
  for each row when (old.is_enabled and not new.is_enabled and new.disabled_reason is not null)
  execute function private.tell_of_disabled_webhook();

revoke all on function private.tell_of_disabled_webhook() from public, anon, authenticated;
