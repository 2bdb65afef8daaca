"""What must hold in a store that has come to rest: in its tables, in its reports, and between it and the chain."""
import sqlite3
from collections import Counter
from decimal import Decimal

from judge.gateway.client import read_log

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
MINOR = 1_000_000
UNIT = Decimal(100_000_000)
WALLET = ["available", "held", "unsettled", "settling", "withdrawing", "debt", "due", "sending", "in_account", "leaving", "to_return"]
BOOKS = ["loss", "world_card", "world_paypal", "world_chain", "world_operator", "treasury", "reserved", "outside"]
OPEN = "('planned', 'signed', 'sent', 'doubtful')"


def number(text):
    """The number of an id's text."""
    value = 0
    for digit in text.rsplit("_", 1)[1]:
        value = value * 32 + ALPHABET.index(digit)
    return value


def text(prefix, value):
    return f"{prefix}_" + "".join(ALPHABET[value >> (5 * place) & 31] for place in reversed(range(13)))


def units(amount):
    """An amount's text in 10^-8 EUR, exactly."""
    value = Decimal(amount) * UNIT
    assert value == int(value), amount
    return int(value)


def euros(value):
    return f"{Decimal(value) / UNIT:.8f}"


def opened(path):
    """The store, for reading alone."""
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=30)
    connection.row_factory = sqlite3.Row
    return connection


def rests(path):
    """What is not settled yet: operations under way, deliveries due, tabs that are due by the store's clock."""
    store = opened(path)
    try:
        one = lambda sql: store.execute(sql).fetchone()[0]
        return {"operations": one(f"SELECT COUNT(*) FROM chain_ops WHERE state IN {OPEN}"),
                "deliveries": one("SELECT COUNT(*) FROM wallets WHERE (due > 0 OR to_return > 0) AND stopped IS NULL"),
                "withdrawals": one("SELECT COUNT(*) FROM withdrawals WHERE state IN ('pending', 'sending')"),
                "tabs": one(f"SELECT COUNT(*) FROM tabs WHERE unsettled >= {MINOR} AND blocked IS NULL"),
                "sessions": one("SELECT COUNT(*) FROM sessions WHERE closed_at IS NULL")}
    finally:
        store.close()


def laws(store, table):
    """Laws 1 and 3, and every balance against the sum of its postings."""
    rows = store.execute("SELECT * FROM wallets").fetchall()
    broken = [f"wallet {row['id']}" for row in rows
              if sum(row[name] for name in WALLET[:5]) != sum(row[name] for name in WALLET[6:10])]
    table.none("law 1: owed = on the chain, per wallet", broken, len(rows))
    broken = [f"wallet {row['id']}" for row in rows
              if any(row[name] % MINOR for name in WALLET[6:]) or (row["available"] + row["held"] + row["unsettled"]) % MINOR]
    table.none("law 3: whole minor units", broken, len(rows))
    table.none("no balance below zero", [f"wallet {row['id']}" for row in rows
               if any(row[name] < 0 for name in WALLET if name != "debt")], len(rows))
    for subject, key, accounts in [("wallets", "wallet_id", WALLET), ("partners", "partner_id", ["partner", "platform"]),
                                   ("books", "1", BOOKS)]:
        sums = ", ".join(f"COALESCE(SUM(e.{name}), 0) AS {name}" for name in accounts)
        journal = {row[0]: row for row in store.execute(f"SELECT {key}, {sums} FROM entries e GROUP BY 1")}
        kept = store.execute(f"SELECT id, {', '.join(accounts)} FROM {subject}").fetchall()
        wrong = [f"{subject} {row['id']} {name}" for row in kept for name in accounts
                 if row[name] != (journal[row["id"]][name] if row["id"] in journal else 0)]
        table.none(f"{subject} = sums of entries", wrong, len(kept))
    for subject, sql in [
        ("wallets = sums of tabs", "SELECT w.id FROM wallets w LEFT JOIN tabs t ON t.wallet_id = w.id GROUP BY w.id "
                                   "HAVING w.unsettled <> COALESCE(SUM(t.unsettled), 0)"),
        ("holds = sums of open sessions", "SELECT w.id FROM wallets w LEFT JOIN sessions s ON s.wallet_id = w.id GROUP BY w.id "
                                          "HAVING w.held <> COALESCE(SUM(s.held), 0)"),
        ("sessions = sums of entries", "SELECT s.id FROM sessions s LEFT JOIN entries e ON e.session_id = s.id GROUP BY s.id "
                                       "HAVING s.charged <> COALESCE(SUM(e.unsettled), 0) "
                                       "OR s.credited_ms <> COALESCE(SUM(e.credited_ms), 0)"),
        ("charges = price x time", "SELECT id FROM sessions WHERE charged <> price * 1000000 * (credited_ms + prepaid_ms) / 60000"),
    ]:
        table.none(subject, [str(row[0]) for row in store.execute(sql)], "all")


