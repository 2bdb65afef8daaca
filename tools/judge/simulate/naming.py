"""Programs that touch state, and every way in which a program can name what it touches.

A snippet is a few lines of TEAL that leave the stack as it was. Operands come from `Ways`: by place in the transaction's lists, by id or
address that the transaction names, that another transaction of the group names, that nobody names, and that does not exist.
"""
import dataclasses

# The oldest version with direct references, shared resources, boxes of other applications.
DIRECT, SHARED, FOREIGN_BOXES = 4, 9, 13


@dataclasses.dataclass(frozen=True)
class World:
    """What the network has before the simulations: ids and addresses."""
    own: int
    named_app: int
    shared_app: int
    unnamed_app: int
    named_asset: int
    shared_asset: int
    unnamed_asset: int
    named: str
    shared: str
    unnamed: str
    stranger: str
    addresses: dict

    def app_address(self, app):
        return self.addresses[app]


class Ways:
    """The operands that a program of a version may write, by a name that says how they are named."""

    def __init__(self, world, version):
        direct = version >= DIRECT
        w = world
        self.accounts = {"sender by place": "int 0", "account by place": "int 1", "place out of range": "int 7"}
        self.apps = {"own by place": "int 0", "application by place": "int 1", "application out of range": "int 7"}
        self.assets = {"asset by place": "int 0", "asset out of range": "int 7"}
        if direct:
            self.accounts |= {
                "sender by address": "txn Sender", "named account": f"addr {w.named}", "account of the group": f"addr {w.shared}",
                "unnamed account": f"addr {w.unnamed}", "account without money": f"addr {w.stranger}", "no account": "global ZeroAddress",
                "own account": "global CurrentApplicationAddress" if version >= 5 else "txn Sender",
                "account of a named application": f"addr {w.app_address(w.named_app)}",
                "account of an unnamed application": f"addr {w.app_address(w.unnamed_app)}", "no address": 'byte "short"'}
            self.apps |= {
                "own by id": f"int {w.own}", "named application": f"int {w.named_app}", "application of the group": f"int {w.shared_app}",
                "unnamed application": f"int {w.unnamed_app}", "absent application": "int 999999", "an asset as application": f"int {w.unnamed_asset}",
                "low application": "int 200"}
            self.assets |= {
                "named asset": f"int {w.named_asset}", "asset of the group": f"int {w.shared_asset}", "unnamed asset": f"int {w.unnamed_asset}",
                "absent asset": "int 999998", "an application as asset": f"int {w.unnamed_app}", "low asset": "int 201"}
        self.own_boxes = {"named box": 'byte "named"', "box of the group": 'byte "shared"', "unnamed box": 'byte "unnamed"', "absent box": 'byte "absent"',
                          "large box": 'byte "large"'}
        # A box of another application, by the pair of operands.
        self.boxes = {"own " + name: f"int {w.own}\n{box}" for name, box in self.own_boxes.items()} | {
            "box of an unnamed application": f'int {w.unnamed_app}\nbyte "kept"', "absent box of an unnamed application": f'int {w.unnamed_app}\nbyte "absent"',
            "box of a named application": f'int {w.named_app}\nbyte "kept"', "box of application 0": 'int 0\nbyte "named"',
            "box of an absent application": 'int 999999\nbyte "kept"'}


