-- act_for --
select chosen.account_id, chosen.role, chosen.time_zone
  from private.act_for(%(account_id)s) as chosen;
