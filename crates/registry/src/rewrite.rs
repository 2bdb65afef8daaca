//! New content for files that exist.

use super::store::write_atomically;
use std::fs;
use std::io::{Error, ErrorKind};
use std::path::Path;

/// Gives a file that exists new content, so that a reader, now or after a crash, sees the old content or the new. A link
/// goes on pointing to the file, and the file keeps its rights.
///
/// # Errors
/// The operating system's, and `PermissionDenied` for a file that may only be read; what was there before is still there.
pub fn rewrite_atomically(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let target = fs::canonicalize(path)?;
    let permissions = fs::metadata(&target)?.permissions();
    if permissions.readonly() {
        return Err(Error::new(ErrorKind::PermissionDenied, "it may only be read"));
    }
    #[cfg(unix)]
    let mode = std::os::unix::fs::PermissionsExt::mode(&permissions) & 0o7777;
    #[cfg(not(unix))]
    let mode = 0o644;
    write_atomically(&target, bytes, mode)
}
