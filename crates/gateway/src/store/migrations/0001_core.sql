-- Times are milliseconds since 1970 by the store's clock. Amounts are in u = 10^-8 EUR, unless a column's name says otherwise.
-- The dialect is what SQLite and PostgreSQL share: INTEGER is 64 bits wide, and the order of keys is the order of writing.

-- What this store belongs to. One row.
CREATE TABLE store (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    network TEXT NOT NULL,
    genesis_hash TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    -- How far the test clock is ahead, in milliseconds.
    clock_offset INTEGER NOT NULL DEFAULT 0 CHECK (clock_offset >= 0),
    -- The number of the next wallet key.
    next_key INTEGER NOT NULL DEFAULT 0
);

-- Steps forward of the clock while the gateway ran: time that nobody can have played.
CREATE TABLE clock_steps (
    at INTEGER PRIMARY KEY,
    ms INTEGER NOT NULL
);

-- The accounts of both books that belong to the network as a whole. One row.
CREATE TABLE books (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    loss INTEGER NOT NULL DEFAULT 0,
    world_card INTEGER NOT NULL DEFAULT 0,
    world_paypal INTEGER NOT NULL DEFAULT 0,
    world_chain INTEGER NOT NULL DEFAULT 0,
    world_operator INTEGER NOT NULL DEFAULT 0,
    treasury INTEGER NOT NULL DEFAULT 0 CHECK (treasury >= 0 AND treasury % 1000000 = 0),
    reserved INTEGER NOT NULL DEFAULT 0 CHECK (reserved >= 0 AND reserved % 1000000 = 0),
    outside INTEGER NOT NULL DEFAULT 0 CHECK (outside % 1000000 = 0)
);

CREATE TABLE partners (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    created_at INTEGER NOT NULL,
    -- What bills have paid on the chain: net to the provider, fee (and roundings) to the platform.
    partner INTEGER NOT NULL DEFAULT 0 CHECK (partner >= 0),
    platform INTEGER NOT NULL DEFAULT 0 CHECK (platform >= 0),
    -- JSON of `PartnerSettings`.
    settings TEXT NOT NULL
);

-- The contracts that bill a partner's users; one is in force.
CREATE TABLE contracts (
    id INTEGER PRIMARY KEY,
    partner_id INTEGER NOT NULL REFERENCES partners (id),
    app_id INTEGER NOT NULL UNIQUE,
    asset_id INTEGER NOT NULL,
    provider TEXT NOT NULL,
    platform TEXT NOT NULL,
    fee_pct INTEGER NOT NULL,
    min_rate INTEGER NOT NULL,
    max_rate INTEGER NOT NULL,
    -- 'in_force', 'retired', 'blocked'
    state TEXT NOT NULL,
    state_reason TEXT,
    created_at INTEGER NOT NULL
);
CREATE INDEX contracts_by_partner ON contracts (partner_id);

CREATE TABLE api_keys (
    id INTEGER PRIMARY KEY,
    partner_id INTEGER NOT NULL REFERENCES partners (id),
    -- 'secret', 'publishable'
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    -- SHA-256 of the key.
    hash BLOB NOT NULL UNIQUE,
    -- The key's last four characters, for people.
    hint TEXT NOT NULL,
    -- A space between scopes.
    scopes TEXT NOT NULL DEFAULT '',
    -- A space between origins.
    origins TEXT NOT NULL DEFAULT '',
    created_at INTEGER NOT NULL,
    expires_at INTEGER,
    revoked_at INTEGER,
    last_used_at INTEGER
);

CREATE TABLE contents (
    partner_id INTEGER NOT NULL REFERENCES partners (id),
    content_id TEXT NOT NULL,
    title TEXT NOT NULL,
    -- Cents a minute.
    price INTEGER NOT NULL CHECK (price >= 1),
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (partner_id, content_id)
);

