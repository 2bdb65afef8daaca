"""Records a short history of a development network of the reference, block by block, and simulations on top of it.

Writes tests/vectors/ledger/chain.json. Each group is kept as it was sent, with the block algod made of it; each simulation as its
request (groups and options) and algod's JSON answer. Accounts are derived from fixed words, so only the genesis, its rich account
and the times differ between two recordings. Without --theirs the network is started here.

Environment:
  PNP_ORACLE        the folder of the reference's programs, where --theirs is not given

Exit code: 0 if the file is written, 1 if the network answers otherwise than expected, 2 if the command cannot be run
"""
import base64, collections, datetime, hashlib, json

import msgpack
from algosdk import encoding, logic, transaction as t
from nacl.signing import SigningKey

from judge.addresses import address_text
from judge.networks import reference_options, theirs_of
from judge.node import Node
from judge.paths import CONSENSUS, REFERENCE, VECTORS
from judge.record.chain_programs import APPROVAL, CLEAR, OLD, SECOND
from judge.record.writing import to_option, write

Account = collections.namedtuple("Account", ["key", "address"])
TRACED = {"exec-trace-config": {"enable": True, "stack-change": True, "scratch-change": True, "state-change": True}}
UNSIGNED = {"allow-empty-signatures": True}
UNNAMED = {**UNSIGNED, "allow-unnamed-resources": True}


def account(seed):
    key = SigningKey(seed)
    return Account(base64.b64encode(seed + key.verify_key.encode()).decode(), address_text(key.verify_key.encode()))


class Unsigned:
    """What `SignedTransaction` encodes to, without any signature."""

    def __init__(self, txn):
        self.txn = txn

    def dictify(self):
        return {"txn": self.txn.dictify()}


def signed(pairs):
    """Transactions with what signs them: a key, a function, or nothing."""
    txns = [txn for txn, _ in pairs]
    if len(txns) > 1:
        t.assign_group_id(txns)
    return [Unsigned(txn) if by is None else txn.sign(by) if isinstance(by, str) else by(txn) for txn, by in pairs]


def packed(group):
    return b"".join(base64.b64decode(encoding.msgpack_encode(one)) for one in group)


