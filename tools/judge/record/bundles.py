"""Records what other signers' programs write of a multisignature's transactions, and how goal reads it.

Writes tests/vectors/types/bundles.json: bundles of py-algorand-sdk and of two versions of algosdk, and forms that no known
program writes; each with goal's canonical bytes or its refusal, and with what this project makes of it. Needs node and npm.

Environment:
  PNP_ORACLE        the folder of the reference's programs

Exit code: 0 if the file is written, 1 if goal reads something else than the canonical bytes, 2 if the command cannot be run
"""
import base64, datetime, hashlib, json, subprocess, tempfile
from importlib.metadata import version
from pathlib import Path

import msgpack
from algosdk import account, encoding, transaction
from nacl.signing import SigningKey

from judge.paths import REFERENCE, VECTORS, oracle
from judge.record import bundle_forms
from judge.record.writing import to_option, write

ALGOSDK = ("2.11.0", "3.8.0")
SCRIPT = Path(__file__).with_name("bundles.cjs")
SEEDS = [bytes([seed]) * 32 for seed in (1, 2, 3)]


def options(parser):
    to_option(parser, VECTORS / "types" / "bundles.json")


def text(data):
    return base64.b64encode(data).decode()


def keys():
    """The three signers' keys as py-algorand-sdk has them, and their addresses."""
    private = [text(seed + bytes(SigningKey(seed).verify_key)) for seed in SEEDS]
    return private, [account.address_from_private_key(key) for key in private]


def transactions(sender, other):
    """Transactions of every kind, by name; some of an account that was rekeyed."""
    params = transaction.SuggestedParams(1000, 10, 1010, text(bytes([7] * 32)), "dockernet-v1", flat_fee=True)
    none, schema = transaction.OnComplete.NoOpOC, transaction.StateSchema(1, 0)
    stranger = encoding.encode_address(bytes([9] * 32))
    call = transaction.ApplicationCallTxn
    return {
        "pay": transaction.PaymentTxn(sender, params, other, 5),
        "pay-nothing": transaction.PaymentTxn(sender, params, other, 0),
        "pay-close": transaction.PaymentTxn(sender, params, other, 1, close_remainder_to=other, note=b"all", lease=bytes([3] * 32)),
        "pay-rekey": transaction.PaymentTxn(sender, params, other, 1, rekey_to=other),
        "pay-rekeyed": transaction.PaymentTxn(stranger, params, other, 5),
        "axfer": transaction.AssetTransferTxn(sender, params, other, 7, 1001),
        "axfer-optin": transaction.AssetTransferTxn(sender, params, sender, 0, 1001),
        "axfer-clawback": transaction.AssetTransferTxn(sender, params, other, 7, 1001, revocation_target=stranger),
        "acfg-create": transaction.AssetConfigTxn(sender, params, total=10, default_frozen=False, unit_name="U", asset_name="Name",
                                                  manager=sender, decimals=0, strict_empty_address_check=False),
        "acfg-destroy": transaction.AssetConfigTxn(sender, params, index=1001, strict_empty_address_check=False),
        "afrz": transaction.AssetFreezeTxn(sender, params, 1001, other, True),
        "afrz-thaw": transaction.AssetFreezeTxn(sender, params, 1001, other, False),
        "keyreg": transaction.KeyregOnlineTxn(sender, params, text(bytes([4] * 32)), text(bytes([5] * 32)), 1, 3000, 55,
                                              sprfkey=text(bytes([6] * 64))),
        "keyreg-offline": transaction.KeyregOfflineTxn(sender, params),
        "appl-create": call(sender, params, 0, none, local_schema=schema, global_schema=schema, approval_program=b"\x0b\x81\x01",
                            clear_program=b"\x0b\x81\x01", extra_pages=1),
        "appl-noop": call(sender, params, 1002, none, app_args=[b"bill", (5).to_bytes(8, "big")]),
        "appl-rekeyed": call(stranger, params, 1002, none, app_args=[b"bill"]),
        "appl-many": call(sender, params, 1002, none, app_args=[b"", b"x"], accounts=[other], foreign_apps=[1003],
                          foreign_assets=[1001], boxes=[(0, b"box"), (1003, b"")]),
        "appl-update": call(sender, params, 1002, transaction.OnComplete.UpdateApplicationOC, approval_program=b"\x0b\x81\x01",
                            clear_program=b"\x0b\x81\x01"),
        "appl-delete": call(sender, params, 1002, transaction.OnComplete.DeleteApplicationOC),
    }


