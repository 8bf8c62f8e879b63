-- free_all --
delete from public.exclusive_zips;

-- end_all --
update public.exclusive_zips
   set ends_at = now() - interval '1 second';

-- spot --
select lead.trade, lead.original_zip
  from public.leads as lead
 where lead.openness in ('open', 'likely')
   and not exists (select from public.claims as claim where claim.lead_id = lead.lead_id)
 group by lead.trade, lead.original_zip
 order by count(*) desc, lead.trade, lead.original_zip;

-- leads --
select lead.lead_id
  from public.leads as lead
 where lead.trade = %(trade)s
   and lead.original_zip = %(zip)s
   and lead.openness in ('open', 'likely')
   and not exists (select from public.claims as claim where claim.lead_id = lead.lead_id)
 order by lead.lead_id;
