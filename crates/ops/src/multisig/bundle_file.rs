//! Bundles as files: written whole, and never over something else.

use super::error::MultisigError;
use pnp_registry::{make_atomically, write_atomically};
use pnp_types::Bundle;
use std::path::{Path, PathBuf};

/// Writes a bundle to a file that does not exist yet.
///
/// # Errors
/// [`MultisigError::FileExists`] and [`MultisigError::Unwritable`].
pub fn create_bundle_file(path: &Path, bundle: &Bundle) -> Result<(), MultisigError> {
    make_atomically(path, &bundle.encode(), 0o644).map_err(|source| match source.kind() {
        std::io::ErrorKind::AlreadyExists => MultisigError::FileExists { path: path.to_owned() },
        _ => MultisigError::Unwritable { path: path.to_owned(), source },
    })
}

/// Writes a bundle over its own file.
///
/// # Errors
/// [`MultisigError::Unwritable`].
pub fn replace_bundle_file(path: &Path, bundle: &Bundle) -> Result<(), MultisigError> {
    write_atomically(path, &bundle.encode(), 0o644)
        .map_err(|source| MultisigError::Unwritable { path: path.to_owned(), source })
}

/// What a bundle's file is called where nobody names it: what it does, in one word, and the start of its first transaction's
/// id, for example `update-abcd1234.msig`.
#[must_use]
pub fn default_file_name(action: &str, bundle: &Bundle) -> PathBuf {
    const SHORT: usize = 8;
    let id = bundle.transactions().next().map(|first| first.id().to_string()).unwrap_or_default();
    let short: String = id.chars().take(SHORT).collect();
    PathBuf::from(format!("{action}-{}.msig", short.to_lowercase()))
}
