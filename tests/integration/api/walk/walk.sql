-- a_lead --
select lead.lead_id::text, lead.permit_id::text
  from public.leads as lead
 where lead.openness = 'open'
 order by lead.rank_key desc, lead.lead_id
 limit 1;

-- act_in_claims --
-- For seeds: auth.uid() answers, the rights stay the owner's.
select set_config('request.jwt.claims', %(claims)s, false);

-- act_as --
select set_config('request.jwt.claims', %(claims)s, true), set_config('role', %(role)s, true);

-- act_as_owner --
select set_config('role', 'none', true);

-- tables --
-- Every table and view with what a signed-in user or a stranger may do with which of its columns.
select namespace.nspname, class.relname, class.relkind::text,
       exists (select
                 from pg_attribute as owned
                where owned.attrelid = class.oid and owned.attname = 'account_id' and not owned.attisdropped),
       exists (select
                 from pg_attribute as owned
                where owned.attrelid = class.oid and owned.attname = 'user_id' and not owned.attisdropped),
       coalesce(class.reloptions::text, ''),
       array(select attribute.attname::text
               from pg_attribute as attribute
              where attribute.attrelid = class.oid and attribute.attnum > 0 and not attribute.attisdropped
                and (has_column_privilege('authenticated', class.oid, attribute.attname, 'select')
                     or has_column_privilege('anon', class.oid, attribute.attname, 'select'))
              order by attribute.attnum),
       array(select attribute.attname::text
               from pg_attribute as attribute
              where attribute.attrelid = class.oid and attribute.attnum > 0 and not attribute.attisdropped
                and (has_column_privilege('authenticated', class.oid, attribute.attname, 'insert')
                     or has_column_privilege('anon', class.oid, attribute.attname, 'insert'))
              order by attribute.attnum),
       array(select attribute.attname::text
               from pg_attribute as attribute
              where attribute.attrelid = class.oid and attribute.attnum > 0 and not attribute.attisdropped
                and (has_column_privilege('authenticated', class.oid, attribute.attname, 'update')
                     or has_column_privilege('anon', class.oid, attribute.attname, 'update'))
              order by attribute.attnum)
  from pg_class as class
  join pg_namespace as namespace on namespace.oid = class.relnamespace
 where class.relkind in ('r', 'p', 'v', 'm', 'f')
   and namespace.nspname not in ('pg_catalog', 'information_schema', 'pg_toast', 'extensions')
   and not class.relispartition
 order by namespace.nspname, class.relname;

-- foreign_keys_without_account --
-- A row of one account must not hang on a row of another: the key has to name the account on both sides.
select fk.conrelid::regclass::text, fk.conname
  from pg_constraint as fk
 where fk.contype = 'f'
   and fk.confrelid <> 'public.accounts'::regclass
   and exists (select from pg_attribute where attrelid = fk.conrelid and attname = 'account_id' and not attisdropped)
   and exists (select from pg_attribute where attrelid = fk.confrelid and attname = 'account_id' and not attisdropped)
   and not exists (select
                     from unnest(fk.conkey, fk.confkey) as pair (own, theirs)
                     join pg_attribute as mine on mine.attrelid = fk.conrelid and mine.attnum = pair.own
                     join pg_attribute as other on other.attrelid = fk.confrelid and other.attnum = pair.theirs
                    where mine.attname = 'account_id' and other.attname = 'account_id')
 order by 1, 2;

-- definer_functions --
-- Functions with their owner's rights that signed-in users or strangers may call.
select namespace.nspname || '.' || function.proname, function.pronargs
  from pg_proc as function
  join pg_namespace as namespace on namespace.oid = function.pronamespace
 where function.prosecdef
   and function.prorettype <> 'trigger'::regtype
   and namespace.nspname not in ('pg_catalog', 'information_schema', 'extensions')
   and (has_function_privilege('authenticated', function.oid, 'execute')
        or has_function_privilege('anon', function.oid, 'execute'))
 order by 1;

-- fingerprint --
-- Changes when a row of the account comes, goes or is written, even with what it held before.
select coalesce(md5(string_agg(row_of.ctid::text || row_of.xmin::text || row_of::text, '|' order by row_of.ctid)), '')
  from {table} as row_of
 where row_of.account_id = %(account_id)s
   and {is_not_theirs};

-- content --
-- That a key was used is noted at most once a minute, whoever's turn that is.
select coalesce(md5(string_agg(told.text, '|' order by told.text)), '')
  from {table} as row_of
 cross join lateral (select (to_jsonb(row_of) - 'last_used_at')::text) as told (text)
 where row_of.account_id = %(account_id)s
   and {is_not_theirs};

-- not_of_user --
row_of.user_id is distinct from {user_id}

-- anyones --
true

-- read_all --
select {columns}
  from {table};

-- copy_row --
insert into {table} ({columns})
select {columns}
  from jsonb_populate_record(null::{table}, %(row)s);

-- a_row --
select to_jsonb(row_of)
  from {table} as row_of
 where row_of.account_id = %(account_id)s
 limit 1;

-- touch --
update {table}
   set {column} = {column};

-- move_over --
update {table}
   set account_id = %(account_id)s;

-- remove_all --
delete from {table};

-- call --
select answer::text
  from {function}(%(value)s) as answer;

-- has_user --
select exists (select
                 from pg_attribute as attribute
                where attribute.attrelid = %(table)s::regclass and attribute.attname = 'user_id');
