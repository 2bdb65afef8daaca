"""Measures this project and, where the reference's programs are available, the reference beside it in the same run.

Every figure is a median; what is compared is measured alternately, so that a busy machine is busy for both. Our side is built with
the cargo profile that --profile names, and the table says which it was.

Environment:
  PNP_ORACLE        the folder of the reference's programs (tealoracle, algod, goal, kmd); without it there is one column
  CARGO             the cargo to build our side with

Exit code: 0 if all is measured, 1 if something could not be, 2 if the command cannot be run
"""
import datetime, json, os, platform, subprocess, sys, tempfile
from pathlib import Path

from judge.bench.heartbeats import measure as gateway
from judge.bench.measures import embedded, networks, teal
from judge.bench.table import Table
from judge.networks import Ports
from judge.paths import build, cannot, oracle, target
from judge.peer import Peer

PROGRAMS = ("pnp-contract", "signer", "answer", "heartbeats")


def options(parser):
    parser.add_argument("--profile", default="dist", help="the cargo profile of our side [%(default)s]")
    parser.add_argument("--runs", type=int, default=9, help="measurements of a figure [%(default)s]")
    parser.add_argument("--only", metavar="WORD", default="", help="only the rows whose name contains this")
    parser.add_argument("--gateway", action="store_true", help="the gateway alone: some minutes, and gigabytes of disk")
    parser.add_argument("--wallets", type=int, default=1_000_000, help="of the gateway's store [%(default)s]")
    parser.add_argument("--sessions", type=int, default=100_000, help="that are open there [%(default)s]")
    parser.add_argument("--ticks", type=int, default=5_000_000, help="that were charged before [%(default)s]")
    parser.add_argument("--rate", type=int, default=8_000, help="heartbeats a second; 0: as many as are answered [%(default)s]")
    parser.add_argument("--seconds", type=int, default=300, help="of heartbeats [%(default)s]")
    parser.add_argument("--port", metavar="N", type=int, help="the first of the free ports for networks [any]")
    parser.add_argument("--json", metavar="FILE", type=Path, help="where the figures are written too")
    parser.add_argument("--no-build", action="store_true", help="take the programs as they were built before")


def versions(program, with_reference):
    first = lambda command: subprocess.run(command, capture_output=True, text=True).stdout.strip().splitlines()
    theirs = first([oracle("algod"), "-v"])[1].split(" ")[0].removesuffix(".") if with_reference else None
    return first([program, "--version"])[0], theirs and f"go-algorand {theirs}"


def processor():
    """The processor's name, as the system reports it."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        return next(line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.machine()


def run(arguments):
    if arguments.no_build:
        paths = [target(arguments.profile) / name for name in PROGRAMS]
        if missing := [str(path) for path in paths if not path.exists()]:
            cannot(f"not built with the profile {arguments.profile}: {', '.join(missing)}")
    else:
        paths = build(arguments.profile, *PROGRAMS)
    program, signer, answer = str(paths[0]), Peer(paths[1]), Peer(paths[2])
    with_reference, ports, table = bool(os.environ.get("PNP_ORACLE")), Ports(arguments.port), Table(arguments.only)
    version, reference_version = versions(program, with_reference)
    facts = {
        "date": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M UTC"),
        "machine": f"{processor()}, {os.cpu_count()} cores, {platform.system()} {platform.release()}",
        "load": f"{os.getloadavg()[0]:.1f}", "runs": arguments.runs, "ours": version, "profile": arguments.profile,
        "reference": reference_version,
    }
    if arguments.gateway:
        with tempfile.TemporaryDirectory(prefix="pnp-bench-") as folder, table.attempt():
            gateway(table, program, paths[3], folder, arguments.wallets, arguments.sessions, arguments.ticks, arguments.rate,
                    arguments.seconds)
        return report(arguments, table, facts)
    tools = [answer, Peer(oracle("tealoracle")) if with_reference else None]
    with table.attempt():
        teal(table, tools, arguments.runs)
    with tempfile.TemporaryDirectory(prefix="pnp-bench-") as folder:
        with table.attempt():
            networks(table, program, signer, with_reference, ports, arguments.runs, Path(folder))
        embedded(table, program, arguments.runs, Path(folder))
    size = lambda *files: sum(os.path.getsize(file) for file in files)
    theirs = size(*map(oracle, ("algod", "goal", "kmd"))) if with_reference else None
    table.add("size of the program", "B", size(program), theirs, "reference: algod, goal and kmd" if with_reference else None)
    for tool in (signer, *tools):
        if tool:
            tool.close()
    return report(arguments, table, facts)


def report(arguments, table, facts):
    """Shows the figures; the exit code."""
    print(file=sys.stderr)
    table.show(facts)
    for problem in table.problems:
        print(f"not measured: {problem}", file=sys.stderr)
    if arguments.json:
        arguments.json.write_text(json.dumps(facts | {"rows": table.rows, "not_measured": table.problems}, indent=1) + "\n")
    return 1 if table.problems else 0
