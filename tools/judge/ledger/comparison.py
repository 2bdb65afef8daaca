#!/usr/bin/env python3
"""Plays the same random transaction groups on two networks and compares everything that can be seen of it.

    scripts/differential ledger [--count N] [--seed S] --theirs URL --theirs-kmd URL --ours URL --ours-seed HEX

`theirs` is a fresh dev-mode network of the reference, `ours` a fresh `pnp-contract localnet run --in-memory`; the addresses
may also come from THEIRS, THEIRS_KMD, OURS and OURS_SEED. Accounts, applications and assets have the same names and numbers
on both, so that after replacing hashes every answer must be equal: refusals, pending information, simulations, accounts,
boxes. Needs py-algorand-sdk and msgpack. Exit status 3 when answers differ.
"""
import argparse, base64, collections, copy, hashlib, http.client, json, os, random, re, sys, time

import msgpack
from nacl.signing import SigningKey

from differential_ledger_programs import Programs
from differential_ledger_transactions import Transactions
from differential_rest import Node, differences, key_pair, plain, readable, reference_dispenser

HERE = object()  # stands for the genesis hash of whichever network the transaction goes to


def address_text(raw):
    return base64.b32encode(raw + hashlib.new("sha512_256", raw).digest()[-4:]).decode().rstrip("=")


def prune(value):
    """The canonical form of a map: nothing that is zero, keys in order."""
    if isinstance(value, dict):
        kept = {k: prune(v) for k, v in value.items()}
        return {k: kept[k] for k in sorted(kept, key=str) if not is_zero(kept[k])}
    if isinstance(value, list):
        return [prune(v) for v in value]
    return value


def is_zero(value):
    if isinstance(value, bytes):
        return not any(value) if len(value) in (32, 64) else not value
    return value in (0, "", None, False) or value == [] or value == {}


def canonical(value):
    return msgpack.packb(prune(value), use_bin_type=True)


class Network(Node):
    """One side: signs neutral descriptions of groups with its own genesis hash and sends them."""

    def __init__(self, url, dispenser):
        super().__init__(url)
        self.dispenser = dispenser
        parameters = self.json("/v2/transactions/params")
        self.genesis = base64.b64decode(parameters["genesis-hash"])
        self.params()
        self.learn(dispenser[1], "<dispenser>")
        self.txid_of = {}

    def round(self):
        return self.json("/v2/status")["last-round"]

    def whole(self, one):
        transaction = copy.copy(one["txn"])
        transaction = {k: self.genesis if v is HERE else v for k, v in transaction.items()}
        return prune(transaction)

    def sealed(self, group, number):
        """The bytes of the group's signed transactions, and their ids."""
        wholes = [self.whole(one) for one in group]
        if len(wholes) > 1 or any(one.get("grouped") for one in group):
            ids = [hashlib.new("sha512_256", b"TX" + canonical(w)).digest() for w in wholes]
            group_id = hashlib.new("sha512_256", b"TG" + canonical_list(ids)).digest()
            self.learn(base64.b64encode(group_id).decode(), f"<group {number}>")
            self.learn(address32(group_id), f"<group {number}>")
            for one, w in zip(group, wholes):
                if one.get("grouped") is not False:
                    w["grp"] = group_id
        out, names = [], []
        for index, (one, w) in enumerate(zip(group, wholes)):
            raw = canonical(w)
            txid = address32(hashlib.new("sha512_256", b"TX" + raw).digest())
            self.learn(txid, f"<txid {number * 100 + index}>")
            names.append(txid)
            out.append(one["sign"](b"TX" + raw, prune(w)))
            for change in one.get("changes", ()):
                out[-1] = change(out[-1])
        return out, names

    def post_group(self, pieces):
        return self.request("POST", "/v2/transactions", b"".join(pieces), {"Content-Type": "application/x-binary"})

    def simulate(self, pieces, options):
        request = {"txn-groups": [{"txns": [RawPiece(p) for p in pieces]}], **options}
        return self.request("POST", "/v2/transactions/simulate", pack_with_raw(request), {"Content-Type": "application/msgpack"})


class RawPiece:
    """Bytes that are already msgpack."""

    def __init__(self, data):
        self.data = data


def pack_with_raw(value):
    if isinstance(value, RawPiece):
        return value.data
    if isinstance(value, dict):
        return msgpack.Packer().pack_map_header(len(value)) + b"".join(pack_with_raw(k) + pack_with_raw(v) for k, v in value.items())
    if isinstance(value, list):
        return msgpack.Packer().pack_array_header(len(value)) + b"".join(map(pack_with_raw, value))
    return msgpack.packb(value, use_bin_type=True)


