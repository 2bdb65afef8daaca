"""Random application calls for `scripts/differential ledger`: programs over every opcode that reads or writes the ledger."""
from judge.addresses import address_text, app_address
from judge.ledger.snippets import (ACCT_FIELDS, APP_FIELDS, ASSET_FIELDS, BLOCK_FIELDS, GLOBALS, ITXN_FIELDS, SNIPPETS, TXN_FIELDS)
from judge.ledger.transactions import Transactions


class Programs(Transactions):
    """Applications with programs of many snippets, updated before they are called."""

    def __init__(self, world):
        super().__init__(world)
        self.kinds = [self.calls] * 16 + [self.creations] * 4 + [self.others] * 4 + [self.created_in_group] * 2
        self.pool = []
        self.version = {}

    # -- operands

    def number(self, high=4):
        return f"int {self.rng.choice([0, 0, 1, 1, 2, 3, high, self.rng.randrange(100)])}" if self.rng.random() < 0.93 else f"int {2**64 - 1}"

    def account_operand(self, version):
        options = [f"int {self.rng.choice([0, 0, 0, 1, 1, 2, 9])}"]
        if version >= 4:
            options += ["txn Sender", "txna Accounts 1", "addr " + address_text(self.anyone()), "byte 0x1234"]
            options += ["txn Sender"] * 2
        if version >= 5:
            options += ["global CurrentApplicationAddress"] * 2 + ["addr " + address_text(app_address(self.some_app()))]
        return self.rng.choice(options)

    def some_app(self):
        return self.rng.choice(self.pool[:4] * 2 + self.world.apps[-3:] + [1, 424242])

    def application_operand(self, version):
        options = ["int 0", "int 0", "int 1", f"int {self.some_app()}", f"int {self.some_app()}"] + (["global CurrentApplicationID"] * 3 + ["txna Applications 1"] if version >= 3 else [])
        return self.rng.choice(options)

    def asset_operand(self, version):
        return self.rng.choice(["int 0", "int 1", f"int {self.asset()}", f"int {self.asset()}"] + (["txna Assets 0"] * 2 if version >= 3 else []))

    def key(self):
        return self.rng.choice(['byte "k1"', 'byte "k1"', 'byte "k2"', 'byte "k3"', 'byte ""', "byte 0xff00", "byte 0x" + "41" * self.rng.choice([64, 65])])

    def value(self):
        return self.rng.choice(["int 0", "int 7", "int 7", f"int {2**64 - 1}", 'byte "v"', 'byte ""', "byte 0x" + "62" * self.rng.choice([30, 64, 120, 127, 128])])

    def long(self, version):
        size = self.rng.choice([0, 1, 5, 24, 24, 100, 1000, 1024, 1025, 4096]) if self.rng.random() < 0.6 else 24
        return f"int {size}; bzero" if version >= 4 and self.rng.random() < 0.7 else 'byte "long enough for a box it"'

    def box_name(self):
        return self.rng.choice(['byte "b1"'] * 5 + ['byte "b2"'] * 3 + ['byte "b3"', 'byte ""', "byte 0x" + "63" * self.rng.choice([64, 65])])

    def since(self, fields, version):
        return self.rng.choice([f for least, f in fields if version >= least] or ["Sender"])

    def fill(self, template, version):
        rng = self.rng
        out = template
        while "{" in out:
            at, end = out.index("{"), out.index("}")
            name = out[at + 1:end]
            if name == "inner":
                return None
            put = {"a": lambda: self.account_operand(version), "p": lambda: self.application_operand(version), "s": lambda: self.asset_operand(version),
                   "k": self.key, "v": self.value, "n": self.box_name, "i": self.number, "L": lambda: self.long(version),
                   "z": lambda: "int " + rng.choice(["0", "1", "24", "24", "24", "100", "1024", "2048", "5000", "32768", "32769"]),
                   "g": lambda: str(rng.choice([0, 0, 1, 1, 2, 15])), "assetf": lambda: "Asset" + rng.choice(ASSET_FIELDS[:None if version >= 5 else -1]),
                   "appf": lambda: "App" + rng.choice(APP_FIELDS), "acctf": lambda: "Acct" + self.since(ACCT_FIELDS, version), "globalf": lambda: self.since(GLOBALS, version),
                   "txnf": lambda: self.since(TXN_FIELDS, version), "itxnf": lambda: self.since(ITXN_FIELDS, version), "blockf": lambda: rng.choice(BLOCK_FIELDS)}[name]()
            out = out[:at] + put + out[end + 1:]
        return out

    def snippet(self, version):
        least, template = self.rng.choice([s for s in SNIPPETS if s[0] <= version])
        if template == "{inner}":
            return self.inner(version)
        body, _, results = template.partition("->")
        filled = self.lines(body, version)
        out = [filled]
        for kind in reversed(results.strip()):
            if version < 5 or self.rng.random() < 0.3:
                out.append("pop")
            elif kind == "i":
                out.append("itob; log")
            elif kind == "b":
                out.append("dup; len; itob; log; pop" if self.rng.random() < 0.5 else "log")
            else:
                out.append("pop" if self.rng.random() < 0.5 else f"store {self.rng.randrange(3, 6)}")
        return "; ".join(out)

    def lines(self, body, version):
        """A template's words as lines: operands first, then the opcode with its immediates."""
        if ";" in body:
            return self.fill(body.strip(), version)
        words = body.split()
        out = []
        while words and (words[0].startswith("{") or words[0].isdigit()):
            word = words.pop(0)
            out.append(f"int {word}" if word.isdigit() else self.fill(word, version))
        return "; ".join(out + [self.fill(" ".join(words), version)])

    # -- inner transactions

    def raw(self, address):
        return "addr " + address_text(address)

    def inner_fields(self, version):
        rng = self.rng
        address = lambda: rng.choice(["txn Sender", "txn Sender", "global CurrentApplicationAddress", self.raw(self.anyone()), self.raw(app_address(self.some_app()))])
        maybe = lambda chance, *items: list(items) if rng.random() < chance else []
        kinds = ["pay", "pay", "axfer", "axfer", "acfg", "acfg", "afrz"] + (["keyreg", "appl", "appl", "appl"] if version >= 6 else [])
        kind = rng.choice(kinds)
        out = [(f"int {kind}", "TypeEnum")] if rng.random() < 0.8 else [(f'byte "{kind}"', "Type")]
        if kind == "pay":
            out += [(address(), "Receiver"), (rng.choice(["int 0", "int 1", "int 1000", "int 100000", f"int {10**15}"]), "Amount")] + maybe(0.03, (address(), "CloseRemainderTo"))
        elif kind == "axfer":
            out += [(self.asset_operand(version), "XferAsset"), (address(), "AssetReceiver"), (rng.choice(["int 0", "int 0", "int 1"]), "AssetAmount")]
            out += maybe(0.15, (address(), "AssetCloseTo")) + maybe(0.15, (address(), "AssetSender"))
        elif kind == "acfg":
            if rng.random() < 0.6:
                out += [(rng.choice(["int 0", "int 5", f"int {2**64 - 1}"]), "ConfigAssetTotal"), (rng.choice(["int 0", "int 2", "int 20"]), "ConfigAssetDecimals"),
                        (rng.choice(['byte "UN"', 'byte ""', 'byte "too long unit"']), "ConfigAssetUnitName"), ('byte "name"', "ConfigAssetName")]
                out += [(address(), "ConfigAsset" + role) for role in ("Manager", "Reserve", "Freeze", "Clawback") if rng.random() < 0.6]
                out += maybe(0.2, ("int 1", "ConfigAssetDefaultFrozen")) + maybe(0.2, ("byte 0x" + "07" * rng.choice([32, 31]), "ConfigAssetMetadataHash"))
            else:
                out += [(self.asset_operand(version), "ConfigAsset")] + maybe(0.5, (address(), "ConfigAssetManager"))
        elif kind == "afrz":
            out += [(self.asset_operand(version), "FreezeAsset"), (address(), "FreezeAssetAccount"), (rng.choice(["int 0", "int 1", "int 2"]), "FreezeAssetFrozen")]
        elif kind == "keyreg":
            if rng.random() < 0.4:
                out += [("byte 0x" + "11" * 32, "VotePK"), ("byte 0x" + "12" * 32, "SelectionPK"), ("byte 0x" + "13" * 64, "StateProofPK"), ("int 1", "VoteFirst"),
                        ("int 9000", "VoteLast"), ("int 100", "VoteKeyDilution")] + maybe(0.3, ("int 2000000", "Fee"))
            else:
                out += maybe(0.1, ("int 1", "Nonparticipation"))
        else:
            if rng.random() < 0.5:
                out += [(rng.choice([f"int {self.some_app()}", self.application_operand(version)]), "ApplicationID")]
            else:
                least = rng.choice([6, 8, 11, 13])
                program = self.world.compile(f"#pragma version {least}\n" + rng.choice(["int 1", 'byte "inner"\nlog\nint 1', "itxn_begin\nint pay\nitxn_field TypeEnum\nitxn_submit\nint 1",
                    "global CallerApplicationID\nitob\nlog\nint 1", 'byte "k1"\nint 1\napp_global_put\nint 1', "int 0", "err"]))
                clear = self.world.compile(f"#pragma version {least}\nint 1")
                out += [("byte 0x" + program.hex(), "ApprovalProgram"), ("byte 0x" + clear.hex(), "ClearStateProgram"), (rng.choice(["int 0", "int 1", "int 2"]), "GlobalNumUint")]
                out += maybe(0.2, ("int 1", "ExtraProgramPages")) + maybe(0.2, ("int 1", "LocalNumByteSlice"))
            out += maybe(0.4, (f"int {rng.choice([0, 1, 2, 3, 4, 5, 5])}", "OnCompletion")) + maybe(0.4, ('byte "arg"', "ApplicationArgs"))
            out += maybe(0.3, (address(), "Accounts")) + maybe(0.2, (f"int {self.some_app()}", "Applications")) + maybe(0.2, (self.asset_operand(version), "Assets"))
            if version >= 12:
                out += maybe(0.1, (self.number(), "RejectVersion"))
        out += maybe(0.1, (rng.choice(["int 0", "int 1000", "int 999", "int 2000", f"int {10**13}"]), "Fee"))
        out += maybe(0.05, (address(), "Sender"))
        if version >= 6:
            out += maybe(0.1, (rng.choice(['byte "note"', "int 1025; bzero"]), "Note")) + maybe(0.03, (address(), "RekeyTo"))
        if rng.random() < 0.06:
            out.insert(rng.randrange(len(out) + 1), (self.value(), self.since(TXN_FIELDS, max(5, version))))
        return [f"{value}; itxn_field {name}" for value, name in out]

    def inner(self, version):
        rng = self.rng
        out = ["itxn_begin"] + self.inner_fields(version)
        if version >= 6:
            for _ in range(rng.choice([0, 0, 0, 1, 2, 16 if rng.random() < 0.1 else 0])):
                out += ["itxn_next"] + self.inner_fields(version)
        if rng.random() < 0.03:
            out.insert(rng.randrange(len(out)), rng.choice(["itxn_begin", "itxn_submit", "itxn_next"] if version >= 6 else ["itxn_submit"]))
        out.append("itxn_submit")
        for _ in range(rng.randrange(3)):
            if version >= 6 and rng.random() < 0.4:
                out.append(f"gitxn {rng.choice([0, 0, 1, 2])} {self.since(ITXN_FIELDS, version)}; pop")
            else:
                out.append(rng.choice(["itxn CreatedAssetID; itob; log", "itxn CreatedApplicationID; itob; log", "itxn NumLogs; itob; log", "itxn Fee; itob; log"]))
        return "; ".join(out)

    # -- programs and calls

    def source(self, version, guard="both"):
        rng = self.rng
        out = [f"#pragma version {version}"] + (["#pragma typetrack false"] if version >= 4 else [])
        # A program that cannot approve its own update would be of no more use.
        out += ["txn OnCompletion", "int 4", "==", "bnz ok"]
        if guard == "both":
            out += ["txn ApplicationID", "bz ok"]
        shape = rng.random()
        many = rng.choice([1, 1, 2, 3, 4, 6])
        if shape < 0.1 and version >= 8:
            out += ["callsub sub", "b ok", "sub:", "proto 0 0", "int 5", "frame_dig 0", "pop"] + [self.snippet(version) for _ in range(many)] + ["retsub"]
        elif shape < 0.15 and version >= 4:
            out += ["int 3", "again:"] + [self.snippet(version) for _ in range(many)] + ["int 1", "-", "dup", "bnz again", "pop"]
        else:
            out += [self.snippet(version) for _ in range(many)]
        out += rng.choice([["b ok"]] * 12 + [["err"], ["int 0", "return"], ['byte "x"', "return"], ["int 1", "int 1"], ["int 0", "assert"], ["int 1", "int 0", "/"]])
        out += ["ok:", "int 1", "return"]
        return "\n".join("\n".join(part.strip() for part in line.split(";")) for line in out)

    def options(self):
        rng = self.rng
        options = {"exec-trace-config": {"enable": True, **{k: True for k in ("stack-change", "scratch-change", "state-change") if rng.random() < 0.8}}} if rng.random() < 0.8 else {}
        for flag, chance in (("allow-empty-signatures", 0.1), ("allow-more-logging", 0.3), ("allow-unnamed-resources", 0.5), ("fix-signers", 0.1)):
            if rng.random() < chance:
                options[flag] = True
        if rng.random() < 0.2:
            options["extra-opcode-budget"] = rng.choice([1, 700, 20000, 320000, 320001])
        return options

    def references(self, app):
        """What the caller shows to the program: foreign arrays, or an access list."""
        rng = self.rng
        boxes = [b"b1", b"b2", b"b3", b"c" * 64, b""]
        if rng.random() < 0.2:
            al = []
            for _ in range(rng.randrange(1, 8)):
                al.append(rng.choice([{"d": self.one_of()}, {"s": self.asset()}, {"p": self.some_app()}, {"b": {"n": rng.choice(boxes)}}, {"b": {"n": b"b1"}}, {},
                                      {"h": {"s": 1}}, {"h": {"d": 1, "s": 2}}, {"l": {"p": 1}}, {"l": {"d": 1}}, {"b": {"i": 1, "n": b"b1"}}]))
            return {"al": al}
        out = {}
        if rng.random() < 0.7:
            out["apat"] = [rng.choice([self.anyone(), self.one_of(), app_address(self.some_app())]) for _ in range(rng.choice([1, 1, 2, 4]))]
        if rng.random() < 0.7:
            out["apas"] = [self.asset() for _ in range(rng.choice([1, 1, 2]))]
        if rng.random() < 0.7:
            out["apfa"] = [self.some_app() for _ in range(rng.choice([1, 1, 2]))]
        if rng.random() < 0.7:
            out["apbx"] = [{"i": rng.choice([0, 0, 0, 0, 1]), "n": rng.choice(boxes[:3] * 2 + boxes)} for _ in range(rng.choice([1, 2, 3, 3]))]
            if rng.random() < 0.4:
                out["apbx"] += [{}] * rng.randrange(1, 4)
        return out

    def call(self, app, completion=None, **fields):
        rng = self.rng
        completion = rng.choice([0, 0, 0, 0, 0, 0, 1, 1, 2, 3, 5 if rng.random() < 0.15 else 0]) if completion is None else completion
        args = [rng.choice([b"", b"a", b"arg", (7).to_bytes(8), rng.randbytes(200)]) for _ in range(rng.choice([0, 1, 2, 3]))]
        extra = {"aprv": rng.choice([1, 2, 1000, 2**40])} if rng.random() < 0.06 else {}
        return self.header(self.one_of(), "appl", apid=app, apan=completion, apaa=args, fee=rng.choice([1000, 2000, 5000, 20000, 20000, 20000]), **self.references(app), **extra, **fields)

    def updated(self, app, **more):
        """The transaction that gives the application a new program, and the program's text."""
        version = max(self.version.get(app, 2), self.rng.choice([2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 13, 13]))
        for _ in range(20):
            source = self.source(version)
            program = self.world.compile(source)
            if program and len(program) <= 8000:
                break
        else:
            return None
        clear = self.world.compile(f"#pragma version {version}\n" + self.rng.choice(["int 1", "int 1", "int 0", "err", 'byte "k1"\nint 5\napp_global_put\nint 1']))
        txn = self.header(self.creator[app], "appl", apid=app, apan=4, apap=program, apsu=clear, fee=1000, **more)
        return txn, source, version

    def foundation(self):
        """A few applications of the same creator, with money of their own, that everyone else calls."""
        self.creator = {}
        trivial = {v: self.world.compile(f"#pragma version {v}\nint 1\nreturn") for v in (2, 6, 8, 13)}
        for index, version in enumerate((2, 2, 6, 8, 13, 13, 13, 13)):
            who = self.world.rich[index % 3]
            txn = self.header(who, "appl", apap=trivial[version], apsu=trivial[version], apgs={"nui": 2, "nbs": 2}, apls={"nui": 1, "nbs": 2}, apep=index % 4)
            before = len(self.world.apps)
            yield {"txns": [self.signed(txn)], "kind": "found"}
            app = self.world.apps[before]
            self.pool.append(app)
            self.creator[app], self.version[app] = who, version
            yield {"txns": [self.signed(self.header(who, "pay", rcv=app_address(app), amt=50_000_000))], "kind": "found"}
            yield {"txns": [self.signed(self.header(one, "appl", apid=app, apan=1)) for one in self.world.rich[:4]], "kind": "found"}
        for who in self.world.rich[:3]:
            yield {"txns": [self.signed(self.header(who, "acfg", apar={"t": 10**6, "un": "AA", "m": who, "r": who, "f": who, "c": who}))], "kind": "found"}

    def settle(self):
        pass

    def alive(self):
        status = lambda app: self.world.theirs.request("GET", f"/v2/applications/{app}")[0]
        for app in list(self.pool):
            if status(app) != 200:
                self.pool.remove(app)
        return self.pool

    def calls(self):
        """An application updated, then called once or more in the same group."""
        rng = self.rng
        app = rng.choice(self.pool)
        made = self.updated(app)
        if made is None:
            return None
        txn, source, self.version[app] = made
        ones = [self.signed(txn)] + [self.signed(self.call(app)) for _ in range(rng.choice([1, 1, 1, 2, 3]))]
        if rng.random() < 0.2:
            ones.insert(rng.randrange(len(ones) + 1), self.signed(self.payment(self.one_of())))
        self.version[app] = made[2] if rng.random() < 0.1 else self.version[app]
        return {"txns": ones, "source": source, "simulate": [self.options() for _ in range(rng.choice([1, 1, 2]))]}

    def creations(self):
        """A new application whose program runs at once, and is updated, called and deleted perhaps."""
        rng = self.rng
        version = rng.choice([2, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 13])
        source = self.source(version, "update")
        program = self.world.compile(source)
        if program is None:
            return None
        clear = self.world.compile(f"#pragma version {version}\nint 1")
        sizes = lambda: {"nui": rng.choice([0, 1, 2]), "nbs": rng.choice([0, 1, 2])}
        txn = self.call(0, rng.choice([0, 0, 0, 1, 4, 5, 2]), apap=program, apsu=clear, apgs=sizes(), apls=sizes(), apep=rng.choice([0, 0, 1, 3]))
        return {"txns": [self.signed(txn)] + ([self.signed(self.call(rng.choice(self.pool)))] if rng.random() < 0.3 else []), "source": source, "simulate": [self.options()]}

    def others(self):
        """Growth, opt-ins, clearing, deleting: what happens to an application as a whole."""
        rng = self.rng
        app = rng.choice(self.pool[4:] + self.world.apps[-4:])
        creator = self.creator.get(app) or self.one_of()
        completion = rng.choice([1, 2, 3, 4, 4, 4, 5 if app not in self.pool else 0])
        fields = {}
        if completion == 4:
            version = max(self.version.get(app, 2), 13)
            length = rng.choice([10, 2000, 2049, 4096, 5000, 8192, 8193])
            fields = {"apap": bytes([version]) + b"\x81\x01\x43" + bytes(length - 8), "apsu": bytes([version]) + b"\x81\x01\x43"}
            if rng.random() < 0.5:
                fields["apep"] = rng.choice([0, 1, 2, 3, 4])
            if rng.random() < 0.5:
                fields["apgs"] = {"nui": rng.choice([0, 1, 2, 3, 60]), "nbs": rng.choice([0, 1, 2, 5])}
            if rng.random() < 0.1:
                fields["apls"] = {"nui": 1}
        who = creator if completion in (4, 5) and rng.random() < 0.8 else self.one_of()
        txn = self.header(who, "appl", apid=app, apan=completion, **fields)
        if rng.random() < 0.1:
            txn["aprv"] = rng.choice([1, 3])
        return {"txns": [self.signed(txn)], "simulate": [self.options()] if rng.random() < 0.5 else []}

    def created_in_group(self):
        """Assets and applications made earlier in the group, used by gaid and by address."""
        rng = self.rng
        app = rng.choice(self.pool[4:])
        body = "; ".join(rng.choice(["gaid 1; pop", "gaid 0; itob; log", "gload 0 3; pop", "gtxn 0 CreatedAssetID; itob; log", "gaid 0; asset_params_get AssetTotal; pop; pop",
            "gaid 0; app_params_get AppAddress; pop; balance; itob; log", "gtxn 0 NumLogs; itob; log", "gtxna 0 Logs 0; log", "gtxn 0 LastLog; log",
            "gaid 0; byte \"k1\"; app_global_get_ex; pop; pop", "txn Sender; gaid 0; asset_holding_get AssetBalance; pop; itob; log",
            "txn Sender; gaid 0; app_opted_in; itob; log", "itxn_begin; int appl; itxn_field TypeEnum; gaid 0; itxn_field ApplicationID; itxn_submit"]) for _ in range(rng.choice([1, 2])))
        source = "#pragma version 13\ntxn OnCompletion\nint 4\n==\nbnz ok\n" + body.replace("; ", "\n") + "\nok:\nint 1\nreturn"
        program = self.world.compile(source)
        update = self.header(self.creator[app], "appl", apid=app, apan=4, apap=program, apsu=b"\x0d\x81\x01")
        other = self.world.compile('#pragma version 13\nbyte "made"\nlog\nbyte "k1"\nint 4\napp_global_put\nint 1')
        first = rng.choice([self.header(self.one_of(), "acfg", apar={"t": 5, "m": self.one_of()}), self.header(self.one_of(), "appl", apap=other, apsu=b"\x0d\x81\x01", apgs={"nui": 1}),
                            self.payment(self.one_of())])
        self.version[app] = 13
        return {"txns": [self.signed(first), self.signed(update), self.signed(self.call(app, 0))], "source": source, "simulate": [self.options()]}
