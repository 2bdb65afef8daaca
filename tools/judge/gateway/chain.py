"""What the blocks of a chain say about a contract: its bills, deliveries and withdrawals, and what accounts hold."""
import json
import urllib.error
import urllib.request
from collections import Counter

import msgpack
from algosdk import encoding

from judge.node import TOKEN

MINOR = 1_000_000


class Chain:
    """An algod, and the groups of its blocks that move one asset."""

    def __init__(self, url, app, asset):
        self.url, self.app, self.asset = url, app, asset
        # Groups by the note of their first transaction; holdings as the blocks say.
        self.groups, self.moved, self.calls = {}, Counter(), 0
        self.transactions = self.blocks = 0

    def get(self, path, raw=False):
        request = urllib.request.Request(self.url + path, headers={"X-Algo-API-Token": TOKEN})
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                data = answer.read()
        except urllib.error.HTTPError as error:
            if error.code == 404:
                return None
            raise
        return data if raw else json.loads(data)

    def read(self):
        """Reads every block."""
        last = self.get("/v2/status")["last-round"]
        for number in range(1, last + 1):
            block = msgpack.unpackb(self.get(f"/v2/blocks/{number}?format=msgpack", raw=True), raw=False, strict_map_key=False,
                                    unicode_errors="surrogateescape")["block"]
            self.blocks += 1
            group, before = [], None
            for row in block.get("txns", []):
                transaction = row["txn"]
                self.transactions += 1
                if group and transaction.get("grp") != before:
                    self.take(group)
                    group = []
                group.append(transaction)
                before = transaction.get("grp")
                if before is None:
                    self.take(group)
                    group = []
            if group:
                self.take(group)
        return self

    def take(self, group):
        """Takes in one group, or a transaction that is in none."""
        note = group[0].get("note", b"")
        note = note.encode("utf-8", "surrogateescape") if isinstance(note, str) else note
        transfers, sender = [], None
        calls = 0
        for transaction in group:
            if transaction["type"] == "axfer" and transaction.get("xaid") == self.asset:
                move = (address(transaction["snd"]), address(transaction["arcv"]), transaction.get("aamt", 0))
                transfers.append(move)
                self.moved[move[0]] -= move[2]
                self.moved[move[1]] += move[2]
            if transaction["type"] == "appl" and transaction.get("apid") == self.app and not transaction.get("apan"):
                calls += 1
                sender = address(transaction["snd"])
        self.calls += calls
        if note.startswith(b"stl_"):
            # The treasury's transfers name the newest seal behind the operation.
            self.groups.setdefault(note.decode().split(" ")[0], []).append({"transfers": transfers, "calls": calls, "sender": sender})

    def holding(self, owner):
        """Minor units that an account holds; None where it has not opted in."""
        found = self.get(f"/v2/accounts/{owner}/assets/{self.asset}")
        return found["asset-holding"]["amount"] if found and "asset-holding" in found else None

    def algos(self, owner):
        return self.get(f"/v2/accounts/{owner}?exclude=all")["amount"]


def address(data):
    data = data.encode("utf-8", "surrogateescape") if isinstance(data, str) else data
    return encoding.encode_address(data)
