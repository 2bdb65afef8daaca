"""Whole programs for the interpreter: random bytes, random instructions with branches between them, structured texts."""
from judge.varint import uvarint, varint


def number(rng):
    return rng.choice([0, 1, 2, 3, 5, 255, 256, 2**32, 2**63, 2**64 - 1, rng.randrange(20), rng.getrandbits(64)])


def garbage(rng):
    return bytes([rng.randrange(15)]) + rng.randbytes(rng.randrange(40))


# Opcodes that read no ledger: cheap ones, by the letters of what follows them.
PLAIN = [0x08, 0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x0e, 0x0f, 0x10, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17, 0x18, 0x19,
         0x1a, 0x1b, 0x1c, 0x1d, 0x1e, 0x1f, 0x22, 0x23, 0x24, 0x25, 0x28, 0x29, 0x2a, 0x2b, 0x2d, 0x2e, 0x2f, 0x30,
         0x3e, 0x3f, 0x43, 0x44, 0x48, 0x49, 0x4a, 0x4c, 0x4d, 0x50, 0x52, 0x53, 0x54, 0x55, 0x56, 0x58, 0x59, 0x5a,
         0x5b, 0x5d, 0x89, 0x90, 0x91, 0x92, 0x93, 0x94, 0x95, 0x96, 0x97, 0xa0, 0xa1, 0xa4, 0xa8, 0xab, 0xae, 0xaf,
         0xc3, 0x01, 0x03, 0x86]
ONE_BYTE = [0x21, 0x27, 0x2c, 0x31, 0x32, 0x34, 0x35, 0x38, 0x45, 0x46, 0x47, 0x4b, 0x4e, 0x4f, 0x5c, 0x8b, 0x8c,
            0xc0, 0xc2, 0xd1, 0x60, 0xb4]
TWO_BYTES = [0x33, 0x36, 0x39, 0x51, 0x57, 0xc1, 0x8a]
THREE_BYTES = [0x37]
BRANCHES = [0x40, 0x41, 0x42, 0x88]


def instruction(rng, version):
    kind = rng.randrange(100)
    if kind < 30:
        return bytes([0x81]) + uvarint(number(rng))
    if kind < 36:
        data = rng.randbytes(rng.choice([0, 1, 8, 8, 32, 64, 65]))
        return bytes([0x80]) + uvarint(len(data)) + data
    if kind < 70:
        return bytes([rng.choice(PLAIN)])
    if kind < 80:
        return bytes([rng.choice(ONE_BYTE), rng.choice([0, 0, 1, 1, 2, 3, 5, 254, 255, rng.randrange(80)])])
    if kind < 84:
        return bytes([rng.choice(TWO_BYTES), rng.choice([0, 0, 1, rng.randrange(80)]), rng.choice([0, 1, 2, rng.randrange(70)])])
    if kind < 85:
        return bytes([rng.choice(THREE_BYTES), 0, rng.randrange(70), rng.randrange(3)])
    if kind < 95:
        offset = rng.randrange(-30, 40) if rng.random() < 0.95 else rng.randrange(-2**15, 2**15)
        op = rng.choice(BRANCHES)
        if version >= 13:
            return bytes([op]) + varint(offset)
        return bytes([op]) + (offset % 65536).to_bytes(2)
    if kind < 97:
        count = rng.randrange(4)
        labels = b"".join((rng.randrange(-20, 30) % 65536).to_bytes(2) for _ in range(count))
        return bytes([rng.choice([0x8d, 0x8e]), count]) + labels
    if kind < 98:
        numbers = [uvarint(number(rng)) for _ in range(rng.randrange(5))]
        return bytes([rng.choice([0x20, 0x83])]) + uvarint(len(numbers)) + b"".join(numbers)
    if kind < 99:
        items = [rng.randbytes(rng.randrange(4)) for _ in range(rng.randrange(4))]
        return bytes([rng.choice([0x26, 0x82])]) + uvarint(len(items)) + b"".join(uvarint(len(i)) + i for i in items)
    return bytes([rng.randrange(256)])


def instructions(rng):
    version = rng.choice([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 13, 13, 14, 14])
    code = bytes([version])
    if rng.random() < 0.3:
        numbers = [uvarint(number(rng)) for _ in range(rng.randrange(1, 5))]
        code += bytes([0x20]) + uvarint(len(numbers)) + b"".join(numbers)
    if version < 3:
        code += bytes([0x20, 3, 0, 1, 7]) + bytes([0x22, 0x23, 0x24]) * rng.randrange(3)
    for _ in range(rng.randrange(3, 14)):
        code += instruction(rng, version)
    if rng.random() < 0.05:
        code = code[:rng.randrange(1, len(code) + 1)]
    return code


BINARY = "+ - * / % < > <= >= && || == != | & ^".split()


def block(rng, depth):
    """Lines that leave one more integer on the stack, usually."""
    kind = rng.randrange(12)
    if depth == 0 or kind < 3:
        return [f"int {number(rng) if kind == 0 else rng.randrange(9)}"]
    if kind < 7:
        return block(rng, depth - 1) + block(rng, depth - 1) + [rng.choice(BINARY)]
    if kind == 7:
        label = f"l{rng.randrange(10**9)}"
        return block(rng, depth - 1) + [f"{rng.choice(['bz', 'bnz'])} {label}"] + block(rng, depth - 1) + ["pop", f"{label}:"] + ["int 3"]
    if kind == 8:
        return block(rng, depth - 1) + [f"store {rng.randrange(4)}", f"load {rng.randrange(4)}"]
    if kind == 9:
        return block(rng, depth - 1) + ["dup", rng.choice(["swap", "dig 1", "cover 1", "uncover 1", "dup2; pop; pop"]), rng.choice(BINARY)]
    if kind == 10:
        return block(rng, depth - 1) + [f"callsub sub{rng.randrange(3)}"]
    return [rng.choice(["txn Fee", "txn LastValid", "global MinTxnFee", "global GroupSize", "txn GroupIndex",
                        "global OpcodeBudget", "txn TypeEnum", "gtxn 0 FirstValid", "int 0; gtxns Fee", "txn NumAppArgs"])]


SUBROUTINES = """
sub0:
int 2
*
retsub
sub1:
proto 1 1
frame_dig -1
int 1
+
frame_bury -1
frame_dig -1
retsub
sub2:
dup
bz sub2_end
int 1
-
callsub sub2
sub2_end:
retsub
"""


def structured(rng):
    loop = rng.random() < 0.3
    lines = block(rng, 4)
    if loop:
        lines = ["int 0", "top:"] + block(rng, 2) + ["pop", "int 1", "+", "dup", f"int {rng.randrange(1, 60)}", "<", "bnz top", "pop"] + lines
    lines += ["b end", SUBROUTINES, "end:"]
    return "#pragma typetrack false\n" + "\n".join(lines).replace("; ", "\n")


def arguments(rng):
    return [rng.randbytes(rng.randrange(9)).hex() for _ in range(rng.randrange(4))]


def random_bytes(rng, count):
    for _ in range(count):
        yield {"hex": garbage(rng).hex(), "args": arguments(rng)}


def random_instructions(rng, count):
    for _ in range(count):
        yield {"hex": instructions(rng).hex(), "args": arguments(rng)}


def structured_texts(rng, count):
    for _ in range(count):
        yield {"src": structured(rng), "v": rng.choice([8, 10, 12, 13, 14]), "args": arguments(rng)}
