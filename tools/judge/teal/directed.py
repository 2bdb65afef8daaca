"""Sources made for one row of the coverage table each, systematically: every opcode in every version, every number and kind of
immediate, every field, every literal, every directive, every error. The random sources come on top."""
import re

from judge.teal.literals import (ADDRESSES, BAD_ADDRESSES, BAD_BYTES, BAD_INTS, BAD_METHODS, BYTES, INTS, METHODS, NAMED_INTS,
                                        ODD_METHODS)
from judge.teal.recipes import RECIPES

MAX_VERSION = 14
SURROGATE = re.compile("[\udc80-\udcff]")
VERSIONS = range(0, MAX_VERSION + 1)
# What makes a value of a type, and what makes one that never fits it.
GOOD = {"uint64": "int 5", "bool": "int 1", "any": "int 1", "address": "txn Sender", "bigint": 'byte "12"', "boxName": 'byte "box"',
        "stateKey": 'byte "key"', "[]byte": "byte 0x0102"}


class Case:
    """A source, and the rows it is meant for: a row counts as reached when the answer is as the row says.

    Bytes of it that are no UTF-8 are written as Python's surrogates (`surrogateescape`).
    """

    __slots__ = ("source", "version", "family", "rows")

    def __init__(self, source, rows=(), version=None, family="directed"):
        self.source, self.rows, self.version, self.family = source, rows, version, family

    @property
    def is_text(self):
        return not SURROGATE.search(self.source)

    @property
    def bytes(self):
        return self.source.encode("utf-8", "surrogateescape")

    def question(self):
        question = {"op": "asm", "src": self.source}
        if self.version is not None:
            question["v"] = self.version
        return question


def accepted(answer):
    return answer["ok"]


def refused(answer):
    return not answer["ok"]


def warned(answer):
    return answer["ok"] and bool(answer["warns"])


def immediate(r, imm, version, label="end"):
    """A right immediate, as far as the version has one."""
    kind = imm["kind"]
    if "fields" in imm:
        fits = [name for name, since in zip(imm["fields"], imm["since"]) if 0 <= since <= version]
        return r.choice(fits or imm["fields"])
    if "int16" in kind or "zigzag" in kind:
        return label if "count" not in kind else f"{label} {label}"
    return {"uint8": "1", "int8": "-1", "varuint": "7"}.get(kind) or ("0x0102" if kind.startswith("varuint length") else "0x01 0x02" if "bytes" in kind else "1 2")


def blocks(op):
    """The constants that `intc` and `bytec` load."""
    if op["name"].startswith("intc") and op["name"] != "intcblock":
        return "intcblock 1 2 3 4 5 6\n"
    return "bytecblock 0x01 0x02 0x03 0x04 0x05 0x06\n" if op["name"].startswith("bytec") and op["name"] != "bytecblock" else ""


def around(version, op, statement, typetrack=False):
    pragma = "" if typetrack else "#pragma typetrack false\n"
    return f"#pragma version {version}\n{pragma}{blocks(op)}{statement}\nend:\nint 1"


def good(arg):
    if arg in GOOD:
        return GOOD[arg]
    return "byte 0x" + "ab" * int(arg[1:-5])


def bad(arg):
    return "int 1" if "byte" in arg or arg in ("address", "bigint", "boxName", "stateKey") else "byte 0x0102"


def opcodes(r, ops):
    for op in ops:
        imms = op["immediates"]
        for version in VERSIONS:
            # The first four have opcodes of their own.
            words = ["5"] if op["name"] in ("intc", "bytec", "arg") else [immediate(r, imm, version) for imm in imms]
            yield Case(around(version, op, " ".join([op["name"], *words])), family="opcodes")
        first = max(op["since"], 1)
        for version in {first, MAX_VERSION}:
            words = [immediate(r, imm, version) for imm in imms]
            statement = " ".join([op["name"], *words])
            enter = f"#pragma version {version}\n" + ("b end\nsub:\n" if op["name"] == "proto" else blocks(op))
            pushed = "\n".join(good(arg) for arg in op["args"])
            yield Case(f"{enter}{pushed}\n{statement}\nend:\nint 1", family="types")
            yield Case(f"#pragma version {version}\n{statement}\nend:\nint 1", family="types")
            for at in range(len(op["args"])):
                values = [bad(arg) if i == at else good(arg) for i, arg in enumerate(op["args"])]
                yield Case(enter + "\n".join(values) + f"\n{statement}\nend:\nint 1", family="types")
                if version >= 4:
                    dead = "int 1\nreturn\n" + "\n".join(values)
                    yield Case(enter + dead + f"\n{statement}\nend:\nint 1", family="types")
            counts = len(imms) + 3
            for count in range(counts):
                few = (words + ["1", "end", "Sender"])[:count]
                yield Case(around(version, op, " ".join([op["name"], *few])), family="immediates")


