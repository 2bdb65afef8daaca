"""Random groups of every transaction type, well formed and not, for `scripts/differential ledger`."""
import hashlib, json, random

import msgpack

from judge.addresses import ZERO, address_bytes, program_address, sha512_256
from judge.encoding import canonical as packed


class Transactions:
    def __init__(self, world):
        self.world, self.rng = world, world.rng
        self.kinds = [self.payments, self.payments, self.assets, self.assets, self.asset_moves, self.asset_moves, self.asset_moves,
                      self.keyreg, self.edges, self.edges, self.rekeys, self.signatures, self.signatures, self.fees, self.windows,
                      self.odd_fields, self.odd_fields, self.mangled, self.mangled, self.odd_types, self.sizes]
        self.last = None
        self.multisigs = []

    # -- pieces

    def header(self, sender, kind, **fields):
        r = self.world.round
        base = {"type": kind, "snd": sender, "fee": 1000, "fv": max(1, r - 3), "lv": r + 500, "gh": self.world.here,
                "note": self.rng.randbytes(6)}
        base.update(fields)
        return base

    def key_of(self, sender):
        """The key that may sign for the sender now, and whether it is another's."""
        info = self.world.account(sender) if sender in self.world.keys else {}
        auth = info.get("auth-addr")
        raw = address_bytes(auth) if auth else sender
        return raw, self.world.keys.get(raw)

    def signed(self, txn, **extra):
        raw, key = self.key_of(txn["snd"]) if txn.get("snd") in self.world.keys else (None, None)
        other = raw is not None and raw != txn["snd"]

        def sign(message, whole):
            out = {"txn": whole}
            if key is not None:
                out["sig"] = key.sign(message).signature
            if other:
                out["sgnr"] = raw
            return packed(out)
        return {"txn": txn, "sign": sign, **extra}

    def one_of(self):
        return self.rng.choice(self.world.rich)

    def anyone(self):
        pool = self.world.rich * 3 + self.world.poor + [ZERO, hashlib.sha256(bytes([self.rng.randrange(5)])).digest()]
        return self.rng.choice(pool)

    def asset(self):
        return self.rng.choice(self.world.assets[-8:] + [0, 1, 999999]) if self.world.assets and self.rng.random() < 0.95 else 77

    def amount(self):
        return self.rng.choice([0, 0, 1, 5, 1000, 100000, 1000000, 2**63, 2**64 - 1, self.rng.randrange(10**7)])

    def group(self, ones):
        return {"txns": ones, **self.maybe_simulated()}

    def maybe_simulated(self):
        if self.rng.random() < 0.75:
            return {}
        options = {}
        for flag in ("allow-empty-signatures", "allow-more-logging", "allow-unnamed-resources", "fix-signers"):
            if self.rng.random() < 0.3:
                options[flag] = True
        return {"simulate": [options]}

    # -- valid kinds

    def payment(self, sender=None):
        fields = {"rcv": self.anyone(), "amt": self.amount() if self.rng.random() < 0.4 else self.rng.randrange(200000)}
        if self.rng.random() < 0.08:
            fields["close"] = self.anyone()
        return self.header(sender or (self.rng.choice(self.world.poor) if self.rng.random() < 0.25 else self.one_of()), "pay", **fields)

    def payments(self):
        size = self.rng.choice([1, 1, 1, 2, 2, 3, 5, 16, 17])
        return self.group([self.signed(self.payment()) for _ in range(size)])

    def asset_params(self):
        rng = self.rng
        params = {"t": rng.choice([0, 1, 100, 10**6, 2**64 - 1]), "dc": rng.choice([0, 2, 6, 19, 20]), "df": rng.random() < 0.2}
        for key, sizes in (("un", [0, 1, 8, 8, 9]), ("an", [0, 3, 32, 33]), ("au", [0, 10, 96, 97])):
            size = rng.choice(sizes[:-1] * 5 + sizes[-1:])
            params[key] = "".join(rng.choice("abcZ \x00é"[:6]) for _ in range(size))
        if rng.random() < 0.2:
            params["am"] = rng.randbytes(32)
        for role in "mrfc":
            if rng.random() < 0.75:
                params[role] = self.rng.choice(self.world.rich)
        return params

    def asset_config(self):
        roll = self.rng.random()
        if roll < 0.5 or not self.world.assets:
            return self.header(self.one_of(), "acfg", apar=self.asset_params())
        asset = self.asset()
        fields = {"caid": asset}
        if roll < 0.85:
            fields["apar"] = {k: v for k, v in self.asset_params().items() if self.rng.random() < 0.1 or k in "mrfc"}
        return self.header(self.manager(asset) or self.one_of(), "acfg", **fields)

    def role(self, asset, name):
        status, _, body = self.world.theirs.request("GET", f"/v2/assets/{asset}")
        if status != 200:
            return None
        text = json.loads(body)["params"].get(name)
        raw = address_bytes(text) if text else None
        return raw if raw in self.world.keys else None

    def manager(self, asset):
        return self.role(asset, "manager") if self.rng.random() < 0.85 else None

    def assets(self):
        return self.group([self.signed(self.asset_config()) for _ in range(self.rng.choice([1, 1, 1, 2, 4]))])

    def asset_move(self):
        rng, asset = self.rng, self.asset()
        roll = rng.random()
        creator = self.role(asset, "creator")
        if roll < 0.3:
            who = self.one_of()
            return self.header(who, "axfer", xaid=asset, arcv=who, aamt=rng.choice([0, 0, 0, 1]))
        if roll < 0.6:
            sender = creator if creator and rng.random() < 0.7 else self.one_of()
            return self.header(sender, "axfer", xaid=asset, arcv=self.anyone(), aamt=rng.choice([0, 1, 5, 100, 10**6, 2**64 - 1]))
        if roll < 0.75:
            return self.header(self.one_of(), "axfer", xaid=asset, arcv=self.anyone(), aclose=creator if creator and rng.random() < 0.6 else self.anyone(),
                               aamt=rng.choice([0, 0, 1, 5]))
        if roll < 0.88:
            return self.header(self.role(asset, "clawback") or self.one_of(), "axfer", xaid=asset, asnd=self.anyone(), arcv=self.anyone(),
                               aamt=rng.choice([0, 1, 5]), **({"aclose": self.anyone()} if rng.random() < 0.1 else {}))
        return self.header(self.role(asset, "freeze") or self.one_of(), "afrz", faid=asset, fadd=self.anyone(), afrz=rng.random() < 0.5)

    def asset_moves(self):
        return self.group([self.signed(self.asset_move()) for _ in range(self.rng.choice([1, 1, 1, 2, 3]))])

    def keyreg(self):
        rng = self.rng
        fields = {}
        roll = rng.random()
        if roll < 0.6:
            fields = {"votekey": rng.choice([rng.randbytes(32)] * 6 + [ZERO]), "selkey": rng.choice([rng.randbytes(32)] * 6 + [ZERO]),
                      "sprfkey": rng.choice([rng.randbytes(64)] * 6 + [bytes(64)]), "votefst": rng.choice([0, 1, self.world.round, self.world.round + 2000]),
                      "votelst": rng.choice([0, 5, self.world.round + 20, self.world.round + 10000, 2**24 + 10, 2**40]), "votekd": rng.choice([100, 100, 0, 1])}
        elif roll < 0.7:
            fields = {"nonpart": True} if rng.random() < 0.3 else {"votefst": 1}
        who = rng.choice(self.world.poor) if fields.get("nonpart") else self.one_of()
        return self.group([self.signed(self.header(who, "keyreg", fee=rng.choice([1000, 2_000_000, 1999999]), **fields))])

    def edges(self):
        """Balances at the edge: to the last microalgo, below the minimum, new accounts."""
        who = self.rng.choice(self.world.poor)
        info = self.world.account(who)
        have, least = info["amount"], info["min-balance"]
        delta = self.rng.choice([-1, 0, 1])
        choice = self.rng.randrange(5)
        if choice == 0:
            txn = self.header(who, "pay", rcv=self.one_of(), amt=max(0, have - 1000 - least + delta))
        elif choice == 1:
            txn = self.header(who, "pay", rcv=self.one_of(), amt=max(0, have - 1000 + delta))
        elif choice == 2:
            txn = self.header(who, "pay", rcv=self.one_of(), amt=self.rng.randrange(max(1, have)), close=self.anyone())
        elif choice == 3:
            return self.group([self.signed(self.header(self.one_of(), "pay", rcv=who, amt=self.rng.choice([1, 99999, 100000, 100001, 200000, 1000000])))])
        else:
            asset = self.asset()
            txn = self.header(who, "axfer", xaid=asset, arcv=who)
        return self.group([self.signed(txn)])

    def rekeys(self):
        who = self.one_of()
        target = self.rng.choice([who] * 3 + [self.one_of()] + [ZERO])
        return self.group([self.signed(self.header(who, "pay", rcv=who, rekey=target))] + [self.signed(self.payment(who)) for _ in range(self.rng.randrange(3))])

    # -- signatures

    def multisig(self):
        rng = self.rng
        names = [rng.choice(self.world.rich) for _ in range(rng.choice([1, 2, 3, 3]))]
        threshold = rng.choice([1, len(names), len(names), 0, len(names) + 1]) if rng.random() < 0.3 else rng.randrange(1, len(names) + 1)
        version = 1 if rng.random() < 0.93 else rng.choice([0, 2, 255])
        address = sha512_256(b"MultisigAddr" + bytes([version, threshold]) + b"".join(names))
        signers = rng.sample(range(len(names)), k=rng.randrange(len(names) + 1)) if rng.random() < 0.4 else list(range(min(threshold, len(names))))
        wrong = rng.random() < 0.08

        def msig(message):
            subs = []
            for index, name in enumerate(names):
                sub = {"pk": name}
                if index in signers:
                    sub["s"] = self.world.keys[name].sign(message + (b"x" if wrong else b"")).signature
                subs.append(sub)
            return {"v": version, "thr": threshold, "subsig": subs}
        return address, msig

    LSIGS = ["int 1", "int 0", "txn Fee; int 1000; ==", "err", "arg 0; btoi; int 7; ==", "txn TypeEnum; int 1; ==", "global GroupSize; int 2; ==",
             "int 1; int 2", "byte 0x01", "txn Amount; int 500; <", "int 5; loop: int 1; -; dup; bnz loop; pop; int 1", "global Round", "int 1; int 0; /",
             "txn FirstValidTime; pop; int 1", "txna ApplicationArgs 3; len", "txn Note; sha256; len; int 32; =="]

    def signatures(self):
        rng = self.rng
        roll = rng.random()
        if roll < 0.35:
            address, msig = self.multisig()
            one = {"txn": self.header(address, "pay", rcv=self.one_of(), amt=rng.randrange(1000)), "sign": lambda m, w: packed({"msig": msig(m), "txn": w})}
            return self.group([self.signed(self.header(self.one_of(), "pay", rcv=address, amt=300000)), one])
        version = rng.choice([1, 2, 3, 5, 8, 10, 12, 13, 13])
        source = f"#pragma version {version}\n" + rng.choice(self.LSIGS).replace("; ", "\n")
        program = self.world.compile(source)
        if program is None:
            program = rng.choice([b"", b"\x0e\x81\x01", b"\x00", rng.randbytes(10)])
        if rng.random() < 0.05:
            program = program + bytes(rng.choice([900, 1000, 16000]))
        args = rng.choice([[], [], [b"\x07"], [b""] * 3, [rng.randbytes(4097)], [b"a"] * 256]) if rng.random() < 0.5 else []
        lsig = {"l": program, "arg": args}
        if roll < 0.65:
            address = program_address(program)
            one = {"txn": self.header(address, "pay", rcv=self.one_of(), amt=rng.randrange(1000)), "sign": lambda m, w: packed({"lsig": lsig, "txn": w})}
            return self.group([self.signed(self.header(self.one_of(), "pay", rcv=address, amt=300000)), one])
        who = self.one_of()
        key = self.world.keys[who]
        mode = rng.randrange(5)
        if mode == 0:
            address, msig = self.multisig()
            lsig = {**lsig, rng.choice(["msig", "lmsig"]): msig(b"Program" + program if rng.random() < 0.3 else b"MsigProgram" + address + program)}
            one = {"txn": self.header(address, "pay", rcv=self.one_of(), amt=1), "sign": lambda m, w: packed({"lsig": lsig, "txn": w})}
            return self.group([self.signed(self.header(who, "pay", rcv=address, amt=300000)), one])
        lsig["sig"] = key.sign(b"Program" + program).signature
        extras = {}
        if mode == 1:
            extras = {"sgnr": rng.choice([who, self.one_of(), ZERO])}
        if mode == 2:
            extras = {"sig": bytes(rng.randrange(1, 255) for _ in range(64))}
        if mode == 3:
            lsig["sig"] = lsig["sig"][:-1] + b"\x00"
        return self.group([{"txn": self.header(who, "pay", rcv=self.one_of(), amt=1), "sign": lambda m, w: packed({"lsig": lsig, "txn": w, **extras})}])

    # -- fees, windows, fields

    def fees(self):
        rng = self.rng
        size = rng.choice([1, 2, 3, 4])
        total = rng.choice([1000 * size, 1000 * size - 1, 1000 * size + 7, 0, 10**6])
        ones = []
        for index in range(size):
            txn = self.payment(self.one_of())
            txn.pop("close", None)
            txn["amt"] = 1
            txn["fee"] = total if index == 0 else 0
            if rng.random() < 0.4:
                txn["note"] = rng.randbytes(rng.choice([0, 500, 1000, 1023, 1024, 1024, 1025, 4000]))
            ones.append(self.signed(txn))
        rng.shuffle(ones)
        return self.group(ones)

    def windows(self):
        rng, r = self.rng, self.world.round
        txn = self.payment(self.one_of())
        txn["amt"] = 2
        txn["fv"], txn["lv"] = rng.choice([(r, r), (r + 1, r + 1), (r + 1, r + 1001), (r + 1, r + 1002), (r + 2, r + 5), (max(1, r - 5), r - 1), (r + 5, r + 1),
                                           (0, r + 10), (0, 0), (2**64 - 1, 2**64 - 1), (r, r + 1), (0, 2**63), (1, 1001), (r, 2**64 - 1)])
        if rng.random() < 0.5:
            txn["lx"] = bytes([rng.randrange(1, 4)]) * 32
        group = [self.signed(txn)]
        if rng.random() < 0.3:
            twin = dict(txn, note=b"twin") if rng.random() < 0.5 else dict(txn)
            group.append(self.signed(twin))
        if self.last and rng.random() < 0.2:
            group = [self.signed(dict(self.last))]
        self.last = txn
        return self.group(group)

    STRAY = {"amt": 1, "rcv": b"r" * 32, "close": b"c" * 32, "votekey": b"v" * 32, "selkey": b"s" * 32, "sprfkey": b"p" * 64, "votefst": 1, "votelst": 9, "votekd": 3,
             "nonpart": True, "caid": 5, "apar": {"t": 1}, "xaid": 5, "aamt": 4, "asnd": b"a" * 32, "arcv": b"b" * 32, "aclose": b"c" * 32, "faid": 1, "fadd": b"f" * 32,
             "afrz": True, "apid": 1002, "apan": 1, "apaa": [b"x"], "apat": [b"t" * 32], "apas": [3], "apfa": [4], "apbx": [{"i": 0, "n": b"q"}], "apls": {"nui": 1},
             "apgs": {"nbs": 2}, "apap": b"\x0b\x81\x01", "apsu": b"\x0b\x81\x01", "apep": 1, "aprv": 1, "al": [{"d": b"d" * 32}], "sp": {"c": b"z"}, "sptype": 1, "spmsg": {"P": 4},
             "hb": {"a": b"h" * 32, "kd": 5}, "grp": b"g" * 32, "rekey": b"k" * 32, "lx": b"l" * 32, "gen": "other-v1", "gh": b"h" * 32, "fee": 2**64 - 1, "snd": ZERO,
             "type": "nope", "zzz": 1, "": 5, "AMT": 6}

    def odd_fields(self):
        """A good transaction with a field of another type, or an unknown field."""
        txn = self.rng.choice([self.payment, self.asset_config, self.asset_move, self.plain_call])()
        for name in self.rng.sample(sorted(self.STRAY), k=self.rng.choice([1, 1, 2])):
            txn[name] = self.STRAY[name]
        if self.rng.random() < 0.1:
            txn.pop(self.rng.choice(sorted(txn)))
        signer = self.rng.choice(["key", "key", "key", "none", "wrong", "two"])
        one = self.signed(txn) if txn.get("snd") in self.world.keys else self.signed({**txn, "snd": txn.get("snd", ZERO)})
        if signer == "none":
            one["sign"] = lambda m, w: packed({"txn": w})
        elif signer == "wrong":
            one["sign"] = lambda m, w: packed({"txn": w, "sig": b"\x07" * 64})
        elif signer == "two":
            key = self.world.keys[self.one_of()]
            one["sign"] = lambda m, w: packed({"txn": w, "sig": key.sign(m).signature, "lsig": {"l": b"\x0b\x81\x01"}})
        if self.rng.random() < 0.2:
            one["grouped"] = self.rng.random() < 0.5
            return self.group([one, self.signed(self.payment())])
        return self.group([one])

    def plain_call(self):
        fields = {"apid": self.rng.choice(self.world.apps[:6] + [0, 5]) if self.world.apps else 0, "apan": self.rng.choice([0, 0, 1, 2, 3, 4, 5, 6, 2**40])}
        rng = self.rng
        if rng.random() < 0.3:
            fields["apaa"] = [rng.randbytes(rng.choice([0, 1, 100, 2047, 2049])) for _ in range(rng.choice([0, 1, 16, 17]))]
        if rng.random() < 0.3:
            fields["apat"] = [self.anyone() for _ in range(rng.choice([1, 4, 5, 8, 9]))]
        if rng.random() < 0.3:
            fields["apas"] = [self.asset() for _ in range(rng.choice([1, 4, 8, 9]))]
        if rng.random() < 0.3:
            fields["apfa"] = [rng.choice(self.world.apps or [9]) for _ in range(rng.choice([1, 4, 8, 9]))]
        if rng.random() < 0.3:
            fields["apbx"] = [{"i": rng.choice([0, 0, 0, 1, 2, 9]), "n": rng.randbytes(rng.choice([0, 1, 64, 65]))} for _ in range(rng.choice([1, 2, 8, 9]))]
        if rng.random() < 0.2:
            fields["al"] = [self.access() for _ in range(rng.choice([1, 3, 16, 17]))]
        if fields["apid"] == 0 or rng.random() < 0.1:
            fields["apap"] = rng.choice([b"\x0b\x81\x01", b"\x0d\x81\x01", b"", b"\x01\x20\x01\x01\x22", b"\x0e\x81\x01", b"\x0b\x81\x01" + bytes(3000)])
            fields["apsu"] = rng.choice([b"\x0b\x81\x01", b"\x0b\x81\x01", b"\x0a\x81\x01", b""])
            fields["apgs"] = {"nui": rng.choice([0, 1, 64, 65]), "nbs": rng.choice([0, 1, 30])}
            fields["apls"] = {"nui": rng.choice([0, 1, 16, 17]), "nbs": rng.choice([0, 1])}
            fields["apep"] = rng.choice([0, 0, 1, 3, 4])
        if rng.random() < 0.1:
            fields["aprv"] = rng.choice([1, 2, 100])
        return self.header(self.one_of(), "appl", **fields)

    def access(self):
        rng = self.rng
        return rng.choice([{"d": self.one_of()}, {"s": self.asset()}, {"p": rng.choice(self.world.apps or [3])}, {"h": {"d": rng.choice([0, 1, 2]), "s": rng.choice([0, 1, 2, 3])}},
                           {"l": {"d": rng.choice([0, 1]), "p": rng.choice([0, 1, 2])}}, {"b": {"i": rng.choice([0, 1, 2]), "n": b"b1"}}, {}, {"d": self.one_of(), "s": 4},
                           {"h": {"d": 1}}, {"l": {}}, {"b": {}}])

    def odd_types(self):
        rng = self.rng
        kind = rng.choice(["stpf", "hb", "", "foo", "pay\x00", "é", "keyreg", "appl"])
        fields = {}
        if kind == "hb":
            fields = {"hb": {"a": self.one_of(), "prf": {"p": rng.randbytes(32), "p1s": rng.randbytes(64), "p2": rng.randbytes(32), "p2s": rng.randbytes(64), "s": rng.randbytes(64)},
                             "sd": rng.randbytes(32), "vid": rng.randbytes(32), "kd": rng.choice([0, 100])}}
            if rng.random() < 0.5:
                fields["fee"] = 0
        if kind == "stpf":
            fields = {"sptype": rng.choice([0, 0, 1]), "spmsg": {"P": rng.choice([0, 256]), "l": 512}, "sp": {"c": b"1" * 64}}
            fields["snd"] = rng.choice([self.one_of(), sha512_256(b"SpecialAddr" + b"StateProofSender")])
            fields["fee"] = rng.choice([0, 1000])
        return self.group([self.signed(self.header(self.one_of(), kind, **fields))])

    def sizes(self):
        """Groups and applications at their limits."""
        rng = self.rng
        if rng.random() < 0.5:
            return self.group([self.signed(self.payment(self.one_of())) for _ in range(rng.choice([15, 16, 17, 40]))])
        pages = rng.randrange(4)
        length = 2048 * (1 + pages) + rng.choice([-1, 0, 1])
        approval = b"\x0b\x81\x01\x43" + b"\x81\x01\x48" * ((length - 8) // 3)
        return self.group([self.signed(self.header(self.one_of(), "appl", apap=approval + b"\x00" * (length - len(approval) - 4), apsu=b"\x0b\x81\x01\x43", apep=pages))])

    # -- bytes that are no transactions

    def mangled(self):
        """Bytes changed after signing: other encodings, wrong types, huge lengths, cut and repeated pieces."""
        rng = self.rng
        one = self.signed(rng.choice([self.payment, self.asset_config, self.asset_move, self.plain_call])())
        kind, place, other, bits = rng.randrange(12), rng.random(), rng.random(), rng.randrange(256)

        def change(data):
            at = int(place * len(data))
            if kind == 0:
                return data[:at]
            if kind == 1:
                return data[:at] + bytes([bits]) + data[at + 1:]
            if kind == 2:
                return data[:at] + bytes([bits]) + data[at:]
            if kind == 3:
                return data + bytes([bits])
            if kind == 4:
                return data + data[:at]
            tree = msgpack.unpackb(data, raw=False, strict_map_key=False)
            if kind in (5, 6, 7, 8):
                part = tree if other < 0.2 else tree["txn"]
                key = sorted(part)[int(place * len(part))]
                value = [None, 0, 1, -1, 2**64 - 1, 1.5, True, "text", b"bin", [], [1], {}, {"a": 1}, b"x" * 31, b"x" * 33, b"", "", [b""] * 3, 2**32, -2**63,
                         "x" * 70000, [{}], [None], {b"a": 1}, {1: 2}][bits % 25]
                part[key] = value
                return msgpack.packb(tree, use_bin_type=True)
            if kind == 9:
                head = [b"\xdf\xff\xff\xff\xff", b"\xdd\xff\xff\xff\xff", b"\xde\xff\xff", b"\xc6\xff\xff\xff\xff", b"\xdb\x7f\xff\xff\xff", b"\x90", b"\x80", b"\xc0", b"\xc1",
                        b"\xc7\x01\x01\x01", b"\xcb" + bytes(8), b"\xa3txn", b"\xc4\x03txn", b"\xdf\x00\x00\x00\x02"][bits % 14]
                return head + data[1:] if other < 0.5 else data[:at] + head + data[at:]
            if kind == 10:  # the same map in other clothes
                txn = tree["txn"]
                keys = list(txn)
                random.Random(bits).shuffle(keys)
                return msgpack.packb({"txn": {k: txn[k] for k in keys}, **{k: v for k, v in tree.items() if k != "txn"}}, use_bin_type=True)
            txn = dict(tree["txn"])
            txn["close" if bits % 2 else "fee"] = [bytes(32), 0, None][bits % 3]
            return msgpack.packb(dict(sorted({**tree, "txn": txn}.items())), use_bin_type=bits % 5 != 0)
        one["changes"] = [change]
        one["why"] = f"change {kind} at {place:.3f} {other:.3f} {bits}"
        ones = [one] if rng.random() < 0.7 else [self.signed(self.payment()), one]
        return {"txns": ones, **({"simulate": [{}]} if rng.random() < 0.15 else {})}
