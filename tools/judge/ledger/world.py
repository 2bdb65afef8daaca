"""What the generators of groups know: keys, and what exists on the reference's side."""
import base64, hashlib, http.client, json, os, sys

from nacl.signing import SigningKey

from judge.addresses import address_text
from judge.ledger.network import HERE


class World:
    """Names and numbers are the same on both sides; queries go to the reference."""

    def __init__(self, theirs, rng):
        self.theirs, self.rng = theirs, rng
        self.keys = {}
        for name in ("ann", "bob", "cat", "dan", "eve"):
            self.add_key(hashlib.sha256(b"ledger " + name.encode()).digest())
        self.rich = list(self.keys)
        self.poor = [self.add_key(hashlib.sha256(b"poor %d" % n).digest()) for n in range(4)]
        self.assets, self.apps, self.compiled = [], [], {}
        self.round = 0
        self.accounts = {}
        self.here = HERE

    def add_key(self, seed):
        key = SigningKey(seed)
        self.keys[key.verify_key.encode()] = key
        return key.verify_key.encode()

    def account(self, raw):
        if raw not in self.accounts:
            self.accounts[raw] = self.theirs.json(f"/v2/accounts/{address_text(raw)}")
        return self.accounts[raw]

    def compile(self, source):
        if source not in self.compiled:
            try:
                status, _, body = self.theirs.request("POST", "/v2/teal/compile", source.encode())
            except (OSError, http.client.HTTPException):  # some programs make the reference's assembler panic
                status, body = 500, b""
            self.compiled[source] = base64.b64decode(json.loads(body)["result"]) if status == 200 else None
            if status != 200 and os.environ.get("SHOW_TEAL"):
                print(source, body, file=sys.stderr)
        return self.compiled[source]
