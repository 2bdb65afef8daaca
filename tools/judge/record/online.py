"""Records who votes over 1260 rounds of a development network of the reference, and transactions signed with Falcon keys.

Stake as programs see it, commitments to the voters, accounts that expire, stay away, are challenged and send heartbeats. Writes
tests/vectors/ledger/online.json, which the ledger's tests replay; rounds that only pass the time are kept as their groups and
times. Without --theirs the network is started here.

--signer names a program that signs what no Python package can: it reads one JSON object a line and answers with one.
`{"op": "falcon", "seed"}` gives `pk`, `salt` and `address`; `{"op": "falconsign", "seed", "data"}` also `sig`, over the data as
they are; `{"op": "vote", "seed"}` gives `vote`, the one-time key made from the seed; with `last`, `dilution` and `data` also the
parts of a proof over that block seed. Bytes are base64. go-algorand's `crypto` package has all of it.

Environment:
  PNP_ORACLE        the folder of the reference's programs, where --theirs is not given

Exit code: 0 if the file is written, 1 if the network answers otherwise than expected, 2 if the command cannot be run
"""
import base64, datetime, hashlib, json, re, subprocess

import msgpack

from judge.addresses import address_bytes
from judge.networks import reference_options, theirs_of
from judge.paths import CONSENSUS, REFERENCE, VECTORS
from judge.record.network import Key, Network, pack, signed
from judge.record.writing import to_option, write

PROBE = """
txn ApplicationID
bz ok
online_stake
itob
log
next:
load 0
txn NumAccounts
<=
bz ok
load 0
txnas Accounts
dup
voter_params_get VoterBalance
itob
swap
itob
concat
log
voter_params_get VoterIncentiveEligible
itob
swap
itob
concat
log
load 0
int 1
+
store 0
b next
ok:
int 1
"""


class Recorder(Network):
    def __init__(self, running, signer):
        super().__init__(running)
        self.groups, self.telling, self.times = [], {}, []
        self.signer = subprocess.Popen([signer], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, op, seed, data=b"", **more):
        encode = lambda data: base64.b64encode(data).decode()
        self.signer.stdin.write(json.dumps({"op": op, "seed": encode(seed), "data": encode(data), **more}) + "\n")
        self.signer.stdin.flush()
        answer = json.loads(self.signer.stdout.readline())
        return {key: base64.b64decode(value) if key != "address" and isinstance(value, str) else value for key, value in answer.items()}

    def header(self, round):
        raw = self.block(round)
        return raw, msgpack.unpackb(raw, raw=False, strict_map_key=False, unicode_errors="surrogateescape")

    def keep(self, body, telling):
        raw, block = self.header(self.last)
        self.groups.append(base64.b64encode(body).decode())
        self.times.append(block["ts"])
        if telling or "partupdrmv" in block or "partupdabs" in block or "v" in block["spt"][0]:
            self.telling[self.last] = base64.b64encode(raw).decode()

    def send(self, *signed, telling=True):
        body = b"".join(signed)
        status, answer = self.post(body)
        assert status == 200, answer
        self.last += 1
        self.keep(body, telling)
        txid = json.loads(answer)["txId"]
        return self.json(f"/v2/transactions/pending/{txid}") if telling else None

    def until(self, round, key):
        while self.last < round:
            self.send(signed(key, self.txn("pay", key, rcv=key.address)), telling=False)


