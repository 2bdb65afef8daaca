-- What people who run a gateway look at.

-- How often it was tried whether the store can be written.
ALTER TABLE store ADD COLUMN checks INTEGER NOT NULL DEFAULT 0;
-- What of a tab is to be billed without waiting because somebody asked for it, in u.
ALTER TABLE tabs ADD COLUMN asked INTEGER NOT NULL DEFAULT 0 CHECK (asked >= 0);

-- Wallets for which nothing is sent to the chain: few, however many there are.
CREATE INDEX wallets_stopped ON wallets (partner_id, id) WHERE stopped IS NOT NULL;
-- When a partner's wallets were last compared with the chain. No heartbeat changes it.
CREATE INDEX wallets_compared ON wallets (partner_id, compared_at) WHERE has_account = 1;
