-- create --
create database {name};

-- copy --
create database {name} template {template};

-- drop --
drop database if exists {name} with (force);

-- let_api_in --
-- Only on a foreign server (TEST_DATABASE_URL): the embedded one makes the role with a login of its own.
alter role leadledger_api login noinherit password {password};