def record(net):
    rich = net.rich
    named = {name: Key(hashlib.sha256(b"record-online " + name.encode()).digest()) for name in
             ("alice", "bob", "carol", "dave", "henry", "idle")}
    alice, bob, carol, dave, henry, idle = named.values()
    crowd = [Key(hashlib.sha256(b"record-online crowd %d" % n).digest()) for n in range(96)]
    pay = lambda key, to, amount, **more: net.txn("pay", key, rcv=to, amt=amount, **more)

    def keys(key, last, vote=None, **more):
        vote = vote or hashlib.sha256(key.address).digest()
        return net.txn("keyreg", key, votekey=vote, selkey=hashlib.sha256(vote).digest(), votefst=0, votelst=last,
                       votekd=100, sprfkey=hashlib.sha512(vote).digest(), **more)

    app = net.send(signed(rich, net.txn("appl", rich, apap=net.compile(PROBE), apsu=net.compile("int 1"))))["application-index"]

    def probe(*accounts):
        net.send(signed(idle, net.txn("appl", idle, apid=app, apat=[account.address for account in accounts])))

    for key, amount in ((alice, 4 * 10**15), (bob, 10**15), (carol, 5 * 10**14), (dave, 3 * 10**14), (henry, 2 * 10**15),
                        (idle, 10**10)):
        net.send(signed(rich, pay(rich, key.address, amount)))
    net.send(signed(alice, keys(alice, 3000, fee=2_000_000)))
    net.send(signed(bob, keys(bob, 420)))
    net.send(signed(carol, keys(carol, 300)))
    net.send(signed(dave, keys(dave, 3000)))
    vote = net.ask("vote", b"henry")["vote"]
    net.send(signed(henry, keys(henry, 3000, vote, fee=2_000_000)))
    probe(rich, alice, bob, carol)

    # Falcon keys: an account's own, one that signs for another, and one that signs a program.
    seed = b"record-online falcon"
    falcon = net.ask("falcon", seed)
    post_quantum = Key(b"\0" * 32)
    post_quantum.address = address_bytes(falcon["address"])
    net.send(signed(rich, pay(rich, post_quantum.address, 10**9)))

    def proof(data):
        return {"sch": b"f1", "slt": falcon["salt"], "pk": falcon["pk"], "sig": net.ask("falconsign", seed, data)["sig"]}

    def pq_signed(transaction, **more):
        signature = proof(b"TX" + pack(transaction))
        return pack({"txn": transaction, "pqsig": {**signature, **more}})

    def of_falcon(**more):
        return pay(post_quantum, idle.address, 1, **{"fee": 50_000, **more})

    net.send(pq_signed(of_falcon()))
    wrong = net.ask("falconsign", seed, b"TX something else")["sig"]
    net.refuse(pq_signed(of_falcon(), sig=wrong))
    net.refuse(pq_signed(of_falcon(), slt=falcon["salt"] ^ 1))
    net.refuse(pq_signed(of_falcon(), sch=b"f2"))
    net.refuse(pq_signed(of_falcon(), pk=falcon["pk"][:-1]))
    logic = net.compile("int 1")
    program = {"l": logic, "pqsig": proof(b"PQProgram" + post_quantum.address + logic)}
    net.send(pack({"txn": of_falcon(), "lsig": program}))
    net.refuse(pack({"txn": of_falcon(), "lsig": {**program, "l": net.compile("int 2")}}))
    net.refuse(pack({"txn": of_falcon(fee=1000), "lsig": program}))
    net.send(signed(dave, pay(dave, dave.address, 0, rekey=post_quantum.address)))
    transaction = pay(dave, idle.address, 3, fee=50_000)
    net.send(pack({"txn": transaction, "pqsig": proof(b"TX" + pack(transaction)), "sgnr": post_quantum.address}))
    transaction = pay(dave, dave.address, 0, fee=50_000, rekey=dave.address)
    both = net.group(transaction, of_falcon())
    net.send(pack({"txn": transaction, "pqsig": proof(b"TX" + pack(transaction)), "sgnr": post_quantum.address}), pq_signed(both[1]))

    # A crowd to be challenged, paid and registered in groups.
    for start in range(0, len(crowd), 16):
        some = crowd[start:start + 16]
        net.send(*[signed(rich, each) for each in net.group(*[pay(rich, key.address, 10**10 + 10**6 * start + n) for n, key in enumerate(some)])])
        net.send(*[signed(key, each) for key, each in zip(some, net.group(*[
            keys(key, 2000 - start, net.ask("vote", key.address)["vote"], fee=2_000_000) for key in some]))])

    def heartbeat(payer, account, seed, first, **more):
        block_seed = net.header(first)[1]["seed"]
        last = first + 900
        made = net.ask("vote", seed, block_seed, last=last, dilution=100)
        vote = made.pop("vote")
        fields = {"a": account.address, "prf": made, "sd": block_seed, "vid": vote, "kd": 100}
        transaction = net.txn("hb", payer, fv=first, lv=last, **{"note": b"", **more})
        transaction["hb"] = {**fields, **more.get("hb", {})}
        return transaction

    # Rounds pass: balances are seen 320 rounds later, keys run out, the voters of round 240 are in the header of 256.
    net.until(200, idle)
    net.send(signed(dave, net.txn("keyreg", dave)))
    probe(rich, alice, dave, henry)
    net.until(238, idle)
    net.send(signed(rich, pay(rich, bob.address, 12_345_678_901)))
    net.send(signed(bob, pay(bob, carol.address, 98_765_432)))
    net.send(signed(alice, pay(alice, carol.address, 1)))
    net.until(260, idle)
    net.send(signed(dave, keys(dave, 600)))
    net.until(318, idle)
    for _ in range(30):
        probe(rich, alice, bob, carol)
        probe(dave, henry, crowd[0], post_quantum)
    net.send(signed(rich, pay(rich, carol.address, 5)))
    net.until(385, idle)
    probe(rich, alice, bob, carol)
    tampered = heartbeat(idle, henry, b"henry", net.last - 1)
    tampered["hb"]["prf"]["s"] = bytes(64)
    net.refuse(signed(idle, tampered))
    net.refuse(signed(idle, heartbeat(idle, henry, b"alice", net.last - 1)))
    net.refuse(signed(idle, heartbeat(idle, henry, b"henry", net.last - 1, hb={"kd": 99})))
    net.refuse(signed(idle, heartbeat(idle, henry, b"henry", net.last - 1, hb={"sd": b"x" * 32})))
    net.refuse(signed(idle, heartbeat(idle, henry, b"henry", net.last - 1, fee=0, hb={"c": True})))
    net.send(signed(idle, heartbeat(idle, henry, b"henry", net.last - 1)))
    net.send(signed(idle, heartbeat(idle, henry, b"henry", net.last - 2, note=b"still here")))
    net.until(415, idle)
    for _ in range(5):
        probe(rich, alice, bob, henry)
    net.send(signed(alice, keys(alice, 2900, fee=2_000_000)))
    for _ in range(5):
        probe(rich, alice, bob, henry)
    net.send(signed(rich, pay(rich, bob.address, 1)))
    net.until(520, idle)
    probe(alice, dave, henry, crowd[1])
    net.until(598, idle)
    probe(alice, dave, henry, crowd[1])
    net.until(603, idle)
    probe(alice, dave, henry, crowd[1])
    net.until(780, idle)
    probe(alice, dave, henry, crowd[2])
    net.until(1005, idle)

    # Round 1000 challenges one account in 32. Its heartbeat is free from round 1101 on; who sends none is out after 1200.
    first = net.header(1000)[1]["seed"][0] >> 3
    meant = [key for key in crowd if key.address[0] >> 3 == first]
    others = [key for key in crowd if key.address[0] >> 3 != first]
    net.until(1095, idle)
    if meant:
        net.refuse(signed(idle, heartbeat(idle, meant[0], meant[0].address, net.last - 1, fee=0, hb={"c": True})))
    net.until(1105, idle)
    net.refuse(signed(idle, heartbeat(idle, others[0], others[0].address, net.last - 1, fee=0, hb={"c": True})))
    if len(meant) > 1:
        net.refuse(signed(idle, heartbeat(idle, meant[0], meant[0].address, net.last - 1, fee=0, hb={"c": True}, note=b"x")))
        net.send(signed(idle, heartbeat(idle, meant[0], meant[0].address, net.last - 1, fee=0, hb={"c": True})))
        net.refuse(signed(idle, heartbeat(idle, meant[0], meant[0].address, net.last - 2, fee=0, hb={"c": True})))
    net.until(1205, idle)
    probe(alice, *(meant + others)[:3])
    net.until(1260, idle)
    probe(alice, *(meant + others)[:3])
    return len(meant)


def options(parser):
    parser.add_argument("--signer", metavar="PROGRAM", required=True, help="signs with Falcon keys and one-time keys")
    reference_options(parser)
    to_option(parser, VECTORS / "ledger" / "online.json")


def run(arguments):
    with theirs_of(arguments) as running:
        net = Recorder(running, arguments.signer)
        genesis = net.content("GET", "/genesis").decode().strip()
        meant = record(net)
    for refused in net.refused:
        # A transaction that fails its checks is printed as a Go structure of some kilobytes.
        refused["answer"] = re.sub(r"transaction \{_struct.*\} invalid : ", "transaction _ invalid : ", refused["answer"], flags=re.DOTALL)
    write(arguments.to, {
        "source": "algod's blocks and refusals on a private network in dev mode; scripts/record online",
        "version": f"{REFERENCE}, {CONSENSUS}", "date": datetime.date.today().isoformat(),
        "genesis": genesis, "challenged": meant, "groups": net.groups, "times": net.times, "blocks": net.telling,
        "refused": net.refused,
    })