EDGES = {"uint8": ["0", "255", "256", "99999999999999999999", "-1", "+1", "x", "0x10", "0b11", "1_0", "010", "1_", "Sender", "NumAppArgs", "Note", "ApplicationArgs", '"1"'],
         "int8": ["0", "-128", "127", "128", "-129", "+3", "0x1", "x", "-0", "1_0", "--1", "007", "9999999999999999999999"],
         "label": ["end", "nowhere", "1", "end:", "é", "-"]}


def immediates(r, ops):
    for op in ops:
        first = max(op["since"], 1)
        for at, imm in enumerate(op["immediates"]):
            kind = imm["kind"]
            edges = EDGES.get("label" if "int16" in kind or "zigzag" in kind else kind)
            if not edges:
                table, wrong = (BYTES, BAD_BYTES) if "bytes" in kind else (INTS, BAD_INTS)
                edges = [make(r) for make in [*table.values(), *wrong.values(), *NAMED_INTS.values()]]
                edges = [edge for edge in edges if len(edge) < 300 or r.random() < 0.3]
            elif "fields" in imm:
                edges = edges + ["sender", "Fe", "", "GroupSize", imm["fields"][0] + "x"]
            name = f"immediate {kind}" + (" of a field" if "fields" in imm else "")
            rows = [(f"{name}: right", accepted), (f"{name}: wrong", refused)]
            for edge in edges:
                words = [edge if i == at else immediate(r, other, first) for i, other in enumerate(op["immediates"])]
                yield Case(around(r.choice([first, MAX_VERSION]), op, " ".join([op["name"], *words])), rows, family="immediates")


def fields(r, ops):
    for op in ops:
        for at, imm in enumerate(op["immediates"]):
            for name, since in zip(imm.get("fields", []), imm.get("since", [])):
                for version in {max(op["since"], 1), max(op["since"], since - 1, 1), max(op["since"], since, 1), MAX_VERSION}:
                    words = [name if i == at else immediate(r, other, version) for i, other in enumerate(op["immediates"])]
                    yield Case(around(version, op, " ".join([op["name"], *words]), version != MAX_VERSION and r.random() < 0.5), family="fields")


