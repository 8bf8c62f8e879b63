-- find_api_key --
select found.api_key_id, found.account_id, found.user_id, found.scopes, found.is_sandbox,
       found.state
  from private.find_api_key(%(key_hash)s) as found;

-- note_use --
select private.note_api_key_use(%(api_key_id)s);
