-- Before a file is asked for again, the newest page of its address is looked up.
set lock_timeout = '5s';

create index raw_pages_dataset_url on public.raw_pages (dataset_id, url, fetched_at desc) where kind = 'rows';
