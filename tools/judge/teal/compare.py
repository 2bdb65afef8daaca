"""Assembles and disassembles the same texts and bytes here and in the reference, and compares every answer.

Compared are programs, source maps, errors and warnings with their places, order and texts; the disassembly of the programs, of
programs spoiled and of noise; and what the disassembly assembles to again. Sources are those made for one row of the coverage
table each (some 20,000), then random ones of the mix that is printed. What differs is written to target/differential-teal.json.

Version 14 is among them, which no public network runs. Sources with bytes that are no UTF-8 go to a private algod's
/v2/teal/compile, and the whole answer is compared. Left out is where the reference itself stops (`int 256; loads`, for one): ours has to go on.

Environment:
  PNP_ORACLE        the folder of the reference's programs; tealoracle, algod, goal and kmd are used
  CARGO             the cargo to build our side with

Exit code: 0 if all answers are alike, 1 if some differ or a row was not reached (reported only for runs that hold all the directed
sources), 2 if the command cannot be run
"""
import json, sys, tempfile
from pathlib import Path

from judge.networks import reference
from judge.node import Node
from judge.paths import CONSENSUS, REFERENCE, ROOT, build, oracle
from judge.peer import Peer
from judge.teal.campaign import Campaign
from judge.teal.directed import MAX_VERSION
from judge.teal.sources import MIX


def report(campaign, options):
    """The page of docs/reports/parity.md."""
    families = [f"| {name} | {MIX.get(name, '')} | {count['accepted']:,} | {count['refused']:,} | {count['stopped']:,} |" for name, count in sorted(campaign.families.items())]
    counts = campaign.counts
    return "\n".join([
        "# Parity of the assembler and the disassembler", "",
        f"Written by the campaign itself; do not edit. The judge is {REFERENCE} ({CONSENSUS}) through its own `logic` package:",
        "programs, source maps, errors and warnings with their lines, columns, order and texts, and disassembly, compared case by case.", "",
        f"    scripts/differential teal --count {options.count} --seed {options.seed} --table docs/reports/parity.md", "",
        f"* {counts['assembled']:,} sources assembled on both sides, of AVM versions up to {MAX_VERSION},",
        f"* {counts['no text']:,} more that are not UTF-8 compiled by algod and by ours, with the same answer letter by letter,",
        f"* {counts['disassembled']:,} programs disassembled: those that were assembled, half of them spoiled, and noise,",
        f"* {counts['assembled again']:,} disassemblies assembled again: {counts['came back the same']:,} gave the same bytes, {counts['came back otherwise']:,} did not, on both sides alike,",
        f"* **{len(campaign.differences)} differences**,",
        f"* {counts['reference stopped']:,} inputs stop the reference itself (ours goes on).", "",
        "Where two numbers stand in a cell, the first is the reference's. A row that a side has not reached fails the campaign.", "",
        "| kind of source | of 100 random ones | accepted | refused | reference stopped |", "|---|---|---|---|---|", *families, "",
        campaign.coverage.markdown()])


def options(parser):
    parser.add_argument("--count", type=int, default=30_000, help="how many sources [%(default)s]")
    parser.add_argument("--seed", type=int, default=1, help="of the random choices [%(default)s]")
    parser.add_argument("--ours", metavar="PROGRAM", help="our `answer` [built here in release form]")
    parser.add_argument("--table", metavar="FILE", type=Path, help="where the coverage table is written, as docs/reports/parity.md")
    parser.add_argument("--record", metavar="DIR", type=Path, help="where a choice of cases is kept as test vectors")


def run(arguments):
    theirs = Peer(oracle("tealoracle"))
    ours = Peer(arguments.ours or build("release", "answer")[0])
    with tempfile.TemporaryDirectory(prefix="pnp-judge-") as folder, reference(folder) as network:
        campaign = Campaign(arguments, theirs, ours, Node(network.url))
        directed = len(campaign.directed)
        campaign.run(arguments.count)
    theirs.close()
    ours.close()
    missing = campaign.coverage.missing() if arguments.count >= directed else []
    if arguments.table:
        arguments.table.write_text(report(campaign, arguments))
    if arguments.record:
        campaign.vectors.write(arguments.record)
    families = {name: dict(count) for name, count in campaign.families.items()}
    print(json.dumps({"seed": arguments.seed, "directed": directed, "mix": MIX, **campaign.counts, "families": families,
                      "rows not reached": missing, "differences": len(campaign.differences)}, indent=1))
    if campaign.differences:
        kept = ROOT / "target" / "differential-teal.json"
        kept.parent.mkdir(exist_ok=True)
        kept.write_text(json.dumps(campaign.differences[:500], indent=1, ensure_ascii=False))
        for found in campaign.differences[:3]:
            print(json.dumps(found, indent=1, ensure_ascii=False)[:1500], file=sys.stderr)
    return 1 if campaign.differences or missing else 0
