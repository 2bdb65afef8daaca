"""Canonical msgpack, and the ids that are hashes of it."""
import msgpack

from judge.addresses import sha512_256


def transaction_id(packed):
    return sha512_256(b"TX" + packed)


def group_id(ids):
    return sha512_256(b"TG" + msgpack.packb({"txlist": ids}, use_bin_type=True))


def is_zero(value):
    """Whether a field is left out; of bytes, arrays of a fixed size that hold zeros are too."""
    if isinstance(value, bytes):
        return not any(value) if len(value) in (32, 64) else not value
    return value in (0, "", None, False) or value == [] or value == {}


def is_empty(value):
    """Whether a field is left out by who sends zeros where they are meant."""
    return not value if isinstance(value, bytes) else is_zero(value)


def prune(value, absent=is_zero):
    """The canonical form of a map: nothing that is absent, keys in order."""
    if isinstance(value, dict):
        kept = {k: prune(v, absent) for k, v in value.items()}
        return {k: kept[k] for k in sorted(kept, key=str) if not absent(kept[k])}
    if isinstance(value, list):
        return [prune(v, absent) for v in value]
    return value


def canonical(value, absent=is_zero):
    return msgpack.packb(prune(value, absent), use_bin_type=True)
