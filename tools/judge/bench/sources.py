"""What is assembled and run to be timed."""
from judge.paths import ROOT


def contract():
    """The UsageContract's approval program with its default template values."""
    text = (ROOT / "teal" / "usage_approval.teal").read_text()
    for name, value in [("TMPL_UPDATABLE", "0"), ("TMPL_DELETABLE", "0"), ("TMPL_ORDERED_TICKS", "1")]:
        text = text.replace(f"int {name}", f"int {value}")
    return text


def long_program(blocks=133):
    """2,000 lines, or 15 for each block, of subroutines, branches, constants and fields."""
    lines = ["#pragma version 12", "int 1", "return"]
    for n in range(blocks):
        lines += [f"sub{n}:", "    proto 1 1", "    frame_dig -1", f"    int {n % 50}", "    <", f"    bz other{n}", "    txn Sender",
                  f"    byte 0x{n % 133:08x}", "    concat", "    sha256", "    btoi", "    retsub", f"other{n}:", f"    int {n % 50 * 1000}",
                  "    retsub"]
    return "\n".join(lines + ["// the end", "// of it"]) + "\n"


def program_of(kib):
    """The longest such program of at most so many KiB."""
    blocks = kib * 1024 // len(long_program(1))
    while len(long_program(blocks + 1)) <= kib * 1024:
        blocks += 1
    while len(long_program(blocks)) > kib * 1024:
        blocks -= 1
    return long_program(blocks)


def loop(before, body):
    """A loop of 1,000 turns around `body`, which leaves one value on the stack as it found one."""
    return "\n".join(["#pragma version 12", "int 0", "store 0", before, "again:", body, "load 0", "int 1", "+", "dup",
                      "store 0", "int 1000", "<", "bnz again", "pop", "int 1", "return"])


LOOPS = {
    "run arithmetic, 1000 turns": loop("int 7", "int 31\n*\nint 65537\n%\nint 3\n+"),
    "run byte strings, 1000 turns": loop("byte 0x00112233445566778899",
                                         "extract 1 9\nbyte 0x42\nconcat\ndup\nint 3\ngetbyte\npop"),
    "run hashing (sha256), 1000 turns": loop('byte "start"', "sha256"),
    "run byte math (b*, b%), 1000 turns": loop("byte 0x0123456789abcdef", f"dup\nb*\nbyte 0x{'ff' * 32}\nb%"),
}
