"""What one row of the coverage table each needs a program of its own for: directives, macros, constants, labels, types, salt, size.

A recipe is a row, how the answer must look for the row to count, a way to write the source (or source and wanted version), and
how many are written.
"""
from judge.addresses import address_text
from judge.teal.literals import ON_COMPLETIONS

RECIPES = []


def accepted(answer):
    return answer["ok"]


def refused(answer):
    return not answer["ok"]


def warned(answer):
    return answer["ok"] and bool(answer["warns"])


def silent(answer):
    return answer["ok"] and not answer["warns"]


def reports(text):
    """Some error or warning contains this text."""
    return lambda answer: any(text in note["msg"] for note in answer["errs"] + answer["warns"])


def made(prefix=None, suffix=None):
    """Assembled to a program that begins or ends so."""
    return lambda answer: answer["ok"] and answer["hex"].startswith(prefix or "") and answer["hex"].endswith(suffix or "")


def longer(least):
    return lambda answer: answer["ok"] and len(answer["hex"]) > 2 * least


def recipe(row, outcome, *texts, times=0):
    """Adds recipes: of texts, and of functions that write one."""
    for text in texts:
        if callable(text):
            RECIPES.append((row, outcome, text, times or 14))
        else:
            RECIPES.append((row, outcome, (lambda text: lambda r: text)(text), times or 2))


def v(version, body):
    return f"#pragma version {version}\n{body}"


def anywhere(body, least=1):
    """The same body in any version from `least` on."""
    return lambda r: v(r.randrange(least, 15), body)


# -- the text as a whole --------------------------------------------------------------------------------------------------
recipe("text: empty", reports("Cannot assemble empty"), "", " ", "\n", "\t\n \r\n", "\u00a0", "\u2003\n")
recipe("text: comments alone, no version", made("ffffffffffffffffff01"), "// hi", "\n\n// a\n// b\n", "#pragma typetrack false\n", "#define a b\n// c",
       "#pragma autosalt true", ";", " ; ;", "#define a 1\n#define b a\n;;")
recipe("text: comments alone, with a version", accepted, lambda r: v(r.randrange(15), "// hi"))
recipe("text: comments alone, version from outside", accepted, lambda r: ("// hi", r.randrange(1, 15)))
recipe("text: version from outside", accepted, lambda r: ("int 1", r.randrange(1, 15)))
recipe("text: version from outside and pragma agree", accepted, lambda r: (lambda n: (v(n, "int 1"), n))(r.randrange(1, 15)))
recipe("text: version from outside and pragma differ", reports("version mismatch"), lambda r: (lambda n: (v(n, "int 1"), n + 1))(r.randrange(1, 14)))
recipe("text: version from outside unknown", reports("Can not assemble version"), lambda r: ("int 1", r.choice([15, 16, 99, 255])))
recipe("text: no version", made("01"), lambda r: r.choice(["int 1", "\nint 1", "// a\nint 1\n", "int 1;", "pop_1: int 1\nreturn_: int 2"]))
recipe("text: last line without end", accepted, anywhere("int 1"))
recipe("text: carriage returns", accepted, lambda r: v(r.randrange(1, 15), "int 1\n").replace("\n", "\r\n"))
recipe("text: carriage return inside a line", refused, anywhere("int 1\rint 2"))
recipe("text: byte order mark", refused, "\ufeffint 1", "\ufeff#pragma version 8\nint 1")
recipe("text: other blanks", refused, anywhere("\u00a0int 1"), anywhere("int\u20031"), anywhere("int\x0b1"), anywhere("int\x0c1"))
recipe("text: NUL", refused, anywhere("int\x001"), anywhere("\x00"))
recipe("text: line of 65535 bytes", accepted, lambda r: v(8, "int 1 //" + "x" * (65535 - 8)), times=2)
recipe("text: line of 65536 bytes", reports("line too long"), lambda r: v(8, "int 1 //" + "x" * (65536 - 8)), times=2)
recipe("text: errors before and after a long line", reports("line too long"), lambda r: v(8, "foo\n" + "x" * 70000 + "\nbar"), times=2)
recipe("text: more than ten errors", refused, lambda r: v(8, "\n".join(r.choice(["foo", "int x", "byte y", "b nowhere"]) for _ in range(30))))
recipe("text: 512 KiB", accepted, lambda r: v(r.choice([4, 8, 13]), "int 1; pop\n" * 47_600), times=2)
recipe("text: 512 KiB of errors", refused, lambda r: v(8, "+\n" * 26_000), times=1)

