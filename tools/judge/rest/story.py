#!/usr/bin/env python3
"""Sends the same requests to two algod REST servers and compares what they answer.

    scripts/differential rest --theirs URL --theirs-kmd URL --ours URL [--ours-seed HEX] [--show NAME] [--record DIR]

`theirs` is a fresh dev-mode network of the reference; `ours` a fresh `pnp-contract localnet run`. Both are given the same
story (fund, assets, applications, boxes, inner transactions, failures); ids, hashes and times that may differ are replaced by
placeholders, and everything else must be equal: status, content type, JSON keys and values, msgpack bytes decoded.
Needs py-algorand-sdk and msgpack. Exit status 3 when answers differ.
"""
import argparse, base64, hashlib, http.client, json, re, sys, time, urllib.error, urllib.request

import msgpack
from algosdk import account, encoding, logic, transaction as t
from algosdk.kmd import KMDClient
from nacl.signing import SigningKey

TOKEN = "a" * 64


def fixed_account(name):
    """A key pair that is the same in every run."""
    return key_pair(hashlib.sha256(b"differential " + name.encode()).digest())


def key_pair(seed):
    """Private key as algosdk has it, and address."""
    key = SigningKey(seed)
    private = base64.b64encode(key.encode() + key.verify_key.encode()).decode()
    return private, account.address_from_private_key(private)


APPROVAL = """#pragma version 11
txn ApplicationID
bz create
txn OnCompletion
int OptIn
==
bnz optin
txn NumAppArgs
bz done
txna ApplicationArgs 0
dup
byte "log"
==
bnz do_log
dup
byte "box"
==
bnz do_box
dup
byte "inner"
==
bnz do_inner
dup
byte "fail"
==
bnz do_fail
dup
byte "state"
==
bnz do_state
dup
byte "div"
==
bnz do_div
dup
byte "loop"
==
bnz do_loop
err
do_log:
byte "hello"
log
byte 0x00ff80
log
b done
do_box:
txna ApplicationArgs 1
txna ApplicationArgs 2
box_put
b done
do_inner:
itxn_begin
int pay
itxn_field TypeEnum
txn Sender
itxn_field Receiver
int 1000
itxn_field Amount
itxn_next
int acfg
itxn_field TypeEnum
int 77
itxn_field ConfigAssetTotal
byte "INN"
itxn_field ConfigAssetUnitName
itxn_submit
b done
do_fail:
int 0
assert
do_state:
byte "counter"
int 7
app_global_put
byte 0xff00
byte 0xdeadbeef
app_global_put
txn Sender
byte "seen"
int 1
app_local_put
b done
do_div:
int 1
int 0
/
pop
do_loop:
int 1
pop
b do_loop
optin:
txn Sender
byte "mine"
byte 0x0102
app_local_put
b done
create:
byte "made"
txn Sender
app_global_put
done:
int 1
return
"""
CLEAR = "#pragma version 11\nint 1\n"


class Node:
    """One algod, spoken to over plain HTTP so that nothing of the answers is lost."""

    def __init__(self, url):
        self.url, self.known, self.txids = url, {}, 0

    def request(self, method, path, body=None, headers=None, token=TOKEN):
        request = urllib.request.Request(self.url + path, data=body, method=method)
        if token:
            request.add_header("X-Algo-API-Token", token)
        for name, value in (headers or {}).items():
            request.add_header(name, value)
        try:
            with urllib.request.urlopen(request, timeout=70) as answer:
                return answer.status, dict(answer.headers), answer.read()
        except urllib.error.HTTPError as error:
            return error.code, dict(error.headers), error.read()

    def announce(self, path, length):
        """Only the head of a POST whose body would be `length` bytes: a limit is answered before the body is read."""
        connection = http.client.HTTPConnection(self.url.split("//")[1], timeout=10)
        connection.putrequest("POST", path)
        connection.putheader("X-Algo-API-Token", TOKEN)
        connection.putheader("Content-Length", str(length))
        connection.endheaders()
        answer = connection.getresponse()
        return answer.status, dict(answer.headers), answer.read()

    def json(self, path):
        status, _, body = self.request("GET", path)
        assert status == 200, (path, status, body)
        return json.loads(body)

    def learn(self, value, placeholder):
        self.known[value] = placeholder

    def params(self):
        p = self.json("/v2/transactions/params")
        self.learn(p["genesis-hash"], "<genesis hash>")
        self.learn(base64.b32encode(base64.b64decode(p["genesis-hash"])).decode().rstrip("="), "<genesis hash in base32>")
        return t.SuggestedParams(1000, p["last-round"], p["last-round"] + 500, p["genesis-hash"], p["genesis-id"], True)

    def remember(self, signed):
        for one in signed:
            self.txids += 1
            self.learn(one.get_txid(), f"<txid {self.txids}>")
            if one.transaction.group:
                self.learn(base64.b64encode(one.transaction.group).decode(), f"<group of {self.txids}>")

    def submit(self, signed):
        self.remember(signed)
        body = b"".join(base64.b64decode(encoding.msgpack_encode(one)) for one in signed)
        return self.request("POST", "/v2/transactions", body, {"Content-Type": "application/x-binary"})


