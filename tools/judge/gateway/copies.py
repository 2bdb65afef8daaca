"""Two gateways with one wallet's keys: on one store the second is refused, and on a restored copy nothing is paid twice.

A gateway with deliveries, bills and withdrawals under way is stopped (SIGSTOP). Its store is copied as a backup would have it, and a
second gateway is started on the copy, which goes on where the first stood. Then the first is continued (SIGCONT): after the second
has settled everything, or amid its work. In the blocks of the chain every operation of both stores is at most one group, no withdrawal
is paid twice, and no wallet has paid more than it was charged.

Environment:
  PNP_CONTRACT   our program [built here in debug form]
  CARGO          the cargo to build it with

Exit code: 0 if nothing was paid twice, 1 with the first differences if something was, 2 if the command cannot be run
"""
import asyncio
import random
import signal
import time
from collections import Counter

from judge.gateway import checks
from judge.gateway import run as parts
from judge.gateway.client import Client
from judge.gateway.day import creator_of
from judge.gateway.figures import Table
from judge.gateway.load import Restless, let_time_pass
from judge.gateway.run import say
from judge.gateway.shop import Gateway
from judge.peer import Failed

HOUR = 3_600_000


def options(parser):
    parser.add_argument("--rounds", type=int, default=6, help="each with a network of its own [6]")
    parser.add_argument("--users", type=int, default=40, help="[40]")
    parser.add_argument("--contents", type=int, default=10, help="[10]")
    parser.add_argument("--load", type=float, default=5, help="seconds of playing before the first stop [5]")
    parts.options(parser)


async def load(run, arguments):
    """Players for some seconds; afterwards no request is under way."""
    world = run.open_world(f"c{run.seed}", cut=0, double=0)
    await run.catalogue(arguments.contents)
    players = [Restless(world, f"user-{number}", arguments.contents) for number in range(arguments.users)]
    done = asyncio.Event()
    tasks = [asyncio.create_task(player.play(done)) for player in players] + [asyncio.create_task(let_time_pass(run, done, 0.02))]
    await asyncio.sleep(arguments.load)
    done.set()
    await asyncio.gather(*tasks)
    return world


async def everything_due(run, chance, creator):
    """Top-ups, withdrawals and two hours at once: deliveries, bills and withdrawals begin."""
    world = run.world
    users = [f"user-{number}" for number in range(run.arguments.users)]
    await asyncio.gather(*(world.top_up(user, "3") for user in users if chance.random() < 0.5))
    await asyncio.gather(*(world.withdraw(user, "1", creator) for user in users if chance.random() < 0.3))
    await run.advance(26 * HOUR)


def second_is_refused(run, table):
    """A second gateway on the same store ends, and says why."""
    second = Gateway(run.program, run.folder, run.gateway.network, run.node.port, run.node.kmd, data=run.gateway.data)
    try:
        second.start()
        said = "it runs"
        second.stop()
    except Failed as error:
        said = str(error)
    table.same("a second gateway on the store is refused", "another" in said or "in use" in said or "InUse" in said, True)
    table.figure("its words", said[:150])


async def settled(run, client, data, patience):
    """Lets days pass on a gateway until nothing is under way that is not stopped."""
    since = time.perf_counter()
    for _ in range(2):
        try:
            await client.request("POST", "/v1/test/clock", {"advance_ms": 26 * HOUR})
        except Exception as error:
            say(f"the clock does not move: {error}")
    before, quiet = None, time.perf_counter()
    while time.perf_counter() - since < patience:
        left = checks.rests(data / "gateway.db")
        if left["operations"] + left["deliveries"] + left["withdrawals"] + left["tabs"] == 0:
            break
        if left != before:
            before, quiet = left, time.perf_counter()
        if time.perf_counter() - quiet > 5:
            break
        await asyncio.sleep(0.3)
    return left


async def one_round(run, arguments, table, chance):
    await load(run, arguments)
    if run.seed == arguments.seed:
        second_is_refused(run, table)
    due = asyncio.create_task(everything_due(run, chance, creator_of(run)))
    first, is_cut_off = run.gateway, chance.random() < 0.4
    store = checks.opened(first.store)
    bills = "SELECT COUNT(*) FROM chain_ops WHERE kind = 'bill' AND id > ?"
    newest = store.execute("SELECT COALESCE(MAX(id), 0) FROM chain_ops").fetchone()[0]
    # The stop falls among the bills: after so many of them, and a moment later.
    wanted = chance.randrange(1, 12)
    until = time.perf_counter() + 20
    while store.execute(bills, (newest,)).fetchone()[0] < wanted and time.perf_counter() < until:
        await asyncio.sleep(0.001)
    store.close()
    if is_cut_off:
        # Its requests wait at the node, which takes them in once the gateway is stopped.
        run.node.send(signal.SIGSTOP)
        await asyncio.sleep(0.2 * chance.random())
    await asyncio.sleep(0.02 * chance.random())
    first.process.send_signal(signal.SIGSTOP)
    run.node.send(signal.SIGCONT)
    at_stop = checks.rests(first.store)
    copy = run.folder / "copy"
    first.copy_store(copy)
    second = Gateway(run.program, run.folder, first.network, run.node.port, run.node.kmd, data=copy)
    try:
        await asyncio.to_thread(second.start)
        client = Client(second.port, 4)
        is_amid = chance.random() < 0.3
        if is_amid:
            await asyncio.sleep(0.5 * chance.random())
        else:
            await settled(run, client, copy, 60)
        first.process.send_signal(signal.SIGCONT)
        await due
        await settled(run, run.client, first.data, 40)
        await settled(run, client, copy, 60)
    finally:
        await asyncio.to_thread(second.stop)
        await asyncio.to_thread(first.stop)
    compare(run, table, copy, at_stop, "amid its work" if is_amid else "at rest")


