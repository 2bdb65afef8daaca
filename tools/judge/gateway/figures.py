"""A table of checks: what was compared, both sides, and whether they are the same."""


class Table:
    """Lines of the report, and the first differences."""

    SHOWN = 10

    def __init__(self):
        self.lines, self.differences = [], []

    def figure(self, name, value):
        """Something counted, not compared."""
        self.lines.append((name, str(value), "", ""))

    def same(self, name, left, right):
        """Two figures that must be the same."""
        self.lines.append((name, str(left), str(right), "same" if left == right else "DIFFERS"))
        if left != right:
            self.differences.append(f"{name}: {left} and {right}")

    def none(self, name, wrong, of):
        """Cases of which none may be wrong; `wrong` has a line for each that is."""
        wrong = list(wrong)
        self.lines.append((name, f"{len(wrong)} wrong", f"of {of}", "same" if not wrong else "DIFFERS"))
        self.differences += [f"{name}: {one}" for one in wrong[:self.SHOWN]]

    def show(self):
        """Prints it; the exit code."""
        width = max(len(name) for name, *_ in self.lines)
        for name, left, right, verdict in self.lines:
            print(f"{name:<{width}}  {left:>22}  {right:>22}  {verdict}".rstrip())
        for difference in self.differences[:self.SHOWN]:
            print(f"differs: {difference}")
        print("all is the same" if not self.differences else f"{len(self.differences)} differences")
        return 1 if self.differences else 0
