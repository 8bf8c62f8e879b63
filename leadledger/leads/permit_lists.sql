-- listed_columns --
permit.permit_id, permit.dataset_id, dataset.publisher, permit.permit_num, permit.permit_type_desc, permit.work_class,
       permit.description, permit.status_current, permit.status_current_mapped, permit.applied_date,
       permit.issued_date, permit.completed_date, permit.original_address1, permit.original_address2,
       permit.original_city, permit.original_zip, permit.county_fips, permit.est_project_cost::text as est_project_cost,
       permit.contractor_company_name, permit.trades, permit.withdrawn_at, page.simulated_note

-- listed_joins --
join public.datasets as dataset on dataset.dataset_id = permit.dataset_id
  left join lateral (
       select raw_page.simulated_note
         from public.raw_pages as raw_page
        where raw_page.page_sha256 = permit.page_sha256
        limit 1) as page on true

-- find_place --
select permit.dataset_id, permit.original_address1, permit.original_city, permit.original_zip
  from public.permits as permit
 where permit.permit_id = %(permit_id)s

-- find_neighbours --
-- By the words of number and street, which are indexed; which of them are the same building is for the folded address.
select {columns}
  from (select candidate.permit_id
          from public.permits as candidate
         where candidate.search_words @> %(words)s::text[]
           and candidate.original_address1 is not null
           and (candidate.original_zip = %(zip)s or candidate.original_zip is null or %(zip)s::text is null)
         limit %(limit)s) as near
  join public.permits as permit using (permit_id)
  {joins}
 order by permit.issued_date desc nulls last, permit.permit_id

-- find_licensed --
-- Companies named on permits with this licence number.
select distinct permit.contractor_company_name
  from public.contractor_licences as licence
  join public.permits as permit using (permit_id)
 where licence.licence_key = %(licence_key)s
   and permit.contractor_company_name is not null
 limit 20

-- find_names --
-- Companies whose permits have all words of the name.
select candidate.contractor_company_name, count(*)::integer as permit_count
  from (select permit.contractor_company_name
          from unnest(%(word_lists)s::text[]) as wanted (words)
         cross join lateral (
               select found.contractor_company_name
                 from public.permits as found
                where found.search_words @> string_to_array(wanted.words, ' ')
                  and found.contractor_company_name is not null
                limit %(limit)s) as permit) as candidate
 group by candidate.contractor_company_name

-- profile --
-- Everything of the permits that name one of these companies, withdrawn ones left out.
with mine as materialized (
     select distinct on (permit.permit_id) permit.permit_id, permit.dataset_id, permit.contractor_company_name,
            permit.contractor_lic_num, permit.issued_date, permit.county_fips, permit.est_project_cost, permit.trades
       from unnest(%(word_lists)s::text[]) as wanted (words)
      cross join lateral (
            select found.*
              from (select one.permit_id, one.dataset_id, one.contractor_company_name, one.contractor_lic_num,
                           one.issued_date, one.county_fips, one.est_project_cost, one.trades, one.withdrawn_at
                      from public.permits as one
                     where one.search_words @> string_to_array(wanted.words, ' ')
                       and one.contractor_company_name is not null
                     limit %(limit)s) as found
             where found.contractor_company_name = any(%(names)s::text[])
               and found.withdrawn_at is null
               and (%(licence_key)s::text is null or
                    upper(regexp_replace(found.contractor_lic_num, '[^A-Za-z0-9]+', '', 'g')) = %(licence_key)s)
            ) as permit)
select count(*)::integer as permit_count, count(est_project_cost)::integer as costed_count,
       coalesce(sum(est_project_cost), 0)::numeric(16, 2)::text as est_project_cost_sum,
       round((percentile_cont(0.5) within group (order by est_project_cost))::numeric, 2)::text as typical_cost,
       min(issued_date) as first_issued_date, max(issued_date) as newest_issued_date,
       array_agg(distinct dataset_id) as dataset_ids,
       (select jsonb_agg(to_jsonb(one) order by one.permit_count desc, one.contractor_company_name) from (
          select contractor_company_name, count(*) as permit_count from mine group by 1) as one) as names,
       (select jsonb_agg(to_jsonb(one) order by one.permit_count desc, one.contractor_lic_num) from (
          select contractor_lic_num, count(*) as permit_count from mine where contractor_lic_num is not null group by 1
          ) as one) as licences,
       (select jsonb_agg(to_jsonb(one) order by one.permit_count desc, one.trade) from (
          select trade, count(*) as permit_count, sum(est_project_cost)::text as est_project_cost_sum
            from mine cross join unnest(trades) as each (trade) group by 1) as one) as trades,
       (select jsonb_agg(to_jsonb(one) order by one.permit_count desc, one.county_fips) from (
          select county_fips, count(*) as permit_count, sum(est_project_cost)::text as est_project_cost_sum
            from mine group by 1) as one) as counties,
       (select jsonb_agg(to_jsonb(one) order by one.month desc) from (
          select to_char(issued_date, 'YYYY-MM') as month, count(*) as permit_count,
                 sum(est_project_cost)::text as est_project_cost_sum
            from mine where issued_date is not null group by 1 order by 1 desc limit 60) as one) as months,
       (select array_agg(one.permit_id) from (
          select permit_id from mine order by issued_date desc nulls last, permit_id limit 10) as one) as newest_ids
  from mine

-- list_permits --
select {columns}
  from public.permits as permit
  {joins}
 where permit.permit_id = any(%(permit_ids)s::uuid[])
 order by permit.issued_date desc nulls last, permit.permit_id
