"""Programs for the interpreter, by what they try: arithmetic, bytes, texts, whole sequences, wrong types, flow."""
import base64

from judge.varint import uvarint

# Version 14 needs other rules: see version_14.
VERSIONS = range(1, 14)
EDGES = [0, 1, 2, 3, 7, 8, 9, 63, 64, 65, 127, 128, 255, 256, 4095, 4096, 4097, 2**31 - 1, 2**31, 2**32 - 1, 2**32,
         2**63 - 1, 2**63, 2**64 - 2, 2**64 - 1]


# The reference's assembler would refuse what is wrong already by type; and on `int 256; loads` it panics.
UNTYPED = "#pragma typetrack false"


def lit(value):
    return f"byte 0x{value.hex()}" if isinstance(value, bytes) else f"int {value}"


def text(op, *values, version=13):
    return {"src": "\n".join([UNTYPED] + [lit(v) for v in values] + [op]), "v": version}


def raw(version, code, *args):
    return {"hex": bytes([version]).hex() + code.hex(), "args": [a.hex() for a in args]}


BINARY = "+ - * / % < > <= >= && || == != | & ^ shl shr exp mulw addw expw".split()
UNARY = "! ~ sqrt bitlen itob".split()
BYTE_BINARY = "b+ b- b* b/ b% b< b> b<= b>= b== b!= b| b& b^ concat == !=".split()
BYTE_UNARY = "b~ bsqrt bitlen len btoi".split()


def uint(rng):
    return rng.choice([rng.choice(EDGES), rng.randrange(300), rng.getrandbits(rng.randrange(1, 65))])


def byte_string(rng, limit=4096):
    length = min(limit, rng.choice([0, 1, 2, 7, 8, 9, 31, 32, 33, 63, 64, 65, rng.randrange(70), rng.randrange(200)]))
    if rng.random() < 0.01:
        length = limit
    kind = rng.random()
    if kind < 0.2:
        return bytes(length)
    if kind < 0.4:
        return b"\xff" * length
    if kind < 0.6:
        zeros = rng.randrange(length + 1)
        return bytes(zeros) + rng.randbytes(length - zeros)
    return rng.randbytes(length)


def arithmetic(rng, count):
    for _ in range(count):
        op = rng.choice(BINARY + UNARY + ["divw", "divmodw"])
        arity = {"divw": 3, "divmodw": 4}.get(op, 1 if op in UNARY else 2)
        yield text(op, *[uint(rng) for _ in range(arity)])


def byte_math(rng, count):
    for _ in range(count):
        op = rng.choice(BYTE_BINARY + BYTE_UNARY)
        yield text(op, *[byte_string(rng) for _ in range(1 if op in BYTE_UNARY else 2)])


def byte_manipulation(rng, count):
    for _ in range(count):
        b = byte_string(rng)
        near = lambda: rng.choice([uint(rng), max(0, len(b) + rng.randrange(-3, 4)), rng.randrange(len(b) + 2)])
        small = lambda: min(255, near())
        bits = lambda: rng.choice([near(), 8 * len(b) + rng.randrange(-2, 2) if b else 0, rng.randrange(8 * len(b) + 2)])
        yield rng.choice([
            lambda: text(f"substring {small()} {small()}", b),
            lambda: text(f"extract {small()} {small()}", b),
            lambda: text("substring3", b, near(), near()),
            lambda: text("extract3", b, near(), near()),
            lambda: text(rng.choice(["extract_uint16", "extract_uint32", "extract_uint64"]), b, near()),
            lambda: text(f"replace2 {small()}", b, byte_string(rng, 20)),
            lambda: text("replace3", b, near(), byte_string(rng, 20)),
            lambda: text("getbit", rng.choice([b, uint(rng)]), bits()),
            lambda: text("setbit", rng.choice([b, uint(rng)]), bits(), rng.choice([0, 1, 1, 2])),
            lambda: text("getbyte", b, near()),
            lambda: text("setbyte", b, near(), rng.choice([0, 255, 256, rng.randrange(256)])),
            lambda: text("bzero; dup; concat; len", rng.choice([0, 1, 2047, 2048, 2049, 4096, 4097, uint(rng)])),
            lambda: text("btoi", b),
        ])()


