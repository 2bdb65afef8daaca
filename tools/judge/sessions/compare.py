"""Records sessions of real clients in front of both nodes and compares the answers whole: status, headers, fields, texts.

py-algorand-sdk, algosdk, AlgoKit's utilities and goal each do the same in front of the reference and of our network, through a proxy that
keeps every exchange. Addresses, ids and hashes are named by the order in which a session meets them. What may differ is listed with a
reason; everything else must be equal: status line, spelling and values of headers, white space and order of JSON, every value and text.

Environment:
  PNP_ORACLE        the folder of the reference's programs
  PNP_CONTRACT      our program, where --ours is not given [built here in release form]
  CARGO             the cargo to build it with
  ALGOKIT_VENV      a virtual environment with algokit-utils; without it that session is left out

Exit code: 0 if all answers are alike, 1 if some differ, 2 if the command cannot be run
"""
import base64
import difflib
import gzip
import json
import os
import re
import tempfile
from pathlib import Path

import msgpack

from judge.answers import UNORDERED, differences
from judge.networks import our_options, ours_of, reference_options, theirs_of
from judge.paths import cannot
from judge.rest.layout import layout, order
from judge.sessions.clients import SESSIONS
from judge.sessions.recorder import recording

# Members whose values may differ, and why.
MEMBERS = {
    "time-since-last-round": "a clock", "ts": "a clock", "seed": "chance of the proposer", "sig": "a signature over the genesis hash", "prp": "the proposer",
    "stibhash": "a hash of what the genesis hash is part of", "proof": "hashes of what the genesis hash is part of", "treedepth": "a proof",
    "txn": "a hash of transactions, where it is text", "prev": "a hash of blocks with clocks", "prev512": "a hash of blocks with clocks",
    "txn256": "a hash of transactions", "txn512": "a hash of transactions", "grp": "a hash of transactions", "gh": "each network has a genesis of its own",
    "genesis-hash": "each network has a genesis of its own", "genesis_hash_b64": "each network has a genesis of its own", "blockHash": "a hash of a block with a clock",
    "build": "the version of the program", "alloc": "the genesis accounts have other keys and ours is seen by its own order", "timestamp": "a clock",
    "rate": "our networks pay no rewards", "frac": "our networks pay no rewards", "vote-last-valid": "the keys of the genesis account",
    "selection-participation-key": "the keys of the genesis account", "state-proof-key": "the keys of the genesis account", "vote-participation-key": "the keys of the genesis account",
    "vote-first-valid": "the keys of the genesis account", "voteLst": "the keys of the genesis account", "vote-key-dilution": "the keys of the genesis account",
    "cert": "nobody votes on our network",
}
# Whole answers that may differ, by method and path, and why.
ANSWERS = [
    (r"GET /v2/deltas/", "state deltas are not served by our network"),
    (r"GET /v2/participation( |$)", "our network has no participation keys"),
    (r"GET /v2/accounts/<name \d+>\?exclude=all&format=json", "goal asks for the account of each participation key"),
    (r"GET /v2/ledger/sync", "501 with a reason where the reference has no such route"),
    (r"POST /v2/catchup/", "501 with a reason: there is nothing to catch up with"),
    (r"GET /genesis", "each network has a genesis of its own"),
    (r"GET /swagger.json", "our network describes its own routes"),
    (r"GET /metrics", "other things are measured"),
]
NAMES = re.compile(r"(?<![A-Z2-7])[A-Z2-7]{58}(?![A-Z2-7])|(?<![A-Z2-7])[A-Z2-7]{52}(?![A-Z2-7])|(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{43}=|(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{86}==")
# The ticks of the client tests hold the time.
TICK = re.compile(r"dGlja18x[A-Za-z0-9+/]+=*|tick_\d+_[0-9.]+")
RANDOM_NOTE = re.compile(r"[A-Za-z0-9+/]{11}=")
# The reference prints a structure of its own where ours names a transaction.
GO_TRANSACTION = re.compile(r"^transaction (\{_struct:.*\}|<name \d+>) invalid : ")
# Go's server writes more than this in chunks.
BUFFERED = 2048


def options(parser):
    reference_options(parser)
    our_options(parser)
    parser.add_argument("--only", metavar="NAME", action="append", choices=list(SESSIONS), help=f"one of {', '.join(SESSIONS)}; may be repeated")
    parser.add_argument("--keep", metavar="DIR", type=Path, help="where the recorded exchanges of both sides are written")


def in_unordered(item):
    """Where an item of a list without order is put: by what names it."""
    names = ("key", "id", "name", "address", "app-index", "asset-id")
    return str(next((item[name] for name in names if name in item), item)) if isinstance(item, dict) else str(item)


