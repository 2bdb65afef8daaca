"""One side of a comparison of ledgers: signs neutral descriptions of groups for its own network and sends them."""
import base64, copy

import msgpack
from nacl.signing import SigningKey

from judge.addresses import address_text, base32
from judge.encoding import canonical, group_id, prune, transaction_id
from judge.node import Node

HERE = object()  # stands for the genesis hash of whichever network the transaction goes to


class Network(Node):
    """Knows its genesis hash and the key of its rich account."""

    def __init__(self, url, seed):
        super().__init__(url)
        self.dispenser = SigningKey(seed)
        self.genesis = base64.b64decode(self.suggested()["genesis-hash"])
        self.learn(address_text(self.dispenser.verify_key.encode()), "<dispenser>")

    def whole(self, one):
        transaction = copy.copy(one["txn"])
        transaction = {k: self.genesis if v is HERE else v for k, v in transaction.items()}
        return prune(transaction)

    def sealed(self, group, number):
        """The bytes of the group's signed transactions, and their ids."""
        wholes = [self.whole(one) for one in group]
        if len(wholes) > 1 or any(one.get("grouped") for one in group):
            ids = [transaction_id(canonical(w)) for w in wholes]
            shared = group_id(ids)
            self.learn(base64.b64encode(shared).decode(), f"<group {number}>")
            self.learn(base32(shared), f"<group {number}>")
            for one, w in zip(group, wholes):
                if one.get("grouped") is not False:
                    w["grp"] = shared
        out, names = [], []
        for index, (one, w) in enumerate(zip(group, wholes)):
            raw = canonical(w)
            txid = base32(transaction_id(raw))
            self.learn(txid, f"<txid {number * 100 + index}>")
            names.append(txid)
            out.append(one["sign"](b"TX" + raw, prune(w)))
            for change in one.get("changes", ()):
                out[-1] = change(out[-1])
        return out, names

    def post_group(self, pieces):
        return self.request("POST", "/v2/transactions", b"".join(pieces), {"Content-Type": "application/x-binary"})

    def simulate(self, pieces, options):
        request = {"txn-groups": [{"txns": [RawPiece(p) for p in pieces]}], **options}
        return self.request("POST", "/v2/transactions/simulate", pack_with_raw(request), {"Content-Type": "application/msgpack"})


class RawPiece:
    """Bytes that are already msgpack."""

    def __init__(self, data):
        self.data = data


def pack_with_raw(value):
    if isinstance(value, RawPiece):
        return value.data
    if isinstance(value, dict):
        return msgpack.Packer().pack_map_header(len(value)) + b"".join(pack_with_raw(k) + pack_with_raw(v) for k, v in value.items())
    if isinstance(value, list):
        return msgpack.Packer().pack_array_header(len(value)) + b"".join(map(pack_with_raw, value))
    return msgpack.packb(value, use_bin_type=True)
