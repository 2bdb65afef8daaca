"""Records the genesis document and block 0 of a fresh development network of the reference.

Writes tests/vectors/ledger/genesis.json. Without --theirs the network is started here.

Environment:
  PNP_ORACLE        the folder of the reference's programs, where --theirs is not given

Exit code: 0 if the file is written, 1 if the network does not answer, 2 if the command cannot be run
"""
import base64, datetime

from judge.networks import reference_options, theirs_of
from judge.node import Node
from judge.paths import CONSENSUS, REFERENCE, VECTORS
from judge.record.writing import to_option, write


def options(parser):
    reference_options(parser)
    to_option(parser, VECTORS / "ledger" / "genesis.json")


def run(arguments):
    with theirs_of(arguments) as running:
        node = Node(running.url)
        version = f"{REFERENCE} ({node.build()}), {CONSENSUS}"
        write(arguments.to, {
            "source": "algod /genesis, /versions and /v2/blocks/0 of a private network in dev mode",
            "version": version, "date": datetime.date.today().isoformat(),
            "genesis": node.content("GET", "/genesis").decode().rstrip("\n"), "genesis_hash": node.json("/versions")["genesis_hash_b64"],
            "block": base64.b64encode(node.block(0)).decode(),
        })