# -- statements -----------------------------------------------------------------------------------------------------------
recipe("statement: several on a line", accepted, anywhere("int 1; pop; int 2;pop;int 3 ;pop"), anywhere("int 1;;;pop"), anywhere(";int 1"), anywhere("int 1;"))
recipe("statement: comment", accepted, anywhere("int 1 // a"), anywhere("int 1//a"), anywhere("//int x\nint 1"), anywhere('int 1 // "a'), anywhere("int 1 // ; foo"), anywhere("\t// a\n  int 1\t//"))
recipe("statement: label and instruction on a line", accepted, anywhere("a: int 1"), anywhere("a:; int 1"), anywhere("a: ; b: int 1"))
recipe("statement: two labels without semicolon", refused, anywhere("a: b: int 1"))
recipe("statement: label alone with a colon", accepted, anywhere(":\nint 1"), anywhere("::\nint 1"))
recipe("statement: string holds separators", accepted, anywhere('byte "a b;c // d"'), anywhere('byte "\\";"; pop'))
recipe("statement: string never closed", refused, anywhere('byte "a b'), anywhere('byte "a ; pop // x'))
recipe("statement: unknown opcode", reports("unknown opcode"), anywhere("foo"), anywhere("Int 1"), anywhere("txnx Sender"), anywhere("ünt 1"), anywhere("1"))
recipe("statement: opcode of a version to come", reports("introduced in v14"), lambda r: v(r.randrange(1, 14), "sumhash512"))

# -- directives -----------------------------------------------------------------------------------------------------------
for number in range(15):
    recipe(f"#pragma version {number}", accepted, f"#pragma version {number}\nint 1", times=4)
recipe("#pragma version: other bases", accepted, "#pragma version 0x8\nint 1", "#pragma version 0b101\nint 1", "#pragma version 013\nint 1", "#pragma version 0o7\nint 1")
recipe("#pragma version: repeated", accepted, lambda r: (lambda n: v(n, v(n, "int 1")))(r.randrange(15)))
recipe("#pragma version: after comments", accepted, lambda r: "// a\n\n" + v(r.randrange(15), "int 1"))
recipe("#pragma version: missing", reports("no version value"), "#pragma version\nint 1", "#pragma version // 8\nint 1")
recipe("#pragma version: extra", reports("unexpected extra tokens"), "#pragma version 8 9\nint 1", "#pragma version 8 ; int 1", "#pragma version 8 x y z\nint 1")
recipe("#pragma version: no number", reports("bad #pragma version"), "#pragma version x\nint 1", "#pragma version -1\nint 1", "#pragma version 8.0\nint 1", "#pragma version é\nint 1", '#pragma version "8"\nint 1')
recipe("#pragma version: unknown", reports("unsupported version"), lambda r: v(r.choice([15, 16, 99, 255, 256, 2**64 - 1]), "int 1"))
recipe("#pragma version: after instructions", reports("version is only allowed"), lambda r: "int 1\n" + v(r.randrange(15), "int 1"))
recipe("#pragma version: after a label", reports("version mismatch"), lambda r: "a:\n" + v(r.randrange(2, 15), "int 1"))
recipe("#pragma version: another", reports("version mismatch"), lambda r: v(3, v(r.randrange(4, 15), "int 1")))
for value in ("1", "t", "T", "true", "TRUE", "True"):
    recipe(f"#pragma typetrack {value}", reports("wanted type"), v(8, f"#pragma typetrack {value}\nint 1; byte 0x00; +"), v(8, f"#pragma typetrack false\n+\n#pragma typetrack {value}\nint 1; byte 0x; +"))
for value in ("0", "f", "F", "false", "FALSE", "False"):
    recipe(f"#pragma typetrack {value}", accepted, v(8, f"#pragma typetrack {value}\nint 1; byte 0x00; +; +; concat"))
for key in ("typetrack", "autosalt"):
    recipe(f"#pragma {key}: missing", reports(f"no {key} value"), anywhere(f"#pragma {key}\nint 1"))
    recipe(f"#pragma {key}: extra", reports("unexpected extra tokens"), anywhere(f"#pragma {key} true false\nint 1"), anywhere(f"#pragma {key} true ; int 1"))
    recipe(f"#pragma {key}: no truth value", reports(f"bad #pragma {key}"), anywhere(f"#pragma {key} yes\nint 1"), anywhere(f"#pragma {key} tRUE\nint 1"), anywhere(f"#pragma {key} 2\nint 1"))
