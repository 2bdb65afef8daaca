"""Where a record goes."""
import json
from pathlib import Path

from judge.paths import ROOT


def to_option(parser, default):
    parser.add_argument("--to", metavar="FILE", type=Path, default=default, help=f"where it is written [{default.relative_to(ROOT)}]")


def write(path, document):
    path.write_text(json.dumps(document, indent=1) + "\n")
    print(f"written to {path}")
