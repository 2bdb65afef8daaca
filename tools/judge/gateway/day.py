"""A day of a small shop in front of a real gateway: players, payments, kills and outages, then every cent compared.

Users top up, start sessions, tick every fifteen seconds, pause, vanish, send batches, change devices, stop and withdraw, while the
test clock moves through a day. Requests are cut, doubled and repeated with the same ids; each acknowledgement is on the disk before
it counts. The gateway is killed at random instants, and with --net localnet its chain goes away twice. At the end everything due
settles; then the store, the reports, the log and the blocks of the chain are compared.

There is one partner so far.

Environment:
  PNP_CONTRACT   our program [built here in debug form]
  CARGO          the cargo to build it with

Exit code: 0 if all is the same, 1 with the first differences if not, 2 if the command cannot be run
"""
import asyncio
import random
import time

from judge.gateway import run as parts
from judge.gateway.figures import Table
from judge.gateway.players import SLOT, Player
from judge.gateway.run import say
from judge.paths import cannot
from judge.peer import Failed

PERIODS = 48


def options(parser):
    parser.add_argument("--users", type=int, default=2_000, help="[2000]")
    parser.add_argument("--contents", type=int, default=50, help="[50]")
    parser.add_argument("--partners", type=int, default=1, help="only 1 so far [1]")
    parser.add_argument("--heartbeats", type=int, default=20_000, help="about so many [20000]")
    parser.add_argument("--full", action="store_true", help="200,000 heartbeats")
    parser.add_argument("--kills", type=int, default=10, help="kills of the gateway over the day [10]")
    parser.add_argument("--rest", type=int, default=900, help="seconds that the last bills get [900]")
    parts.options(parser)


class Day:
    """Half hours in which some users play, and in which things happen."""

    def __init__(self, run, arguments):
        self.run, self.chance = run, random.Random(arguments.seed)
        heartbeats = 200_000 if arguments.full else arguments.heartbeats
        self.slots = max(4, min(40, heartbeats // (PERIODS * 40)))
        # Three of ten do not come: players stop early, pause, vanish or are cut off.
        self.players = max(1, heartbeats * 10 // (PERIODS * self.slots * 7))
        users = [f"user-{number}" for number in range(arguments.users)]
        self.chance.shuffle(users)
        self.users, self.contents = users, arguments.contents
        total = PERIODS * self.slots
        self.kills = {self.chance.randrange(total) for _ in range(arguments.kills)}
        while len(self.kills) < min(arguments.kills, total):
            self.kills.add(self.chance.randrange(total))
        self.outages = {total // 3: "stopped", 2 * total // 3: "ended"} if run.node else {}
        self.tasks = []

    def user(self, number):
        """Everybody in order once, then at random."""
        return self.users[number] if number < len(self.users) else self.chance.choice(self.users)

    async def pass_by(self, creator):
        seen = 0
        for period in range(PERIODS):
            players = []
            for _ in range(self.players):
                user, content = self.user(seen), f"film-{self.chance.randrange(self.contents)}"
                slots = self.chance.randint(max(2, self.slots * 2 // 3), self.slots)
                players.append(Player(self.run.world, user, content, slots))
                seen += 1
            await asyncio.gather(*(player.begin() for player in players))
            for slot in range(self.slots):
                self.disturb(period * self.slots + slot)
                await self.run.advance(SLOT)
                await asyncio.gather(*(player.step() for player in players))
            if creator and period % 3 == 2:
                withdrawal = self.run.world.withdraw(self.chance.choice(players).user, "1.00", creator)
                self.tasks.append(asyncio.create_task(withdrawal))
            await self.run.advance(30 * 60_000 - self.slots * SLOT)
            if period % 8 == 7:
                counts = self.run.world.counts
                say(f"{(period + 1) / 2:4.0f} h: {counts['acknowledged']} ticks, {self.run.kills} kills, "
                    f"{time.perf_counter() - self.run.begun:.0f} s")
        await asyncio.gather(*self.tasks)

    def disturb(self, slot):
        """Kills and outages that fall into a slot."""
        if slot in self.kills:
            self.tasks.append(asyncio.create_task(self.run.kill(self.chance.random() * 0.5)))
        if slot in self.outages:
            self.tasks.append(asyncio.create_task(self.run.take_chain_away(self.outages[slot], 15)))


async def live(run, arguments, table):
    began = time.perf_counter()
    run.open_world(f"d{arguments.seed}")
    await run.catalogue(arguments.contents)
    creator = creator_of(run)
    day = Day(run, arguments)
    say(f"seed {arguments.seed}, {run.gateway.network}: {PERIODS} half hours, {day.slots} ticks of {day.players} players in each")
    await day.pass_by(creator)
    passed = time.perf_counter()
    left = await run.rest(arguments.rest)
    table.same("left to settle", {name: count for name, count in left.items() if count}, {})
    table.figure("seconds: the day, the rest", f"{passed - began:.0f}, {time.perf_counter() - passed:.0f}")
    table.figure("ticks a second", f"{run.world.counts['acknowledged'] / (passed - began):.0f}")
    return creator


def creator_of(run):
    """The asset's creator, who can receive withdrawals; only where the chain answers beside the gateway."""
    if not run.algod:
        return None
    from judge.gateway.chain import Chain
    return Chain(run.algod, run.ready["app_id"], run.ready["asset_id"]).get(f"/v2/assets/{run.ready['asset_id']}")["params"]["creator"]


def run(arguments):
    if arguments.partners != 1:
        cannot("a gateway has one partner with a contract so far")
    table, ended = Table(), None
    try:
        ended = parts.Run(arguments, "day")
        asyncio.run(live(ended, arguments, table))
        period, begins, ends = parts.day_of(ended.gateway.store)
        chance = random.Random(arguments.seed)
        ended.counts(table)
        ended.check(table, (period, begins, ends), lambda rows: chance.sample(rows, min(100, len(rows))))
        code = table.show()
    except Failed as error:
        say(f"failed: {error}")
        code = 1
    if ended:
        ended.close(code != 0)
    return code
