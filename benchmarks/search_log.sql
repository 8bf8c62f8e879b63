-- Statements of benchmarks.search_log.

-- log_all --
alter system set log_min_duration_statement = 0;

-- log_as_before --
alter system reset log_min_duration_statement;

-- reload --
select pg_reload_conf();
