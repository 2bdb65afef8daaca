"""Groups that are played on both sides, and what of the answers differs."""
import base64, collections, json, re, sys

from judge.addresses import address_text, app_address
from judge.answers import differences, readable
from judge.encoding import canonical
from judge.ledger.network import HERE


class Comparison:
    """Runs groups on both sides and counts what differs."""

    def __init__(self, theirs, ours, world, show):
        self.theirs, self.ours, self.world, self.show = theirs, ours, world, show
        self.count = collections.Counter()
        self.kinds = collections.Counter()
        self.number = 0

    def fund(self, rich, poor):
        for raw in rich + poor:
            for side in (self.theirs, self.ours):
                key = side.dispenser
                amount = 2_000_000_000_000 if raw in rich else 1_000_000
                payment = {"type": "pay", "snd": key.verify_key.encode(), "rcv": raw, "amt": amount, "fee": 1000, "fv": 1, "lv": 900,
                           "gh": HERE, "note": raw[:4]}
                one = {"txn": payment, "sign": lambda message, w, key=key: canonical({"sig": key.sign(message).signature, "txn": w})}
                status, _, body = side.post_group(side.sealed([one], self.number)[0])
                assert status == 200, body
            self.number += 1

    def compare(self, name, answers, group=None):
        left, right = (readable(answer, side.known) for answer, side in zip(answers, (self.theirs, self.ours)))
        left, right = settle(left), settle(right)
        found = [d for d in differences(left, right)]
        self.count["answers"] += 1
        if left["status"] == right["status"] == 400 and re.search("(msgpack|json) decode error", str(left["body"])):
            self.count["unreadable bytes refused by both, in words of their own"] += 1
            return False
        if found:
            self.count["answers that differ"] += 1
            kind = " ".join(name.split(" ")[:2]) + ": " + family(found)
            self.kinds[kind] += 1
            if self.kinds[kind] <= self.show:
                print(f"== {self.number} {name}")
                for at, a, b in found[:8]:
                    print(f"  {at}\n    theirs {str(a)[:900]}\n    ours   {str(b)[:900]}")
                if group and group.get("source"):
                    print("  program:\n    " + group["source"].replace("\n", "; ")[:1800])
                if group:
                    print("  group: " + describe(group)[:1500])
                sys.stdout.flush()
        return bool(found)

    def both(self, name, ask, group=None):
        return self.compare(name, [ask(side) for side in (self.theirs, self.ours)], group)

    def play(self, group):
        """One group: perhaps simulated, then sent. Whether it was accepted by the reference."""
        self.number += 1
        self.count["groups"] += 1
        self.count["transactions"] += len(group["txns"])
        sides = (self.theirs, self.ours)
        differs = False
        made = [side.sealed(group["txns"], self.number) for side in sides]
        for options in group.get("simulate", ()):
            self.count["simulations"] += 1
            differs |= self.compare("simulate " + group["kind"], [side.simulate(m[0], options) for side, m in zip(sides, made)], group)
        if group.get("only_simulate"):
            self.count["groups that differ"] += differs
            return False
        answers = [side.post_group(m[0]) for side, m in zip(sides, made)]
        differs |= self.compare("submit " + group["kind"], answers, group)
        accepted = [a[0] == 200 for a in answers]
        self.count["accepted" if accepted[0] else "refused"] += 1
        if accepted[0] != accepted[1]:
            print("verdicts differ: the networks are no longer alike", answers, group.get("source"), describe(group)[:1500])
            self.count["groups that differ"] += 1
            raise SystemExit(self.report())
        if accepted[0]:
            self.world.round += 1
            self.world.accounts = {}
            for index in range(len(made[0][1])):
                got = [side.request("GET", f"/v2/transactions/pending/{m[1][index]}") for side, m in zip(sides, made)]
                differs |= self.compare("pending " + group["kind"], got, group)
                self.learn(json.loads(got[0][2]))
            touched = {one["txn"].get(k) for one in group["txns"] for k in ("snd", "rcv", "arcv", "asnd", "close", "aclose", "fadd")}
            for raw in sorted(t for t in touched if isinstance(t, bytes) and len(t) == 32):
                differs |= self.both("account " + group["kind"], lambda s: s.request("GET", f"/v2/accounts/{address_text(raw)}"), group)
            for app in {one["txn"].get("apid") for one in group["txns"]} & set(self.world.apps):
                differs |= self.state_of(app, group)
        self.count["groups that differ"] += differs
        return accepted[0]

    def state_of(self, app, group=None):
        differs = self.both(f"application {app}", lambda s: s.request("GET", f"/v2/applications/{app}"), group)
        differs |= self.both(f"boxes {app}", lambda s: s.request("GET", f"/v2/applications/{app}/boxes"), group)
        raw = app_address(app)
        return differs | self.both(f"account of {app}", lambda s: s.request("GET", f"/v2/accounts/{address_text(raw)}"), group)

    def learn(self, info):
        if info.get("asset-index"):
            self.world.assets.append(info["asset-index"])
        if info.get("application-index"):
            self.world.apps.append(info["application-index"])
        for inner in info.get("inner-txns", ()):
            self.learn(inner)

    def sweep(self):
        for raw in list(self.world.keys) + [app_address(a) for a in self.world.apps[-10:]]:
            self.both("account swept", lambda s: s.request("GET", f"/v2/accounts/{address_text(raw)}"))
        for asset in self.world.assets[-30:]:
            self.both("asset swept", lambda s: s.request("GET", f"/v2/assets/{asset}"))
        for app in self.world.apps[-30:]:
            self.state_of(app)
            names = json.loads(self.theirs.request("GET", f"/v2/applications/{app}/boxes")[2]).get("boxes", [])
            for name in names[:5]:
                query = base64.urlsafe_b64encode(base64.b64decode(name["name"])).decode().replace("=", "%3D")
                self.both("box swept", lambda s: s.request("GET", f"/v2/applications/{app}/box?name=b64:{query}"))
        last = self.world.round
        for number in range(max(1, last - 3), last + 1):
            self.both("block swept", lambda s: s.request("GET", f"/v2/blocks/{number}?header-only=true"))

    def report(self):
        for key, value in sorted(self.count.items()):
            print(f"{value:8} {key}")
        for key, value in self.kinds.most_common():
            print(f"{value:8} differ in {key[:300]}")
        return 1 if self.count["answers that differ"] else 0


