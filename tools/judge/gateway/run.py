"""The parts that every command here has: a shop with its gateway and chain, time, kills, rest, and the last checks."""
import asyncio
import contextlib
import datetime
import json
import shutil
import signal
import tempfile
import time
import urllib.request
from pathlib import Path

from judge.gateway import checks
from judge.gateway.chain import Chain
from judge.gateway.client import Away, Client, Log
from judge.gateway.players import World
from judge.gateway.shop import Gateway, Node
from judge.paths import contract_program
from judge.peer import Failed


def say(text):
    print(text, flush=True)


class Run:
    """A gateway, its network and its players, in one folder."""

    def __init__(self, arguments, name):
        self.arguments, self.seed = arguments, arguments.seed
        self.folder = Path(arguments.folder or tempfile.mkdtemp(prefix=f"gateway-{name}-"))
        self.folder.mkdir(parents=True, exist_ok=True)
        self.program = contract_program(arguments.program)
        self.node, algod, kmd = None, None, None
        self.algod = arguments.algod
        if self.algod:
            algod, kmd = self.algod.rsplit(":", 1)[1].strip("/"), arguments.kmd_port
        elif arguments.net == "localnet":
            self.node = Node(self.program, self.folder / ".pnp" / "localnet", self.folder / "node.log")
            self.node.start()
            self.algod, algod, kmd = self.node.url, self.node.port, self.node.kmd
        network = "localnet" if self.algod else "embedded"
        self.gateway = Gateway(self.program, self.folder, network, algod, kmd)
        self.ready = self.gateway.start()
        self.client = Client(self.gateway.port, arguments.connections)
        self.log_path = self.folder / "acknowledged.log"
        self.kills, self.outages, self.begun = 0, 0, time.perf_counter()
        self.may_restart = asyncio.Lock()
        self.world = None

    def open_world(self, name, **chances):
        self.world = World(self.client, Log(self.log_path), self.seed, name, **chances)
        return self.world

    async def ask(self, method, path, body=None, key=None):
        """A request of the shop itself, which must succeed."""
        for _ in range(120):
            try:
                answer = await self.client.request(method, path, body, key=key)
            except Away:
                await asyncio.sleep(0.5)
                continue
            if answer.status < 300:
                return answer.document
            if answer.status not in (429, 503):
                raise Failed(f"{method} {path}: {answer.status} {answer.document}")
            await asyncio.sleep(0.5)
        raise Failed(f"{method} {path}: the gateway does not answer")

    async def advance(self, milliseconds):
        await self.ask("POST", "/v1/test/clock", {"advance_ms": milliseconds})

    async def catalogue(self, contents):
        for number in range(contents):
            price = f"0.{number % 20 + 1:02}"
            await self.ask("PUT", f"/v1/contents/film-{number}", {"title": f"Film {number}", "price_per_minute": price})

    async def kill(self, after):
        """Kills the gateway after so many seconds, and starts it again."""
        await asyncio.sleep(after)
        async with self.may_restart:
            await asyncio.to_thread(self.gateway.kill)
            self.kills += 1
            self.client.idle.clear()
            await asyncio.to_thread(self.gateway.start)

    async def take_chain_away(self, kind, seconds):
        """Stops the node for a while, or ends it and starts it again."""
        async with self.may_restart:
            self.outages += 1
            if kind == "stopped":
                self.node.send(signal.SIGSTOP)
                await asyncio.sleep(seconds)
                self.node.send(signal.SIGCONT)
            else:
                await asyncio.to_thread(self.node.stop, signal.SIGKILL)
                await asyncio.sleep(seconds)
                await asyncio.to_thread(self.node.start)

    async def rest(self, patience):
        """Lets a day and more pass and waits until nothing is under way; what is left."""
        for _ in range(3):
            await self.advance(10 * 60_000)
        await self.advance(25 * 3_600_000)
        until, left, quiet, best, moved = time.perf_counter() + patience, None, 0, None, time.perf_counter()
        while time.perf_counter() < until:
            left = await asyncio.to_thread(checks.rests, self.gateway.store)
            if not any(left.values()):
                quiet += 1
                if quiet == 3:
                    break
            else:
                quiet = 0
            if best != left:
                best, moved = left, time.perf_counter()
            elif quiet == 0 and time.perf_counter() - moved > 90:
                break
            await asyncio.sleep(1)
        return left

    def get(self, path):
        request = urllib.request.Request(f"http://127.0.0.1:{self.gateway.port}{path}",
                                         headers={"authorization": "Bearer mock-api-key"})
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.loads(answer.read())

    def chain(self):
        """The chain of this shop, all of whose blocks are read; an embedded one is served from its folder for that."""
        with contextlib.ExitStack() as ends:
            url = self.algod
            if not url:
                node = Node(self.program, self.folder / ".pnp" / "embedded", self.folder / "node.log")
                node.start()
                ends.callback(node.stop)
                url = node.url
            chain = Chain(url, self.ready["app_id"], self.ready["asset_id"])
            chain.treasury = self.ready["treasury"]
            yield chain.read()

    def check(self, table, day=None, sample=None, withdrawn_to=(), log=True):
        """Everything that must hold at rest. Ends the gateway."""
        table.figure("kills of the gateway", self.kills)
        table.figure("times the chain was away", self.outages)
        if len(self.gateway.starts) > 1:
            table.figure("seconds of a restart, at most", f"{max(self.gateway.starts[1:]):.2f}")
        store = checks.opened(self.gateway.store)
        if day:
            checks.reports(store, table, self.get, day, sample)
        self.gateway.stop()
        checks.laws(store, table)
        if log:
            checks.acknowledged(store, table, self.log_path)
        charges, unsettled = checks.money(store, table)
        for chain in self.chain():
            checks.on_chain(store, table, chain, charges, unsettled, withdrawn_to)
        store.close()

    def counts(self, table):
        """What the players saw."""
        for name, count in sorted(self.world.counts.items()):
            table.figure(f"seen: {name}", count)
        table.figure("requests, cut, lost", f"{self.client.sent}, {self.client.cuts}, {self.client.lost}")
        table.figure("log lines, syncs", f"{self.world.log.lines}, {self.world.log.syncs}")
        table.none("answers that must not be", self.world.troubles, self.client.sent)

    def close(self, failed):
        self.gateway.stop()
        if self.node:
            self.node.stop()
        if failed or self.arguments.keep or self.arguments.folder:
            say(f"kept: {self.folder}")
        else:
            shutil.rmtree(self.folder, ignore_errors=True)


