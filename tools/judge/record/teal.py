"""Records what the reference answers to a choice of TEAL sources and programs, some for every row of docs/reports/parity.md.

Writes tests/vectors/teal/*.json, which the tests ask again. The run is that of `scripts/differential teal`, and compares too.

Environment:
  PNP_ORACLE        the folder of the reference's programs; tealoracle is used
  CARGO             the cargo to build our side with

Exit code: 0 if all answers are alike, 1 if some differ or a row was not reached, 2 if the command cannot be run
"""
from judge.paths import VECTORS
from judge.teal import compare


def options(parser):
    compare.options(parser)
    parser.set_defaults(count=60_000, seed=4, record=VECTORS / "teal")


def run(arguments):
    return compare.run(arguments)