def literals(r, _):
    tables = [("int", INTS, accepted), ("int", NAMED_INTS, accepted), ("int", BAD_INTS, refused), ("byte", BYTES, accepted), ("byte", BAD_BYTES, refused),
              ("addr", ADDRESSES, accepted), ("addr", BAD_ADDRESSES, refused), ("method", METHODS, accepted), ("method", ODD_METHODS, warned),
              ("method", BAD_METHODS, refused), ("pushint", INTS, accepted), ("pushint", BAD_INTS, refused), ("pushint", NAMED_INTS, refused),
              ("pushbytes", BYTES, accepted), ("pushbytes", BAD_BYTES, refused), ("intcblock", INTS, accepted), ("intcblock", BAD_INTS, refused),
              ("bytecblock", BYTES, accepted), ("bytecblock", BAD_BYTES, refused), ("pushints", INTS, accepted), ("pushints", BAD_INTS, refused),
              ("pushbytess", BYTES, accepted), ("pushbytess", BAD_BYTES, refused)]
    for opcode, table, outcome in tables:
        since = 3 if opcode in ("pushint", "pushbytes") else 8 if opcode.startswith("push") else 0
        listed = opcode.endswith("block") or opcode.startswith("push") and opcode.endswith("s") and opcode != "pushbytes"
        for form, make in table.items():
            row = (f"`{opcode}`: {form}", outcome)
            for version in range(since, MAX_VERSION + 1):
                text = make(r)
                if len(text) > 1000 and version not in (since, MAX_VERSION):
                    continue
                before = make(r) + " " if listed and outcome is accepted and len(text) < 1000 else ""
                # A block leaves nothing to pop.
                after = r.choice(["", " // note", "\t", "; int 1" if opcode.endswith("block") else "; pop", " ;"])
                yield Case(f"#pragma version {version}\n{opcode} {before}{text}{after}\n", [row], family="literals")
    for opcode in ("byte", "pushbytes", "addr", "method", "int", "pushint"):
        for version in (3, 8, MAX_VERSION):
            yield Case(f"#pragma version {version}\n{opcode}", [(f"`{opcode}`: nothing", refused)], family="literals")
            text = {"addr": ADDRESSES, "method": METHODS}.get(opcode, INTS if "int" in opcode else BYTES)
            make = text[r.choice([form for form in text if "4096" not in form])]
            yield Case(f"#pragma version {version}\n{opcode} {make(r)} extra", [(f"`{opcode}`: one word too many", refused)], family="literals")


def pseudo_ops(r, _):
    forms = [("txn", 1, "Sender"), ("txn", 2, "Accounts 1"), ("gtxn", 2, "0 Sender"), ("gtxn", 3, "0 Accounts 1"), ("gtxns", 1, "Sender"),
             ("gtxns", 2, "Accounts 1"), ("extract", 0, ""), ("extract", 2, "1 2"), ("replace", 0, ""), ("replace", 1, "1"), ("itxn", 1, "Sender"),
             ("itxn", 2, "Accounts 1"), ("gitxn", 2, "0 Sender"), ("gitxn", 3, "0 Accounts 1"), ("arg", 1, "0"), ("arg", 1, "1"), ("arg", 1, "2"), ("arg", 1, "3"), ("arg", 1, "4")]
    since = {"gtxns": 3, "extract": 5, "replace": 7, "itxn": 5, "gitxn": 6}
    for name, count, words in forms:
        row = f"`{name}` with {count} immediate{'s' * (count != 1)}" + (f" ({words})" if name == "arg" else "")
        least = max(since.get(name, 0), 2 if "Accounts" in words else 0)
        for version in VERSIONS:
            outcome = accepted if version >= least else refused
            yield Case(f"#pragma version {version}\n#pragma typetrack false\n{name} {words}", [(row + ("" if outcome is accepted else ", before its version"), outcome)], family="pseudo-ops")
    for name in ("txn", "gtxn", "gtxns", "extract", "replace", "itxn", "gitxn"):
        rights = {count for other, count, _ in forms if other == name}
        for count in set(range(5)) - rights:
            for version in VERSIONS:
                words = " ".join(r.choice(["0", "1", "Sender", "Accounts", "x"]) for _ in range(count))
                yield Case(f"#pragma version {version}\n{name} {words}", [(f"`{name}` with a wrong number of immediates", refused)], family="pseudo-ops")
        for words in ("Accounts", "0 Accounts", "Sender 0", "0 Sender 0", "Sender Sender", "0 0", "0", "x", "x 0", "0 x", "0 x 0", "0 0 Sender", "0 Accounts Sender", "0 Accounts 256", "256 Sender"):
            for version in (2, 5, 7, MAX_VERSION):
                yield Case(f"#pragma version {version}\n{name} {words}", [], family="pseudo-ops")


def recipes(r, _):
    for row, outcome, make, times in RECIPES:
        for _ in range(times):
            made = make(r)
            source, version = made if isinstance(made, tuple) else (made, None)
            yield Case(source, [(row, outcome)], version, family="recipes")


def cases(r, ops):
    """All of them, in an order of its own: small parts of a run meet every kind."""
    found = [case for part in (opcodes, immediates, fields, literals, pseudo_ops, recipes) for case in part(r, ops)]
    r.shuffle(found)
    return found