def address32(raw):
    return base64.b32encode(raw).decode().rstrip("=")


def canonical_list(ids):
    return msgpack.packb({"txlist": ids}, use_bin_type=True)


class World:
    """What the generators know: keys, and what exists on the reference's side."""

    def __init__(self, theirs, rng):
        self.theirs, self.rng = theirs, rng
        self.keys = {}
        for name in ("ann", "bob", "cat", "dan", "eve"):
            self.add_key(hashlib.sha256(b"ledger " + name.encode()).digest())
        self.rich = list(self.keys)
        self.poor = [self.add_key(hashlib.sha256(b"poor %d" % n).digest()) for n in range(4)]
        self.assets, self.apps, self.compiled = [], [], {}
        self.round = 0
        self.accounts = {}
        self.here = HERE

    def add_key(self, seed):
        key = SigningKey(seed)
        self.keys[key.verify_key.encode()] = key
        return key.verify_key.encode()

    def account(self, raw):
        if raw not in self.accounts:
            self.accounts[raw] = self.theirs.json(f"/v2/accounts/{address_text(raw)}")
        return self.accounts[raw]

    def compile(self, source):
        if source not in self.compiled:
            try:
                status, _, body = self.theirs.request("POST", "/v2/teal/compile", source.encode())
            except (OSError, http.client.HTTPException):  # some programs make the reference's assembler panic
                status, body = 500, b""
            self.compiled[source] = base64.b64decode(json.loads(body)["result"]) if status == 200 else None
            if status != 200 and os.environ.get("SHOW_TEAL"):
                print(source, body, file=sys.stderr)
        return self.compiled[source]


class Comparison:
    """Runs groups on both sides and counts what differs."""

    def __init__(self, theirs, ours, world, show, known):
        self.theirs, self.ours, self.world, self.show = theirs, ours, world, show
        self.count = collections.Counter()
        self.kinds = collections.Counter()
        self.number = 0
        self.known_differences = known

    def fund(self, rich, poor):
        for raw in rich + poor:
            for side in (self.theirs, self.ours):
                secret, text = side.dispenser
                key = SigningKey(base64.b64decode(secret)[:32])
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
        return 3 if self.count["answers that differ"] else 0


def app_address(app):
    return hashlib.new("sha512_256", b"appID" + app.to_bytes(8)).digest()


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


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--count", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--theirs", default=os.environ.get("THEIRS"))
    parser.add_argument("--theirs-kmd", default=os.environ.get("THEIRS_KMD"))
    parser.add_argument("--ours", default=os.environ.get("OURS"))
    parser.add_argument("--ours-seed", default=os.environ.get("OURS_SEED"), help="our dispenser's seed in hexadecimal")
    parser.add_argument("--show", type=int, default=1, help="how many differences of a kind are printed")
    parser.add_argument("--only", help="only groups of these kinds, comma separated")
    args = parser.parse_args()
    rng = random.Random(args.seed)
    theirs = Network(args.theirs, reference_dispenser(args.theirs_kmd))
    ours = Network(args.ours, key_pair(bytes.fromhex(args.ours_seed)))
    world = World(theirs, rng)
    comparison = Comparison(theirs, ours, world, args.show, set())
    if theirs.round() == 0:
        for side in (theirs, ours):
            side.request("POST", "/v2/devmode/blocks/offset/5")
        comparison.fund(world.rich, world.poor)
    world.round = theirs.round()
    if world.round != ours.round():
        sys.exit(f"the networks stand at different rounds: {world.round} and {ours.round()}")
    transactions_seen = [theirs.json(f"/v2/accounts/{address_text(raw)}") for raw in world.rich]
    world.apps = sorted(a["id"] for t in transactions_seen for a in t["created-apps"])[-8:]
    world.assets = sorted(a["index"] for t in transactions_seen for a in t["created-assets"])[-30:]
    transactions, programs = Transactions(world), Programs(world)
    comparison.number = args.seed * 1_000_000
    started = time.time()
    kinds = transactions.kinds + programs.kinds
    if args.only:
        kinds = [k for k in kinds if k.__name__ in args.only.split(",")]
    for founding in programs.foundation():
        comparison.play(founding)
    for turn in range(args.count):
        make = rng.choice(kinds)
        group = make()
        if group is None:
            continue
        group["kind"] = make.__name__
        comparison.play(group)
        if turn % 100 == 99:
            comparison.sweep()
    comparison.sweep()
    print(f"{time.time() - started:.0f} s")
    return comparison.report()


if __name__ == "__main__":
    sys.exit(main())
