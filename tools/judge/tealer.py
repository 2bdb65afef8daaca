"""Runs tealer's detectors and `pnp-contract check` on the same sources and writes docs/reports/tealer.md.

Nothing of tealer's corpus is kept here: the table names sources and findings only.

Environment:
  PNP_TEALER        the python of an environment with tealer (`pip install tealer==0.1.2 pyteal`)
  PNP_TEALER_SOURCE a checkout of tealer's repository, whose tests hold its corpus
  PNP_CONTRACT      our program [built here in release form]
  CARGO             the cargo to build it with

Exit code: 0 if `check` finds all that tealer does, 1 if tealer finds something of a class that `check` does not, 2 if the
command cannot be run
"""
import collections, datetime, json, os, subprocess, tempfile
from pathlib import Path

from judge.paths import ROOT, cannot, contract_program

# What tealer's detectors are called here.
CLASSES = {
    "is-deletable": ("unprotected-delete", "delete-allowed"),
    "is-updatable": ("unprotected-update", "update-allowed"),
    "unprotected-deletable": ("unprotected-delete",),
    "unprotected-updatable": ("unprotected-update",),
    "group-size-check": ("unchecked-group-size",),
    "rekey-to": ("unchecked-rekey-to",),
    "can-close-account": ("unchecked-close-to",),
    "can-close-asset": ("unchecked-asset-close-to",),
    "missing-fee-check": ("unchecked-fee",),
    "constant-gtxn": ("constant-gtxn",),
    "self-access": ("self-access",),
    "sender-access": ("sender-access",),
}

# Runs in tealer's environment: the corpus's sources into a folder, under the names they have in the tests.
EXTRACT = r'''
import importlib, os, pathlib, sys
root, out = sys.argv[1], pathlib.Path(sys.argv[2])
os.chdir(root); sys.path.insert(0, root)
seen = set()
def keep(name, code):
    code = code.strip() + "\n"
    if code not in seen:
        seen.add(code); (out / (name + ".teal")).write_text(code)
for path in sorted(pathlib.Path("tests").rglob("*.py")):
    module = ".".join(path.with_suffix("").parts)
    try:
        names = vars(importlib.import_module(module))
    except Exception as problem:
        print(f"{module}: {problem}", file=sys.stderr); continue
    stem = path.stem
    for name, value in list(names.items()):
        if isinstance(value, str) and value.count("\n") > 3 and ("return" in value or "int " in value) and "import " not in value:
            keep(f"{stem}-{name.lower()}", value)
        elif isinstance(value, list):
            for at, case in enumerate(value):
                if isinstance(case, tuple) and case and isinstance(case[0], str) and "\n" in case[0]:
                    keep(f"{stem}-{name.lower()}-{at}", case[0])
for path in sorted(pathlib.Path(".").rglob("*.teal")):
    keep("-".join(path.with_suffix("").parts), path.read_text())
'''

# Runs in tealer's environment: how many paths or places each detector names in a source.
DETECT = r'''
import json, logging, sys
logging.disable(logging.CRITICAL)
from tealer.detectors import all_detectors
from tealer.detectors.abstract_detector import AbstractDetector
from tealer.utils.command_line.common import init_tealer_from_single_contract
classes = [it for it in vars(all_detectors).values() if isinstance(it, type) and issubclass(it, AbstractDetector) and it is not AbstractDetector]
from tealer.detectors.optimizations import constant_gtxn, self_access, sender_access
for module in (constant_gtxn, self_access, sender_access):
    for it in vars(module).values():
        if isinstance(it, type) and issubclass(it, AbstractDetector) and it is not AbstractDetector and it not in classes:
            classes.append(it)
found = {}
try:
    code = open(sys.argv[1]).read()
    for it in classes:
        tealer = init_tealer_from_single_contract(code, "test")
        tealer.register_detector(it)
        count = 0
        for results in tealer.run_detectors():
            for result in results if isinstance(results, list) else [results]:
                count += len(getattr(result, "paths", None) or getattr(result, "instructions", None) or [])
        found[it.NAME] = count
    print(json.dumps({"found": found, "version": tealer.contracts["test"].version, "mode": str(tealer.contracts["test"].mode)}))
except BaseException as problem:
    print(json.dumps({"error": f"{type(problem).__name__}: {str(problem)[:80]}".strip()}))
'''


