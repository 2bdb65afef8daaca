"""One algod, spoken to over plain HTTP so that nothing of its answers is lost."""
import base64
import http.client
import json
import urllib.error
import urllib.request

from judge.addresses import base32

TOKEN = "a" * 64


class Node:
    def __init__(self, url):
        self.url, self.known = url, {}

    def request(self, method, path, body=None, headers=None, token=TOKEN):
        """Status, headers and body of the answer."""
        request = urllib.request.Request(self.url + path, data=body, method=method)
        if token:
            request.add_header("X-Algo-API-Token", token)
        for name, value in (headers or {}).items():
            request.add_header(name, value)
        try:
            with urllib.request.urlopen(request, timeout=70) as answer:
                return answer.status, dict(answer.headers), answer.read()
        except urllib.error.HTTPError as error:
            return error.code, dict(error.headers), error.read()

    def announce(self, path, length):
        """Only the head of a POST whose body would be `length` bytes: a limit is answered before the body is read."""
        connection = http.client.HTTPConnection(self.url.split("//")[1], timeout=10)
        connection.putrequest("POST", path)
        connection.putheader("X-Algo-API-Token", TOKEN)
        connection.putheader("Content-Length", str(length))
        connection.endheaders()
        answer = connection.getresponse()
        return answer.status, dict(answer.headers), answer.read()

    def content(self, method, path, body=None, headers=None):
        """The body of an answer that must be a good one."""
        status, _, content = self.request(method, path, body, headers)
        if status != 200:
            raise AssertionError(f"{method} {path}: {status} {content[:500]}")
        return content

    def json(self, path):
        return json.loads(self.content("GET", path))

    def round(self):
        return self.json("/v2/status")["last-round"]

    def compile(self, source):
        """The program of a source that the node must assemble."""
        return base64.b64decode(json.loads(self.content("POST", "/v2/teal/compile", source.encode()))["result"])

    def block(self, number):
        """The bytes of a block, without the frame that REST puts around it."""
        head, tail = b"\x82\xa5block", b"\xa4cert"
        answer = self.content("GET", f"/v2/blocks/{number}?format=msgpack")
        if not answer.startswith(head):
            raise AssertionError(f"block {number} begins with {answer[:20]}")
        return answer[len(head):answer.rindex(tail)]

    def build(self):
        """The version of the node's program."""
        build = self.json("/versions")["build"]
        return f"{build['major']}.{build['minor']}.{build['build_number']}"

    def learn(self, value, placeholder):
        """What a text of this network's own is called in comparisons."""
        self.known[value] = placeholder

    def suggested(self):
        """The parameters for a transaction; learns the genesis hash."""
        suggested = self.json("/v2/transactions/params")
        self.learn(suggested["genesis-hash"], "<genesis hash>")
        self.learn(base32(base64.b64decode(suggested["genesis-hash"])), "<genesis hash in base32>")
        return suggested
