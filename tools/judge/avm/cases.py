#!/usr/bin/env python3
"""Compares the interpreter with the reference on programs that need no ledger.

    scripts/differential avm record               writes tests/vectors/avm/*.json: a fixed choice of cases and the answers
    scripts/differential avm check [N [S [KINDS]]]  asks about N random cases a kind (2000) with seed S and replays them here

PNP_ORACLE names the folder of tealoracle, which speaks for go-algorand: one JSON question a line, one answer a line. A case is a
program, its arguments and the answer: verdict, error text, cost, place and stack. Replaying is the test
`avm::replay_tests`, which takes more cases from the file that AVM_CASES names.
"""
import base64, json, os, random, re, subprocess, sys, tempfile

VERSIONS = range(1, 14)
EDGES = [0, 1, 2, 3, 7, 8, 9, 63, 64, 65, 127, 128, 255, 256, 4095, 4096, 4097, 2**31 - 1, 2**31, 2**32 - 1, 2**32,
         2**63 - 1, 2**63, 2**64 - 2, 2**64 - 1]


class Oracle:
    def __init__(self):
        self.process = subprocess.Popen([os.path.join(os.environ["PNP_ORACLE"], "tealoracle")], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def ask(self, questions):
        """Answers in order; questions go in portions that fit the pipes."""
        answers = []
        for start in range(0, len(questions), 64):
            portion = questions[start:start + 64]
            for question in portion:
                self.process.stdin.write(json.dumps(question).encode() + b"\n")
                self.process.stdin.flush()
                answers.append(json.loads(self.process.stdout.readline()))
        return answers


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


def uvarint(value):
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes(out + bytes([value]))


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


def from_vectors(rng, count):
    """Signature opcodes on the recorded vectors of the primitives."""
    here = os.path.join(os.path.dirname(__file__), "..", "tests", "vectors", "crypto")
    load = lambda name: json.load(open(os.path.join(here, name)))
    for case in rng.sample(load("ed25519.json")["vectors"], 40):
        for op in (0x84, 0x04):
            yield raw(13, bytes([0x2D, 0x2E, 0x2F, op]), *[bytes.fromhex(case[k]) for k in ("msg", "sig", "pk")])
    falcon = load("primitives.json")["falcon"]
    key = bytes.fromhex(falcon["pk"])
    for case in falcon["sigs"]:
        message, signature = bytes.fromhex(case["msg"]), bytes.fromhex(case["sig"])
        flipped = bytearray(signature)
        flipped[rng.randrange(len(flipped))] ^= 1 << rng.randrange(8)
        changes = [signature, bytes(flipped), signature[:-1], signature + b"\0", signature.ljust(1423, b"\0"), b"", b"\xba", signature[:2]]
        for changed in changes:
            yield raw(13, bytes([0x2D, 0x2E, 0x2F, 0x85]), message, changed, key)
        broken = bytearray(key)
        broken[rng.randrange(len(broken))] ^= 0xFF
        yield raw(13, bytes([0x2D, 0x2E, 0x2F, 0x85]), message, signature, bytes(broken))
        yield raw(13, bytes([0x2D, 0x2E, 0x2F, 0x85]), message, signature, b"\x09" + key[1:])
        yield raw(13, bytes([0x2D, 0x2E, 0x2F, 0x85]), message, signature, key[:-1])
    for case in rng.sample(load("vrf.json")["cases"], 20):
        yield raw(13, bytes([0x2D, 0x2E, 0x2F, 0xD0, 0]), *[bytes.fromhex(case[k]) for k in ("message", "proof", "key")])


class Ecdsa:
    """Textbook ECDSA, to make signatures with any property wanted."""

    def __init__(self, p, a, b, n, gx, gy):
        self.p, self.a, self.b, self.n, self.g = p, a, b, n, (gx, gy)

    def add(self, p, q):
        if p is None or q is None:
            return p or q
        if p[0] == q[0] and (p[1] + q[1]) % self.p == 0:
            return None
        if p == q:
            slope = (3 * p[0] ** 2 + self.a) * pow(2 * p[1], -1, self.p)
        else:
            slope = (q[1] - p[1]) * pow(q[0] - p[0], -1, self.p)
        x = (slope**2 - p[0] - q[0]) % self.p
        return x, (slope * (p[0] - x) - p[1]) % self.p

    def mul(self, k, p):
        out = None
        while k:
            if k & 1:
                out = self.add(out, p)
            p, k = self.add(p, p), k >> 1
        return out

    def sign(self, rng, secret, message):
        k = rng.randrange(1, self.n)
        point = self.mul(k, self.g)
        r = point[0] % self.n
        s = pow(k, -1, self.n) * (int.from_bytes(message) + r * secret) % self.n
        return r, s, point[1] & 1 | (point[0] >= self.n) << 1


K1 = Ecdsa(2**256 - 2**32 - 977, 0, 7, 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141,
           0x79BE667EF9DCBBAC55A06295CE870B07029BFCDB2DCE28D959F2815B16F81798,
           0x483ADA7726A3C4655DA4FBFC0E1108A8FD17B448A68554199C47D08FFB10D4B8)
R1 = Ecdsa(2**256 - 2**224 + 2**192 + 2**96 - 1, -3, 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B,
           0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551,
           0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
           0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5)


def ecdsa(rng, count):
    for _ in range(count):
        curve = rng.choice([K1, R1])
        tag = 0 if curve is K1 else 1
        secret = rng.randrange(1, curve.n)
        key = curve.mul(secret, curve.g)
        message = rng.randbytes(32)
        r, s, recovery = curve.sign(rng, secret, message)
        if rng.random() < 0.3:
            s, recovery = curve.n - s, recovery ^ 1
        b = lambda value: value.to_bytes(32)
        fields = {"m": message, "r": b(r), "s": b(s), "x": b(key[0]), "y": b(key[1])}
        change = rng.randrange(14)
        field = rng.choice("rsxy")
        if change == 0:
            fields[field] = bytes(rng.randrange(1, 3)) + fields[field]
        elif change == 1:
            fields[field] = b"\x01" + fields[field]
        elif change == 2:
            fields[field] = fields[field][1:]
        elif change == 3:
            fields[field] = rng.choice([b"", bytes(32), b(curve.n), b"\xff" * 32, b(curve.p), b(curve.n - 1)])
        elif change == 4:
            fields["r"], fields["s"] = (fields["r"] + fields["s"])[:31], (fields["r"] + fields["s"])[31:]
        elif change == 5:
            fields["m"] = rng.choice([message[:-1], message + b"x", b"", bytes(32), b"\xff" * 32])
        elif change == 6:
            fields["y"] = b(curve.p - key[1])
        elif change == 7:
            fields["x"] = b((key[0] + 1) % curve.p)
        op = rng.randrange(3)
        if op == 0:
            yield raw(rng.choice([13, 13, 7, 6, 5]), bytes([0x2D, 0x2E, 0x2F, 0x81, 3, 0xC0, 0x81, 4, 0xC0, 0x05, tag]), *[fields[k] for k in "mrsxy"])
        elif op == 1:
            packed = bytes([2 | key[1] & 1]) + fields["x"]
            if change > 11:
                packed = rng.choice([b"\x05", b"\x04", b"\x00", b"\x03", b"\x02"]) + rng.choice([fields["x"], rng.randbytes(32), bytes(32)])
            yield raw(13, bytes([0x2D, 0x06, tag]), packed)
        else:
            chosen = rng.choice([recovery, recovery, recovery, rng.randrange(6)])
            yield raw(13, bytes([0x2D, 0x81]) + uvarint(chosen) + bytes([0x2E, 0x2F, 0x07, 0 if rng.random() < 0.95 else tag]),
                      fields["m"], fields["r"], fields["s"])
    # r so small that r + n is an x too
    for x in range(1, 40):
        for recovery in (2, 3):
            yield raw(13, bytes([0x2D, 0x81, recovery, 0x2E, 0x2F, 0x07, 0]), b"\x07" * 32, x.to_bytes(32), b"\x05" * 32)


FIELDS = [21888242871839275222246405745257275088696311157297823662689037894645226208583,
          int("1a0111ea397fe69a4b1ba7b6434bacd764774b84f38512bf6730d2a0f6b0f6241eabfffeb153ffffb9feffffffffaaab", 16)]
ORDERS = [21888242871839275222246405745257275088548364400416034343698204186575808495617,
          52435875175126190479447740508185965837690552500527637822603658699938581184513]


def sqrt_fp(a, p):
    root = pow(a, (p + 1) // 4, p)
    return root if root * root % p == a % p else None


def sqrt_fp2(a, p):
    """A root of a0 + a1 i, with i² = −1, if there is one."""
    a0, a1 = a
    norm = sqrt_fp(a0 * a0 + a1 * a1, p)
    if norm is None:
        return None
    for sign in (norm, -norm):
        half = (a0 + sign) * pow(2, -1, p) % p
        x = sqrt_fp(half, p)
        if x:
            return x, a1 * pow(2 * x, -1, p) % p
    return None


def off_subgroup_point(rng, curve, second):
    """A random point of the curve, which is almost never of the prime-order subgroup (but on G1 of BN254)."""
    p, size = FIELDS[curve], (32, 48)[curve]
    while True:
        if not second:
            x = rng.randrange(p)
            y = sqrt_fp(x**3 + (3, 4)[curve], p)
            if y:
                return b"".join(v.to_bytes(size) for v in (x, rng.choice([y, p - y])))
            continue
        x0, x1 = rng.randrange(p), rng.randrange(p)
        mul = lambda a, b: ((a[0] * b[0] - a[1] * b[1]) % p, (a[0] * b[1] + a[1] * b[0]) % p)
        if curve == 0:
            inverse = pow(82, -1, p)
            b = (27 * inverse % p, -3 * inverse % p)  # 3 / (9 + i)
        else:
            b = (4, 4)
        cube = mul(mul((x0, x1), (x0, x1)), (x0, x1))
        y = sqrt_fp2(((cube[0] + b[0]) % p, (cube[1] + b[1]) % p), p)
        if y:
            return b"".join(v.to_bytes(size) for v in (x0, x1, *y))


def curves(rng, count, oracle):
    """Points from the reference's own map (of the subgroup) and from the equation (not of it), with broken ones among them."""
    groups = [(0, False, 64), (0, True, 128), (1, False, 96), (1, True, 192)]
    pools = []
    for group, (curve, second, size) in enumerate(groups):
        asks = [raw(13, bytes([0x2D, 0xE5, group]), b"".join(rng.randrange(FIELDS[curve]).to_bytes(size // (4 if second else 2)) for _ in range(2 if second else 1)))
                for _ in range(12)]
        inside = [bytes.fromhex(answer["stack"][-1]["b"]) for answer in oracle.ask([ask | {"op": "eval"} for ask in asks])]
        outside = [off_subgroup_point(rng, curve, second) for _ in range(12)]
        pools.append((inside, outside))

    def point(group, broken=0.03):
        curve, second, size = groups[group]
        if rng.random() < broken:
            good = bytearray(rng.choice(pools[group][0]))
            return rng.choice([bytes(good[:-1]), bytes(good) + b"\0", b"", b"\xff" * size, bytes(size - 1) + b"\x01",
                               FIELDS[curve].to_bytes(size // (4 if second else 2)) + bytes(good[size // (4 if second else 2):])])
        if rng.random() < 0.06:
            return bytes(size)
        return rng.choice(pools[group][rng.random() < 0.4])

    def scalar(curve):
        order = ORDERS[curve]
        value = rng.choice([0, 1, 2, 3, order, order - 1, order + 1, 2**256 - 1, 2**255, 2**128, 2**127, rng.getrandbits(256), rng.getrandbits(256),
                            rng.getrandbits(256), rng.getrandbits(130), rng.getrandbits(64)])
        return value.to_bytes(32)

    def negated(group, data):
        curve, second, size = groups[group]
        step = size // (4 if second else 2)
        parts = [int.from_bytes(data[i:i + step]) for i in range(0, size, step)]
        half = len(parts) // 2
        parts[half:] = [-v % FIELDS[curve] for v in parts[half:]]
        return b"".join(v.to_bytes(step) for v in parts)

    for _ in range(count):
        group = rng.choice([0, 1, 2, 3, 3, 2, 1] if rng.random() < 0.99 else [4, 200])
        if group > 3:
            yield raw(13, bytes([0x2D, 0x2E, rng.choice([0xE0, 0xE1, 0xE2, 0xE3, 0xE4, 0xE5]), group]), b"a", b"b")
            continue
        curve, second, size = groups[group]
        op = rng.choice([0, 0, 1, 1, 1, 1, 2, 3, 3, 3, 4, 4, 5, 5])
        if op == 0:
            a = point(group)
            b = rng.choice([point(group), a, negated(group, a) if len(a) == size else a])
            yield raw(13, bytes([0x2D, 0x2E, 0xE0, group]), a, b)
        elif op == 1:
            k = scalar(curve)
            k = rng.choice([k, k, k, k.lstrip(b"\0"), b"", b"\0" + k])
            yield raw(13, bytes([0x2D, 0x2E, 0xE1, group]), point(group), k)
        elif op == 2:
            inside, other = pools[group][0], pools[group ^ 1][0]
            n = rng.choice([1, 2, 2, 3])
            first = [rng.choice(inside) for _ in range(n)]
            last = [rng.choice(other) for _ in range(n)]
            if n == 2 and rng.random() < 0.6:
                first[1] = negated(group, first[0])
                last[1] = last[0]
            if rng.random() < 0.1:
                first.append(point(group))
            if rng.random() < 0.1:
                last[0] = point(group ^ 1)
            yield raw(13, bytes([0x2D, 0x2E, 0xE2, group]), b"".join(first), b"".join(last))
        elif op == 3:
            n = rng.choice([1, 2, 3, 4, 5, 8, 20])
            while n * size > 4096:
                n -= 1
            same = point(group, 0) if rng.random() < 0.1 else None
            points = [same or point(group, 0.003) for _ in range(n)]
            scalars = [scalar(curve) for _ in range(n if rng.random() < 0.97 else n + 1)]
            if rng.random() < 0.02:
                points = []
            yield raw(13, bytes([0x2D, 0x2E, 0xE3, group]), b"".join(points), b"".join(scalars))
        elif op == 4:
            yield raw(13, bytes([0x2D, 0xE4, group]), point(group, 0.1))
        else:
            step = size // (4 if second else 2)
            element = b"".join(rng.choice([0, 1, FIELDS[curve] - 1, rng.randrange(FIELDS[curve]), rng.randrange(FIELDS[curve])]).to_bytes(step)
                               for _ in range(2 if second else 1))
            if rng.random() < 0.1:
                element = rng.choice([b"", element[:-1], b"\0" + element, FIELDS[curve].to_bytes(step) * (2 if second else 1), b"\x05"])
            yield raw(13, bytes([0x2D, 0xE5, group]), element)


KINDS = {"arithmetic": arithmetic, "byte_math": byte_math, "byte_manipulation": byte_manipulation, "hashes": hashes,
         "base64": base64_texts, "json": json_refs, "sequences": sequences, "wrong_types": wrong_types, "any_bytes": any_bytes, "flow": flow,
         "from_vectors": from_vectors, "ecdsa": ecdsa, "curves": curves}
EMPTYING = {0x51, 0x52, 0x57, 0x58, *range(0xE0, 0xE6)}  # substring, substring3, extract, extract3, ec_*
EMPTIED = re.compile("err=(substring (end|range)|extraction|bad (length|scalars|encoded)|field element|point not|wrong subgroup|empty input|"
                     "invalid inputs)")
SHARE = {"any_bytes": 3, "hashes": 0.3, "ecdsa": 0.3, "curves": 0.3, "json": 3, "sequences": 5}


def has_emptied(question, answer):
    """Whether the opcode that failed had emptied the slot on top of the stack and an integer shows there."""
    stack, opcode = answer["stack"], bytes.fromhex(question["hex"])[answer["pc"]:][:1]
    if not stack or "u" not in stack[-1] or not opcode or opcode[0] not in EMPTYING or not EMPTIED.search(answer["err"]):
        return False
    # substring3 looks at the size of its numbers first, and then has emptied nothing
    return opcode[0] != 0x52 or all(int(slot.get("u", 0)) < 2**31 for slot in stack[-2:])


def cases(oracle, kind, count, seed):
    rng = random.Random(f"{kind} {seed}")
    more = (oracle,) if kind == "curves" else ()
    questions = list(KINDS[kind](rng, max(1, int(count * SHARE.get(kind, 1))), *more))
    sources = [q for q in questions if "src" in q]
    for question, answer in zip(sources, oracle.ask([{"op": "asm"} | q for q in sources])):
        question["hex"] = answer.get("hex")
    questions = [q for q in questions if q.get("hex") and all(len(a) <= 8192 for a in q.get("args", []))]
    out = []
    for question, answer in zip(questions, oracle.ask([{"op": "eval", "hex": q["hex"], "args": q.get("args", [])} for q in questions])):
        # Where the reference empties a slot before it fails, an integer shows that the slot held long before (`itob` leaves
        # its argument behind the bytes). That memory is not copied: such a slot is 0 here.
        if has_emptied(question, answer):
            answer["stack"][-1] = {"u": "0"}
        # The reference catches its own panics; their texts are stack traces.
        if "panic" in answer["err"]:
            print("skipped, the reference panics:", question, answer["err"][:200], file=sys.stderr)
            continue
        out.append({"program": question["hex"], "args": question.get("args", []), "pass": answer["pass"], "err": answer["err"],
                    "cost": answer["cost"], "pc": answer["pc"], "stack": answer["stack"]})
    return out


def write(path, answered):
    head = {"source": "go-algorand, logic.EvalSignatureFull on a one-payment group with a budget of 100,000,000",
            "version": "dd6de88fbe, consensus v42", "date": "2026-11-22"}
    with open(path, "w") as file:
        file.write(json.dumps(head)[:-1] + ', "cases": [\n')
        file.write(",\n".join(json.dumps(case, separators=(",", ":")) for case in answered) + "\n]}\n")


def main():
    os.chdir(os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
    if {"-h", "--help"} & {*sys.argv}:
        print(__doc__)
        return
    oracle = Oracle()
    command, *rest = sys.argv[1:] or ["check"]
    if command == "record":
        counts = {"flow": 1, "from_vectors": 1, "curves": 400, "sequences": 30, "json": 40, "ecdsa": 200}
        for kind in KINDS:
            answered = cases(oracle, kind, counts.get(kind, 80), 1)
            if kind == "flow":
                answered = answered[::3]
            os.makedirs("tests/vectors/avm", exist_ok=True)
            write(f"tests/vectors/avm/{kind}.json", answered)
            print(f"{kind}: {len(answered)}")
        return
    count, seed = int(rest[0]) if rest else 2000, rest[1] if len(rest) > 1 else str(random.randrange(10**9))
    only = rest[2].split(",") if len(rest) > 2 else KINDS
    answered = []
    for kind in only:
        found = cases(oracle, kind, count, seed)
        print(f"{kind}: {len(found)} cases, {sum(c['err'] == '' for c in found)} without error", flush=True)
        answered += found
    with tempfile.NamedTemporaryFile(suffix=".json", delete=False) as file:
        write(file.name, answered)
    print(f"seed {seed}: {len(answered)} cases in {file.name}", flush=True)
    cargo = os.environ.get("CARGO", "cargo")
    sys.stdout.flush()
    sys.exit(subprocess.call([*cargo.split(), "test", "--lib", "avm::replay_tests", "--", "--nocapture"], env=os.environ | {"AVM_CASES": file.name}))


main()
