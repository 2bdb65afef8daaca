//! What a bundle must be before anything is done with it.

use super::error::MultisigError;
use super::signatures::{SignatureState, Signatures};
use super::validity::Validity;

/// Refuses a bundle that no block can hold any more.
pub(super) fn check_validity(validity: &Validity) -> Result<(), MultisigError> {
    match validity.now.filter(|_| validity.is_over()) {
        Some(now) => Err(MultisigError::Expired { validity: validity.clone(), now }),
        None => Ok(()),
    }
}

/// Refuses a bundle with signatures that do not hold; errors call it `name`.
pub(super) fn check_signatures(signatures: &Signatures, name: &str) -> Result<(), MultisigError> {
    let signers: Vec<_> = signatures.in_state(SignatureState::Wrong).collect();
    match signers.is_empty() {
        true => Ok(()),
        false => Err(MultisigError::WrongSignature { bundle: name.to_owned(), signers }),
    }
}
