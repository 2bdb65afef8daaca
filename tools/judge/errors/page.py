"""Runs every kind of bad input through the commands, and writes what they answer to docs/reports/errors.md.

Every case runs in a copy of a project in which a contract was deployed and billed on the embedded network; nothing else is
reached. What differs from run to run (addresses, ids, ports, folders) is shown as a word in angle brackets. A case whose
exit code is not the one it names, or whose message lacks one of its three parts, fails.

Environment:
  CARGO             the cargo to build our program with

Exit code: 0 if all cases end as they must, 1 if some do not or --check finds another page, 2 if the command cannot be run
"""
import base64, concurrent.futures, contextlib, difflib, hashlib, http.server, json, os, re, shutil, signal, socket
import subprocess, sys, tempfile, threading, time, urllib.error, urllib.request
from pathlib import Path

from judge.errors.cases import LINES, OPS, SECTIONS, TEMPLATE
from judge.networks import ours
from judge.paths import ROOT, build

PAGE = ROOT / "docs" / "reports" / "errors.md"
# How many lines are shown of what differs.
MOST = 40
TESTNET = "SGO1GKSzyE7IEPItTxCByw9x8FmnrCDexi9/cOUJOiI="
MAINNET = "wGHE2Pwdvd7S12BL5FaOP20EGYesN73ktiC1qzkkit8="


def closed_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def algod(genesis_id, genesis_hash):
    """The port of an algod that says which chain it is of, and nothing else."""
    build = {"major": 5, "minor": 1, "build_number": 0, "commit_hash": "", "branch": "", "channel": ""}
    handler = type("Handler", (VersionOnly,), {"version": {"versions": ["v2"], "genesis_id": genesis_id,
                                                           "genesis_hash_b64": genesis_hash, "build": build}})
    return serve(handler)


class VersionOnly(http.server.BaseHTTPRequestHandler):
    version = {}

    def do_GET(self):
        known = self.path == "/versions"
        body = json.dumps(self.version if known else {"message": "Not Found"}).encode()
        self.send_response(200 if known else 404)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        pass


def answering(status, kind, body):
    """The port of a service that answers everything so."""
    class Always(VersionOnly):
        def do_GET(self):
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
    return serve(Always)


def dressed(node, fee=0):
    """The port of a node that says it is MainNet's, and suggests this fee."""
    class Dressed(VersionOnly):
        def do_GET(self):
            length = int(self.headers.get("Content-Length") or 0)
            body = self.rfile.read(length) if length else None
            request = urllib.request.Request(node + self.path, body, method=self.command)
            for name in ["X-Algo-API-Token", "Content-Type"]:
                if self.headers.get(name):
                    request.add_header(name, self.headers[name])
            try:
                with urllib.request.urlopen(request) as answer:
                    status, content = answer.status, answer.read()
            except urllib.error.HTTPError as error:
                status, content = error.code, error.read()
            if self.path == "/versions":
                document = json.loads(content)
                document.update(genesis_id="mainnet-v1.0", genesis_hash_b64=MAINNET)
                content = json.dumps(document).encode()
            if self.path == "/v2/transactions/params" and fee:
                content = json.dumps({**json.loads(content), "fee": fee}).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)
        do_POST = do_GET
    return serve(Dressed)


def serve(handler):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return str(server.server_address[1])


def normal(text, folder):
    text = text.replace(str(folder), "<folder>")
    text = re.sub(r"\x1b\[[0-9;]*m", "", text)
    text = re.sub(r"\b[A-Z2-7]{58}\b", lambda found: found.group() if found.group().startswith("AAAA") else "<address>", text)
    text = re.sub(r"\b[A-Z2-7]{52}\b", "<txid>", text)
    text = re.sub(r"\b0[0-9A-HJKMNP-TV-Z]{25}\b", "<tick>", text)
    text = re.sub(r" in [0-9.]+ s \(\d+/s\)", "", text)
    text = re.sub(r"(127\.0\.0\.1|localhost):\d+", r"\1:<port>", text)
    text = re.sub(r"\bprocess \d+", "process <n>", text)
    text = re.sub(r"\d{4}-\d\d-\d\dT[0-9:.]+Z", "<time>", text)
    return re.sub(r"[A-Za-z0-9+/]{43}=", lambda found: found.group() if found.group().startswith("AAAA") else "<hash>", text)


def address(number):
    """An address that is well formed."""
    key = number.to_bytes(32, "big")
    return base64.b32encode(key + hashlib.new("sha512_256", key).digest()[-4:]).decode().rstrip("=")


