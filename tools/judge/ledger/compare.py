"""Plays the same random transaction groups on two networks and compares everything that can be seen of it.

Accounts, applications and assets have the same names and numbers on both, so that after replacing hashes every answer must be
equal: refusals, pending information, simulations, accounts, boxes. Without --theirs and --ours both networks are started here;
if --theirs is given, its rewards pool must be empty, since our networks pay no rewards.

Environment:
  PNP_ORACLE        the folder of the reference's programs, where --theirs is not given
  PNP_CONTRACT      our program, where --ours is not given [built here in release form]
  CARGO             the cargo to build it with
  SHOW_TEAL         print the sources that the reference does not assemble

Exit code: 0 if all answers are alike, 1 if some differ, 2 if the command cannot be run
"""
import random, time

from judge.addresses import address_text
from judge.ledger.comparison import Comparison
from judge.ledger.network import Network
from judge.ledger.programs import Programs
from judge.ledger.transactions import Transactions
from judge.ledger.world import World
from judge.networks import our_options, ours_of, reference_options, theirs_of
from judge.paths import cannot

# Groups between two looks at everything that there is.
SWEEP = 100
# Networks are used up to this round: from round 512 on the reference's node proves the chain's state, with transactions of its own.
LAST_ROUND = 500


def options(parser):
    parser.add_argument("--count", type=int, default=500, help="how many transactions at least [%(default)s]")
    parser.add_argument("--seed", type=int, default=1, help="of the random choices [%(default)s]")
    parser.add_argument("--show", type=int, default=1, help="how many differences of a kind are printed [%(default)s]")
    parser.add_argument("--only", metavar="KIND,...", help="only groups of these kinds, by the names of their makers")
    reference_options(parser)
    our_options(parser)


def prepare(comparison, theirs, ours, world):
    """Money for the accounts on fresh networks; on used ones, what is there already."""
    if theirs.round() == 0:
        for side in (theirs, ours):
            side.request("POST", "/v2/devmode/blocks/offset/5")
        comparison.fund(world.rich, world.poor)
    world.round = theirs.round()
    if world.round != ours.round():
        cannot(f"the networks stand at different rounds: {world.round} and {ours.round()}")
    accounts = [theirs.json(f"/v2/accounts/{address_text(raw)}") for raw in world.rich]
    world.apps = sorted(app["id"] for account in accounts for app in account["created-apps"])[-8:]
    world.assets = sorted(asset["index"] for account in accounts for asset in account["created-assets"])[-30:]


def run(arguments):
    failed, transactions, seed = 0, 0, arguments.seed
    while transactions < arguments.count:
        with theirs_of(arguments, rewards=False) as theirs, ours_of(arguments) as ours:
            played, differs = play(arguments, theirs, ours, seed, arguments.count - transactions)
        failed, transactions, seed = differs or failed, transactions + played, seed + 1
        if arguments.theirs and transactions < arguments.count:
            cannot(f"{transactions} transactions fit before round {LAST_ROUND}; start a fresh network for more")
    return failed


def play(arguments, theirs, ours, seed, wanted):
    """Plays random groups on two fresh networks, as many as fit; how many transactions, and whether an answer differs."""
    rng = random.Random(seed)
    theirs, ours = Network(theirs.url, theirs.seed), Network(ours.url, ours.seed)
    world = World(theirs, rng)
    comparison = Comparison(theirs, ours, world, arguments.show)
    prepare(comparison, theirs, ours, world)
    transactions, programs = Transactions(world), Programs(world)
    comparison.number = seed * 1_000_000
    kinds = transactions.kinds + programs.kinds
    if arguments.only:
        kinds = [kind for kind in kinds if kind.__name__ in arguments.only.split(",")]
    started = time.time()
    for founding in programs.foundation():
        comparison.play(founding)
    groups, before = 0, comparison.count["transactions"]
    while comparison.count["transactions"] - before < wanted and world.round < LAST_ROUND:
        make = rng.choice(kinds)
        group = make()
        if group is None:
            continue
        group["kind"] = make.__name__
        comparison.play(group)
        groups += 1
        if groups % SWEEP == 0:
            comparison.sweep()
    comparison.sweep()
    print(f"{time.time() - started:.0f} s, seed {seed}")
    return comparison.count["transactions"] - before, comparison.report()
