"""People at players: what they ask a gateway for, with cut connections, doubled and repeated requests, and a log of every answer."""
import asyncio
import random
from collections import Counter

from judge.gateway.client import Away

# What refuses for a while: the same request is sent again.
LATER = {"BUSY", "RATE_LIMITED", "STORE_UNAVAILABLE", "RISK_LIMIT", "IDEMPOTENCY_IN_PROGRESS", "REQUEST_TIMEOUT"}
# Answers to a tick that stay the same for ever, or say that it does not count.
ENDED = {"SESSION_CLOSED", "SESSION_REPLACED"}


class Trouble(Exception):
    """An answer that the gateway must not give."""


class World:
    """What all players share: client, log, chances, and what was counted."""

    def __init__(self, client, log, seed, run="day", cut=0.03, double=0.03, patience=90):
        self.client, self.log, self.random, self.run = client, log, random.Random(seed), run
        self.cut, self.double, self.patience = cut, double, patience
        self.counts, self.outcomes, self.troubles = Counter(), {}, []
        self.number = 0

    def next(self, prefix):
        self.number += 1
        return f"{prefix}-{self.run}-{self.number}"

    def trouble(self, text):
        self.troubles.append(text)
        self.counts["troubles"] += 1

    async def ask(self, method, path, body=None, **more):
        """Sends a request, again and again until there is an answer that stands; None where patience ends."""
        until = asyncio.get_running_loop().time() + self.patience
        wait = 0.02
        while asyncio.get_running_loop().time() < until:
            try:
                answer = await self.client.request(method, path, body, cut=self.random.random() < self.cut, **more)
            except Away:
                self.counts["repeated"] += 1
                await asyncio.sleep(wait)
                wait = min(wait * 2, 1)
                continue
            if answer.code in LATER:
                self.counts[answer.code] += 1
                if answer.code == "RISK_LIMIT":
                    return answer
                await asyncio.sleep(min(answer.retry_after or 0.2, 2))
                continue
            if answer.status >= 500:
                self.trouble(f"{method} {path}: {answer.status} {answer.document}")
                await asyncio.sleep(0.2)
                continue
            return answer
        self.counts["given up"] += 1
        return None

    async def top_up(self, user, amount):
        """Adds money; whether it was paid."""
        key, body = self.next("top"), {"user_id": user, "amount": amount, "payment_method": "card"}
        answer = await self.ask("POST", "/v1/top_ups", body, key=key)
        if answer is None:
            return False
        if answer.status != 201:
            if answer.code != "DAILY_LIMIT_REACHED":
                self.trouble(f"top-up of {amount} for {user}: {answer.status} {answer.document}")
            return False
        said = answer.document
        await self.log.append({"top_up": said["id"], "user": user, "amount": said["amount"], "status": said["status"]})
        self.counts[f"top-ups {said['status']}"] += 1
        if self.random.random() < self.double:
            again = await self.ask("POST", "/v1/top_ups", body, key=key)
            if again is not None and again.document.get("id") != said["id"]:
                self.trouble(f"top-up {key} twice: {said['id']} and {again.document}")
        return said["status"] == "succeeded"

    async def withdraw(self, user, amount, destination):
        body = {"user_id": user, "amount": amount, "destination": destination}
        answer = await self.ask("POST", "/v1/withdrawals", body, key=self.next("wdr"))
        if answer is not None and answer.status == 201:
            await self.log.append({"withdrawal": answer.document["id"], "user": user, "amount": amount})
            self.counts["withdrawals"] += 1
        elif answer is not None:
            self.counts[f"withdrawals {answer.code}"] += 1


