#!/usr/bin/env python3
"""Measures this project and, where the reference's programs are at hand, the reference beside it in the same run.

    scripts/bench [--json FILE] [--runs N] [--only WORD] [--port N] [--no-build]

PNP_ORACLE names a folder with the reference's programs (tealoracle, algod, goal, kmd); without it there is one column. Every
figure is a median; what is compared is measured by turns, so that a busy machine is busy for both. --only takes the rows
whose name contains WORD, --port the first of four free ports for networks (default: any).
"""
import argparse, base64, contextlib, datetime, http.client, json, os, platform, signal, socket, statistics
import subprocess, sys, tempfile, time
from pathlib import Path

HERE = Path(__file__).resolve().parent.parent
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", HERE / "target")) / "release"
TOKEN = "a" * 64


# -- What is assembled and run ------------------------------------------------------------------------------------------

def contract():
    """The UsageContract's approval program with its default template values."""
    text = (HERE / "teal" / "usage_approval.teal").read_text()
    for name, value in [("TMPL_UPDATABLE", "0"), ("TMPL_DELETABLE", "0"), ("TMPL_ORDERED_TICKS", "1")]:
        text = text.replace(f"int {name}", f"int {value}")
    return text


def long_program(blocks=133):
    """2,000 lines, or 15 for each block, of subroutines, branches, constants and fields."""
    lines = ["#pragma version 12", "int 1", "return"]
    for n in range(blocks):
        lines += [f"sub{n}:", "    proto 1 1", "    frame_dig -1", f"    int {n % 50}", "    <", f"    bz other{n}", "    txn Sender",
                  f"    byte 0x{n % 133:08x}", "    concat", "    sha256", "    btoi", "    retsub", f"other{n}:", f"    int {n % 50 * 1000}",
                  "    retsub"]
    return "\n".join(lines + ["// the end", "// of it"]) + "\n"


def program_of(kib):
    """The longest such program of at most so many KiB."""
    blocks = kib * 1024 // len(long_program(1))
    while len(long_program(blocks + 1)) <= kib * 1024:
        blocks += 1
    while len(long_program(blocks)) > kib * 1024:
        blocks -= 1
    return long_program(blocks)


def loop(before, body):
    """A loop of 1,000 turns around `body`, which leaves one value on the stack as it found one."""
    return "\n".join(["#pragma version 12", "int 0", "store 0", before, "again:", body, "load 0", "int 1", "+", "dup",
                      "store 0", "int 1000", "<", "bnz again", "pop", "int 1", "return"])


LOOPS = {
    "run arithmetic, 1000 turns": loop("int 7", "int 31\n*\nint 65537\n%\nint 3\n+"),
    "run byte strings, 1000 turns": loop("byte 0x00112233445566778899",
                                         "extract 1 9\nbyte 0x42\nconcat\ndup\nint 3\ngetbyte\npop"),
    "run hashing (sha256), 1000 turns": loop('byte "start"', "sha256"),
    "run byte math (b*, b%), 1000 turns": loop("byte 0x0123456789abcdef", f"dup\nb*\nbyte 0x{'ff' * 32}\nb%"),
}


# -- Programs -----------------------------------------------------------------------------------------------------------

class Lines:
    """A program that answers one JSON question a line."""

    def __init__(self, program):
        self.process = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, **question):
        self.process.stdin.write(json.dumps(question) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def need(self, name, **question):
        """One value of an answer that must have it."""
        answer = self.ask(**question)
        if name not in answer:
            raise Failed(f"{Path(self.process.args[0]).name}: {str(answer.get('err'))[:200]}")
        return answer[name]

    def close(self):
        self.process.stdin.close()
        self.process.wait()


class Failed(Exception):
    """A figure that cannot be had, and why."""


def run(command, cwd=None, env=None):
    """Runs to the end and returns the seconds it took."""
    start = time.perf_counter()
    done = subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True)
    seconds = time.perf_counter() - start
    if done.returncode != 0:
        said = (done.stderr.strip() or done.stdout.strip()).splitlines()
        raise Failed(f"{Path(command[0]).name} {' '.join(map(str, command[1:4]))}: {said[0] if said else 'failed'}")
    return seconds


def clean_environment(**more):
    """Nothing of the caller's that could lead a command to another network."""
    return {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ} | more