def hashes(rng, count):
    names = ["sha256", "keccak256", "sha512_256", "sha3_256", "sha512", "mimc BN254Mp110", "mimc BLS12_381Mp111",
             "poseidon2 BN254t2", "poseidon2 BLS12_381t2"]
    moduli = [21888242871839275222246405745257275088548364400416034343698204186575808495617,
              52435875175126190479447740508185965837690552500527637822603658699938581184513]
    for _ in range(count):
        data = byte_string(rng)
        if rng.random() < 0.5:
            data = b"".join(rng.choice([bytes(32), rng.randrange(2**254).to_bytes(32), rng.choice(moduli).to_bytes(32),
                                        (rng.choice(moduli) - 1).to_bytes(32)]) for _ in range(rng.randrange(4)))
        yield text(rng.choice(names), data)


def version_14(rng, count):
    """What version 14 has and version 13 has not, and that the rest is as before."""
    for at in range(count):
        data = byte_string(rng) if at % 4 else rng.randbytes(rng.choice([0, 1, 3, 4, 5, 63, 64, 65, 255, 256, 1000, 4095, 4096]))
        yield rng.choice([
            lambda: text("sumhash512", data, version=14), lambda: text("sumhash512; sumhash512", data, version=14),
            lambda: text("sumhash512; len; int 64; ==", data, version=14), lambda: text("sumhash512", uint(rng), version=14),
            lambda: raw(14, bytes([0x86])), lambda: raw(13, bytes([0x80, 0x01, 0x61, 0x86])),
            lambda: text(rng.choice(BINARY), uint(rng), uint(rng), version=14),
            lambda: text(rng.choice(["sha512", "mimc BN254Mp110", "poseidon2 BN254t2"]), data, version=14),
            lambda: text("global OpcodeBudget; swap; sumhash512; pop; global OpcodeBudget; -", data, version=14),
        ])()


def base64_texts(rng, count):
    letters = b"ABCDwxyz0189AQgw"
    for _ in range(count):
        data = bytearray(rng.choice([base64.b64encode, base64.urlsafe_b64encode])(rng.randbytes(rng.randrange(12))))
        if rng.random() < 0.3:
            data = bytearray(rng.choice(letters) for _ in range(rng.randrange(10)))
        for _ in range(rng.choice([0, 0, 1, 1, 2, 4])):
            place = rng.randrange(len(data) + 1)
            change = rng.randrange(3)
            if change == 0:
                data[place:place] = rng.choice([b"\n", b"\r", b"=", b"==", b"+", b"-", b"/", b"_", b" ", b"A", b"\xff"])
            elif data and change == 1:
                del data[min(place, len(data) - 1)]
            elif data:
                data[min(place, len(data) - 1)] = rng.choice(b"=AQgw\n+/-_*")
        yield text(f"base64_decode {rng.choice(['StdEncoding', 'URLEncoding'])}", bytes(data))


def json_text(rng, depth=0):
    scalars = [b"null", b"true", b"false", b"0", b"1", b"-1", b"1.5", b"1e3", b"18446744073709551615", b"+1", b"-",
               b"18446744073709551616", b"01", b".5", b"1.", b"1e999", b"-0", b"9223372036854775808", b"-9223372036854775809",
               b'"a"', b'"a\\nb"', b'"\\u00e9"', b'"\\ud83d\\ude00"', b'"\\ud800"', b'"\\ud800x"', b'"\\udc00\\ud800"',
               b'"\\u00zz"', b"\"\\'\"", b'"\\x"', b'"\xff\xc3"', b'"\x01"', b'"\\/\\b\\f\\r\\t\\"\\\\"', b'"\\u12"', b'"\\u123"',
               b'"\\ud800\\u12"', b'"\\ud800\\u00zz"', b'"\\ud800\\uD"', b'""', b"tru", b"nul", b"nan", b"", b'"\xed\xa0\x80"',
               '"é😀"'.encode(), b"1_0", b"0x1", b"e5", b"5e", b"5e+", b"--1", b"1-", b"[1,]", b"[,]", b"[1 2]", b"{,}"]
    if depth < 3 and rng.random() < (0.95 if depth == 0 else 0.35):
        space = lambda: rng.choice([b"", b"", b"", b" ", b"\t", b"\r\n", b"\f"])
        if depth and rng.random() < 0.5:
            items = [json_text(rng, depth + 1) for _ in range(rng.randrange(3))]
            return b"[" + b",".join(space() + item + space() for item in items) + b"]"
        keys = [b'"a"', b'"a"', b'"b"', b'"c"', b'"\\u0061"', b'""', b'"\xff"', b'"\\ud800"', b'"\\ud83d\\ude00"', b"1", b"null",
                b"true", b"-1", b"1.0", b"[]", b"{}", b'"\\u00zz"', b'"k\\"q"', b"+", b'"\\ud800\\u0061"']
        weights = [9, 9, 9, 9, 4, 3, 1, 1, 1] + [1] * (len(keys) - 9)
        items = [space() + rng.choices(keys, weights)[0] + space() + b":" + space() + json_text(rng, depth + 1) + space()
                 for _ in range(rng.randrange(4))]
        return b"{" + b",".join(items) + b"}"
    return rng.choice(scalars)


