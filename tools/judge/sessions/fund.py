"""Money for the clients of a session, and a little life for those that only read: `python3 -m judge.sessions.fund account fund ADDRESS`."""
import base64
import hashlib
import os
import sys

from algosdk import logic, mnemonic, transaction as t
from algosdk.v2client import algod

from judge.node import TOKEN, Node
from judge.rest.programs import APPROVAL, CLEAR
from judge.rest.story import key_pair


def client_of_environment():
    return algod.AlgodClient(TOKEN, f"{os.environ['ALGOD_SERVER']}:{os.environ['ALGOD_PORT']}"), key_pair(bytes.fromhex(os.environ["RICH_SEED"]))


def fund(client, rich, address, amount=100_000_000):
    key, sender = rich
    return t.wait_for_confirmation(client, client.send_transaction(t.PaymentTxn(sender, client.suggested_params(), address, amount).sign(key)), 4)


def account_of(name):
    return key_pair(hashlib.sha256(b"session " + name.encode()).digest())


def life(client, rich):
    """An asset, an application with state and a box, and who has them."""
    other_key, other = account_of("other")
    fund(client, rich, other)
    params, key, sender = client.suggested_params(), *rich
    send = lambda txn, key=key: t.wait_for_confirmation(client, client.send_transaction(txn.sign(key)), 4)
    asset = send(t.AssetCreateTxn(sender, params, 1000, 2, False, unit_name="SES", asset_name="Session <&>", manager=sender))["asset-index"]
    send(t.AssetOptInTxn(other, params, asset), other_key)
    approval, clear = (base64.b64decode(client.compile(source)["result"]) for source in (APPROVAL, CLEAR))
    schema = t.StateSchema(4, 4)
    app = send(t.ApplicationCreateTxn(sender, params, t.OnComplete.NoOpOC, approval, clear, schema, schema))["application-index"]
    fund(client, rich, logic.get_application_address(app), 1_000_000)
    send(t.ApplicationOptInTxn(other, params, app), other_key)
    return {"app": app, "asset": asset, "other": other, "other_key": other_key, "rich": sender, "rich_key": key}


def prepared(url, seed, folder):
    """A network with some life, and files of transactions for goal."""
    client, rich = algod.AlgodClient(TOKEN, url), key_pair(seed)
    world = life(client, rich)
    params = client.suggested_params()
    once = t.PaymentTxn(world["rich"], params, world["other"], 1, note=b"once")
    t.write_to_file([once.sign(world["rich_key"])], str(folder / "once.stxn"))
    call = t.ApplicationNoOpTxn(world["rich"], params, world["app"], [b"log"])
    t.write_to_file([t.SignedTransaction(call, None)], str(folder / "simulated.txn"))
    return {"APP": str(world["app"]), "ASSET": str(world["asset"]), "RICH": world["rich"], "OTHER": world["other"],
            "RICH_WORDS": mnemonic.from_private_key(world["rich_key"]), "OTHER_WORDS": mnemonic.from_private_key(world["other_key"]), "genesis": Node(url).content("GET", "/genesis")}


if __name__ == "__main__":
    client, rich = client_of_environment()
    fund(client, rich, sys.argv[-1])
