"""The gateway under the load of many players: heartbeats in an open and a closed loop, starts, memory, reports.

A store as a month of use leaves it is written by SQL, then a real gateway answers over it.
"""
import contextlib, json, sqlite3, subprocess, sys, time, urllib.request
from pathlib import Path

from judge.gateway.shop import Gateway, Node
from judge.peer import Failed

EPOCH = 1_577_836_800_000
DAY = 86_400_000
SPACE = 1 << 21


def say(text):
    print(text, file=sys.stderr, flush=True)


def fill(path, wallets, sessions, ticks):
    """Rows as `ticks` heartbeats of a month leave them, spread over open sessions; the number of the first session, and the partner's."""
    store = sqlite3.connect(path)
    partner, = store.execute("SELECT MIN(id) FROM partners").fetchone()
    contract, = store.execute("SELECT id FROM contracts WHERE partner_id = ? AND state = 'in_force'", (partner,)).fetchone()
    now = int(time.time() * 1000)
    begun = now - 30 * DAY
    base, spread = (begun - EPOCH) * SPACE, (29 * DAY * SPACE) // max(ticks, 1)
    price, charge = 2, 500_000
    paid = ticks // sessions * charge + charge
    store.executescript(f"""
        PRAGMA journal_mode = delete; PRAGMA journal_mode = off; PRAGMA synchronous = off; PRAGMA cache_size = -400000;
        PRAGMA temp_store = memory;
        DROP INDEX entries_tick;
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {wallets})
        INSERT INTO wallets (id, partner_id, user_id, created_at, available, held, unsettled, in_account)
            SELECT {base} + i, {partner}, 'viewer-' || i, {begun}, 50000000000000 - {paid} - {charge}, {charge}, {paid}, 50000000000000 FROM n;
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {sessions})
        INSERT INTO tabs (id, wallet_id, contract_id, price, lot, unsettled, last_tick_at)
            SELECT {base} + {wallets} + i, {base} + i * {wallets // sessions}, {contract}, {price}, 0, {paid}, {now} FROM n;
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {sessions})
        INSERT INTO sessions (id, partner_id, wallet_id, tab_id, content_id, price, hold_ms, held, started_at, last_tick_at)
            SELECT {base} + {wallets + sessions} + i, {partner}, {base} + i * {wallets // sessions}, {base} + {wallets} + i,
                'film', {price}, 15000, {charge}, {begun}, {now} FROM n;
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {ticks})
        INSERT INTO entries (id, at, kind, partner_id, wallet_id, session_id, tab_id, tick, tick_hash, played_ms, credited_ms,
            balance, paid_ms, available, unsettled)
            SELECT {base} + {wallets + 3 * sessions} + i * {spread}, {begun} + i * {spread} / {SPACE}, 110, {partner},
                {base} + (1 + i * 7919 % {sessions}) * {wallets // sessions}, {base} + {wallets + sessions} + 1 + i * 7919 % {sessions},
                {base} + {wallets} + 1 + i * 7919 % {sessions}, printf('%026d', i), random(), 15000, 15000, 9999500000, 15000,
                -500000, 500000 FROM n WHERE {ticks} > 0;
        CREATE UNIQUE INDEX entries_tick ON entries (session_id, tick_hash) WHERE tick_hash IS NOT NULL;
        DELETE FROM seals; DELETE FROM events; DELETE FROM rollups; UPDATE read_models SET last_entry = 0;""")
    store.execute("UPDATE partners SET settings = json_set(settings, '$.risk_limit_wallet', '50000.00', '$.risk_limit_partner', '90000000.00')")
    store.commit()
    store.close()
    return base + wallets + sessions + 1, partner


def id_text(prefix, number):
    """The text of an id of the gateway."""
    return prefix + "".join("0123456789abcdefghjkmnpqrstvwxyz"[number >> 5 * place & 31] for place in reversed(range(13)))


