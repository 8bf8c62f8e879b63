-- Statements of leadledger/credits/zips.py. Row-level security decides what each of them sees.

-- list_zips --
select zip.trade, zip.zip, zip.begins_at, zip.ends_at
  from public.exclusive_zips as zip
 where zip.account_id = %(account_id)s
   and zip.ends_at > now()
 order by zip.trade, zip.zip;

-- buy_zip --
select private.buy_zip(%(account_id)s, %(trade)s, %(zip)s);

-- find_zip --
select zip.trade, zip.zip, zip.begins_at, zip.ends_at
  from public.exclusive_zips as zip
 where zip.account_id = %(account_id)s
   and zip.trade = %(trade)s
   and zip.zip = %(zip)s;
