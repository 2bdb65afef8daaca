"""The bad input that `scripts/record errors` runs: what is wrong, the command, the exit code, and the files and variables around it."""
import fcntl

ZERO = "A" * 52 + "Y5HFKQ"
WORDS = " ".join(["abandon"] * 24 + ["invest"])       # a well-formed mnemonic that holds nothing
PASSWORD = {"PNP_KEYSTORE": "keystore", "PNP_KEYSTORE_PASSWORD": "right"}
WRONG = {**PASSWORD, "PNP_KEYSTORE_PASSWORD": "wrong"}
SILENT = {"PNP_KEYSTORE": "keystore"}
MAINNET = {"ALGOD_SERVER": "http://127.0.0.1", "ALGOD_PORT": "mainnet", "ALGOD_TOKEN": "a" * 64, "CREATOR_MNEMONIC": WORDS}
JOURNAL = "bill --from lines.csv --journal lines.journal"
OPS = "--multisig ops --out"

# What the template has: a contract that is billed, three signers of whom two sign, bundles, a key in the keystore, and
# lines that were billed. Each step: the command, its environment, its stdin.
TEMPLATE = [
    ("deploy", {}, ""), ("optin", {}, ""), ("bill --units 1 --tick 01", {}, ""),
    ("account new alice", {}, ""), ("account new bob", {}, ""), ("account new carol", {}, ""),
    ("multisig new --threshold 2 --name ops alice bob carol", {}, ""),
    ("account fund ops-address --amount 10", {}, ""),
    (f"account fund alice --amount 1 {OPS} half.msig", {}, ""), ("multisig sign half.msig --as alice --yes", {}, ""),
    (f"account fund alice --amount 1 --validity 500 {OPS} other.msig", {}, ""),
    (f"account fund alice --amount 1 --first-valid 1000 {OPS} late.msig", {}, ""),
    ("multisig sign late.msig --as alice --yes", {}, ""), ("multisig sign late.msig --as bob --yes", {}, ""),
    (f"account fund alice --amount 1 --validity 1 {OPS} old.msig", {}, ""),
    (f"account fund bob --amount 1 {OPS} sent.msig", {}, ""),
    ("multisig sign sent.msig --as alice --yes", {}, ""), ("multisig sign sent.msig --as carol --yes", {}, ""),
    ("multisig submit sent.msig", {}, ""),
    ("account import kept", PASSWORD, WORDS),
    (JOURNAL, {}, ""),
]
LINES = "user,units,unit_price\nuser,1,100\nuser,2,100\nuser,3,100\n"


class Case:
    """One bad input: what is wrong, the command, the exit code it must end with, and the files and variables around it. What is done
    before is commands, or functions of the project's folder."""

    def __init__(self, what, command, exit, env=None, files=None, before=None, fresh=False, stdin=None, spoil=None,
                 stdout=None, interrupt=None):
        self.what, self.command, self.exit = what, command, exit
        self.env, self.files, self.before, self.fresh = env or {}, files or {}, before or [], fresh
        # What is done to the project's folder before; what it answers with lives as long as the command.
        self.stdin, self.spoil = stdin, spoil
        # Where the answer goes instead of to the page, and when Ctrl-C is pressed.
        self.stdout, self.interrupt = stdout, interrupt


def edit(name, change):
    """Changes a file's bytes."""
    def spoil(folder):
        path = folder / name
        path.write_bytes(change(path.read_bytes()))
    return spoil


def held(name):
    """Has the file locked by another process."""
    def spoil(folder):
        file = open(folder / name, "rb")
        fcntl.flock(file, fcntl.LOCK_EX)
        return file
    return spoil


def charging(folder):
    """Whether a batch has charged something."""
    return any(b'{"charged":' in path.read_bytes() for path in (folder / ".pnp/journals").glob("*.journal"))


def flipped(content, place):
    return content[:place] + bytes([content[place] ^ 1]) + content[place + 1:]


def without_second_line(content):
    lines = content.splitlines(keepends=True)
    return b"".join([lines[0], b"0123456789abcdef nonsense\n", *lines[2:]])


def lines(what, text, exit=3, name="bad.csv"):
    return Case(what, f"bill --from {name}", exit, files={name: text})


