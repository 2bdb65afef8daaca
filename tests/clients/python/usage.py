"""The contract's life with py-algorand-sdk, a client this project did not write: create, opt in, bill.

Speaks to the algod that ALGOD_SERVER, ALGOD_PORT and ALGOD_TOKEN name. New accounts are funded by the command
in PNP_CONTRACT (`account fund ADDRESS --net localnet`). Ends with 0 when every answer was the expected one.
"""

import base64
import os
import pathlib
import re
import subprocess
import sys
import time

from algosdk import account, encoding, error, transaction
from algosdk.atomic_transaction_composer import AccountTransactionSigner
from algosdk.v2client import algod

ROOT = pathlib.Path(__file__).resolve().parents[3]
TEMPLATE = {"TMPL_UPDATABLE": "1", "TMPL_DELETABLE": "1", "TMPL_ORDERED_TICKS": "1"}

client = algod.AlgodClient(
    os.environ.get("ALGOD_TOKEN", "a" * 64),
    f"{os.environ.get('ALGOD_SERVER', 'http://localhost')}:{os.environ.get('ALGOD_PORT', '4001')}",
)
passed = 0


def check(what, holds):
    global passed
    if not holds:
        sys.exit(f"FAILED: {what}")
    passed += 1
    print(f"ok {passed} - {what}")


def fund(address):
    subprocess.run([os.environ["PNP_CONTRACT"], "--net", "localnet", "account", "fund", address], check=True,
                   stdout=subprocess.DEVNULL)


def new_account():
    key, address = account.generate_account()
    fund(address)
    return key, address


def program(name):
    source = (ROOT / "teal" / name).read_text()
    for variable, value in TEMPLATE.items():
        source = re.sub(rf"\b{variable}\b", value, source)
    return base64.b64decode(client.compile(source)["result"])


def send(group, *keys):
    """Signs and sends a group; answers with the first transaction's pending information."""
    if len(group) > 1:
        transaction.assign_group_id(group)
    signed = [AccountTransactionSigner(key).sign_transactions([txn], [0])[0] for txn, key in zip(group, keys)]
    return transaction.wait_for_confirmation(client, client.send_transactions(signed), 4)


def number(value):
    return value.to_bytes(8, "big")


def main():
    creator_key, creator = new_account()
    user_key, user = new_account()
    provider_key, provider = new_account()
    platform_key, platform = new_account()
    params = client.suggested_params()
    check("the genesis id is LocalNet's", params.gen == "dockernet-v1")

    made = send([transaction.AssetCreateTxn(creator, params, 10_000_000, 2, False, unit_name="PLY",
                                            asset_name="PlayCoin")], creator_key)
    asset = made["asset-index"]
    for key, address in ((user_key, user), (provider_key, provider), (platform_key, platform)):
        send([transaction.AssetOptInTxn(address, params, asset)], key)
    send([transaction.AssetTransferTxn(creator, params, user, 100_000, asset)], creator_key)

    app = send([transaction.ApplicationCreateTxn(
        creator, params, transaction.OnComplete.NoOpOC,
        program("usage_approval.teal"), program("usage_clear.teal"),
        transaction.StateSchema(4, 2), transaction.StateSchema(0, 1),
        [encoding.decode_address(provider), encoding.decode_address(platform), 500, 1, 1000, asset],
    )], creator_key)["application-index"]
    check("the application exists", client.application_info(app)["params"]["creator"] == creator)

    send([transaction.ApplicationOptInTxn(user, params, app)], user_key)
    state = client.account_application_info(user, app)["app-local-state"]
    check("last_tick starts as empty bytes",
          state["key-value"] == [{"key": "bGFzdF90aWNr", "value": {"bytes": "", "type": 1, "uint": 0}}])

    def bill(tick, units, unit_price, fee=None, to=provider):
        params = client.suggested_params()
        gross = units * unit_price
        fee = gross * 500 // 10_000 if fee is None else fee
        call = transaction.ApplicationNoOpTxn(user, params, app, [tick, units, unit_price, asset],
                                              foreign_assets=[asset])
        return send([call,
                     transaction.AssetTransferTxn(user, params, to, gross - fee, asset),
                     transaction.AssetTransferTxn(user, params, platform, fee, asset)],
                    user_key, user_key, user_key)

    tick = f"tick_{int(time.time() * 1000)}_1".encode()
    done = bill(tick, 3, 200)
    check("a bill is confirmed", done["confirmed-round"] > 0)
    check("the provider has gross - fee", client.account_asset_info(provider, asset)["asset-holding"]["amount"] == 570)
    check("the platform has the fee", client.account_asset_info(platform, asset)["asset-holding"]["amount"] == 30)
    delta = done["local-state-delta"][0]
    check("the bill's delta names the tick", base64.b64decode(delta["delta"][0]["value"]["bytes"]) == tick)

    for what, attempt in {
        "a replayed tick": lambda: bill(tick, 3, 200),
        "a price over max_rate": lambda: bill(tick + b"2", 1, 1001),
        "a fee that is too small": lambda: bill(tick + b"2", 3, 200, fee=29),
        "a wrong receiver": lambda: bill(tick + b"2", 3, 200, to=creator),
    }.items():
        try:
            attempt()
        except error.AlgodHTTPError as refusal:
            text = str(refusal)
            check(f"{what} is refused: {re.search('logic eval error: [^.]*', text).group(0)}",
                  re.search(r"transaction [A-Z2-7]{52}: logic eval error: .*\. Details: .*pc=\d+", text))
        else:
            sys.exit(f"FAILED: {what} was accepted")
    check("nothing moved", client.account_asset_info(user, asset)["asset-holding"]["amount"] == 99_400)

    if "--cost" in sys.argv:
        print(simulated_cost(app, asset, user, user_key, provider, platform))
    print(f"{passed} passed, 0 failed")


def simulated_cost(app, asset, user, user_key, provider, platform):
    params = client.suggested_params()
    group = [transaction.ApplicationNoOpTxn(user, params, app, [b"tick_9", 1, 100, asset], foreign_assets=[asset]),
             transaction.AssetTransferTxn(user, params, provider, 95, asset),
             transaction.AssetTransferTxn(user, params, platform, 5, asset)]
    transaction.assign_group_id(group)
    answer = client.simulate_raw_transactions(AccountTransactionSigner(user_key).sign_transactions(group, [0, 1, 2]))
    return f"opcode cost of a bill: {answer['txn-groups'][0]['app-budget-consumed']}"


if __name__ == "__main__":
    main()
