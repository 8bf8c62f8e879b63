-- Statements of sandbox/hiding.py.

-- open_for_writing --
-- The one reason for which the sample changes; for this session only.
set default_transaction_read_only = off;
