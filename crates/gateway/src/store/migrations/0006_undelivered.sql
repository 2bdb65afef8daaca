-- What the treasury still has of wallets: added up at every start, which must not read all wallets.
CREATE INDEX wallets_undelivered ON wallets (due, sending) WHERE due > 0 OR sending > 0;