recipe("#pragma autosalt: after instructions", reports("autosalt is only allowed"), anywhere("int 1\n#pragma autosalt true"))
recipe("#pragma alone", reports("empty pragma"), anywhere("#pragma\nint 1"))
recipe("#pragma of another name", reports("unsupported pragma"), anywhere("#pragma mode logicsig\nint 1"), anywhere('#pragma "x"\nint 1'), anywhere("#pragma Version 8\nint 1"))
recipe("unknown directive", reports("unknown directive"), anywhere("#foo\nint 1"), anywhere("#\nint 1"), anywhere("# pragma version 8\nint 1"), anywhere("#Pragma\nint 1"), anywhere("##define a b\nint 1"))
recipe("directive after a semicolon", refused, anywhere("; #define a b\nint 1"), anywhere("int 1; #pragma typetrack false"))

# -- macros ---------------------------------------------------------------------------------------------------------------
recipe("#define: one word", accepted, anywhere("#define one 1\nint one"), anywhere("#define ==> dup\nint 1; ==>"), anywhere("#define é 7\nint é"))
recipe("#define: many words", accepted, anywhere("#define push int 1 ; int 2\npush\n+"), anywhere('#define hi byte "a b;c"\nhi'))
recipe("#define: nested", accepted, anywhere("#define one 1\n#define push int one\n#define two push ; push\ntwo"))
recipe("#define: used before it is defined in another", accepted, anywhere("#define push int one\n#define one 1\npush"))
recipe("#define: again", accepted, anywhere("#define one 1\nint one\n#define one 2\nint one"))
recipe("#define: a label", accepted, anywhere("#define start top:\nstart int 1"), anywhere("#define target top\nint 1; bnz target\ntop: int 1"))
recipe("#define: a name with a colon is a label of its own", accepted, anywhere("#define one 1\none2: int one"))
recipe("#define: inside a line", accepted, anywhere("#define aa int\n#define bb 1\naa bb ; aa bb; aa bb;"))
recipe("#define: name and body missing", reports("requires a name and body"), anywhere("#define\nint 1"), anywhere("#define a\nint 1"), anywhere("#define a // b\nint 1"))
recipe("#define: cycle of one", reports("cycle"), anywhere("#define a a\nint 1"), anywhere("#define a int 1 ; a\nint 1"))
recipe("#define: cycle of several", reports("cycle"), anywhere("#define a k\n#define k c\n#define c int a\nint 1"))
recipe("#define: cycle through a redefinition", reports("cycle"), anywhere("#define a 1\n#define k a\n#define a k\nint a"))
recipe("#define: illegal character", reports("character not allowed"), anywhere("#define a.b 1\nint 1"), anywhere("#define a-b( 1\nint 1"), anywhere('#define "a" 1\nint 1'), anywhere("#define a: 1\nint 1"), anywhere("#define ; 1\nint 1"))
recipe("#define: number", reports("begin macro name with number"), anywhere("#define 1 2\nint 1"), anywhere("#define -1 2\nint 1"), anywhere("#define +1 2\nint 1"), anywhere("#define 1a 2\nint 1"), anywhere("#define ٣ 2\nint 1"))
recipe("#define: encoding", reports("as macro name"), *[anywhere(f"#define {name} 1\nint 1") for name in ("b64", "base64", "b32", "base32")])
recipe("#define: named constant", reports("Named constants"), *[anywhere(f"#define {name} 1\nint 1") for name in ["pay", "Payment", "hb", *ON_COMPLETIONS]])
recipe("#define: pseudo-op", reports("cannot be pseudo-ops"), *[anywhere(f"#define {name} 1\nint 1") for name in ("int", "byte", "addr", "method", "txn", "gtxn", "gtxns", "extract", "replace")])
recipe("#define: opcode", reports("cannot be opcodes"), anywhere("#define dup 1\nint 1"), anywhere("#define + 1\nint 1"), v(13, "#define app_box_get 1\nint 1"), "#define sha256 1\nint 1")
recipe("#define: opcode of a later version", accepted, v(1, "#define box_get int 1\nbox_get"), "#define box_get int 1\nbox_get", v(2, "#define + 1\nint 1").replace("+", "b+"))
recipe("#define: field", reports("cannot be field names"), anywhere("#define Sender 1\nint 1"), anywhere("#define MinTxnFee 1\nint 1"), v(13, "#define AppBalance 1\n#define AssetTotal 1\nint 1"))
recipe("#define: label", reports("Labels cannot be used"), anywhere("a:\n#define a 1\nint 1"))
recipe("#define: version set later", reports("version is incompatible"), lambda r: "#define b 1\n" + v(r.randrange(2, 15), "int 1"), lambda r: "#define Accounts 1\n" + v(r.randrange(2, 15), "int 1"))
recipe("#define: version never set", reports("cannot be opcodes"), "#define dup 1\nint 1", "#define pop x\n\nint 1")
recipe("#define: several at once, version set later", reports("version is incompatible"), "#define dup 1\n#define pop 2\n#define Sender 3\n#pragma version 8\nint 1")
recipe("label of a macro's name", reports("same name as macro"), anywhere("#define k 1\nk: int 1"))
recipe("#define: doubled ten times", accepted, lambda r: v(r.choice([4, 8, 13]), "#define d0 int 1 ; pop ;\n" + "".join(f"#define d{i + 1} d{i} d{i}\n" for i in range(10)) + "d10"), times=3)
recipe("#define: doubled sixteen times", accepted, lambda r: v(8, "#define e0 int 1 ; pop\n" + "".join(f"#define e{i + 1} e{i} ; e{i}\n" for i in range(16)) + "e16"), times=1)
recipe("#define: a chain of 3,000", accepted, lambda r: v(8, "".join(f"#define n{i} {f'n{i - 1}' if i else '7'}\n" for i in range(3000)) + "int n2999"), times=1)
recipe("#define: 2,000 of them", accepted, lambda r: v(8, "".join(f"#define n{i} {f'n{i - 1}' if i else '7'}\n" for i in range(400)) + "".join(f"#define m{i} {i}\n" for i in range(1600)) + "int n399; int m7"), times=1)


