-- Statements of store/grain.py.

-- stored_days --
select permit_id::text,
       jsonb_build_object('applied_date', applied_date, 'issued_date', issued_date, 'completed_date', completed_date,
         'expires_date', expires_date, 'status_date', status_date)
  from public.permits
 where permit_id = any(%(permit_ids)s::uuid[])
