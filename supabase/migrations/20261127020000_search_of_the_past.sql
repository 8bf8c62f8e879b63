-- What changed since an instant, for lists of leads as they were known then.

create index superseded_leads_by_end on public.superseded_leads (superseded_at);
create index superseded_permits_by_end on public.superseded_permits (superseded_at);

create function private.permits_then(moment timestamptz) returns table (permit_id uuid, fields jsonb)
language sql stable security definer set search_path = '' as $$
  select distinct on (old.permit_id)
         old.permit_id, old.permit - array['contractor_full_name', 'applicant_name', 'owner_name']
    from public.superseded_permits as old
   where old.superseded_at > moment
   order by old.permit_id, old.version
$$;
comment on function private.permits_then(timestamptz) is
  'What permits said at an instant of which we learned more since, without the names of persons.';

create function private.count_superseded_since(moment timestamptz, at_most integer) returns bigint
language sql stable security definer set search_path = '' as $$
  select (select count(*) from (select from public.superseded_permits as old
                                 where old.superseded_at > moment limit at_most) as permit)
       + (select count(*) from (select from public.superseded_leads as old
                                 where old.superseded_at > moment limit at_most) as lead)
$$;
comment on function private.count_superseded_since(timestamptz, integer) is
  'How many versions of permits and leads ended since an instant; each counted up to a bound.';

revoke all on function private.permits_then(timestamptz), private.count_superseded_since(timestamptz, integer)
  from public, anon, authenticated;
grant execute on function private.permits_then(timestamptz), private.count_superseded_since(timestamptz, integer)
  to authenticated;
