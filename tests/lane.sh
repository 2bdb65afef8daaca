# What the tests of other languages' tools share, to be read by their `run` with `source`. It is no program.
#
# Where something cannot be had a lane says SKIPPED and why, and fails where CI is set.

skip() {
  echo "SKIPPED ${here#"$root"/}: $1"
  if [ -n "${CI:-}" ]; then exit 1; fi
  exit 0
}

# can_install: whether packages of the system may be installed here.
can_install() {
  can_install || return 1
  flock /var/lib/apt/lists apt-get update -qq >/dev/null 2>&1 || true
  DEBIAN_FRONTEND=noninteractive apt-get install -qq -o DPkg::Lock::Timeout=600 -y --no-install-recommends "$@" >/dev/null
}

# needs_python FOLDER: python3, and in the folder a .venv with what its requirements.txt names.
needs_python() {
  python3 -c 'import venv, ensurepip' 2>/dev/null || install python3 python3-venv || skip "python3 is not installed"
  # A folder that was moved has a Python that does not start any more.
  "$1/.venv/bin/python" -m pip --version >/dev/null 2>&1 || { rm -rf "$1/.venv" && python3 -m venv "$1/.venv"; } || skip "python3 has no venv"
  "$1/.venv/bin/python" -m pip install --quiet --disable-pip-version-check -r "$1/requirements.txt" ||
    skip "the packages of $1/requirements.txt cannot be installed"
}

# needs_node: node and npm.
needs_node() {
  command -v node >/dev/null && command -v npm >/dev/null || install nodejs npm || skip "node is not installed"
}

# use_program: PNP_CONTRACT names our program; it is built in debug form where the caller named none.
use_program() {
  if [ -z "${PNP_CONTRACT:-}" ]; then
    (cd "$root" && cargo build --quiet)
    PNP_CONTRACT=${CARGO_TARGET_DIR:-$root/target}/debug/pnp-contract
  fi
  PNP_CONTRACT=$(realpath "$PNP_CONTRACT")
  export PNP_CONTRACT
}