# -- constants ------------------------------------------------------------------------------------------------------------
def many(opcode, count, uses=2):
    def write(r):
        lines = [f"int {i}" if opcode == "int" else f"byte 0x{i:04x}" for i in range(count) for _ in range(uses)]
        if r.random() < 0.5:
            r.shuffle(lines)
        return v(r.choice([4, 5, 8, 12, 13]), "\n".join(lines))
    return write


def early(opcode, count):
    return lambda r: v(r.randrange(1, 4), "\n".join(f"int {i}" if opcode == "int" else f"byte 0x{i:04x}" for i in range(count)))


for opcode, block, load in (("int", "intcblock", "intc"), ("byte", "bytecblock", "bytec")):
    one, two = ("7", "9") if opcode == "int" else ("0x07", "0x09")
    push = "pushint" if opcode == "int" else "pushbytes"
    recipe(f"constants, {opcode}: used once", accepted, anywhere(f"{opcode} {one}", 4))
    recipe(f"constants, {opcode}: used once, before v4", made("0" ), lambda r, opcode=opcode, one=one: v(r.randrange(1, 4), f"{opcode} {one}"))
    recipe(f"constants, {opcode}: ordered by use", accepted, anywhere(f"{opcode} {one}; {opcode} {two}; {opcode} {two}; {opcode} {two}; {opcode} {one}", 4))
    recipe(f"constants, {opcode}: ties in order of first use", accepted, lambda r, opcode=opcode: v(r.randrange(4, 15), "\n".join(f"{opcode} {n if opcode == 'int' else f'0x{n:02x}'}" for n in r.sample(range(30), 8) * 2)))
    for count in (4, 5, 127, 128, 255, 256):
        recipe(f"constants, {opcode}: {count} in the block", accepted, many(opcode, count), times=3)
        recipe(f"constants, {opcode}: {count} in the block before v4", accepted, early(opcode, count), times=2)
    recipe(f"constants, {opcode}: 257", reports(f"more than 256 {opcode} constants"), many(opcode, 257, 1), early(opcode, 257), times=4)
    recipe(f"constants, {opcode}: something else in place of the 257th load", reports("unexpected op at"), lambda r, opcode=opcode: v(r.choice([4, 8, 13]), "\n".join([*(f"int {i}" if opcode == "int" else f"byte 0x{i:04x}" for i in range(257)), r.choice(["pop", "dup", "len", "err"]), "pop"])), times=4)
    recipe(f"constants, {opcode}: a load in place of the 257th", refused, lambda r, opcode=opcode: v(r.choice([4, 8, 13]), "\n".join([*(f"int {i}" if opcode == "int" else f"byte 0x{i:04x}" for i in range(258)), f"{opcode} {3 if opcode == 'int' else '0x0003'}"])), times=4)
    recipe(f"constants, {opcode}: block by hand, before v4", accepted, lambda r, b=block, o=opcode, x=one, y=two: v(r.randrange(1, 4), f"{b} {x} {y}\n{o} {y}\n{o} {x}"))
    recipe(f"constants, {opcode}: not in the block by hand", reports("does not appear in existing"), lambda r, b=block, o=opcode, x=one, y=two: v(r.randrange(1, 4), f"{b} {x}\n{o} {y}"))
    recipe(f"constants, {opcode}: two blocks by hand, before v3", reports("used with manual"), lambda r, b=block, o=opcode, x=one, y=two: v(r.randrange(1, 3), f"{b} {x}\n{b} {y}\n{o} {y}"))
    recipe(f"constants, {opcode}: two blocks by hand, v3", accepted, v(3, f"{block} {one}\n{block} {two}\n{opcode} {two}"))
    recipe(f"constants, {opcode}: block by hand, from v4 on", reports(f"must {push}"), anywhere(f"{block} {one}\n{opcode} {two}\n{opcode} {one}", 4))
    recipe(f"constants, {opcode}: block by hand in dead code", accepted, anywhere(f"int 1\nreturn\n{block} {one}\na: {opcode} {two}", 2))
    recipe(f"constants, {opcode}: block by hand after the pseudo-op", reports(f"{block} following"), anywhere(f"{opcode} {one}\n{block} {one}"))
    recipe(f"constants, {opcode}: empty block", accepted, anywhere(f"{block}\nint 1"))
    recipe(f"constants, {opcode}: loads by index", accepted, anywhere(f"{block} {one} {two} {one} {one} {two}\n{load}_0; {load}_1; {load}_2; {load}_3; {load} 4; {load} 0"))
    recipe(f"constants, {opcode}: load beyond the block", reports("is not defined"), anywhere(f"{block} {one}\n{load} 1"), anywhere(f"{load} 0"), anywhere(f"{block} {one}\n{load} 255"))
    recipe(f"constants, {opcode}: load by name beyond the block", accepted, anywhere(f"{block} {one}\n{load}_3"), anywhere(f"{load}_0"))
