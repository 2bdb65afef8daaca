"""Answers of two networks, made comparable: without what is a network's own."""
import base64
import json
import re

import msgpack

# Left out: our networks pay no rewards.
REWARDS = {"rate", "frac"}
# Keys whose values are hashes, seeds, clocks or keys of one network alone.
VARIABLE = {"txn512", "SelectionID", "StateProofID", "VoteID", "VoteLastValid", "ts", "seed", "prev", "prev512", "txn", "txn256", "gh", "time-since-last-round", "blockHash", "stibhash", "proof", "sel", "vote", "stprf", "sig", "grp", "build", "channel",
            "selection-participation-key", "vote-participation-key", "state-proof-key", "genesis_hash_b64", "genesis-hash", "vote-last-valid", "voteLst", "logic-sig-hash"}
# What the reference lists in the order of a hash map.
UNORDERED = ("global-state", "key-value", "global-state-delta", "local-state-delta", "delta", "boxes", "kvs", "app-initial-states", "app-locals", "accounts", "assets", "apps", "asset-holdings")
# A transaction as Go prints a structure; ours is named by its id.
GO_TRANSACTION = re.compile(r"^transaction (\{_struct:.*\}|<txid \d+>) invalid : ")
# Transaction ids and addresses, and hashes and keys, wherever they occur in a text.
IN_BASE32 = re.compile(r"(?<![A-Z2-7])[A-Z2-7]{52}(?:[A-Z2-7]{6})?(?![A-Z2-7])")
IN_BASE64 = re.compile(r"[A-Za-z0-9+/]{43,}=")
HEADERS = ("Content-Type", "Access-Control-Allow-Origin", "Access-Control-Allow-Methods", "Access-Control-Allow-Headers", "X-Algorand-Struct")


def plain(value, known, key=None):
    """The value with everything that may differ between two networks replaced by a placeholder."""
    if isinstance(value, dict):
        return {plain_key(k, known): plain(v, known, k) for k, v in sorted(value.items(), key=lambda kv: str(kv[0])) if k not in REWARDS}
    if isinstance(value, (list, tuple)):
        items = [plain(v, known) for v in value]
        return sorted(items, key=str) if key in UNORDERED else items
    if key in VARIABLE:
        return f"<{type(value).__name__}>"
    if isinstance(value, bytes):
        return f"b:{plain_text(base64.b64encode(value).decode(), known)}"
    return plain_text(value, known) if isinstance(value, str) else value


def plain_key(key, known):
    return plain_text(key, known) if isinstance(key, str) else f"{type(key).__name__}:{key!r}"


def plain_text(text, known):
    if text in known:
        return known[text]
    if len(text) > 40:
        text = IN_BASE32.sub(lambda found: known.get(found[0], found[0]), text)
        text = IN_BASE64.sub(lambda found: found[0][:-44] + known.get(found[0][-44:], found[0][-44:]), text)
    return GO_TRANSACTION.sub("transaction <it> invalid : ", text)


def readable(answer, known):
    """Status, the headers that count, and the body as comparable data."""
    status, headers, body = answer
    lower = {k.lower(): v for k, v in headers.items()}
    kept = {h: lower[h.lower()] for h in HEADERS if h.lower() in lower}
    kind = lower.get("content-type", "")
    if "msgpack" in kind:
        data = msgpack.unpackb(body, raw=False, strict_map_key=False, unicode_errors="surrogateescape")
        if plain_order(body) is False:
            kept["msgpack"] = "not canonical"
    elif "json" in kind and body:
        data = json.loads(body)
    else:
        data = body.decode(errors="replace")
    return {"status": status, "headers": kept, "body": plain(data, known)}


def plain_order(body):
    pairs = []
    msgpack.unpackb(body, raw=True, strict_map_key=False, object_pairs_hook=lambda p: pairs.append([k for k, _ in p]) or 0)
    return all(keys == sorted(keys, key=lambda k: (not isinstance(k, int), k)) for keys in pairs if all(isinstance(k, (int, bytes)) for k in keys))


def differences(left, right, at=""):
    if type(left) is not type(right):
        yield at, left, right
    elif isinstance(left, dict):
        for key in sorted(set(left) | set(right), key=str):
            if key not in left or key not in right:
                yield f"{at}/{key}", left.get(key, "(absent)"), right.get(key, "(absent)")
            else:
                yield from differences(left[key], right[key], f"{at}/{key}")
    elif isinstance(left, list):
        if len(left) != len(right):
            yield f"{at}#", left, right
        else:
            for index, pair in enumerate(zip(left, right)):
                yield from differences(*pair, f"{at}/{index}")
    elif left != right:
        yield at, left, right
