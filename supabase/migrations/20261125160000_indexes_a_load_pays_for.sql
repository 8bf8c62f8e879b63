-- What every new permit pays for at the index.

-- permit_id is the uuid5 of exactly these two columns, so the primary key already says that they are unique; as an
-- index of its own it was larger than that of the ids and a tenth of a first load.
alter table public.permits drop constraint permits_natural_key;

-- A first load writes its words to the pending list and leaves sorting them in to autovacuum, which has more memory
-- for it; until then a search reads the list, at most 64 MB, as well.
alter index public.permits_search_words set (gin_pending_list_limit = 65536);
