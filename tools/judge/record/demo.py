"""Draws a terminal with what `pnp-contract demo` prints, for the README: docs/images/demo.svg.

A test compares the picture's text with what the command prints.

Environment:
  CARGO, PNP_CONTRACT   the cargo to build our program with, or the program

Exit code: 0 if the picture was written, 1 if the demo failed, 2 if the command cannot be run
"""
import html
import re
import subprocess

from judge.paths import ROOT, contract_program

PICTURE = ROOT / "docs" / "images" / "demo.svg"
COMMAND = "pnp-contract demo | tail -n 25"
SIZE, ADVANCE, LINE, PADDING, BAR = 13, 7.8, 19, 20, 36
STYLE = """
  .window { fill: #161b22; stroke: #484f58 } .title { fill: #8b949e; font-size: 12px; text-anchor: middle }
  .line { fill: #c9d1d9; white-space: pre } .prompt { fill: #3fb950 } .heading { fill: #f0f6fc; font-weight: bold }
  .label { fill: #79c0ff } .refused { fill: #ffa198 }
  text { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", "Liberation Mono", monospace }
"""


def span(kind, text):
    return f'<tspan class="{kind}">{html.escape(text)}</tspan>' if text else ""


def styled(line):
    """The line with what helps the eye: a prompt, headings, labels, refusals."""
    if line.startswith("$ "):
        return span("prompt", "$") + html.escape(line[1:])
    if line and not line.startswith(" "):
        return span("heading", line)
    if "assert failed" in line:
        return span("refused", line)
    label = re.match(r"  \w+  +", line)
    return span("label", label.group()) + html.escape(line[label.end():]) if label else html.escape(line)


def picture(lines):
    width = round(max(map(len, lines)) * ADVANCE + 2 * PADDING)
    height = BAR + len(lines) * LINE + PADDING
    drawn = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
        f'font-size="{SIZE}">',
        f"<title>{html.escape(COMMAND)}</title>",
        f"<style>{STYLE}</style>",
        f'<rect class="window" x="0.5" y="0.5" width="{width - 1}" height="{height - 1}" rx="8"/>',
        *(f'<circle cx="{20 + 20 * place}" cy="{BAR / 2}" r="6" fill="{colour}"/>'
          for place, colour in enumerate(("#ff5f57", "#febc2e", "#28c840"))),
        f'<text class="title" x="{width / 2}" y="{BAR / 2 + 4}">pnp-contract</text>',
    ]
    for place, line in enumerate(lines):
        if line:
            # The length keeps the columns in place whatever font the viewer has.
            drawn.append(
                f'<text class="line" xml:space="preserve" x="{PADDING}" y="{BAR + place * LINE + SIZE + 2}" '
                f'textLength="{len(line) * ADVANCE:.1f}" lengthAdjust="spacingAndGlyphs">{styled(line)}</text>')
    return "\n".join([*drawn, "</svg>", ""])


def options(_parser):
    """It takes none."""


def run(_arguments):
    printed = subprocess.run([contract_program(), "demo"], check=True, capture_output=True, text=True).stdout.splitlines()
    PICTURE.parent.mkdir(exist_ok=True)
    PICTURE.write_text(picture([f"$ {COMMAND}", *printed[-25:]]))
    print(f"{PICTURE.relative_to(ROOT)} written")