class Story:
    """Plays the same life on a node and collects every answer by name."""

    def __init__(self, node, dispenser):
        self.node, self.dispenser, self.answers = node, dispenser, {}
        self.node.learn(dispenser[1], "<dispenser>")
        self.node.learn(base64.b64encode(encoding.decode_address(dispenser[1])).decode(), "<dispenser's key>")
        self.a, self.b = fixed_account("a"), fixed_account("b")
        self.poor = fixed_account("poor")

    def note(self, name, answer):
        assert name not in self.answers, name
        self.answers[name] = answer

    def get(self, path, name=None, **options):
        self.note(name or "GET " + path, self.node.request("GET", path, **options))

    def both(self, path, name=None):
        joiner = "&" if "?" in path else "?"
        self.get(path, name)
        self.get(f"{path}{joiner}format=msgpack", (name or "GET " + path) + " msgpack")

    def send(self, name, *txns, keys=None, confirmed=True):
        if len(txns) > 1:
            t.assign_group_id(list(txns))
        by_address = {k[1]: k[0] for k in (self.dispenser, self.a, self.b, self.poor)}
        signed = [x.sign((keys or by_address)[x.sender]) for x in txns]
        answer = self.node.submit(signed)
        self.note("POST " + name, answer)
        if confirmed:
            assert answer[0] == 200, (name, answer)
            for index, one in enumerate(signed):
                self.both(f"/v2/transactions/pending/{one.get_txid()}", f"pending {name} {index}")
        return [one.get_txid() for one in signed]

    def created(self, txid):
        info = self.node.json(f"/v2/transactions/pending/{txid}")
        return info.get("application-index") or info.get("asset-index")

    def simulate(self, name, txns, signed=True, fmt="json", **options):
        by_address = {k[1]: k[0] for k in (self.dispenser, self.a, self.b, self.poor)}
        if len(txns) > 1:
            t.assign_group_id(list(txns))
        stxns = [x.sign(by_address[x.sender]) if signed else t.SignedTransaction(x, None) for x in txns]
        self.node.remember(stxns)
        body = {"txn-groups": [{"txns": [s.dictify() for s in stxns]}], **options}
        def plain(value):
            if isinstance(value, dict):
                return {k: plain(v) for k, v in sorted(value.items())}
            return [plain(v) for v in value] if isinstance(value, list) else value
        packed = msgpack.packb(plain(body), use_bin_type=True)
        self.note(f"simulate {name}", self.node.request("POST", f"/v2/transactions/simulate?format={fmt}", packed,
                                                        {"Content-Type": "application/msgpack"}))

    def play(self):
        node, (a, b, poor) = self.node, (self.a[1], self.b[1], self.poor[1])
        self.before()
        sp = node.params
        self.send("fund", t.PaymentTxn(self.dispenser[1], sp(), a, 1_000_000_000), t.PaymentTxn(self.dispenser[1], sp(), b, 5_000_000, note=b"hi\xff"))
        asset_txn = t.AssetConfigTxn(a, sp(), total=10_000_000, decimals=2, default_frozen=False, unit_name="PLY", asset_name="Play <&> Pay",
                                     manager=a, reserve=a, freeze=a, clawback=a, url="https://x.test", metadata_hash=b"m" * 32, strict_empty_address_check=False)
        (asset_tx,) = self.send("asset create", asset_txn)
        asset = self.created(asset_tx)
        (odd_tx,) = self.send("asset odd", t.AssetConfigTxn(a, sp(), total=2**64 - 1, default_frozen=True, unit_name="\x01", asset_name="é", strict_empty_address_check=False))
        odd = self.created(odd_tx)
        self.send("asset optin", t.AssetTransferTxn(b, sp(), b, 0, asset))
        self.send("asset send", t.AssetTransferTxn(a, sp(), b, 500, asset))
        self.send("asset freeze", t.AssetFreezeTxn(a, sp(), asset, b, True))
        approval = self.compile(APPROVAL)
        clear = self.compile(CLEAR)
        create = t.ApplicationCreateTxn(a, sp(), t.OnComplete.NoOpOC, approval, clear, t.StateSchema(2, 3), t.StateSchema(1, 2), extra_pages=1, note=b"app")
        (app_tx,) = self.send("app create", create)
        app = self.created(app_tx)
        address = logic.get_application_address(app)
        self.send("app fund", t.PaymentTxn(self.dispenser[1], sp(), address, 2_000_000))
        self.send("app optin", t.ApplicationOptInTxn(b, sp(), app))
        call = lambda sender, *args, **kw: t.ApplicationNoOpTxn(sender, kw.pop("sp", None) or sp(), app, app_args=list(args), **kw)
        self.send("app log", call(a, b"log"))
        self.send("app state", call(b, b"state"))
        for name in (b"box1", b"box2", b"\xff\x00bin", b"zz"):
            self.send(f"app box {name}", call(a, b"box", name, b"value of " + name, boxes=[(0, name)]))
        paid = sp(); paid.fee = 3000
        self.send("app inner", call(a, b"inner", sp=paid))
        self.send("group of calls", call(a, b"log"), t.PaymentTxn(a, sp(), b, 1), call(b, b"state"))
        self.send("close", t.PaymentTxn(self.dispenser[1], sp(), poor, 300_000))
        self.send("close out", t.PaymentTxn(poor, sp(), a, 1, close_remainder_to=self.dispenser[1]))
        self.failures(app, asset, call)
        self.reads(app, asset, odd, address)
        self.simulations(app, call)
        self.teal()
        self.http()
        self.send("rekey", t.PaymentTxn(b, sp(), b, 0, rekey_to=a))
        self.both(f"/v2/accounts/{b}", "rekeyed account")
        self.send("wrong signer", t.PaymentTxn(b, sp(), b, 0), confirmed=False)
        self.send("app clear", t.ApplicationClearStateTxn(b, sp(), app), keys={b: self.a[0]})
        self.send("app delete", t.ApplicationDeleteTxn(a, sp(), app))
        self.get(f"/v2/applications/{app}", "deleted app")
        self.clock()

    def compile(self, source):
        status, _, body = self.node.request("POST", "/v2/teal/compile", source.encode())
        assert status == 200, body
        return base64.b64decode(json.loads(body)["result"])

    def before(self):
        for path in ("/health", "/ready", "/versions", "/v2/status", "/v2/transactions/params", "/v2/ledger/supply", "/v2/blocks/0/txids", "/v2/blocks/0/logs",
                     "/v2/blocks/77", "/v2/blocks/77/hash", "/v2/blocks/77/txids", "/v2/blocks/77/logs", "/v2/blocks/abc", "/v2/nope", "/v2/accounts/abc", "/v2/accounts/" + "A" * 58,
                     "/v2/experimental", "/v2/node/peers", "/v2/devmode/blocks/offset", "/v2/transactions/pending",
                     "/v2/transactions/pending?format=xx", "/v2/transactions/pending/AAA", "/v2/stateproofs/0", "/v2/stateproofs/9", "/v2/blocks/0/lightheader/proof", "/v2/blocks/9/lightheader/proof",
                     "/v2/transactions/pending?max=x", "/v2/applications/1", "/v2/assets/1", "/v2/applications/x", "/v2/ledger/sync", "/v2/applications/18446744073709551616",
                     f"/v2/transactions/pending/{'A' * 52}"):
            self.get(path)
        for path in ("/v2/blocks/0", "/v2/blocks/0?header-only=true", "/v2/transactions/pending", f"/v2/accounts/{self.dispenser[1]}", f"/v2/accounts/{self.a[1]}"):
            self.both(path, "before " + path)

    def failures(self, app, asset, call):
        sp, (a, b, poor) = self.node.params, (self.a[1], self.b[1], self.poor[1])
        fail = lambda name, *txns, **kw: self.send("failing " + name, *txns, confirmed=False, **kw)
        fail("assert", call(a, b"fail"))
        fail("unknown method", call(a, b"what"))
        fail("division", call(a, b"div"))
        fail("budget", call(a, b"loop"))
        fail("box not named", call(a, b"box", b"other", b"v"))
        fail("inner fee", call(a, b"inner"))
        fail("not opted in", call(a, b"state"))
        fail("in group", t.PaymentTxn(a, sp(), b, 1), call(a, b"fail"))
        fail("overspend", t.PaymentTxn(poor, sp(), a, 10))
        fail("min balance", t.PaymentTxn(b, sp(), poor, 1))
        low = sp(); low.fee = 1
        fail("low fee", t.PaymentTxn(a, low, b, 1))
        old = sp(); old.last = old.first; old.first = 1; old.last = 2
        fail("expired", t.PaymentTxn(a, old, b, 1))
        long = sp(); long.last = long.first + 5000
        fail("window", t.PaymentTxn(a, long, b, 1))
        early = sp(); early.first += 100
        fail("early", t.PaymentTxn(a, early, b, 1))
        wrong = sp(); wrong.gh = base64.b64encode(b"\1" * 32).decode()
        fail("genesis hash", t.PaymentTxn(a, wrong, b, 1))
        other = sp(); other.gen = "mainnet-v1.0"
        fail("genesis id", t.PaymentTxn(a, other, b, 1))
        fail("wrong key", t.PaymentTxn(a, sp(), b, 1), keys={a: self.b[0]})
        fail("frozen", t.AssetTransferTxn(b, sp(), a, 1, asset))
        fail("asset not opted in", t.AssetTransferTxn(a, sp(), self.dispenser[1], 1, asset))
        fail("no asset", t.AssetTransferTxn(a, sp(), b, 1, 99999))
        fail("asset manager", t.AssetConfigTxn(b, sp(), index=asset, manager=b, reserve=b, freeze=b, clawback=b))
        fail("asset overspend", t.AssetTransferTxn(a, sp(), b, 10**12, asset))
        fail("no app", t.ApplicationNoOpTxn(a, sp(), 99999))
        fail("opted in twice", t.ApplicationOptInTxn(b, sp(), app))
        same = t.PaymentTxn(a, sp(), b, 1, note=b"twice", lease=b"l" * 32)
        self.send("once", same)
        fail("twice", same)
        fail("lease", t.PaymentTxn(a, sp(), b, 2, note=b"other", lease=b"l" * 32))
        fail("bad program", t.ApplicationCreateTxn(a, sp(), t.OnComplete.NoOpOC, b"\x0b\xff", b"\x0b\x81\x01", t.StateSchema(0, 0), t.StateSchema(0, 0)))
        fail("program version", t.ApplicationCreateTxn(a, sp(), t.OnComplete.NoOpOC, b"\x63\x81\x01", b"\x63\x81\x01", t.StateSchema(0, 0), t.StateSchema(0, 0)))
        fail("schema", t.ApplicationCreateTxn(a, sp(), t.OnComplete.NoOpOC, b"\x0b\x81\x01", b"\x0b\x81\x01", t.StateSchema(60, 60), t.StateSchema(60, 60)))
        fail("rejecting create", t.ApplicationCreateTxn(a, sp(), t.OnComplete.NoOpOC, b"\x0b\x81\x00", b"\x0b\x81\x01", t.StateSchema(0, 0), t.StateSchema(0, 0)))
        raw = {"Content-Type": "application/x-binary"}
        one = t.PaymentTxn(a, sp(), b, 1).sign(self.a[0])
        packed = base64.b64decode(encoding.msgpack_encode(one))
        self.node.remember([one])
        for name, body in (("empty", b""), ("junk", b"\xff\x00"), ("truncated", packed[:40]), ("trailing", packed + b"\x01"), ("string", b"hello"),
                           ("unknown field", b"\x82\xa3sig\xc4\x01a\xa3zzz\x01"), ("many", packed * 17), ("same twice", packed * 2)):
            self.note(f"raw {name}", self.node.request("POST", "/v2/transactions", body, raw))
        unsigned = {k: v for k, v in one.dictify().items() if k != "sig"}
        self.note("raw unsigned", self.node.request("POST", "/v2/transactions", msgpack.packb(unsigned, use_bin_type=True), raw))
        lsig = t.LogicSigAccount(b"\x0b\x81\x00")
        bad = t.LogicSigTransaction(t.PaymentTxn(lsig.address(), sp(), a, 0), lsig)
        self.node.remember([bad])
        self.note("raw lsig rejects", self.node.submit([bad]))

    def reads(self, app, asset, odd, address):
        a, b, node = self.a[1], self.b[1], self.node
        for account_ in (a, b, address, self.dispenser[1], encoding.encode_address(bytes(32))):
            label = node.known.get(account_, account_)
            self.both(f"/v2/accounts/{account_}", f"account {label}")
            for exclude in ("all", "none", "created-apps-params", "created-assets-params", "created-apps-params,created-assets-params", "all,none", "x", ""):
                self.both(f"/v2/accounts/{account_}?exclude={exclude}", f"account {label} exclude={exclude}")
            self.get(f"/v2/accounts/{account_}/assets", f"assets of {label}")
            self.get(f"/v2/accounts/{account_}/applications", f"apps of {label}")
            self.get(f"/v2/accounts/{account_}/applications?include=params", f"apps of {label} with params")
            self.get(f"/v2/accounts/{account_}/transactions/pending", f"pending of {label}")
            for one in (asset, odd):
                self.both(f"/v2/accounts/{account_}/assets/{one}", f"holding {label} {one}")
            self.both(f"/v2/accounts/{account_}/applications/{app}", f"local {label}")
        for query in ("limit=1", "limit=0", "limit=1001", "limit=x", "next=x", f"next={asset}", "limit=1&next=1", "limit=-1"):
            self.get(f"/v2/accounts/{a}/assets?{query}", f"assets {query}")
            self.get(f"/v2/accounts/{a}/applications?{query}", f"apps {query}")
        for path in (f"/v2/applications/{app}", f"/v2/assets/{asset}", f"/v2/assets/{odd}", "/v2/assets/0", f"/v2/applications/{asset}"):
            self.get(path)
        for query in ("", "?max=1", "?max=100", "?limit=2", "?limit=2&next=b64:Ym94Mg==", "?prefix=str:box", "?include=values", "?include=values&limit=1", "?round=1", "?round=99999", "?max=x",
                      "?next=foo", "?prefix=int:1", "?limit=0", "?include=names"):
            self.get(f"/v2/applications/{app}/boxes{query}", f"boxes {query}")
        for name in ("str:box1", "b64:Ym94MQ==", "b64:/wBiaW4=", "b64:_wBiaW4=", "int:1", "addr:" + a, "abi:uint64:5", "abi:string:hello", "abi:(uint8,bool):[1,true]", "nope", "str:none", "b64:!!", "int:x", "foo:bar", "", "b32:MJXXQMI=",
                     "base64:Ym94MQ==", "address:" + a, "integer:9", "string:box1", "method:hello()void", "addr:abc", "byte base64"):
            self.get(f"/v2/applications/{app}/box?name={urllib.request.quote(name)}", f"box {name}")
        self.get(f"/v2/applications/{app}/box", "box without name")
        last = node.json("/v2/status")["last-round"]
        for round_ in range(1, last + 1):
            self.both(f"/v2/blocks/{round_}")
            self.both(f"/v2/blocks/{round_}?header-only=true")
            for what in ("hash", "txids", "logs"):
                self.get(f"/v2/blocks/{round_}/{what}")
            for txid in node.json(f"/v2/blocks/{round_}/txids")["blockTxids"]:
                for kind in ("", "?hashtype=sha256", "?hashtype=sha512_256"):
                    self.get(f"/v2/blocks/{round_}/transactions/{txid}/proof{kind}", f"proof {round_} {node.known[txid]} {kind}")
        self.get(f"/v2/blocks/1/transactions/{'A' * 52}/proof", "proof missing")
        self.get("/v2/blocks/1/transactions/xx/proof", "proof bad id")
        self.get(f"/v2/blocks/999/transactions/{'A' * 52}/proof", "proof future")
        self.get(f"/v2/blocks/1/transactions/{'A' * 52}/proof?hashtype=md5", "proof bad hash")
        for path in ("/v2/ledger/supply", "/v2/status", "/v2/transactions/params", "/v2/status/wait-for-block-after/0", f"/v2/status/wait-for-block-after/{last - 1}", "/v2/status/wait-for-block-after/x",
                     f"/v2/deltas/{last}", "/v2/deltas/x", "/v2/deltas/999", f"/v2/deltas/{last}/txn/group", "/v2/deltas/txn/group/xx"):
            self.get(path, "later " + path)

    def simulations(self, app, call):
        a, b, sp = self.a[1], self.b[1], self.node.params
        free = lambda: (lambda p: (setattr(p, "fee", 0), p)[1])(sp())
        trace = {"exec-trace-config": {"enable": True, "stack-change": True, "scratch-change": True, "state-change": True}}
        for fmt in ("json", "msgpack"):
            self.simulate(f"pay {fmt}", [t.PaymentTxn(a, sp(), b, 5)], fmt=fmt)
            self.simulate(f"log {fmt}", [call(a, b"log")], fmt=fmt)
            self.simulate(f"log trace {fmt}", [call(a, b"log")], fmt=fmt, **trace)
            self.simulate(f"state trace {fmt}", [call(b, b"state")], fmt=fmt, **trace)
            self.simulate(f"fail {fmt}", [call(a, b"fail")], fmt=fmt, **trace)
            self.simulate(f"unsigned {fmt}", [call(a, b"log")], signed=False, fmt=fmt)
            self.simulate(f"unsigned allowed {fmt}", [call(a, b"log")], signed=False, fmt=fmt, **{"allow-empty-signatures": True, "allow-more-logging": True, "extra-opcode-budget": 700})
            self.simulate(f"unnamed box {fmt}", [call(a, b"box", b"box1", b"value of box1")], fmt=fmt, **{"allow-unnamed-resources": True})
            self.simulate(f"box missing {fmt}", [call(a, b"box", b"box1", b"value of box1")], fmt=fmt)
            self.simulate(f"low fee {fmt}", [t.PaymentTxn(a, free(), b, 5)], fmt=fmt)
            paid = sp(); paid.fee = 3000
            self.simulate(f"inner trace {fmt}", [call(a, b"inner", sp=paid)], fmt=fmt, **trace)
            self.simulate(f"group {fmt}", [call(a, b"log"), t.PaymentTxn(a, sp(), b, 1), call(b, b"fail")], fmt=fmt)
            self.simulate(f"fix signers {fmt}", [call(a, b"log")], signed=False, fmt=fmt, **{"allow-empty-signatures": True, "fix-signers": True})
            self.simulate(f"budget too big {fmt}", [call(a, b"log")], fmt=fmt, **{"extra-opcode-budget": 320001})
            self.simulate(f"round ahead {fmt}", [call(a, b"log")], fmt=fmt, round=9999)
        post = lambda name, body: self.note("simulate raw " + name, self.node.request("POST", "/v2/transactions/simulate", body))
        post("empty", b"")
        post("no groups", msgpack.packb({"txn-groups": []}))
        post("two groups", msgpack.packb({"txn-groups": [{"txns": []}, {"txns": []}]}))
        post("junk", b"hello")
        post("json", b'{"txn-groups": []}')
        post("unknown key", msgpack.packb({"txn-groups": [], "x": 1}))

    def teal(self):
        for name, source in (("good", b"int 1"), ("two errors", b"int 3\nint\nfoo"), ("empty", b""), ("old", b"#pragma version 99\nint 1"), ("utf8", "byte \"é\"\npop\nint 1".encode()), ("label", b"b x"),
                             ("latin-1 comment", b"#pragma version 8 // \xe9\nint 1 //\xff\n// \xc3\nint 2\n+"), ("latin-1 comment and an error", b"// \xe9\nint x // \xe9")):
            for query in ("", "?sourcemap=true", "?sourcemap=false", "?sourcemap=x"):
                self.note(f"compile {name} {query}", self.node.request("POST", f"/v2/teal/compile{query}", source))
        self.note("compile huge", self.node.request("POST", "/v2/teal/compile", b"//" + b"a" * (512 * 1024)))
        for name, program in (("good", b"\x0b\x81\x01"), ("empty", b""), ("junk", b"\xff\xff"), ("truncated", b"\x0b\x81"), ("unknown", b"\x0b\xfe"), ("base64", b"C4EB")):
            self.note(f"disassemble {name}", self.node.request("POST", "/v2/teal/disassemble", program))

    def http(self):
        for path in ("/v2/status", "/v2/accounts/x", "/v2/nope", "/health", "/versions", "/genesis", "/v2/shutdown"):
            self.note("no token " + path, self.node.request("GET", path, token=None))
            self.note("bad token " + path, self.node.request("GET", path, token="b" * 64))
        self.note("bearer", self.node.request("GET", "/v2/transactions/params", token=None, headers={"Authorization": "Bearer " + TOKEN}))
        self.note("lower bearer", self.node.request("GET", "/v2/transactions/params", token=None, headers={"Authorization": "bearer " + TOKEN}))
        for method, path in (("POST", "/v2/status"), ("DELETE", "/v2/transactions"), ("PUT", "/health"), ("HEAD", "/v2/status"), ("GET", "/v2/transactions"), ("GET", "/v2/teal/compile"), ("GET", "/v2/status/"), ("GET", "/"),
                             ("POST", "/v2/shutdown"), ("POST", "/v2/teal/dryrun"), ("GET", "/v1/status")):
            self.note(f"{method} {path} ", self.node.request(method, path))
        for path in ("/v2/status", "/v2/nope", "/health", "/v2/transactions"):
            self.note(f"preflight {path}", self.node.request("OPTIONS", path, token=None, headers={
                "Origin": "https://app.test", "Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": "x-algo-api-token"}))
            self.note(f"bare options {path}", self.node.request("OPTIONS", path, token=None))
        self.note("origin", self.node.request("GET", "/v2/transactions/params", headers={"Origin": "https://app.test"}))
        self.note("body limit", self.node.announce("/v2/transactions", 10 * 1024 * 1024 + 1))

    def clock(self):
        post = lambda o: self.note(f"offset {o}", self.node.request("POST", f"/v2/devmode/blocks/offset/{o}"))
        for offset in ("x", "-1", "18446744073709551615", "3600"):
            post(offset)
            self.get("/v2/devmode/blocks/offset", f"offset after {offset}")
        before = self.timestamp()
        self.send("with offset", t.PaymentTxn(self.a[1], self.node.params(), self.a[1], 0, note=b"offset"))
        self.note("offset step", (200, {}, json.dumps({"step": self.timestamp() - before}).encode()))

    def timestamp(self):
        last = self.node.json("/v2/status")["last-round"]
        return self.node.json(f"/v2/blocks/{last}")["block"]["ts"]