def json_refs(rng, count):
    for _ in range(count):
        data = bytearray(json_text(rng))
        while rng.random() < 0.15 and data:
            place = rng.randrange(len(data))
            if rng.random() < 0.5:
                del data[place]
            else:
                data[place:place] = rng.choice([b",", b"}", b"]", b"{", b'"', b"\\", b" ", b"1", b"n", b":", b"\x00", b"x"])
        key = rng.choice([b"a", b"a", b"a", b"b", b"c", b"", b"\xef\xbf\xbd", b'k"q', b"zz", b"\xff"])
        yield text(f"json_ref {rng.choice(['JSONString', 'JSONUint64', 'JSONObject'])}", bytes(data), key)
    for depth in (10, 1000, 1021, 1022, 1023, 1024, 2000):
        yield raw(13, bytes([0x2D, 0x2E, 0x5F, 2]), b'{"a":' + b"[" * depth + b"]" * depth + b"}", b"a")
        yield raw(13, bytes([0x2D, 0x2E, 0x5F, 2]), b'{"a":{"b":' + b"[" * depth + b"]" * depth + b"}}", b"a")


# Opcodes that need no ledger and no transaction, with a maker of their immediates.
def sequence_ops(rng):
    byte = lambda: rng.choice([0, 1, 2, 3, rng.randrange(12), rng.randrange(256)])
    plain = [0x00, 0x01, 0x02, 0x03, *range(0x08, 0x20), 0x22, 0x23, 0x24, 0x25, 0x28, 0x29, 0x2A, 0x2B, 0x3E, 0x3F, 0x43,
             0x44, 0x48, 0x49, 0x4A, 0x4C, 0x4D, 0x50, 0x52, 0x53, 0x54, 0x55, 0x56, 0x58, 0x59, 0x5A, 0x5B, 0x5D, 0x89,
             *range(0x90, 0x99), *range(0xA0, 0xB0)]
    one = [0x21, 0x27, 0x34, 0x35, 0x45, 0x46, 0x47, 0x4B, 0x4E, 0x4F, 0x5C, 0x5E, 0x5F, 0x8B, 0x8C]
    two = [0x51, 0x57, 0x8A]
    return byte, plain, one, two


