-- A file made before a person was suppressed may name him, and nobody can take him out of it: it is given up, now when
-- the suppression comes into force, and again when the stored rows are clean, for what was read in between.

create function private.end_exports_of_suppressed() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  update public.exports
     set state = 'expired',
         reason = 'a privacy request was granted after it was made; ask for it again'
   where state = 'done';
  update public.exports
     set state = 'failed',
         reason = 'a privacy request was granted while it was made; ask for it again',
         finished_at = now()
   where state = 'running';
  return null;
end
$$;
create trigger suppressions_end_exports after insert on public.suppressions
  for each statement execute function private.end_exports_of_suppressed();
create trigger suppressions_end_exports_again after update of applied_at on public.suppressions
  for each row when (old.applied_at is null and new.applied_at is not null)
  execute function private.end_exports_of_suppressed();

revoke all on function private.end_exports_of_suppressed() from public, anon, authenticated;
