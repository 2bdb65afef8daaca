"""Signers with different programs sign one bundle of this project's, in every order: this program, py-algorand-sdk, algosdk for
JavaScript, and goal where it is there. One key fewer than there are signers is enough.

For every order of all signers, and of one fewer: the file goes from one to the next, each adds a signature in its own program's
way, and the last one's file is sent by `multisig submit`. For every order of all signers once more: each signs a copy, the program
of the first merges them, and `submit` sends what it wrote. Every second bundle is for a contract whose creator was rekeyed to
the signers. Each changes the contract's limits, which is read from the chain afterwards.

Speaks to the algod that ALGOD_SERVER, ALGOD_PORT and ALGOD_TOKEN name, with the program in PNP_CONTRACT. With GOAL, the path
of goal, and ALGORAND_DATA, the data folder of that algod, goal's wallet is a signer too. Ends with 0 when every bundle was sent.
"""

import base64
import itertools
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import warnings

from algosdk import account, encoding, transaction

HERE = pathlib.Path(__file__).resolve().parent
JAVASCRIPT = HERE.parent / "javascript" / "signer.mjs"
WALLET = ["-w", "unencrypted-default-wallet"]
# `sign` is what most programs call; its successor writes the same.
warnings.simplefilter("ignore", DeprecationWarning)
WORK = pathlib.Path(tempfile.mkdtemp())
FIRST_RATE = 999


def run(*command, folder=WORK, **more):
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, **more)
    if done.returncode:
        sys.exit(f"FAILED: {' '.join(map(str, command))}\n{done.stdout}{done.stderr}")
    return done.stdout


class Ours:
    """This program: a folder of its own with the signer's key."""

    def __init__(self):
        self.folder = WORK / "ours"
        self.folder.mkdir()
        self.address = self.run("account", "new", "alice")["address"]

    def run(self, *words):
        program = (os.environ["PNP_CONTRACT"], "--json", "--net", "localnet", *map(str, words))
        return json.loads(run(*program, folder=self.folder, env={**os.environ, "PNP_KEYSTORE": "off"}))

    def sign(self, file):
        self.run("multisig", "sign", file, "--as", "alice", "--yes", "--offline")

    def merge(self, copies, into):
        self.run("multisig", "merge", *copies, "--out", into)


class Python:
    """py-algorand-sdk with its own reader and writer of files."""

    def __init__(self):
        self.key, self.address = account.generate_account()

    def sign(self, file):
        (bundle,) = transaction.retrieve_from_file(file)
        bundle.sign(self.key)
        transaction.write_to_file([bundle], file)

    def merge(self, copies, into):
        copies = [transaction.retrieve_from_file(copy)[0] for copy in copies]
        transaction.write_to_file([transaction.MultisigTransaction.merge(copies)], into)


class JavaScript:
    """algosdk for JavaScript, in a program of its own."""

    def __init__(self):
        self.key, self.address = account.generate_account()

    def sign(self, file):
        run("node", JAVASCRIPT, "sign", file, env={**os.environ, "SIGNER_KEY": base64.b64decode(self.key).hex()})

    def merge(self, copies, into):
        run("node", JAVASCRIPT, "merge", into, *copies)


class Goal:
    """goal, with the signer's key in kmd."""

    def __init__(self):
        self.goal = os.environ["GOAL"]
        self.address = re.search("[A-Z2-7]{58}", run(self.goal, "account", "new", *WALLET))[0]

    def sign(self, file):
        run(self.goal, "clerk", "multisig", "sign", *WALLET, "-t", file, "-a", self.address)

    def merge(self, copies, into):
        run(self.goal, "clerk", "multisig", "merge", "-o", into, *copies)


def contracts(ours, sender):
    """Writes the bundle of a contract that the signers make; answers with another one, whose creator is to be rekeyed to them."""
    ours.run("account", "fund", sender, "--amount", 10)
    asset = ours.run("asset", "create")["asset"]["asset_id"]
    ours.run("deploy", "--multisig", "all", "--asset", asset, "--out", "deploy.msig")
    return ours.run("deploy", "--new", "--asset", asset, "--name", "Rekeyed")["contract"]["app_id"]


def main():
    signers = {"this program": Ours(), "py-algorand-sdk": Python(), "algosdk": JavaScript()}
    if os.environ.get("GOAL") and os.environ.get("ALGORAND_DATA"):
        signers["goal"] = Goal()
    ours, enough = signers["this program"], len(signers) - 1
    sender = ours.run("multisig", "new", "--threshold", enough, "--name", "all", *(one.address for one in signers.values()))["address"]
    rekeyed = contracts(ours, sender)
    for name in itertools.islice(signers, enough):
        signers[name].sign(ours.folder / "deploy.msig")
    apps = [ours.run("multisig", "submit", "deploy.msig")["app"], rekeyed]
    ours.run("account", "rekey", "creator", "--to", "all")

    sent = 0

    def change(names, sign):
        """One bundle: written, signed by `sign`, sent, and found on the chain."""
        nonlocal sent
        app, rate, file = apps[sent % 2], FIRST_RATE - sent, ours.folder / f"{sent}.msig"
        ours.run("params", "--app", app, "--max-rate", rate, "--multisig", "all", "--out", file)
        signed = sign(file)
        ours.run("multisig", "submit", signed)
        found = ours.run("status", "--app", app)["contract"]["parameters"]["max_rate"]
        if found != rate:
            sys.exit(f"FAILED: {' > '.join(names)}: max_rate is {found}, not {rate}")
        sent += 1
        print(f"ok {sent} - {' > '.join(names)}", flush=True)

    def passed_on(order):
        def sign(file):
            for name in order:
                signers[name].sign(file)
            return file
        return sign

    def merged(order):
        def sign(file):
            copies = [file.with_suffix(f".{number}") for number, _ in enumerate(order)]
            for name, copy in zip(order, copies):
                shutil.copy(file, copy)
                signers[name].sign(copy)
            signers[order[0]].merge(copies, file.with_suffix(".merged"))
            return file.with_suffix(".merged")
        return sign

    for count in (len(signers), enough):
        for order in itertools.permutations(signers, count):
            change(order, passed_on(order))
    for order in itertools.permutations(signers):
        change((*order, f"merged by {order[0]}"), merged(order))
    print(f"{sent} orders of {len(signers)} signers passed")


try:
    main()
finally:
    shutil.rmtree(WORK)
