"""Kills a gateway again and again under load, and looks for every acknowledged tick each time it has started again.

A round is a load of 0.3 to 1.5 seconds, a SIGKILL, a start, and a look: each tick that was acknowledged since the round before is in
the journal once, with its amount. One kill of ten falls into a start. At the end everything due settles, and the store, the log and
the chain are compared as after a day.

Environment:
  PNP_CONTRACT   our program [built here in debug form]
  CARGO          the cargo to build it with

Exit code: 0 if nothing was lost or charged twice, 1 with the first differences if something was, 2 if the command cannot be run
"""
import asyncio
import random
import time

from judge.gateway import checks
from judge.gateway import run as parts
from judge.gateway.figures import Table
from judge.gateway.load import Restless, let_time_pass
from judge.gateway.run import say
from judge.peer import Failed


def options(parser):
    parser.add_argument("--kills", type=int, default=500, help="[500]")
    parser.add_argument("--users", type=int, default=48, help="players at a time [48]")
    parser.add_argument("--contents", type=int, default=10, help="[10]")
    parser.add_argument("--seconds", type=int, help="begin no round after so many seconds")
    parser.add_argument("--rest", type=int, default=600, help="seconds that the last bills get [600]")
    parts.options(parser)


def look(path, fresh):
    """Which of these acknowledged ticks are not in the journal once, as they were answered."""
    store = checks.opened(path)
    wrong = []
    for (session, tick), (kind, charged, credited, entry) in fresh:
        rows = store.execute("SELECT id, unsettled, credited_ms FROM entries WHERE session_id = ? AND tick = ? "
                             "AND tick_hash IS NOT NULL",
                             (checks.number(session), tick)).fetchall()
        want = [(checks.number(entry), checks.units(charged), credited)]
        if [tuple(row) for row in rows] != want:
            wrong.append(f"{session} {tick}: answered {want}, journal {[tuple(row) for row in rows]}")
    store.close()
    return wrong


async def rounds(run, arguments, table):
    began, chance = time.perf_counter(), random.Random(arguments.seed)
    world = run.open_world(f"k{arguments.seed}", patience=600)
    await run.catalogue(arguments.contents)
    done = asyncio.Event()
    players = [Restless(world, f"user-{number}", arguments.contents) for number in range(arguments.users)]
    tasks = [asyncio.create_task(player.play(done)) for player in players] + [asyncio.create_task(let_time_pass(run, done))]
    seen, wrong, busy = 0, [], 0
    while run.kills < arguments.kills and not (arguments.seconds and time.perf_counter() - began > arguments.seconds):
        before = len(world.outcomes)
        await asyncio.sleep(0.3 + 1.2 * chance.random())
        await asyncio.to_thread(run.gateway.kill)
        run.kills += 1
        run.client.idle.clear()
        while chance.random() < 0.1 and run.kills < arguments.kills:
            run.gateway.launch()
            await asyncio.sleep(0.5 * chance.random())
            await asyncio.to_thread(run.gateway.kill)
            run.kills += 1
        await asyncio.to_thread(run.gateway.start)
        busy += len(world.outcomes) > before
        fresh = list(world.outcomes.items())[seen:]
        seen += len(fresh)
        wrong += await asyncio.to_thread(look, run.gateway.store, fresh)
        if wrong:
            say(f"kill {run.kills} of seed {arguments.seed}: {wrong[0]}")
        if run.kills % 25 < 2:
            say(f"{run.kills} kills, {seen} ticks, {time.perf_counter() - began:.0f} s")
    done.set()
    await asyncio.gather(*tasks)
    table.none("acknowledged ticks after each start", wrong, seen)
    table.figure("rounds with ticks, of kills", f"{busy}, {run.kills}")
    loaded = time.perf_counter()
    left = await run.rest(arguments.rest)
    table.same("left to settle", {name: count for name, count in left.items() if count}, {})
    table.figure("seconds: load, rest", f"{loaded - began:.0f}, {time.perf_counter() - loaded:.0f}")


def run(arguments):
    table, shop = Table(), None
    say(f"seed {arguments.seed}")
    try:
        shop = parts.Run(arguments, "kills")
        asyncio.run(rounds(shop, arguments, table))
        shop.counts(table)
        chance = random.Random(arguments.seed)
        shop.check(table, parts.day_of(shop.gateway.store), lambda rows: chance.sample(rows, min(20, len(rows))))
        code = table.show()
    except Failed as error:
        say(f"failed: {error}")
        code = 1
    if shop:
        shop.close(code != 0)
    return code
