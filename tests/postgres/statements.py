"""The gateway's store in the dialect of PostgreSQL: prints a script for psql that makes the tables of the migrations and prepares
every statement of crates/gateway/src.

A statement is a text in the sources, outside of tests, that begins as one. A place in it that is filled when the program runs has its
values in PLACES; one that is not there fails.
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent / "crates" / "gateway" / "src"
TEXT = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
CONSTANT = re.compile(r'const (\w+): &str =\s*"((?:[^"\\]|\\.)*)"', re.DOTALL)
STATEMENT = re.compile(r"\s*(SELECT|INSERT|UPDATE|DELETE FROM|WITH|PRAGMA|VACUUM|BEGIN|COMMIT|ROLLBACK|SAVEPOINT)\b")

# What is SQLite's own, by how it begins, and why. A store on PostgreSQL does this in another way.
SQLITE_ONLY = {
    "PRAGMA": "settings of the file and of the connection",
    "VACUUM": "a copy of the file; there it is pg_dump",
    "BEGIN": "transactions are the driver's there",
    "COMMIT": "transactions are the driver's there",
    "ROLLBACK": "transactions are the driver's there",
}
# Files that no gateway runs.
LEFT_OUT = {"store/throughput.rs": "a measurement"}
# What is put in while the program runs.
PLACES = {
    "api/wallet_books.rs": {"only_stopped": "w.stopped IS NOT NULL"},
    "events/event.rs": {"source": "events i JOIN entries e ON e.id = i.entry_id", "key": "i.entry_id",
                        "of_partner": "i.partner_id = ?2", "kinds": "i.kind IN (1, 2)"},
    "ledger/verify.rs": {"table": "wallets", "key": "wallet_id", "column": "wallet_id", "": ["SUM(held) AS held", "e.held"]},
    "operator/check.rs": {"": ["0"], "now": "1"},
    "reports/session_list.rs": {"order_text": "DESC", "": ["ASC"]},
    "reports/statement.rs": {"column": "partner_id", "order": "DESC", "started": "1", "kinds": "1, 2", "lease": "1"},
    "reports/sums.rs": {"lease": "1"},
    "store/writer.rs": {"table": "entries"},
}


def is_of_tests(path):
    return any(re.fullmatch(r"(\w+_)?tests?(ing)?", pathlib.Path(part).stem) for part in path.parts)


def plain(text):
    return re.sub(r"\\\n\s*", "", text).replace('\\"', '"')


def without_comments(text):
    return re.sub(r"^\s*//.*$", "", text, flags=re.MULTILINE)


MACRO = re.compile(r'macro_rules! (\w+) \{\s*\(\) => \{\s*("(?:[^"\\]|\\.)*")\s*\};\s*\}', re.DOTALL)
CONCAT = re.compile(r'concat!\(\s*((?:"(?:[^"\\]|\\.)*"\s*,?\s*)+)\)', re.DOTALL)


def joined(text, macros):
    """With the texts of each `concat!` as one, and those of macros in their places."""
    text = MACRO.sub("", text)
    text = re.sub(r"\b((?:\w+::)?\w+)!\(\)", lambda found: macros.get(found[1], found[0]), text)
    return CONCAT.sub(lambda found: '"' + "".join(part[1] for part in TEXT.finditer(found[1])) + '"', text)


def macros_of(text):
    return {found[1]: found[2] for found in MACRO.finditer(text)}


def sources():
    """The text of each file without its tests, by name."""
    everywhere, texts = {}, {}
    for path in sorted(ROOT.rglob("*.rs")):
        name = path.relative_to(ROOT)
        if is_of_tests(name) or str(name) in LEFT_OUT:
            continue
        text = path.read_text(encoding="utf-8").split("#[cfg(test)]\nmod tests {")[0]
        texts[str(name)] = without_comments(text)
        everywhere |= {f"{name.stem}::{macro}": value for macro, value in macros_of(text).items()}
    return {name: joined(text, everywhere | macros_of(text)) for name, text in texts.items()}


def all_statements():
    read = sources()
    constants = {name: {found[1]: plain(found[2]) for found in CONSTANT.finditer(text)} for name, text in read.items()}
    everywhere = {name: value for of_file in constants.values() for name, value in of_file.items()}
    for name, text in read.items():
        for found in TEXT.finditer(text):
            if STATEMENT.match(found[1]):
                yield name, filled(name, plain(found[1]), everywhere | constants[name])


def filled(name, statement, constants):
    places = constants | PLACES.get(name, {})
    unnamed = iter(places.get("", []))

    def fill(place):
        value = next(unnamed, None) if not place[1] else places.get(place[1])
        if value is None:
            sys.exit(f"{name}: what is {{{place[1]}}} in this statement? Name it in PLACES: {statement}")
        return value

    return re.sub(r"\{(\w*)\}", fill, statement)


def main():
    print("\\set ON_ERROR_STOP on\nBEGIN;")
    for migration in sorted((ROOT / "store" / "migrations").glob("*.sql")):
        text = re.sub(r"--.*", "", migration.read_text(encoding="utf-8"))
        print(re.sub(r"\bINTEGER\b", "BIGINT", re.sub(r"\bBLOB\b", "BYTEA", text)))
    print("COMMIT;\n\\set ON_ERROR_STOP off")
    number, own = 0, []
    for name, statement in all_statements():
        first = STATEMENT.match(statement)[1]
        if first in SQLITE_ONLY:
            own.append(f"{name}: {statement}: {SQLITE_ONLY[first]}")
            continue
        if len(statement.split()) < 3:
            sys.exit(f"{name}: this is the beginning of a statement that was not put together: {statement}")
        number += 1
        print(f"\\set place '{name} {number}'")
        numbered = re.sub(r"[?]([0-9]+)", r"$\1", statement).rstrip("; ")
        print(f"PREPARE statement_{number} AS {numbered};")
    print(f"\\echo {number} statements were prepared")
    print("SQLite alone has:\n  " + "\n  ".join(own), file=sys.stderr)


main()
