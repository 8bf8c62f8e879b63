"""Money through Stripe: checkout, portal, webhooks, and what they come to in the ledger."""
