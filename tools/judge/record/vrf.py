"""Records the reference's verdicts on VRF proofs, honest and adversarial ones.

Writes tests/vectors/crypto/vrf.json. The proofs are made here, by a small ECVRF-ED25519-SHA512-Elligator2 (draft 03) prover that
can also add points of small order and leave values unreduced; the reference only says what it thinks of them.

Environment:
  PNP_ORACLE        the folder of the reference's programs; tealoracle is used

Exit code: 0 if the file is written, 2 if the command cannot be run
"""
import datetime, hashlib, random

from judge.paths import CONSENSUS, REFERENCE, VECTORS, oracle
from judge.peer import Peer
from judge.record.writing import to_option, write

P, L = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
I = pow(2, (P - 1) // 4, P)
rng = random.Random(20261122)


def add(p, q):
    (x1, y1), (x2, y2) = p, q
    k = D * x1 * x2 * y1 * y2 % P
    return ((x1 * y2 + x2 * y1) * pow(1 + k, P - 2, P) % P, (y1 * y2 + x1 * x2) * pow(1 - k, P - 2, P) % P)


def mul(k, p):
    out = (0, 1)
    while k:
        if k & 1:
            out = add(out, p)
        p, k = add(p, p), k >> 1
    return out


def neg(p):
    return (-p[0] % P, p[1])


def recover(y, sign):
    u, v = (y * y - 1) % P, (D * y * y + 1) % P
    x = u * pow(v, 3, P) * pow(u * pow(v, 7, P), (P - 5) // 8, P) % P
    if v * x * x % P != u:
        x = x * I % P
    if v * x * x % P != u:
        return None
    return ((P - x if x & 1 != sign else x) % P, y)


def enc(p):
    return (p[1] | (p[0] & 1) << 255).to_bytes(32, "little")


B = recover(4 * pow(5, P - 2, P) % P, 0)
SMALL = [(0, 1)]
t8 = recover(2707385501144840649318225287225658788936804267575313519463743609750303402022, 0)
for _ in range(7):
    SMALL.append(add(SMALL[-1], t8))


def hash_to_curve(pk, alpha):
    r = bytearray(hashlib.sha512(b"\x04\x01" + pk + alpha).digest()[:32])
    r[31] &= 0x7F
    r = int.from_bytes(r, "little")
    a = 486662
    x = -a * pow(1 + 2 * r * r, P - 2, P) % P
    e = pow((x**3 + a * x * x + x) % P, (P - 1) // 2, P)
    if e == P - 1:
        x = (-x - a) % P
    y = (x - 1) * pow(x + 1, P - 2, P) % P
    return mul(8, recover(y, 0))


def prove(secret, alpha, key_part=0, gamma_part=0, s_extra=0, blind=None):
    """A proof by `secret`, the key and gamma shifted by small-order points; it grinds until c hides the shift."""
    key = add(mul(secret, B), SMALL[key_part])
    pk = enc(key)
    h = hash_to_curve(pk, alpha)
    gamma = add(mul(secret, h), SMALL[gamma_part])
    while True:
        k = rng.randrange(L)
        text = b"\x04\x02" + b"".join(map(enc, (h, gamma, mul(k, B), mul(k, h))))
        c = int.from_bytes(hashlib.sha512(text).digest()[:16], "little")
        if c * key_part % 8 == 0 and c * gamma_part % 8 == 0:
            break
    s = (k + c * secret) % L + s_extra * L
    return pk, enc(gamma) + c.to_bytes(16, "little") + s.to_bytes(32, "little")


def flip(data, bit):
    out = bytearray(data)
    out[bit // 8] ^= 1 << bit % 8
    return bytes(out)


def questions():
    """Names, keys, proofs and messages."""
    for i in range(6):
        secret, message = rng.randrange(L), rng.randbytes(i * 37)
        pk, pi = prove(secret, message)
        yield f"honest {i}", pk, pi, message
        for bit in (0, 255, 256, 383, 384, 639):
            yield f"honest {i} bit {bit} flipped", pk, flip(pi, bit), message
        yield f"honest {i} other message", pk, pi, message + b"x"
    for extra in (1, 7, 15):
        message = b"unreduced"
        pk, pi = prove(rng.randrange(L), message, s_extra=extra)
        yield f"s plus {extra} L", pk, pi, message
    for part in (1, 2, 4):
        pk, pi = prove(rng.randrange(L), b"mixed", key_part=part)
        yield f"mixed-order key {part}", pk, pi, b"mixed"
        pk, pi = prove(rng.randrange(L), b"mixed", gamma_part=part)
        yield f"mixed-order gamma {part}", pk, pi, b"mixed"
    for part in range(8):
        pk, pi = prove(0, b"small", key_part=part)
        yield f"small-order key {part}", pk, pi, b"small"
    # gamma = identity written with a sign bit, and with y = p + 1
    for name, gamma in (("minus zero", (1 | 1 << 255)), ("y over p", P + 1)):
        secret = rng.randrange(L)
        pk = enc(mul(secret, B))
        yield f"gamma {name}", pk, gamma.to_bytes(32, "little") + bytes(48), b""
    yield "all zero", bytes(32), bytes(80), b"\x33\x44"


def options(parser):
    to_option(parser, VECTORS / "crypto" / "vrf.json")


def run(arguments):
    theirs, cases = Peer(oracle("tealoracle")), []
    program = theirs.need("hex", op="asm", src="#pragma version 7\narg 0\narg 1\narg 2\nvrf_verify VrfAlgorand\n")
    for name, key, proof, message in questions():
        answer = theirs.one(op="eval", hex=program, args=[message.hex(), proof.hex(), key.hex()])
        output, verified = answer["stack"][0]["b"], answer["stack"][1]["u"] == "1"
        cases.append({"name": name, "key": key.hex(), "proof": proof.hex(), "message": message.hex(),
                      "verified": verified, "output": output})
    theirs.close()
    write(arguments.to, {"source": "go-algorand, opcode vrf_verify", "version": f"{REFERENCE.split()[1]}, {CONSENSUS}",
                         "date": datetime.date.today().isoformat(), "cases": cases})
    print(f"honest and accepted: {sum(case['verified'] for case in cases)} of {len(cases)}")
