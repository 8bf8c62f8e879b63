"""The ledger of credits: balance, statement, caps, prices, and what each plan allows."""