def acknowledged(store, table, log):
    """Every acknowledged tick is in the journal once, with what was answered; so are top-ups, sessions and withdrawals."""
    entries, doubles = {}, []
    for row in store.execute("SELECT id, session_id, tick, unsettled, credited_ms, played_ms, kind FROM entries WHERE tick IS NOT NULL"):
        key = (row["session_id"], row["tick"])
        if key in entries:
            doubles.append(f"session {key[0]} tick {key[1]}: entries {entries[key]['id']} and {row['id']}")
        entries[key] = row
    table.none("no tick is in the journal twice", doubles, len(entries))
    top_ups = {row["id"]: row for row in store.execute("SELECT id, amount, state FROM top_ups")}
    sessions = {row["id"]: row for row in store.execute("SELECT id, charged, closed_at FROM sessions")}
    withdrawals = {row["id"]: row for row in store.execute("SELECT id, amount, state FROM withdrawals")}
    wrong, seen = [], {"ticks": set(), "top-ups": set(), "sessions": set(), "withdrawals": set()}
    records = total = 0
    for record in read_log(log):
        records += 1
        if "entry" in record:
            key = (number(record["session"]), record["tick"])
            row = entries.get(key)
            if row is None:
                wrong.append(f"lost: tick {record}")
            elif (row["id"], row["unsettled"], row["credited_ms"], row["played_ms"]) != (
                    number(record["entry"]), units(record["charged"]), record["credited"], record["played"]):
                wrong.append(f"other: tick {record}, entry {dict(row)}")
            if key not in seen["ticks"]:
                seen["ticks"].add(key)
                total += units(record["charged"])
        elif "top_up" in record:
            row = top_ups.get(number(record["top_up"]))
            ends = {"pending": {"pending", "expired"}}.get(record["status"], {record["status"]})
            if row is None or row["amount"] != units(record["amount"]) or row["state"] not in ends:
                wrong.append(f"top-up {record}, row {row and dict(row)}")
            seen["top-ups"].add(record["top_up"])
        elif "withdrawal" in record:
            if number(record["withdrawal"]) not in withdrawals:
                wrong.append(f"lost: {record}")
            seen["withdrawals"].add(record["withdrawal"])
        else:
            row = sessions.get(number(record["session"]))
            if row is None:
                wrong.append(f"lost: {record}")
            elif record.get("stopped"):
                if row["closed_at"] is None or row["charged"] < units(record["total"]):
                    wrong.append(f"stop {record}, row {dict(row)}")
                if record["last"] and (row["id"], record["last"]) not in entries:
                    wrong.append(f"lost: last tick of {record}")
            seen["sessions"].add(record["session"])
    table.none("acknowledged = journal", wrong, f"{records} records")
    table.figure("acknowledged ticks", len(seen["ticks"]))
    table.figure("ticks in the journal", len(entries))
    table.figure("charged by acknowledged ticks", euros(total))
    for name in ("sessions", "top-ups", "withdrawals"):
        table.figure(f"acknowledged {name}", len(seen[name]))
    return entries


