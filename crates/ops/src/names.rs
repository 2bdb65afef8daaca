//! What a text stands for that may be an address or a name.

use crate::error::AccountError;
use pnp_types::Address;

/// The longest name of an account.
const LONGEST_NAME: usize = 32;

/// The address that a text is; nothing where it may be a name.
///
/// # Errors
/// [`AccountError::Address`].
pub(crate) fn address_in(text: &str) -> Result<Option<Address>, AccountError> {
    match text.parse() {
        Ok(address) => Ok(Some(address)),
        Err(error) if text.len() > LONGEST_NAME => Err(AccountError::Address(error)),
        Err(_) => Ok(None),
    }
}