class Shop:
    """A gateway on `localnet run`, over a store that was filled."""

    def __init__(self, program, folder, wallets, sessions, ticks):
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.sessions = sessions
        self.node = Node(program, self.folder / ".pnp" / "localnet", self.folder / "node.log")
        self.node.start()
        self.gateway = Gateway(program, self.folder, "localnet", self.node.port, self.node.kmd)
        self.gateway.start()
        self.gateway.stop()
        begun = time.perf_counter()
        self.first, self.partner = fill(self.gateway.store, wallets, sessions, ticks)
        say(f"filled in {time.perf_counter() - begun:.0f} s, {self.gateway.store.stat().st_size >> 20} MB")

    def start(self):
        """Starts the gateway; seconds from the process's start to its first answer."""
        self.touch()
        begun = time.perf_counter()
        self.gateway.launch()
        while True:
            with contextlib.suppress(OSError):
                self.get("/v1", timeout=1)
                break
            if self.gateway.process.poll() is not None:
                raise Failed(f"the gateway ended: {self.gateway.last_words()}")
            time.sleep(0.002)
        return time.perf_counter() - begun

    def touch(self):
        """As if every player had ticked just now, and nothing else today: the gateway ends sessions of players that are silent, and
        charges leases that run ahead of ticks."""
        store = sqlite3.connect(self.gateway.store)
        store.execute("UPDATE sessions SET last_tick_at = ?, lease_day = 0, lease_until = 0, prepaid_ms = 0 WHERE closed_at IS NULL",
                      (int(time.time() * 1000),))
        store.commit()
        store.close()

    def get(self, path, timeout=60):
        request = urllib.request.Request(f"http://127.0.0.1:{self.gateway.port}{path}", headers={"authorization": "Bearer mock-api-key"})
        with urllib.request.urlopen(request, timeout=timeout) as answer:
            return json.loads(answer.read())

    def until_sealed(self):
        """Waits until the read models have all entries."""
        store = sqlite3.connect(f"file:{self.gateway.store}?mode=ro", uri=True)
        begun = time.perf_counter()
        while True:
            last, newest = store.execute("SELECT (SELECT last_entry FROM read_models), (SELECT MAX(id) FROM entries)").fetchone()
            if last >= (newest or 0):
                return time.perf_counter() - begun
            time.sleep(0.5)

    def load(self, heartbeats, rate, seconds, connections=256):
        """Heartbeats for so many seconds; what came of it, with the gateway's share of the cores and its memory."""
        before, begun = self.cpu(), time.perf_counter()
        words = [heartbeats, f"127.0.0.1:{self.gateway.port}", "mock-api-key", str(self.first), str(self.sessions), str(rate), str(seconds), str(connections)]
        ended = subprocess.run(words, capture_output=True, text=True)
        if ended.returncode:
            raise Failed(f"the load client ended with {ended.returncode}: {ended.stderr.strip()[-400:]}")
        result = json.loads(ended.stdout)
        result["gateway_cores"] = (self.cpu() - before) / (time.perf_counter() - begun)
        result["resident_mb"] = self.resident() / 1e6
        return result

    def cpu(self):
        fields = Path(f"/proc/{self.gateway.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / 100

    def resident(self):
        """Resident memory in bytes."""
        lines = Path(f"/proc/{self.gateway.process.pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmRSS"))

    def close(self):
        self.gateway.stop()
        self.node.stop()


def measure(table, program, client, folder, wallets, sessions, ticks, rate, seconds):
    """The rows of the gateway: starts, memory, a month's report, and heartbeats at a fixed rate."""
    shop = Shop(program, folder, wallets, sessions, ticks)
    try:
        shop.start()
        say(f"sealed in {shop.until_sealed():.0f} s")
        shop.gateway.stop()
        starts = []
        for _ in range(5):
            starts.append(shop.start())
            shop.gateway.stop()
        size = f"{sessions:,} open sessions, {wallets:,} wallets, {ticks:,} ticks"
        table.add("gateway: a later start", "s", sorted(starts)[2], note=size, within=0.3)
        shop.start()
        day = lambda ago: time.strftime("%Y-%m-%d", time.gmtime(time.time() - ago * 86_400))
        path = f"/v1/reports/partners/{id_text('par_', shop.partner)}?from={day(30)}&to={day(0)}"
        times = []
        for _ in range(9):
            begun = time.perf_counter()
            shop.get(path)
            times.append(time.perf_counter() - begun)
        table.add("gateway: a month's report of a partner", "s", sorted(times)[4], note=f"{ticks:,} ticks", within=0.2)
        load = shop.load(str(client), rate, seconds)
        note = (f"{load['per_second']:,} of {rate:,} a second for {seconds} s, {load['failures']} refused, {load['closed']} cut; "
                f"p50 {load['p50_us'] / 1000:.1f} ms, p99.9 {load['p999_us'] / 1000:.0f} ms; cores: gateway {load['gateway_cores']:.2f}, "
                f"client {load['client_cores']:.2f}")
        table.add("gateway: a durable heartbeat, p99", "s", load["p99_us"] / 1e6, note=note, within=0.02)
        table.add("gateway: resident memory", "B", load["resident_mb"] * 1e6, note=size, within=150e6)
    finally:
        shop.close()