class Session:
    """One session at one device."""

    def __init__(self, world, user, content, client_id, hold_ms=None):
        self.world, self.user, self.content, self.client_id, self.hold_ms = world, user, content, client_id, hold_ms
        self.id = self.token = self.replaced = None
        self.ticks, self.can_continue = [], False

    async def start(self, on_conflict=None):
        """Starts it, or takes it up; the answer's code where it is refused."""
        body = {"user_id": self.user, "content_id": self.content, "client_id": self.client_id}
        if self.hold_ms:
            body["hold_ms"] = self.hold_ms
        if on_conflict:
            body["on_conflict"] = on_conflict
        answer = await self.world.ask("POST", "/v1/sessions", body, key=self.world.next("start"))
        if answer is None:
            return "AWAY"
        if answer.status != 201:
            return answer.code
        said = answer.document
        self.id, self.token, self.can_continue = said["id"], said["session_token"], said["can_continue"]
        self.replaced = said.get("replaced_session_id")
        await self.world.log.append({"session": self.id, "user": self.user, "content": self.content})
        self.world.counts["taken up" if said["taken_up"] else "sessions"] += 1
        return None

    async def tick(self, played_ms, is_final=False):
        """Sends a tick, perhaps twice at once or once more later; its answer's document or code."""
        world = self.world
        tick_id = world.next("t")
        body = {"tick_id": tick_id, "played_ms": played_ms} | ({"final": True} if is_final else {})
        path = f"/v1/sessions/{self.id}/heartbeats"
        sends = 2 if world.random.random() < world.double else 1
        answers = await asyncio.gather(*(world.ask("POST", path, body, bearer=self.token) for _ in range(sends)))
        result = None
        for answer in answers:
            result = await self.take(tick_id, played_ms, answer) or result
        if isinstance(result, dict):
            self.ticks.append((tick_id, played_ms))
            if world.random.random() < world.double:
                await self.repeat(path)
        return result

    async def repeat(self, path):
        """Sends an older tick once more: the same answer; and with another time: refused."""
        world = self.world
        tick_id, played_ms = world.random.choice(self.ticks)
        answer = await world.ask("POST", path, {"tick_id": tick_id, "played_ms": played_ms}, bearer=self.token)
        await self.take(tick_id, played_ms, answer)
        if world.random.random() < 0.3:
            other = await world.ask("POST", path, {"tick_id": tick_id, "played_ms": played_ms + 1}, bearer=self.token)
            if other is not None and other.code not in ENDED | {"TICK_ID_REUSED"}:
                world.trouble(f"{self.id} {tick_id} with another time: {other.status} {other.document}")

    async def take(self, tick_id, played_ms, answer):
        """Logs what a tick came to, and compares it with what was answered before."""
        if answer is None:
            return None
        world, said = self.world, answer.document
        if answer.status == 200:
            outcome = ("charged", said["charged"], said["credited_ms"], said["tx_id"])
            self.can_continue = said["can_continue"]
            self.token = said.get("session_token") or self.token
        elif answer.code == "INSUFFICIENT_BALANCE":
            outcome = ("refused", "0", 0, said["tx_id"])
            self.can_continue = False
        elif answer.code in ENDED:
            world.counts[answer.code] += 1
            self.can_continue = False
            return answer.code
        else:
            world.counts[f"tick {answer.code}"] += 1
            if answer.code != "RISK_LIMIT":
                world.trouble(f"tick {tick_id} of {self.id}: {answer.status} {said}")
            return answer.code
        await self.acknowledge(tick_id, played_ms, outcome, said.get("replayed", False))
        return said if answer.status == 200 else answer.code

    async def acknowledge(self, tick_id, played_ms, outcome, is_replayed):
        world, key = self.world, (self.id, tick_id)
        before = world.outcomes.setdefault(key, outcome)
        if before != outcome:
            world.trouble(f"tick {tick_id} of {self.id}: {before}, then {outcome}")
        await world.log.append({"session": self.id, "tick": tick_id, "played": played_ms, "kind": outcome[0],
                                "charged": outcome[1], "credited": outcome[2], "entry": outcome[3]})
        world.counts["acknowledged again" if is_replayed or before is not outcome else "acknowledged"] += 1

    async def batch(self, times):
        """Sends the ticks of a player that was cut off."""
        world = self.world
        ticks = [{"tick_id": world.next("b"), "played_ms": time} for time in times]
        answer = await world.ask("POST", f"/v1/sessions/{self.id}/heartbeats/batch", {"ticks": ticks}, bearer=self.token)
        if answer is None:
            return
        if answer.status != 200:
            if answer.code not in ENDED:
                world.trouble(f"batch of {self.id}: {answer.status} {answer.document}")
            return
        world.counts["batches"] += 1
        for asked, item in zip(ticks, answer.document["ticks"]):
            result, error = item.get("result"), item.get("error")
            if result:
                outcome = ("charged", result["charged"], result["credited_ms"], result["tx_id"])
                self.can_continue = result["can_continue"]
            elif error["code"] == "INSUFFICIENT_BALANCE":
                outcome = ("refused", "0", 0, error["tx_id"])
            else:
                world.counts[f"batch {error['code']}"] += 1
                continue
            is_replayed = (result or error).get("replayed", False)
            await self.acknowledge(asked["tick_id"], asked["played_ms"], outcome, is_replayed)

    async def renew(self):
        answer = await self.world.ask("POST", f"/v1/sessions/{self.id}/token", bearer=self.token)
        if answer is not None and answer.status == 200:
            self.token = answer.document["session_token"]
            self.world.counts["renewed"] += 1

    async def stop(self, played_ms=None):
        world = self.world
        body = {} if played_ms is None else {"tick_id": world.next("s"), "played_ms": played_ms}
        answer = await world.ask("POST", f"/v1/sessions/{self.id}/stop", body, bearer=self.token)
        if answer is None:
            return
        if answer.status == 200:
            world.counts["stops"] += 1
            await world.log.append({"session": self.id, "stopped": True, "total": answer.document["total_charge"],
                                    "last": body.get("tick_id")})
        elif answer.code not in ENDED:
            world.trouble(f"stop of {self.id}: {answer.status} {answer.document}")


