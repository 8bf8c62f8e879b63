-- There is no sample data yet, so nobody makes a key that promises it.

revoke insert (is_sandbox) on public.api_keys from authenticated;
alter table public.api_keys add constraint api_keys_live check (not is_sandbox);
