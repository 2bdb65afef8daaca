"""A network with state to name, and simulations of calls that name it."""
import hashlib
import random

from algosdk import logic, transaction as t

from judge.record.chain import TRACED, UNNAMED, UNSIGNED, Chain, account
from judge.simulate.naming import World, at_random, every_way

# How many cases share an application: each is a branch of its program.
BATCH = 16
SCHEMA = t.StateSchema(8, 8)
# Before this version a program has no jump table.
SWITCH = 8
OTHER_APP = """#pragma version 13
txn ApplicationID
bz create
txn OnCompletion
int OptIn
==
bnz optin
txn NumAppArgs
bz done
byte "kept"
byte "box of another"
box_put
b done
optin:
txn Sender
byte "kept"
int 9
app_local_put
b done
create:
byte "kept"
int 7
app_global_put
done:
int 1
"""


def program(version, cases):
    """The cases as branches that argument 0 names, after what prepares the state of the application itself."""
    boxes = "".join(f'byte "{name}"\nbyte "box of this application"\nbox_put\n' for name in ("named", "shared", "unnamed"))
    boxes += 'byte "large"\nint 3000\nbox_create\npop\n'
    lines = [f"#pragma version {version}", "#pragma typetrack false", "txn ApplicationID", "bz create", "txn OnCompletion", "int OptIn", "==", "bnz optin", "txn NumAppArgs",
             "bz done", 'txna ApplicationArgs 0', "btoi"]
    if version >= SWITCH:
        lines += ["switch boxes " + " ".join(f"case{number}" for number in range(len(cases)))]
    else:
        for number in range(len(cases)):
            lines += ["dup", f"int {number + 1}", "==", f"bnz case{number}"]
    lines += ["b done"]
    for number, (_, text) in enumerate(cases):
        lines += [f"case{number}:", *(["pop"] if version < SWITCH else []), text, "int 1", "return"]
    if version >= SWITCH:
        lines += ["boxes:", boxes.rstrip(), "b done"]
    lines += ["optin:", "int 0", 'byte "kept"', "int 9", "app_local_put", "b done", "create:", 'byte "kept"', "int 7", "app_global_put", 'byte "empty"', 'byte ""',
              "app_global_put", "done:", "int 1", "return"]
    return "\n".join(lines)