def options(parser):
    """The options that all commands here have."""
    parser.add_argument("--seed", type=int, default=1, help="of all that is left to chance [1]")
    parser.add_argument("--net", choices=("embedded", "localnet"), default="embedded",
                        help="the gateway's own chain, or a node that is started beside it [embedded]")
    parser.add_argument("--algod", metavar="URL", help="a development network that runs already, instead")
    parser.add_argument("--kmd-port", default="4002", help="its kmd's port [4002]")
    parser.add_argument("--connections", type=int, default=64, help="requests at a time [64]")
    parser.add_argument("--program", help="pnp-contract [PNP_CONTRACT, or built here]")
    parser.add_argument("--folder", help="where everything is kept, and stays [a temporary folder, kept where something differs]")
    parser.add_argument("--keep", action="store_true", help="keep the temporary folder")


def day_of(store_path):
    """From the day of the first entry to the day of the last: for reports, and in milliseconds."""
    store = checks.opened(store_path)
    first, last = store.execute("SELECT MIN(at), MAX(at) FROM entries").fetchone()
    store.close()
    date = lambda at: datetime.datetime.fromtimestamp(at / 1000, datetime.timezone.utc).date()
    begins, ends = date(first), date(last)
    ms = lambda day: int(datetime.datetime.combine(day, datetime.time(), datetime.timezone.utc).timestamp() * 1000)
    return (begins.isoformat(), ends.isoformat()), ms(begins), ms(ends + datetime.timedelta(days=1))