recipe("constants: addr and method share the block", accepted, lambda r: v(r.randrange(1, 15), (lambda a: f'addr {a}; addr {a}; method "a()void"; method "a()void"; byte 0x01')(address_text(r.randbytes(32)))))
recipe("constants: method by hand not in the block", reports("does not appear"), anywhere('bytecblock 0x01\nmethod "a()void"'))
recipe("constants: addr with a block by hand", accepted, lambda r: (lambda raw: v(r.randrange(1, 15), f"bytecblock 0x{raw.hex()}\naddr {address_text(raw)}"))(r.randbytes(32)))
recipe("constants: byte lists, one too big", reports("is too big"), lambda r: v(r.choice([1, 8]), "bytecblock 0x01 0x" + "00" * 4097), lambda r: v(8, "pushbytess 0x 0x" + "00" * 4097), times=2)


# -- labels and branches --------------------------------------------------------------------------------------------------
def skip(size):
    """Statements of so many bytes (v3 on)."""
    parts = []
    while size > 4099:
        parts.append("pushbytes 0x" + "00" * 4096)
        size -= 4099
    while size:
        if size >= 131:
            parts.append("pushbytes 0x" + "00" * (size - 3))
            size = 0
        elif size >= 2:
            take = min(size, 129)
            parts.append("pushbytes 0x" + "00" * (take - 2))
            size -= take
        else:
            parts.append("pop")
            size = 0
    return "\n".join(parts)


def forward(version, size, opcode="b"):
    return v(version, f"#pragma typetrack false\n{opcode} far\n{skip(size)}\nfar: int 1")


def backward(version, size, opcode="b"):
    return v(version, f"#pragma typetrack false\nfar:\n{skip(size)}\n{opcode} far\nint 1")