-- A user of a partner. Law 1 and law 3 of both books are its checks.
CREATE TABLE wallets (
    id INTEGER PRIMARY KEY,
    partner_id INTEGER NOT NULL REFERENCES partners (id),
    user_id TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    -- 'open', 'closing', 'closed'
    state TEXT NOT NULL DEFAULT 'open',
    -- Why nothing is sent to the chain for this wallet: 'ledger_behind_chain', 'mismatch', 'doubtful', or nothing.
    stopped TEXT,
    -- The number of its key; the address is derived from it. The account is on the chain from its first delivery on.
    key_number INTEGER UNIQUE,
    address TEXT UNIQUE,
    has_account INTEGER NOT NULL DEFAULT 0,
    -- Owed.
    available INTEGER NOT NULL DEFAULT 0 CHECK (available >= 0),
    held INTEGER NOT NULL DEFAULT 0 CHECK (held >= 0),
    -- The sum of its tabs.
    unsettled INTEGER NOT NULL DEFAULT 0 CHECK (unsettled >= 0),
    settling INTEGER NOT NULL DEFAULT 0 CHECK (settling >= 0),
    withdrawing INTEGER NOT NULL DEFAULT 0 CHECK (withdrawing >= 0),
    debt INTEGER NOT NULL DEFAULT 0 CHECK (debt <= 0),
    -- On the chain.
    due INTEGER NOT NULL DEFAULT 0 CHECK (due >= 0 AND due % 1000000 = 0),
    sending INTEGER NOT NULL DEFAULT 0 CHECK (sending >= 0 AND sending % 1000000 = 0),
    in_account INTEGER NOT NULL DEFAULT 0 CHECK (in_account >= 0 AND in_account % 1000000 = 0),
    leaving INTEGER NOT NULL DEFAULT 0 CHECK (leaving >= 0 AND leaving % 1000000 = 0),
    to_return INTEGER NOT NULL DEFAULT 0 CHECK (to_return >= 0 AND to_return % 1000000 = 0),
    -- Algos of its account, in microAlgos: the sum of its rows in `algo_entries`.
    algos INTEGER NOT NULL DEFAULT 0,
    -- The round at which its account was last compared with these balances, and agreed; when that was.
    compared_round INTEGER,
    compared_at INTEGER,
    UNIQUE (partner_id, user_id),
    CHECK (available + held + unsettled + settling + withdrawing = due + sending + in_account + leaving)
);
-- Wallets with something to be done on the chain. A heartbeat changes none of these columns.
CREATE INDEX wallets_waiting ON wallets (id) WHERE (due > 0 OR to_return > 0 OR state = 'closing') AND stopped IS NULL;
-- Those that are compared with the chain, one after the other.
CREATE INDEX wallets_accounts ON wallets (id) WHERE has_account = 1;

-- What a wallet owes one contract at one price.
CREATE TABLE tabs (
    id INTEGER PRIMARY KEY,
    wallet_id INTEGER NOT NULL REFERENCES wallets (id),
    contract_id INTEGER NOT NULL REFERENCES contracts (id),
    -- Cents a minute.
    price INTEGER NOT NULL CHECK (price >= 1),
    unsettled INTEGER NOT NULL DEFAULT 0 CHECK (unsettled >= 0),
    -- The least amount whose fee is a whole minor unit; 0 where every whole minute may be billed.
    lot INTEGER NOT NULL DEFAULT 0,
    -- When a lot was first there since the last bill.
    lot_since INTEGER,
    last_tick_at INTEGER NOT NULL,
    -- When to look whether it is to be billed; nothing while it need not be.
    due_at INTEGER,
    -- Why it cannot be billed; nothing where it can.
    blocked TEXT,
    UNIQUE (wallet_id, contract_id, price)
);
CREATE INDEX tabs_due ON tabs (due_at, wallet_id) WHERE due_at IS NOT NULL AND blocked IS NULL;
CREATE INDEX tabs_blocked ON tabs (contract_id) WHERE blocked IS NOT NULL;

