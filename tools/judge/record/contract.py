#!/usr/bin/env python3
"""Records what the reference assembles the contract to, for every set of template values.

    PNP_ORACLE=DIR scripts/record-contract     DIR holds tealoracle; writes tests/vectors/contract.json
"""

import datetime
import itertools
import json
import os
import pathlib
import re
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[1]
VARIABLES = ("TMPL_UPDATABLE", "TMPL_DELETABLE", "TMPL_ORDERED_TICKS")


def assemble(sources):
    questions = "".join(json.dumps({"op": "asm", "src": source}) + "\n" for source in sources)
    oracle = pathlib.Path(os.environ["PNP_ORACLE"]) / "tealoracle"
    lines = subprocess.run([oracle], input=questions, capture_output=True, text=True, check=True).stdout.splitlines()
    answers = [json.loads(line) for line in lines]
    assert all(answer["ok"] for answer in answers), answers
    return [answer["hex"] for answer in answers]


approval = (ROOT / "teal/usage_approval.teal").read_text()
choices = list(itertools.product((0, 1), repeat=len(VARIABLES)))
sources = [re.sub("|".join(VARIABLES), lambda m: str(dict(zip(VARIABLES, c))[m.group()]), approval) for c in choices]
*approvals, clear = assemble([*sources, (ROOT / "teal/usage_clear.teal").read_text()])
record = {
    "source": "go-algorand's assembler, by tealoracle",
    "version": "go-algorand dd6de88fbe, consensus v42",
    "date": datetime.date.today().isoformat(),
    "approval": [{"updatable": u, "deletable": d, "ordered_ticks": o, "hex": text}
                 for (u, d, o), text in zip(choices, approvals)],
    "clear": clear,
}
(ROOT / "tests/vectors/contract.json").write_text(json.dumps(record, indent=1) + "\n")
