"""Players that never rest, for short rounds: ticks, batches, stops, starts and top-ups one after the other."""
import asyncio

from judge.gateway.players import ENDED, Session

STEP = 15_000


class Restless:
    """One user whose player does something without a pause."""

    def __init__(self, world, user, contents):
        self.world, self.user, self.contents = world, user, contents
        self.session, self.device = None, world.next("device")

    async def play(self, until):
        """Goes on until the event; what is under way then ends first."""
        while not until.is_set():
            await self.act()

    async def act(self):
        world = self.world
        if self.session is None:
            content = f"film-{world.random.randrange(self.contents)}"
            session = Session(world, self.user, content, self.device, hold_ms=4 * STEP)
            refused = await session.start("replace")
            if refused == "INSUFFICIENT_BALANCE":
                await world.top_up(self.user, world.random.choice(["1", "2.50", "1.98", "1.97"]))
            elif not refused:
                self.session = session
            return
        chance = world.random.random()
        if chance < 0.75:
            said = await self.session.tick(world.random.choice([STEP, STEP, 9_999, 1]), is_final=chance < 0.03)
            if chance < 0.03 or (isinstance(said, str) and said in ENDED):
                self.session = None
        elif chance < 0.85:
            await self.session.batch([STEP] * world.random.randint(2, 6))
        elif chance < 0.9:
            await self.session.start()
        elif chance < 0.95:
            await self.session.stop(STEP if chance < 0.93 else None)
            self.session = None
        else:
            await world.top_up(self.user, "1")
        if self.session and not self.session.can_continue:
            if not await world.top_up(self.user, "1"):
                self.session = None


async def let_time_pass(run, until, every=0.2):
    """Moves the test clock, so that what players claim can have been played."""
    while not until.is_set():
        await run.advance(STEP)
        await asyncio.sleep(every)