def sequences(rng, count):
    """Random rows of valid instructions, so that whole states are compared and not only single results."""
    for _ in range(count):
        version = rng.choice([*VERSIONS, 13, 13, 12, 11, 10, 8])
        byte, plain, one, two = sequence_ops(rng)
        code = bytearray()
        if rng.random() < 0.5:
            ints = [uint(rng) for _ in range(rng.randrange(6))]
            code += b"\x20" + uvarint(len(ints)) + b"".join(map(uvarint, ints))
        if rng.random() < 0.5:
            strings = [byte_string(rng, 20) for _ in range(rng.randrange(6))]
            code += b"\x26" + uvarint(len(strings)) + b"".join(uvarint(len(s)) + s for s in strings)
        for _ in range(rng.choice([3, 10, 30])):
            kind = rng.random()
            if kind < 0.3:
                code += b"\x81" + uvarint(uint(rng)) if rng.random() < 0.6 else b"\x80" + uvarint(n := rng.randrange(10)) + rng.randbytes(n)
            elif kind < 0.4:
                code += bytes([rng.choice([0x22, 0x23, 0x24, 0x25, 0x28, 0x29, 0x2A, 0x2B])])
            elif kind < 0.65:
                code.append(rng.choice(plain))
            elif kind < 0.85:
                code += bytes([rng.choice(one), byte() if rng.random() < 0.8 else rng.randrange(248, 256)])
            elif kind < 0.9:
                code += bytes([rng.choice(two), byte(), byte()])
            elif kind < 0.95:
                op = rng.choice([0x40, 0x41, 0x42, 0x88])
                forward = rng.randrange(8)
                code += bytes([op]) + (uvarint(2 * forward) if version >= 13 else forward.to_bytes(2))
            elif kind < 0.97:
                labels = rng.randrange(4)
                code += bytes([rng.choice([0x8D, 0x8E]), labels]) + b"".join(rng.randrange(6).to_bytes(2) for _ in range(labels))
            else:
                n = rng.randrange(4)
                code += b"\x83" + uvarint(n) + b"".join(uvarint(uint(rng)) for _ in range(n)) if rng.random() < 0.5 else \
                    b"\x82" + uvarint(n) + b"".join(uvarint(m := rng.randrange(4)) + rng.randbytes(m) for _ in range(n))
        if rng.random() < 0.2 and code:
            del code[rng.randrange(len(code)):]
        if rng.random() < 0.3:
            code[rng.randrange(len(code) + 1):0] = b""
            code += b"\x81\x01\x43" if version >= 3 else b""
        yield raw(version, bytes(code))


def wrong_types(rng, count):
    """Every opcode on stacks that are too low or hold the wrong kinds, in every version."""
    byte, plain, one, two = sequence_ops(rng)
    more = [0x04, 0xD0, 0xE0, 0xE1, 0xE2, 0xE3, 0xE4, 0xE5, 0xE6, 0xE7, 0x05, 0x06, 0x07, 0x84, 0x85, 0x8D, 0x8E, 0x40, 0x41, 0x42, 0x88]
    for _ in range(count):
        version = rng.choice(VERSIONS)
        code = bytearray()
        if version >= 3:
            for _ in range(rng.randrange(6)):
                code += b"\x81" + uvarint(uint(rng)) if rng.random() < 0.5 else b"\x80" + uvarint(n := rng.randrange(6)) + rng.randbytes(n)
        else:
            code += b"\x20\x01\x05\x26\x01\x02ab" + bytes(rng.choice([0x22, 0x28]) for _ in range(rng.randrange(6)))
        code.append(rng.choice(plain + one + two + more + [0x20, 0x26, 0x80, 0x81, 0x82, 0x83]))
        code += bytes(byte() for _ in range(rng.choice([0, 1, 2, 2, 3, 6])))
        yield raw(version, bytes(code))


def any_bytes(rng, count):
    """Opcodes of all kinds with all kinds of immediates: also those that read the transaction or are not there at all."""
    for _ in range(count):
        version = rng.choice(VERSIONS)
        code = bytearray()
        for _ in range(rng.randrange(4) if version >= 3 else 0):
            code += b"\x81" + uvarint(uint(rng)) if rng.random() < 0.5 else b"\x80" + uvarint(n := rng.choice([0, 1, 5, 32])) + rng.randbytes(n)
        if version < 3:
            code += b"\x20\x02\x00\x05\x26\x01\x20" + rng.randbytes(32) + bytes(rng.choice([0x22, 0x23, 0x28]) for _ in range(rng.randrange(4)))
        tail = bytearray(rng.choice([rng.randrange(256), rng.randrange(0x31, 0x40), rng.randrange(0x60, 0x80), rng.randrange(70)])
                         for _ in range(rng.randrange(1, 8)))
        if version >= 13:  # a short varint is often a branch back, and an endless loop takes seconds
            tail = bytes(b for b in tail if b not in (0x40, 0x41, 0x42, 0x88, 0x8D, 0x8E))
        yield raw(version, bytes(code + tail), *[rng.randbytes(rng.randrange(4)) for _ in range(rng.randrange(4))])