class Ports:
    """Ports that are free now."""

    def __init__(self, first):
        self.next = first

    def take(self):
        if self.next:
            self.next += 1
            return self.next - 1
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            return free.getsockname()[1]


# -- Networks -----------------------------------------------------------------------------------------------------------

class Network:
    """A running algod, of either kind, that makes a block for every group."""

    def __init__(self, port):
        self.port, self.kmd_port = port, None
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)

    def ask(self, method, path, body=None):
        self.connection.request(method, path, body, {"X-Algo-API-Token": TOKEN})
        answer = self.connection.getresponse()
        content = answer.read()
        if answer.status != 200:
            raise Failed(f"{method} {path}: {answer.status} {content[:200].decode(errors='replace')}")
        return json.loads(content)

    def await_answer(self, process):
        """Seconds since `process` was started until it answers for its status."""
        deadline = time.perf_counter() + 60
        while time.perf_counter() < deadline:
            if process and process.poll() is not None:
                raise Failed(f"{process.args[0]} ended with {process.returncode}")
            try:
                return self.ask("GET", "/v2/status")
            except (OSError, http.client.HTTPException):
                self.connection.close()
                time.sleep(0.001)
        raise Failed("the network does not answer")

    def environment(self):
        """Settings by which our commands find this network, and one rich account for every role."""
        words = self.account["mnemonic"]
        roles = {f"{role}_MNEMONIC": words for role in ("CREATOR", "USER", "PROVIDER", "PLATFORM")}
        kmd = {"KMD_PORT": str(self.kmd_port)} if self.kmd_port else {}
        return clean_environment(ALGOD_PORT=str(self.port), PROVIDER_ADDR=self.account["address"],
                                 PLATFORM_ADDR=self.account["address"], **kmd, **roles)

    def groups(self, signer, count):
        """Signed groups of three payments each."""
        params = self.ask("GET", "/v2/transactions/params")
        return signer.need("groups", op="groups", seed=self.account["seed"], genesis_id=params["genesis-id"],
                          genesis_hash=params["genesis-hash"], first=max(params["last-round"], 1), size=3, count=count)


@contextlib.contextmanager
def ours(program, signer, ports, data):
    """`localnet run`, in memory or on disk."""
    port, kmd, indexer = ports.take(), ports.take(), ports.take()
    place = ["--data-dir", str(data)] if data else ["--in-memory"]
    command = [program, "localnet", "run", "--algod-port", str(port), "--kmd-port", str(kmd), "--indexer-port", str(indexer)]
    start = time.perf_counter()
    process = subprocess.Popen(command + place, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=clean_environment())
    try:
        network = Network(port)
        network.await_answer(process)
        network.started = time.perf_counter() - start
        network.kmd_port = kmd
        if data:
            network.account = signer.ask(op="account", seed=(Path(data) / "dispenser.key").read_text().strip())
        else:
            network.account = signer.ask(op="dispenser")
        yield network
    finally:
        process.send_signal(signal.SIGINT)
        process.wait()


@contextlib.contextmanager
def reference(oracle, signer, ports, folder):
    """A private network of one real algod, with kmd, in development mode."""
    port, kmd_port = ports.take(), ports.take()
    root, node, goal = folder / "net", folder / "net" / "Node", str(oracle / "goal")
    env = clean_environment()
    env["PATH"] = f"{oracle}:{env.get('PATH', '')}"
    template = {"Genesis": {"NetworkName": "dockernet", "LastPartKeyRound": 3000, "DevMode": True,
                            "Wallets": [{"Name": "Wallet1", "Stake": 100, "Online": True}]},
                "Nodes": [{"Name": "Node", "IsRelay": False, "Wallets": [{"Name": "Wallet1", "ParticipationOnly": False}]}]}
    (folder / "template.json").write_text(json.dumps(template))
    run([goal, "network", "create", "-r", str(root), "-t", str(folder / "template.json"), "-n", "dockernet"], env=env)
    for name in ("algod.token", "algod.admin.token"):
        (node / name).write_text(TOKEN)
    (node / "config.json").write_text(json.dumps({
        "Version": 38, "GossipFanout": 0, "IncomingConnectionsLimit": 0, "DNSBootstrapID": "", "DisableNetworking": True,
        "EndpointAddress": f"127.0.0.1:{port}", "EnableDeveloperAPI": True, "EnableExperimentalAPI": True, "Archival": True}))
    [kmd_folder] = node.glob("kmd-*")
    (kmd_folder / "kmd.token").write_text(TOKEN)
    (kmd_folder / "kmd_config.json").write_text(json.dumps({"address": f"127.0.0.1:{kmd_port}", "session_lifetime_secs": 3600}))
    start = time.perf_counter()
    run([goal, "network", "start", "-r", str(root)], env=env)
    try:
        network = Network(port)
        network.await_answer(None)
        network.started = time.perf_counter() - start
        run([goal, "kmd", "start", "-d", str(node), "-t", "0"], env=env)
        network.kmd_port, network.node, network.goal, network.goal_env = kmd_port, node, goal, env
        network.account = signer.ask(op="account", seed=rich_seed(kmd_port))
        yield network
    finally:
        for command in (["kmd", "stop", "-d", str(node)], ["network", "stop", "-r", str(root)]):
            subprocess.run([goal, *command], env=env, capture_output=True)