# Keys whose values are hashes, seeds, clocks or keys of one network alone.
# Left out: our networks pay no rewards.
REWARDS = {"rate", "frac"}
VARIABLE = {"txn512", "SelectionID", "StateProofID", "VoteID", "VoteLastValid", "ts", "seed", "prev", "prev512", "txn", "txn256", "gh", "time-since-last-round", "blockHash", "stibhash", "proof", "sel", "vote", "stprf", "sig", "grp", "build", "channel",
            "selection-participation-key", "vote-participation-key", "state-proof-key", "genesis_hash_b64", "genesis-hash", "vote-last-valid", "voteLst", "logic-sig-hash"}
# What the reference lists in the order of a hash map.
UNORDERED = ("global-state", "key-value", "global-state-delta", "local-state-delta", "delta", "boxes", "kvs", "app-initial-states", "app-locals", "accounts", "assets", "apps", "asset-holdings")
# A transaction as Go prints a structure; ours is named by its id.
GO_TRANSACTION = re.compile(r"^transaction (\{_struct:.*\}|<txid \d+>) invalid : ")
HEADERS = ("Content-Type", "Access-Control-Allow-Origin", "Access-Control-Allow-Methods", "Access-Control-Allow-Headers", "X-Algorand-Struct")


def plain(value, known, key=None):
    """The value with everything that may differ between two networks replaced by a placeholder."""
    if isinstance(value, dict):
        return {plain_key(k, known): plain(v, known, k) for k, v in sorted(value.items(), key=lambda kv: str(kv[0])) if k not in REWARDS}
    if isinstance(value, (list, tuple)):
        items = [plain(v, known) for v in value]
        return sorted(items, key=str) if key in UNORDERED else items
    if key in VARIABLE:
        return f"<{type(value).__name__}>"
    if isinstance(value, bytes):
        return f"b:{plain_text(base64.b64encode(value).decode(), known)}"
    return plain_text(value, known) if isinstance(value, str) else value


