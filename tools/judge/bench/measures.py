"""What is measured: assembling and running, networks, whole commands."""
import base64, contextlib, http.client, json, time

from judge.bench.sources import LOOPS, contract, long_program, program_of
from judge.bench.table import by_turns, shown
from judge.networks import clean_environment, ours, reference, run
from judge.node import TOKEN
from judge.peer import Failed


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


class Target:
    """A running network, asked over one connection that stays open, and one rich account for every role."""

    def __init__(self, running, signer):
        self.running, self.signer = running, signer
        self.account = signer.one(op="account", seed=running.seed.hex())
        self.connection = http.client.HTTPConnection(running.url.split("//")[1], timeout=30)

    def ask(self, method, path, body=None):
        self.connection.request(method, path, body, {"X-Algo-API-Token": TOKEN})
        answer = self.connection.getresponse()
        content = answer.read()
        if answer.status != 200:
            raise Failed(f"{method} {path}: {answer.status} {content[:200].decode(errors='replace')}")
        return json.loads(content)

    def environment(self):
        """Settings by which our commands find this network."""
        ports = {"ALGOD_PORT": self.running.url, "KMD_PORT": self.running.kmd_url}
        roles = {f"{role}_MNEMONIC": self.account["mnemonic"] for role in ("CREATOR", "USER", "PROVIDER", "PLATFORM")}
        return clean_environment(PROVIDER_ADDR=self.account["address"], PLATFORM_ADDR=self.account["address"], **roles,
                                 **{name: url.rsplit(":", 1)[1] for name, url in ports.items()})

    def groups(self, count):
        """Signed groups of three payments each."""
        params = self.ask("GET", "/v2/transactions/params")
        return self.signer.need("groups", op="groups", seed=self.account["seed"], genesis_id=params["genesis-id"],
                                genesis_hash=params["genesis-hash"], first=max(params["last-round"], 1), size=3, count=count)


def submitting(network, count):
    """A work that sends the next group and returns how long its acceptance, with its block, took."""
    groups = iter(network.groups(count))

    def work():
        body = base64.b64decode(next(groups))
        start = time.perf_counter()
        txid = network.ask("POST", "/v2/transactions", body)["txId"]
        seconds = time.perf_counter() - start
        if not network.ask("GET", f"/v2/transactions/pending/{txid}").get("confirmed-round"):
            raise Failed("a group was not confirmed at once")
        return seconds

    return work


def networks(table, program, signer, with_reference, ports, runs, folder):
    """What goes over REST: groups, bills, and how long networks take to answer."""
    if not table.wants("start a network", "send a group", "bill --units 1, whole process, localnet", "goal clerk send"):
        return
    with contextlib.ExitStack() as stack:
        memory = Target(stack.enter_context(ours(program, ports)), signer)
        disk = Target(stack.enter_context(ours(program, ports, folder / "localnet")), signer)
        real = Target(stack.enter_context(reference(folder, ports)), signer) if with_reference else None
        with table.attempt():
            starts(table, program, ports, runs, folder, real)
        with table.attempt():
            submissions(table, runs, memory, disk, real)
        with table.attempt():
            bills(table, program, runs, folder, memory, disk, real)
        with table.attempt():
            sends(table, runs, real)


def starts(table, program, ports, runs, folder, real):
    """How long a network takes to answer."""
    if not table.wants("start a network"):
        return
    folders = (folder / f"start{turn}" for turn in range(runs))
    memory, disk = by_turns(runs, lambda: started(program, ports, None), lambda: started(program, ports, next(folders)))
    table.add("start a network in memory, to first answer", "s", memory)
    table.add("start a network on disk, to first answer", "s", disk, real and real.running.started,
              real and "reference: goal network start, made before, once")


def submissions(table, runs, memory, disk, real):
    """A group of three payments, from request to answer."""
    name = "send a group of 3 over REST"
    if not table.wants(name):
        return
    count = runs * 5
    works = [network and submitting(network, count) for network in (memory, disk, real)]
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
    """A work that bills on a network, where the contract is already deployed."""
    project.mkdir()
    env = network.environment()
    run([program, "deploy", "--net", "localnet"], project, env)
    run([program, "optin", "--net", "localnet"], project, env)
    return lambda: run([program, "bill", "--net", "localnet", "--units", "1"], project, env)


def sends(table, runs, real):
    """What the reference's own command line takes for one payment."""
    if not real or not table.wants("goal clerk send"):
        return
    wallet, turn, running = real.account["address"], iter(range(runs)), real.running
    send = [running.goal, "clerk", "send", "-d", str(running.node), "-f", wallet, "-t", wallet, "-a", "0"]
    table.add("goal clerk send, whole process", "s", None, *by_turns(runs, lambda: run([*send, "-n", str(next(turn))], env=running.goal_env)))


def started(program, ports, data):
    """Seconds until a fresh network answers."""
    with ours(program, ports, data) as network:
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