def rich_seed(port):
    """The seed of the account that kmd holds in its default wallet."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)

    def ask(method, path, body=None):
        connection.request(method, path, json.dumps(body) if body is not None else None, {"X-KMD-API-Token": TOKEN})
        return json.loads(connection.getresponse().read())

    [wallet] = [it for it in ask("GET", "/v1/wallets")["wallets"] if it["name"] == "unencrypted-default-wallet"]
    handle = ask("POST", "/v1/wallet/init", {"wallet_id": wallet["id"], "wallet_password": ""})["wallet_handle_token"]
    for address in ask("POST", "/v1/key/list", {"wallet_handle_token": handle})["addresses"]:
        answer = ask("POST", "/v1/key/export", {"wallet_handle_token": handle, "wallet_password": "", "address": address})
        return base64.b64decode(answer["private_key"])[:32].hex()
    raise Failed("kmd holds no key")


# -- Measuring ----------------------------------------------------------------------------------------------------------

class Table:
    """Rows of a name, a unit, our figure and the reference's."""

    def __init__(self, only):
        self.only, self.rows, self.problems = only, [], []

    @contextlib.contextmanager
    def attempt(self):
        """Around what may fail without the rest being in vain."""
        try:
            yield
        except (Failed, OSError, http.client.HTTPException) as problem:
            self.problems.append(str(problem))

    def wants(self, *names):
        return any(self.only in name or name in self.only for name in names)

    def add(self, name, unit, ours=None, theirs=None, note=None, times=None, within=None):
        """`times`: the ratio that is the aim; `within`: the figure that is."""
        if not self.wants(name):
            return
        ratio = theirs / ours if ours and theirs else None
        target, met = None, None
        if times:
            target, met = f"{times}x", ratio and ratio >= times
        elif within:
            target, met = shown(within, unit), ours and ours <= within
        self.rows.append({"name": name, "unit": unit, "ours": ours, "reference": theirs, "ratio": ratio, "target": target,
                          "met": met, "note": note})
        print(".", end="", file=sys.stderr, flush=True)

    def show(self, facts):
        print(f"{facts['date']}  {facts['machine']}  load {facts['load']}  medians of {facts['runs']}")
        print(f"{facts['ours']}" + (f"; reference: {facts['reference']}" if facts["reference"] else ""))
        print(f"\n{'':<50}{'ours':>14}{'reference':>14}{'ratio':>9}{'target':>9}")
        for row in self.rows:
            figures = "".join(f"{shown(row[who], row['unit']):>14}" for who in ("ours", "reference"))
            ratio = f"{row['ratio']:.1f}x" if row["ratio"] else ""
            missed = "  MISSED" if row["met"] is False else ""
            note = f"  {row['note']}" if row["note"] else ""
            print(f"{row['name']:<50}{figures}{ratio:>9}{row['target'] or '':>9}{missed}{note}".rstrip())


def shown(figure, unit):
    if figure is None:
        return "-"
    if unit == "B":
        return f"{figure / 1e6:.1f} MB"
    for scale, name in ((1, "s"), (1e-3, "ms"), (1e-6, "us")):
        if figure >= scale:
            return f"{figure / scale:.{1 if figure >= 10 * scale else 2}f} {name}"
    return f"{figure / 1e-9:.0f} ns"