BRANCHES = ("b", "bz", "bnz", "callsub")
recipe("branch: forward, 2 bytes", accepted, lambda r: forward(r.randrange(4, 13), r.randrange(0, 300), r.choice(BRANCHES)))
recipe("branch: backward, 2 bytes", accepted, lambda r: backward(r.randrange(4, 13), r.randrange(0, 300), r.choice(BRANCHES)))
recipe("branch: forward, 32767 bytes", accepted, lambda r: forward(r.randrange(4, 13), 32767, r.choice(BRANCHES)), times=2)
recipe("branch: forward, 32768 bytes", reports("too far away"), lambda r: forward(r.randrange(4, 13), 32768, r.choice(BRANCHES)), times=2)
recipe("branch: backward, 32768 bytes", accepted, lambda r: backward(r.randrange(4, 13), 32765, r.choice(BRANCHES)), times=2)
recipe("branch: backward, 32769 bytes", reports("too far away"), lambda r: backward(r.randrange(4, 13), 32766, r.choice(BRANCHES)), times=2)
recipe("branch: switch too far", reports("too far away"), lambda r: v(r.choice([8, 13]), f"#pragma typetrack false\nswitch near far near\nnear:\n{skip(32770)}\nfar: int 1"), times=2)
recipe("branch: backward before v4", reports("back reference"), lambda r: v(r.randrange(1, 4), "a: int 1\nbnz a\nint 1"), v(1, "int 1\na: int 1\nbnz a\nint 1"))
recipe("branch: to the end in v1", reports("too far away"), lambda r: v(r.randrange(2), "int 1\nbnz a\na:"), "int 1\nbnz a\na:")
recipe("branch: to the end from v2 on", accepted, anywhere("int 1\nbnz a\na:", 2))
recipe("branch: to itself, v13", reports("start of same instruction"), v(13, "a: b a"), v(13, "int 1\na: bnz a\nint 1"), v(13, "#pragma typetrack false\nint 7; int 7\nx: callsub x"))
recipe("branch: to itself before v13", accepted, lambda r: v(r.randrange(4, 13), "a: b a"))
for label, sizes in (("1 byte", (0, 1, 62, 63)), ("2 bytes", (64, 65, 8190, 8191)), ("3 bytes", (8192, 8193, 70000))):
    recipe(f"branch: varint of {label}, forward", accepted, lambda r, sizes=sizes: forward(13, r.choice(sizes), r.choice(BRANCHES)), times=8)
for label, sizes in (("1 byte", (1, 2, 63, 64)), ("2 bytes", (65, 66, 8191, 8192)), ("3 bytes", (8193, 8194, 70000))):
    recipe(f"branch: varint of {label}, backward", accepted, lambda r, sizes=sizes: backward(13, r.choice(sizes), r.choice(BRANCHES)), times=8)
recipe("branch: varints that shrink each other", accepted, lambda r: v(13, "\n".join(["#pragma typetrack false"] + [f"b l{r.randrange(40)}\nl{i}:" + "\npop" * r.choice([0, 1, 2, 60]) for i in range(40)]).replace("\nl", "\npop\nl")), times=40)
recipe("branch: varint beyond a mebibyte", reports("too far away"), lambda r: forward(13, 1048576 + r.randrange(3), "b"), times=1)
recipe("label: undefined", reports("undefined label"), anywhere("int 1; bnz nowhere"), anywhere("b nowhere", 2), anywhere("switch a b a", 8), anywhere("callsub a; callsub a", 4))
recipe("label: twice", reports("duplicate label"), anywhere("a: int 1\na: int 1"), anywhere("a:\na:\na:\nint 1"))
recipe("label: odd names", accepted, lambda r: (lambda name: v(r.randrange(2, 15), f"b {name}\n{name}:\nint 1"))(r.choice(["é", "1", "b-2", "x.y", "int", "dup", "0x00", "Sender", "#a", "/a", "a/b", "a,b", "(", ")", "@", "日本", "😀", "label-1:"])))
recipe("label: in a string's form", accepted, anywhere('"a b":\nint 1'))
recipe("label: in a string that never ends", refused, anywhere('b "a\n"a b:\nint 1', 2))
recipe("switch: no target", accepted, anywhere("int 1\nswitch", 8), anywhere("int 1\nmatch", 8))
recipe("switch: 255 targets", accepted, lambda r: v(r.randrange(8, 14), f"int 1\nswitch {'a ' * 255}\na: int 1"), lambda r: v(r.randrange(8, 14), f"#pragma typetrack false\nmatch {'a ' * 255}\na: int 1"), times=2)
recipe("switch: 256 targets", reports("more than 255 labels"), lambda r: v(r.randrange(8, 14), f"int 1\n{r.choice(['switch', 'match'])} {'a ' * 256}\na: int 1"), times=4)

