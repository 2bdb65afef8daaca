"""Programs for the interpreter's signature and curve opcodes, with inputs of every property wanted."""
import json

from judge.avm.cases import raw
from judge.varint import uvarint
from judge.paths import VECTORS


def from_vectors(rng, count):
    """Signature opcodes on the recorded vectors of the primitives."""
    load = lambda name: json.loads((VECTORS / "crypto" / name).read_text())
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
