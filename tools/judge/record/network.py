"""A fresh network of the reference's, to be recorded: keys, transactions, what is accepted and what is refused."""
import base64, json

from nacl.signing import SigningKey

from judge.encoding import canonical, group_id, is_empty, transaction_id
from judge.node import Node
from judge.paths import cannot


def pack(value):
    """Canonical msgpack, where arrays of zeros are sent as they are."""
    return canonical(value, is_empty)


class Key:
    def __init__(self, seed):
        self.key = SigningKey(seed)
        self.address = bytes(self.key.verify_key)

    def sign(self, message):
        return self.key.sign(message).signature


class Network(Node):
    """A fresh network that is sent transactions, and what it refused."""

    def __init__(self, running):
        super().__init__(running.url)
        self.refused, self.serial, self.rich = [], 0, Key(running.seed)
        params = self.json("/v2/transactions/params")
        self.genesis_hash = base64.b64decode(params["genesis-hash"])
        self.genesis_id = params["genesis-id"]
        self.last = params["last-round"]
        if self.last:
            cannot("the network has to be fresh")

    def compile(self, source):
        return super().compile("#pragma version 11\n" + source)

    def txn(self, kind, sender, **fields):
        self.serial += 1
        return {"type": kind, "snd": sender.address, "fee": 1000, "fv": max(self.last, 1), "lv": self.last + 900,
                "gh": self.genesis_hash, "note": b"%d" % self.serial, **fields}

    def group(self, *transactions):
        if len(transactions) > 1:
            group = group_id([transaction_id(pack(transaction)) for transaction in transactions])
            for transaction in transactions:
                transaction["grp"] = group
        return transactions

    def post(self, body):
        status, _, answer = self.request("POST", "/v2/transactions", body, {"Content-Type": "application/x-binary"})
        return status, answer

    def send(self, *signed):
        """Sends a group that has to be accepted; returns its first transaction's pending information."""
        body = b"".join(signed)
        status, answer = self.post(body)
        assert status == 200, answer
        self.last += 1
        txid = json.loads(answer)["txId"]
        return self.json(f"/v2/transactions/pending/{txid}")

    def refuse(self, *signed):
        """Sends a group that has to be refused, and keeps the answer."""
        body = b"".join(signed)
        status, answer = self.post(body)
        assert status == 400, (status, answer)
        self.refused.append({"after": self.last, "group": base64.b64encode(body).decode(), "answer": json.loads(answer)["message"]})


def signed(key, transaction, **more):
    signature = {"txn": transaction, "sig": key.sign(b"TX" + pack(transaction)), **more}
    if key.address != transaction["snd"]:
        signature["sgnr"] = key.address
    return pack(signature)
