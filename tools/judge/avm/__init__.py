"""The interpreter, compared with the reference on programs that need no ledger."""
