"""Runs every command that reaches a network, with --json, on several networks, and compares what they answer.

The networks are `embedded`, `localnet run`, and with --algod and --kmd one that is running there, for example a real algod's.

The same steps run in a fresh project for each network. What must differ (addresses, ids, rounds, hashes, times, the network's
name) is replaced by a word that says which one it is: the first address met is <address 1> on every network. Two networks
agree where every step ends with the same exit code and the same document.

Environment:
  PNP_CONTRACT      our program [built here in debug form]
  CARGO             the cargo to build it with

Exit code: 0 if all answers are alike and as expected, 1 if some are not, 2 if the command cannot be run
"""
import json, os, re, shutil, subprocess, tempfile, time
from pathlib import Path

from judge.networks import ours
from judge.paths import contract_program

ZERO = "A" * 52 + "Y5HFKQ"
SOURCE = "#pragma version 11\nint 1\n"
LINES = "user,units,unit_price\nuser,1,100\nuser,2,100\nuser,3,100\n"

# Each step: the exit code it must end with, and the command.
STEPS = [
    (0, "account new alice"), (1, "account new alice"), (2, "account new ../alice"),
    (0, "account fund alice --amount 5"), (0, "account list"),
    (1, "asset show"), (0, "asset create --unit TST --decimals 0 --total 100000000"), (2, "asset create --unit FAR-TOO-LONG"),
    (0, "asset show"), (1, "asset send --amount 1 --to alice"), (0, "asset optin --from alice"),
    (0, "asset send --amount 4 --to alice"), (1, "asset send --amount 5 --to creator --from alice"),
    (1, "asset show --asset 999999999"),
    (1, "bill --units 1"), (0, "status"),
    (4, "deploy --check"), (0, "deploy --updatable --deletable"), (0, "deploy --updatable --deletable --check"),
    (0, "deploy --updatable --deletable"), (0, "verify"), (0, "status"),
    (0, "bill --units 10 --price 100"), (1, "bill --units 1 --tick 00"), (1, "bill --units 1 --price 1001"),
    (2, "bill --units 0"), (2, "bill --units -1"), (1, "bill --units 10000 --price 1000"),
    (1, "bill --units 1 --app 999999999"), (1, "optin"),
    (0, "bill --units 1 --count 3"), (0, "bill --from lines.csv"), (0, "bill --from lines.csv"),
    (0, "params --max-rate 50"), (1, "bill --units 1 --price 100"), (2, "params --fee-pct 10001"),
    (0, "update --fee-pct 1000"), (0, "status"), (0, "verify"),
    (0, "disassemble --app"), (0, "leave"), (1, "bill --units 1"), (0, "optin"), (0, "bill --units 1"),
    (0, "update --updatable=false"), (1, "update"), (0, "delete"), (1, "bill --units 1"), (0, "status"),
    (0, "deploy"), (1, "delete"), (1, "update --updatable"), (0, "test"), (0, "compile a.teal"), (0, "deploy --dry-run"),
]

# Fields whose numbers are a network's own, and what they are of.
IDS = {"app": "app", "app_id": "app", "application": "app", "asset": "asset", "asset_id": "asset", "asa_id": "asset"}
FREE = {"round", "milliseconds", "first_valid", "last_valid", "seconds", "time", "at", "when", "rate", "last_round",
        "created_round", "ticks_per_second", "sending_seconds"}


class Plain:
    """Documents without what is a network's own."""

    def __init__(self, folder):
        self.folder, self.seen, self.numbers = str(folder), {}, {}

    def word(self, kind, text):
        names = self.seen.setdefault(kind, {})
        return f"<{kind} {names.setdefault(text, len(names) + 1)}>"

    def collect(self, value, key=None):
        """Ids come first, so that texts which name them are recognised wherever they occur."""
        if isinstance(value, dict):
            for name, inner in value.items():
                self.collect(inner, name)
        elif isinstance(value, list):
            for inner in value:
                self.collect(inner, key)
        elif key in IDS and isinstance(value, int) and not isinstance(value, bool) and value > 100:
            self.numbers[value] = self.word(IDS[key], value)

    def text(self, text):
        text = text.replace(self.folder, "<folder>")
        text = re.sub(r"\b(embedded|localnet)\b", "<net>", text)
        text = re.sub(r"[A-Za-z]+net-v1(\.0)?|dockernet\S*", "<genesis>", text)
        text = re.sub(r"\b[A-Z2-7]{58}\b", lambda m: m[0] if m[0] == ZERO else self.word("address", m[0]), text)
        text = re.sub(r"\b[A-Z2-7]{52}\b", lambda m: self.word("txid", m[0]), text)
        text = re.sub(r"[A-Za-z0-9+/]{43}=", "<hash>", text)
        text = re.sub(r"\b[0-9a-f]{64}\b", "<hash>", text)
        text = re.sub(r"\b0[0-9A-HJKMNP-TV-Z]{25}\b", "<tick>", text)
        text = re.sub(r"\d{4}-\d\d-\d\dT[0-9:.]+Z?", "<time>", text)
        text = re.sub(r"(127\.0\.0\.1|localhost):\d+", r"<host>", text)
        text = re.sub(r"\bround \d+", "round <n>", text)
        return re.sub(r"\d+", lambda m: self.numbers.get(int(m[0]), m[0]), text)

    def value(self, value, key=None):
        if isinstance(value, dict):
            return {self.text(name): self.value(inner, name) for name, inner in value.items()}
        if isinstance(value, list):
            return [self.value(inner, key) for inner in value]
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            if key in FREE:
                return "<n>"
            return self.numbers.get(value, value)
        return value