# -- types ----------------------------------------------------------------------------------------------------------------
recipe("types: empty stack", reports("stack height is 0"), anywhere("+"), anywhere("pop"), anywhere("extract", 5), anywhere("replace", 7))
recipe("types: wrong type", reports("wanted type"), anywhere("int 1; byte 0x00; +"), anywhere("int 1; len"), anywhere("byte 0x; byte 0x; ==; !; len"))
recipe("types: values equal", reports("wanted type"), anywhere("int 1; byte 0x00; =="), anywhere("byte 0x; int 1; !="))
recipe("types: sizes that never fit", reports("wanted type"), anywhere("byte 0x" + "00" * 65 + "; dup; b+", 4), anywhere("int 4097; bzero", 4), anywhere("byte 0x; bzero", 4), anywhere("byte 0x00; itxn_field Receiver", 5), anywhere('byte ""; int 1; box_create', 8))
recipe("types: silent in dead code", accepted, anywhere("int 1; return; +; concat; len", 2), anywhere("err; +; +"), anywhere("b a; +\na: int 1", 2), anywhere("retsub; +", 4))
recipe("types: silent after a label in dead code", accepted, anywhere("err\na: +; concat; len"), anywhere("b a\nc: +\na: -", 2))
recipe("types: silent after callsub", accepted, anywhere("callsub a; +; pop; concat\na: retsub", 4))
recipe("types: a label in live code forgets nothing", reports("wanted type"), anywhere("int 1; a: len"), anywhere("byte 0x00\na: int 1; +"))
recipe("types: scratch space", reports("wanted type"), anywhere("byte 0x00; store 1; load 1; int 1; +"), anywhere("load 1; len"), anywhere("int 1; byte 0x00; stores; int 1; loads; int 1; +", 5))
recipe("types: scratch space by unknown slots", accepted, anywhere("int 1; dup; +; byte 0x00; stores; int 3; loads; len", 5), anywhere("err\na: load 1; len; dup; loads", 5))
recipe("types: dig, cover, uncover", reports("wanted type"), anywhere("byte 0x00; int 1; dig 1; int 1; +", 3), anywhere("byte 0x00; int 1; cover 1; +", 5), anywhere("byte 0x00; int 1; int 2; uncover 2; +", 5))
recipe("types: dup, dup2, dupn, swap, select", reports("wanted type"), anywhere("byte 0x; dup; +"), anywhere("byte 0x; int 1; dup2; +", 2), anywhere("byte 0x; dupn 2; +", 8), anywhere("int 1; byte 0x; swap; +", 3), anywhere("byte 0x; byte 0x01; int 1; select; int 1; +", 3))
recipe("types: bury 0", reports("bury 0 always fails"), anywhere("int 1; bury 0", 8))
recipe("types: bury", reports("wanted type"), anywhere("int 1; byte 0x; bury 1; int 1; +", 8))
recipe("types: bury under the stack", reports("stack height"), anywhere("int 1; bury 3", 8))
recipe("types: popn", reports("stack height"), anywhere("int 1; popn 3", 8), anywhere("int 1; popn 256", 8))
recipe("types: frame_dig", reports("wanted type"), anywhere("b m; s: proto 1 1; byte 0x; frame_dig 0; int 1; +; retsub\nm: int 1; callsub s", 8))
recipe("types: frame_bury", reports("wanted type"), anywhere("b m; s: proto 1 1; int 1; byte 0x; frame_bury 0; int 1; +\nm: int 1", 8))
recipe("types: below the frame", reports("in sub with"), anywhere("b m; s: proto 1 1; frame_dig -2\nm: int 1", 8), anywhere("b m; s: proto 1 1; int 1; frame_bury -2\nm: int 1", 8))
recipe("types: above the frame", reports("above stack"), anywhere("b m; s: proto 1 1; frame_dig 5\nm: int 1", 8), anywhere("b m; s: proto 1 1; int 1; frame_bury 5\nm: int 1", 8))
recipe("types: frames without proto", accepted, anywhere("err\ns: frame_dig -1; frame_bury -1; int 1; byte 0x; frame_bury 0", 8))
recipe("types: proto in the way", reports("unreachable from previous PC"), anywhere("proto 1 1", 8), anywhere("int 1\ns: proto 1 1", 8))
recipe("types: pushints and pushbytess", reports("wanted type"), anywhere("pushints 1 2; concat", 8), anywhere("pushbytess 0x 0x; +", 8))
recipe("types: match", reports("stack height"), anywhere("int 1; match a b\na: b: int 1", 8), anywhere("int 1; match a b\na:\nb: int 1", 8))
recipe("app_params_set: a field that is never set", reports("is not settable"), v(13, "int 1; app_params_set AppCreator"), v(13, "int 1; app_params_set AppAddress"))
recipe("itxn_field: a field that is never set", reports("is not allowed"), anywhere("int 1; itxn_field FirstValid", 5), anywhere("int 1; itxn_field TxID", 5))
recipe("types: substring end before start", reports("substring end is before start"), anywhere("byte 0x; substring 2 1", 2))
recipe("types: field of the wrong version keeps its type", refused, v(1, "txn ApplicationID; len"), v(2, "global OpcodeBudget; len"))


