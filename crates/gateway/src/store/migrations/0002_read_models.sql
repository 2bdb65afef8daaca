-- Read models: what lists and reports are read from. The sealer feeds them from sealed entries; all of them can be made again
-- from the journal. Nothing here is written by a tick.

-- How far they reach. One row.
CREATE TABLE read_models (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    -- The newest entry that is in them.
    last_entry INTEGER NOT NULL DEFAULT 0
);
INSERT INTO read_models (id) VALUES (1);

-- The entries that are no ticks: events of a partner, and lines of a wallet's statement.
CREATE TABLE events (
    entry_id INTEGER PRIMARY KEY,
    kind INTEGER NOT NULL,
    partner_id INTEGER,
    wallet_id INTEGER
);
CREATE INDEX events_by_partner ON events (partner_id, entry_id);
CREATE INDEX events_by_wallet ON events (wallet_id, entry_id);

-- Sums of entries of a partner in a quarter of an hour: every time zone's days begin with one.
CREATE TABLE rollups (
    partner_id INTEGER NOT NULL,
    -- Quarters of an hour since 1970, UTC.
    quarter INTEGER NOT NULL,
    sessions INTEGER NOT NULL,
    ticks INTEGER NOT NULL,
    -- Credited playing time, in milliseconds, and what was charged.
    played_ms INTEGER NOT NULL,
    charged INTEGER NOT NULL,
    -- Bills that came into a block.
    bills INTEGER NOT NULL,
    gross INTEGER NOT NULL,
    fee INTEGER NOT NULL,
    -- Charges that were given back.
    given_back INTEGER NOT NULL,
    -- By how much more is charged and in no block at its end.
    unsettled INTEGER NOT NULL,
    PRIMARY KEY (partner_id, quarter)
);

-- Charges without a tick, of which an honest player has few: with `entries_tick` all charges of a session.
CREATE INDEX entries_leases ON entries (session_id) WHERE kind = 112;
CREATE INDEX sessions_by_partner ON sessions (partner_id, id);

-- What was asked to be exported. Rows are read when the file is.
CREATE TABLE exports (
    id INTEGER PRIMARY KEY,
    partner_id INTEGER NOT NULL,
    -- 'transactions', 'settlements', 'sessions'
    kind TEXT NOT NULL,
    -- 'rfc4180', 'excel'
    variant TEXT NOT NULL,
    from_ms INTEGER NOT NULL,
    to_ms INTEGER NOT NULL,
    -- The newest entry that can be in it.
    last_entry INTEGER NOT NULL,
    row_count INTEGER NOT NULL,
    created_at INTEGER NOT NULL
);