def play(pnp, net, variables):
    """Every step's exit code and document on one network, and how long each took."""
    folder = Path(tempfile.mkdtemp(prefix="pnp-commands-"))
    try:
        (folder / "a.teal").write_text(SOURCE)
        (folder / "lines.csv").write_text(LINES)
        environment = {"PATH": os.environ["PATH"], "PNP_NET": net, **variables}
        plain, answers = Plain(folder), []
        for expected, command in STEPS:
            words = command.split()
            if words == ["disassemble", "--app"]:
                words.append(str(next((id for id, word in plain.numbers.items() if word == "<app 1>"), 0)))
            begun = time.monotonic()
            ran = subprocess.run([pnp, "--json", *words], cwd=folder, env=environment, capture_output=True, text=True)
            took = time.monotonic() - begun
            try:
                documents = [json.loads(ran.stdout)]
            except json.JSONDecodeError:
                try:
                    documents = sorted((json.loads(line) for line in ran.stdout.splitlines()), key=lambda d: d.get("line", 0))
                except json.JSONDecodeError:
                    documents = [{"not json": ran.stdout, "stderr": ran.stderr}]
            plain.collect(documents)
            answers.append((expected, command, ran.returncode, [plain.value(document) for document in documents], took))
        return answers
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def differences(ours, theirs, path=""):
    if isinstance(ours, dict) and isinstance(theirs, dict):
        for name in sorted(ours.keys() | theirs.keys()):
            yield from differences(ours.get(name), theirs.get(name), f"{path}.{name}")
    elif isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
        for place, (our, their) in enumerate(zip(ours, theirs)):
            yield from differences(our, their, f"{path}[{place}]")
    elif ours != theirs:
        yield f"{path}: {json.dumps(ours)} / {json.dumps(theirs)}"


def options(parser):
    parser.add_argument("--algod", metavar="URL", help="the address of a running network's algod")
    parser.add_argument("--kmd", metavar="URL", help="and of its kmd")


def run(arguments):
    program = contract_program()
    runs = {"embedded": play(program, "embedded", {})}
    with ours(program) as network:
        runs["localnet run"] = play(program, "localnet", {"ALGOD_SERVER": network.url})
    if arguments.algod:
        variables = {"ALGOD_SERVER": arguments.algod, "KMD_SERVER": arguments.kmd or ""}
        runs["real algod"] = play(program, "localnet", variables)
    bad = sum(unexpected(name, answers) for name, answers in runs.items())
    (first, reference), *others = runs.items()
    return 1 if bad + sum(unlike(first, reference, name, answers) for name, answers in others) else 0


def unexpected(name, answers):
    """How many steps did not end as they must."""
    wrong = [answer for answer in answers if answer[0] != answer[2]]
    total = sum(answer[4] for answer in answers)
    print(f"{name}: {len(answers)} commands, {len(answers) - len(wrong)} as expected, {total:.1f} s")
    for expected, command, code, documents, _ in wrong:
        print(f"  {command}: exit {code} instead of {expected}: {json.dumps(documents)[:400]}")
    return len(wrong)


def unlike(first, reference, name, answers):
    """How many steps are answered otherwise than on the first network."""
    same = 0
    for (_, command, code, documents, _), (_, _, theirs, others, _) in zip(reference, answers):
        found = ([f"exit {code} / {theirs}"] if code != theirs else []) + list(differences(documents, others))
        same += not found
        for difference in found[:6]:
            print(f"  {command}: {difference}")
    print(f"{first} and {name}: {same} of {len(answers)} commands answer the same")
    return len(answers) - same