FLOW = """
callsub f; return; f: proto 0 1; int 7; retsub | callsub f; return; f: proto 0 1; retsub | callsub f; return; f: proto 0 2; int 7; retsub
callsub f; int 1; return; f: proto 0 0; int 7; retsub | int 5; callsub f; return; f: proto 1 1; frame_dig -1; retsub
int 5; callsub f; return; f: proto 1 1; pop; retsub | int 5; callsub f; return; f: proto 1 1; frame_dig -2; retsub
int 5; callsub f; return; f: proto 1 1; frame_dig 0; retsub | int 5; callsub f; return; f: proto 1 1; int 3; frame_bury -1; frame_dig -1; retsub
int 5; callsub f; return; f: proto 1 1; int 3; frame_bury 0; retsub | int 5; callsub f; return; f: proto 2 1; int 3; retsub
retsub | proto 0 0 | int 1; b over; over: proto 0 0 | frame_dig 0 | int 1; frame_bury 0 | callsub f; f: int 1; return
int 3; loop: int 1; -; dup; bnz loop; ! | int 0; switch a b; err; a: int 1; return; b: int 2; return
int 1; switch a b; err; a: int 1; return; b: int 2; return | int 2; switch a b; int 9; return; a: int 1; return; b: int 2; return
int 18446744073709551615; switch a; int 9; return; a: int 1; return | int 1; switch | int 1; match | match
int 1; int 2; int 2; match a b; err; a: int 1; return; b: int 2; return | byte "a"; int 2; byte "a"; match a b; err; a: int 1; return; b: int 2; return
byte "a"; int 2; int 3; match a b; int 9; return; a: int 1; return; b: int 2; return | int 2; match a b; int 9; return; a: int 1; return; b: int 2; return
int 1; int 2; int 3; match a b; int 9; a: int 1; return; b: int 2; return | err | int 0; assert | int 1; assert; int 1 | int 2; return; err
byte "a"; return | int 1; int 2; return | int 1; byte "b"; int 3; select | int 1; byte "b"; int 0; select | int 1 | int 0 | int 1; int 1 | byte "x"
int 1; dupn 3; + ; + ; + | int 1; dupn 0 | int 7; dupn 255; dupn 255; dupn 255; dupn 255 | int 7; dupn 255; dupn 255; dupn 255; dupn 231; popn 255; popn 255; popn 255; popn 234
int 7; dupn 255; dupn 255; dupn 255; dupn 234; dup | int 7; dupn 255; dupn 255; dupn 255; dupn 234; int 1 | int 7; dupn 255; dupn 255; dupn 255; dupn 234; pushints 1 2
int 1; int 2; int 3; bury 0 | int 1; int 2; int 3; bury 2 | int 1; int 2; int 3; bury 3 | int 1; int 2; int 3; cover 2 | int 1; int 2; int 3; cover 3
int 1; int 2; int 3; uncover 2 | int 1; int 2; int 3; uncover 3 | int 1; int 2; dig 1 | int 1; int 2; dig 2 | int 1; int 2; popn 2 | int 1; int 2; popn 3
load 0 | load 255; int 5; store 255; load 255; + | int 255; loads | int 200; int 56; +; loads | int 200; int 56; +; int 1; stores | int 7; byte "x"; stores; load 7; len
pushints 1 2 3; +; + | pushbytess "a" "b" ""; concat; concat; len | bytecblock "a" "b"; bytec 2 | intcblock 1 2; intc 2 | intcblock 1 2 3 4; intc_3
bytecblock "a"; bytec_1 | intc_0 | bytec_0 | callsub f; f: callsub g; g: proto 0 0; int 1; return
int 4096; bzero; int 1; bzero; concat | int 4096; bzero; b~; len | int 4096; bzero; int 4096; bzero; b|; len | int 65; bzero; int 1; bzero; b+
""".replace("\n", " | ").split(" | ")


def flow(rng, count):
    for source in FLOW:
        if source.strip():
            for version in (*range(8, 14),):
                yield {"src": UNTYPED + "\n" + source.replace("; ", "\n"), "v": version}
