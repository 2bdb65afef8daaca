"""A proxy that keeps every exchange of a client with a node: the request, and the answer as it came over the wire."""
import contextlib
import dataclasses
import http.client
import http.server
import threading
import urllib.parse

# Headers between two hops, which the proxy makes itself.
OF_A_HOP = {"connection", "transfer-encoding", "content-length", "host"}


@dataclasses.dataclass
class Exchange:
    method: str
    path: str
    request: bytes
    status: int
    reason: str
    # Names as they were spelled.
    headers: list
    body: bytes
    # The answer's body as it was sent, packed or not.
    length: int = 0


class Recorder:
    """What went through the proxy in front of `url`."""

    def __init__(self, url):
        self.target, self.exchanges, self.url = urllib.parse.urlsplit(url).netloc, [], None

    def forward(self, method, path, headers, body):
        connection = http.client.HTTPConnection(self.target, timeout=90)
        # The client's own headers and no others.
        connection.putrequest(method, path, skip_accept_encoding=True)
        for name, value in headers:
            if name.lower() not in OF_A_HOP:
                connection.putheader(name, value)
        if body or method in ("POST", "PUT", "DELETE"):
            connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body or None)
        answer = connection.getresponse()
        content = answer.read()
        exchange = Exchange(method, path, body, answer.status, answer.reason, answer.getheaders(), content)
        connection.close()
        self.exchanges.append(exchange)
        return exchange


@contextlib.contextmanager
def recording(url, port=0):
    """A recorder behind a proxy on a port of its own."""
    recorder = Recorder(url)

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self):
            length = int(self.headers.get("Content-Length") or 0)
            exchange = recorder.forward(self.command, self.path, self.headers.items(), self.rfile.read(length) if length else b"")
            self.send_response_only(exchange.status, exchange.reason)
            for name, value in exchange.headers:
                if name.lower() not in OF_A_HOP:
                    self.send_header(name, value)
            if exchange.status != 204:
                self.send_header("Content-Length", str(len(exchange.body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(exchange.body)

        do_GET = do_POST = do_PUT = do_DELETE = do_OPTIONS = do_HEAD = answer

        def log_message(self, *_):
            pass

    class Server(http.server.ThreadingHTTPServer):
        daemon_threads = True

    server = Server(("127.0.0.1", port), Handler)
    recorder.url = f"http://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield recorder
    finally:
        server.shutdown()
        server.server_close()
