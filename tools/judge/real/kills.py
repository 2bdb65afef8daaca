"""Kills a batch of bills again and again in front of a running network, and starts it again until it is done.

What the chain moved must be what was to be billed: every line charged exactly once. The journal tells how far the batch has come,
so that every kill falls into it: after so many of its records, and a moment later. A kill counts where lines were left to be
charged.

Environment:
  ALGOD_PORT        the port of the network's algod
  KMD_PORT          and of its kmd [4002]
  PNP_CONTRACT      our program [built here in debug form]
  CARGO             the cargo to build it with

Exit code: 0 if every line was charged once, 1 if not or if fewer kills than asked for fell into the batch, 2 if the command
cannot be run
"""
import json, os, random, subprocess, sys, tempfile, time, urllib.request
from collections import Counter
from pathlib import Path

from judge.node import TOKEN
from judge.paths import cannot, contract_program

USERS = ["user", "u1", "u2", "u3", "u4", "u5"]
# For each kill, so that some are left whatever passes between a look at the journal and the kill.
LINES = 18
PRICE = 100
# Between the look and the kill at most: a group is made, sent and confirmed within it.
LONGEST = 0.03
PATIENCE = 300


class Journal:
    """What the file of a batch says."""

    def __init__(self, path):
        self.path, self.size, self.seen = path, 0, 0

    def records(self):
        """Whole ones, behind their checksums: the kind and what it says. A kill may cut off the last."""
        lines = self.path.read_bytes().split(b"\n")[:-1] if self.path.exists() else []
        return [next(iter(json.loads(line[17:]).items())) for line in lines]

    def events(self):
        """Intents and outcomes; read again only where the file has grown or was cut."""
        size = self.path.stat().st_size if self.path.exists() else 0
        if size != self.size:
            self.size, self.seen = size, sum(kind in ("intent", "charged") for kind, _ in self.records())
        return self.seen

    def charged(self):
        return Counter(said["line"] for kind, said in self.records() if kind == "charged")

    def open(self):
        """Lines that were about to be sent, or were sent, and of which nothing more is known."""
        last = {said["line"]: kind for kind, said in self.records() if kind in ("intent", "charged", "void", "refused")}
        return sum(kind == "intent" for kind in last.values())


class Shop:
    """A folder with a contract and users on the network."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.algod = f"http://127.0.0.1:{os.environ['ALGOD_PORT']}"
        self.program = contract_program()
        self.environment = {"PATH": os.environ["PATH"], "PNP_NET": "localnet", "ALGOD_PORT": os.environ["ALGOD_PORT"],
                            "KMD_PORT": os.environ.get("KMD_PORT", "4002")}
        contract = json.loads(self.done("deploy"))["contract"]
        self.receivers, self.asset = {contract["provider"], contract["platform"]}, contract["asset_id"]
        # Makes and funds the users, so that the batch does nothing but bill.
        for user in USERS:
            self.done("bill", "--units", "1", "--price", str(PRICE), "--user", user)

    def start(self, *words):
        return subprocess.Popen([self.program, "--json", *words], cwd=self.folder, env=self.environment,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def done(self, *words):
        process = self.start(*words)
        out, err = process.communicate(timeout=PATIENCE)
        if process.returncode:
            sys.exit(f"{words}: exit {process.returncode}: {out[-2000:]}{err[-2000:]}")
        return out

    def received(self):
        """Minor units that all bills so far have moved."""
        return sum(self.held(address) for address in self.receivers)

    def held(self, address):
        request = urllib.request.Request(f"{self.algod}/v2/accounts/{address}/assets/{self.asset}",
                                         headers={"X-Algo-API-Token": TOKEN})
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)["asset-holding"]["amount"]


def kill(process, journal, events, pause):
    """Kills the command a moment after the journal has so many events; whether it was still running."""
    begun = time.monotonic()
    while process.poll() is None and journal.events() < events:
        if time.monotonic() - begun > PATIENCE:
            process.kill()
            sys.exit(f"the batch came to no {events} events: {journal.events()} after {PATIENCE} s")
        time.sleep(0.002)
    time.sleep(pause)
    process.kill()
    process.communicate()
    return process.returncode == -9


def options(parser):
    parser.add_argument("kills", type=int, nargs="?", default=6, help="how many kills [%(default)s]")
    parser.add_argument("seed", type=int, nargs="?", default=1, help="of the random choices [%(default)s]")


def run(arguments):
    kills, dice, lines = arguments.kills, random.Random(arguments.seed), LINES * (arguments.kills + 1)
    if "ALGOD_PORT" not in os.environ:
        cannot("ALGOD_PORT must name the port of a running network's algod")
    with tempfile.TemporaryDirectory() as folder:
        shop, journal = Shop(folder), Journal(Path(folder) / "use.journal")
        units = [dice.randrange(1, 9) for _ in range(lines)]
        bills = "".join(f"{USERS[at % len(USERS)]},{n},{PRICE}\n" for at, n in enumerate(units))
        (shop.folder / "use.csv").write_text("user,units,unit_price\n" + bills)
        batch = ["bill", "--from", "use.csv", "--journal", "use.journal"]
        before, amid, unknown = shop.received(), 0, 0
        for turn in range(kills):
            # An intent and an outcome are two events; each kill has its part of what is left.
            left = 2 * (lines - len(journal.charged())) // (kills - turn + 1)
            events = journal.events() + dice.randrange(1, max(left, 2))
            was_running = kill(shop.start(*batch), journal, events, dice.random() * LONGEST)
            amid += was_running and len(journal.charged()) < lines
            unknown += journal.open()
        summary = [json.loads(line) for line in shop.done(*batch).splitlines()][-1]["summary"]
        moved, due = shop.received() - before, sum(units) * PRICE
    if moved != due or not summary["complete"] or summary["charged"] + summary["charged_before"] != lines:
        sys.exit(f"{moved} minor units were moved instead of {due}: {summary}")
    print(f"{amid} of {kills} kills amid {lines} bills, {unknown} bills under way in all: "
          f"{moved} of {due} minor units moved, every line charged once")
    if amid < kills:
        sys.exit(f"{kills - amid} kills fell outside of the batch")
