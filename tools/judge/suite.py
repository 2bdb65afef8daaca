"""Plays the contract suite on the embedded network and on a network that runs, and compares them step by step.

Compared are verdicts, opcode costs and final states. The network is what listens on LocalNet's ports, or where the environment
says: AlgoKit LocalNet, a real algod with kmd, `pnp-contract localnet run`.

Environment:
  ALGOD_SERVER, ALGOD_PORT, KMD_PORT    the network [http://localhost, 4001, 4002]
  PNP_CONTRACT      our program [built here in debug form]
  CARGO             the cargo to build it with

Exit code: 0 if all scenarios pass and are alike, 1 if some fail or differ, 2 if the command cannot be run
"""
import json, subprocess, tempfile
from pathlib import Path

from judge.paths import cannot, contract_program


def options(parser):
    parser.add_argument("files", metavar="FILE", nargs="*", type=Path, help="scenarios to play [the contract suite]")


def played(program, net, files):
    """The suite's document on a network."""
    with tempfile.TemporaryDirectory(prefix="pnp-suite-") as folder:
        ran = subprocess.run([program, "--net", net, "--json", "--quiet", "test", *map(Path.resolve, files)], cwd=folder,
                             capture_output=True, text=True)
    try:
        document = json.loads(ran.stdout)
    except json.JSONDecodeError:
        cannot(f"{net}: {ran.stdout[-500:]}{ran.stderr[-500:]}")
    if "error" in document:
        cannot(f"{net}: {document['error']['message']}")
    steps = sum(len(scenario.get("transcript", {}).get("steps", [])) for scenario in document["scenarios"])
    print(f"{net}: {document['passed']} passed, {document['failed']} failed, {steps} steps, {document['milliseconds']} ms")
    return document


def run(arguments):
    program = contract_program()
    ours, theirs = played(program, "embedded", arguments.files), played(program, "localnet", arguments.files)
    different = [left["scenario"] for left, right in zip(ours["scenarios"], theirs["scenarios"]) if left != right]
    for scenario in different:
        print(f"differs: {scenario}")
    print(f"{len(different)} of {len(ours['scenarios'])} scenarios differ")
    return 1 if different or ours["failed"] or theirs["failed"] else 0
