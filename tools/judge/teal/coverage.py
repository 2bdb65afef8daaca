"""What the compared sources have reached, on both sides: the table of docs/reports/parity.md."""
import collections, re

from judge.paths import ROOT
from judge.teal.directed import MAX_VERSION

ASSEMBLER = ROOT / "crates" / "teal" / "src"
# What algod assembles from a source without version and instructions. Our library reports an error, our REST answers the same.
VERSIONLESS = "ffffffffffffffffff01"
THEIRS, OURS = 0, 1
SIDES = (THEIRS, OURS)
TOO_NEW = re.compile(r"^(\S+) opcode (?:with .* )?was introduced in v\d+$")
FIELD_TOO_NEW = re.compile(r"^(\S+) (\S+) field (?:was introduced|is settable) in v\d+\. Missed")
FIELD_REFUSED = re.compile(r'^(\S+) "(\S+)" is not (?:allowed|settable)\.$')
TOO_FEW = re.compile(r"^(\S+)(?s:.*) expects \d+ stack arguments")
WRONG_TYPE = re.compile(r"^(\S+)(?s:.*) wanted type ")
NESTED = {"NotBytes", "BadMethodString", "NotAnIntegerInList"}

# What no source of a sane size can reach, or no source at all.
UNREACHABLE = {
    "TextTooLong": "a source of 4 GiB",
    "MacroTooLong": "ours alone: the reference expands macros until memory is exhausted",
    "NoSalt": "one chance in 2^128",
    "SaltUnavailable": "ours alone: reported by builds without the feature `salt`",
    "UnreleasedVersion": "ours alone: `compile` and its like warn, the assembler does not",
    "FieldSettableLater": "all fields of app_params_set are as old as the opcode",
}
DISASSEMBLY = {
    "a program": re.compile(r"#pragma version"), "no version": re.compile(r"// invalid version"), "a version to come": re.compile(r"// unsupported version"),
    "illegal opcode": re.compile(r"illegal opcode"), "prefix without second byte": re.compile(r"prefix opcode .* missing"),
    "prefix with a wrong second byte": re.compile(r"prefix opcode .* improper"), "unknown field": re.compile(r"invalid immediate"),
    "end in an immediate": re.compile(r"program end while reading immediate"), "end in a branch": re.compile(r"program end while reading label"),
    "no varint in a branch": re.compile(r"could not decode label for"), "end before a count of targets": re.compile(r"could not decode label count"),
    "end in targets": re.compile(r"could not decode labels"), "no varint in a constant": re.compile(r"could not decode immediate"),
    "no count of integers": re.compile(r"could not decode length of int list"), "too many integers": re.compile(r"const int list with too many"),
    "end in integers": re.compile(r"const int list ran past"), "no varint in integers": re.compile(r"could not decode int const"),
    "no count of byte slices": re.compile(r"could not decode length of bytes list"), "too many byte slices": re.compile(r"const bytes list with too many"),
    "end in byte slices": re.compile(r"const bytes list ran past"), "no length of a byte slice": re.compile(r"could not decode \[\]byte const"),
}


def kind_of(debug):
    """The variant of a problem, with the variant of its reason, from how Rust prints it."""
    name = re.match(r"\w+", debug).group()
    if name not in NESTED:
        return name
    reason = re.search(r"(?:reason: |\()(\w+)(?:\((\w+))?", debug)
    return f"{name}: {reason.group(1)}" + (f" {reason.group(2)}" if reason.group(2) else "") if reason else name


def variants(source, enum):
    """The names of an enum's variants, read from its Rust source."""
    body = re.search(rf"pub enum {enum} \{{(.*?)\n\}}", source, re.S).group(1)
    return re.findall(r"^    ([A-Z]\w*)", body, re.M)


