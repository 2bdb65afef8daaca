#!/usr/bin/env python3
"""Records tests/vectors/ledger/chain.json from algod: a short history, block by block, and simulations on top of it.

    scripts/record-chain ALGOD_URL KMD_URL TOKEN > tests/vectors/ledger/chain.json

Needs py-algorand-sdk, and an algod in dev mode on a fresh network whose rich account is in kmd's
`unencrypted-default-wallet`. Each group is kept as it was sent, with the block algod made of it; each simulation as its
request (groups and options) and algod's JSON answer. Accounts are derived from fixed words, so only the genesis, its rich
account and the times differ between two recordings.
"""
import base64
import datetime
import hashlib
import json
import sys
import urllib.error
import urllib.request

import msgpack
from algosdk import account, encoding, kmd, logic, transaction as t
from algosdk.v2client import algod

url, kmd_url, token = sys.argv[1:4]
client = algod.AlgodClient(token, url)


def get(path, data=None, content=None):
    request = urllib.request.Request(url + path, data=data, headers={"X-Algo-API-Token": token})
    if content:
        request.add_header("Content-Type", content)
    with urllib.request.urlopen(request) as answer:
        return answer.read()


def key(name):
    from nacl.signing import SigningKey
    seed = hashlib.sha256(b"record-chain " + name.encode()).digest()
    signing = SigningKey(seed)
    private = base64.b64encode(seed + bytes(signing.verify_key)).decode()
    return private, account.address_from_private_key(private)


def rich_key():
    wallets = kmd.KMDClient(token, kmd_url)
    wallet = [w for w in wallets.list_wallets() if w["name"] == "unencrypted-default-wallet"][0]["id"]
    handle = wallets.init_wallet_handle(wallet, "")
    address = [a for a in json.loads(get("/genesis"))["alloc"] if a["comment"] == "Wallet1"][0]["addr"]
    return wallets.export_key(handle, "", address), address


def compile_teal(source):
    return base64.b64decode(client.compile(source)["result"])


groups, blocks, simulations = [], [], []
counter = 0


def params(fee=1000):
    global counter
    counter += 1
    sp = client.suggested_params()
    sp.fee, sp.flat_fee = fee, True
    # The same rounds for every recording; the counter in the note keeps ids apart.
    sp.first, sp.last = 1, 1000
    return sp


def note():
    return f"n{counter}".encode()


def packed(signed):
    return b"".join(base64.b64decode(encoding.msgpack_encode(s)) for s in signed)


def send(*pairs):
    txns = [txn for txn, _ in pairs]
    if len(txns) > 1:
        t.assign_group_id(txns)
    signed = [txn.sign(k) if isinstance(k, str) else k(txn) for txn, k in pairs]
    raw = packed(signed)
    txid = json.loads(get("/v2/transactions", raw, "application/x-binary"))["txId"]
    done = t.wait_for_confirmation(client, txid, 2)
    head = b"\x82\xa5block"
    block = get(f"/v2/blocks/{done['confirmed-round']}?format=msgpack")
    assert block.startswith(head)
    groups.append(base64.b64encode(raw).decode())
    blocks.append(base64.b64encode(block[len(head):block.rindex(b"\xa4cert")]).decode())
    return done


class Unsigned:
    """What `SignedTransaction` encodes to, without any signature."""

    def __init__(self, txn):
        self.txn = txn

    def dictify(self):
        return {"txn": self.txn.dictify()}


def simulate(name, pairs, **options):
    txns = [txn for txn, _ in pairs]
    if len(txns) > 1:
        t.assign_group_id(txns)
    signed = [Unsigned(txn) if k is None else txn.sign(k) if isinstance(k, str) else k(txn) for txn, k in pairs]
    body = dict(options)
    body["txn-groups"] = [{"txns": [s.dictify() for s in signed]}]
    raw = msgpack.packb(body, use_bin_type=True)
    try:
        answer = json.loads(get("/v2/transactions/simulate", raw, "application/msgpack"))
    except urllib.error.HTTPError as error:
        answer = {"status": error.code, "message": json.loads(error.read())["message"]}
    group = b"".join(base64.b64decode(encoding.msgpack_encode(s)) for s in signed)
    simulations.append({"name": name, "after": len(blocks), "group": base64.b64encode(group).decode(), "options": options, "answer": answer})


rich, rich_address = rich_key()
alice, alice_address = key("alice")
bob, bob_address = key("bob")
carol, carol_address = key("carol")

# Money.
for who in (alice_address, bob_address, carol_address):
    send((t.PaymentTxn(rich_address, params(), who, 50_000_000, note=note()), rich))
