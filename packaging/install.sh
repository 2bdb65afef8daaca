#!/bin/sh
# Installs pnp-contract @VERSION@ from its release: downloads the archive for this system, compares its SHA-256 with the
# release's SHA256SUMS, and puts the program into a folder. Nothing else is changed.
set -eu

version='@VERSION@'
releases='@REPOSITORY@/releases/download/v@VERSION@'

usage() {
  cat <<EOF
Installs pnp-contract $version.

    install.sh [--to DIR] [--target TARGET]

    --to DIR         where the program goes (default ~/.local/bin)
    --target TARGET  which build: {x86_64,aarch64}-unknown-linux-musl, {x86_64,aarch64}-apple-darwin,
                     x86_64-pc-windows-msvc (default: this system's)

PNP_INSTALL_FROM names another place that has the release's files, such as a mirror.
EOF
}

fail() {
  echo "install: $*" >&2
  exit 1
}

has() {
  command -v "$1" >/dev/null 2>&1
}

this_target() {
  case "$(uname -s)-$(uname -m)" in
    Linux-x86_64 | Linux-amd64) echo x86_64-unknown-linux-musl ;;
    Linux-aarch64 | Linux-arm64) echo aarch64-unknown-linux-musl ;;
    Darwin-arm64) echo aarch64-apple-darwin ;;
    Darwin-x86_64)
      # A shell that Rosetta translates calls an Apple processor x86_64.
      if [ "$(sysctl -n hw.optional.arm64 2>/dev/null || echo 0)" = 1 ]; then echo aarch64-apple-darwin; else echo x86_64-apple-darwin; fi
      ;;
    MINGW*-x86_64 | MSYS*-x86_64 | CYGWIN*-x86_64) echo x86_64-pc-windows-msvc ;;
    *) fail "there is no build for $(uname -s) on $(uname -m); \`cargo install pnp-contract --locked\` makes one" ;;
  esac
}

# fetch ADDRESS FILE
fetch() {
  if has curl; then
    curl --proto "$protocols" --tlsv1.2 --fail --silent --show-error --location --retry 3 "$1" --output "$2"
  elif has wget; then
    wget -q -O "$2" "$1"
  else
    fail "neither curl nor wget is here"
  fi || fail "$1 could not be fetched"
}

sha256() {
  if has sha256sum; then
    sha256sum "$1" | cut -d ' ' -f 1
  elif has shasum; then
    shasum -a 256 "$1" | cut -d ' ' -f 1
  elif has openssl; then
    openssl dgst -sha256 -r "$1" | cut -d ' ' -f 1
  else
    fail "neither sha256sum, shasum nor openssl is here to check the archive with"
  fi
}

main() {
  to=${HOME:-}/.local/bin
  target=
  while [ $# -gt 0 ]; do
    case $1 in
      --to | --target)
        [ $# -ge 2 ] || fail "$1 wants a value"
        if [ "$1" = --to ]; then to=$2; else target=$2; fi
        shift
        ;;
      --help | -h)
        usage
        exit 0
        ;;
      *) fail "what is $1? --help lists the options" ;;
    esac
    shift
  done
  [ "$to" != /.local/bin ] || fail "HOME is not set; name a folder with --to"
  [ -n "$target" ] || target=$(this_target)
  # Only HTTPS, unless somebody chose another place.
  protocols='=https'
  if [ -n "${PNP_INSTALL_FROM:-}" ]; then
    releases=${PNP_INSTALL_FROM%/}
    protocols='=https,http'
  fi
  name=pnp-contract-$version-$target
  case $target in
    *windows*) archive=$name.zip program=pnp-contract.exe ;;
    *) archive=$name.tar.gz program=pnp-contract ;;
  esac

  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  trap 'exit 1' HUP INT TERM
  fetch "$releases/SHA256SUMS" "$work/SHA256SUMS"
  expected=$(awk -v name="$archive" '$2 == name || $2 == "*" name { print $1 }' "$work/SHA256SUMS")
  [ -n "$expected" ] || fail "$releases has no $archive"
  fetch "$releases/$archive" "$work/$archive"
  actual=$(sha256 "$work/$archive")
  [ "$actual" = "$expected" ] || fail "$archive is not what was released: its SHA-256 is $actual, not $expected"

  case $archive in
    *.zip) unzip -q "$work/$archive" -d "$work" ;;
    *) tar -xzf "$work/$archive" -C "$work" ;;
  esac
  mkdir -p "$to"
  # Beside the old one first, so that a running program is replaced and never written over.
  cp "$work/$name/$program" "$to/.$program.new"
  chmod 755 "$to/.$program.new"
  mv -f "$to/.$program.new" "$to/$program"
  echo "installed $("$to/$program" --version) in $to"
  case :${PATH:-}: in
    *:"$to":*) ;;
    *) echo "$to is not on your PATH: add it to run pnp-contract from anywhere" ;;
  esac
}

main "$@"