def detect(python, path):
    """What tealer finds: counts by detector, or why it finds nothing."""
    try:
        answer = subprocess.run([python, "-c", DETECT, str(path)], capture_output=True, text=True, timeout=120)
        return json.loads(answer.stdout.strip().splitlines()[-1])
    except subprocess.TimeoutExpired:
        return {"error": "no answer in 120 s"}
    except (IndexError, json.JSONDecodeError):
        return {"error": "no answer"}


def check(program, path):
    answer = subprocess.run([program, "--json", "check", "--deny", "none", str(path)], capture_output=True, text=True)
    try:
        return json.loads(answer.stdout)["sources"][0]
    except (json.JSONDecodeError, KeyError):
        return {"error": answer.stdout[:120] + answer.stderr[:120]}


def compare(python, program, path):
    """A row: what both find, what only one of them does."""
    theirs, ours = detect(python, path), check(program, path)
    names = collections.Counter(it["check"] for it in ours.get("findings", []) + ours.get("allowed", []))
    row = {"theirs": theirs, "mode": ours.get("mode"), "version": ours.get("version"), "ours": names, "both": [], "missed": [], "not": [],
           "error": ours.get("error")}
    other = "signature" if ours.get("mode") == "application" else "application"
    elsewhere = None
    for detector, count in theirs.get("found", {}).items():
        if not count:
            continue
        if any(names[name] for name in CLASSES[detector]):
            row["both"].append(detector)
            continue
        # tealer runs both kinds of detectors where it cannot recognise the kind of program.
        if elsewhere is None:
            answer = subprocess.run([program, "--json", "check", "--deny", "none", "--mode", other, str(path)], capture_output=True, text=True)
            elsewhere = {it["check"] for it in json.loads(answer.stdout)["sources"][0]["findings"]}
        kind = "both" if elsewhere & set(CLASSES[detector]) else "missed"
        if kind == "missed" and (reason := explained(path, ours, names, detector)):
            row["not"].append(f"{detector}: {reason}")
            continue
        row[kind].append(detector + (f" (--mode {other})" if kind == "both" else ""))
    return row


# Where tealer's finding was looked at by hand and is none.
LOOKED_AT = {
    "tests-parsing-intcblock_1": "the programs of an update are hashed and compared with hashes that the application keeps",
    "tests-parsing-teal4-test4": "for each index from 0 while it is below GroupSize, the loop asserts that `gtxns RekeyTo` is the zero address; "
    "this transaction is one of them",
}


def explained(path, ours, names, detector):
    """Why `check` is right to find nothing."""
    if names["does-not-assemble"]:
        return "no program, the assembler refuses it"
    if ours["mode"] == "clear":
        return "a clear-state program cannot refuse"
    if path.parent == ROOT / "teal" and detector.startswith("unprotected"):
        return "tealer does not see that `switch` tells the actions apart"
    return LOOKED_AT.get(path.stem)


def words(names):
    return ", ".join(names) or "–"


def alone(row):
    reasons = collections.Counter(it.split(": ", 1)[1] for it in row["not"])
    return row["missed"] + [f"({count}: {reason})" for reason, count in reasons.items()]