send((t.PaymentTxn(alice_address, params(2000), bob_address, 1, note=note()), alice),
     (t.PaymentTxn(bob_address, params(0), carol_address, 2, note=note(), lease=b"L" * 32), bob))

# An asset's life.
asset = send((t.AssetConfigTxn(alice_address, params(), total=1000, decimals=2, default_frozen=False, unit_name="PLY",
                               asset_name="Play", manager=alice_address, reserve=alice_address, freeze=alice_address,
                               clawback=alice_address, url="https://example.org", note=note()), alice))["asset-index"]
send((t.AssetTransferTxn(bob_address, params(), bob_address, 0, asset, note=note()), bob))
send((t.AssetTransferTxn(alice_address, params(), bob_address, 300, asset, note=note()), alice))
send((t.AssetFreezeTxn(alice_address, params(), asset, bob_address, True, note=note()), alice))
send((t.AssetTransferTxn(alice_address, params(), alice_address, 10, asset, revocation_target=bob_address, note=note()), alice))
send((t.AssetFreezeTxn(alice_address, params(), asset, bob_address, False, note=note()), alice))
send((t.AssetTransferTxn(bob_address, params(), alice_address, 0, asset, close_assets_to=alice_address, note=note()), bob))

# An application with every kind of state.
approval = compile_teal("""#pragma version 11
txn ApplicationID
bz ok
txn OnCompletion
int OptIn
==
bnz ok
txn OnCompletion
int UpdateApplication
>=
bnz ok
txna ApplicationArgs 0
byte "global"
==
bnz global
txna ApplicationArgs 0
byte "local"
==
bnz local
txna ApplicationArgs 0
byte "box"
==
bnz box
txna ApplicationArgs 0
byte "unbox"
==
bnz unbox
txna ApplicationArgs 0
byte "inner"
==
bnz inner
txna ApplicationArgs 0
byte "scratch"
==
bnz scratch
txna ApplicationArgs 0
byte "balance"
==
bnz balance
txna ApplicationArgs 0
byte "burn"
==
bnz burn
txna ApplicationArgs 0
byte "spam"
==
bnz spam
txna ApplicationArgs 0
byte "fail"
==
bnz fail
err
ok:
int 1
return
global:
byte "g"
txna ApplicationArgs 1
app_global_put
byte "n"
byte "n"
app_global_get
int 1
+
app_global_put
byte "logged"
log
int 1
return
local:
txn Sender
byte "l"
txna ApplicationArgs 1
app_local_put
int 0
byte "l"
app_local_get
log
int 1
return
box:
byte "b"
int 64
box_create
pop
byte "b"
int 1
byte "xyz"
box_replace
byte "b"
box_len
assert
itob
log
int 1
return
unbox:
byte "b"
box_del
assert
int 1
return
inner:
itxn_begin
int pay
itxn_field TypeEnum
txn Sender
itxn_field Receiver
int 5
itxn_field Amount
int 0
itxn_field Fee
itxn_next
int acfg
itxn_field TypeEnum
int 7
itxn_field ConfigAssetTotal
int 0
itxn_field Fee
itxn_submit
itxn CreatedAssetID
itob
log
int 1
return
scratch:
int 3
store 5
int 6
byte "six"
stores
int 9
int 8
int 7
cover 2
uncover 1
bury 1
dup2
popn 2
callsub sub
swap
dupn 2
popn 3
pop
int 1
return
sub:
proto 1 2
frame_dig -1
int 4
frame_bury -1
frame_dig -1
int 2
retsub
balance:
txna ApplicationArgs 1
balance
itob
log
txna ApplicationArgs 2
btoi
asset_params_get AssetTotal
pop
itob
log
txna ApplicationArgs 1
txna ApplicationArgs 2
btoi
asset_holding_get AssetBalance
pop
pop
int 1
return
burn:
int 0
loop:
int 1
+
dup
int 200
<
bnz loop
return
spam:
int 0
again:
int 100
bzero
log
int 1
+
dup
int 40
<
bnz again
return
fail:
byte "before"
log
byte "g"
byte "lost"
app_global_put
int 0
assert
int 1
""")
clear = compile_teal("""#pragma version 11
byte "clearing"
log
txn NumAppArgs
int 1
==
bz leave
int 0
byte "g"
int 9
app_global_put
err
leave:
int 1
""")
created = send((t.ApplicationCreateTxn(alice_address, params(), t.OnComplete.NoOpOC, approval, clear,
                                       t.StateSchema(1, 1), t.StateSchema(0, 1), note=note()), alice))
