-- Up to which round bills in blocks were compared with their rows, and the reverse. One row, once a block was.
CREATE TABLE matched (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    round INTEGER NOT NULL,
    at INTEGER NOT NULL
);

-- Rounds whose blocks the node did not keep: nothing was compared there.
CREATE TABLE unmatched_rounds (
    first_round INTEGER PRIMARY KEY,
    last_round INTEGER NOT NULL,
    at INTEGER NOT NULL
);

-- Bills by their block.
CREATE INDEX chain_ops_by_round ON chain_ops (round) WHERE kind = 'bill' AND state = 'done';