class Names:
    """Calls addresses, ids and hashes by the order of their appearance."""

    def __init__(self, known=()):
        self.known = dict(known)

    def text(self, text):
        named = NAMES.sub(lambda found: self.known.setdefault(found[0], f"<name {len(self.known)}>"), TICK.sub("<tick>", text))
        return GO_TRANSACTION.sub("transaction <it> invalid : ", named)

    def value(self, value, key=None):
        if key in MEMBERS and not isinstance(value, (dict, list)):
            return f"<{MEMBERS[key]}>"
        if key == "note" and isinstance(value, str) and RANDOM_NOTE.fullmatch(value):
            return "<chance: goal keeps equal transactions apart>"
        if key in ("alloc", "build", "proof", "cert"):
            return f"<{MEMBERS[key]}>"
        if isinstance(value, dict):
            return {self.value(name): self.value(item, name) for name, item in value.items()}
        if isinstance(value, (list, tuple)):
            # The reference lists some things in the order of a hash map.
            items = sorted(value, key=in_unordered) if key in UNORDERED else value
            return [self.value(item) for item in items]
        if isinstance(value, bytes):
            return "b:" + self.text(base64.b64encode(value).decode())
        if isinstance(value, str) and any("\udc80" <= char <= "\udcff" for char in value):
            return self.value(value.encode("utf-8", "surrogateescape"))
        return self.text(value) if isinstance(value, str) else value


def comparable(exchange, names):
    """What must be equal of an answer."""
    body, headers = exchange.body, [(name, value) for name, value in exchange.headers if name != "Date"]
    by_name = {name.lower(): value for name, value in headers}
    framing = "sized" if "content-length" in by_name else "in chunks" if by_name.get("transfer-encoding") else "by its end"
    rule = "in chunks" if len(body) > BUFFERED else "sized"
    headers = sorted((name, value) for name, value in headers if name.lower() not in ("content-length", "transfer-encoding"))
    if by_name.get("content-encoding") == "gzip":
        body = gzip.decompress(body)
    kind, found = by_name.get("content-type", ""), {"status": exchange.status, "reason": exchange.reason, "headers": headers}
    # How long a body is depends on what may differ of it; how it is framed follows from that.
    found["framing"] = "as long as it is" if framing == rule or not body else framing
    if "json" in kind and body:
        value = json.loads(body)
        found |= {"layout": layout(body), "order": names.value(order(value)), "body": names.value(value)}
    elif "msgpack" in kind:
        found["body"] = names.value(msgpack.unpackb(body, raw=False, strict_map_key=False, unicode_errors="surrogateescape"))
    else:
        found["body"] = names.text(body.decode(errors="replace"))
    return found


def session(recorder):
    """The exchanges of a recorder as pairs: what was asked, and what must be equal of the answer."""
    names, pairs = Names(), []
    for exchange in recorder.exchanges:
        path = names.text(exchange.path)
        asked = f"{exchange.method} {path}"
        # What only one side has must not change the names that follow.
        pairs.append((asked, comparable(exchange, Names(names.known) if excused(asked) else names)))
    return pairs


def recorded(name, network, keep, side):
    with tempfile.TemporaryDirectory(prefix="pnp-session-") as folder, recording(network.url) as recorder:
        SESSIONS[name](recorder.url, network.seed, folder)
    if keep:
        keep.mkdir(parents=True, exist_ok=True)
        lines = [json.dumps({**vars(it), "request": base64.b64encode(it.request).decode(), "body": it.body.decode(errors="backslashreplace")}) for it in recorder.exchanges]
        (keep / f"{name}.{side}.jsonl").write_text("\n".join(lines) + "\n")
    return session(recorder)


def excused(asked):
    return next((why for pattern, why in ANSWERS if re.match(pattern, asked)), None)


def compared(name, theirs, ours):
    """Compares two recordings of a session; how many answers are alike, excused, and different."""
    alike = excuses = unequal = 0
    matcher = difflib.SequenceMatcher(a=[asked for asked, _ in theirs], b=[asked for asked, _ in ours], autojunk=False)
    for what, start, end, other_start, other_end in matcher.get_opcodes():
        left_out = theirs[start:end] + ours[other_start:other_end]
        if what != "equal" and all(excused(asked) for asked, _ in left_out):
            excuses += len(left_out)
            continue
        if what != "equal":
            unequal += max(end - start, other_end - other_start)
            print(f"{name}: {what} requests\n   theirs {[asked for asked, _ in theirs[start:end]]}\n   ours   {[asked for asked, _ in ours[other_start:other_end]]}")
            continue
        for (asked, left), (_, right) in zip(theirs[start:end], ours[other_start:other_end]):
            found = list(differences(left, right))
            if not found:
                alike += 1
            elif excused(asked):
                excuses += 1
            else:
                unequal += 1
                for at, one, other in found[:5]:
                    print(f"{name}: {asked}: {at}\n   theirs {str(one)[:300]}\n   ours   {str(other)[:300]}")
    return alike, excuses, unequal


def run(arguments):
    chosen = arguments.only or [name for name in SESSIONS if name != "algokit-utils" or os.environ.get("ALGOKIT_VENV")]
    if "algokit-utils" in chosen and not os.environ.get("ALGOKIT_VENV"):
        cannot("this session needs ALGOKIT_VENV")
    total = [0, 0, 0]
    for name in chosen:
        # A network of its own for each: ids count from the beginning.
        with theirs_of(arguments, rewards=False) as network:
            theirs = recorded(name, network, arguments.keep, "theirs")
        with ours_of(arguments) as network:
            ours = recorded(name, network, arguments.keep, "ours")
        counts = compared(name, theirs, ours)
        total = [sum(pair) for pair in zip(total, counts)]
        print(f"{name}: {counts[0]} answers alike, {counts[1]} different for a reason that is known, {counts[2]} different")
    print(f"{total[0]} answers alike, {total[1]} different for a reason that is known, {total[2]} different")
    return 1 if total[2] else 0
