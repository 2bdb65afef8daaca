//! Secrets compared and hashed.

use sha2::{Digest as _, Sha256};

/// What is kept of a secret.
pub(super) fn cookie_hash(cookie: &str) -> [u8; 32] {
    Sha256::digest(cookie).into()
}

/// Whether two texts are equal, in a time that does not depend on where they differ.
pub(crate) fn is_same(one: &[u8], other: &[u8]) -> bool {
    one.len() == other.len() && one.iter().zip(other).fold(0, |all, (one, other)| all | (one ^ other)) == 0
}
