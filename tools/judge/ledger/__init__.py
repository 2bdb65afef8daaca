"""The ledger, compared with the reference group by group."""
