-- go_past_every_trigger --
set session_replication_role = replica;

-- lose_a_charge --
delete from public.credit_entries
 where credit_entry_id = (select max(entry.credit_entry_id) from public.credit_entries as entry where entry.reason = 'claim');

-- overcharge --
update public.credit_entries
   set amount = -500
 where credit_entry_id = (select max(entry.credit_entry_id) from public.credit_entries as entry where entry.reason = 'claim');
