"""Random sources: valid ones whose types fit, near-valid ones with one thing wrong, valid ones mutated, hostile ones."""
import random
import re

from judge.teal.directed import MAX_VERSION, Case, accepted, good
from judge.teal.literals import (no_utf8, ADDRESSES, BAD_ADDRESSES, BAD_BYTES, BAD_INTS, BAD_METHODS, BYTES, INTS, METHODS, NAMED_INTS,
                                        ODD_METHODS)

# How many of a hundred random sources are of each kind.
MIX = {"valid": 30, "typed": 22, "near-valid": 18, "mutated": 16, "constants": 3, "branches": 3, "hostile": 8}
# The part of the sources that get bytes that are no UTF-8.
NO_TEXT = 0.08
NEWLINES = ["\n", "\n", "\n", "\r\n"]
SMALL_BYTES = [form for form in BYTES if "4096" not in form and "UTF-8" not in form]
TEXT_METHODS = [form for form in METHODS if "UTF-8" not in form]
SPECIAL = list(' \t;"/\\()=#:\n\r01aé\x00,.-_') + ["//", "base64(", "b64 ", '"', "\n\n", "\\x", "#define ", "#pragma ", "0x", "\ufeff", "\u2028"]


class Sources:
    def __init__(self, seed, ops):
        self.r = random.Random(seed)
        self.ops = ops
        self.until = [[op for op in ops if op["since"] <= max(version, 1)] for version in range(MAX_VERSION + 1)]
        self.fields = sorted({field for op in ops for imm in op["immediates"] for field in imm.get("fields", [])})
        self.words = ["foo", "loop", "done", "main", "x", "_a", "é", "label-1", "1st", "int", "txn", "pay", "b64", "TMPL_X"]
        self.pool = []  # sources that were accepted, to mutate
        self.rows = []  # what the source being made has in it
        self.version, self.labels = MAX_VERSION, []

    def next(self):
        """A random source of a random kind."""
        kind = self.r.choices(list(MIX), MIX.values())[0]
        self.rows = []
        text = {"valid": self.valid, "typed": self.typed, "near-valid": self.near_valid, "mutated": self.mutated, "constants": self.constants,
                "branches": self.branches, "hostile": self.hostile}[kind]()
        if self.r.random() < NO_TEXT:
            return Case(self.no_text(text), [], None, kind + ", not UTF-8")
        rows = self.rows if kind in ("valid", "typed", "constants", "branches") else []
        return Case(text, rows, self.r.randrange(1, 15) if self.r.random() < 0.05 else None, kind)

    def learn(self, case, answer):
        """Keeps some of what was accepted, as something to mutate."""
        if answer["ok"] and len(case.source) < 3000:
            if len(self.pool) < 3000:
                self.pool.append(case.source)
            elif self.r.random() < 0.05:
                self.pool[self.r.randrange(len(self.pool))] = case.source

    def no_text(self, text):
        """The same source with bytes that are no UTF-8: mostly in strings and comments, now and then anywhere."""
        r = self.r
        inside = [at for part in re.finditer(r'"[^"\n]+|//[^\n]*', text) for at in range(part.start() + 1, part.end() + 1)]
        for _ in range(r.choice([1, 1, 2, 5])):
            if inside and r.random() < 0.85:
                at = r.choice(inside)
            elif r.random() < 0.5:
                at = r.randrange(len(text) + 1)
            else:
                text, at = text + " // ", len(text) + 4
            text = text[:at] + no_utf8(r) + text[at:]
            inside = [place for place in inside if place <= at]
        return text

    # -- words --------------------------------------------------------------------------------------------------------
    def form(self, opcode, table, forms=None):
        form = self.r.choice(forms or list(table))
        self.rows.append((f"`{opcode}`: {form}", accepted))
        return table[form](self.r)

    def number(self, opcode):
        r = self.r
        if r.random() < 0.6:
            return str(r.choice([0, 1, 2, 3, 7, 10, 42, 300]))
        return self.form(opcode, INTS if r.random() < 0.8 or opcode != "int" else NAMED_INTS)

    def slice(self, opcode):
        r = self.r
        if r.random() < 0.4:
            return r.choice(["0x00", "0x01", '"a"', '"b"', "b64 AA==", "0x" + "11" * 32])
        return self.form(opcode, BYTES, SMALL_BYTES)

    def constant(self):
        r = self.r
        return r.choice([lambda: "int " + self.number("int"), lambda: "byte " + self.slice("byte"),
                         lambda: "addr " + self.form("addr", ADDRESSES), lambda: "method " + self.form("method", METHODS, TEXT_METHODS)])()

    def label(self):
        return self.r.choice(self.labels or ["end"])

    def immediate(self, op, imm):
        r, kind = self.r, imm["kind"]
        if "fields" in imm:
            fits = [name for name, since in zip(imm["fields"], imm["since"]) if 0 <= since <= self.version]
            return r.choice(fits or imm["fields"])
        if kind == "uint8":
            return str(r.choice([0, 1, 2, r.randrange(5), r.randrange(256)])) if op["name"] not in ("intc", "bytec") else str(r.randrange(2))
        if kind == "int8":
            return str(r.randrange(-4, 5))
        if "int16" in kind or "zigzag" in kind:
            return " ".join(self.label() for _ in range(r.choice([0, 1, 2, 3, 5]))) if "count" in kind else self.label()
        if kind == "varuint":
            return self.number("pushint")
        if kind.startswith("varuint length"):
            return self.slice("pushbytes")
        if "bytes" in kind:
            return " ".join(self.slice(op["name"]) for _ in range(r.randrange(0, 5)))
        return " ".join(self.number(op["name"]) for _ in range(r.randrange(0, 6)))

    def opcode(self):
        r = self.r
        while True:
            op = r.choice(self.until[self.version])
            if op["name"] in ("intc", "bytec", "intcblock", "bytecblock") and r.random() < 0.9:
                continue
            words = [op["name"]] + [self.immediate(op, imm) for imm in op["immediates"]]
            if op["name"] == "substring":
                words[1:] = sorted(words[1:], key=int)
            return " ".join(word for word in words if word)

    def comment(self):
        return self.r.choice(["", "", "", "", " // hi", "//x", ' // "q', "  ", "\t", " ; ", ";", " // ; int 1"])

    # -- whole programs -----------------------------------------------------------------------------------------------
    def begin(self, least=0):
        """The version, labels and the first lines of a program."""
        r = self.r
        self.version = r.choice([n for n in (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 13, 13, 14, 14, 8, 11) if n >= least])
        self.labels = r.sample(["loop", "done", "main", "a", "b_2", "é", "x.y", "l1", "l2", "l3", "label-1", "int1"], r.randrange(1, 7))
        lines = [f"#pragma version {self.version}"]
        if r.random() < 0.03:
            lines.append("#pragma autosalt " + r.choice(["true", "false"]))
        return lines

    def valid(self):
        """Any instructions with right immediates; the types are not followed, or are not known."""
        r = self.r
        lines = self.begin()
        lines.append("#pragma typetrack false" if self.version < 2 or r.random() < 0.7 else "err\nstart:")
        if r.random() < 0.15:
            lines.append(f"#define m1 {self.constant()}" + r.choice(["", " ; pop", " // c"]))
            lines.append(r.choice(["#define m2 m1 ; m1", "#define m2 m1", "#define m1 int 1"]))
            self.words_now = ["m1", "m2"] if "m2" in lines[-1] else ["m1"]
        else:
            self.words_now = []
        pending = list(self.labels)
        for _ in range(r.choice([1, 2, 3, 5, 8, 13, 20, 40])):
            if pending and r.random() < 0.2 and self.version >= 4:
                lines.append(pending.pop() + ":" + r.choice(["", "", " int 1"]))
            line = self.constant() if r.random() < 0.3 else self.opcode() if not self.words_now or r.random() < 0.9 else r.choice(self.words_now)
            while r.random() < 0.08:
                line += r.choice([";", " ; ", ";;"]) + self.opcode()
            lines.append(r.choice(["", "", "", " ", "\t", ";"]) * r.randrange(0, 2) + line + self.comment())
        lines += [label + ":" for label in pending]
        lines.append("end:\nint 1")
        return r.choice(NEWLINES).join(lines)

    def typed(self):
        """Straight code whose types fit more often than not: what is needed is pushed first."""
        r = self.r
        lines = self.begin(2)
        self.labels = ["top", "end"] if self.version >= 4 else ["end"]
        lines.append(r.choice(["top:", "int 1\ntop:"]))
        push = {"uint64": ["int 5", "int 0", "pushint 9", "int 300000", "global GroupSize", "txn Fee"], "bool": ["int 1", "int 0", "int 2", "global GroupSize"],
                "any": ["int 1", 'byte "ab"', "load 3", "txn Sender", "loads"], "address": ["txn Sender", "global ZeroAddress", "byte 0x00"],
                "bigint": ['byte "12"', "byte 0x" + "11" * 64, "byte 0x" + "11" * 65, "txn Note"], "boxName": ['byte "box"', 'byte ""', "txn TxID"],
                "stateKey": ['byte "key"', "byte 0x" + "00" * 65], "[]byte": ["byte 0x0102", "txn Note", "arg 0", "itob"]}
        after = ["pop", "store 3", "stores", "dup", "swap", "cover 1", "uncover 2", "dig 1", "bury 2", "dupn 2", "popn 1", "select", "frame_bury 0",
                 "frame_dig -1", "load 3", "store 4", "load 4", "loads", "dup2", "int 4\nloads", "setbit", "==", "!=", "callsub end", "retsub", "b end",
                 "bz end", "proto 2 1", "bzero", "b+", "b*"]
        for _ in range(r.randrange(2, 15)):
            op = r.choice(self.until[self.version])
            for arg in op["args"]:
                if r.random() < 0.99:
                    lines.append(r.choice(push[arg]) if arg in push and r.random() < 0.1 else good(arg))
            lines.append(" ".join([op["name"]] + [self.immediate(op, imm) for imm in op["immediates"]]))
            if r.random() < 0.12:
                lines.append(r.choice(after))
        return "\n".join(lines + ["end:", r.choice(["", "return", "retsub", "int 1"])])

    def near_valid(self):
        """A valid program with one or two lines that are not."""
        r = self.r
        lines = (self.valid() if r.random() < 0.6 else self.typed()).split("\n")
        for _ in range(r.choice([1, 1, 1, 2])):
            at = r.randrange(len(lines))
            lines[at:at + r.randrange(2)] = [self.wrong()]
        return "\n".join(lines)

    def wrong(self):
        r = self.r
        op = r.choice(self.ops)
        words = [op["name"]] + [self.immediate(op, imm) for imm in op["immediates"]]
        return r.choice([
            lambda: " ".join(words + [self.number("x")]), lambda: " ".join(words[:-1]), lambda: " ".join(r.sample(words, len(words))),
            lambda: r.choice(["foo", words[0] + "x", words[0][1:] or "q", words[0].upper(), "sumhash512"]) + " " + " ".join(words[1:]),
            lambda: " ".join(words), lambda: " ".join([words[0]] + [self.odd_word() for _ in words[1:]]),
            lambda: r.choice(["int ", "pushint ", "pushints 1 "]) + self.any_of(BAD_INTS), lambda: r.choice(["byte ", "pushbytes ", "bytecblock ", "pushbytess 0x "]) + self.any_of(BAD_BYTES),
            lambda: "addr " + self.any_of(BAD_ADDRESSES), lambda: "method " + self.any_of(r.choice([ODD_METHODS, BAD_METHODS])),
            lambda: self.directive(), lambda: r.choice(["loop:", "é:", ":", "::", "a: b: int 1", "m1", "m2 m3", ";", "\u00a0int 1", "end:", "end: end:"]),
            lambda: r.choice(["b", "bz", "switch x", "match end", "callsub", "bnz"]) + " " + r.choice(self.words),
            lambda: r.choice(["intcblock 1 2", "bytecblock 0x00 0x01", "intcblock 0 5\nintcblock 7", "intc 3", "bytec 9", "bytec_2", "arg 255"]),
            lambda: r.choice(["txn", "gtxn", "gtxns", "extract", "replace", "itxn", "gitxn"]) + "".join(" " + self.odd_word() for _ in range(r.randrange(5))),
        ])()

    def any_of(self, table):
        return table[self.r.choice(list(table))](self.r)

    def odd_word(self):
        r = self.r
        return r.choice([lambda: r.choice(self.fields), lambda: r.choice(self.words), lambda: self.any_of(BAD_INTS), lambda: str(r.randrange(300)), lambda: "@@", lambda: "end"])()

    def directive(self):
        r = self.r
        names = ["m1", "m2", "m3", "==>", "é", "a-b", "m.", "-1", "+x", "3", "b64", "pay", "int", "dup", "Sender", "loop", "main", "=", "?", "end", "x"]
        words = ["int", "1", "m1", "m2", "m3", ";", "pop", "dup", "+", "loop", "loop:", '"s t"', "byte", "0x00", "x"]
        return r.choice([
            lambda: f"#pragma version {self.version}", lambda: "#pragma version " + r.choice(["0", "1", "13", "14", "15", "0x8", "99", "x", "", "8 9", "-1", "255", "256"]),
            lambda: "#pragma typetrack " + r.choice(["true", "false", "1", "0", "T", "maybe", ""]),
            lambda: "#pragma autosalt " + r.choice(["true", "false", "x", "", "1 2"]), lambda: r.choice(["#pragma", "#pragma foo bar", "#foo", "#", "# pragma version 8", "#define", "#define a"]),
            lambda: f"#define {r.choice(names)} " + " ".join(r.choice(words) for _ in range(r.randrange(0, 5))),
            lambda: f"#define {r.choice(names)} " + " ".join(r.choice(words) for _ in range(r.randrange(1, 5))),
        ])()

    def mutated(self):
        """A source that was accepted once, with letters, words or lines changed."""
        r = self.r
        text = r.choice(self.pool) if self.pool else self.valid()
        for _ in range(r.choice([1, 1, 1, 2, 3])):
            at = r.randrange(0, len(text) + 1)
            kind = r.random()
            if kind < 0.3:
                text = text[:at] + r.choice(SPECIAL) + text[at:]
            elif kind < 0.5:
                text = text[:at] + text[at + r.randrange(1, 5):]
            elif kind < 0.65:
                words = text.split(" ")
                i, j = r.randrange(len(words)), r.randrange(len(words))
                words[i], words[j] = words[j], words[i]
                text = " ".join(words)
            elif kind < 0.9:
                lines = text.split("\n")
                i, j = r.randrange(len(lines)), r.randrange(len(lines))
                r.choice([lambda: lines.pop(i), lambda: lines.insert(i, lines[j]), lambda: lines.insert(i, self.wrong()),
                          lambda: lines.insert(i, r.choice(r.choice(self.pool or [text]).split("\n")))])()
                text = "\n".join(lines)
            else:
                text = text.replace("#pragma version ", f"#pragma version {r.randrange(15)} //", 1)
        return text

    def constants(self):
        """Many constants, used often and seldom, in all forms of their loads."""
        r = self.r
        n = r.choice([3, 5, 13, 100, 130, 255, 256, 257])
        lines = [f"#pragma version {r.choice([1, 3, 4, 8, 13, 14])}"]
        for _ in range(r.randrange(1, 600)):
            i = min(r.randrange(n), r.randrange(n))
            lines.append(r.choice([f"int {i}", f"byte 0x{i:04x}", f"int {i * 1000}"]) if n < 128 else r.choice([f"int {i}", f"byte 0x{i:04x}"]))
            if r.random() < 0.3:
                lines.append("pop")
        return "\n".join(lines)

    def branches(self):
        """Jumps over distances where the size of a varint offset changes, among constants whose size is open too."""
        r = self.r
        version = r.choice([4, 8, 12, 13, 13, 13, 13, 14])
        lines = [f"#pragma version {version}", "#pragma typetrack false"]
        names = [f"l{i}" for i in range(r.randrange(2, 30))]
        total = r.choice([20, 70, 70, 70, 140, 140, 300, 300, 900, 4000 if r.random() < 0.2 else 70])
        place = {}
        for name in names:
            place.setdefault(r.randrange(total), []).append(name)
        jumps = r.choice([0.02, 0.2, 0.5, 0.004])
        for i in range(total):
            lines += [name + ":" for name in place.get(i, [])]
            if r.random() < jumps:
                opcode = r.choice(["b", "callsub", "bz", "bnz", "switch", "match"] if version >= 8 else ["b", "callsub", "bz", "bnz"])
                lines.append(opcode + " " + r.choice(names))
            else:
                lines.append(r.choice(["int 1", "pushint 70000", "byte 0x0011223344556677", "dup", "int 7", f"int {r.randrange(300)}", "pop", "err", "byte 0x" + "22" * 60, "pushbytes 0x" + "33" * r.randrange(130)]))
        return "\n".join(lines)

    def hostile(self):
        """Texts that no author would write: noise, long words, deep macros, thousands of small statements."""
        r = self.r
        n = r.choice([1, 10, 100, 1000])
        head = r.choice(["", f"#pragma version {r.randrange(15)}\n", "#pragma version 8\n#pragma typetrack false\n"])
        alphabet = ["a", "int", "1", " ", " ", ";", ":", "\n", '"', "//", "\\", "(", ")", "base64", "#", "#define", "#pragma", "\t", "\r", "é", "\x00", "0x", "b", "+", "\u2028", "😀", "byte", "label:", "end"]
        return head + r.choice([
            lambda: "".join(r.choice(alphabet) for _ in range(n)), lambda: " ".join(r.choice(alphabet) for _ in range(n)),
            lambda: "".join(chr(r.choice([r.randrange(1, 128), r.randrange(160, 0x3000), r.randrange(0x10000, 0x10ffff)])) for _ in range(n)),
            lambda: ";" * n + "int 1" + ";" * n, lambda: "int 1;pop;" * n, lambda: "a:" * n, lambda: "int " + "9" * n, lambda: "byte 0x" + "ab" * n, lambda: "(" * n + ")" * n,
            lambda: 'byte "' + "\\x41" * n + '"', lambda: "byte base64(" + "A" * n + ")", lambda: "pushints " + "1 " * n, lambda: "x" * n + ":\nb " + "x" * n,
            lambda: 'method "f' + "(" * min(n, 200) + ")" * min(n, 200) + 'void"', lambda: 'method "f(byte' + "[]" * min(n, 200) + ')void"', lambda: 'method "f(' + "uint64," * n + 'byte)void"',
            lambda: "\n".join(f"#define d{i + 1} {'d%d ' % i * 2}" for i in range(min(n, 9))) + "\n#define d0 pop ;\nd9",
            lambda: "\n".join(self.directive() for _ in range(min(n, 100))), lambda: "\n".join(self.wrong() for _ in range(min(n, 100))), lambda: "dup " * n, lambda: "\n" * n + "foo", lambda: "//" + "x" * n + "\nint 1",
        ])()


class Programs:
    """Bytes to disassemble: programs, programs spoiled, and noise of opcodes."""

    def __init__(self, seed, ops):
        self.r = random.Random(seed ^ 0x5eed)
        self.known = [bytes([op["byte"]] + ([op["sub"]] if op["sub"] else [])) for op in ops]

    def spoiled(self, program):
        r = self.r
        data = bytearray(program)
        for _ in range(r.randrange(1, 4)):
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

    def random(self):
        r = self.r
        body = b"".join(r.choice(self.known) + r.randbytes(r.choice([0, 0, 1, 2, 3])) if r.random() < 0.8 else r.randbytes(r.randrange(3)) for _ in range(r.randrange(0, 12)))
        version = bytes([r.randrange(0, 15)]) if r.random() < 0.97 else r.choice([b"", b"\x0f", b"\x0e\x86", b"\x8e\x00\x86", b"\xff\x01", b"\xff" * 11, b"\x80", b"\x8d\x00", b"\x88\x80\x00", b"\x0d\xd4", b"\x0d\x48\xd4"])
        return version + body if len(version) < 2 or version[0] != 13 else version
