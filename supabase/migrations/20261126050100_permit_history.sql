-- What a permit said before, for whoever may see the permit. The record itself holds names of persons and stays closed.

create function private.superseded_fields(wanted uuid) returns table (version integer, fields jsonb)
language sql stable security definer set search_path = '' as $$
  select old.version, old.permit - array['contractor_full_name', 'applicant_name', 'owner_name']
    from public.superseded_permits as old
   where old.permit_id = wanted
$$;
comment on function private.superseded_fields(uuid) is
  'Values of the versions of a permit that are no longer the newest, without those that name persons.';
revoke all on function private.superseded_fields(uuid) from public, anon, authenticated;
grant execute on function private.superseded_fields(uuid) to authenticated;

-- A version names the run that learned it, as its page does already.
grant select (run_id) on public.permit_versions to authenticated;