class Naming(Chain):
    """The network, and what has been recorded of it."""

    def __init__(self, running):
        super().__init__(running)
        names = ("sender", "named", "shared", "unnamed", "stranger")
        self.who = {name: account(hashlib.sha256(b"naming " + name.encode()).digest()) for name in names}

    def fund(self, address, amount):
        self.send((self.pay(self.rich.address, address, amount), self.rich.key))

    def of(self, name):
        return self.who[name].address, self.who[name].key

    def prepare(self):
        """Accounts, assets and applications that programs may name."""
        for name in ("sender", "named", "shared", "unnamed"):
            self.fund(self.who[name].address, 1_000_000_000)
        clear = self.clear = self.compile("#pragma version 13\nint 1")
        creator, key = self.of("named")
        self.assets, self.apps = [], []
        for number in range(3):
            asset = self.send((t.AssetConfigTxn(creator, self.params(), total=1000 + number, decimals=0, default_frozen=False, unit_name=f"N{number}", freeze=creator,
                                                strict_empty_address_check=False, note=self.note()), key))["asset-index"]
            self.assets.append(asset)
            for name in ("shared", "unnamed"):
                holder, holder_key = self.of(name)
                self.send((t.AssetTransferTxn(holder, self.params(), holder, 0, asset, note=self.note()), holder_key))
        other = self.compile(OTHER_APP)
        for _ in range(3):
            app = self.send((t.ApplicationCreateTxn(creator, self.params(), t.OnComplete.NoOpOC, other, clear, SCHEMA, SCHEMA, note=self.note()), key))["application-index"]
            self.apps.append(app)
            self.fund(logic.get_application_address(app), 10_000_000)
            for name in ("named", "unnamed"):
                holder, holder_key = self.of(name)
                self.send((t.ApplicationOptInTxn(holder, self.params(), app, note=self.note()), holder_key))
            self.send((self.call_of(app, creator, "box", boxes=[(0, b"kept")]), key))

    def world(self, own):
        named, shared, unnamed = self.apps
        return World(own, named, shared, unnamed, *self.assets, *(self.who[name].address for name in ("named", "shared", "unnamed", "stranger")),
                     {app: logic.get_application_address(app) for app in self.apps})

    def batch(self, version, cases_of):
        """An application of that version whose branches are the cases, ready to be called; `cases_of` makes them for a world."""
        creator, key = self.of("sender")
        own = self.counted()
        cases = cases_of(self.world(own))
        done = self.send((t.ApplicationCreateTxn(creator, self.params(), t.OnComplete.NoOpOC, self.compile(program(version, cases)), self.clear_of(version), SCHEMA, SCHEMA,
                                                 extra_pages=3, note=self.note()), key))
        if done["application-index"] != own:
            raise AssertionError(f"application {done['application-index']} was to be {own}")
        group = [(self.pay(self.rich.address, logic.get_application_address(own), 50_000_000), self.rich.key)]
        for name in ("sender", "named", "unnamed"):
            holder, holder_key = self.of(name)
            group.append((t.ApplicationOptInTxn(holder, self.params(), own, note=self.note()), holder_key))
        if version >= SWITCH:
            boxes = [(0, name) for name in (b"named", b"shared", b"unnamed", b"large", b"", b"", b"", b"")]
            group.append((self.call_of(own, creator, bytes(8), boxes=boxes), key))
        # Few blocks, because the reference adds state proofs of its own to a long chain.
        self.send(*group)
        return own, cases

    def clear_of(self, version):
        return self.compile(f"#pragma version {version}\nint 1")

    def counted(self):
        """The id that the next transaction's application or asset gets: ids count transactions."""
        last = self.json("/v2/status")["last-round"]
        return self.json(f"/v2/blocks/{last}")["block"]["tc"] + 1

    def ask(self, name, own, number, neighbour, options):
        """Simulates case `number`; `neighbour` says where in the group another transaction stands that names more: before, after or nowhere; a
        number is another case that is called after this one."""
        sender = self.who["sender"].address
        call = self.call_of(own, sender, (number + 1).to_bytes(8, "big"), fee=5000, accounts=[self.who["named"].address], foreign_apps=[self.apps[0]],
                            foreign_assets=[self.assets[0]], **({"boxes": [(0, b"named")]}))
        group = [(call, None)]
        if isinstance(neighbour, int):
            group.append((self.call_of(own, sender, (neighbour + 1).to_bytes(8, "big"), fee=5000), None))
        elif neighbour:
            other = self.call_of(own, sender, (999).to_bytes(8, "big"), accounts=[self.who["shared"].address], foreign_apps=[self.apps[1]], foreign_assets=[self.assets[1]],
                                 boxes=[(0, b"shared")])
            group.insert(0 if neighbour == "before" else 1, (other, None))
        self.simulate(name, group, **options)

    def every(self, version, kept=None):
        """Every way of naming for every opcode of a version, or for those of `kept`."""
        chosen = lambda world: [case for case in every_way(world, version) if not kept or case[0].split(",")[0] in kept]
        for at in range(0, len(chosen(self.world(self.counted()))), BATCH):
            own, cases = self.batch(version, lambda world: chosen(world)[at:at + BATCH])
            for number, (name, _) in enumerate(cases):
                self.ask(f"version {version}: {name}", own, number, "before" if "of the group" in name else None, {**UNNAMED, **TRACED})

    def random(self, seed, count):
        """Cases at random."""
        dice = random.Random(seed)
        for start in range(0, count, BATCH):
            version = dice.choice((2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 13, 13))
            own, cases = self.batch(version, lambda world: [at_random(world, version, dice) for _ in range(BATCH)])
            for number, (name, _) in enumerate(cases):
                neighbour = dice.choice((None, None, "before", "after", dice.randrange(BATCH), dice.randrange(BATCH)))
                trace = {key: True for key in ("enable", "stack-change", "scratch-change", "state-change") if dice.random() < 0.9}
                named = UNSIGNED if dice.random() < 0.15 else UNNAMED
                more = {"extra-opcode-budget": 2000} if dice.random() < 0.4 else {}
                self.ask(f"{start + number}: version {version}, neighbour {neighbour}: {name}", own, number, neighbour, {**named, "exec-trace-config": trace, **more})
