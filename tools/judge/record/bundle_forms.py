"""Other forms of a canonical signed transaction: the same in other bytes, and what only looks like it."""
import copy, struct

import msgpack


class Pairs(list):
    """A map as its keys and values one after the other, so that a key may be there twice."""


class Raw(bytes):
    """Bytes that are msgpack already."""


# How each kind of value is written where nothing else is said.
CANONICAL = {"number": "least", "bytes": "bin", "text": "str", "key": "str", "map": "fix", "list": "fix", "order": "rising"}


def number(value, form):
    widths = {"u16": (0xCD, ">H"), "u32": (0xCE, ">I"), "u64": (0xCF, ">Q"), "i64": (0xD3, ">q")}
    if form == "least":
        return msgpack.packb(value)
    lead, layout = widths[form]
    return bytes([lead]) + struct.pack(layout, value)


def flat(value, form):
    leads = {"bin": 0xC4, "bin16": 0xC5, "bin32": 0xC6, "str8": 0xD9, "str16": 0xDA, "str32": 0xDB}
    if form == "str":
        return msgpack.packb(value.decode("latin-1") if value.isascii() else value, use_bin_type=False)
    if form == "numbers":
        return header(len(value), "list", "fix") + b"".join(msgpack.packb(byte) for byte in value)
    layout = {"16": ">H", "32": ">I"}.get(form[3:], ">B")
    return bytes([leads[form]]) + struct.pack(layout, len(value)) + value


def header(count, kind, form):
    fixed, wide = {"map": (0x80, 0xDE), "list": (0x90, 0xDC)}[kind]
    if form == "fix" and count < 16:
        return bytes([fixed | count])
    return bytes([wide + 1]) + struct.pack(">I", count) if form == "32" else bytes([wide]) + struct.pack(">H", count)


def pack(value, **forms):
    """The value in msgpack, each kind of it in its form."""
    forms = {**CANONICAL, **forms}
    if isinstance(value, Raw):
        return bytes(value)
    if isinstance(value, (dict, Pairs)):
        pairs = list(value.items()) if isinstance(value, dict) else list(value)
        if forms["order"] == "falling":
            pairs.reverse()
        body = b"".join(flat(key.encode(), forms["key"]) + pack(item, **forms) for key, item in pairs)
        return header(len(pairs), "map", forms["map"]) + body
    if isinstance(value, list):
        return header(len(value), "list", forms["list"]) + b"".join(pack(item, **forms) for item in value)
    if isinstance(value, bool) or value is None or isinstance(value, float):
        return msgpack.packb(value)
    if isinstance(value, int):
        return number(value, forms["number"])
    return flat(value.encode(), forms["text"]) if isinstance(value, str) else flat(value, forms["bytes"])


def changed(canonical, *places, **more):
    """A copy with values put in: ("txn.fee", 5)."""
    value = copy.deepcopy(msgpack.unpackb(canonical, raw=False))
    for path, item in places:
        *outer, last = (int(name) if name.isdigit() else name for name in path.split("."))
        into = value
        for name in outer:
            into = into[name]
        into[last] = item
    return pack(value, **more)


def repeated(canonical, path, item, first=True):
    """A copy in which a key is there twice: with `item`, and as it is."""
    value = msgpack.unpackb(canonical, raw=False)

    def with_pair(into, names):
        name, *inner = names
        pairs = Pairs(into.items())
        if inner:
            return Pairs((key, with_pair(kept, inner) if key == name else kept) for key, kept in pairs)
        pairs.insert(0 if first else len(pairs), (name, item))
        return pairs

    return pack(with_pair(value, path.split(".")))


