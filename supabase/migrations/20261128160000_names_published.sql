-- Which names a claim would open, said before it is paid for; never the names themselves.
create function private.names_published(wanted uuid) returns text[]
language sql stable security definer set search_path = '' as $$
  select array_remove(array[case when permit.owner_name is not null then 'owner' end,
                            case when permit.applicant_name is not null then 'applicant' end,
                            case when permit.contractor_full_name is not null then 'contractor' end], null)
    from public.leads as lead
    join public.permits as permit on permit.permit_id = lead.permit_id
   where lead.lead_id = wanted
$$;
revoke all on function private.names_published(uuid) from public, anon, authenticated;
grant execute on function private.names_published(uuid) to authenticated;
