"""A run of sources and programs through both sides, and what was different."""
import base64, collections, http.client, json, random, sys

from judge.peer import both
from judge.teal.coverage import Coverage
from judge.teal.directed import cases
from judge.teal.sources import Programs, Sources
from judge.teal.vectors import Vectors

BATCH = 500


def comparable(answer):
    """An answer without what may differ."""
    answer = dict(answer)
    answer["errs"] = [(note["line"], note["col"], note["msg"]) for note in answer.get("errs", [])]
    answer["warns"] = [(note["line"], note["col"], note["msg"]) for note in answer.get("warns", [])]
    # The reference checks macros again in an order of its own each time.
    if sum("acro name" in text for _, _, text in answer["errs"]) > 1:
        answer["errs"].sort()
    return answer


class Campaign:
    """`theirs` and `ours` answer for texts and programs; `algod`, a node of the reference, for sources that are no text."""

    def __init__(self, options, theirs, ours, algod):
        self.theirs, self.ours, self.algod = theirs, ours, algod
        self.ops = ours.need("ops", op="table")
        self.coverage = Coverage(self.ops)
        self.sources = Sources(options.seed, self.ops)
        self.programs = Programs(options.seed, self.ops)
        self.r = random.Random(options.seed)
        self.directed = cases(random.Random(options.seed), self.ops)
        self.vectors = Vectors() if options.record else None
        self.differences = []
        self.counts = collections.Counter()
        self.families = collections.defaultdict(collections.Counter)

    def differ(self, question, their, our):
        """Whether an answer is wanted and the same; notes it where not."""
        if their is None:
            self.counts["reference stopped"] += 1
            if our is None:
                self.differences.append({"question": question, "ours": "stopped"})
            return True
        if our is not None and comparable(their) == comparable(our):
            return False
        self.differences.append({"question": question, "theirs": their, "ours": our})
        return True

    def assemble(self, batch):
        """Compares how sources are assembled; gives the programs."""
        programs = self.compile([case for case in batch if not case.is_text])
        batch = [case for case in batch if case.is_text]
        for case, (question, their, our) in zip(batch, both(self.theirs, self.ours, [case.question() for case in batch])):
            self.counts["assembled"] += 1
            family = self.families[case.family]
            if self.differ(question, their, our):
                family["stopped" if their is None else "differs"] += 1
                continue
            family["accepted" if their["ok"] else "refused"] += 1
            self.coverage.note(case, their, our)
            self.sources.learn(case, their)
            if self.vectors:
                self.vectors.assembled(case, their, our)
            if their["ok"] and len(their["hex"]) < 40_000:
                programs.append(bytes.fromhex(their["hex"]))
        return programs

    def compile(self, batch):
        """The same for sources that are no text, which only algod takes as they are: JSON has no such strings."""
        programs = []
        for case, our in zip(batch, self.ours.ask([{"op": "compile", "srchex": case.bytes.hex()} for case in batch])):
            self.counts["no text"] += 1
            family = self.families[case.family]
            try:
                status, _, body = self.algod.request("POST", "/v2/teal/compile?sourcemap=true", case.bytes)
            except (http.client.HTTPException, ConnectionError):
                # Where the assembler panics, algod ends the connection and goes on.
                status = None
            if status is None:
                self.counts["reference stopped"] += 1
                family["stopped"] += 1
                continue
            their = json.loads(body)
            if our != their:
                family["differs"] += 1
                self.differences.append({"question": {"srchex": case.bytes.hex()}, "theirs": their, "ours": our})
                continue
            family["accepted" if status == 200 else "refused"] += 1
            self.coverage.compiled(case, status == 200)
            self.sources.learn(case, {"ok": status == 200})
            if self.vectors:
                self.vectors.compiled(case, their)
            if status == 200:
                programs.append(base64.b64decode(their["result"]))
        return programs

    def disassemble(self, programs, assembled):
        """Compares how bytes are disassembled, and what the text assembles to."""
        questions = [{"op": "dis", "hex": program.hex()} for program in programs]
        again = []
        for question, their, our in both(self.theirs, self.ours, questions):
            self.counts["disassembled"] += 1
            if self.differ(question, their, our):
                continue
            self.coverage.disassembled(their, our, assembled)
            if self.vectors:
                self.vectors.disassembled(question, their)
            if their["ok"] and self.r.random() < 0.6:
                again.append((question["hex"], {"op": "asm", "src": self.r.choice(["", "#pragma typetrack false\n"]) + their["text"]}))
        for (wanted, _), (question, their, our) in zip(again, both(self.theirs, self.ours, [question for _, question in again])):
            self.counts["assembled again"] += 1
            if not self.differ(question, their, our):
                self.counts["came back the same" if their.get("hex") == wanted else "came back otherwise"] += 1

    def run(self, count):
        done = 0
        while done < count:
            size = min(BATCH, count - done)
            batch, self.directed = self.directed[:size], self.directed[size:]
            batch += [self.sources.next() for _ in range(size - len(batch))]
            programs = self.assemble(batch)
            self.disassemble(programs, True)
            noise = [self.programs.spoiled(program) for program in programs if self.r.random() < 0.5]
            noise += [self.programs.random() for _ in range(size // 3)]
            self.disassemble(noise, False)
            done += size
            if done % 20_000 < BATCH:
                print(f"{done} sources, {len(self.differences)} differences", file=sys.stderr)
