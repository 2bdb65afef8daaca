"""Requests over connections that are kept open, cut, or doubled, and a log of what was acknowledged."""
import asyncio
import json
import os


class Away(Exception):
    """There was no answer: the connection was refused, reset, cut or too slow."""


class Answer:
    """A status and a document; `retry_after` in seconds where the answer names it."""

    def __init__(self, status, document, retry_after=None):
        self.status, self.document, self.retry_after = status, document, retry_after

    @property
    def code(self):
        """The code of a problem; None where it is a success."""
        return None if self.status < 400 or not isinstance(self.document, dict) else self.document.get("code")


class Client:
    """At most `connections` requests at a time, each on a connection of its own."""

    def __init__(self, port, connections, timeout=20):
        self.port, self.timeout = port, timeout
        self.idle, self.room = [], asyncio.Semaphore(connections)
        self.sent = self.cuts = self.lost = 0

    async def request(self, method, path, body=None, bearer="mock-api-key", key=None, cut=False):
        """Sends a request. With `cut` the connection is closed before the answer is read."""
        async with self.room:
            try:
                return await asyncio.wait_for(self.exchange(method, path, body, bearer, key, cut), self.timeout)
            except (OSError, asyncio.IncompleteReadError, asyncio.TimeoutError, ValueError) as error:
                self.lost += 1
                raise Away(str(error) or type(error).__name__) from error

    async def exchange(self, method, path, body, bearer, key, cut):
        data = b"" if body is None else json.dumps(body).encode()
        head = [f"{method} {path} HTTP/1.1", f"host: 127.0.0.1:{self.port}", f"authorization: Bearer {bearer}",
                f"content-length: {len(data)}"]
        if body is not None:
            head.append("content-type: application/json")
        if key:
            head.append(f"idempotency-key: {key}")
        reader, writer = self.idle.pop() if self.idle else await asyncio.open_connection("127.0.0.1", self.port)
        kept = False
        try:
            writer.write("\r\n".join(head).encode() + b"\r\n\r\n" + data)
            await writer.drain()
            self.sent += 1
            if cut:
                self.cuts += 1
                # Sometimes before the gateway has read it all, sometimes after it has answered.
                await asyncio.sleep(0.002 * (self.cuts % 3))
                raise ConnectionError("cut by the client")
            answer, kept = await self.read(reader)
            return answer
        finally:
            if kept:
                self.idle.append((reader, writer))
            else:
                writer.close()

    async def read(self, reader):
        """An answer, and whether its connection can be used again."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        status = int(head[0].split(" ")[1])
        fields = dict(line.lower().split(": ", 1) for line in head[1:] if ": " in line)
        data = await reader.readexactly(int(fields.get("content-length", "0")))
        document = json.loads(data) if data and "json" in fields.get("content-type", "") else data
        retry_after = float(fields["retry-after"]) if "retry-after" in fields else None
        return Answer(status, document, retry_after), fields.get("connection") != "close"


class Log:
    """A file of lines, each on the disk before whoever wrote it goes on. Lines that come at once share one sync."""

    def __init__(self, path):
        self.file = open(path, "ab", buffering=0)
        self.waiting, self.task = [], None
        self.syncs = self.lines = 0

    async def append(self, record):
        done = asyncio.get_running_loop().create_future()
        self.waiting.append((json.dumps(record, separators=(",", ":")).encode() + b"\n", done))
        if self.task is None:
            self.task = asyncio.create_task(self.flush())
        await done

    async def flush(self):
        while self.waiting:
            batch, self.waiting = self.waiting, []
            self.file.write(b"".join(line for line, _ in batch))
            await asyncio.to_thread(os.fsync, self.file.fileno())
            self.syncs, self.lines = self.syncs + 1, self.lines + len(batch)
            for _, done in batch:
                if not done.done():
                    done.set_result(None)
        self.task = None


def read_log(path):
    """The records of a log; the last line may be torn where its writer was killed."""
    with open(path, "rb") as file:
        for line in file:
            if line.endswith(b"\n"):
                yield json.loads(line)
