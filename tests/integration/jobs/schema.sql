-- What a schema holds, as lines of text.

-- columns --
select format('%%s.%%s %%s %%s %%s', relation.relname, attribute.attname,
              format_type(attribute.atttypid, attribute.atttypmod), attribute.attnotnull,
              pg_get_expr(standard.adbin, standard.adrelid))
  from pg_class as relation
  join pg_attribute as attribute on attribute.attrelid = relation.oid and attribute.attnum > 0
  left join pg_attrdef as standard on standard.adrelid = relation.oid and standard.adnum = attribute.attnum
 where relation.relnamespace = %(schema)s::regnamespace
   and relation.relkind in ('r', 'c')

-- constraints --
select conname || ' ' || pg_get_constraintdef(oid)
  from pg_constraint
 where connamespace = %(schema)s::regnamespace

-- indexes --
select indexdef
  from pg_indexes
 where schemaname = %(schema)s

-- triggers --
select pg_get_triggerdef(oid)
  from pg_trigger
 where tgrelid in (select oid from pg_class where relnamespace = %(schema)s::regnamespace)
   and not tgisinternal

-- labels --
select pg_type.typname || ' ' || string_agg(pg_enum.enumlabel, ',' order by pg_enum.enumsortorder)
  from pg_enum
  join pg_type on pg_type.oid = pg_enum.enumtypid
 where pg_type.typnamespace = %(schema)s::regnamespace
 group by pg_type.typname

-- functions --
select pg_get_functiondef(oid)
  from pg_proc
 where pronamespace = %(schema)s::regnamespace

-- rights --
select relname, privilege
  from pg_class
 cross join unnest(array['select', 'insert', 'update', 'delete']) as privilege
 where relnamespace = 'procrastinate'::regnamespace
   and relkind = 'r'
   and has_table_privilege(%(role)s, oid, privilege)
union all
select proname, 'execute'
  from pg_proc
 where pronamespace = 'procrastinate'::regnamespace
   and has_function_privilege(%(role)s, oid, 'execute')

-- unsecured --
select relname
  from pg_class
 where relnamespace = 'procrastinate'::regnamespace
   and relkind = 'r'
   and not relrowsecurity
