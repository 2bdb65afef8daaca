"""Records simulations of calls that name state in every way, on top of a short history of the reference's network.

Writes tests/vectors/ledger/naming.json, which has the members of chain.json. Accounts are derived from fixed words, so only the genesis,
its rich account and the times differ between two recordings. Without --theirs the network is started here.

Environment:
  PNP_ORACLE        the folder of the reference's programs, where --theirs is not given

Exit code: 0 if the file is written, 1 if the network answers otherwise than expected, 2 if the command cannot be run
"""
import datetime
import json

from judge.networks import reference_options, theirs_of
from judge.paths import CONSENSUS, REFERENCE, VECTORS
from judge.record.writing import to_option
from judge.simulate.play import Naming

# The opcodes that are kept, by version: the others take their operands in the same way. Before version 9 a program sees only what its own
# transaction names.
KEPT = {
    8: {"app_local_get_ex", "app_local_put", "app_global_get_ex", "box_get"},
    13: {"asset_holding_get", "app_local_get", "app_local_get_ex", "app_local_put", "app_local_del", "app_global_get_ex", "app_global_put", "box_get", "box_put",
         "box_del", "app_box_get", "app_box_put", "inner transfer"},
}


def options(parser):
    reference_options(parser)
    to_option(parser, VECTORS / "ledger" / "naming.json")


def run(arguments):
    with theirs_of(arguments, rewards=False) as running:
        net = Naming(running)
        net.prepare()
        for version, kept in KEPT.items():
            net.every(version, kept)
        document = {
            "source": "algod's blocks and /v2/transactions/simulate on a private network in dev mode",
            "version": f"{REFERENCE} ({net.build()}), {CONSENSUS}",
            "date": datetime.date.today().isoformat(),
            "genesis": net.content("GET", "/genesis").decode().strip(),
            "groups": net.groups, "blocks": net.blocks, "simulations": net.simulated,
        }
    # A line for each block and each simulation: the traces are long.
    text = json.dumps({name: value for name, value in document.items() if not isinstance(value, list)}, indent=1).rstrip("\n}")
    for name in ("groups", "blocks", "simulations"):
        lines = ",\n  ".join(json.dumps(item, separators=(",", ":")) for item in document[name])
        text += f',\n "{name}": [\n  {lines}\n ]'
    arguments.to.write_text(text + "\n}\n")
    print(f"{len(net.simulated)} simulations written to {arguments.to}")
