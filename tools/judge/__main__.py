"""Runs one command: `scripts/differential teal` is `python3 -m judge differential teal`.

Usage:
  python3 -m judge GROUP [NAME] [OPTIONS]
  python3 -m judge selfcheck

`selfcheck` imports every module of the package and builds the help of every command; it needs no package that is not
Python's own.

Exit code: 0 if all is well, 1 if something differs or fails, 2 if the command cannot be run.
"""
import argparse
import importlib
import pkgutil
import sys

import judge
from judge import packages

OLDEST = (3, 11)

# Each command: the script and the words behind it, and the module that has it. A module says what it does in its
# docstring, takes its options in `options(parser)` and does it in `run(arguments)`.
COMMANDS = {
    "differential": {
        "teal": "judge.teal.compare",
        "avm": "judge.avm.compare",
        "ledger": "judge.ledger.compare",
        "rest": "judge.rest.compare",
        "simulate": "judge.simulate.compare",
        "sessions": "judge.sessions.compare",
        "suite": "judge.suite",
        "commands": "judge.real.commands",
        "tealer": "judge.tealer",
    },
    "record": {
        "teal": "judge.record.teal",
        "avm": "judge.record.avm",
        "contract": "judge.record.contract",
        "vrf": "judge.record.vrf",
        "genesis": "judge.record.genesis",
        "bundles": "judge.record.bundles",
        "chain": "judge.record.chain",
        "naming": "judge.record.naming",
        "story": "judge.record.story",
        "online": "judge.record.online",
        "errors": "judge.errors.page",
        "demo": "judge.record.demo",
    },
    "bench": {"": "judge.bench.command"},
    "kill-test": {"real": "judge.real.kills"},
    "gateway-day": {"": "judge.gateway.day"},
    "gateway-kills": {"": "judge.gateway.kills"},
    "gateway-race": {"": "judge.gateway.race"},
    "gateway-copies": {"": "judge.gateway.copies"},
}
SUMMARIES = {
    "differential": "Compares a part of the project with the reference implementation, input by input.",
    "record": "Records what the reference answers, as files under tests/vectors, what bad input is answered, and what the demo prints.",
    "kill-test": "Kills commands in front of a running network.",
}
WANTS_HELP = {"-h", "--help"}


def summary(module):
    """The first sentence of a command."""
    return module.__doc__.strip().split("\n\n")[0].replace("\n", " ")


def parser_of(words, module):
    """The options of a command; what follows `Environment:` or `Exit code:` comes after them in the help."""
    text, at = module.__doc__.strip(), len(module.__doc__)
    for heading in ("\nEnvironment:", "\nExit code:"):
        found = text.find(heading)
        at = min(at, found) if found >= 0 else at
    parser = argparse.ArgumentParser(prog=f"scripts/{words}", description=text[:at].rstrip(), epilog=text[at:].strip(),
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    module.options(parser)
    return parser


def overview(group, file=sys.stdout):
    """What the commands of a group are."""
    packages.stand_in()
    print(f"{SUMMARIES[group]}\n\nUsage: scripts/{group} WHAT [OPTIONS]; each WHAT has a --help of its own\n", file=file)
    for name, module in COMMANDS[group].items():
        print(f"  {name:<10} {summary(importlib.import_module(module))}", file=file)
    print("\nExit code: 0 if all is well, 1 if something differs or fails, 2 if the command cannot be run", file=file)


def main(group, words):
    """Runs the command of `scripts/GROUP WORDS`; its exit code."""
    if sys.version_info < OLDEST:
        return fail(f"this needs Python {'.'.join(map(str, OLDEST))} or newer")
    commands, name = COMMANDS[group], ""
    if "" not in commands:
        if not words or words[0] in WANTS_HELP:
            overview(group)
            return 0 if words else 2
        name, *words = words
        if name not in commands:
            overview(group, sys.stderr)
            return fail(f"there is no scripts/{group} {name}")
    if WANTS_HELP & set(words):
        packages.stand_in()
    elif absent := packages.missing():
        if needed := unimportable(commands[name], absent):
            return fail(f"{needed} is missing: pip install {packages.ALL}, in a virtual environment if you like")
    module = importlib.import_module(commands[name])
    return module.run(parser_of(f"{group} {name}".strip(), module).parse_args(words)) or 0


def unimportable(module, absent):
    """Which of the absent packages a command needs, if it needs one."""
    try:
        importlib.import_module(module)
    except ModuleNotFoundError as error:
        name = (error.name or "").split(".")[0]
        if name not in absent:
            raise
        return name
    return None


def fail(text):
    """Says why nothing was run."""
    print(f"error: {text}", file=sys.stderr)
    return 2


def selfcheck():
    """Imports everything and builds every help."""
    absent = packages.stand_in()
    modules = [found.name for found in pkgutil.walk_packages(judge.__path__, "judge.")]
    for name in modules:
        importlib.import_module(name)
    helps = [parser_of(f"{group} {name}".strip(), importlib.import_module(module)).format_help()
             for group, commands in COMMANDS.items() for name, module in commands.items()]
    for text in helps:
        if "Exit code:" not in text:
            return fail(f"this help names no exit code:\n{text}")
    left_out = f"; stand-ins for {', '.join(absent)}" if absent else ""
    print(f"{len(modules)} modules imported, {len(helps)} commands explain themselves{left_out}")
    return 0


if __name__ == "__main__":
    arguments = sys.argv[1:]
    if arguments == ["selfcheck"]:
        sys.exit(selfcheck())
    if not arguments or arguments[0] not in COMMANDS:
        print(__doc__.strip())
        sys.exit(0 if WANTS_HELP & set(arguments) else 2)
    sys.exit(main(arguments[0], arguments[1:]))
