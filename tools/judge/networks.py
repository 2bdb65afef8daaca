"""Networks to ask: one that runs already, a fresh one of the reference, a fresh one of ours."""
import base64
import contextlib
import http.client
import json
import os
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

from judge.addresses import sha512_256
from judge.node import TOKEN
from judge.paths import cannot, contract_program, oracle
from judge.peer import Failed

# The seed of the account that owns the money of every network of ours in memory.
WELL_KNOWN = sha512_256(b"pnp-contract: the dispenser of every network in memory")
PATIENCE = 60


class Running:
    """A development network that makes a block for every group, and the seed of its rich account."""

    def __init__(self, url, kmd_url=None, seed=None, node=None):
        self.url, self.kmd_url, self.seed, self.node = url, kmd_url, seed, node
        # Seconds from start to first answer, where it was started here.
        self.started = None


class Ports:
    """Ports that are free now; from `first` on, if that is given."""

    def __init__(self, first=None):
        self.next = first

    def take(self):
        if self.next:
            self.next += 1
            return self.next - 1
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            return free.getsockname()[1]


def clean_environment(**more):
    """Nothing of the caller's that could lead a command to another network."""
    return {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ} | more


def run(command, cwd=None, env=None):
    """Runs to the end and returns the seconds it took."""
    start = time.perf_counter()
    done = subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True)
    seconds = time.perf_counter() - start
    if done.returncode != 0:
        said = (done.stderr.strip() or done.stdout.strip()).splitlines()
        raise Failed(f"{Path(command[0]).name} {' '.join(map(str, command[1:4]))}: {said[0] if said else 'failed'}")
    return seconds


def answers(url):
    """Whether algod answers for its status there."""
    connection = http.client.HTTPConnection(url.split("//")[1], timeout=5)
    try:
        connection.request("GET", "/v2/status", headers={"X-Algo-API-Token": TOKEN})
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def until_it_answers(url, process=None):
    deadline = time.perf_counter() + PATIENCE
    while time.perf_counter() < deadline:
        if process and process.poll() is not None:
            raise Failed(f"{process.args[0]} ended with {process.returncode}")
        if answers(url):
            return
        time.sleep(0.001)
    raise Failed("the network does not answer")


@contextlib.contextmanager
def ours(program, ports=None, data=None):
    """`localnet run`, in memory or on disk in `data`."""
    ports = ports or Ports()
    port, kmd, indexer = ports.take(), ports.take(), ports.take()
    place = ["--data-dir", str(data)] if data else ["--in-memory"]
    command = [program, "localnet", "run", "--algod-port", str(port), "--kmd-port", str(kmd), "--indexer-port", str(indexer)]
    start = time.perf_counter()
    process = subprocess.Popen(command + place, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=clean_environment())
    try:
        network = Running(f"http://127.0.0.1:{port}", f"http://127.0.0.1:{kmd}")
        until_it_answers(network.url, process)
        network.started = time.perf_counter() - start
        network.seed = bytes.fromhex((Path(data) / "dispenser.key").read_text()) if data else WELL_KNOWN
        yield network
    finally:
        process.send_signal(signal.SIGINT)
        process.wait()