app = created["application-index"]
app_address = logic.get_application_address(app)
send((t.PaymentTxn(rich_address, params(), app_address, 5_000_000, note=note()), rich))


def call(who, *args, fee=1000, **more):
    return t.ApplicationNoOpTxn(who, params(fee), app, app_args=[a if isinstance(a, bytes) else a.encode() for a in args],
                                note=note(), **more)


send((t.ApplicationOptInTxn(bob_address, params(), app, note=note()), bob))
send((call(bob_address, "global", "hello"), bob))
send((call(bob_address, "global", "again"), bob), (call(bob_address, "local", "mine"), bob))
send((call(alice_address, "box", boxes=[(app, b"b")]), alice))
send((call(bob_address, "inner", fee=3000), bob))
send((call(bob_address, "scratch"), bob))

# One that calls the other, keeps large boxes and rekeys its caller's friends; and one of an older version.
second = compile_teal(f"""#pragma version 11
txn ApplicationID
bz ok
txna ApplicationArgs 0
byte "call"
==
bnz call
txna ApplicationArgs 0
byte "boxes"
==
bnz boxes
txna ApplicationArgs 0
byte "shrink"
==
bnz shrink
txna ApplicationArgs 0
byte "choose"
==
bnz choose
err
ok:
int 1
return
call:
itxn_begin
int pay
itxn_field TypeEnum
int 0
itxn_field Fee
itxn_next
int appl
itxn_field TypeEnum
int {app}
itxn_field ApplicationID
txna ApplicationArgs 1
itxn_field ApplicationArgs
byte "value"
itxn_field ApplicationArgs
int 0
itxn_field Fee
itxn_submit
itxn_begin
int appl
itxn_field TypeEnum
int {app}
itxn_field ApplicationID
txna ApplicationArgs 2
itxn_field ApplicationArgs
byte "more"
itxn_field ApplicationArgs
int 0
itxn_field Fee
itxn_submit
int 1
return
boxes:
byte "one"
int 5000
box_create
pop
byte "two"
int 3000
box_create
pop
byte "one"
int 4990
int 5
byte "abcdefg"
box_splice
byte "two"
int 3100
box_resize
int 1
return
shrink:
byte "kept"
int 10
int 20
box_extract
pop
byte "kept"
box_len
pop
itob
log
int 1
return
choose:
int 1
switch zero one
err
zero:
err
one:
byte "b"
byte "a"
byte "b"
byte "b"
match zero two
err
two:
int 1
int 2
int 3
cover 1
pop
pop
return
""")
done = send((t.ApplicationCreateTxn(alice_address, params(), t.OnComplete.NoOpOC, second, clear,
                                    t.StateSchema(0, 0), t.StateSchema(0, 0), note=note()), alice))
app2 = done["application-index"]
send((t.PaymentTxn(rich_address, params(), logic.get_application_address(app2), 20_000_000, note=note()), rich))
old = compile_teal("""#pragma version 8
txn ApplicationID
bz ok
txna ApplicationArgs 1
balance
pop
txna ApplicationArgs 2
btoi
asset_params_get AssetTotal
pop
pop
byte "x"
box_get
pop
pop
ok:
int 1
""")
old_clear = compile_teal("#pragma version 8\nint 1\n")
done = send((t.ApplicationCreateTxn(alice_address, params(), t.OnComplete.NoOpOC, old, old_clear,
                                    t.StateSchema(0, 0), t.StateSchema(0, 0), note=note()), alice))
app3 = done["application-index"]


def call_of(where, who, *args, fee=1000, **more):
    args = [a if isinstance(a, bytes) else a.encode() for a in args]
    return t.ApplicationNoOpTxn(who, params(fee), where, app_args=args, note=note(), **more)