def plain_key(key, known):
    return plain_text(key, known) if isinstance(key, str) else f"{type(key).__name__}:{key!r}"


def plain_text(text, known):
    if text in known:
        return known[text]
    for value, placeholder in known.items():
        if len(value) > 40 and value in text:
            text = text.replace(value, placeholder)
    return GO_TRANSACTION.sub("transaction <it> invalid : ", text)


def readable(answer, known):
    """Status, the headers that count, and the body as comparable data."""
    status, headers, body = answer
    lower = {k.lower(): v for k, v in headers.items()}
    kept = {h: lower[h.lower()] for h in HEADERS if h.lower() in lower}
    kind = lower.get("content-type", "")
    if "msgpack" in kind:
        data = msgpack.unpackb(body, raw=False, strict_map_key=False, unicode_errors="surrogateescape")
        if plain_order(body) is False:
            kept["msgpack"] = "not canonical"
    elif "json" in kind and body:
        data = json.loads(body)
    else:
        data = body.decode(errors="replace")
    return {"status": status, "headers": kept, "body": plain(data, known)}


def plain_order(body):
    pairs = []
    msgpack.unpackb(body, raw=True, strict_map_key=False, object_pairs_hook=lambda p: pairs.append([k for k, _ in p]) or 0)
    return all(keys == sorted(keys, key=lambda k: (not isinstance(k, int), k)) for keys in pairs if all(isinstance(k, (int, bytes)) for k in keys))


