//! The signatures of several copies in one.

use super::NamedBundle;
use super::checks::check_signatures;
use super::error::MultisigError;
use super::fields::{Field, fields};
use super::signatures::Signatures;
use pnp_types::{Bundle, BundleError};

/// The bundle with the signatures of all its copies.
///
/// # Errors
/// [`MultisigError::WrongSignature`], [`MultisigError::NotCopies`], and no copy at all.
pub fn merge(copies: &[NamedBundle]) -> Result<Bundle, MultisigError> {
    let Some((first, others)) = copies.split_first() else { return Err(MultisigError::NothingToMerge) };
    check_signatures(&Signatures::of(&first.bundle), &first.name)?;
    let mut merged = first.bundle.clone();
    for copy in others {
        check_signatures(&Signatures::of(&copy.bundle), &copy.name)?;
        merged = merged.merge(&copy.bundle).map_err(|error| MultisigError::NotCopies {
            first: first.name.clone(),
            second: copy.name.clone(),
            difference: difference(&error, &merged, &copy.bundle).map(Box::new),
            error: Box::new(error),
        })?;
    }
    Ok(merged)
}

/// In which fields two copies of a transaction differ.
fn difference(error: &BundleError, first: &Bundle, second: &Bundle) -> Option<[Vec<Field>; 2]> {
    let BundleError::Different { index, .. } = error else { return None };
    let fields_of = |bundle: &Bundle| bundle.transactions().nth(*index).map(fields);
    let (first, second) = (fields_of(first)?, fields_of(second)?);
    let only =
        |these: &[Field], those: &[Field]| these.iter().filter(|field| !those.contains(field)).cloned().collect();
    Some([only(&first, &second), only(&second, &first)])
}
