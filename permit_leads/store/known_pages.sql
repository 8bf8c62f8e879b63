-- Statements of store/known_pages.py.

-- known_page --
-- A run that failed stored nothing, so nothing may be taken as known from it; a replay fetched nothing.
select page.page_sha256, page.headers, page.media_type,
       (select max(whole.fetched_at)
          from public.raw_pages as whole
          join public.etl_runs as its using (run_id)
         where whole.dataset_id = page.dataset_id
           and whole.url = page.url
           and whole.page_sha256 = page.page_sha256
           and whole.status = 200
           and its.status = 'success'
           and its.kind <> 'replay') as whole_at
  from public.raw_pages as page
  join public.etl_runs as run using (run_id)
 where page.dataset_id = %(dataset_id)s
   and page.url = %(url)s
   and page.kind = 'rows'
   and page.method = 'GET'
   and run.status = 'success'
   and run.kind <> 'replay'
 order by page.fetched_at desc
 limit 1
