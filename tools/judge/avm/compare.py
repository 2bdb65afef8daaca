"""Runs programs that need no ledger, as logic signatures, here and in the reference: verdict, error text, cost, place, stack.

Each runs here twice, quickly and carefully. The programs are single opcodes on inputs of every property wanted, sequences of
instructions, opcodes on wrong stacks, random bytes and structured texts; --kinds takes some of these kinds.

Environment:
  PNP_ORACLE        the folder of the reference's programs; tealoracle is used; other rules than the current ones need one
                    that takes `consensus` in `eval`
  CARGO             the cargo to build our side with

Exit code: 0 if all answers are alike, 1 if some differ, 2 if the command cannot be run
"""
import json

from judge.avm.kinds import KINDS, RULES, answered, evaluation, knows
from judge.paths import build, cannot, oracle
from judge.peer import Peer

COMPARED = ("pass", "err", "cost", "pc", "stack")


def options(parser):
    parser.add_argument("--count", type=int, default=2000, help="how many programs of a kind, about [%(default)s]")
    parser.add_argument("--seed", default="1", help="of the random choices [%(default)s]")
    parser.add_argument("--kinds", metavar="KIND,...", help=f"some of {', '.join(KINDS)} [all]")
    parser.add_argument("--consensus", metavar="NAME", help="the rules to run by, such as future for programs of version 14 [the current ones]")
    parser.add_argument("--ours", metavar="PROGRAM", help="our `answer` [built here in release form]")
    parser.add_argument("--show", type=int, default=10, help="how many differences are printed [%(default)s]")


def differing(case, ours, careful):
    """What of an answer of ours is not the reference's."""
    if ours is None or careful is None:
        return ["we stopped"]
    wrong = [key for key in COMPARED if ours.get(key) != case[key]]
    return wrong or (["quick and careful"] if ours != careful else [])


def run(arguments):
    theirs = Peer(oracle("tealoracle"))
    ours = Peer(arguments.ours or build("release", "answer")[0])
    total = different = 0
    for kind in arguments.kinds.split(",") if arguments.kinds else KINDS:
        rules = arguments.consensus or RULES.get(kind)
        if not knows(theirs, rules):
            if arguments.consensus:
                cannot(f"this tealoracle does not run programs by consensus {rules}")
            print(f"{kind}: left out, because this tealoracle does not run programs by consensus {rules}", flush=True)
            continue
        cases = answered(theirs, kind, arguments.count, arguments.seed, rules)
        quick = ours.ask([evaluation(case["program"], case["args"], rules) for case in cases])
        slow = ours.ask([evaluation(case["program"], case["args"], rules, slow=True) for case in cases])
        found = 0
        for case, answer, careful in zip(cases, quick, slow):
            if wrong := differing(case, answer, careful):
                found += 1
                if different + found <= arguments.show:
                    print(f"differs in {', '.join(wrong)}\n  theirs  {json.dumps(case)}\n  ours    {json.dumps(answer)}\n  careful {json.dumps(careful)}")
        passed, errors = sum(case["pass"] for case in cases), sum(case["err"] != "" for case in cases)
        print(f"{kind}: {len(cases)} programs, {passed} pass, {errors} fail with an error, {found} differences", flush=True)
        total, different = total + len(cases), different + found
    theirs.close()
    ours.close()
    print(f"{total} programs, {different} differences")
    return 1 if different else 0
