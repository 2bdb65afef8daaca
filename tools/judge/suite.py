#!/usr/bin/env bash
# Plays the contract suite on the embedded network and on what listens on LocalNet's ports (or where ALGOD_SERVER,
# ALGOD_PORT and KMD_PORT say), and compares verdicts, opcode costs and final states, step by step.
set -euo pipefail
cd "$(dirname "$0")/.."
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
${CARGO:-cargo} build --quiet
pnp=${CARGO_TARGET_DIR:-target}/debug/pnp-contract
"$pnp" --net embedded --json --quiet test > "$work/embedded.json" || [ $? = 3 ]
"$pnp" --net localnet --json --quiet test > "$work/localnet.json" || [ $? = 3 ]
python3 - "$work/embedded.json" "$work/localnet.json" <<'PYTHON'
import json, sys
ours, theirs = (json.load(open(path)) for path in sys.argv[1:])
for name, run in (("embedded", ours), ("localnet", theirs)):
    if "error" in run:
        sys.exit(f"{name}: {run['error']['message']}")
    steps = sum(len(s.get("transcript", {}).get("steps", [])) for s in run["scenarios"])
    print(f"{name}: {run['passed']} passed, {run['failed']} failed, {steps} steps, {run['milliseconds']} ms")
different = [s["scenario"] for s, t in zip(ours["scenarios"], theirs["scenarios"]) if s != t]
for scenario in different:
    print(f"differs: {scenario}")
print(f"{len(different)} of {len(ours['scenarios'])} scenarios differ")
sys.exit(1 if different or ours["failed"] or theirs["failed"] else 0)
PYTHON
