//! Bundles as files: read whole, written whole, never over something else.

use super::fault;
use crate::failure::{Failure, is_disk_full};
use crate::terminal::input;
use pnp_registry::{make_atomically, write_atomically};
use pnp_types::{Bundle, MultisigAccount};
use std::path::{Path, PathBuf};

/// The bundle in a file; `-` is stdin.
pub(super) fn read(path: &Path, account: Option<&MultisigAccount>) -> Result<Bundle, Failure> {
    Bundle::read(&input::read(path)?, account).map_err(|error| fault::unreadable(path, &error))
}

/// Writes a bundle to a file that is not there yet.
pub(super) fn make(path: &Path, bundle: &Bundle) -> Result<(), Failure> {
    make_atomically(path, &bundle.encode(), 0o644).map_err(|error| {
        if error.kind() == std::io::ErrorKind::AlreadyExists {
            return Failure::new("exists", format!("{} is there already", path.display()))
                .because("a bundle that others may have signed is not replaced")
                .hint("name another file with --out, or move that one away");
        }
        unwritable(path, &error)
    })
}

/// Writes a bundle over its own file.
pub(super) fn replace(path: &Path, bundle: &Bundle) -> Result<(), Failure> {
    write_atomically(path, &bundle.encode(), 0o644).map_err(|error| unwritable(path, &error))
}

fn unwritable(path: &Path, error: &std::io::Error) -> Failure {
    let code = if is_disk_full(error) { "disk_full" } else { "unwritable" };
    Failure::new(code, format!("{} cannot be written", path.display()))
        .because(error)
        .hint("what was there before is still there; free space, or name another place with --out")
}

/// What a bundle's file is called if nobody says so: what it does, and the start of its first transaction's id.
pub(super) fn default_path(action: &str, bundle: &Bundle) -> PathBuf {
    const SHORT: usize = 8;
    let id = bundle.transactions().next().map(|first| first.id().to_string()).unwrap_or_default();
    let short: String = id.chars().take(SHORT).collect();
    PathBuf::from(format!("{action}-{}.msig", short.to_lowercase()))
}
