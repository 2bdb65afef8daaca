"""The clients whose sessions are recorded. Each does the same with any node, whose URL, token and rich account it is given."""
import contextlib
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from judge.node import TOKEN
from judge.paths import ROOT, oracle
from judge.peer import Failed

CLIENTS = ROOT / "tests" / "clients"


def environment(url, seed, **more):
    """What a client finds the node and the rich account by."""
    server, port = url.rsplit(":", 1)
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
    return kept | {"ALGOD_SERVER": server, "ALGOD_PORT": port, "ALGOD_TOKEN": TOKEN, "RICH_SEED": seed.hex(), "PYTHONPATH": str(ROOT / "tools"),
                   "PYTHONWARNINGS": "ignore", "NODE_NO_WARNINGS": "1"} | more


def finish(command, env, cwd=None, may_fail=False):
    done = subprocess.run([str(it) for it in command], env=env, cwd=cwd, capture_output=True, text=True, errors="replace", timeout=300)
    if done.returncode != 0 and not may_fail:
        raise Failed(f"{' '.join(map(str, command[:3]))} ended with {done.returncode}: {(done.stderr or done.stdout).strip()[-600:]}")
    return done.stdout


@contextlib.contextmanager
def funding(folder):
    """A program `account fund ADDRESS`, which the client tests call to get money."""
    program = Path(folder) / "fund"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m judge.sessions.fund "$@"\n')
    program.chmod(0o755)
    yield str(program)


def python_sdk(url, seed, folder):
    """The client test with py-algorand-sdk: an asset, an application, bills, refusals."""
    with funding(folder) as program:
        finish([sys.executable, CLIENTS / "python" / "usage.py", "--cost"], environment(url, seed, PNP_CONTRACT=program))


def python_reads(url, seed, folder):
    """Every call of py-algorand-sdk's algod client, good and bad."""
    finish([sys.executable, CLIENTS / "python" / "reads.py"], environment(url, seed))


def fetch_javascript(url, seed):
    if not (CLIENTS / "javascript" / "node_modules").exists():
        finish(["npm", "ci", "--prefix", CLIENTS / "javascript", "--no-audit", "--no-fund", "--silent"], environment(url, seed))


def javascript_sdk(url, seed, folder):
    """The client test with algosdk."""
    fetch_javascript(url, seed)
    with funding(folder) as program:
        finish(["node", CLIENTS / "javascript" / "usage.mjs"], environment(url, seed, PNP_CONTRACT=program))


def javascript_reads(url, seed, folder):
    """algosdk's algod client, call by call."""
    fetch_javascript(url, seed)
    finish(["node", CLIENTS / "javascript" / "reads.mjs"], environment(url, seed))


def algokit_utils(url, seed, folder):
    """AlgoKit's utilities for Python, with the packages of the folder that ALGOKIT_VENV names."""
    finish([Path(os.environ["ALGOKIT_VENV"]) / "bin" / "python", CLIENTS / "python" / "utils.py"], environment(url, seed))


# What goal is asked; APP, ASSET, RICH, OTHER and TXID are filled in.
GOAL = """node status
node lastround
node generatep2pid
node wait -w 1
ledger supply
ledger block 1
ledger block 1 --raw
ledger block 9999
account balance -a RICH
account balance -a OTHER
account dump -a RICH
account info -a RICH
account info -a OTHER
account assetdetails -a OTHER
account listpartkeys
account partkeyinfo
asset info --assetid ASSET
asset info --assetid 99999
app info --app-id APP
app info --app-id 99999
app read --app-id APP --global
app read --app-id APP --local --from OTHER
app box list --app-id APP
app box info --app-id APP --name str:box
app box info --app-id APP --name str:none
clerk compile program.teal
clerk rawsend -f once.stxn
clerk rawsend -f once.stxn
clerk simulate -t simulated.txn --allow-empty-signatures
clerk simulate -t simulated.txn --allow-empty-signatures --full-trace --allow-unnamed-resources
clerk inspect once.stxn
clerk send -a 12345 -f RICH -t OTHER -n sent
clerk send -a 1 -f OTHER -t RICH --fee 1
clerk send -a 99999999999999999 -f OTHER -t RICH
clerk send -a 7 -f RICH -t OTHER -o unsigned.txn
clerk sign -i unsigned.txn -o signed.txn
clerk rawsend -f signed.txn
asset create --creator RICH --total 100 --unitname GOAL --name goal --decimals 0
asset send -a 5 -f RICH -t OTHER --assetid ASSET
asset send -a 5 -f RICH -t OTHER --assetid 99999
asset freeze --freezer RICH --account OTHER --assetid ASSET --freeze=true
app create --creator RICH --approval-prog program.teal --clear-prog program.teal --global-byteslices 1 --global-ints 1 --local-byteslices 0 --local-ints 0
app call --app-id APP --from RICH --app-arg str:log
app call --app-id APP --from RICH --app-arg str:fail
app call --app-id 99999 --from RICH
app optin --app-id APP --from RICH
app closeout --app-id APP --from OTHER
account list
account assetdetails -a RICH
node catchup 1000#AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"""


def goal(url, seed, folder):
    """goal, with a data folder that leads to the proxy."""
    from judge.sessions.fund import prepared

    data = Path(folder) / "goal"
    data.mkdir()
    world = prepared(url, seed, data)
    (data / "algod.net").write_text(url.split("//")[1])
    for name in ("algod.token", "algod.admin.token"):
        (data / name).write_text(TOKEN)
    (data / "genesis.json").write_bytes(world.pop("genesis"))
    (data / "program.teal").write_text("#pragma version 11\nint 1\n")
    env = environment(url, seed)
    env["PATH"] = f"{oracle()}:{env.get('PATH', '')}"
    goal = lambda *words, **more: finish([oracle("goal"), *words, "-d", data], env, cwd=data, **more)
    # Keys are kept by a kmd beside the data folder, which speaks to no node.
    kmd = data / "kmd-v0.5"
    kmd.mkdir(mode=0o700)
    (kmd / "kmd_config.json").write_text('{"address": "127.0.0.1:0"}')
    goal("kmd", "start", "-t", "0")
    try:
        goal("wallet", "new", "session", "--unencrypted", "--no-display-seed")
        for name in ("RICH_WORDS", "OTHER_WORDS"):
            goal("account", "import", "-m", world[name])
        for line in GOAL.split("\n"):
            # Some of them are to fail; what counts is what the node answers.
            goal(*(world.get(word, word) for word in line.split()), may_fail=True)
    finally:
        goal("kmd", "stop", may_fail=True)


SESSIONS = {
    "python-sdk": python_sdk,
    "python-reads": python_reads,
    "javascript-sdk": javascript_sdk,
    "javascript-reads": javascript_reads,
    "algokit-utils": algokit_utils,
    "goal": goal,
}
