#!/usr/bin/env python3
"""Assembles and disassembles the same texts and bytes here and in the reference, and compares every answer.

    scripts/differential teal [--count N] [--seed S] [--ours PROGRAM] [--table FILE] [--record DIR]

PNP_ORACLE names the folder of the reference's programs (tealoracle is used). Ours is the example `answer`, built in release form
unless --ours names it. Compared are programs, source maps, errors and warnings with their places, order and texts; the disassembly
of the programs, of programs spoiled and of noise; and what the disassembly assembles to again.

Sources are those made for one row of the coverage table each (some 20,000), then random ones of the mix that is printed. --table
writes the table of what was reached (docs/parity.md); --record keeps a choice of cases with the reference's answers as test
vectors. What differs is written to target/differential-teal.json. Exit status 3 when something differs, 4 when a row was not
reached (told only of runs that hold all the directed sources).

Left out: what names version 14, which the reference's program knows and the released network does not; and where the reference
itself stops (`int 256; loads`, for one), ours has to go on.
"""
import argparse, collections, json, os, random, re, subprocess, sys, threading
from pathlib import Path

from differential_teal_coverage import Coverage
from differential_teal_directed import cases
from differential_teal_sources import MIX, Programs, Sources
from differential_teal_vectors import Vectors

HERE = Path(__file__).resolve().parent.parent
BATCH = 500
TO_COME = re.compile(r"version (?:0[xX]0*[eE]|0[oO]?0*16|0[bB]0*1110|14)\b")


class Answerer:
    """A program that answers one JSON question a line; started again when it dies of one."""

    def __init__(self, command):
        self.command, self.process = command, None

    def start(self):
        self.process = subprocess.Popen(self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)

    def ask(self, questions):
        """The answers, in order; None where the program died of the question."""
        answers = []
        while len(answers) < len(questions):
            if not self.process:
                self.start()
            text = "".join(json.dumps(question) + "\n" for question in questions[len(answers):]).encode()
            writer = threading.Thread(target=self.write, args=(self.process, text))
            writer.start()
            while len(answers) < len(questions) and (line := self.process.stdout.readline()).endswith(b"\n"):
                answers.append(json.loads(line))
            if len(answers) < len(questions):
                answers.append(None)
                self.process.kill()
                self.process.wait()
                self.process = None
            writer.join()
        return answers

    @staticmethod
    def write(process, text):
        try:
            process.stdin.write(text)
            process.stdin.flush()
        except OSError:
            pass  # it has died; the reader sees it

    def stop(self):
        if self.process:
            self.process.stdin.close()
            self.process.wait()


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
    def __init__(self, options, theirs, ours):
        self.theirs, self.ours = theirs, ours
        [answer] = ours.ask([{"op": "table"}])
        self.ops = answer["ops"]
        self.coverage = Coverage(self.ops, HERE)
        self.sources = Sources(options.seed, self.ops)
        self.programs = Programs(options.seed, self.ops)
        self.r = random.Random(options.seed)
        self.directed = cases(random.Random(options.seed), self.ops)
        self.vectors = Vectors(options.seed) if options.record else None
        self.differences = []
        self.counts = collections.Counter()
        self.families = collections.defaultdict(collections.Counter)

    def both(self, questions):
        """What both sides answer, at the same time."""
        found = {}
        other = threading.Thread(target=lambda: found.update(theirs=self.theirs.ask(questions)))
        other.start()
        ours = self.ours.ask(questions)
        other.join()
        return zip(questions, found["theirs"], ours, strict=True)

    def differ(self, question, their, our):
        """Whether an answer is wanted and the same; notes it where not."""
        if their is None:
            self.counts["reference stopped"] += 1
            if our is None:
                self.differences.append({"question": question, "ours": "stopped"})
            return True
        if our is not None and comparable(their) == comparable(our):
            return False
        text = question.get("src", "")
        if question.get("v") == 14 or TO_COME.search(text) or question.get("hex", "").startswith("0e") or re.match("8e(80)*00", question.get("hex", "")):
            self.counts["version to come"] += 1
        else:
            self.differences.append({"question": question, "theirs": their, "ours": our})
        return True

    def assemble(self, batch):
        """Compares how sources are assembled; gives the programs."""
        programs = []
        for case, (question, their, our) in zip(batch, self.both([case.question() for case in batch])):
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

    def disassemble(self, programs, assembled):
        """Compares how bytes are disassembled, and what the text assembles to."""
        questions = [{"op": "dis", "hex": program.hex()} for program in programs]
        again = []
        for question, their, our in self.both(questions):
            self.counts["disassembled"] += 1
            if self.differ(question, their, our):
                continue
            self.coverage.disassembled(their, our, assembled)
            if self.vectors:
                self.vectors.disassembled(question, their)
            if their["ok"] and self.r.random() < 0.6:
                again.append((question["hex"], {"op": "asm", "src": self.r.choice(["", "#pragma typetrack false\n"]) + their["text"]}))
        for (wanted, _), (question, their, our) in zip(again, self.both([question for _, question in again])):
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


