"""Which cases of a campaign are kept as test vectors: some of every row, small ones."""
import collections, datetime, json

from judge.paths import CONSENSUS, REFERENCE
from judge.teal.coverage import kind_of

SOURCE = f"{REFERENCE}: logic.AssembleStringWithVersion and logic.Disassemble; algod's /v2/teal/compile for `compile`"
LONGEST = 600  # of a case, in characters; the rows that need longer ones keep one
PER_ROW = 2


class Vectors:
    def __init__(self):
        self.cases = {"assemble": {}, "disassemble": {}, "compile": {}}
        self.have = collections.Counter()

    def wanted(self, rows, size):
        """Whether a row still needs a case of that size."""
        open_rows = [row for row in rows if self.have[row] < (PER_ROW if size < LONGEST else 1)]
        if not open_rows or size > 30_000:
            return False
        self.have.update(rows)
        return True

    def assembled(self, case, their, our):
        rows = {("row", row) for row, outcome in case.rows if outcome(their)}
        rows |= {("kind", kind_of(note["kind"])) for note in our["errs"] + our["warns"]}
        rows.add(("family", case.family, case.source.split("\n")[0][:18], their["ok"]))
        statement = next((line for line in case.source.split("\n") if not line.startswith(("#pragma", "end", "int 1"))), "")
        if case.family in ("opcodes", "types", "fields"):
            rows.add((case.family, statement.split(" ")[0], their["ok"]))
        question = {"src": case.source} | ({"v": case.version} if case.version else {})
        answer = {key: value for key, value in their.items() if key != "ok" and value not in ([], {})}
        if self.wanted(rows, len(case.source) + len(json.dumps(answer))):
            self.cases["assemble"][case.source + str(case.version)] = {**question, "answer": answer}

    def compiled(self, case, their):
        rows = {("row", row) for row, _ in case.rows} | {("compile", case.family, "result" in their)}
        if self.wanted(rows, len(case.source) + len(json.dumps(their))):
            self.cases["compile"][case.bytes.hex()] = {"srchex": case.bytes.hex(), "answer": their}

    def disassembled(self, question, their):
        text = their["text"] if their["ok"] else their["err"]
        rows = {("dis", their["ok"], line.split(" ")[0].rstrip("0123456789:")) for line in text.split("\n")[:30]}
        if not their["ok"]:
            rows = {("err", "".join(letter for letter in text if not letter.isdigit())[:60])}
        if self.wanted(rows, len(question["hex"]) + len(text)):
            answer = {key: value for key, value in their.items() if key != "ok" and value}
            self.cases["disassemble"][question["hex"]] = {"hex": question["hex"], "answer": answer}

    def write(self, directory):
        """Writes the cases, in files of less than a megabyte each."""
        directory.mkdir(parents=True, exist_ok=True)
        head = {"source": SOURCE, "version": CONSENSUS, "date": datetime.date.today().isoformat()}
        for kind, cases in self.cases.items():
            for old in directory.glob(f"{kind}*.json"):
                old.unlink()
            parts, size = [[]], 0
            for case in cases.values():
                line = " " + json.dumps(case, ensure_ascii=True, separators=(",", ":"))
                if size + len(line) > 900_000:
                    parts.append([])
                    size = 0
                parts[-1].append(line)
                size += len(line)
            for at, lines in enumerate(parts):
                text = json.dumps(head, indent=1)[:-2] + ',\n "cases": [\n' + ",\n".join(lines) + "\n]}\n"
                (directory / f"{kind}-{at + 1}.json").write_text(text)