# -- salt and size --------------------------------------------------------------------------------------------------------
def salted_block(answer):
    return answer["ok"] and answer["hex"].startswith("0d2002")


def salted_end(answer):
    return answer["ok"] and answer["hex"][-6:-2] == "2001" and not answer["hex"].startswith("0d20")


recipe("salt: one more constant in the block, v13", salted_block, lambda r: (lambda n: v(13, f"int {n}; int {n}; =="))(r.getrandbits(40)), times=40)
recipe("salt: a block at the end, v13", salted_end, lambda r: v(13, f"pushint {r.getrandbits(40)}"), lambda r: v(13, f"int {r.getrandbits(40)}"), lambda r: v(13, f"intcblock 1 2\npushint {r.getrandbits(40)}"), times=40)
recipe("salt: none needed, v13", lambda answer: answer["ok"] and answer["hex"][-6:-2] != "2001", lambda r: v(13, f"pushint {r.getrandbits(40)}"), times=40)
recipe("salt: none for applications", lambda answer: answer["ok"] and answer["hex"][-6:-2] != "2001", lambda r: v(13, f"pushint {r.getrandbits(40)}; byte 0x; log"), times=40)
recipe("salt: asked for before v13", lambda answer: answer["ok"] and "2001" in answer["hex"], lambda r: v(r.randrange(4, 13), f"#pragma autosalt true\npushint {r.getrandbits(40)}"), times=40)
recipe("salt: asked for in v1 to v3", accepted, lambda r: v(r.randrange(1, 4), f"#pragma autosalt true\nint {r.getrandbits(40)}"), times=40)
recipe("salt: asked for with opcodes of applications", reports("used with stateful opcodes"), lambda r: v(r.randrange(5, 14), f"#pragma autosalt true\npushint {r.getrandbits(40)}; byte 0x; log"))
recipe("salt: refused, on the curve", reports("leaves program hash on curve"), lambda r: v(r.randrange(3, 14), f"#pragma autosalt false\npushint {r.getrandbits(40)}"), times=40)
recipe("salt: refused, off the curve", silent, lambda r: v(r.randrange(3, 14), f"#pragma autosalt false\npushint {r.getrandbits(40)}"), times=40)
recipe("salt: refused, for an application", silent, lambda r: v(r.randrange(5, 14), f"#pragma autosalt false\npushint {r.getrandbits(40)}; byte 0x; log"))
recipe("size: over a logic signature's 1000 bytes", longer(1000), lambda r: v(r.randrange(3, 14), skip(r.randrange(1000, 1100))), times=4)
recipe("size: over an application's 2048 bytes", longer(2048), lambda r: v(r.randrange(5, 14), "byte 0x; log\n" + skip(r.randrange(2048, 2100))), times=4)
recipe("size: over an application's 8192 bytes", longer(8192), lambda r: v(r.randrange(5, 14), "byte 0x; log\n" + skip(r.randrange(8192, 8300))), times=4)
recipe("size: over a group's 16000 bytes", longer(16000), lambda r: v(r.randrange(3, 14), skip(r.randrange(16000, 16100))), times=4)
