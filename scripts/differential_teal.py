#!/usr/bin/env python3
"""Assembles and disassembles the same texts and bytes here and in the reference, and compares every answer.

    scripts/differential teal [--count N] [--seed S] [--ours PROGRAM] [--record DIR [--keep N]]

PNP_ORACLE names the folder of the reference's programs (tealoracle is used). Ours is the example `tealanswer`, built in
release form unless --ours names it. Compared are programs, maps, errors with their places, order and texts, warnings, and
disassembly. What differs is written to target/differential-teal.json; exit status 3 then. --record keeps a selection of the cases
with the reference's answers as test vectors.

One case is different by decision: a text of nothing but comments and definitions, without a version, which the reference
assembles to a program of version 2^64-1; here it is the error of an empty text. The reference also stops on some inputs
(scratch slots over 255 that it knows to be constant, say); these are counted and left out.
"""
import argparse, json, os, random, re, subprocess, sys
from pathlib import Path

HERE = Path(__file__).resolve().parent.parent
VERSIONLESS = "ffffffffffffffffff01"
MAX_VERSION = 13


class Answerer:
    """A program that answers one JSON question a line; started again when it dies."""

    def __init__(self, command):
        self.command, self.process = command, None

    def ask(self, questions):
        """The answers, in order; None where the program died of the question."""
        answers = []
        while len(answers) < len(questions):
            rest = questions[len(answers):]
            text = "".join(json.dumps(q) + "\n" for q in rest)
            done = subprocess.run(self.command, input=text, capture_output=True, text=True)
            lines = done.stdout.split("\n")[:-1]
            answers += [json.loads(line) for line in lines]
            if len(lines) < len(rest):
                answers.append(None)
        return answers


def table(ours):
    """What the generator writes programs of: the opcode table of the last version, as ours tells it."""
    [answer] = ours.ask([{"op": "table"}])
    return answer["ops"]