class Coverage:
    def __init__(self, ops):
        self.ops = {op["name"]: op for op in ops}
        self.sides = [collections.Counter() for _ in SIDES]
        self.order = {}  # rows of recipes, in the order first met
        self.examples = {}
        self.field_at = {op["name"]: next((at for at, imm in enumerate(op["immediates"]) if "fields" in imm), None) for op in ops}

    def count(self, key, sides=SIDES, by=1):
        for side in sides:
            self.sides[side][key] += by

    def note(self, case, their, our):
        """Counts what a source has reached."""
        answers = (their, our)
        if their.get("hex") == VERSIONLESS:
            self.count(("error", "NoInstruction"), [side for side in SIDES if answers[side].get("hex") == VERSIONLESS])
            self.examples["NoInstruction"] = "there is no instruction and no version"
        for row, outcome in case.rows:
            self.order.setdefault(row, len(self.order))
            self.count(("row", row), [side for side in SIDES if outcome(answers[side])])
        for which in ("errs", "warns"):
            for at, note in enumerate(our[which]):
                kind = kind_of(note["kind"])
                same = at < len(their[which]) and their[which][at]["msg"] == note["msg"]
                sides = SIDES if same else (OURS,)
                self.count(("error", kind), sides)
                self.examples.setdefault(kind, note["msg"])
                self.message(note["msg"], sides)

    def compiled(self, case, accepted):
        """Counts the rows of a source that is no text, of which both sides say the same; a warning is not reported there."""
        for row, outcome in case.rows:
            self.order.setdefault(row, len(self.order))
            if outcome({"ok": accepted, "errs": [], "warns": [None]}):
                self.count(("row", row))

    def message(self, text, sides):
        if " introduced in " in text or " settable in " in text:
            if match := TOO_NEW.match(text):
                self.count(("too new", match.group(1)), sides)
            elif match := FIELD_TOO_NEW.match(text):
                self.field("field too new", match.group(1), match.group(2), sides)
        elif match := FIELD_REFUSED.match(text):
            self.field("field never", match.group(1), match.group(2), sides)
        elif match := TOO_FEW.match(text):
            self.count(("too few", match.group(1)), sides)
        elif match := WRONG_TYPE.match(text):
            self.count(("wrong type", match.group(1)), sides)

    def field(self, what, opcode, name, sides):
        op = self.ops.get(opcode) or self.ops.get({"extract": "extract", "replace": "replace2"}.get(opcode, opcode))
        arrays = {"txn": "txna", "gtxn": "gtxna", "gtxns": "gtxnsa", "itxn": "itxna", "gitxn": "gitxna"}
        for op in (op, self.ops.get(arrays.get(opcode))):
            imm = next((imm for imm in op["immediates"] if name in imm.get("fields", [])), None) if op else None
            if imm:
                self.count((what, imm["group"], name), sides)
                return

    def disassembled(self, their, our, assembled):
        """Counts what a program's text shows; for assembled programs also which opcodes and fields they have."""
        for side, answer in enumerate((their, our)):
            text = answer["text"] if answer["ok"] else answer["err"]
            for row, pattern in DISASSEMBLY.items():
                if pattern.match(text):
                    self.sides[side][("disassembly", row)] += 1
                    break
            else:
                self.sides[side][("disassembly", "?" + text[:40])] += 1
        if assembled and their["ok"] and our["ok"] and their["text"].startswith("#pragma"):
            if their["text"] == our["text"]:
                self.instructions(their["text"], SIDES)
            else:
                self.instructions(their["text"], (THEIRS,))
                self.instructions(our["text"], (OURS,))

    def instructions(self, text, sides):
        lines = text.split("\n")
        version = int(lines[0][len("#pragma version "):])
        seen = collections.Counter()
        for line in lines[1:]:
            name, _, rest = line.partition(" ")
            if name not in self.ops:
                continue
            seen["op", name, version] += 1
            if (at := self.field_at[name]) is not None:
                field = rest.split(" ")[at]
                seen["field", self.ops[name]["immediates"][at]["group"], field] += 1
        for key, by in seen.items():
            self.count(key, sides, by)

    def get(self, *key):
        """The counts of both sides."""
        return tuple(counter[key] for counter in self.sides)

    # -- the table ----------------------------------------------------------------------------------------------------
    def tables(self):
        """Sections of (title, explanation, header, rows); a row is its name and cells, a cell None (nothing to reach) or both counts."""
        yield from (self.opcode_table(), self.field_table(), self.row_table(), self.error_table(), self.disassembly_table())

    def opcode_table(self):
        rows = []
        for name, op in sorted(self.ops.items(), key=lambda item: (item[1]["since"], item[0])):
            versions = [self.get("op", name, version) for version in range(max(op["since"], 1), MAX_VERSION + 1)]
            least = min(versions, key=min)
            total = tuple(sum(version[side] for version in versions) for side in SIDES)
            dynamic = name in ("popn", "match", "itxn_field")
            typed = any(arg != "any" for arg in op["args"])
            rows.append((f"`{name}`", f"v{op['since']}", total, least, self.get("too new", name) if op["since"] > 1 else None,
                         self.get("too few", name) if op["args"] or dynamic else None, self.get("wrong type", name) if typed else None))
        return ("Opcodes", "Times assembled in all versions since the opcode's first; in the version that has it least often; refused as too new, "
                "for too few values on the stack, for a value of the wrong type.", ["opcode", "since", "assembled", "least of a version", "too new", "too few", "wrong type"], rows)

    def field_table(self):
        rows = []
        groups = collections.defaultdict(dict)
        first = {}
        for op in self.ops.values():
            for imm in op["immediates"]:
                for name, since in zip(imm.get("fields", []), imm.get("since", [])):
                    groups[imm["group"]][name] = since
                    first[imm["group"]] = min(first.get(imm["group"], 99), max(op["since"], 1))
        for group, fields in groups.items():
            for name, since in fields.items():
                never = since < 0
                rows.append((f"{group}: `{name}`", "never" if never else f"v{max(since, first[group])}", None if never else self.get("field", group, name),
                             self.get("field too new", group, name) if since > first[group] else None, self.get("field never", group, name) if never else None))
        return ("Fields", "Times assembled in some opcode of the group; refused as too new; refused because it can never be set.",
                ["field", "since", "assembled", "too new", "never"], rows)

    def row_table(self):
        rows = [(row, self.get("row", row)) for row in sorted(self.order, key=str.casefold)]
        return ("Immediates, pseudo-ops, literals, directives, macros, constants, labels, types, salt",
                "Sources generated for the row and answered as it says.", ["row", "sources"], rows)

    def error_table(self):
        problems, literals, encodings = ((ASSEMBLER / f"{name}.rs").read_text() for name in ("problem", "bytes_literal", "encoding"))
        wanted = [name for name in variants(problems, "Problem") if name not in NESTED]
        reasons = [name for name in variants(literals, "BytesError") if name != "Encoding"]
        wanted += [f"NotBytes: {name}" for name in reasons] + [f"NotBytes: Encoding {name}" for name in variants(encodings, "EncodingError")]
        wanted += ["NotAnIntegerInList: Syntax", "NotAnIntegerInList: Range"]
        seen = [key[1] for key in self.sides[OURS] if key[0] == "error"]
        rows = []
        for kind in [*wanted, *sorted(set(seen) - set(wanted))]:
            example = self.examples.get(kind, "").replace("|", "\\|").replace("\n", " ").replace("\r", " ")
            example = UNREACHABLE.get(kind) or "`" + (example if len(example) < 90 else example[:87] + "...").replace("`", "'") + "`"
            rows.append((kind, example, None if kind in UNREACHABLE else self.get("error", kind)))
        return ("Errors and warnings", "Every problem the assembler knows, with an example of its text, and how often it was reported. The reference "
                "has the same texts, letter by letter: a reference text that we lack would be a difference.", ["problem", "text", "reported"], rows)

    def disassembly_table(self):
        rows = [(row, self.get("disassembly", row)) for row in DISASSEMBLY]
        rows += [(key[1], self.get(*key)) for side in self.sides for key in side if key[0] == "disassembly" and key[1].startswith("?")]
        return ("Disassembly", "What the bytes turned out to be.", ["outcome", "programs"], rows)

    def missing(self):
        """The names of rows that one side has never reached."""
        return [f"{title}: {row[0]}: {name}" for title, _, header, rows in self.tables() for row in rows
                for name, cell in zip(header, row) if isinstance(cell, tuple) and min(cell) == 0]

    def markdown(self):
        lines = []
        count = lambda cell: "–" if cell is None else f"{cell[0]:,}" if cell[0] == cell[1] else f"{cell[0]:,} / {cell[1]:,}"
        for title, explanation, header, rows in self.tables():
            lines += [f"## {title}", "", explanation, "", "| " + " | ".join(header) + " |", "|" + "---|" * len(header)]
            for row in rows:
                cells = [cell.replace("|", "\\|") if isinstance(cell, str) and at == 0 else cell if isinstance(cell, str) else count(cell) for at, cell in enumerate(row)]
                lines.append("| " + " | ".join(cells) + " |")
            lines.append("")
        return "\n".join(lines)