CREATE TABLE sessions (
    id INTEGER PRIMARY KEY,
    partner_id INTEGER NOT NULL,
    wallet_id INTEGER NOT NULL REFERENCES wallets (id),
    tab_id INTEGER NOT NULL REFERENCES tabs (id),
    content_id TEXT NOT NULL,
    -- Cents a minute.
    price INTEGER NOT NULL,
    client_id TEXT,
    -- Tokens of earlier generations are void.
    generation INTEGER NOT NULL DEFAULT 1,
    hold_ms INTEGER NOT NULL,
    held INTEGER NOT NULL DEFAULT 0 CHECK (held >= 0),
    charged INTEGER NOT NULL DEFAULT 0 CHECK (charged >= 0),
    -- Playing time that ticks claimed, and time charged when its lease was given, whose ticks have not come.
    credited_ms INTEGER NOT NULL DEFAULT 0,
    prepaid_ms INTEGER NOT NULL DEFAULT 0,
    -- Playback leases on `lease_day` (days since 1970, UTC) for this user and content, earlier sessions included.
    lease_day INTEGER NOT NULL DEFAULT 0,
    lease_until INTEGER NOT NULL DEFAULT 0,
    leased_ms INTEGER NOT NULL DEFAULT 0,
    lease_credited_ms INTEGER NOT NULL DEFAULT 0,
    ticks INTEGER NOT NULL DEFAULT 0,
    -- What ticks that come after the end may still charge: what was held then.
    late INTEGER NOT NULL DEFAULT 0 CHECK (late >= 0),
    started_at INTEGER NOT NULL,
    last_tick_at INTEGER NOT NULL,
    closed_at INTEGER,
    -- 'stopped', 'expired', 'replaced', 'contract_unavailable', 'wallet_closed', 'wallet_frozen'
    close_reason TEXT
);
-- Open sessions alone: small, however many ended.
CREATE INDEX sessions_open ON sessions (wallet_id, content_id) WHERE closed_at IS NULL;
CREATE INDEX sessions_by_content ON sessions (wallet_id, content_id, id);

-- The journal: one row is one transaction, its postings are its columns. Rows are never changed.
CREATE TABLE entries (
    id INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    -- `ledger::EntryKind`.
    kind INTEGER NOT NULL,
    partner_id INTEGER,
    wallet_id INTEGER,
    session_id INTEGER,
    tab_id INTEGER,
    -- The tick's id as the client chose it, and the first 64 bits of its SHA-256.
    tick TEXT,
    tick_hash INTEGER,
    played_ms INTEGER,
    credited_ms INTEGER,
    -- After it: what the wallet has that is not charged, and how much playing the session's hold pays for.
    balance INTEGER,
    paid_ms INTEGER,
    -- What caused it: a top-up, withdrawal or operation, by the id of that row; the operator's reason; a member of the cause.
    cause INTEGER,
    reason TEXT,
    -- The entry that this one corrects.
    corrects INTEGER,
    -- What moved from the tab `tab_id` to the tab `cause`.
    moved INTEGER,
    -- Owed.
    available INTEGER NOT NULL DEFAULT 0,
    held INTEGER NOT NULL DEFAULT 0,
    unsettled INTEGER NOT NULL DEFAULT 0,
    settling INTEGER NOT NULL DEFAULT 0,
    withdrawing INTEGER NOT NULL DEFAULT 0,
    debt INTEGER NOT NULL DEFAULT 0,
    partner INTEGER NOT NULL DEFAULT 0,
    platform INTEGER NOT NULL DEFAULT 0,
    loss INTEGER NOT NULL DEFAULT 0,
    world_card INTEGER NOT NULL DEFAULT 0,
    world_paypal INTEGER NOT NULL DEFAULT 0,
    world_chain INTEGER NOT NULL DEFAULT 0,
    world_operator INTEGER NOT NULL DEFAULT 0,
    -- On the chain.
    treasury INTEGER NOT NULL DEFAULT 0,
    reserved INTEGER NOT NULL DEFAULT 0,
    due INTEGER NOT NULL DEFAULT 0,
    sending INTEGER NOT NULL DEFAULT 0,
    in_account INTEGER NOT NULL DEFAULT 0,
    leaving INTEGER NOT NULL DEFAULT 0,
    to_return INTEGER NOT NULL DEFAULT 0,
    outside INTEGER NOT NULL DEFAULT 0,
    CHECK (available + held + unsettled + settling + withdrawing + debt + partner + platform + loss
        + world_card + world_paypal + world_chain + world_operator = 0),
    CHECK (treasury + reserved + due + sending + in_account + leaving + to_return + outside = 0),
    CHECK (treasury % 1000000 = 0 AND reserved % 1000000 = 0 AND due % 1000000 = 0 AND sending % 1000000 = 0
        AND in_account % 1000000 = 0 AND leaving % 1000000 = 0 AND to_return % 1000000 = 0 AND outside % 1000000 = 0)
);
-- One outcome for a tick id.
CREATE UNIQUE INDEX entries_tick ON entries (session_id, tick_hash) WHERE tick_hash IS NOT NULL;

