"""The life that both nodes are given, with every answer by its name."""
import base64, hashlib, json, urllib.request

import msgpack
from algosdk import account, encoding, logic, transaction as t
from nacl.signing import SigningKey

from judge.node import TOKEN, Node
from judge.rest.programs import APPROVAL, CLEAR


def fixed_account(name):
    """A key pair that is the same in every run."""
    return key_pair(hashlib.sha256(b"differential " + name.encode()).digest())


def key_pair(seed):
    """Private key as algosdk has it, and address."""
    key = SigningKey(seed)
    private = base64.b64encode(key.encode() + key.verify_key.encode()).decode()
    return private, account.address_from_private_key(private)


class StoryNode(Node):
    """A node that is sent transactions of algosdk's."""

    def __init__(self, url):
        super().__init__(url)
        self.txids = 0

    def params(self):
        p = self.suggested()
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
        approval = node.compile(APPROVAL)
        clear = node.compile(CLEAR)
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

        for path in ("/v2/status", "/v2/nope", "/v2/blocks/x", "/v2/blocks/777", "/v2/blocks/1", "/health", "/versions", "/v2/transactions/params", "/v2/applications/1",
                     "/v2/transactions/pending", "/v2/accounts/abc", "/v2/experimental"):
            self.get(path + "?pretty")
        for path in ("/debug/pprof/", "/debug/pprof/heap", f"/urlAuth/{TOKEN}/debug/pprof/", f"/urlAuth/{TOKEN}/v2/status", "/urlAuth/x/debug/pprof/heap", "/v2/assets/1/2",
                     "/v2/blocks/1/2", "/v2/status/wait-for-block-after/1/2", "/v1/block/1", "/v1/nope"):
            self.get(path)
        self.participation()

    def participation(self):
        """Keys that no node has, and what is no key."""
        note = lambda method, path, body=None, **more: self.note(f"{method} {path} {body}", self.node.request(method, "/v2/participation" + path, body, **more))
        for end in ("/x", "/AAAA", "/" + "A" * 52, "/" + "A" * 58, "/A1A", "/MY%3D%3D", "/AA%0AAA", "/%FF", "/generate/x"):
            note("GET", end)
            note("DELETE", end)
        note("DELETE", "")
        note("PUT", "/x")
        for body in (b"", b"junk", b"\x90", b"\x80", b"\xc0", b"[]", b"\x91\x80"):
            note("POST", "/" + "A" * 52, body)
        for body in (b"", b"junk", b"x" * 5000):
            note("POST", "", body)
        for query in ("", "?first=1", "?last=1", "?first=x&last=5", "?first=1&last=x", "?first=1&last=5&dilution=x", "?first=1&first=2&last=3"):
            note("POST", f"/generate/{self.a[1]}{query}")
        note("POST", "/generate/xx?first=1&last=5")

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