def report(campaign, options):
    """The page of docs/parity.md."""
    families = [f"| {name} | {MIX.get(name, '')} | {count['accepted']:,} | {count['refused']:,} | {count['stopped']:,} |" for name, count in sorted(campaign.families.items())]
    counts = campaign.counts
    return "\n".join([
        "# Parity of the assembler and the disassembler", "",
        "Written by the campaign itself; do not edit. The judge is go-algorand dd6de88fbe (consensus v42) through its own `logic` package:",
        "programs, source maps, errors and warnings with their lines, columns, order and texts, and disassembly, compared case by case.", "",
        f"    scripts/differential teal --count {options.count} --seed {options.seed} --table docs/parity.md", "",
        f"* {counts['assembled']:,} sources assembled on both sides,",
        f"* {counts['disassembled']:,} programs disassembled: those that were assembled, half of them spoiled, and noise,",
        f"* {counts['assembled again']:,} disassemblies assembled again: {counts['came back the same']:,} gave the same bytes, {counts['came back otherwise']:,} did not, on both sides alike,",
        f"* **{len(campaign.differences)} differences**,",
        f"* {counts['reference stopped']:,} inputs stop the reference itself (ours goes on); {counts['version to come']:,} name version 14, which only the reference's program knows.", "",
        "Where two numbers stand in a cell, the first is the reference's. A row that a side has not reached fails the campaign.", "",
        "| kind of source | of 100 random ones | accepted | refused | reference stopped |", "|---|---|---|---|---|", *families, "",
        campaign.coverage.markdown()])


def arguments():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--count", type=int, default=30_000)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--ours")
    options.add_argument("--table", type=Path, help="where the coverage table is written")
    options.add_argument("--record", type=Path, help="where chosen cases are kept as test vectors")
    return options.parse_args()


def main():
    options = arguments()
    oracle = os.environ.get("PNP_ORACLE")
    if not oracle:
        sys.exit("PNP_ORACLE must name the folder of the reference's programs")
    if not options.ours:
        subprocess.run(["cargo", "build", "--release", "--quiet", "--example", "answer"], cwd=HERE, check=True)
        options.ours = str(HERE / "target/release/examples/answer")
    theirs, ours = Answerer([f"{oracle}/tealoracle"]), Answerer([options.ours])
    campaign = Campaign(options, theirs, ours)
    directed = len(campaign.directed)
    campaign.run(options.count)
    theirs.stop()
    ours.stop()
    missing = campaign.coverage.missing() if options.count >= directed else []
    if options.table:
        options.table.write_text(report(campaign, options))
    if options.record:
        campaign.vectors.write(options.record)
    families = {name: dict(count) for name, count in campaign.families.items()}
    print(json.dumps({"seed": options.seed, "directed": directed, "mix": MIX, **campaign.counts, "families": families,
                      "rows not reached": missing, "differences": len(campaign.differences)}, indent=1))
    if campaign.differences:
        (HERE / "target/differential-teal.json").write_text(json.dumps(campaign.differences[:500], indent=1, ensure_ascii=False))
        for found in campaign.differences[:3]:
            print(json.dumps(found, indent=1, ensure_ascii=False)[:1500], file=sys.stderr)
        sys.exit(3)
    sys.exit(4 if missing else 0)


if __name__ == "__main__":
    main()
