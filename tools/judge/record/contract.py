"""Records what the reference assembles the contract to, for every set of template values.

Writes tests/vectors/contract.json; the tests compare our assembler's bytes with it.

Environment:
  PNP_ORACLE        the folder of the reference's programs; tealoracle is used

Exit code: 0 if the file is written, 1 if the reference refuses the contract, 2 if the command cannot be run
"""
import datetime, itertools, re, sys

from judge.paths import CONSENSUS, REFERENCE, ROOT, VECTORS, oracle
from judge.peer import Peer
from judge.record.writing import to_option, write

VARIABLES = ("TMPL_UPDATABLE", "TMPL_DELETABLE", "TMPL_ORDERED_TICKS")


def options(parser):
    to_option(parser, VECTORS / "contract.json")


def assembled(sources):
    theirs = Peer(oracle("tealoracle"))
    answers = theirs.ask([{"op": "asm", "src": source} for source in sources])
    theirs.close()
    refused = [answer for answer in answers if not answer or not answer["ok"]]
    if refused:
        sys.exit(f"the reference refuses the contract: {refused[0]}")
    return [answer["hex"] for answer in answers]


def run(arguments):
    approval = (ROOT / "teal" / "usage_approval.teal").read_text()
    choices = list(itertools.product((0, 1), repeat=len(VARIABLES)))
    sources = [re.sub("|".join(VARIABLES), lambda m: str(dict(zip(VARIABLES, choice))[m.group()]), approval) for choice in choices]
    *approvals, clear = assembled([*sources, (ROOT / "teal" / "usage_clear.teal").read_text()])
    write(arguments.to, {
        "source": "go-algorand's assembler, by tealoracle",
        "version": f"{REFERENCE}, {CONSENSUS}",
        "date": datetime.date.today().isoformat(),
        "approval": [{"updatable": u, "deletable": d, "ordered_ticks": o, "hex": text}
                     for (u, d, o), text in zip(choices, approvals)],
        "clear": clear,
    })
