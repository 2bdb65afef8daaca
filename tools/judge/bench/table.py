"""Rows of figures, ours and the reference's, and how they are shown."""
import contextlib, http.client, statistics, sys

from judge.peer import Failed


class Table:
    """Rows of a name, a unit, our figure and the reference's."""

    def __init__(self, only):
        self.only, self.rows, self.problems = only, [], []

    @contextlib.contextmanager
    def attempt(self):
        """Around what may fail without the rest being in vain."""
        try:
            yield
        except (Failed, OSError, http.client.HTTPException) as problem:
            self.problems.append(str(problem))

    def wants(self, *names):
        return any(self.only in name or name in self.only for name in names)

    def add(self, name, unit, ours=None, theirs=None, note=None, times=None, within=None):
        """`times`: the ratio that is the aim; `within`: the figure that is."""
        if not self.wants(name):
            return
        ratio = theirs / ours if ours and theirs else None
        target, met = None, None
        if times:
            target, met = f"{times}x", ratio and ratio >= times
        elif within:
            target, met = shown(within, unit), ours and ours <= within
        self.rows.append({"name": name, "unit": unit, "ours": ours, "reference": theirs, "ratio": ratio, "target": target,
                          "met": met, "note": note})
        print(".", end="", file=sys.stderr, flush=True)

    def show(self, facts):
        print(f"{facts['date']}  {facts['machine']}  load {facts['load']}  medians of {facts['runs']}")
        print(f"{facts['ours']}, cargo profile {facts['profile']}" + (f"; reference: {facts['reference']}" if facts["reference"] else ""))
        print(f"\n{'':<50}{'ours':>14}{'reference':>14}{'ratio':>9}{'target':>9}")
        for row in self.rows:
            figures = "".join(f"{shown(row[who], row['unit']):>14}" for who in ("ours", "reference"))
            ratio = f"{row['ratio']:.1f}x" if row["ratio"] else ""
            missed = "  MISSED" if row["met"] is False else ""
            note = f"  {row['note']}" if row["note"] else ""
            print(f"{row['name']:<50}{figures}{ratio:>9}{row['target'] or '':>9}{missed}{note}".rstrip())


def shown(figure, unit):
    if figure is None:
        return "-"
    if unit == "B":
        return f"{figure / 1e6:.1f} MB"
    for scale, name in ((1, "s"), (1e-3, "ms"), (1e-6, "us")):
        if figure >= scale:
            return f"{figure / scale:.{1 if figure >= 10 * scale else 2}f} {name}"
    return f"{figure / 1e-9:.0f} ns"


def by_turns(runs, *works):
    """The medians of several works that are done in turn; None for a work that is None."""
    times = [[] for _ in works]
    for _ in range(runs):
        for work, taken in zip(works, times):
            if work:
                taken.append(work())
    return [statistics.median(taken) if taken else None for taken in times]