KINDS = [("plays", 50), ("pauses", 10), ("vanishes", 12), ("cut off", 10), ("replaced", 10), ("taken up", 8)]
PAID = ["5", "10", "2.50", "1", "7.35", "20"]
SLOT = 15_000


class Player:
    """One user who plays one content for some slots of fifteen seconds, in one of several ways."""

    def __init__(self, world, user, content, slots):
        self.world, self.user, self.content = world, user, content
        self.kind = world.random.choices([kind for kind, _ in KINDS], [weight for _, weight in KINDS])[0]
        self.slots, self.slot, self.behind = slots, 0, 0
        hold = 120_000 if self.kind == "cut off" else None
        self.session = Session(world, user, content, world.next("device"), hold)
        self.is_playing = False
        world.counts[f"players: {self.kind}"] += 1

    async def begin(self):
        world = self.world
        if world.random.random() < 0.6:
            await self.pay()
        for _ in range(4):
            refused = await self.session.start("replace")
            if refused == "INSUFFICIENT_BALANCE":
                await self.pay()
                continue
            if refused:
                world.counts[f"start {refused}"] += 1
                if refused not in ("RISK_LIMIT", "AWAY"):
                    world.trouble(f"start for {self.user}: {refused}")
            break
        self.is_playing = self.session.id is not None

    async def pay(self):
        chance = self.world.random.random()
        amount = "3.98" if chance < 0.08 else "4.97" if chance < 0.16 else self.world.random.choice(PAID)
        return await self.world.top_up(self.user, amount)

    async def step(self):
        """What happens at the end of a slot."""
        if not self.is_playing:
            return
        world, session = self.world, self.session
        self.slot += 1
        middle, is_last = self.slot == self.slots // 2, self.slot >= self.slots
        if self.kind == "vanishes" and middle:
            self.is_playing = False
        elif self.kind == "cut off" and not is_last and self.slot % 6:
            self.behind += 1
        elif self.kind == "cut off" and self.behind:
            await session.batch([SLOT] * (self.behind + 1))
            self.behind = 0
        elif self.kind == "pauses" and self.slot % 4 == 3:
            await session.tick(0)
        elif is_last:
            await self.end()
        else:
            if self.kind == "pauses" and self.slot % 4 == 0:
                await session.renew()
            await self.one_tick()
        if self.is_playing and middle and self.kind == "replaced":
            await self.replace()
        elif self.is_playing and middle and self.kind == "taken up":
            await session.start()
        if is_last:
            self.is_playing = False

    async def one_tick(self):
        said = await self.session.tick(self.world.random.choice([SLOT, SLOT, SLOT, SLOT - 1, 7_000, 14_321]))
        if isinstance(said, str) and said in ENDED:
            self.is_playing = False
        elif not self.session.can_continue and not await self.pay() and self.world.random.random() < 0.5:
            self.is_playing = False

    async def end(self):
        chance = self.world.random.random()
        if chance < 0.4:
            await self.session.stop(SLOT)
        elif chance < 0.7:
            await self.session.tick(SLOT, is_final=True)
        else:
            await self.session.stop()

    async def replace(self):
        """Another device ends the session; the old one finds out with its next tick."""
        old = self.session
        self.session = Session(self.world, self.user, self.content, self.world.next("device"))
        if refused := await self.session.start("replace"):
            self.world.counts[f"replace {refused}"] += 1
            self.is_playing = False
            return
        said = await old.tick(1_000)
        if self.session.replaced == old.id and said not in (None, "SESSION_REPLACED"):
            self.world.trouble(f"{old.id} was replaced by {self.session.id}, and its tick came to {said}")
