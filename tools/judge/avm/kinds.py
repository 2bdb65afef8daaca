"""The kinds of programs, and what the reference answers to them."""
import random, re, sys

from judge.avm import cases, crypto, programs

# What is recorded as vectors.
RECORDED = {
    "arithmetic": cases.arithmetic, "byte_math": cases.byte_math, "byte_manipulation": cases.byte_manipulation,
    "hashes": cases.hashes, "base64": cases.base64_texts, "json": cases.json_refs, "sequences": cases.sequences,
    "wrong_types": cases.wrong_types, "flow": cases.flow, "version_14": cases.version_14,
    "from_vectors": crypto.from_vectors, "ecdsa": crypto.ecdsa, "curves": crypto.curves,
}
KINDS = RECORDED | {"any_bytes": cases.any_bytes, "random_bytes": programs.random_bytes, "random_instructions": programs.random_instructions,
                    "structured": programs.structured_texts}
# Kinds that need other rules than the current ones.
RULES = {"version_14": "future"}
# How many programs of a kind there are, for one of the others.
SHARE = {"any_bytes": 3, "hashes": 0.3, "ecdsa": 0.3, "curves": 0.3, "json": 3, "sequences": 5, "random_instructions": 5,
         "structured": 2}
EMPTYING = {0x51, 0x52, 0x57, 0x58, *range(0xE0, 0xE6)}  # substring, substring3, extract, extract3, ec_*
EMPTIED = re.compile("err=(substring (end|range)|extraction|bad (length|scalars|encoded)|field element|point not|wrong subgroup|empty input|"
                     "invalid inputs)")


def has_emptied(question, answer):
    """Whether the opcode that failed had emptied the slot on top of the stack and an integer shows there."""
    stack, opcode = answer["stack"], bytes.fromhex(question["hex"])[answer["pc"]:][:1]
    if not stack or "u" not in stack[-1] or not opcode or opcode[0] not in EMPTYING or not EMPTIED.search(answer["err"]):
        return False
    # substring3 looks at the size of its numbers first, and then has emptied nothing
    return opcode[0] != 0x52 or all(int(slot.get("u", 0)) < 2**31 for slot in stack[-2:])


def knows(oracle, consensus):
    """Whether the oracle runs programs by these rules: one that knows no other than the current ones takes no version 14."""
    return oracle.one(**evaluation("0e8101", [], consensus))["pass"] or consensus is None


def answered(oracle, kind, count, seed, consensus=None):
    """Programs of a kind and the reference's answers to them, as the vectors have them."""
    rng = random.Random(f"{kind} {seed}")
    more = (oracle,) if kind == "curves" else ()
    questions = list(KINDS[kind](rng, max(1, int(count * SHARE.get(kind, 1))), *more))
    sources = [question for question in questions if "src" in question]
    texts = [{"op": "asm", "src": source["src"], "v": source["v"]} for source in sources]
    for question, answer in zip(sources, oracle.ask(texts)):
        question["hex"] = answer and answer.get("hex")
    questions = [q for q in questions if q.get("hex") and all(len(a) <= 8192 for a in q.get("args", []))]
    out = []
    for question, answer in zip(questions, oracle.ask([evaluation(q["hex"], q.get("args", []), consensus) for q in questions])):
        # The reference catches its own panics; their texts are stack traces. A recursion may eat all its memory.
        if answer is None or "panic" in answer["err"]:
            print("skipped, the reference panics:", question, answer and answer["err"][:200], file=sys.stderr)
            continue
        # Where the reference empties a slot before it fails, an integer shows that the slot held long before (`itob` leaves
        # its argument behind the bytes). That memory is not copied: such a slot is 0 here.
        if has_emptied(question, answer):
            answer["stack"][-1] = {"u": "0"}
        out.append({"program": question["hex"], "args": question.get("args", []), "pass": answer["pass"], "err": answer["err"],
                    "cost": answer["cost"], "pc": answer["pc"], "stack": answer["stack"]})
    return out


def evaluation(program, args, consensus=None, **more):
    """The question what a program does, by the rules of `consensus` or the current ones."""
    rules = {"consensus": consensus} if consensus else {}
    return {"op": "eval", "hex": program, "args": args, **rules, **more}
