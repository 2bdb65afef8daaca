#!/usr/bin/env bash
# Deploys the contract from the environment alone, as its first documentation does it. Uses `pnp-contract` from the path, else
# builds it here. It names every missing setting before anything is sent.
#
# Usage:
#   export CREATOR_MNEMONIC="25 words" PROVIDER_ADDR=... PLATFORM_ADDR=...
#   scripts/deploy.sh [further options of `pnp-contract deploy`]
#
# Environment:
#   CREATOR_MNEMONIC    the creator's words (or DEPLOYER_MNEMONIC)
#   PROVIDER_ADDR, PLATFORM_ADDR    who is paid
#   NET                 the network [testnet]
#   ASA_ID              the asset bills are paid with; unset, none is bound, as then. Not on MainNet
#   UPDATABLE           1 (default, as then): the creator may replace the programs; 0: nobody may
#
# Exit code: that of `pnp-contract deploy`; 2 if something is not set
set -euo pipefail
case "${1:-}" in -h | --help) sed -n '2,/^[^#]/s/^# \{0,1\}//p' "$0"; exit ;; esac
here=$(cd "$(dirname "$0")/.." && pwd)

missing=()
[ -n "${CREATOR_MNEMONIC:-${DEPLOYER_MNEMONIC:-}}" ] || missing+=(CREATOR_MNEMONIC)
for name in PROVIDER_ADDR PLATFORM_ADDR; do [ -n "${!name:-}" ] || missing+=("$name"); done
if [ ${#missing[@]} -gt 0 ]; then
  echo "error: not set: ${missing[*]}" >&2
  echo "  next: export them; scripts/deploy.sh --help shows how" >&2
  exit 2
fi
export PROVIDER_ADDR PLATFORM_ADDR
[ -z "${CREATOR_MNEMONIC:-}" ] || export CREATOR_MNEMONIC
[ -z "${ASA_ID:-}" ] || export ASA_ID

options=(--net "${NET:-testnet}")
[ -n "${ASA_ID:-}" ] || options+=(--unbound)
[ "${UPDATABLE:-1}" = 0 ] || options+=(--updatable)
if command -v pnp-contract >/dev/null; then
  exec pnp-contract deploy "${options[@]}" "$@"
fi
exec cargo run --quiet --release --manifest-path "$here/Cargo.toml" -- deploy "${options[@]}" "$@"
