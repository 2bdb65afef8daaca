//! Passwords, by Argon2id.

use super::secrets::is_same;
use crate::problem::Problem;
use argon2::{Algorithm, Argon2, Params, Version};
use rusqlite::Row;
use zeroize::Zeroizing;

/// What a guess costs: memory in KiB, and passes over it.
const COST: (u32, u32) = (19 * 1024, 2);
const LENGTH: usize = 32;

/// A password as it is kept.
#[derive(Clone, Debug)]
pub(super) struct Kept {
    pub(super) salt: Vec<u8>,
    pub(super) memory_kib: u32,
    pub(super) passes: u32,
    pub(super) hash: Vec<u8>,
}

impl Kept {
    /// Reads the columns from the second on.
    pub(super) fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self { salt: row.get(1)?, memory_kib: row.get(2)?, passes: row.get(3)?, hash: row.get(4)? })
    }
}

fn derive(password: &str, salt: &[u8], (memory_kib, passes): (u32, u32)) -> Result<Zeroizing<[u8; LENGTH]>, Problem> {
    let params = Params::new(memory_kib, passes, 1, Some(LENGTH)).map_err(Problem::internal)?;
    let mut hash = Zeroizing::new([0; LENGTH]);
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(password.as_bytes(), salt, &mut *hash)
        .map_err(Problem::internal)?;
    Ok(hash)
}

/// What is kept of a new password.
pub(super) fn hash(password: &str) -> Result<Kept, Problem> {
    let mut salt = [0; 16];
    getrandom::fill(&mut salt).map_err(Problem::internal)?;
    let hash = derive(password, &salt, COST)?.to_vec();
    Ok(Kept { salt: salt.to_vec(), memory_kib: COST.0, passes: COST.1, hash })
}

/// Whether it is the password.
pub(super) fn is_password(kept: &Kept, password: &str) -> Result<bool, Problem> {
    let hash = derive(password, &kept.salt, (kept.memory_kib, kept.passes))?;
    Ok(is_same(&*hash, &kept.hash))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_known_again() {
        let kept = hash("correct horse battery").unwrap();
        assert!(is_password(&kept, "correct horse battery").unwrap());
        for wrong in ["", "correct horse batterz", "correct horse battery "] {
            assert!(!is_password(&kept, wrong).unwrap());
        }
        assert_ne!(hash("correct horse battery").unwrap().hash, kept.hash);
    }
}
