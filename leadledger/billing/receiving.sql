-- Statements of leadledger/billing/receiving.py, with the API's own rights.

-- keep_event --
select private.keep_billing_event(%(event_id)s, %(type)s, %(is_live)s, %(api_version)s, %(object_id)s, %(created_at)s,
                                  %(payload)s);

-- count_refusals --
select private.count_refusals(%(why)s, %(more)s);