class Runner:
    """Runs commands in folders, with nothing of the caller's environment."""

    def __init__(self, program, work, ports):
        self.program, self.ports = program, ports
        self.basic = {"PATH": os.environ["PATH"], "NO_COLOR": "1", "COLUMNS": "100", "HOME": str(work / "home")}
        self.addresses = {}

    def run(self, folder, command, env={}, stdin=None, stdout=None, interrupt=None):
        env = {name: self.ports.get(value, value) for name, value in env.items()}
        words = [self.program, *(word for part in command.split() for word in self.addresses.get(part, [part]))]
        stdin = stdin.encode() if isinstance(stdin, str) else stdin
        with open(stdout, "wb") if stdout else contextlib.nullcontext(subprocess.PIPE) as out, \
             subprocess.Popen(words, cwd=folder, env={**self.basic, **env}, stdin=subprocess.PIPE, stdout=out,
                              stderr=subprocess.PIPE) as process:
            try:
                if interrupt:
                    while process.poll() is None and not interrupt(folder):
                        time.sleep(0.02)
                    process.send_signal(signal.SIGINT)
                said, complained = process.communicate(stdin or b"", timeout=60)
            finally:
                process.kill()
        return subprocess.CompletedProcess(words, process.returncode, said or b"", complained)

    def must(self, folder, command, env={}, stdin=None):
        made = self.run(folder, command, env, stdin)
        if made.returncode:
            sys.exit(f"{command}: {made.stderr.decode()}")
        return made.stdout.decode()

    def template(self, folder):
        """The project that every case has a copy of."""
        folder.mkdir()
        (folder / "lines.csv").write_text(LINES)
        for command, env, stdin in TEMPLATE:
            made = self.must(folder, "--json " + command if command.startswith("multisig new") else command, env, stdin)
            if command.startswith("multisig new"):
                self.addresses["ops-address"] = [json.loads(made)["address"]]

    def elsewhere(self, folder, template):
        """A project of another chain; the template takes a bundle and a journal of it."""
        folder.mkdir()
        (folder / "lines.csv").write_text(LINES)
        for command in ["deploy", "optin", "bill --from lines.csv --journal far.journal", "account new alice", "account new bob"]:
            self.must(folder, command)
        address = json.loads(self.must(folder, "--json multisig new --threshold 1 --name ops alice bob"))["address"]
        for command in [f"account fund {address} --amount 10", f"account fund alice --amount 1 {OPS} far.msig",
                        "multisig sign far.msig --as alice --yes"]:
            self.must(folder, command)
        for name in ["far.journal", "far.msig"]:
            shutil.copy(folder / name, template / name)

    def case(self, case, folder, template):
        folder.mkdir() if case.fresh else shutil.copytree(template, folder)
        for name, content in case.files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            if isinstance(content, str):
                content = content.replace("other-port", self.ports["other"]).encode()
            (folder / name).write_bytes(content)
        for step in case.before:
            step(folder) if callable(step) else self.must(folder, step)
        kept = case.spoil(folder) if case.spoil else None
        ran = self.run(folder, case.command, case.env, case.stdin, case.stdout, case.interrupt)
        del kept
        return ran


def row(case, ran, folder):
    """A case's line of the page, and whether the command said anything."""
    said = [line for line in normal(ran.stderr.decode(), folder).splitlines() if line.strip()]
    start = next((n for n, line in enumerate(said) if line.startswith(("error", "waiting for"))), None)
    message = said[start:] if start is not None else said
    # What is no failure, or a line's, is the command's result.
    if start is None:
        result = normal(ran.stdout.decode(), folder).splitlines()
        message = [line for line in result if not line.startswith(("lines ", "gross ", "fee ", "net ", "journal "))] + message
    shown_message = "<br>".join(line.strip().replace("|", "\\|").replace("<", "&lt;").replace(">", "&gt;") for line in message)
    shown = re.sub(r"(t{20})t+", r"\1…", case.command) + (f" > {case.stdout}" if case.stdout else "")
    return f"| {case.what} | `{shown}` | {ran.returncode} | {shown_message} |", bool(message)


def options(parser):
    parser.add_argument("--check", action="store_true", help="write nothing, and fail where the page would change")


def run(arguments):
    [program] = build("dev", "pnp-contract")
    with tempfile.TemporaryDirectory() as folder, ours(program) as network:
        ports = {"closed": str(closed_port()), "other": algod("other-v1", "A" * 43 + "="),
                 "testnet": algod("testnet-v1.0", TESTNET), "mainnet": dressed(network.url), "dear": dressed(network.url, 1000),
                 "locked": answering(401, "application/json", b'{"message":"Invalid API Token"}'),
                 "page": answering(200, "text/html", b"<html><title>Welcome to nginx!</title></html>")}
        page, wrong = record(Runner(program, Path(folder), ports), Path(folder))
    text = "\n".join(["# Answers to bad input", "",
                      "Made by `scripts/record errors`, which runs each of these. `error:` says what happened, `why:` why, `next:` what to",
                      "do; with `--json` the same texts are in `message`, `cause` and `hint`, next to a stable `code`. Lines of a batch are",
                      "refused one by one; the others are billed."] + page) + "\n"
    for fault in wrong:
        print(fault, file=sys.stderr)
    cases = sum(line.startswith("| ") for line in page) - len(SECTIONS)
    if arguments.check:
        recorded = PAGE.read_text() if PAGE.exists() else ""
        if recorded != text:
            differs = list(difflib.unified_diff(recorded.splitlines(), text.splitlines(), "recorded", "answered", lineterm="", n=0))
            more = [f"and {len(differs) - MOST} lines more"] if len(differs) > MOST else []
            sys.exit("\n".join(differs[:MOST] + more + ["docs/reports/errors.md is stale: run scripts/record errors"]))
    else:
        PAGE.write_text(text)
    print(f"{cases} cases {'are as recorded in' if arguments.check else 'written to'} {PAGE.relative_to(ROOT)}")
    return 1 if wrong else 0


def record(runner, work):
    """The page's lines, and what is wrong with them."""
    template = work / "template"
    runner.template(template)
    runner.addresses["all-addresses"] = [address(number) for number in range(256)]
    runner.elsewhere(work / "elsewhere", template)
    page, wrong = [], []
    for title, cases in SECTIONS.items():
        page += ["", f"## {title}", "", "| input | command | exit | what it says |", "|---|---|---|---|"]
        cases = cases()
        folders = [work / f"{title}-{number}".replace(" ", "-") for number in range(len(cases))]
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            for case, folder, ran in zip(cases, folders, pool.map(runner.case, cases, folders, [template] * len(cases))):
                line, has_message = row(case, ran, folder)
                page.append(line)
                if ran.returncode != case.exit or not has_message:
                    wrong.append(f"{case.what}: `{case.command}` ended with {ran.returncode}, not {case.exit}: "
                                 f"{ran.stdout.decode()}{ran.stderr.decode()}")
    return page, wrong
