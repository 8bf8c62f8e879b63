"""Money on real connections: races, kills, and what the ledger says afterwards."""