# Simulations on top of all that.
everything = {"enable": True, "stack-change": True, "scratch-change": True, "state-change": True}
unsigned = {"allow-empty-signatures": True}
pay = lambda who, to, amount, **more: t.PaymentTxn(who, params(), to, amount, note=note(), **more)
simulate("signed payment", [(pay(alice_address, bob_address, 7), alice)])
simulate("missing signature", [(pay(alice_address, bob_address, 7), None)])
simulate("allowed missing signature", [(pay(alice_address, bob_address, 7), None)], **unsigned)
simulate("wrong signature", [(pay(alice_address, bob_address, 7), bob)])
simulate("overspend in the second", [(pay(alice_address, bob_address, 7), None), (pay(bob_address, alice_address, 10**12), None)], **unsigned)
simulate("global put, traced", [(call(bob_address, "global", "sim"), None)], **unsigned, **{"exec-trace-config": everything})
simulate("local put, traced", [(call(bob_address, "local", "sim"), None)], **unsigned, **{"exec-trace-config": everything})
simulate("box, traced", [(call(alice_address, "unbox", boxes=[(app, b"b")]), None), (call(alice_address, "box", boxes=[(app, b"b")]), None)], **unsigned, **{"exec-trace-config": everything})
simulate("inner, traced", [(call(bob_address, "inner", fee=3000), None)], **unsigned, **{"exec-trace-config": everything})
simulate("inner without fee", [(call(bob_address, "inner", fee=1000), None)], **unsigned, **{"exec-trace-config": everything})
simulate("scratch, traced", [(call(bob_address, "scratch"), None)], **unsigned, **{"exec-trace-config": everything})
simulate("only places traced", [(call(bob_address, "scratch"), None)], **unsigned, **{"exec-trace-config": {"enable": True}})
simulate("details without trace", [(call(bob_address, "scratch"), None)], **unsigned, **{"exec-trace-config": {"stack-change": True}})
simulate("failing assert", [(pay(alice_address, bob_address, 7), None), (call(bob_address, "fail"), None)], **unsigned, **{"exec-trace-config": everything})
simulate("budget exceeded", [(call(bob_address, "burn"), None)], **unsigned)
simulate("extra budget", [(call(bob_address, "burn"), None)], **unsigned, **{"extra-opcode-budget": 1000})
simulate("too much extra budget", [(call(bob_address, "burn"), None)], **unsigned, **{"extra-opcode-budget": 320001})
simulate("too many logs", [(call(bob_address, "spam"), None)], **unsigned, **{"extra-opcode-budget": 1000})
simulate("more logging", [(call(bob_address, "spam"), None)], **unsigned, **{"extra-opcode-budget": 1000, "allow-more-logging": True})
who = encoding.decode_address(carol_address)
simulate("unnamed refused", [(call(bob_address, "balance", who, asset.to_bytes(8, "big")), None)], **unsigned)
simulate("unnamed allowed", [(call(bob_address, "balance", who, asset.to_bytes(8, "big")), None)], **unsigned, **{"allow-unnamed-resources": True})
simulate("unnamed box", [(call(alice_address, "unbox"), None)], **unsigned, **{"allow-unnamed-resources": True})
simulate("clear state rolls back", [(t.ApplicationClearStateTxn(bob_address, params(), app, app_args=[b"x"], note=note()), None)], **unsigned, **{"exec-trace-config": everything})
simulate("clear state", [(t.ApplicationClearStateTxn(bob_address, params(), app, note=note()), None)], **unsigned, **{"exec-trace-config": everything})
simulate("create, traced", [(t.ApplicationCreateTxn(alice_address, params(), t.OnComplete.NoOpOC, approval, clear, t.StateSchema(1, 1), t.StateSchema(0, 1), note=note()), None)], **unsigned, **{"exec-trace-config": everything})
program = compile_teal("#pragma version 11\nint 1\nint 1\n==\n")
lsig = lambda txn: t.LogicSigTransaction(txn, t.LogicSigAccount(program))
simulate("logic signature, traced", [(pay(logic.address(program), bob_address, 0), lsig)], **{"exec-trace-config": everything})
reject = compile_teal("#pragma version 11\nint 0\n")
simulate("logic signature rejects", [(pay(logic.address(reject), bob_address, 0), lambda txn: t.LogicSigTransaction(txn, t.LogicSigAccount(reject)))])

