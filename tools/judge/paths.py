"""Where things are, and how our own programs are built."""
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VECTORS = ROOT / "tests" / "vectors"
# What the recorded answers are of; a newer reference changes this line.
REFERENCE = "go-algorand dd6de88fbe"
CONSENSUS = "consensus v42"
# Our programs, and the packages that have them.
PACKAGES = {"pnp-contract": "pnp-contract", "answer": "pnp-judge-peers", "signer": "pnp-judge-peers",
            "heartbeats": "pnp-judge-peers"}


def oracle(name=""):
    """A program of the reference's, in the folder that PNP_ORACLE names; without a name, the folder."""
    folder = os.environ.get("PNP_ORACLE")
    if not folder:
        cannot("PNP_ORACLE must name the folder of the reference's programs")
    path = Path(folder).resolve() / name
    if not path.exists():
        cannot(f"{path} is missing; PNP_ORACLE names the folder of the reference's programs")
    return path


def target(profile):
    """The folder where cargo puts what it builds with this profile."""
    folder = {"dev": "debug"}.get(profile, profile)
    return Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")).resolve() / folder


def build(profile, *programs):
    """Builds programs of ours and gives their paths."""
    command = [*os.environ.get("CARGO", "cargo").split(), "build", "--quiet", "--profile", profile]
    for package in sorted({PACKAGES[name] for name in programs}):
        command += ["--package", package]
    for name in programs:
        command += ["--bin", name]
    if subprocess.run(command, cwd=ROOT).returncode:
        cannot("our own programs could not be built")
    return [target(profile) / name for name in programs]


def contract_program(given=None, profile="dev"):
    """`pnp-contract`: as given, as PNP_CONTRACT names it, or built here."""
    found = given or os.environ.get("PNP_CONTRACT")
    if not found:
        return build(profile, "pnp-contract")[0]
    if not Path(found).exists():
        cannot(f"{found} is missing")
    return Path(found).resolve()


def cannot(why):
    """Ends the command: it cannot be run."""
    print(f"error: {why}", file=sys.stderr)
    sys.exit(2)