def by_turns(runs, *works):
    """The medians of several works that are done in turn; None for a work that is None."""
    times = [[] for _ in works]
    for _ in range(runs):
        for work, taken in zip(works, times):
            if work:
                taken.append(work())
    return [statistics.median(taken) if taken else None for taken in times]


def teal(table, tools, runs):
    """Assembling and running."""
    jobs = [("assemble the UsageContract", contract(), "asm_ns", {"times": 30}),
            ("assemble 2,000 lines", long_program(), "asm_ns", {"times": 30})]
    jobs += [(f"assemble {kib} KiB", program_of(kib), "asm_ns", {"within": 0.05 * kib / 512}) for kib in (64, 128, 256, 512)]
    jobs += [(name, source, "eval_ns", {}) for name, source in LOOPS.items()]
    for name, source, figure, target in jobs:
        if not table.wants(name):
            continue
        if figure == "eval_ns" and not all(tool.need("pass", op="bench", src=source, ms=100) for tool in tools if tool):
            raise Failed(f"{name}: the program does not pass")
        works = [tool and (lambda tool=tool: tool.need(figure, op="bench", src=source, ms=100) * 1e-9) for tool in tools]
        mine, theirs = by_turns(runs, *works)
        note = f"{shown(mine * 1024 / len(source), 's')} a KiB" if figure == "asm_ns" else None
        table.add(name, "s", mine, theirs, note, **target)
    name = "check the UsageContract"
    if table.wants(name):
        work = lambda: tools[0].need("check_ns", op="check", src=contract(), ms=100) * 1e-9
        table.add(name, "s", *by_turns(runs, work), within=0.005)


def submitting(network, signer, count):
    """A work that sends the next group and returns how long its acceptance, with its block, took."""
    groups = iter(network.groups(signer, count))

    def work():
        body = base64.b64decode(next(groups))
        start = time.perf_counter()
        txid = network.ask("POST", "/v2/transactions", body)["txId"]
        seconds = time.perf_counter() - start
        if not network.ask("GET", f"/v2/transactions/pending/{txid}").get("confirmed-round"):
            raise Failed("a group was not confirmed at once")
        return seconds

    return work


def networks(table, program, signer, oracle, ports, runs, folder):
    """What goes over REST: groups, bills, and how long networks take to answer."""
    if not table.wants("start a network", "send a group", "bill --units 1, whole process, localnet", "goal clerk send"):
        return
    with contextlib.ExitStack() as stack:
        memory = stack.enter_context(ours(program, signer, ports, None))
        disk = stack.enter_context(ours(program, signer, ports, folder / "localnet"))
        real = oracle and stack.enter_context(reference(oracle, signer, ports, folder))
        with table.attempt():
            starts(table, program, signer, ports, runs, folder, real)
        with table.attempt():
            submissions(table, signer, runs, memory, disk, real)
        with table.attempt():
            bills(table, program, runs, folder, memory, disk, real)
        with table.attempt():
            sends(table, runs, real)


def starts(table, program, signer, ports, runs, folder, real):
    """How long a network takes to answer."""
    if not table.wants("start a network"):
        return
    folders = (folder / f"start{turn}" for turn in range(runs))
    memory, disk = by_turns(runs, lambda: started(program, signer, ports, None),
                            lambda: started(program, signer, ports, next(folders)))
    table.add("start a network in memory, to first answer", "s", memory)
    table.add("start a network on disk, to first answer", "s", disk, real and real.started,
              real and "reference: goal network start, made before, once")


def submissions(table, signer, runs, memory, disk, real):
    """A group of three payments, from request to answer."""
    name = "send a group of 3 over REST"
    if not table.wants(name):
        return
    count = runs * 5
    works = [network and submitting(network, signer, count) for network in (memory, disk, real)]
    quick, slow, theirs = by_turns(count, *works)
    table.add(f"{name}, in memory", "s", quick, theirs)
    table.add(f"{name}, on disk", "s", slow, theirs)


def bills(table, program, runs, folder, memory, disk, real):
    """Our command, against networks of ours and of the reference."""
    name = "bill --units 1, whole process"
    if not table.wants(name):
        return
    works = [network and billing(program, network, folder / at) for network, at in ((memory, "m"), (disk, "d"), (real, "r"))]
    quick, slow, theirs = by_turns(runs, *works)
    table.add(f"{name}, localnet in memory", "s", quick, theirs, real and "reference: the same command against algod")
    table.add(f"{name}, localnet on disk", "s", slow, theirs)