unnamed = {**unsigned, "allow-unnamed-resources": True}
traced = {"exec-trace-config": everything}
free = {"extra-opcode-budget": 2000}
simulate("inner calls, traced", [(call_of(app2, bob_address, "call", "global", "global", fee=9000, foreign_apps=[app]), None)], **unsigned, **traced)
simulate("inner call fails", [(pay(alice_address, bob_address, 1), None), (call_of(app2, bob_address, "call", "global", "fail", fee=9000, foreign_apps=[app]), None)], **unsigned, **traced)
simulate("first inner group fails", [(call_of(app2, bob_address, "call", "fail", "global", fee=9000, foreign_apps=[app]), None)], **unsigned, **traced)
simulate("inner application unnamed", [(call_of(app2, bob_address, "call", "global", "global", fee=9000), None)], **unnamed)
simulate("inner application refused", [(call_of(app2, bob_address, "call", "global", "global", fee=9000), None)], **unsigned)
simulate("large boxes unnamed", [(call_of(app2, bob_address, "boxes"), None)], **unnamed, **traced)
simulate("large boxes refused", [(call_of(app2, bob_address, "boxes", boxes=[(app2, b"one"), (app2, b"two")]), None)], **unsigned)
simulate("large boxes named", [(call_of(app2, bob_address, "boxes", boxes=[(app2, b"one"), (app2, b"two")] + [(0, b"")] * 6), None)], **unsigned)
simulate("half of the boxes named", [(call_of(app2, bob_address, "boxes", boxes=[(app2, b"one")]), None)], **unnamed)
simulate("jumps, traced", [(call_of(app2, bob_address, "choose"), None)], **unsigned, **traced)
simulate("absent box", [(call_of(app2, bob_address, "shrink", boxes=[(app2, b"kept")]), None)], **unsigned, **traced)
simulate("old program unnamed", [(call_of(app3, bob_address, "", who, asset.to_bytes(8, "big")), None)], **unnamed)
simulate("old program refused", [(call_of(app3, bob_address, "", who, asset.to_bytes(8, "big")), None)], **unsigned)
simulate("old and new unnamed", [(call_of(app3, bob_address, "", who, asset.to_bytes(8, "big")), None), (call(bob_address, "balance", who, asset.to_bytes(8, "big")), None), (call_of(app3, alice_address, "", who, asset.to_bytes(8, "big")), None)], **unnamed)
simulate("many budgets", [(call(bob_address, "scratch"), None), (pay(alice_address, bob_address, 1), None), (call(bob_address, "burn"), None)], **unsigned, **free)
simulate("fee too small", [(t.PaymentTxn(alice_address, params(999), bob_address, 1, note=note()), None)], **unsigned)
simulate("below minimum", [(pay(carol_address, bob_address, 49_950_000), None)], **unsigned)
simulate("no such application", [(call_of(99999, bob_address, "x"), None)], **unsigned, **traced)
grouped = pay(alice_address, bob_address, 1)
grouped.group = b"G" * 32
simulate("wrong group id", [(grouped, None)], **unsigned)
late = pay(alice_address, bob_address, 1)
late.last_valid_round = 2
simulate("dead", [(late, None)], **unsigned)
simulate("not opted in", [(t.AssetTransferTxn(alice_address, params(), carol_address, 1, asset, note=note()), None)], **unsigned)

# Rekeyed accounts.
send((t.PaymentTxn(carol_address, params(), carol_address, 0, rekey_to=alice_address, note=note()), carol))
simulate("wrong signer", [(pay(carol_address, bob_address, 7), None)], **unsigned)
simulate("fixed signer", [(pay(carol_address, bob_address, 7), None)], **unsigned, **{"fix-signers": True})
simulate("fixed after rekey", [(pay(carol_address, bob_address, 7, rekey_to=bob_address), None), (pay(carol_address, bob_address, 8), None)], **unsigned, **{"fix-signers": True})
simulate("fixed after a call", [(call(bob_address, "scratch"), None), (pay(carol_address, bob_address, 8), None)], **unsigned, **{"fix-signers": True})
simulate("fix without empty signatures", [(pay(carol_address, bob_address, 7), None)], **{"fix-signers": True})

# The end of things.
send((call(alice_address, "unbox", boxes=[(app, b"b")]), alice))
send((t.ApplicationUpdateTxn(alice_address, params(), app, approval + b"\x81\x01\x43", clear, note=note()), alice))
send((t.ApplicationClearStateTxn(bob_address, params(), app, app_args=[b"x"], note=note()), bob))
send((t.ApplicationDeleteTxn(alice_address, params(), app, note=note()), alice))
send((t.AssetConfigTxn(alice_address, params(), index=asset, strict_empty_address_check=False, note=note()), alice))
send((t.KeyregNonparticipatingTxn(bob_address, params(), note=note()), bob))
send((t.PaymentTxn(bob_address, params(), alice_address, 0, close_remainder_to=alice_address, note=note()), bob))

# Simulations saw the chain as it was after the blocks that were there then.
version = json.loads(get("/versions"))["build"]
print(json.dumps({
    "source": "algod's blocks and /v2/transactions/simulate on a private network in dev mode",
    "version": f"go-algorand dd6de88fbe ({version['major']}.{version['minor']}.{version['build_number']}), consensus v42",
    "date": datetime.date.today().isoformat(),
    "genesis": get("/genesis").decode().strip(),
    "groups": groups, "blocks": blocks, "simulations": simulations,
}, indent=1))