def differences(left, right, at=""):
    if type(left) is not type(right):
        yield at, left, right
    elif isinstance(left, dict):
        for key in sorted(set(left) | set(right), key=str):
            if key not in left or key not in right:
                yield f"{at}/{key}", left.get(key, "(absent)"), right.get(key, "(absent)")
            else:
                yield from differences(left[key], right[key], f"{at}/{key}")
    elif isinstance(left, list):
        if len(left) != len(right):
            yield f"{at}#", left, right
        else:
            for index, pair in enumerate(zip(left, right)):
                yield from differences(*pair, f"{at}/{index}")
    elif left != right:
        yield at, left, right


def reference_dispenser(url):
    kmd = KMDClient(TOKEN, url)
    wallet = next(w for w in kmd.list_wallets() if w["name"] == "unencrypted-default-wallet")
    handle = kmd.init_wallet_handle(wallet["id"], "")
    genesis_address = kmd.list_keys(handle)[0]
    return kmd.export_key(handle, "", genesis_address), genesis_address


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--theirs")
    parser.add_argument("--theirs-kmd")
    parser.add_argument("--ours")
    parser.add_argument("--ours-seed", help="our dispenser's seed in hexadecimal, as `dispenser.key` has it")
    parser.add_argument("--show", help="print both answers of the requests whose name holds this")
    parser.add_argument("--record", help="write the normalized answers of each side to this directory")
    args = parser.parse_args()
    sides = {}
    if args.theirs:
        sides["theirs"] = Story(Node(args.theirs), reference_dispenser(args.theirs_kmd))
    if args.ours:
        sides["ours"] = Story(Node(args.ours), key_pair(bytes.fromhex(args.ours_seed)))
    texts = {}
    for side, story in sides.items():
        started = time.time()
        try:
            story.play()
        except Exception as error:  # what was answered so far is still worth comparing
            print(f"{side}: story broke off: {type(error).__name__}: {error}", file=sys.stderr)
        print(f"{side}: {len(story.answers)} answers in {time.time() - started:.1f} s", file=sys.stderr)
        texts[side] = {plain_text(name, story.node.known): readable(answer, story.node.known) for name, answer in story.answers.items()}
        if args.record:
            with open(f"{args.record}/{side}.json", "w") as out:
                json.dump(texts[side], out, indent=1, ensure_ascii=True)
    if len(sides) < 2:
        return 0
    unequal = 0
    for name in texts["theirs"]:
        if args.show and args.show in name:
            print(name, json.dumps(texts["theirs"][name], indent=1), json.dumps(texts["ours"].get(name), indent=1), sep="\n")
        found = list(differences(texts["theirs"][name], texts["ours"].get(name, {"(absent)": True})))
        unequal += bool(found)
        for at, theirs, ours in found[:6]:
            print(f"{name}: {at}\n   theirs {str(theirs)[:400]}\n   ours   {str(ours)[:400]}")
    print(f"{len(texts['theirs']) - unequal} of {len(texts['theirs'])} answers agree")
    return 3 if unequal else 0


if __name__ == "__main__":
    sys.exit(main())