def billing(program, network, project):
    """A work that bills on a network, where the contract stands already."""
    project.mkdir()
    env = network.environment()
    run([program, "deploy", "--net", "localnet"], project, env)
    run([program, "optin", "--net", "localnet"], project, env)
    return lambda: run([program, "bill", "--net", "localnet", "--units", "1"], project, env)


def sends(table, runs, real):
    """What the reference's own command line takes for one payment."""
    if not real or not table.wants("goal clerk send"):
        return
    wallet, turn = real.account["address"], iter(range(runs))
    send = [real.goal, "clerk", "send", "-d", str(real.node), "-f", wallet, "-t", wallet, "-a", "0"]
    table.add("goal clerk send, whole process", "s", None, *by_turns(runs, lambda: run([*send, "-n", str(next(turn))], env=real.goal_env)))


def started(program, signer, ports, data):
    """Seconds until a fresh network answers."""
    with ours(program, signer, ports, data) as network:
        return network.started


def embedded(table, program, runs, folder):
    """Commands that bring their network along."""
    project, env = folder / "embedded", clean_environment()
    project.mkdir()
    name = "bill --units 1, whole process, embedded"
    if table.wants(name):
        with table.attempt():
            run([program, "deploy"], project, env)
            run([program, "optin"], project, env)
            table.add(name, "s", *by_turns(runs, lambda: run([program, "bill", "--units", "1"], project, env)))
    for command in ("demo", "--version"):
        if table.wants(command):
            with table.attempt():
                table.add(f"{command}, whole process", "s", *by_turns(runs, lambda: run([program, command], project, env)))


def versions(program, oracle):
    first = lambda command: subprocess.run(command, capture_output=True, text=True).stdout.strip().splitlines()
    ours, theirs = first([program, "--version"]), oracle and first([oracle / "algod", "-v"])
    return ours[0], theirs and "go-algorand " + theirs[1].split(" ")[0].removesuffix(".")


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # networks stop on the way out
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", metavar="FILE")
    parser.add_argument("--runs", type=int, default=9)
    parser.add_argument("--only", metavar="WORD", default="")
    parser.add_argument("--port", metavar="N", type=int)
    parser.add_argument("--no-build", action="store_true")
    options = parser.parse_args()
    if not options.no_build:
        subprocess.run(["cargo", "build", "--release", "--bin", "pnp-contract", "--example", "signer", "--example", "answer"], cwd=HERE, check=True)
    program = str(TARGET / "pnp-contract")
    oracle = Path(os.environ["PNP_ORACLE"]).resolve() if os.environ.get("PNP_ORACLE") else None
    signer, ports, table = Lines(TARGET / "examples" / "signer"), Ports(options.port), Table(options.only)
    version, reference_version = versions(program, oracle)
    facts = {
        "date": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M UTC"),
        "machine": f"{processor()}, {os.cpu_count()} cores, {platform.system()} {platform.release()}",
        "load": f"{os.getloadavg()[0]:.1f}", "runs": options.runs, "ours": version, "reference": reference_version,
    }
    tools = [Lines(TARGET / "examples" / "answer"), oracle and Lines(oracle / "tealoracle")]
    with table.attempt():
        teal(table, tools, options.runs)
    with tempfile.TemporaryDirectory(prefix="pnp-bench-") as folder:
        with table.attempt():
            networks(table, program, signer, oracle, ports, options.runs, Path(folder))
        embedded(table, program, options.runs, Path(folder))
    size = lambda *files: sum(os.path.getsize(file) for file in files)
    theirs = oracle and size(*(oracle / name for name in ("algod", "goal", "kmd")))
    table.add("size of the program", "B", size(program), theirs, oracle and "reference: algod, goal and kmd")
    for tool in (signer, *tools):
        if tool:
            tool.close()
    print(file=sys.stderr)
    table.show(facts)
    for problem in table.problems:
        print(f"not measured: {problem}", file=sys.stderr)
    if options.json:
        Path(options.json).write_text(json.dumps(facts | {"rows": table.rows, "not_measured": table.problems}, indent=1) + "\n")
    return 1 if table.problems else 0


def processor():
    """The processor's name, as the system tells it."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        return next(line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.machine()


if __name__ == "__main__":
    sys.exit(main())
