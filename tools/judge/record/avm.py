"""Records what the reference's interpreter does with a fixed choice of programs that need no ledger.

Writes tests/vectors/avm/*.json, a file for each kind of programs, which the tests run again.

Environment:
  PNP_ORACLE        the folder of the reference's programs; tealoracle is used

Exit code: 0 if the files are written, 2 if the command cannot be run
"""
import datetime, json
from pathlib import Path

from judge.avm.kinds import RECORDED, RULES, answered, knows
from judge.paths import CONSENSUS, REFERENCE, VECTORS, oracle
from judge.peer import Peer

SOURCE = "go-algorand, logic.EvalSignatureFull on a one-payment group with a budget of 100,000,000"
# Programs of a kind, before its share; 80 of the others. Of `flow` there is a fixed list, of which a third is kept.
COUNTS = {"flow": 1, "from_vectors": 1, "curves": 400, "sequences": 30, "json": 40, "ecdsa": 200}


def options(parser):
    parser.add_argument("--to", metavar="DIR", type=Path, default=VECTORS / "avm", help="where the files go [tests/vectors/avm]")


def run(arguments):
    theirs = Peer(oracle("tealoracle"))
    head = {"source": SOURCE, "version": f"{REFERENCE.split()[1]}, {CONSENSUS}", "date": datetime.date.today().isoformat()}
    arguments.to.mkdir(parents=True, exist_ok=True)
    for kind in RECORDED:
        rules = RULES.get(kind)
        if not knows(theirs, rules):
            print(f"{kind}: left as it is, because this tealoracle does not run programs by consensus {rules}")
            continue
        cases = answered(theirs, kind, COUNTS.get(kind, 80), 1, rules)
        cases = cases[::3] if kind == "flow" else cases
        lines = ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases)
        (arguments.to / f"{kind}.json").write_text(f'{json.dumps(head | ({"rules": rules} if rules else {}))[:-1]}, "cases": [\n{lines}\n]}}\n')
        print(f"{kind}: {len(cases)}")
    theirs.close()