# Each opcode with its lines: the name, its first version, and the lines with A, P, S, B, F for operands and K for a key.
SNIPPETS = [
    ("balance", 2, "A\nbalance\npop"),
    ("min_balance", 3, "A\nmin_balance\npop"),
    ("app_opted_in", 2, "A\nP\napp_opted_in\npop"),
    ("asset_holding_get", 2, "A\nS\nasset_holding_get AssetBalance\npop\npop"),
    ("asset_params_get", 2, "S\nasset_params_get AssetTotal\npop\npop"),
    ("app_params_get", 5, "P\napp_params_get AppCreator\npop\npop"),
    ("acct_params_get", 6, "A\nacct_params_get AcctBalance\npop\npop"),
    ("voter_params_get", 11, "A\nvoter_params_get VoterBalance\npop\npop"),
    ("app_local_get", 2, "A\nK\napp_local_get\npop"),
    ("app_local_get_ex", 2, "A\nP\nK\napp_local_get_ex\npop\npop"),
    ("app_local_put", 2, "A\nK\nV\napp_local_put"),
    ("app_local_del", 2, "A\nK\napp_local_del"),
    ("app_global_get", 2, "K\napp_global_get\npop"),
    ("app_global_get_ex", 2, "P\nK\napp_global_get_ex\npop\npop"),
    ("app_global_put", 2, "K\nV\napp_global_put"),
    ("app_global_del", 2, "K\napp_global_del"),
    ("box_create", 8, "B\nint 24\nbox_create\npop"),
    ("box_extract", 8, "B\nint 0\nint 2\nbox_extract\npop"),
    ("box_replace", 8, 'B\nint 0\nbyte "xy"\nbox_replace'),
    ("box_del", 8, "B\nbox_del\npop"),
    ("box_len", 8, "B\nbox_len\npop\npop"),
    ("box_get", 8, "B\nbox_get\npop\npop"),
    ("box_put", 8, 'B\nbyte "value of 23 bytes      "\nbox_put'),
    ("box_splice", 10, 'B\nint 0\nint 1\nbyte "zz"\nbox_splice'),
    ("box_resize", 10, "B\nint 30\nbox_resize"),
    ("app_box_extract", 13, "F\nint 0\nint 2\napp_box_extract\npop"),
    ("app_box_len", 13, "F\napp_box_len\npop\npop"),
    ("app_box_get", 13, "F\napp_box_get\npop\npop"),
    ("app_box_create", 13, "F\nint 24\napp_box_create\npop"),
    ("app_box_put", 13, 'F\nbyte "value of 23 bytes      "\napp_box_put'),
    ("app_box_del", 13, "F\napp_box_del\npop"),
    ("app_box_replace", 13, 'F\nint 0\nbyte "xy"\napp_box_replace'),
    ("app_box_splice", 13, 'F\nint 0\nint 1\nbyte "zz"\napp_box_splice'),
    ("app_box_resize", 13, "F\nint 30\napp_box_resize"),
    ("scratch", 5, "K\nstore 3\nint 4\nV\nstores\nload 3\npop"),
    ("inner payment", 6, "itxn_begin\nint pay\nitxn_field TypeEnum\nA\nitxn_field Receiver\nint 0\nitxn_field Fee\nitxn_submit"),
    ("inner transfer", 6, "itxn_begin\nint axfer\nitxn_field TypeEnum\nS\nitxn_field XferAsset\nA\nitxn_field AssetReceiver\nint 0\nitxn_field Fee\nitxn_submit"),
    ("inner freeze", 6, "itxn_begin\nint afrz\nitxn_field TypeEnum\nS\nitxn_field FreezeAsset\nA\nitxn_field FreezeAssetAccount\nint 0\nitxn_field Fee\nitxn_submit"),
    ("inner call", 6, "itxn_begin\nint appl\nitxn_field TypeEnum\nP\nitxn_field ApplicationID\nint 0\nitxn_field Fee\nitxn_submit"),
    ("inner call with lists", 6, "itxn_begin\nint appl\nitxn_field TypeEnum\nP\nitxn_field ApplicationID\nP\nitxn_field Applications\nS\nitxn_field Assets\nA\nitxn_field Accounts\nint 0\nitxn_field Fee\nitxn_submit"),
]
# More than a transaction may name: accounts that nobody has, assets and applications, there or not.
MANY = [
    ("many accounts", 5, "\n".join(f"int {number}\nitob\nsha512_256\nbalance\npop" for number in range(9))),
    ("many assets", 5, "\n".join(f"int {number}\nasset_params_get AssetTotal\npop\npop" for number in range(1004, 1016))),
    ("many applications", 5, "\n".join(f"int {number}\napp_params_get AppCreator\npop\npop" for number in range(1008, 1022))),
    ("many boxes", 8, "\n".join(f'byte "box{number}"\nbox_get\npop\npop' for number in range(12))),
    ("many new boxes", 8, "\n".join(f'byte "new{number}"\nint 900\nbox_create\npop' for number in range(7))),
]
# The called application writes its box.
INNER_BOX = ("inner call with a box", 6, 'itxn_begin\nint appl\nitxn_field TypeEnum\nP\nitxn_field ApplicationID\nbyte "x"\nitxn_field ApplicationArgs\nint 0\n'
             "itxn_field Fee\nitxn_submit")
KEYS = {"kept": 'byte "kept"', "other": 'byte "other"', "new": 'byte "new"', "empty": 'byte ""'}
VALUES = {"number": "int 5", "bytes": 'byte "five"'}


def filled(lines, chosen):
    """The lines with operands in place of their letters; `chosen` gives (name, line) for a letter, afresh for each place."""
    text, names = [], []
    for line in lines.split("\n"):
        if line in ("A", "P", "S", "B", "F", "K", "V"):
            name, line = chosen(line)
            names.append(name)
        text.append(line)
    return "\n".join(text), names


def every_way(world, version):
    """Each snippet of a version with each way of naming its first operand that has several, the others being named plainly."""
    ways = Ways(world, version)
    tables = {"A": ways.accounts, "P": ways.apps, "S": ways.assets, "B": ways.own_boxes, "F": ways.boxes, "K": KEYS, "V": VALUES}
    for opcode, since, lines in SNIPPETS:
        if version < since:
            continue
        letters = [line for line in lines.split("\n") if line in tables]
        for letter in [it for it in "APSBF" if it in letters] or ["K"] * ("K" in letters) or [""]:
            for name, line in (tables[letter] if letter else {"": ""}).items():
                text, _ = filled(lines, lambda it: (name, line) if it == letter else next(iter(plain(tables[it]).items())))
                yield f"{opcode}, {name}", text


def plain(table):
    """The table from its plainest way on."""
    for first in ("named account", "named application", "named asset", "account by place", "application by place", "kept"):
        if first in table:
            return {first: table[first]}
    return table


# Operands by which most opcodes fail: they are chosen less often, so that programs come further.
FAILING = ("out of range", "no address", "no account", "absent", "low ", "an asset as", "an application as", "without money", "large")


def at_random(world, version, random):
    """A few snippets with operands at random."""

    def pick(letter):
        table = list(tables[letter].items())
        sound = [entry for entry in table if not any(word in entry[0] for word in FAILING)]
        return random.choice(sound if random.random() < 0.85 else table)

    ways = Ways(world, version)
    tables = {"A": ways.accounts, "P": ways.apps, "S": ways.assets, "B": ways.own_boxes, "F": ways.boxes, "K": KEYS, "V": VALUES}
    usable = [it for it in [*SNIPPETS, *MANY, INNER_BOX, INNER_BOX] if it[1] <= version]
    names, texts = [], []
    for opcode, _, lines in random.choices(usable, k=random.randint(1, 4)):
        text, chosen = filled(lines, pick)
        names.append(f"{opcode} ({'; '.join(chosen)})")
        texts.append(text)
    return ", then ".join(names), "\n".join(texts)