-- Closed, hashed stretches of the journal.
CREATE TABLE seals (
    number INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    first_entry INTEGER NOT NULL,
    last_entry INTEGER NOT NULL,
    entries INTEGER NOT NULL,
    -- SHA-256 over the seal before, number, time and the entries.
    hash BLOB NOT NULL
);

CREATE TABLE top_ups (
    id INTEGER PRIMARY KEY,
    wallet_id INTEGER NOT NULL REFERENCES wallets (id),
    amount INTEGER NOT NULL CHECK (amount > 0 AND amount % 1000000 = 0),
    method TEXT NOT NULL,
    provider TEXT NOT NULL,
    -- What the provider calls the payment, once it has said so.
    payment_id TEXT,
    -- 'pending', 'succeeded', 'failed', 'expired', 'charged_back'
    state TEXT NOT NULL,
    -- Charged back or refunded so far.
    reversed INTEGER NOT NULL DEFAULT 0,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    ended_at INTEGER,
    UNIQUE (provider, payment_id)
);
CREATE INDEX top_ups_pending ON top_ups (expires_at) WHERE state = 'pending';

-- What the `test` provider of development networks knows of its payments.
CREATE TABLE test_payments (
    payment_id TEXT PRIMARY KEY,
    top_up_id INTEGER NOT NULL REFERENCES top_ups (id),
    amount INTEGER NOT NULL,
    -- 'pending', 'paid', 'failed'
    state TEXT NOT NULL,
    -- Charged back so far, in all.
    reversed INTEGER NOT NULL DEFAULT 0 CHECK (reversed >= 0 AND reversed <= amount),
    -- When it is charged back by itself.
    charge_back_at INTEGER
);
CREATE INDEX test_payments_to_charge_back ON test_payments (charge_back_at) WHERE charge_back_at IS NOT NULL;

CREATE TABLE withdrawals (
    id INTEGER PRIMARY KEY,
    wallet_id INTEGER NOT NULL REFERENCES wallets (id),
    amount INTEGER NOT NULL CHECK (amount > 0 AND amount % 1000000 = 0),
    destination TEXT NOT NULL,
    -- Over id, wallet, amount and destination, under a key from the seed.
    mac BLOB NOT NULL,
    -- 'pending', 'sending', 'done', 'cancelled', 'refused'
    state TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    ended_at INTEGER
);
CREATE INDEX withdrawals_pending ON withdrawals (wallet_id, id) WHERE state = 'pending';