def same(canonical):
    """Names and bytes of forms that mean what the canonical bytes mean."""
    zero, tx = bytes(32), "txn."
    yield "as it is", canonical
    for form in ("u64", "i64"):
        yield f"every number as {form}", changed(canonical, number=form)
    for form in ("bin16", "bin32", "str", "str16", "str32", "numbers"):
        yield f"bytes as {form}", changed(canonical, bytes=form)
    for form in ("str8", "str16", "str32", "bin", "bin32"):
        yield f"texts as {form}", changed(canonical, text=form)
    for form in ("str8", "str32", "bin"):
        yield f"keys as {form}", changed(canonical, key=form)
    for kind in ("map", "list"):
        for form in ("16", "32"):
            yield f"{kind}s with a header of {form} bits", changed(canonical, **{kind: form})
    yield "keys from last to first", changed(canonical, order="falling")
    yield "everything else than canonical", changed(canonical, number="u64", bytes="str32", text="bin16", key="str16", map="32",
                                                    list="32", order="falling")
    for field in ("amt", "faid", "caid", "xaid", "votefst", "votelst", "votekd", "apan", "apep"):
        yield f"{field} of zero", changed(canonical, (tx + field, 0))
    for field in ("close", "rekey", "lx", "grp", "rcv", "arcv", "asnd", "aclose", "fadd", "votekey", "selkey"):
        yield f"{field} of zeros", changed(canonical, (tx + field, zero))
    yield "a state proof key of zeros", changed(canonical, (tx + "sprfkey", bytes(64)))
    for field in ("note", "apap", "apsu", "close", "rekey"):
        yield f"an empty {field}", changed(canonical, (tx + field, b""))
    for field in ("nonpart", "afrz"):
        yield f"{field} false", changed(canonical, (tx + field, False))
    for field in ("apgs", "apls", "apar"):
        yield f"an empty {field}", changed(canonical, (tx + field, {}))
    yield "a schema of zeros", changed(canonical, (tx + "apgs", {"nui": 0, "nbs": 0}), (tx + "apls", {"nbs": 0}))
    yield "asset parameters of zeros", changed(canonical, (tx + "apar", {"t": 0, "dc": 0, "df": False, "un": "", "am": zero, "m": zero}))
    for field in ("note", "lx", "apan", "apgs", "amt", "rekey", "apat", "apbx"):
        if field not in msgpack.unpackb(canonical, raw=False)["txn"]:
            yield f"{field} nil", changed(canonical, (tx + field, None))
    yield "an empty list of programs' accesses", changed(canonical, (tx + "al", []))
    yield "a signature of zeros", changed(canonical, ("sig", bytes(64)))
    yield "an empty signature", changed(canonical, ("sig", b""))
    yield "sgnr of zeros", changed(canonical, ("sgnr", zero))
    yield "sgnr nil", changed(canonical, ("sgnr", None))
    yield "sgnr empty", changed(canonical, ("sgnr", b""))
    for name, value in (("zeros", bytes(64)), ("nothing", b""), ("nil", None), ("an empty text", ""), ("an empty list", [])):
        yield f"a signature that is missing as {name}", changed(canonical, ("msig.subsig.1.s", value))
    for name, blanks in (("a line end", b"\n"), ("two line ends of Windows", b"\r\n\r\n"), ("blanks", b"  \t\n")):
        yield f"{name} behind it", canonical + blanks
    yield "a line end before it", b"\n" + canonical


def other(canonical):
    """Names and bytes of what means something else, or different things to different programs."""
    value = msgpack.unpackb(canonical, raw=False)
    txn, msig = value["txn"], value["msig"]
    for path, item in (("txn.fee", 1), ("txn.fee", txn["fee"]), ("txn.snd", bytes(32)), ("txn", txn),
                       ("txn", {}), ("msig", msig), ("msig.thr", 1)):
        where = "" if item != value.get(path, txn.get(path.partition(".")[2])) else ", with one value"
        yield f"{path} twice, first{where}", repeated(canonical, path, item)
        yield f"{path} twice, last{where}", repeated(canonical, path, item, first=False)
    yield "rekey of zeros twice", repeated(changed(canonical, ("txn.rekey", bytes(32))), "txn.rekey", bytes(32))
    yield "a key as text and as bytes", Raw(bytes([canonical[0] + 1]) + b"\xc4\x03txn" + pack(txn) + canonical[1:])
    for field in ("snd", "gh"):
        yield f"{field} with a byte more", changed(canonical, (f"txn.{field}", txn[field] + b"\x00"))
        yield f"{field} with another byte more", changed(canonical, (f"txn.{field}", txn[field] + b"\x01"))
        yield f"{field} without its last byte", changed(canonical, (f"txn.{field}", txn[field][:-1]))
    yield "rekey of 33 bytes, the last not zero", changed(canonical, ("txn.rekey", bytes(32) + b"\x01"))
    yield "a key of a signer with a byte more", changed(canonical, ("msig.subsig.0.pk", msig["subsig"][0]["pk"] + b"\x01"))
    signature = msig["subsig"][0]["s"]
    yield "a signature with a byte more", changed(canonical, ("msig.subsig.0.s", signature + b"\x01"))
    yield "a signature without its last byte", changed(canonical, ("msig.subsig.0.s", signature[:-1]))
    for path, item in (("abc", 0), ("txn.abc", 0), ("txn.abc", b"x"), ("msig.abc", 1), ("msig.subsig.1.abc", 1), ("txn.apgs", {"abc": 0})):
        yield f"{path}, a field that does not exist, {item!r}", changed(canonical, (path, item))
    for path, item in (("txn.fee", -1), ("txn.fee", 1000.0), ("txn.fee", "1000"), ("txn.fee", b"\x03\xe8"), ("txn.type", 5),
                       ("txn.snd", 7), ("txn.apaa", b"bill"), ("txn.apaa", {"bill": b"x"}), ("msig", [1, 2]), ("txn", None),
                       ("msig.subsig", {}), ("txn.note", Raw(b"\xc7\x01\x05x"))):
        yield f"{path} is {item!r}", changed(canonical, (path, item))
    # The reference keeps this nil, which makes another id.
    yield "an empty argument as nil", changed(canonical, ("txn.apaa", [None, b"x"]))
    # The reference reads these by position; no other program writes or reads them.
    yield "the multisignature as a list", changed(canonical, ("msig", [1, 2, msig["subsig"]]))
    yield "a signer as a list", changed(canonical, ("msig.subsig.1", [msig["subsig"][1]["pk"]]))
    yield "a box as a list", changed(canonical, ("txn.apbx", [[0, b"box"], {"i": 1}]))
    yield "a text behind it", canonical + b"bundle"
    yield "a byte of zero behind it", canonical + b"\x00"
    yield "cut in the middle", canonical[: len(canonical) // 2]
