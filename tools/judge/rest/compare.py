"""Sends the same requests to two algod REST servers and compares what they answer.

Both are given the same story (fund, assets, applications, boxes, inner transactions, failures); ids, hashes and times that may
differ are replaced by placeholders, and everything else must be equal: status, content type, JSON keys and values, msgpack
bytes decoded. Without --theirs and --ours both networks are started here.

Environment:
  PNP_ORACLE        the folder of the reference's programs, where --theirs is not given
  PNP_CONTRACT      our program, where --ours is not given [built here in release form]
  CARGO             the cargo to build it with

Exit code: 0 if all answers are alike, 1 if some differ, 2 if the command cannot be run
"""
import json, sys, time
from pathlib import Path

from judge.answers import REWARDS, differences, plain, plain_text, readable
from judge.networks import our_options, ours_of, reference_options, theirs_of
from judge.rest.layout import layout, order
from judge.rest.story import Story, StoryNode, key_pair


def options(parser):
    reference_options(parser)
    our_options(parser)
    parser.add_argument("--show", metavar="WORD", help="print both answers of the requests whose name holds this")
    parser.add_argument("--record", metavar="DIR", type=Path, help="where the comparable answers of each side are written")


def comparable(answer, known):
    """An answer without what is its network's own, with the white space and the order of its JSON."""
    found = readable(answer, known)
    kind = next((value for name, value in answer[1].items() if name.lower() == "content-type"), "")
    if "json" in kind and answer[2]:
        without = lambda value: {"keys": [key for key in value["keys"] if key not in REWARDS], "of": {k: without(v) for k, v in value["of"].items()}} if isinstance(value, dict) else [without(it) for it in value] if isinstance(value, list) else value
        found |= {"layout": layout(answer[2]), "order": plain(without(order(json.loads(answer[2]))), known)}
    return found


def played(side, network):
    """The story's answers on a network, as comparable data by name."""
    story, started = Story(StoryNode(network.url), key_pair(network.seed)), time.time()
    try:
        story.play()
    except Exception as error:  # what was answered so far is still worth comparing
        print(f"{side}: story broke off: {type(error).__name__}: {error}", file=sys.stderr)
    print(f"{side}: {len(story.answers)} answers in {time.time() - started:.1f} s", file=sys.stderr)
    known = story.node.known
    return {plain_text(name, known): comparable(answer, known) for name, answer in story.answers.items()}


def run(arguments):
    with theirs_of(arguments) as network:
        theirs = played("theirs", network)
    with ours_of(arguments) as network:
        ours = played("ours", network)
    if arguments.record:
        arguments.record.mkdir(parents=True, exist_ok=True)
        for side, answers in (("theirs", theirs), ("ours", ours)):
            (arguments.record / f"{side}.json").write_text(json.dumps(answers, indent=1, ensure_ascii=True))
    unequal = 0
    for name, answer in theirs.items():
        other = ours.get(name, {"(absent)": True})
        if arguments.show and arguments.show in name:
            print(name, json.dumps(answer, indent=1), json.dumps(other, indent=1), sep="\n")
        found = list(differences(answer, other))
        unequal += bool(found)
        for at, left, right in found[:6]:
            print(f"{name}: {at}\n   theirs {str(left)[:400]}\n   ours   {str(right)[:400]}")
    print(f"{len(theirs) - unequal} of {len(theirs)} answers agree")
    return 1 if unequal or len(ours) != len(theirs) else 0