INVALID = re.compile(r"^transaction (\{_struct:.*\}|<id>|<txid \d+>|<it>) invalid : ", re.S)
DIGEST = re.compile(r"\b[A-Z2-7]{52}\b")


def settle(value, key=None):
    """Signatures and hashes of changed bytes are a network's own."""
    if isinstance(value, dict):
        return {k: settle(v, k) for k, v in value.items()}
    if isinstance(value, list):
        return [settle(v) for v in value]
    if isinstance(value, str):
        value = re.sub(r"during assignment &\{.*?\}( 0x[0-9a-f]+| <nil>)*\}?\. Details", "during assignment. Details", value, flags=re.S)
        # Of several kinds of foreign fields the reference names whichever its map gives first.
        value = re.sub(r"has non-zero fields for type \w+", "has non-zero fields for type <kind>", value)
        return "<signature>" if key == "s" and len(value) == 88 else INVALID.sub("transaction <it> invalid : ", DIGEST.sub("<id>", value))
    return value


def family(found):
    """What differences have in common that have one cause: where they are, and the words without the numbers."""
    at, left, right = found[0]
    return re.sub(r"\d+", "#", f"{at} {str(left)[:200]} {str(right)[:200]}")


def describe(group):
    return "\n    ".join(str({k: short(v) for k, v in one["txn"].items() if k not in ("gh", "note")}) + one.get("why", "") for one in group["txns"])


def short(value):
    if isinstance(value, bytes):
        return value.hex() if len(value) <= 8 else f"{value[:3].hex()}..{len(value)}"
    if isinstance(value, list):
        return [short(v) for v in value]
    return {k: short(v) for k, v in value.items()} if isinstance(value, dict) else value
