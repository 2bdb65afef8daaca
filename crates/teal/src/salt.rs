//! Salt: a constant that is never loaded, chosen so that the hash of a logic signature's program is no point of the curve, and
//! so its address has no key that could sign for it.

use pnp_opcodes::OFF_CURVE_VERSION;
#[cfg(feature = "salt")]
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

/// Whether the program's hash is a point of edwards25519; `None` where this build has no curve to ask.
pub(super) fn is_on_curve(program: &[u8]) -> Option<bool> {
    #[cfg(feature = "salt")]
    return Some(Address::of_program(program).is_edwards_point());
    #[cfg(not(feature = "salt"))]
    {
        let _ = program;
        None
    }
}

/// Whether a program without a pragma is salted if its hash is on the curve: from v13 on, if it needs no application.
pub(super) fn is_salted_by_default(version: u8, stateful: bool) -> bool {
    version >= OFF_CURVE_VERSION && !stateful
}

#[cfg(test)]
#[cfg(not(feature = "salt"))]
mod tests {
    use crate::{AssembleOptions, Problem, assemble, disassemble};

    #[test]
    fn what_may_need_salt_is_refused_where_nothing_can_be_asked_about_the_curve() {
        let problems = assemble("#pragma version 13\nint 1", AssembleOptions::default()).unwrap_err();
        assert_eq!(problems[0].problem, Problem::SaltUnavailable);
        let program =
            assemble("#pragma version 13\n#pragma autosalt false\nint 1", AssembleOptions::default()).unwrap();
        assert!(disassemble(&program.bytes).unwrap().contains("#pragma autosalt false"));
        assert!(assemble("#pragma version 12\nint 1", AssembleOptions::default()).is_ok());
    }
}