class Chain(Node):
    """The network, and what has been recorded of it."""

    def __init__(self, running):
        super().__init__(running.url)
        self.rich, self.counter = account(running.seed), 0
        named = (account(hashlib.sha256(b"record-chain " + name).digest()) for name in (b"alice", b"bob", b"carol"))
        self.alice, self.bob, self.carol = named
        self.groups, self.blocks, self.simulated = [], [], []

    def params(self, fee=1000):
        self.counter += 1
        suggested = self.suggested()
        # The same rounds for every recording; the counter in the note keeps ids apart.
        return t.SuggestedParams(fee, 1, 1000, suggested["genesis-hash"], suggested["genesis-id"], True)

    def note(self):
        return f"n{self.counter}".encode()

    def send(self, *pairs):
        raw = packed(signed(pairs))
        answer = json.loads(self.content("POST", "/v2/transactions", raw, {"Content-Type": "application/x-binary"}))
        done = self.json(f"/v2/transactions/pending/{answer['txId']}")
        self.groups.append(base64.b64encode(raw).decode())
        self.blocks.append(base64.b64encode(self.block(done["confirmed-round"])).decode())
        return done

    def simulate(self, name, pairs, **options):
        group = signed(pairs)
        request = msgpack.packb({**options, "txn-groups": [{"txns": [one.dictify() for one in group]}]}, use_bin_type=True)
        status, _, body = self.request("POST", "/v2/transactions/simulate", request, {"Content-Type": "application/msgpack"})
        answer = json.loads(body) if status == 200 else {"status": status, "message": json.loads(body)["message"]}
        self.simulated.append({"name": name, "after": len(self.blocks), "group": base64.b64encode(packed(group)).decode(),
                               "options": options, "answer": answer})

    def pay(self, who, to, amount, **more):
        return t.PaymentTxn(who, self.params(), to, amount, note=self.note(), **more)

    def call(self, who, *args, **more):
        return self.call_of(self.app, who, *args, **more)

    def call_of(self, where, who, *args, fee=1000, **more):
        args = [a if isinstance(a, bytes) else a.encode() for a in args]
        return t.ApplicationNoOpTxn(who, self.params(fee), where, app_args=args, note=self.note(), **more)

    def money(self):
        """Money."""
        for who in (self.alice.address, self.bob.address, self.carol.address):
            self.send((t.PaymentTxn(self.rich.address, self.params(), who, 50_000_000, note=self.note()), self.rich.key))
        self.send((t.PaymentTxn(self.alice.address, self.params(2000), self.bob.address, 1, note=self.note()), self.alice.key),
             (t.PaymentTxn(self.bob.address, self.params(0), self.carol.address, 2, note=self.note(), lease=b"L" * 32), self.bob.key))

    def asset_life(self):
        """An asset's life."""
        self.asset = self.send((t.AssetConfigTxn(self.alice.address, self.params(), total=1000, decimals=2, default_frozen=False, unit_name="PLY",
                                       asset_name="Play", manager=self.alice.address, reserve=self.alice.address, freeze=self.alice.address,
                                       clawback=self.alice.address, url="https://example.org", note=self.note()), self.alice.key))["asset-index"]
        self.send((t.AssetTransferTxn(self.bob.address, self.params(), self.bob.address, 0, self.asset, note=self.note()), self.bob.key))
        self.send((t.AssetTransferTxn(self.alice.address, self.params(), self.bob.address, 300, self.asset, note=self.note()), self.alice.key))
        self.send((t.AssetFreezeTxn(self.alice.address, self.params(), self.asset, self.bob.address, True, note=self.note()), self.alice.key))
        self.send((t.AssetTransferTxn(self.alice.address, self.params(), self.alice.address, 10, self.asset, revocation_target=self.bob.address, note=self.note()), self.alice.key))
        self.send((t.AssetFreezeTxn(self.alice.address, self.params(), self.asset, self.bob.address, False, note=self.note()), self.alice.key))
        self.send((t.AssetTransferTxn(self.bob.address, self.params(), self.alice.address, 0, self.asset, close_assets_to=self.alice.address, note=self.note()), self.bob.key))

    def application(self):
        """An application with every kind of state."""
        self.approval = self.compile(APPROVAL)
        self.clear = self.compile(CLEAR)
        created = self.send((t.ApplicationCreateTxn(self.alice.address, self.params(), t.OnComplete.NoOpOC, self.approval, self.clear,
                                               t.StateSchema(1, 1), t.StateSchema(0, 1), note=self.note()), self.alice.key))
        self.app = created["application-index"]
        app_address = logic.get_application_address(self.app)
        self.send((t.PaymentTxn(self.rich.address, self.params(), app_address, 5_000_000, note=self.note()), self.rich.key))
        self.send((t.ApplicationOptInTxn(self.bob.address, self.params(), self.app, note=self.note()), self.bob.key))
        self.send((self.call(self.bob.address, "global", "hello"), self.bob.key))
        self.send((self.call(self.bob.address, "global", "again"), self.bob.key), (self.call(self.bob.address, "local", "mine"), self.bob.key))
        self.send((self.call(self.alice.address, "box", boxes=[(self.app, b"b")]), self.alice.key))
        self.send((self.call(self.bob.address, "inner", fee=3000), self.bob.key))
        self.send((self.call(self.bob.address, "scratch"), self.bob.key))

    def others(self):
        """One that calls the other, keeps large boxes and rekeys its caller's friends; and one of an older version."""
        second = self.compile(SECOND.replace("CALLED", str(self.app)))
        done = self.send((t.ApplicationCreateTxn(self.alice.address, self.params(), t.OnComplete.NoOpOC, second, self.clear,
                                            t.StateSchema(0, 0), t.StateSchema(0, 0), note=self.note()), self.alice.key))
        self.app2 = done["application-index"]
        self.send((t.PaymentTxn(self.rich.address, self.params(), logic.get_application_address(self.app2), 20_000_000, note=self.note()), self.rich.key))
        old = self.compile(OLD)
        old_clear = self.compile("#pragma version 8\nint 1\n")
        done = self.send((t.ApplicationCreateTxn(self.alice.address, self.params(), t.OnComplete.NoOpOC, old, old_clear,
                                            t.StateSchema(0, 0), t.StateSchema(0, 0), note=self.note()), self.alice.key))
        self.app3 = done["application-index"]

    def simulations(self):
        """Simulations on top of all that."""
        self.simulate("signed payment", [(self.pay(self.alice.address, self.bob.address, 7), self.alice.key)])
        self.simulate("missing signature", [(self.pay(self.alice.address, self.bob.address, 7), None)])
        self.simulate("allowed missing signature", [(self.pay(self.alice.address, self.bob.address, 7), None)], **UNSIGNED)
        self.simulate("wrong signature", [(self.pay(self.alice.address, self.bob.address, 7), self.bob.key)])
        self.simulate("overspend in the second", [(self.pay(self.alice.address, self.bob.address, 7), None), (self.pay(self.bob.address, self.alice.address, 10**12), None)], **UNSIGNED)
        self.simulate("global put, traced", [(self.call(self.bob.address, "global", "sim"), None)], **UNSIGNED, **TRACED)
        self.simulate("local put, traced", [(self.call(self.bob.address, "local", "sim"), None)], **UNSIGNED, **TRACED)
        self.simulate("box, traced", [(self.call(self.alice.address, "unbox", boxes=[(self.app, b"b")]), None), (self.call(self.alice.address, "box", boxes=[(self.app, b"b")]), None)], **UNSIGNED, **TRACED)
        self.simulate("inner, traced", [(self.call(self.bob.address, "inner", fee=3000), None)], **UNSIGNED, **TRACED)
        self.simulate("inner without fee", [(self.call(self.bob.address, "inner", fee=1000), None)], **UNSIGNED, **TRACED)
        self.simulate("scratch, traced", [(self.call(self.bob.address, "scratch"), None)], **UNSIGNED, **TRACED)
        self.simulate("only places traced", [(self.call(self.bob.address, "scratch"), None)], **UNSIGNED, **{"exec-trace-config": {"enable": True}})
        self.simulate("details without trace", [(self.call(self.bob.address, "scratch"), None)], **UNSIGNED, **{"exec-trace-config": {"stack-change": True}})
        self.simulate("failing assert", [(self.pay(self.alice.address, self.bob.address, 7), None), (self.call(self.bob.address, "fail"), None)], **UNSIGNED, **TRACED)
        self.simulate("budget exceeded", [(self.call(self.bob.address, "burn"), None)], **UNSIGNED)
        self.simulate("extra budget", [(self.call(self.bob.address, "burn"), None)], **UNSIGNED, **{"extra-opcode-budget": 1000})
        self.simulate("too much extra budget", [(self.call(self.bob.address, "burn"), None)], **UNSIGNED, **{"extra-opcode-budget": 320001})
        self.simulate("too many logs", [(self.call(self.bob.address, "spam"), None)], **UNSIGNED, **{"extra-opcode-budget": 1000})
        self.simulate("more logging", [(self.call(self.bob.address, "spam"), None)], **UNSIGNED, **{"extra-opcode-budget": 1000, "allow-more-logging": True})
        who = encoding.decode_address(self.carol.address)
        self.simulate("unnamed refused", [(self.call(self.bob.address, "balance", who, self.asset.to_bytes(8, "big")), None)], **UNSIGNED)
        self.simulate("unnamed allowed", [(self.call(self.bob.address, "balance", who, self.asset.to_bytes(8, "big")), None)], **UNSIGNED, **{"allow-unnamed-resources": True})
        self.simulate("unnamed box", [(self.call(self.alice.address, "unbox"), None)], **UNSIGNED, **{"allow-unnamed-resources": True})
        self.simulate("clear state rolls back", [(t.ApplicationClearStateTxn(self.bob.address, self.params(), self.app, app_args=[b"x"], note=self.note()), None)], **UNSIGNED, **TRACED)
        self.simulate("clear state", [(t.ApplicationClearStateTxn(self.bob.address, self.params(), self.app, note=self.note()), None)], **UNSIGNED, **TRACED)
        self.simulate("create, traced", [(t.ApplicationCreateTxn(self.alice.address, self.params(), t.OnComplete.NoOpOC, self.approval, self.clear, t.StateSchema(1, 1), t.StateSchema(0, 1), note=self.note()), None)], **UNSIGNED, **TRACED)
        program = self.compile("#pragma version 11\nint 1\nint 1\n==\n")
        lsig = lambda txn: t.LogicSigTransaction(txn, t.LogicSigAccount(program))
        self.simulate("logic signature, traced", [(self.pay(logic.address(program), self.bob.address, 0), lsig)], **TRACED)
        reject = self.compile("#pragma version 11\nint 0\n")
        self.simulate("logic signature rejects", [(self.pay(logic.address(reject), self.bob.address, 0), lambda txn: t.LogicSigTransaction(txn, t.LogicSigAccount(reject)))])

    def more_simulations(self):
        """Inner calls, boxes, versions, and what may not be."""
        who = encoding.decode_address(self.carol.address)
        self.simulate("inner calls, traced", [(self.call_of(self.app2, self.bob.address, "call", "global", "global", fee=9000, foreign_apps=[self.app]), None)], **UNSIGNED, **TRACED)
        self.simulate("inner call fails", [(self.pay(self.alice.address, self.bob.address, 1), None), (self.call_of(self.app2, self.bob.address, "call", "global", "fail", fee=9000, foreign_apps=[self.app]), None)], **UNSIGNED, **TRACED)
        self.simulate("first inner group fails", [(self.call_of(self.app2, self.bob.address, "call", "fail", "global", fee=9000, foreign_apps=[self.app]), None)], **UNSIGNED, **TRACED)
        self.simulate("inner application unnamed", [(self.call_of(self.app2, self.bob.address, "call", "global", "global", fee=9000), None)], **UNNAMED)
        self.simulate("inner application refused", [(self.call_of(self.app2, self.bob.address, "call", "global", "global", fee=9000), None)], **UNSIGNED)
        self.simulate("large boxes unnamed", [(self.call_of(self.app2, self.bob.address, "boxes"), None)], **UNNAMED, **TRACED)
        self.simulate("large boxes refused", [(self.call_of(self.app2, self.bob.address, "boxes", boxes=[(self.app2, b"one"), (self.app2, b"two")]), None)], **UNSIGNED)
        self.simulate("large boxes named", [(self.call_of(self.app2, self.bob.address, "boxes", boxes=[(self.app2, b"one"), (self.app2, b"two")] + [(0, b"")] * 6), None)], **UNSIGNED)
        self.simulate("half of the boxes named", [(self.call_of(self.app2, self.bob.address, "boxes", boxes=[(self.app2, b"one")]), None)], **UNNAMED)
        self.simulate("jumps, traced", [(self.call_of(self.app2, self.bob.address, "choose"), None)], **UNSIGNED, **TRACED)
        self.simulate("absent box", [(self.call_of(self.app2, self.bob.address, "shrink", boxes=[(self.app2, b"kept")]), None)], **UNSIGNED, **TRACED)
        self.simulate("old program unnamed", [(self.call_of(self.app3, self.bob.address, "", who, self.asset.to_bytes(8, "big")), None)], **UNNAMED)
        self.simulate("old program refused", [(self.call_of(self.app3, self.bob.address, "", who, self.asset.to_bytes(8, "big")), None)], **UNSIGNED)
        self.simulate("old and new unnamed", [(self.call_of(self.app3, self.bob.address, "", who, self.asset.to_bytes(8, "big")), None), (self.call(self.bob.address, "balance", who, self.asset.to_bytes(8, "big")), None), (self.call_of(self.app3, self.alice.address, "", who, self.asset.to_bytes(8, "big")), None)], **UNNAMED)
        self.simulate("many budgets", [(self.call(self.bob.address, "scratch"), None), (self.pay(self.alice.address, self.bob.address, 1), None), (self.call(self.bob.address, "burn"), None)], **UNSIGNED, **{"extra-opcode-budget": 2000})
        self.simulate("fee too small", [(t.PaymentTxn(self.alice.address, self.params(999), self.bob.address, 1, note=self.note()), None)], **UNSIGNED)
        self.simulate("below minimum", [(self.pay(self.carol.address, self.bob.address, 49_950_000), None)], **UNSIGNED)
        self.simulate("no such application", [(self.call_of(99999, self.bob.address, "x"), None)], **UNSIGNED, **TRACED)
        grouped = self.pay(self.alice.address, self.bob.address, 1)
        grouped.group = b"G" * 32
        self.simulate("wrong group id", [(grouped, None)], **UNSIGNED)
        late = self.pay(self.alice.address, self.bob.address, 1)
        late.last_valid_round = 2
        self.simulate("dead", [(late, None)], **UNSIGNED)
        self.simulate("not opted in", [(t.AssetTransferTxn(self.alice.address, self.params(), self.carol.address, 1, self.asset, note=self.note()), None)], **UNSIGNED)

    def rekeyed(self):
        """Rekeyed accounts."""
        self.send((t.PaymentTxn(self.carol.address, self.params(), self.carol.address, 0, rekey_to=self.alice.address, note=self.note()), self.carol.key))
        self.simulate("wrong signer", [(self.pay(self.carol.address, self.bob.address, 7), None)], **UNSIGNED)
        self.simulate("fixed signer", [(self.pay(self.carol.address, self.bob.address, 7), None)], **UNSIGNED, **{"fix-signers": True})
        self.simulate("fixed after rekey", [(self.pay(self.carol.address, self.bob.address, 7, rekey_to=self.bob.address), None), (self.pay(self.carol.address, self.bob.address, 8), None)], **UNSIGNED, **{"fix-signers": True})
        self.simulate("fixed after a call", [(self.call(self.bob.address, "scratch"), None), (self.pay(self.carol.address, self.bob.address, 8), None)], **UNSIGNED, **{"fix-signers": True})
        self.simulate("fix without empty signatures", [(self.pay(self.carol.address, self.bob.address, 7), None)], **{"fix-signers": True})

    def end(self):
        """The end of things."""
        self.send((self.call(self.alice.address, "unbox", boxes=[(self.app, b"b")]), self.alice.key))
        self.send((t.ApplicationUpdateTxn(self.alice.address, self.params(), self.app, self.approval + b"\x81\x01\x43", self.clear, note=self.note()), self.alice.key))
        self.send((t.ApplicationClearStateTxn(self.bob.address, self.params(), self.app, app_args=[b"x"], note=self.note()), self.bob.key))
        self.send((t.ApplicationDeleteTxn(self.alice.address, self.params(), self.app, note=self.note()), self.alice.key))
        self.send((t.AssetConfigTxn(self.alice.address, self.params(), index=self.asset, strict_empty_address_check=False, note=self.note()), self.alice.key))
        self.send((t.KeyregNonparticipatingTxn(self.bob.address, self.params(), note=self.note()), self.bob.key))
        self.send((t.PaymentTxn(self.bob.address, self.params(), self.alice.address, 0, close_remainder_to=self.alice.address, note=self.note()), self.bob.key))


def options(parser):
    reference_options(parser)
    to_option(parser, VECTORS / "ledger" / "chain.json")


def run(arguments):
    with theirs_of(arguments) as running:
        net = Chain(running)
        for chapter in (net.money, net.asset_life, net.application, net.others, net.simulations, net.more_simulations,
                        net.rekeyed, net.end):
            chapter()
        write(arguments.to, {
            "source": "algod's blocks and /v2/transactions/simulate on a private network in dev mode",
            "version": f"{REFERENCE} ({net.build()}), {CONSENSUS}",
            "date": datetime.date.today().isoformat(),
            "genesis": net.content("GET", "/genesis").decode().strip(),
            "groups": net.groups, "blocks": net.blocks, "simulations": net.simulated,
        })
