-- Statements of benchmarks.exports.

-- account --
with made as (
     insert into public.accounts (name, created_by) values ('Benchmark', gen_random_uuid())
     returning account_id, created_by)
insert into public.members (account_id, user_id, role)
select account_id, created_by, 'owner' from made
returning account_id

-- export --
insert into public.exports (account_id, requested_by, format, filter)
select member.account_id, member.user_id, %(format)s, '{}'
  from public.members as member
 where member.account_id = %(account_id)s
returning export_id

-- outcome --
select export.state, export.row_count, export.reason, export.byte_count
  from public.exports as export
 where export.export_id = %(export_id)s

-- copy --
copy (
  select lead.lead_id, lead.trade, lead.kind, lead.openness, lead.points, lead.rank_key, permit.*
    from public.leads as lead
    join public.permits as permit on permit.permit_id = lead.permit_id
   order by lead.rank_key desc, lead.lead_id
) to stdout (format csv, header)
