"""Every call of py-algorand-sdk's algod client, with good and with bad arguments; whatever is answered.

`scripts/differential sessions` records it in front of two nodes; the little life that it begins with is in `tools/judge/sessions/fund.py`.
"""
from algosdk import error, transaction as t
from algosdk.v2client.models import SimulateRequest, SimulateRequestTransactionGroup, SimulateTraceConfig

from judge.sessions.fund import client_of_environment, life

client, rich = client_of_environment()
world = life(client, rich)
app, asset, other, me = world["app"], world["asset"], world["other"], world["rich"]
params = client.suggested_params()
sent = client.send_transaction(t.PaymentTxn(me, params, other, 5, note=b"read me").sign(world["rich_key"]))
done = t.wait_for_confirmation(client, sent, 4)
round_ = done["confirmed-round"]


def ask(call, *arguments, **options):
    try:
        return call(*arguments, **options)
    except (error.AlgodHTTPError, error.AlgodRequestError, error.TransactionRejectedError, KeyError):
        return None


for call in (client.status, client.health, client.ready, client.versions, client.genesis, client.ledger_supply, client.pending_transactions,
             client.get_timestamp_offset, client.get_sync_round, client.suggested_params):
    ask(call)
for address in (me, other, t.logic.get_application_address(app), "bad"):
    for options in ({}, {"exclude": "all"}):
        ask(client.account_info, address, **options)
    ask(client.pending_transactions_by_address, address)
    ask(client.account_application_info, address, app)
    ask(client.account_asset_info, address, asset)
for number in (app, 0, 99999):
    ask(client.application_info, number)
    ask(client.application_boxes, number)
    ask(client.application_box_by_name, number, b"none")
for number in (asset, 0, 99999):
    ask(client.asset_info, number)
for number in (0, round_, 99999):
    for call in (client.block_info, client.get_block_hash, client.get_block_txids, client.lightblockheader_proof, client.stateproofs,
                 client.get_ledger_state_delta):
        ask(call, number)
    for form in ("json", "msgpack"):
        ask(client.block_info, number, response_format=form) if form == "json" else ask(client.algod_request, "GET", f"/blocks/{number}", params={"format": form})
ask(client.transaction_proof, round_, sent)
ask(client.transaction_proof, round_, "A" * 52)
ask(client.pending_transaction_info, sent)
ask(client.pending_transaction_info, "A" * 52)
ask(client.pending_transaction_info, sent, response_format="msgpack")
ask(client.status_after_block, round_ - 1)
ask(client.compile, "int 1", source_map=True)
ask(client.compile, "int <")
ask(client.disassemble, b"\x0b\x81\x01")
ask(client.disassemble, b"\xff\xff")
ask(client.send_raw_transaction, "gqNzaWc=")
for key, arguments in ((None, [b"log"]), (None, [b"fail"]), (world["rich_key"], [b"state"]), (world["rich_key"], [b"loop"])):
    call = t.ApplicationNoOpTxn(me, params, app, arguments)
    signed = call.sign(key) if key else t.SignedTransaction(call, None)
    for trace in (None, SimulateTraceConfig(enable=True, stack_change=True, scratch_change=True, state_change=True)):
        ask(client.simulate_transactions, SimulateRequest(txn_groups=[SimulateRequestTransactionGroup(txns=[signed])], allow_empty_signatures=key is None,
                                                          allow_unnamed_resources=True, exec_trace_config=trace))
    ask(client.send_transaction, call.sign(world["rich_key"]))
ask(client.set_timestamp_offset, 25)
ask(client.get_timestamp_offset)