class Generator:
    def __init__(self, seed, ops):
        self.r = random.Random(seed)
        self.ops = ops
        self.chaos = 0.0
        self.labels = []
        self.by_name = {op["name"]: op for op in ops}
        self.fields = sorted({field for op in ops for imm in op["immediates"] for field in imm.get("fields", [])})
        self.words = ["foo", "loop", "done", "main", "x", "_a", "é", "label-1", "1st", "int", "txn", "pay", "b64"]

    # -- words --------------------------------------------------------------------------------------------------------
    def number(self):
        r = self.r
        return r.choice([
            lambda: str(r.randrange(0, 10)), lambda: str(r.randrange(0, 300)), lambda: str(r.choice([255, 256, 127, 128])),
            lambda: str(r.randrange(0, 1 << 64)), lambda: hex(r.randrange(0, 1 << 16)), lambda: "0o17", lambda: "0b101",
            lambda: "0" + str(r.randrange(0, 99)), lambda: "1_000", lambda: str((1 << 64) - 1),
        ])()

    def odd_number(self):
        return self.r.choice(["-1", "+5", "1e3", "", "0x", "0b2", "18446744073709551616", "1__0", "_1", "1_", "٣", "0xg",
                              "NoOp", "OptIn", "pay", "appl", "Payment", "unknown", "hb", "99999999999999999999999", "4.5"])

    def hexes(self, most=12):
        n = self.r.randrange(0, most)
        return "0x" + "".join(self.r.choice("0123456789abcdefABCDEF") for _ in range(2 * n))

    def string(self):
        r = self.r
        pieces = ["a", "hello", " ", ";", "//", "\\n", "\\t", "\\\\", '\\"', "\\x41", "é", "(", ")", "base64", "0x", "日本", "\\r"]
        if r.random() < (0.15 if self.chaos else 0.01):
            pieces += ["\\q", "\\x", "\\x4", "\\xzz", "\\", "\\x\\", "\t", "\u00a0", "\x7f", "\\é"]
        return '"' + "".join(r.choice(pieces) for _ in range(r.randrange(0, 6))) + '"'

    def b64(self):
        import base64
        r = self.r
        text = base64.b64encode(r.randbytes(r.randrange(0, 12))).decode()
        return self.maybe_spoil(text)

    def b32(self):
        import base64
        r = self.r
        text = base64.b32encode(r.randbytes(r.randrange(0, 12))).decode()
        if r.random() < 0.5:
            text = text.rstrip("=")
        return self.maybe_spoil(text)

    def maybe_spoil(self, text):
        r = self.r
        if r.random() > (0.2 if self.chaos else 0.02):
            return text
        at = r.randrange(0, len(text) + 1)
        return r.choice([text[:at] + r.choice("=*-_ A1é/)(\r") + text[at:], text[:at], text + "=", text + "A=", text[at:]])

    def bytes_literal(self):
        r = self.r
        return r.choice([
            self.hexes, self.hexes, self.string, self.string,
            lambda: f"base64({self.b64()})", lambda: f"b64({self.b64()})", lambda: "base64 " + self.b64(), lambda: "b64 " + self.b64(),
            lambda: f"base32({self.b32()})", lambda: f"b32({self.b32()})", lambda: "base32 " + self.b32(), lambda: "b32 " + self.b32(),
        ])()

    def odd_bytes(self):
        return self.r.choice(["0x1", "0xzz", "0xé0", "abc", '"', "'a'", "b64", "base32", "b64(", "b64(AA", "base64(AAAA)x", "b32(A)", '"a"b',
                              'x"a b"', "0X00", "base64()", "b32()", "b16 AA", "0x" + "00" * 4097, "0x" + "00" * 4096, '""', "b64 = ="])

    def address(self):
        good = ["AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAY5HFKQ", "7777777777777777777777777777777777777777777777777774MSJUVU"]
        text = self.r.choice(good)
        return text if self.r.random() < 0.7 else self.r.choice([text[:-1], text.lower(), text + "A", text[:30], "x", text[:-1] + "R", text.replace("A", "B"), '"a"'])

    def method(self):
        r = self.r
        def ty(depth=0):
            kinds = ["uint64", "uint8", "uint512", "uint7", "byte", "bool", "address", "string", "account", "asset", "application", "pay",
                     "txn", "ufixed64x2", "ufixed64x161", "ufixed8", "uint99999", "void", "", "foo", "uint8[]", "byte[32]", "bool[0]", "bool[01]", "byte[99999]"]
            if depth < 3 and r.random() < 0.3:
                return "(" + ",".join(ty(depth + 1) for _ in range(r.randrange(0, 4))) + ")" + r.choice(["", "", "[]", "[3]", "x", "[2][]", "(byte)"])
            return r.choice(kinds[:8] if r.random() < 0.8 else kinds)
        text = r.choice(["add", "a", "", "f oo"]) if r.random() < 0.2 else "add"
        text += "(" + ",".join(ty() for _ in range(r.randrange(0, 4))) + ")" + r.choice(["void", "uint64", "(bool,bool)", "", ty()])
        if r.random() < 0.1:
            at = r.randrange(0, len(text))
            text = text[:at] + r.choice(["(", ")", ",", "[", "]", '\\"', ""]) + text[at + r.randrange(0, 2):]
        return f'"{text}"' if r.random() < 0.97 else text

    def label(self):
        stray = self.r.random() < (0.07 if self.chaos else 0.002)
        return self.r.choice(self.words) if stray or not self.labels else self.r.choice(self.labels)

    # -- statements ---------------------------------------------------------------------------------------------------
    def immediate(self, imm, good):
        r, kind = self.r, imm["kind"]
        if not good and r.random() < 0.5:
            return r.choice([self.odd_number, lambda: r.choice(self.fields), self.number, lambda: r.choice(self.words), self.odd_bytes, lambda: "@@"])()
        if "fields" in imm:
            names = imm["fields"]
            if not self.chaos:
                names = [name for name, since in zip(names, imm["since"]) if 0 <= since <= self.version] or names
            return r.choice(names)
        if kind == "uint8":
            return str(r.choice([r.randrange(0, 5), r.randrange(0, 256)])) if r.random() < 0.97 or not self.chaos else self.number()
        if kind == "int8":
            return str(r.randrange(-4, 5)) if r.random() < 0.9 or not self.chaos else r.choice(["-128", "127", "128", "-129", "0x1", "+3"])
        if "int16" in kind or "zigzag" in kind:
            if "count" in kind:
                return " ".join(self.label() for _ in range(r.choice([0, 1, 2, 3, 5])))
            return self.label()
        if kind == "varuint":
            return self.number() if r.random() < 0.95 else self.odd_number()
        if kind.startswith("varuint count, [varuint ...]"):
            return " ".join(self.number() if r.random() < 0.97 or not self.chaos else self.odd_number() for _ in range(r.randrange(0, 6)))
        if kind.startswith("varuint length"):
            return self.bytes_literal() if r.random() < 0.95 else self.odd_bytes()
        return " ".join(self.bytes_literal() if r.random() < 0.97 or not self.chaos else self.odd_bytes() for _ in range(r.randrange(0, 5)))

    def instruction(self, good):
        r = self.r
        roll = r.random()
        if roll < 0.22:
            return r.choice([
                lambda: "int " + (r.choice(["0", "1", "2", "3", "7", "10", "42"]) if r.random() < 0.7 or not self.chaos else self.number() if r.random() < 0.8 else self.odd_number()),
                lambda: "byte " + (r.choice(["0x00", "0x01", '"a"', '"b"', "b64 AA=="]) if r.random() < 0.5 else self.bytes_literal() if r.random() < 0.9 or not self.chaos else self.odd_bytes()),
                lambda: "addr " + (self.address() if self.chaos else "7777777777777777777777777777777777777777777777777774MSJUVU"),
                lambda: "method " + self.method(),
            ])()
        if roll < (0.27 if self.chaos else 0.225):
            count = r.choice([0, 1, 2, 3])
            name = r.choice(["txn", "gtxn", "gtxns", "extract", "replace", "itxn", "gitxn"])
            return " ".join([name] + [r.choice([self.number, lambda: r.choice(self.fields)])() for _ in range(count)])
        fits = lambda op: op["since"] <= max(self.version, 1) or self.chaos and r.random() < 0.01
        known = [op for op in self.ops if fits(op)] if good else self.ops
        op = r.choice(known)
        if good and not self.chaos and not self.labels and any("int16" in imm["kind"] or "zigzag" in imm["kind"] for imm in op["immediates"]):
            return "dup"
        words = [op["name"]] + [self.immediate(imm, good or r.random() < 0.6) for imm in op["immediates"]]
        if not good:
            spoil = r.random()
            if spoil < 0.1:
                words.append(self.number())
            elif spoil < 0.2 and len(words) > 1:
                words.pop()
            elif spoil < 0.25:
                r.shuffle(words)
            elif spoil < 0.3:
                words[0] = r.choice(["foo", "Int", words[0] + "x", words[0][1:] or "q", "#pragma", "sumhash512"])
        return " ".join(word for word in words if word != "" or r.random() < 0.5)

    def comment(self):
        return self.r.choice(["", "", "", "", " // hi", "//x", ' // "q', "  ", "\t", " ; ", ";", " // ; int 1", "\r"])

    def directive(self):
        r = self.r
        return r.choice([
            lambda: f"#pragma version {self.version}", lambda: "#pragma version " + r.choice(["0", "1", "13", "0x8", "99", "x", "", "8 9", "-1", "255", "256"]),
            lambda: "#pragma typetrack " + r.choice(["true", "false", "1", "0", "T", "maybe", ""]),
            lambda: "#pragma autosalt " + r.choice(["true", "false", "x", "", "1 2"]),
            lambda: "#pragma", lambda: "#pragma foo bar", lambda: "#foo", lambda: "#", lambda: "# pragma version 8", lambda: "#define", lambda: "#define a",
            lambda: f"#define {r.choice(['m1', 'm2', 'm3', '==>', 'é', 'a-b', 'm.', '-1', '+x', '3', 'b64', 'pay', 'int', 'dup', 'Sender', 'loop', 'main', '=', '?'])} "
                    + " ".join(r.choice(["int", "1", "m1", "m2", "m3", ";", "pop", "dup", "+", "loop", "loop:", '"s t"', "byte", "0x00"]) for _ in range(r.randrange(0, 5))),
        ])()

    def program(self):
        r = self.r
        self.version = r.choice([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 13, 13, 8, 11])
        self.labels = r.sample(["loop", "done", "main", "a", "b_2", "é", "x.y", "l1", "l2", "l3", "label-1", "int1"], r.randrange(0, 7))
        pending = list(self.labels)
        lines = []
        chaos = self.chaos = r.choice([0.0, 0.0, 0.0, 0.0, 0.02, 0.1, 0.4])
        if r.random() < 0.95:
            lines.append(f"#pragma version {self.version}")
        elif r.random() < 0.5:
            self.version = 1
        if r.random() < (0.25 if chaos else 0.7):
            lines.append("#pragma typetrack " + r.choice(["false", "true"] if chaos else ["false"]))
        if r.random() < 0.05:
            lines.append("#pragma autosalt " + r.choice(["true", "false"]))
        if chaos and r.random() < 0.15:
            lines += [self.directive() for _ in range(r.randrange(1, 4))]
        if r.random() < 0.3 and self.version >= 2:
            lines.append(r.choice(["b start\nstart:", "err\nstart:", "b start;start:"]))
        if self.version >= 8 and r.random() < 0.3:
            lines.append(f"b skip{r.randrange(9)}; sub: proto {r.randrange(4)} {r.randrange(3)}")
        if r.random() < 0.05:
            lines.append(r.choice(["intcblock 1 2 3", "bytecblock 0x00 0x01", "intcblock 0 5\nintcblock 7", "bytecblock 0x00\nbytecblock 0x01"]))
        for _ in range(r.choice([1, 2, 3, 5, 8, 13, 20, 40])):
            if pending and r.random() < 0.2:
                lines.append(pending.pop() + ":" + r.choice(["", "", " int 1"]))
            line = self.instruction(r.random() >= chaos)
            while r.random() < 0.08:
                line += r.choice([";", " ; ", ";;"]) + self.instruction(r.random() >= chaos)
            if chaos and r.random() < 0.04:
                line = self.directive()
            if chaos and r.random() < 0.03:
                line = r.choice(["loop:", "é:", ":", "::", "a: b: int 1", "m1", "m2 m3", ";", "\u00a0int 1"]) + " " + line
            lines.append(r.choice(["", "", "", " ", "\t", ";"]) * r.randrange(0, 2) + line + self.comment())
        if pending and r.random() < 0.9:
            lines += [label + ":" for label in pending]
        lines.append(r.choice(["", "int 1", "return", "pop", "err"]))
        text = r.choice(["\n", "\n", "\n", "\r\n"]).join(lines)
        return self.mutate(text) if r.random() < (0.25 if chaos else 0.04) else text

    def mutate(self, text):
        r = self.r
        for _ in range(r.randrange(1, 4)):
            at = r.randrange(0, len(text) + 1)
            kind = r.random()
            if kind < 0.4:
                text = text[:at] + r.choice(list(' \t;"/\\()=#:\n\r01aé\x00,.-_') + ["//", "base64(", "b64 ", '"', "\n\n"]) + text[at:]
            elif kind < 0.7:
                text = text[:at] + text[at + r.randrange(1, 5):]
            else:
                words = text.split(" ")
                i, j = r.randrange(len(words)), r.randrange(len(words))
                words[i], words[j] = words[j], words[i]
                text = " ".join(words)
        return text

    def typed_program(self):
        """Straight code whose types fit more often than not: what is needed is pushed first."""
        r = self.r
        self.chaos = 0.0
        self.version = r.choice([5, 6, 8, 8, 9, 10, 11, 12, 13, 13])
        self.labels = ["top", "end"]
        lines = [f"#pragma version {self.version}", r.choice(["top:", "int 1\ntop:"])]
        push = {"uint64": ["int 5", "int 0", "pushint 9", "int 300000", "global GroupSize", "txn Fee"], "bool": ["int 1", "int 0", "int 2", "global GroupSize"],
                "any": ["int 1", 'byte "ab"', "load 3", "txn Sender", "loads"], "address": ["txn Sender", "global ZeroAddress", "byte 0x00"],
                "bigint": ['byte "12"', "byte 0x" + "11" * 64, "byte 0x" + "11" * 65, "txn Note"], "boxName": ['byte "box"', 'byte ""', "txn TxID"],
                "stateKey": ['byte "key"', "byte 0x" + "00" * 65], "[]byte": ["byte 0x0102", "txn Note", "arg 0", "itob"]}
        for _ in range(r.randrange(2, 15)):
            op = r.choice([op for op in self.ops if op["since"] <= self.version])
            for arg in op["args"]:
                if r.random() < 0.9:
                    kind = arg if arg in push else "[]byte"
                    if kind == "[]byte" and arg != kind and r.random() < 0.7:
                        lines.append("byte 0x" + "ab" * int(arg[1:-5]))
                    else:
                        lines.append(r.choice(push[kind]))
            lines.append(" ".join([op["name"]] + [self.immediate(imm, True) for imm in op["immediates"]]))
            if r.random() < 0.5:
                lines.append(r.choice(["pop", "store 3", "stores", "dup", "swap", "cover 1", "uncover 2", "dig 1", "bury 2", "dupn 2", "popn 1", "select",
                                       "frame_bury 0", "frame_dig -1", "load 3", "store 4", "load 4", "loads", "dup2", "int 4\nloads", "setbit", "==", "!=",
                                       "callsub end", "retsub", "b end", "bz end", "proto 2 1", "bzero", "b+", "b*"]))
        return "\n".join(lines + ["end:", r.choice(["", "return", "retsub"])])

    def long_program(self):
        """Jumps over distances where the size of a varint offset changes, and many constants."""
        r = self.r
        self.version = r.choice([4, 8, 12, 13, 13, 13, 13, 13])
        lines = [f"#pragma version {self.version}", "b start", "start:"]
        names = [f"l{i}" for i in range(r.randrange(2, 30))]
        place = {}
        total = r.choice([70, 70, 140, 300, 900, 9000, 17000])
        for name in names:
            place.setdefault(r.randrange(total), []).append(name)
        jumps = r.choice([0.02, 0.2, 0.5, 0.004])
        for i in range(total):
            lines += [name + ":" for name in place.get(i, [])]
            if r.random() < jumps:
                lines.append(r.choice(["b", "callsub", "int 1; bz", "int 1; bnz", "int 1; switch", "int 1; match"]) + " " + r.choice(names))
            else:
                lines.append(r.choice(["int 1", "pushint 70000", "byte 0x0011223344556677", "dup", "int 7", f"int {r.randrange(300)}", "pop", "err"]))
        lines.append("end:")
        return "\n".join(lines)

    def many_constants(self):
        r = self.r
        n = r.choice([5, 13, 14, 100, 255, 256])
        lines = [f"#pragma version {r.choice([1, 3, 4, 8, 13])}"]
        for _ in range(r.randrange(1, 600)):
            i = r.randrange(n)
            lines.append(r.choice([f"int {i}", f"byte 0x{i:04x}", f"int {i * 1000}"]) if n < 128 else r.choice([f"int {i}", f"byte 0x{i:04x}"]))
            if r.random() < 0.3:
                lines.append("pop")
        return "\n".join(lines)

    def line_limits(self):
        r = self.r
        n = r.choice([65534, 65535, 65536, 65537, 70000])
        return "#pragma version 8\nint 1\n" + "//" + "x" * (n - 2) + r.choice(["", "\n", "\r\n", "\nint 2\n"])

    def question(self):
        r = self.r
        roll = r.random()
        if roll < 0.62:
            text = self.program()
        elif roll < 0.92:
            text = self.typed_program()
        elif roll < 0.96:
            text = self.many_constants()
        elif roll < 0.995:
            text = self.long_program() if r.random() < 0.25 else self.typed_program()
        else:
            text = r.choice([self.line_limits, lambda: "", lambda: " \n\t", lambda: "// hi", lambda: "#define a b", lambda: "\n\n", lambda: "\u00a0"])()
        question = {"op": "asm", "src": text}
        if r.random() < 0.1:
            question["v"] = r.randrange(1, 14)
        return question

    def spoiled_bytes(self, program):
        r = self.r
        data = bytearray(program)
        for _ in range(r.randrange(0, 4)):
            kind = r.random()
            at = r.randrange(len(data) + 1)
            if kind < 0.4 and at < len(data):
                data[at] = r.randrange(256)
            elif kind < 0.6:
                data[at:at] = r.randbytes(r.randrange(1, 4))
            elif kind < 0.8:
                del data[at:at + r.randrange(1, 4)]
            else:
                data = data[:at]
        return bytes(data)

    def random_bytes(self):
        r = self.r
        known = [bytes([op["byte"]] + ([op["sub"]] if op["sub"] else [])) for op in self.ops]
        body = b"".join(r.choice(known) + r.randbytes(r.choice([0, 0, 1, 2, 3])) if r.random() < 0.8 else r.randbytes(r.randrange(3)) for _ in range(r.randrange(0, 12)))
        version = bytes([r.randrange(0, 14)]) if r.random() < 0.97 else r.choice([b"", b"\x0f", b"\xff\x01", b"\xff" * 11, b"\x80"])
        return version + body