def money(store, table):
    """Charges are bills and what is not billed yet; top-ups are what came in."""
    one = lambda sql: store.execute(sql).fetchone()[0] or 0
    charges = one("SELECT SUM(unsettled) FROM entries WHERE kind IN (110, 111, 112)")
    bills = one("SELECT SUM(amount) FROM chain_ops WHERE kind = 'bill' AND state = 'done'")
    under_way = one(f"SELECT SUM(amount) FROM chain_ops WHERE kind = 'bill' AND state IN {OPEN}")
    unsettled, given = one("SELECT SUM(unsettled) FROM wallets"), one("SELECT -SUM(unsettled) FROM entries WHERE kind = 190")
    table.same("charges = bills + unsettled (books)", euros(charges), euros(bills + under_way + unsettled + given))
    paid = one("SELECT SUM(amount) FROM top_ups WHERE state = 'succeeded'")
    table.same("top-ups paid = what cards brought", euros(paid), euros(-one("SELECT world_card FROM books")))
    table.same("reserved = pending top-ups", euros(one("SELECT SUM(amount) FROM top_ups WHERE state = 'pending'")),
               euros(one("SELECT reserved FROM books")))
    worst = one("SELECT MAX(unsettled) FROM wallets")
    table.figure("largest rest in a wallet", euros(worst))
    table.none("operations that are no success", [f"{text('stl', row['id'])} {row['kind']} {row['state']} {row['reason']}" for row in
               store.execute("SELECT * FROM chain_ops WHERE state <> 'done'")], one("SELECT COUNT(*) FROM chain_ops"))
    table.none("wallets that are stopped", [f"wallet {row['id']}: {row['stopped']}" for row in
               store.execute("SELECT id, stopped FROM wallets WHERE stopped IS NOT NULL")], one("SELECT COUNT(*) FROM wallets"))
    return charges, unsettled


