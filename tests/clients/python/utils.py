"""AlgoKit's utilities for Python: payments, an asset, an application with a box, a group, a simulation, a refusal.

`scripts/differential sessions` records it in front of two nodes. It speaks to the algod that ALGOD_SERVER, ALGOD_PORT and ALGOD_TOKEN
name, with the rich account of RICH_SEED.
"""
import base64
import hashlib
import os

from algokit_utils import (
    AlgoAmount, AlgoClientNetworkConfig, AlgorandClient, AppCallParams, AppCreateParams, AssetCreateParams, AssetOptInParams,
    AssetTransferParams, PaymentParams,
)
from algosdk import mnemonic
from algosdk.transaction import OnComplete
from nacl.signing import SigningKey


def words(seed):
    key = SigningKey(seed)
    return mnemonic.from_private_key(base64.b64encode(key.encode() + key.verify_key.encode()).decode())


network = AlgoClientNetworkConfig(server=os.environ["ALGOD_SERVER"], token=os.environ["ALGOD_TOKEN"], port=os.environ["ALGOD_PORT"])
algorand = AlgorandClient.from_config(algod_config=network)
algorand.set_suggested_params_cache_timeout(0)
rich = algorand.account.from_mnemonic(mnemonic=words(bytes.fromhex(os.environ["RICH_SEED"])))
other = algorand.account.from_mnemonic(mnemonic=words(hashlib.sha256(b"session algokit").digest()))
algorand.send.payment(PaymentParams(sender=rich.address, receiver=other.address, amount=AlgoAmount(algo=10)))
asset = algorand.send.asset_create(AssetCreateParams(sender=rich.address, total=1000, decimals=0, asset_name="AlgoKit", unit_name="AK")).asset_id
algorand.send.asset_opt_in(AssetOptInParams(sender=other.address, asset_id=asset))
algorand.send.asset_transfer(AssetTransferParams(sender=rich.address, receiver=other.address, amount=5, asset_id=asset))
algorand.asset.get_by_id(asset)
APPROVAL = """#pragma version 11
txn ApplicationID
bz create
txna ApplicationArgs 0
byte "log"
==
bz box
byte "logged"
log
b done
box:
byte "b"
txna ApplicationArgs 0
box_put
create:
byte "g"
int 3
app_global_put
done:
int 1
"""
created = algorand.send.app_create(AppCreateParams(sender=rich.address, on_complete=OnComplete.NoOpOC, approval_program=APPROVAL, clear_state_program="#pragma version 11\nint 1",
                                                   schema={"global_ints": 1, "global_byte_slices": 0, "local_ints": 0, "local_byte_slices": 0}))
app = created.app_id
algorand.send.payment(PaymentParams(sender=rich.address, receiver=created.app_address, amount=AlgoAmount(algo=1)))
algorand.send.app_call(AppCallParams(sender=rich.address, app_id=app, on_complete=OnComplete.NoOpOC, args=[b"log"]))
# The box is found by simulating.
algorand.send.app_call(AppCallParams(sender=rich.address, app_id=app, on_complete=OnComplete.NoOpOC, args=[b"value"]))
algorand.app.get_by_id(app)
algorand.app.get_global_state(app)
algorand.app.get_box_names(app)
algorand.app.get_box_value(app, b"b")
group = algorand.new_group().add_payment(PaymentParams(sender=rich.address, receiver=other.address, amount=AlgoAmount(micro_algo=1)))
group = group.add_app_call(AppCallParams(sender=rich.address, app_id=app, on_complete=OnComplete.NoOpOC, args=[b"log"]))
group.simulate(skip_signatures=True)
group = algorand.new_group().add_payment(PaymentParams(sender=rich.address, receiver=other.address, amount=AlgoAmount(micro_algo=2)))
group.add_app_call(AppCallParams(sender=rich.address, app_id=app, on_complete=OnComplete.NoOpOC, args=[b"log"])).send()
try:
    algorand.send.payment(PaymentParams(sender=other.address, receiver=rich.address, amount=AlgoAmount(algo=1000)))
except Exception as refusal:
    print(f"refused, as it must be: {refusal}")
else:
    raise SystemExit("FAILED: more than there is was paid")
algorand.account.get_information(other.address)