def mask(answer):
    """An answer without what is not compared."""
    if answer is None:
        return None
    if answer.get("hex") == VERSIONLESS:
        return {"ok": False, "errs": [{"line": 0, "col": 0, "msg": "Cannot assemble empty program text"}], "warns": answer["warns"]}
    answer = dict(answer)
    errs = answer.get("errs", [])
    # The reference checks macros again in an order of its own each time.
    if sum("acro name" in err["msg"] for err in errs) > 1:
        answer["errs"] = sorted(errs, key=lambda err: json.dumps(err))
    # A version to come is known to the reference alone.
    if any("14" in err["msg"] and "version" in err["msg"] for err in errs):
        answer = {"skipped": True}
    return answer


def compare(questions, theirs, ours, differences, counts):
    for question, their, our in zip(questions, theirs, ours):
        if their is None:
            counts["reference stopped"] += 1
            if our is None:
                differences.append({"question": question, "ours": "stopped"})
            continue
        counts["ok" if their.get("ok") else "refused"] += 1
        if mask(their) != mask(our):
            differences.append({"question": question, "theirs": their, "ours": our})


def keep_vectors(directory, kept):
    """Writes the chosen cases, each kind in its file."""
    directory.mkdir(parents=True, exist_ok=True)
    for kind, cases in kept.items():
        head = {"source": "go-algorand dd6de88fbe: logic.AssembleStringWithVersion and logic.Disassemble", "version": "consensus v42", "date": "2026-11-22"}
        lines = ",\n".join(" " + json.dumps(case, ensure_ascii=True, separators=(",", ":")) for case in cases)
        text = json.dumps(head, indent=1)[:-2] + ',\n "cases": [\n' + lines + "\n]}\n"
        (directory / f"{kind}.json").write_text(text)


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--count", type=int, default=2000)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--ours")
    options.add_argument("--record", type=Path)
    options.add_argument("--kinds", action="store_true", help="count the kinds of errors and warnings seen")
    options.add_argument("--keep", type=int, default=400)
    options = options.parse_args()
    oracle = os.environ.get("PNP_ORACLE")
    if not oracle:
        sys.exit("PNP_ORACLE must name the folder of the reference's programs")
    if not options.ours:
        subprocess.run(["cargo", "build", "--release", "--quiet", "--example", "tealanswer"], cwd=HERE, check=True)
        options.ours = str(HERE / "target/release/examples/tealanswer")
    theirs, ours = Answerer([f"{oracle}/tealoracle"]), Answerer([options.ours])
    generator = Generator(options.seed, table(ours))
    differences, counts = [], {"ok": 0, "refused": 0, "reference stopped": 0}
    kept = {"assemble": [], "disassemble": []}
    kinds = {}
    done = 0
    while done < options.count:
        questions = [generator.question() for _ in range(min(400, options.count - done))]
        answers = theirs.ask(questions)
        compare(questions, answers, ours.ask(questions), differences, counts)
        for answer in answers:
            for note in (answer or {}).get("errs", []) + (answer or {}).get("warns", []) if options.kinds else []:
                kind = re.sub(r'"(\\.|[^"])*"', '""', re.sub(r"[0-9]+", "0", note["msg"]))
                kind = re.sub(r"^.* (expects 0 stack|arg 0 wanted)", r"\\1", kind)[:60]
                kinds[kind] = kinds.get(kind, 0) + 1
        programs = [bytes.fromhex(a["hex"]) for a in answers if a and a.get("ok") and len(a["hex"]) < 20000]
        bytes_of = [p if generator.r.random() < 0.4 else generator.spoiled_bytes(p) for p in programs]
        bytes_of += [generator.random_bytes() for _ in range(len(questions) // 2)]
        dis = [{"op": "dis", "hex": p.hex()} for p in bytes_of if p[:1] != b"\x0e"]
        texts = theirs.ask(dis)
        compare(dis, texts, ours.ask(dis), differences, counts)
        done += len(questions) + len(dis)
        if options.record:
            for kind, qs, answers in (("assemble", questions, answers), ("disassemble", dis, texts)):
                room = options.keep - len(kept[kind])
                fit = [{**q, **{"answer": mask(a)}} for q, a in zip(qs, answers) if a and len(json.dumps(q)) < 900 and "skipped" not in (mask(a) or {})]
                for ok in (True, False):
                    part = [case for case in fit if case["answer"]["ok"] == ok]
                    kept[kind] += generator.r.sample(part, min(max(room, 0), len(part), options.keep // 16))
                    room = options.keep - len(kept[kind])
    if options.kinds:
        for kind, count in sorted(kinds.items(), key=lambda item: -item[1]):
            print(f"{count:7} {kind}")
    print(json.dumps({"cases": done, **counts, "differences": len(differences)}))
    if options.record:
        keep_vectors(options.record, kept)
    if differences:
        (HERE / "target/differential-teal.json").write_text(json.dumps(differences[:500], indent=1, ensure_ascii=False))
        for found in differences[:3]:
            print(json.dumps(found, indent=1, ensure_ascii=False)[:1500], file=sys.stderr)
        sys.exit(3)


if __name__ == "__main__":
    main()
