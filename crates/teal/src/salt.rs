//! Salt: a constant nobody loads, chosen so that the hash of a logic signature's program is no point of the curve, and
//! so its address has no key that could sign for it.

use curve25519_dalek::edwards::CompressedEdwardsY;

use pnp_opcodes::OFF_CURVE_VERSION;
use pnp_types::Address;

use super::token::Token;

/// What `#pragma autosalt` says, and where.
#[derive(Clone, Copy, Debug, Default)]
pub(super) enum Salt {
    /// Nothing: what the version does.
    #[default]
    Default,
    On(Token),
    Off(Token),
}

/// How many salts are tried: those of one byte.
pub(super) const SALTS: u8 = 128;

/// Whether the program's hash is a point of edwards25519, in any encoding, of any order (go-algorand
/// `ProgramHashIsEdwards25519Point`).
pub(super) fn is_on_curve(program: &[u8]) -> bool {
    CompressedEdwardsY(*Address::of_program(program).as_bytes()).decompress().is_some()
}

/// Whether a program without a pragma is salted: from v13 on, if it needs no application and is on the curve.
pub(super) fn is_salted_by_default(version: u8, stateful: bool, program: &[u8]) -> bool {
    version >= OFF_CURVE_VERSION && !stateful && is_on_curve(program)
}
