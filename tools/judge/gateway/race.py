"""Racers on one wallet: 64 sessions of one user that tick at once, as fast as the gateway answers, with little money.

No balance in any answer may be below zero, and the sum of what was answered as charged is what the journal has.

Environment:
  PNP_CONTRACT   our program [built here in debug form]
  CARGO          the cargo to build it with

Exit code: 0 if every unit adds up, 1 with the first differences if not, 2 if the command cannot be run
"""
import asyncio
import time
from decimal import Decimal

from judge.gateway import checks
from judge.gateway import run as parts
from judge.gateway.figures import Table
from judge.gateway.load import let_time_pass
from judge.gateway.players import Session
from judge.gateway.run import say
from judge.peer import Failed

USER = "everybody"


def options(parser):
    parser.add_argument("--racers", type=int, default=64, help="[64]")
    parser.add_argument("--seconds", type=int, default=60, help="[60]")
    parser.add_argument("--rest", type=int, default=300, help="seconds that the last bills get [300]")
    parts.options(parser)


class Racer:
    """One session of the wallet."""

    def __init__(self, world, number):
        self.world, self.session = world, Session(world, USER, f"film-{number}", f"device-{number}")
        self.lowest = Decimal(0)

    async def race(self, until):
        world = self.world
        while not until.is_set():
            if self.session.id is None or not self.session.can_continue:
                await self.session.start()
            if self.session.id is None:
                await asyncio.sleep(0.05)
                continue
            self.session.token = "mock-api-key"
            said = await self.session.tick(world.random.choice([15_000, 7_777, 1]))
            if isinstance(said, dict):
                self.lowest = min(self.lowest, Decimal(said["balance"]))
            else:
                await asyncio.sleep(0.02)


async def race(run, arguments, table):
    world = run.open_world(f"r{arguments.seed}", cut=0.01, double=0.05)
    await run.catalogue(arguments.racers)
    await world.top_up(USER, "20")
    racers = [Racer(world, number) for number in range(arguments.racers)]
    done, began = asyncio.Event(), time.perf_counter()
    tasks = [asyncio.create_task(racer.race(done)) for racer in racers] + [asyncio.create_task(let_time_pass(run, done, 0.05))]
    while time.perf_counter() - began < arguments.seconds:
        await asyncio.sleep(2)
        await world.top_up(USER, "5")
    done.set()
    await asyncio.gather(*tasks)
    seconds = time.perf_counter() - began
    table.figure("ticks in the race, a second", f"{len(world.outcomes)}, {len(world.outcomes) / seconds:.0f}")
    kinds = [outcome[0] for outcome in world.outcomes.values()]
    table.figure("charged, refused for want of balance", f"{kinds.count('charged')}, {kinds.count('refused')}")
    table.same("lowest balance in an answer", min(racer.lowest for racer in racers), Decimal(0))
    left = await run.rest(arguments.rest)
    table.same("left to settle", {name: count for name, count in left.items() if count}, {})
    return sum(checks.units(outcome[1]) for outcome in world.outcomes.values())


def run(arguments):
    table, shop = Table(), None
    try:
        shop = parts.Run(arguments, "race")
        answered = asyncio.run(race(shop, arguments, table))
        store = checks.opened(shop.gateway.store)
        rows = store.execute("SELECT session_id, tick, unsettled FROM entries WHERE tick IS NOT NULL")
        journal = {(session, tick): charged for session, tick, charged in rows}
        known = {(checks.number(session), tick) for session, tick in shop.world.outcomes}
        table.same("charged by answered ticks", checks.euros(answered), checks.euros(sum(journal[key] for key in known if key in journal)))
        table.figure("ticks that were not answered", len(set(journal) - known))
        store.close()
        shop.counts(table)
        shop.check(table)
        code = table.show()
    except Failed as error:
        say(f"failed: {error}")
        code = 1
    if shop:
        shop.close(code != 0)
    return code