def table(rows):
    lines = ["| source | AVM | tealer | both find | tealer alone | `check` finds too |", "|---|---|---|---|---|---|"]
    for name, row in rows:
        matched = {it for detector in row["both"] for it in CLASSES[detector.split(" ")[0]]}
        extra = [f"{it} {count}" if count > 1 else it for it, count in sorted(row["ours"].items()) if it not in matched]
        theirs = row["theirs"].get("error") or f"{sum(1 for count in row['theirs']['found'].values() if count)} detectors"
        lines.append(f"| `{name}` | {row['version']} | {theirs.replace('|', '/')} | {words(row['both'])} | {words(alone(row))} | {words(extra)} |")
    return "\n".join(lines)


def page(groups):
    every = [row for _, rows in groups for _, row in rows]
    parsed = [row for row in every if "found" in row["theirs"]]
    both, missed = sum(len(row["both"]) for row in every), sum(len(row["missed"]) for row in every)
    extra = collections.Counter()
    for row in every:
        matched = {it for detector in row["both"] for it in CLASSES[detector.split(" ")[0]]}
        extra.update(it for it in row["ours"] if it not in matched)
    date = datetime.date.today().isoformat()
    lines = [
        "# `check` beside tealer", "",
        "What `check` finds in programs that other people wrote, by source: [Programs that other people wrote](real-programs.md).", "",
        f"Written by `scripts/differential tealer`, {date}, with tealer 0.1.2: its detectors and `pnp-contract check` on the same sources.",
        f"Of {len(every)} sources tealer reads {len(parsed)}; it knows nothing after AVM 8. A detector counts once a source.", "",
        "| | |", "|---|---|", f"| found by both | {both} |", f"| by tealer alone | {missed} |",
        f"| by tealer, where there is nothing to find (the reason is in the row) | {sum(len(row['not']) for row in every)} |",
        f"| by `check` alone, in classes of tealer's too | {sum(extra[name] for names in {n for n in CLASSES.values()} for name in set(names))} |",
        f"| by `check` alone, in classes of its own | {sum(count for name, count in extra.items() if not any(name in names for names in CLASSES.values()))} |", "",
        "The detectors and their checks:", "", "| tealer | `check` |", "|---|---|",
    ]
    lines += [f"| {detector} | {', '.join(names)} |" for detector, names in CLASSES.items()]
    for title, rows in groups:
        lines += ["", f"## {title}", "", table(rows)]
    return "\n".join(lines) + "\n"


def options(parser):
    parser.add_argument("folders", metavar="FOLDER", nargs="*", type=Path, help="searched for further *.teal")
    parser.add_argument("--to", metavar="FILE", type=Path, default=ROOT / "docs" / "reports" / "tealer.md", help="where the page is written [docs/reports/tealer.md]")


def run(arguments):
    python, source = os.environ.get("PNP_TEALER"), os.environ.get("PNP_TEALER_SOURCE")
    if not python or not source:
        cannot("PNP_TEALER and PNP_TEALER_SOURCE must be set (see --help)")
    program, compared = contract_program(profile="release"), []
    with tempfile.TemporaryDirectory(prefix="pnp-tealer-") as folder:
        subprocess.run([python, "-c", EXTRACT, source, folder], check=True)
        groups = [("tealer's own corpus", sorted(Path(folder).glob("*.teal"))), ("This contract", sorted((ROOT / "teal").glob("*.teal")))]
        groups += [(f"Programs in `{it.name}`", sorted(it.rglob("*.teal"))) for it in arguments.folders]
        for title, paths in groups:
            compared.append((title, [(path.stem, compare(python, program, path)) for path in paths]))
    arguments.to.write_text(page(compared))
    missed = [(name, row["missed"]) for _, rows in compared for name, row in rows if row["missed"]]
    for name, detectors in missed:
        print(f"missed: {name}: {', '.join(detectors)}")
    failed = [(name, row["error"]) for _, rows in compared for name, row in rows if row["error"]]
    for name, error in failed:
        print(f"no answer: {name}: {error}")
    print(f"{sum(len(rows) for _, rows in compared)} sources, {len(missed)} with something missed")
    return 1 if missed or failed else 0
