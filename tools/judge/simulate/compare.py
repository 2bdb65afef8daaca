"""Compares simulations of calls that name state in every way with the reference's, whole answers with their traces.

Applications of all versions touch accounts, assets, applications, local and global state and boxes: named by place, by id or address,
by another transaction of the group, or by nobody (`allow-unnamed-resources`). First every opcode with every way, then programs at random.

Environment:
  PNP_ORACLE        the folder of the reference's programs, where --theirs is not given
  PNP_CONTRACT      our program, where --ours is not given [built here in release form]
  CARGO             the cargo to build it with

Exit code: 0 if all answers are alike, 1 if some differ, 2 if the command cannot be run
"""
import json
import re
import sys
import time

from judge.answers import differences, plain
from judge.networks import our_options, ours_of, reference_options, theirs_of
from judge.simulate.play import Naming

# The id of a transaction holds the network's genesis hash.
TXID = re.compile(r"(?<![A-Z2-7])[A-Z2-7]{52}(?![A-Z2-7])")
# The reference prints its own memory into this text.
MEMORY = re.compile(r"during assignment &\{.*?\}( 0x[0-9a-f]+| <nil>)*\}?\. Details")
VERSIONS = (3, 4, 6, 8, 9, 13)


def options(parser):
    reference_options(parser)
    our_options(parser)
    parser.add_argument("--random", type=int, default=500, metavar="N", help="so many programs at random [500]")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="where chance begins [1]")
    parser.add_argument("--versions", type=lambda text: [int(it) for it in text.split(",") if it], default=list(VERSIONS), metavar="N,N",
                        help=f"whose opcodes are tried in every way [{','.join(map(str, VERSIONS))}]")


def played(side, network, arguments):
    """What a network answers, by the case's name."""
    naming, started = Naming(network), time.time()
    naming.prepare()
    for version in arguments.versions:
        naming.every(version)
    naming.random(arguments.seed, arguments.random)
    print(f"{side}: {len(naming.simulated)} simulations in {time.time() - started:.1f} s", file=sys.stderr)
    known = naming.known | {naming.rich.address: "<rich>"}
    comparable = lambda answer: json.loads(MEMORY.sub("during assignment. Details", TXID.sub("<txid>", json.dumps(answer))))
    return {case["name"]: plain(comparable(case["answer"]), known) for case in naming.simulated}


def run(arguments):
    with theirs_of(arguments, rewards=False) as network:
        theirs = played("theirs", network, arguments)
    with ours_of(arguments) as network:
        ours = played("ours", network, arguments)
    unequal = 0
    for name, answer in theirs.items():
        found = list(differences(answer, ours.get(name, {"(absent)": True})))
        unequal += bool(found)
        for at, left, right in found[:4]:
            print(f"{name}: {at}\n   theirs {str(left)[:300]}\n   ours   {str(right)[:300]}")
    approved = sum("failure-message" not in answer.get("txn-groups", [{}])[0] for answer in theirs.values())
    print(f"{len(theirs) - unequal} of {len(theirs)} answers agree; {approved} of the programs approve")
    return 1 if unequal or len(ours) != len(theirs) else 0