def compare(run, table, copy, at_stop, when):
    """What both stores and the chain say."""
    stores = {"first": checks.opened(run.gateway.store), "second": checks.opened(copy / "gateway.db")}
    operations, charged, credited, stopped, owners = {}, Counter(), Counter(), Counter(), {}
    for name, store in stores.items():
        for row in store.execute("SELECT o.*, w.address FROM chain_ops o JOIN wallets w ON w.id = o.wallet_id"):
            operations[checks.text("stl", row["id"])] = dict(row)
        for row in store.execute("SELECT w.address, (SELECT COALESCE(SUM(unsettled), 0) FROM entries WHERE wallet_id = w.id AND kind IN "
                                 "(110, 111, 112)) charged, (SELECT COALESCE(SUM(amount), 0) FROM top_ups t WHERE t.wallet_id = w.id "
                                 "AND state = 'succeeded') credited, stopped FROM wallets w WHERE address IS NOT NULL"):
            charged[row["address"]] = max(charged[row["address"]], row["charged"])
            credited[row["address"]] = max(credited[row["address"]], row["credited"])
            if row["stopped"]:
                stopped[name, row["stopped"]] += 1
        store.close()
    for chain in run.chain():
        billed, delivered, withdrawals, twice, unknown = Counter(), Counter(), Counter(), [], []
        for note, groups in chain.groups.items():
            row = operations.get(note)
            if row is None:
                unknown.append(note)
                continue
            if len(groups) > 1:
                twice.append(f"{note} {row['kind']}: {len(groups)} groups")
            for group in groups:
                amount = sum(move[2] for move in group["transfers"]) * checks.MINOR
                if row["kind"] == "bill":
                    billed[row["address"]] += amount
                elif row["kind"] == "delivery":
                    delivered[row["address"]] += amount
                elif row["kind"] == "withdrawal":
                    withdrawals[row["withdrawal_id"]] += 1
        label = f"seed {run.seed}"
        table.figure(f"{label}: bills of both stores that came to nothing", Counter(
            row["state"] for row in operations.values() if row["kind"] == "bill" and row["state"] != "done") or "none")
        table.figure(f"{label}: under way at the stop", {name: count for name, count in at_stop.items() if count})
        table.figure(f"{label}: continued", when)
        table.none(f"{label}: no operation is in blocks twice", twice, len(chain.groups))
        table.none(f"{label}: no group of an unknown operation", unknown, len(chain.groups))
        table.none(f"{label}: no wallet billed more than charged",
                   [f"{owner}: billed {amount}, charged {charged[owner]}" for owner, amount in billed.items() if amount > charged[owner]],
                   len(billed))
        table.none(f"{label}: no wallet delivered more than credited",
                   [f"{owner}: delivered {amount}, credited {credited[owner]}" for owner, amount in delivered.items()
                    if amount > credited[owner]], len(delivered))
        table.none(f"{label}: no withdrawal twice", [str(one) for one, count in withdrawals.items() if count > 1], len(withdrawals))
        table.figure(f"{label}: wallets stopped", dict(stopped) or "none")
        table.figure(f"{label}: charged, billed", f"{checks.euros(sum(charged.values()))}, {checks.euros(sum(billed.values()))}")


def run(arguments):
    table, code = Table(), 1
    first_seed = arguments.seed
    for seed in range(first_seed, first_seed + arguments.rounds):
        shop, wrong = None, len(table.differences)
        try:
            folder = f"{arguments.folder}/{seed}" if arguments.folder else None
            given = type(arguments)(**vars(arguments) | {"net": "localnet", "folder": folder})
            shop = parts.Run(given, "copies")
            shop.seed = seed
            asyncio.run(one_round(shop, arguments, table, random.Random(seed)))
            say(f"seed {seed}: {len(table.differences) - wrong} differences")
        except Failed as error:
            table.differences.append(f"seed {seed}: {error}")
        if shop:
            shop.close(len(table.differences) > wrong)
    code = table.show()
    return code