@contextlib.contextmanager
def reference(folder, ports=None, tracer=False, rewards=True):
    """A private network of one real algod, with kmd, in development mode; `tracer` lets it keep deltas of groups.

    Without `rewards` its pool is empty, as that of our networks is, so that no balance changes by itself.
    """
    ports = ports or Ports()
    port, kmd_port, folder = ports.take(), ports.take(), Path(folder)
    programs, goal = oracle(), str(oracle("goal"))
    root, node = folder / "net", folder / "net" / "Node"
    env = clean_environment()
    env["PATH"] = f"{programs}:{env.get('PATH', '')}"
    template = {"Genesis": {"NetworkName": "dockernet", "LastPartKeyRound": 3000, "DevMode": True,
                            "Wallets": [{"Name": "Wallet1", "Stake": 100, "Online": True}]},
                "Nodes": [{"Name": "Node", "IsRelay": False, "Wallets": [{"Name": "Wallet1", "ParticipationOnly": False}]}]}
    if not rewards:
        template["Genesis"]["RewardsPoolBalance"] = 0
    (folder / "template.json").write_text(json.dumps(template))
    run([goal, "network", "create", "-r", str(root), "-t", str(folder / "template.json"), "-n", "dockernet"], env=env)
    for name in ("algod.token", "algod.admin.token"):
        (node / name).write_text(TOKEN)
    (node / "config.json").write_text(json.dumps({
        "Version": 38, "GossipFanout": 0, "IncomingConnectionsLimit": 0, "DNSBootstrapID": "", "DisableNetworking": True,
        "EndpointAddress": f"127.0.0.1:{port}", "EnableDeveloperAPI": True, "EnableExperimentalAPI": True, "Archival": True,
        "EnableTxnEvalTracer": tracer}))
    [kmd_folder] = node.glob("kmd-*")
    (kmd_folder / "kmd.token").write_text(TOKEN)
    (kmd_folder / "kmd_config.json").write_text(json.dumps({"address": f"127.0.0.1:{kmd_port}", "session_lifetime_secs": 3600}))
    start = time.perf_counter()
    try:
        run([goal, "network", "start", "-r", str(root)], env=env)
        network = Running(f"http://127.0.0.1:{port}", f"http://127.0.0.1:{kmd_port}", node=node)
        until_it_answers(network.url)
        network.started = time.perf_counter() - start
        run([goal, "kmd", "start", "-d", str(node), "-t", "0"], env=env)
        network.seed, network.goal, network.goal_env = rich_seed(network.kmd_url), goal, env
        yield network
    finally:
        for command in (["kmd", "stop", "-d", str(node)], ["network", "stop", "-r", str(root)]):
            subprocess.run([goal, *command], env=env, capture_output=True)


def rich_seed(kmd_url):
    """The seed of the account that kmd holds in its default wallet."""
    connection = http.client.HTTPConnection(kmd_url.split("//")[1], timeout=30)

    def ask(method, path, body=None):
        connection.request(method, path, json.dumps(body) if body is not None else None, {"X-KMD-API-Token": TOKEN})
        return json.loads(connection.getresponse().read())

    [wallet] = [it for it in ask("GET", "/v1/wallets")["wallets"] if it["name"] == "unencrypted-default-wallet"]
    handle = ask("POST", "/v1/wallet/init", {"wallet_id": wallet["id"], "wallet_password": ""})["wallet_handle_token"]
    for address in ask("POST", "/v1/key/list", {"wallet_handle_token": handle})["addresses"]:
        answer = ask("POST", "/v1/key/export", {"wallet_handle_token": handle, "wallet_password": "", "address": address})
        return base64.b64decode(answer["private_key"])[:32]
    raise Failed("kmd holds no key")


# -- What the options of a command name ---------------------------------------------------------------------------------

def reference_options(parser):
    parser.add_argument("--theirs", metavar="URL", help="a fresh network of the reference in dev mode [started here]")
    parser.add_argument("--theirs-kmd", metavar="URL", help="and its kmd")


def our_options(parser):
    parser.add_argument("--ours", metavar="URL", help="a fresh `pnp-contract localnet run` [started here, in memory]")
    parser.add_argument("--ours-seed", metavar="HEX", help="its dispenser's seed, as `dispenser.key` has it")


@contextlib.contextmanager
def theirs_of(arguments, rewards=True):
    """The network of the reference that the options name, or a fresh one."""
    if arguments.theirs:
        if not arguments.theirs_kmd:
            cannot("--theirs needs --theirs-kmd, which has the rich account's key")
        yield Running(arguments.theirs, arguments.theirs_kmd, rich_seed(arguments.theirs_kmd))
        return
    with tempfile.TemporaryDirectory(prefix="pnp-judge-") as folder, reference(folder, tracer=True, rewards=rewards) as network:
        yield network


@contextlib.contextmanager
def ours_of(arguments):
    """The network of ours that the options name, or a fresh one."""
    if arguments.ours:
        yield Running(arguments.ours, seed=bytes.fromhex(arguments.ours_seed) if arguments.ours_seed else WELL_KNOWN)
        return
    with ours(contract_program(profile="release")) as network:
        yield network