def by_python(signers, addresses, one):
    """How py-algorand-sdk's own writers write a transaction with the signatures of these signers."""
    bundle = transaction.MultisigTransaction(one, transaction.Multisig(1, 2, addresses))
    for key in signers:
        bundle.sign(key)
    with tempfile.NamedTemporaryFile() as file:
        transaction.write_to_file([bundle], file.name)
        written = Path(file.name).read_bytes()
    return {"write_to_file": written, "msgpack_encode": base64.b64decode(encoding.msgpack_encode(bundle))}


def by_javascript(folder, release, questions):
    """What algosdk writes: an answer for each question."""
    subprocess.run(["npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", folder, f"algosdk@{release}"], check=True)
    asked = subprocess.run(["node", SCRIPT, folder], input=json.dumps(questions), capture_output=True, text=True, check=True)
    return [{name: bytes.fromhex(written) for name, written in answer.items()} for answer in json.loads(asked.stdout)]


def by_goal(written):
    """What goal makes of a bundle: the bytes that it writes, or its refusal."""
    with tempfile.TemporaryDirectory() as folder:
        given, made = Path(folder, "in"), Path(folder, "out")
        given.write_bytes(written)
        run = subprocess.run([oracle("goal"), "clerk", "multisig", "merge", "-o", made, given], capture_output=True, text=True)
        if run.returncode or not made.exists():
            return {"refused": (run.stderr or run.stdout).strip().replace(str(given), "FILE").splitlines()[-1]}
        return {"bytes": made.read_bytes().hex()}


def rows():
    """Every bundle: who wrote it, what is in it, its bytes, and what they canonically are."""
    private, addresses = keys()
    sender = transaction.Multisig(1, 2, addresses).address()
    kinds, found, questions = transactions(sender, addresses[0]), [], []
    for name, one in kinds.items():
        for signed in ([], [0], [2, 0]) if name in ("pay", "pay-rekeyed", "appl-noop") else ([1],):
            names = f"{name}, signed by {len(signed)} of 2"
            for writer, written in by_python([private[index] for index in signed], addresses, one).items():
                found.append((f"py-algorand-sdk {version('py-algorand-sdk')} {writer}", names, written))
            questions.append({"transaction": base64.b64decode(encoding.msgpack_encode(one)).hex(), "addresses": addresses,
                              "secrets": [base64.b64decode(private[index]).hex() for index in signed], "name": names})
    for release in ALGOSDK:
        with tempfile.TemporaryDirectory() as folder:
            for question, answer in zip(questions, by_javascript(folder, release, questions)):
                found += [(f"algosdk {release} {writer}", question["name"], written) for writer, written in answer.items()]
    return found


def known(found):
    """The rows that known programs wrote: all mean what goal reads."""
    for writer, name, written in found:
        goal = by_goal(written)
        if "bytes" not in goal:
            raise SystemExit(f"goal refuses {name} of {writer}: {goal}")
        again = bytes.fromhex(goal["bytes"])
        packed = msgpack.packb(msgpack.unpackb(again, raw=False)["txn"], use_bin_type=True)
        txid = base64.b32encode(hashlib.new("sha512_256", b"TX" + packed).digest()).decode().rstrip("=")
        yield {"writer": writer, "name": name, "bytes": written.hex(), "canonical": goal["bytes"], "id": txid}


def made():
    """Forms of one bundle that no known program writes: those that mean the same, and those that do not."""
    private, addresses = keys()
    sender = transaction.Multisig(1, 2, addresses).address()
    one = transactions(sender, addresses[0])["appl-many"]
    canonical = bytes.fromhex(by_goal(by_python(private[:1], addresses, one)["write_to_file"])["bytes"])
    for name, written in bundle_forms.same(canonical):
        goal = by_goal(written)
        if goal.get("bytes", canonical.hex()) != canonical.hex():
            raise SystemExit(f"goal reads another transaction from {name}")
        yield {"name": name, "bytes": written.hex(), "canonical": canonical.hex(), "goal": goal.get("refused", "the same")}
    for name, written in bundle_forms.other(canonical):
        goal = by_goal(written)
        same = {canonical.hex(): "the same"}.get(goal.get("bytes"), "another")
        yield {"name": name, "bytes": written.hex(), "goal": goal.get("refused", same)}


def run(arguments):
    write(arguments.to, {
        "source": "what py-algorand-sdk and algosdk write, read and written again by `goal clerk multisig merge`",
        "version": REFERENCE, "date": datetime.date.today().isoformat(),
        "written": list(known(rows())), "made": list(made()),
    })