def on_chain(store, table, chain, charges, unsettled, withdrawn_to=()):
    """Each operation that is done is one group in the blocks, with its amounts and receivers; balances are the books'."""
    one = lambda sql: store.execute(sql).fetchone()[0] or 0
    contract = store.execute("SELECT * FROM contracts WHERE app_id = ?", (chain.app,)).fetchone()
    addresses = {row["id"]: row["address"] for row in store.execute("SELECT id, address FROM wallets")}
    wrong, gross, fees, fee_wrong, bills = [], 0, 0, [], 0
    rows = store.execute("SELECT o.*, w.destination FROM chain_ops o LEFT JOIN withdrawals w ON w.id = o.withdrawal_id").fetchall()
    known = set()
    for row in rows:
        name, wallet, minor = text("stl", row["id"]), addresses[row["wallet_id"]], row["amount"] // MINOR
        groups = chain.groups.get(name, [])
        known.add(name)
        expected = 1 if row["state"] == "done" else 0
        if len(groups) != expected:
            wrong.append(f"{name} {row['kind']} {row['state']}: {len(groups)} groups in blocks")
        for group in groups:
            moves = Counter()
            for sender, receiver, amount in group["transfers"]:
                moves[sender, receiver] += amount
            moves = {pair: amount for pair, amount in moves.items() if amount}
            if row["kind"] == "bill":
                bills += 1
                fee = minor * row["fee_pct"] // 10_000
                want = {(wallet, contract["provider"]): minor - fee, (wallet, contract["platform"]): fee}
                paid_fee = moves.get((wallet, contract["platform"]), 0)
                gross, fees = gross + sum(moves.values()), fees + paid_fee
                if abs(paid_fee * 10_000 - minor * row["fee_pct"]) >= 10_000:
                    fee_wrong.append(f"{name}: fee {paid_fee} of {minor} at {row['fee_pct']}")
            elif row["kind"] == "delivery":
                want = {(chain.treasury, wallet): minor}
            elif row["kind"] == "withdrawal":
                want = {(wallet, row["destination"]): minor}
            elif row["kind"] == "return":
                want = {(wallet, chain.treasury): minor}
            else:
                want = moves
            if moves != {pair: amount for pair, amount in want.items() if amount}:
                wrong.append(f"{name} {row['kind']}: moved {moves}, not {want}")
    table.none("each operation is one group", wrong, len(rows))
    table.none("no group without an operation", [name for name in chain.groups if name not in known], len(chain.groups))
    table.same("charges = bills on chain + unsettled", euros(charges), euros(gross * MINOR + unsettled))
    table.none("fee / gross = fee_pct to a minor unit a bill", fee_wrong, bills)
    table.figure("bills on chain, their gross and fee", f"{bills}, {gross / 100:.2f}, {fees / 100:.2f}")
    balances = {contract["provider"]: (gross - fees), contract["platform"]: fees,
                chain.treasury: one("SELECT treasury + reserved + (SELECT SUM(due + sending) FROM wallets) FROM books") // MINOR}
    for owner in withdrawn_to:
        balances[owner] = chain.moved[owner]
    wrong = []
    for row in store.execute("SELECT * FROM wallets WHERE has_account = 1"):
        balances[row["address"]] = (row["in_account"] + row["leaving"] + row["to_return"]) // MINOR
        algos = chain.algos(row["address"])
        if algos != row["algos"]:
            wrong.append(f"wallet {row['id']}: {algos} microAlgos, books {row['algos']}")
    table.none("third book = Algos of accounts", wrong, len(balances))
    wrong = []
    for owner, books in balances.items():
        held = chain.holding(owner)
        if held != books:
            wrong.append(f"{owner} holds {held}, books {books}")
        if owner in addresses.values() and chain.moved[owner] != books:
            wrong.append(f"{owner}: blocks moved {chain.moved[owner]}, books {books}")
    table.none("law 2: holdings = books", wrong, len(balances))
    partner = store.execute("SELECT partner, platform FROM partners WHERE id = ?", (contract["partner_id"],)).fetchone()
    table.same("provider on chain = partner's book", f"{(gross - fees) / 100:.2f}", f"{partner['partner'] / MINOR / 100:.2f}")
    table.same("platform on chain = platform's book", f"{fees / 100:.2f}", f"{partner['platform'] / MINOR / 100:.2f}")
    table.figure("blocks, transactions, calls", f"{chain.blocks}, {chain.transactions}, {chain.calls}")
    kinds = Counter((row["kind"], row["state"]) for row in rows)
    for (kind, state), count in sorted(kinds.items()):
        table.figure(f"operations: {kind} {state}", count)
    table.figure("attempts", one("SELECT COUNT(*) FROM chain_attempts"))


def reports(store, table, get, day, sample):
    """The API's sums are the entries' sums. `get` asks the gateway; `day` is from and to, and the same in milliseconds."""
    (first, last), begins, ends = day
    one = lambda sql, *more: store.execute(sql, more).fetchone()[0] or 0
    for partner in store.execute("SELECT id FROM partners").fetchall():
        said = get(f"/v1/reports/partners/{text('par', partner['id'])}?from={first}&to={last}")
        where = "partner_id = ? AND at >= ? AND at < ?"
        key = (partner["id"], begins, ends)
        mine = lambda what, kinds: one(f"SELECT {what} FROM entries WHERE {where} AND kind IN ({kinds})", *key)
        for name, want in [("total_charged", euros(mine("SUM(unsettled)", "110,111,112"))),
                           ("total_revenue", euros(mine("-SUM(settling)", "150"))),
                           ("total_fee", euros(mine("SUM(platform)", "150")))]:
            table.same(f"report of a partner: {name}", euros(units(said[name])), want)
        table.same("report of a partner: ticks", said["ticks"], mine("COUNT(*)", "110"))
        table.same("report of a partner: bills", said["bills"], mine("COUNT(*)", "150"))
        table.same("report of a partner: sessions", said["sessions_started"], mine("SUM(reason IS NULL)", "100"))
        table.same("report of a partner: playing time", said["total_ms"], mine("SUM(credited_ms)", "110"))
    wrong, wallets = [], store.execute("SELECT id, user_id FROM wallets").fetchall()
    chosen = sample(wallets)
    for wallet in chosen:
        said = get(f"/v1/reports/users/{wallet['user_id']}?from={first}&to={last}")
        charged = one("SELECT SUM(unsettled) FROM entries WHERE wallet_id = ? AND kind IN (110, 111, 112)", wallet["id"])
        if units(said["total_charge"]) != charged:
            wrong.append(f"user {wallet['user_id']}: report {said['total_charge']}, entries {euros(charged)}")
    table.none("reports of users = entries", wrong, len(chosen))
