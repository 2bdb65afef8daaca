"""A folder with a gateway and, on localnet, a node; both can be killed, stopped and started again."""
import json
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

from judge.networks import Ports, clean_environment, until_it_answers
from judge.peer import Failed

START = 120


class Node:
    """`localnet run` in a folder, on a port that stays."""

    def __init__(self, program, data, log):
        self.program, self.data, self.log = program, Path(data), Path(log)
        ports = Ports()
        self.port, self.kmd, self.indexer = ports.take(), ports.take(), ports.take()
        self.process = None

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def start(self):
        command = [self.program, "localnet", "run", "--algod-port", str(self.port), "--kmd-port", str(self.kmd),
                   "--indexer-port", str(self.indexer), "--data-dir", str(self.data)]
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log, env=clean_environment())
        until_it_answers(self.url, self.process)

    def send(self, number):
        self.process.send_signal(number)

    def stop(self, number=signal.SIGINT):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGCONT)
            self.process.send_signal(number)
            self.process.wait()


class Gateway:
    """`serve` in a folder, on a port that stays."""

    def __init__(self, program, folder, network="embedded", algod=None, kmd=None, data=None, port=None):
        self.program, self.folder, self.network = str(program), Path(folder), network
        self.port = port or Ports().take()
        self.data = Path(data) if data else self.folder / ".pnp" / "gateway" / network
        self.environment = clean_environment(PNP_NET=network, RUST_LOG=os.environ.get("RUST_LOG", "pnp_gateway=warn"))
        if algod:
            self.environment |= {"ALGOD_PORT": str(algod), "KMD_PORT": str(kmd or 4002)}
        self.process, self.ready, self.starts = None, None, []

    @property
    def store(self):
        return self.data / "gateway.db"

    def launch(self):
        """Starts it without waiting."""
        words = [self.program, "--json", "--timeout", str(START), "serve", "--port", str(self.port), "--data-dir", str(self.data)]
        with open(self.folder / "gateway.log", "ab") as log:
            self.process = subprocess.Popen(words, cwd=self.folder, env=self.environment, stdout=subprocess.PIPE, stderr=log)

    def start(self):
        """Starts it and waits until it answers; what it says of itself."""
        began = time.perf_counter()
        self.launch()
        text = b""
        while True:
            line = self.process.stdout.readline()
            if not line:
                raise Failed(f"the gateway ended with {self.process.wait()}: {self.last_words()}")
            text += line
            try:
                self.ready = json.loads(text)
                break
            except ValueError:
                continue
        if "url" not in self.ready:
            raise Failed(f"the gateway did not start: {self.ready}")
        self.starts.append(time.perf_counter() - began)
        return self.ready

    def last_words(self):
        return (self.folder / "gateway.log").read_text(errors="replace").strip()[-600:]

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGCONT)
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(60)
            except subprocess.TimeoutExpired:
                self.kill()

    def copy_store(self, to):
        """A copy of the store's files and the seed, as a restored backup has them."""
        shutil.copytree(self.data, to, ignore=shutil.ignore_patterns("gateway.lock", "*.sock"))
