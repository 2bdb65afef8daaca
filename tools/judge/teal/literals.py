"""The forms TEAL's literals can take, right ones and wrong ones, each with a way to make one: rows of the coverage table."""
import base64

from judge.addresses import address_text

TXN_TYPES = ["unknown", "pay", "keyreg", "acfg", "axfer", "afrz", "appl", "stpf", "hb"]
LONG_TXN_TYPES = ["Payment", "KeyRegistration", "AssetConfig", "AssetTransfer", "AssetFreeze", "ApplicationCall"]
ON_COMPLETIONS = ["NoOp", "OptIn", "CloseOut", "ClearState", "UpdateApplication", "DeleteApplication"]
UINT64 = (1 << 64) - 1
MAX_BYTES = 4096


def b64(r, least=0):
    return base64.b64encode(r.randbytes(r.randrange(least, least + 12))).decode()


def b32(r, least=0):
    return base64.b32encode(r.randbytes(r.randrange(least, least + 12))).decode()


def word(r):
    return "".join(r.choice("abcdefghij XYZ019.,:-_#") for _ in range(r.randrange(1, 12)))


def no_utf8(r):
    """Bytes that are no UTF-8, as surrogates: alone, cut off, too long a form, a surrogate's, beyond the last character's."""
    data = r.choice([bytes([r.randrange(0x80, 0x100)]), b"\xff\xfe", b"caf\xe9", b"\xe2\x82", b"\xc0\xaf", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xc3\xa9\xc3"])
    return data.decode("utf-8", "surrogateescape")


INTS = {
    "decimal": lambda r: str(r.randrange(1, 10 ** r.randrange(1, 20))),
    "zero": lambda r: "0",
    "largest": lambda r: str(UINT64),
    "hexadecimal 0x": lambda r: hex(r.getrandbits(r.randrange(1, 65))),
    "hexadecimal 0X, capital digits": lambda r: "0X" + f"{r.getrandbits(64):X}",
    "octal 0o": lambda r: "0o" + f"{r.getrandbits(30):o}",
    "octal 0O": lambda r: "0O" + f"{r.getrandbits(30):o}",
    "octal, leading 0": lambda r: "0" + f"{r.getrandbits(30):o}",
    "binary 0b": lambda r: "0b" + f"{r.getrandbits(20):b}",
    "binary 0B": lambda r: "0B" + f"{r.getrandbits(20):b}",
    "underscores between digits": lambda r: r.choice(["0x_ff", "0b1_0_1", "0_7", "0o7_7", "0xab_cd", "1_000", "18_446_744"]),
}
NAMED_INTS = {
    **{f"transaction type {name}": (lambda name: lambda r: name)(name) for name in TXN_TYPES + LONG_TXN_TYPES},
    **{f"OnCompletion {name}": (lambda name: lambda r: name)(name) for name in ON_COMPLETIONS},
}
BAD_INTS = {
    "over 64 bits": lambda r: str(UINT64 + 1 + r.randrange(10)),
    "far over 64 bits": lambda r: "9" * r.randrange(21, 60),
    "hexadecimal over 64 bits": lambda r: "0x1" + "0" * 16,
    "negative": lambda r: f"-{r.randrange(100)}",
    "with a plus": lambda r: f"+{r.randrange(100)}",
    "exponent": lambda r: "1e3",
    "fraction": lambda r: "4.5",
    "prefix alone": lambda r: r.choice(["0x", "0b", "0o", "0X"]),
    "digit beyond the base": lambda r: r.choice(["0b2", "08", "0o9", "0xg", "09"]),
    "underscore out of place": lambda r: r.choice(["_1", "1_", "1__0", "0x1_", "0__7", "0_x1"]),
    "digit of another script": lambda r: r.choice(["٣", "１", "१२"]),
    "template variable": lambda r: "TMPL_AMOUNT",
    "a word": lambda r: r.choice(["payment", "foo", "noop", "PAY", "Noop", "0xé", "'1'", '"1"']),
}

BYTES = {
    "0x, small digits": lambda r: "0x" + r.randbytes(r.randrange(1, 12)).hex(),
    "0x, capital digits": lambda r: "0x" + r.randbytes(r.randrange(1, 12)).hex().upper(),
    "0x, empty": lambda r: "0x",
    "0x, 4096 bytes": lambda r: "0x" + "5a" * MAX_BYTES,
    "string": lambda r: f'"{word(r)}"',
    "string, empty": lambda r: '""',
    "string with semicolon": lambda r: f'"{word(r)};{word(r)}"',
    "string with //": lambda r: f'"{word(r)}//{word(r)}"',
    "string beyond ASCII": lambda r: '"' + r.choice(["é", "日本", "😀", "\u00a0", "\u200d", "\ufeff"]) + word(r) + '"',
    "string with bytes that are no UTF-8": lambda r: f'"{word(r)}{no_utf8(r)}{word(r)}"',
    "string with control byte": lambda r: '"' + r.choice(["\x01", "\x7f", "\x1b", "\x00"]) + '"',
    "string with tab": lambda r: '"a\tb"',
    **{f"string, escape {text}": (lambda text: lambda r: f'"{word(r)}{text}{word(r)}"')(text) for text in ("\\n", "\\r", "\\t", "\\\\")},
    'string, escape \\"': lambda r: f'"a\\"{word(r)}"',
    "string, escape \\x": lambda r: '"' + "".join(f"\\x{r.randrange(256):02{r.choice('xX')}}" for _ in range(r.randrange(1, 5))) + '"',
    **{f"{name}( ), padded": (lambda name: lambda r: f"{name}({b64(r)})")(name) for name in ("base64", "b64")},
    **{f"{name}, padded": (lambda name: lambda r: f"{name} {b64(r, 1)}")(name) for name in ("base64", "b64")},
    "base64( ) with //": lambda r: "base64(//8A//8A)",
    "b64 with //": lambda r: "b64 //8A//8A",
    **{f"{name}( ), padded": (lambda name: lambda r: f"{name}({b32(r)})")(name) for name in ("base32", "b32")},
    **{f"{name}( ), unpadded": (lambda name: lambda r: f"{name}({b32(r).rstrip('=')})")(name) for name in ("base32", "b32")},
    **{f"{name}, padded": (lambda name: lambda r: f"{name} {b32(r, 1)}")(name) for name in ("base32", "b32")},
    **{f"{name}, unpadded": (lambda name: lambda r: f"{name} {b32(r, 1).rstrip('=')}")(name) for name in ("base32", "b32")},
    "base32, a digit too many": lambda r: r.choice(["base32(M)", "b32 MFR"]),
}
BAD_BYTES = {
    "0x, odd number of digits": lambda r: r.choice(["0x1", "0xabc"]),
    "0x, no hex digit": lambda r: r.choice(["0xzz", "0xé0", "0x0g", "0x\x7f0", "0x\x010"]),
    "0X": lambda r: "0X00",
    "over 4096 bytes": lambda r: "0x" + "5a" * (MAX_BYTES + 1),
    "a word": lambda r: r.choice(["abc", "b16", "'a'", "basE64", "b642"]),
    "a lone quote": lambda r: '"',
    "string without end": lambda r: '"abc',
    "string with more behind it": lambda r: '"a"b',
    "string begun inside a word": lambda r: 'x"a b"',
    "string ended by an escape": lambda r: '"abc\\"',
    "string, unknown escape": lambda r: f'"a\\{r.choice("qX0abvé ")}b"',
    "string, escape of a byte that is no UTF-8": lambda r: f'"a\\{no_utf8(r)}b"',
    "string, hex escape of bytes that are no UTF-8": lambda r: f'"\\x{no_utf8(r)}0"',
    "a word of bytes that are no UTF-8": lambda r: r.choice([no_utf8(r), "0x" + no_utf8(r), f"b64({no_utf8(r)})", f"base32 {no_utf8(r)}"]),
    "string, escape cut off": lambda r: '"a\\x"',
    "string, hex escape cut short": lambda r: '"a\\x4"',
    "string, hex escape of no digits": lambda r: f'"\\x{r.choice(["zz", "0g", "+1", "é", "_1"])}"',
    "string, escape in hex escape": lambda r: '"\\x\\n1"',
    "base64 without padding": lambda r: r.choice(["base64(YW)", "b64 YWI", "b64(YWI)"]),
    "base64, illegal byte": lambda r: r.choice(["base64(YW!=)", "b64 YW-_", "b64 é===", "base64(YW=I)", "b64 ="]),
    "base64, too much padding": lambda r: r.choice(["base64(YWI==)", "b64 YWJj="]),
    "base64 without value": lambda r: r.choice(["base64", "b64"]),
    "base64( without )": lambda r: r.choice(["base64(YWI=", "b64("]),
    "base64( ) with more behind it": lambda r: r.choice(["base64(YWI=)x", "b64(YWI=))"]),
    "base32, illegal byte": lambda r: r.choice(["base32(MF1A)", "b32 mfra", "b32(M!RA)", "base32 MF==RA"]),
    "base32, too little padding": lambda r: "b32(MFRA=)",
    "base32 without value": lambda r: r.choice(["base32", "b32"]),
    "base32( without )": lambda r: r.choice(["base32(MFRA", "b32("]),
    "base32( ) with more behind it": lambda r: "b32(MFRA)x",
}

ADDRESSES = {
    "zero address": lambda r: address_text(bytes(32)),
    "address": lambda r: address_text(r.randbytes(32)),
}


def wrong_last_letter(r):
    good = address_text(r.randbytes(32))
    return good[:-1] + r.choice([letter for letter in "BCDFGHIJKLMNOPRSTVWXYZ" if letter != good[-1]])


BAD_ADDRESSES = {
    "no base32": lambda r: r.choice(["1", address_text(bytes(32)).lower(), '"a"', "addr", "AAAA8"]),
    "too short": lambda r: r.choice([address_text(bytes(32))[:48], "AAAA", "AE"]),
    "wrong checksum": lambda r: address_text(r.randbytes(32)).replace("A", "B", 1)[:-4] + "AAAQ"[:4],
    "too long": lambda r: address_text(r.randbytes(32)) + r.choice(["A", "AA", "AAAAAAAA"]),
    "other last letter": wrong_last_letter,
}

METHODS = {
    "method, no arguments": lambda r: '"a()void"',
    "method, numbers": lambda r: f'"add(uint{8 * r.randrange(1, 65)},uint64)uint128"',
    "method, ufixed": lambda r: f'"f(ufixed{8 * r.randrange(1, 65)}x{r.randrange(1, 161)})void"',
    "method, tuples": lambda r: '"f((uint8,(bool,string)),(byte,byte))(uint64,address)"',
    "method, arrays": lambda r: f'"f(byte[32],uint64[],bool[{r.randrange(1, 999)}][])address[2]"',
    "method, references": lambda r: '"f(account,asset,application)uint64"',
    "method, transactions": lambda r: '"f(txn,pay,keyreg,acfg,axfer,afrz,appl)void"',
    "method, bytes that are no UTF-8 in its name": lambda r: f'"a{no_utf8(r)}(uint64)void"',
    "method, escapes": lambda r: '"a\\x62(uint64)void"',
}
ODD_METHODS = {  # assembled with a warning
    "no parenthesis": lambda r: '"add"',
    "no name": lambda r: '"()void"',
    "unpaired parenthesis": lambda r: r.choice(['"a("', '"a)b("', '"a((uint64)void"']),
    "unknown argument type": lambda r: r.choice(['"a(foo)void"', '"a(void)void"', '"a(Uint64)void"']),
    "bytes that are no UTF-8 in a type": lambda r: f'"a({no_utf8(r)})void"',
    "unknown return type": lambda r: r.choice(['"a()"', '"a()foo"', '"a()account"']),
    "comma at an end": lambda r: r.choice(['"a(uint64,)void"', '"a(,uint64)void"']),
    "two commas": lambda r: '"a(uint64,,uint64)void"',
    "unpaired parentheses in a tuple": lambda r: r.choice(['"a()(uint8"', '"a()uint8)"', '"a()((uint8)"']),
    "size of a uint": lambda r: f'"a(uint{r.choice([0, 7, 520, 12, 1])})void"',
    "ill formed uint": lambda r: f'"a(uint{r.choice(["", "x", "99999", "08x", "-8"])})void"',
    "size of a ufixed": lambda r: f'"a(ufixed{r.choice(["7x2", "520x1", "9x9"])})void"',
    "precision of a ufixed": lambda r: f'"a(ufixed64x{r.choice([161, 200, 999])})void"',
    "ill formed ufixed": lambda r: f'"a(ufixed{r.choice(["", "64", "x2", "64x", "064x2", "64x0"])})void"',
    "ill formed array": lambda r: f'"a(byte{r.choice(["[01]", "[x]", "]", "[-1]", "[ 1]"])})void"',
    "array too long": lambda r: f'"a(byte[{r.choice([65536, 99999, 10 ** 20])}])void"',
}
BAD_METHODS = {
    "no string": lambda r: r.choice(["add(uint64)void", "0x00", "b64"]),
    "bad escape": lambda r: r.choice(['"a\\q()void"', '"a\\x4"', '"a\\xzz"', '"a\\x\\n"', '"a\\x"']),
    "a lone quote": lambda r: '"',
}