def keys_and_addresses():
    return [
        Case("a mnemonic with a wrong word", "bill --units 1", 1, env={"USER_MNEMONIC": WORDS.replace("invest", "investt")}),
        Case("a mnemonic whose checksum is wrong", "bill --units 1", 1, env={"USER_MNEMONIC": WORDS.replace("invest", "abandon")}),
        Case("a mnemonic of 24 words", "bill --units 1", 1, env={"USER_MNEMONIC": " ".join(["abandon"] * 24)}),
        Case("no key on a public network", "deploy --net testnet", 1, env={"ALGOD_SERVER": "http://127.0.0.1", "ALGOD_PORT": "testnet"}),
        Case("an address with a letter changed", f"deploy --provider {ZERO[:-1]}A", 2),
        Case("an address in a setting with a letter changed", "deploy", 2, env={"PROVIDER_ADDR": ZERO[:-1] + "A"}, fresh=True),
        Case("a name that cannot be an account's", "bill --units 1 --user no/body", 2),
    ]


def keystore():
    entry = "keystore/kept.json"
    return [
        Case("the wrong password", "account passwd kept", 1, env=WRONG),
        Case("the wrong password while sending", "asset create --from kept", 1, env=WRONG),
        Case("an entry cut off", "account passwd kept", 1, env=PASSWORD, spoil=edit(entry, lambda text: text[:len(text) // 2])),
        Case("an entry with a changed byte", "account passwd kept", 1, env={**PASSWORD, "PNP_KEYSTORE_NEW_PASSWORD": "x"},
             spoil=edit(entry, changed_ciphertext)),
        Case("an entry of a later version", "account passwd kept", 1, env=PASSWORD,
             spoil=edit(entry, lambda text: text.replace(b'"version": 1', b'"version": 99').replace(b'"version":1', b'"version":99'))),
        Case("an entry that is empty", "account passwd kept", 1, env=PASSWORD, spoil=edit(entry, lambda text: b"")),
        Case("no terminal to ask for the password", "account passwd kept", 1, env=SILENT),
        Case("no terminal to ask for a new password", "account import other", 1, env=SILENT, stdin=WORDS),
        Case("a name that is taken", "account import kept", 1, env=PASSWORD, stdin=WORDS),
        Case("a name that is in the keystore", "account new kept", 1, env=PASSWORD),
        Case("a name the keystore does not have", "account export none", 1, env=PASSWORD),
        Case("24 words", "account import other", 1, env=PASSWORD, stdin=" ".join(["abandon"] * 24)),
        Case("a wrong checksum", "account import other", 1, env=PASSWORD, stdin=WORDS.replace("invest", "abandon")),
        Case("a word that is none", "account import other", 1, env=PASSWORD, stdin=WORDS.replace("invest", "invset")),
        Case("a word that is far from any", "account import other", 1, env=PASSWORD, stdin=WORDS.replace("invest", "zzzzzz")),
        Case("nothing on stdin", "account import other", 1, env=PASSWORD),
        Case("bytes that are no text", "account import other", 1, env=PASSWORD, stdin=b"\xff\xfe\x00"),
        Case("a keystore that is a file", "account import other", 1, env={**PASSWORD, "PNP_KEYSTORE": "lines.csv"}, stdin=WORDS),
        Case("an export without a confirmation", "account export kept", 1, env=PASSWORD),
    ]


def changed_ciphertext(content):
    """The entry with another letter in its longest string."""
    import json
    longest = max((value for value in strings(json.loads(content))), key=len).encode()
    place = content.index(longest) + len(longest) // 2
    other = b"A" if content[place:place + 1] != b"A" else b"B"
    return content[:place] + other + content[place + 1:]


def strings(value):
    if isinstance(value, dict):
        for inner in value.values():
            yield from strings(inner)
    elif isinstance(value, str):
        yield value


def amounts():
    return [
        Case("a negative number", "bill --units -1", 2),
        Case("a fraction", "bill --units 1.5", 2),
        Case("more than 64 bits", "bill --units 18446744073709551616", 2),
        Case("a gross of more than 64 bits", "bill --units 18446744073709551615 --price 1000", 2),
        Case("no units", "bill --units 0", 2),
        Case("a fee over 100 %", "deploy --fee-pct 10001", 2, fresh=True),
        Case("limits the wrong way round", "params --fee-pct 1 --min-rate 5 --max-rate 4", 2),
    ]


def rules():
    return [
        Case("a price over max_rate", "bill --units 1 --price 1001", 1),
        Case("a price under min_rate", "bill --units 1 --price 0", 1),
        Case("a tick billed before", "bill --units 1 --tick 00", 1),
        Case("a tick of 65 bytes", "bill --units 1 --tick " + "t" * 65, 2),
        Case("an update of a contract that is not updatable", "update", 1),
        Case("an update by who did not make it", "update", 1, env={"CREATOR_MNEMONIC": WORDS},
             spoil=lambda folder: (folder / ".pnp/accounts/embedded.json").unlink()),
        Case("a deletion of a contract that is not deletable", "delete", 1),
        Case("an application that does not exist", "bill --units 1 --app 999999", 1),
        Case("an asset that does not exist", "deploy --asset 999999", 1, fresh=True),
        Case("an account that has not opted in", "bill --units 1", 1, before=["leave"]),
        Case("more than the account holds", "bill --units 100000 --price 1000", 1),
        Case("an account that holds no Algos", "asset optin --from poor", 1, env={"POOR_MNEMONIC": WORDS}),
        Case("an account that others sign for", "bill --units 1", 1, before=["account rekey user --to alice"]),
    ]


# A contract whose users have a number where the tick belongs: its local state has no room for bytes.
NARROW = [
    f"deploy --new --name Narrow {OPS} narrow.msig",
    edit("narrow.msig", lambda content: content.replace(b"\xa4apls\x81\xa3nbs\x01", b"\xa4apls\x81\xa3nui\x01")),
    "multisig sign narrow.msig --as alice --yes", "multisig sign narrow.msig --as bob --yes", "multisig submit narrow.msig",
]


def deployment():
    return [
        Case("programs that differ, with nothing said about it", "deploy --unordered-ticks", 1),
        Case("programs that differ, of a contract that is not updatable", "deploy --unordered-ticks --on-update update", 1),
        Case("another provider than the contract has", f"deploy --provider {ZERO}", 1),
        Case("a replacement of a contract that is not deletable", "deploy --unordered-ticks --on-update replace", 1),
        Case("a local state that is too small", f"deploy --name Narrow {OPS} more.msig", 1, before=NARROW),
        Case("a replacement of one that is not deletable, for its state", "deploy --name Narrow --on-schema-break replace", 1, before=NARROW),
        Case("a deployment while another command changes the contract", "deploy --timeout 1", 5, spoil=held(".pnp/locks/embedded.lock")),
        Case("an unknown way to update", "deploy --on-update nonsense", 2),
        Case("an unknown way around other state", "deploy --on-schema-break nonsense", 2),
        Case("a template value that is no yes or no", "deploy --updatable=maybe", 2),
        Case("a template value nobody asked for", "compile a.teal --tmpl COLOUR=1", 0, files={"a.teal": "#pragma version 11\nint 1\n"}),
        Case("a template value that is none", "compile a.teal --tmpl COLOUR", 2, files={"a.teal": "#pragma version 11\nint TMPL_COLOUR\n"}),
        Case("verification of an application that does not exist", "verify --app 999999", 1),
        Case("an explanation of a transaction nobody knows", f"explain --txid {'A' * 52}", 1),
        Case("an explanation of what is no transaction's id", "explain --txid abc", 2),
    ]


def bundles():
    signed = "multisig sign half.msig --as"
    return [
        Case("a file that is no bundle", "multisig inspect lines.csv", 1),
        Case("an empty file", "multisig inspect a.msig", 1, files={"a.msig": ""}),
        Case("msgpack that is no transaction", "multisig inspect a.msig", 1, files={"a.msig": b"\x81\xa1x\x01"}),
        Case("a bundle cut off", "multisig inspect half.msig", 1, spoil=edit("half.msig", lambda content: content[:-10])),
        Case("a signature with a changed byte", "multisig sign half.msig --as bob --yes", 1,
             spoil=edit("half.msig", lambda content: flipped(content, content.index(b"\xa1s\xc4@") + 9))),
        Case("a bundle of another network", "multisig submit far.msig", 1),
        Case("a bundle that has expired", "multisig submit old.msig", 1),
        Case("a signature for a bundle that has expired", "multisig sign old.msig --as alice --yes", 1),
        Case("a bundle that is not valid yet", "multisig submit late.msig", 1),
        Case("a bundle that was submitted before", "multisig submit sent.msig", 0),
        Case("too few signatures", "multisig submit half.msig", 1),
        Case("a signature by a key that is no part", f"{signed} creator --yes", 1),
        Case("a signature by nobody", f"{signed} nobody --yes", 1),
        Case("a signature nobody confirmed", f"{signed} bob", 1),
        Case("a merge of two different groups", "multisig merge half.msig other.msig --out all.msig", 1),
        Case("a merge into a file that is there", "multisig merge half.msig --out other.msig", 1),
        Case("a bundle that is there already", f"account fund alice --amount 1 {OPS} half.msig", 1),
        Case("a sender who is not signed for by these", f"params --max-rate 5 {OPS} p.msig", 1),
        Case("a multisignature nobody recorded", "optin --multisig nobody", 1),
        Case("a threshold of 0", "multisig new --threshold 0 alice bob", 2),
        Case("a threshold over the number of signers", "multisig new --threshold 3 alice bob", 2),
        Case("a signer twice", "multisig new --threshold 1 alice alice", 2),
        Case("256 signers", "multisig new --threshold 1 all-addresses", 2),
        Case("a name another multisignature has", "multisig new --threshold 1 --name ops alice bob", 1),
        Case("a signer whose address has a letter changed", f"multisig new --threshold 1 alice {ZERO[:-1]}A", 2),
    ]


def billing():
    return [
        Case("a journal of another file's", "bill --from fewer.csv --journal lines.journal", 1, files={"fewer.csv": "user,7\n"}),
        Case("the same lines under another name", "bill --from same.csv --journal lines.journal", 0, files={"same.csv": LINES}),
        Case("lines that changed since", JOURNAL, 1, files={"lines.csv": LINES.replace("user,2", "user,5")}),
        Case("lines that were taken away", JOURNAL, 1, files={"lines.csv": LINES.replace("user,3,100\n", "")}),
        Case("a journal whose last line is cut off", JOURNAL, 0, spoil=edit("lines.journal", lambda text: text[:-20])),
        Case("a journal with garbage in the middle", JOURNAL, 1, spoil=edit("lines.journal", without_second_line)),
        Case("a journal that is none", JOURNAL, 1, files={"lines.journal": "my notes\n"}),
        Case("a journal of another contract", JOURNAL, 1, before=["deploy --new"]),
        Case("a journal of another network", JOURNAL, 1, files={"lines.journal": "far.journal"}, spoil=far_journal),
        Case("a journal another process works with", JOURNAL, 1, spoil=held("lines.journal")),
        Case("a file that is not there", "bill --from none.csv", 1),
        lines("a column that is missing", "user,unit_price\nuser,100\n", 2),
        lines("a column nobody knows", "user,units,colour\nuser,1,red\n", 2),
        lines("a column twice", "user,units,units\nuser,1,1\n", 2),
        lines("a negative number in a line", "user,-1,100\n"),
        lines("a number of more than 64 bits", "user,18446744073709551616,100\n"),
        lines("a line of no units", "user,0,100\n"),
        lines("a price over the limit", "user,1,1001\n"),
        lines("a price under the limit", "user,1,0\n"),
        lines("a gross that is too large", "user,18446744073709551615,1000\n"),
        lines("an address that is none", f"{ZERO[:-1]}A,1,100\n"),
        lines("a user nobody has a key of", "stranger,1,100\n"),
        lines("a tick of a user twice", "user,1,100,t1\nuser,1,100,t1\n"),
        lines("a tick that is too long", "user,1,100," + "t" * 65 + "\n"),
        lines("fields too many", "user,1,100,t1,5\n"),
        lines("a line without units", "user\n"),
        lines("a quote that is not closed", "\"user,1,100\n"),
        lines("an empty file", "", 0),
        lines("a byte order mark and CR LF", b"\xef\xbb\xbfuser,units\r\nuser,1\r\n", 0),
        lines("a line of 10,000 bytes", "user,1," + "1" * 10_000 + "\n"),
        lines("bytes that are no text", b"us\xffer,1,100\n"),
        lines("JSON that is cut off", "{\"user\":\"user\",\"units\":1\n", name="bad.jsonl"),
        lines("JSON with a field nobody knows", "{\"user\":\"user\",\"units\":1,\"colour\":2}\n", name="bad.jsonl"),
        lines("JSON with a negative number", "{\"user\":\"user\",\"units\":-1}\n", name="bad.jsonl"),
        lines("JSON with a number of more than 64 bits", "{\"user\":\"user\",\"units\":18446744073709551616}\n", name="bad.jsonl"),
        lines("JSON without units", "{\"user\":\"user\"}\n", name="bad.jsonl"),
        lines("JSON that is no object", "[1]\n", name="bad.jsonl"),
    ]


def far_journal(folder):
    (folder / "far.journal").replace(folder / "lines.journal")


def files():
    return [
        Case("a record that is no YAML", "status", 1, files={"deployments/embedded.yaml": "format: [1\n"}),
        Case("a record of a later version", "status", 1, files={"deployments/embedded.yaml": "format: 99\nnetwork: embedded\n"}),
        Case("a .env with a line that is no setting", "status", 1, files={".env": "A=1\nCREATOR_MNEMONIC is no setting\n"}),
        Case("a pnp.toml that is no TOML", "status", 1, files={"pnp.toml": "network = \n"}),
        Case("TEAL with errors", "compile a.teal", 1, files={"a.teal": "#pragma version 11\nint x\nfoo\n"}),
        Case("a template variable without a value", "compile a.teal", 1, files={"a.teal": "#pragma version 11\nint TMPL_N\n"}),
        Case("a file that does not exist", "compile none.teal", 1),
        Case("a disk that is full", "compile a.teal -o /dev/full", 1, files={"a.teal": "#pragma version 11\nint 1\n"}),
        Case("a place for the answer that is full", "status", 1, stdout="/dev/full"),
        Case("a scenario that is no YAML", "test s.yaml", 2, files={"s.yaml": "- scenario: [\n"}),
    ]


def networks():
    here = {"ALGOD_SERVER": "http://127.0.0.1"}
    return [
        Case("an unknown network", "status --net elsewhere", 2),
        Case("nobody answers", "status --net localnet", 5, env={"ALGOD_PORT": "closed"}),
        Case("nobody answers for a public network", "status --net testnet", 5, env={**here, "ALGOD_PORT": "closed"}),
        Case("a token the node does not take", "status --net localnet", 1, env={"ALGOD_PORT": "locked"}),
        Case("a token no node takes", "status --net localnet", 1, env={"ALGOD_PORT": "locked", "ALGOD_TOKEN": "a\tb\x7f"}),
        Case("a web page instead of a node", "status --net localnet", 1, env={"ALGOD_PORT": "page"}),
        Case("a file of certificates that holds none", "status --net testnet", 1, env={"PNP_CA_FILE": "none.pem"}, files={"none.pem": "x\n"}),
        Case("another network than the one named", "status --net testnet", 1, env={**here, "ALGOD_PORT": "other"}),
        Case("a public network behind a local name", "status --net localnet", 1, env={"ALGOD_PORT": "testnet"}),
        Case("another chain than the one recorded by its hash", "status --net mine", 1,
             files={"pnp.toml": f"[networks.mine]\nalgod = 'http://127.0.0.1:other-port'\ngenesis_hash = '{'B' * 43}='\n"}),
        Case("a chain that another process holds", "localnet run --data-dir .pnp/embedded --algod-port 0", 1,
             spoil=held(".pnp/embedded/node.lock")),
        Case("no contract is recorded", "bill --units 1", 1, fresh=True),
        Case("MainNet, and nobody to ask", "asset create --unit XYZ --net mainnet", 1, env=MAINNET),
        Case("fees over --max-fee", "bill --units 1 --max-fee 1000", 1),
        Case("fees over the usual", "asset create --unit XYZ --net mainnet --yes", 1, env={**MAINNET, "ALGOD_PORT": "dear"}),
    ]


def use():
    return [
        Case("an unknown command", "depoly", 2),
        Case("a command without what it needs", "bill", 2),
        Case("a schema of what is no document", "schema nosuch", 2),
        Case("a batch that is interrupted", "bill --units 1 --count 1000000", 130, interrupt=charging),
    ]


SECTIONS = {
    "Keys and addresses": keys_and_addresses, "The keystore": keystore, "Amounts": amounts,
    "The contract's rules": rules, "Deployment": deployment, "Many signers": bundles, "Batches of bills": billing,
    "Files": files, "Networks": networks, "Use": use,
}