-- What is to be done on the chain: one in flight a wallet, in the order of their ids.
CREATE TABLE chain_ops (
    id INTEGER PRIMARY KEY,
    -- 'delivery', 'bill', 'withdrawal', 'return', 'refill', 'close'
    kind TEXT NOT NULL,
    -- 'planned', 'signed', 'sent', 'done', 'refused', 'doubtful'
    state TEXT NOT NULL,
    partner_id INTEGER NOT NULL,
    wallet_id INTEGER NOT NULL REFERENCES wallets (id),
    -- A bill's contract, or the one that is joined.
    contract_id INTEGER,
    withdrawal_id INTEGER,
    -- u of PLY that move.
    amount INTEGER NOT NULL CHECK (amount >= 0 AND amount % 1000000 = 0),
    -- A bill's: units, cents a unit, fee in basis points, the tick on the chain, whether it is a rest bill. The tick is text,
    -- or 0x and hex where it is none.
    units INTEGER,
    unit_price INTEGER,
    fee_pct INTEGER,
    tick TEXT UNIQUE,
    rest INTEGER NOT NULL DEFAULT 0,
    -- The entries that a bill covers: those of its tabs after the first and up to the last. What is left of them under a lot
    -- is carried on to the next bill.
    after_entry INTEGER,
    last_entry INTEGER,
    attempts INTEGER NOT NULL DEFAULT 0,
    -- The newest attempt's.
    txid TEXT,
    round INTEGER,
    reason TEXT,
    not_before INTEGER NOT NULL DEFAULT 0,
    created_at INTEGER NOT NULL,
    ended_at INTEGER
);
-- One in flight a wallet.
CREATE UNIQUE INDEX chain_ops_in_flight ON chain_ops (wallet_id) WHERE state IN ('planned', 'signed', 'sent', 'doubtful');
-- Those that are worked on, by when.
CREATE INDEX chain_ops_waiting ON chain_ops (not_before, wallet_id) WHERE state IN ('planned', 'signed', 'sent');
CREATE INDEX chain_ops_by_wallet ON chain_ops (wallet_id, id);
CREATE INDEX chain_ops_by_partner ON chain_ops (partner_id, id);
-- A wallet's bills in blocks, the newest of which has the contract's last tick.
CREATE INDEX chain_ops_bills ON chain_ops (wallet_id, contract_id, id) WHERE kind = 'bill' AND state = 'done';

-- What a bill takes from each tab, and what a close takes.
CREATE TABLE bill_parts (
    op_id INTEGER NOT NULL REFERENCES chain_ops (id),
    tab_id INTEGER NOT NULL REFERENCES tabs (id),
    amount INTEGER NOT NULL CHECK (amount > 0),
    -- What the tab had left then: charges of the same entries that the next bills take.
    remaining INTEGER NOT NULL CHECK (remaining >= 0),
    PRIMARY KEY (op_id, tab_id)
);
CREATE INDEX bill_parts_by_tab ON bill_parts (tab_id, op_id);

-- Signed bytes, stored before they are handed over; only these are.
CREATE TABLE chain_attempts (
    op_id INTEGER NOT NULL REFERENCES chain_ops (id),
    number INTEGER NOT NULL,
    -- The first transaction of the group, as text.
    txid TEXT NOT NULL,
    first_valid INTEGER NOT NULL,
    last_valid INTEGER NOT NULL,
    -- The network's fees of the group, in microAlgos.
    fee INTEGER NOT NULL,
    group_bytes BLOB NOT NULL,
    -- 'stored', 'sent', 'in_block', 'void', 'refused'
    state TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (op_id, number)
);

-- Algos, in microAlgos: the third book.
CREATE TABLE algo_entries (
    id INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    op_id INTEGER,
    wallet_id INTEGER,
    partner_id INTEGER,
    treasury INTEGER NOT NULL DEFAULT 0,
    wallet INTEGER NOT NULL DEFAULT 0,
    fees INTEGER NOT NULL DEFAULT 0,
    outside INTEGER NOT NULL DEFAULT 0,
    CHECK (treasury + wallet + fees + outside = 0)
);
CREATE INDEX algo_entries_by_partner ON algo_entries (partner_id, id);

-- Answers by idempotency key, written with their effect.
CREATE TABLE idempotency_keys (
    partner_id INTEGER NOT NULL,
    key_hash BLOB NOT NULL,
    -- Method and path.
    request TEXT NOT NULL,
    body_hash BLOB NOT NULL,
    status INTEGER NOT NULL,
    answer TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (partner_id, key_hash)
);
CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at);

-- Who may use the dashboard. The password is kept as what Argon2id makes of it.
CREATE TABLE logins (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    salt BLOB NOT NULL,
    memory_kib INTEGER NOT NULL,
    passes INTEGER NOT NULL,
    hash BLOB NOT NULL,
    changed_at INTEGER NOT NULL
);

-- Browsers that are signed in, by the SHA-256 of their cookie.
CREATE TABLE login_sessions (
    hash BLOB PRIMARY KEY,
    login_id INTEGER NOT NULL REFERENCES logins (id),
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
);
CREATE INDEX login_sessions_by_age ON login_sessions (expires_at);
