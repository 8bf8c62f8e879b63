-- everything --
-- A statement for each table that there is, which gives its rows as text.
select class.oid::regclass::text,
       format('select row_of::text from %s as row_of', class.oid::regclass)
  from pg_class as class
  join pg_namespace as namespace on namespace.oid = class.relnamespace
 where class.relkind in ('r', 'p', 'm')
   and namespace.nspname not in ('pg_catalog', 'information_schema', 'pg_toast')
 order by 1;

-- make_due --
update public.alert_deliveries
   set due_at = now() - interval '1 second'
 where status in ('waiting', 'retrying');

-- deliveries --
select delivery.webhook_delivery_id::text
  from public.webhook_deliveries as delivery
 order by delivery.first_event_id;

-- read_as --
select row_of::text
  from {table} as row_of;

-- of_him --
select permit.permit_id::text, array(select lead.lead_id::text from public.leads as lead where lead.permit_id = permit.permit_id)
  from public.permits as permit
 where permit.permit_key like any (%(permit_keys)s);

-- link_tokens --
select alert.link_token
  from public.alerts as alert;

-- pages --
select distinct page.page_sha256
  from public.raw_pages as page
 where page.kind = 'rows';

-- count_permits --
select count(*)
  from public.permits;
