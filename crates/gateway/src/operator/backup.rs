//! Copies of the store, and the journal added up again.

use super::OperatorError;
use crate::files::GatewayFiles;
use crate::ledger::{Verification, verify};
use crate::store::StoreReader;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// The note of the last backup, beside the store.
const NOTE: &str = "last-backup.json";

/// When the store was copied last.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackupNote {
    /// When by the wall clock, in milliseconds since 1970.
    pub at: i64,
    /// Where to.
    pub file: PathBuf,
}

/// Copies the store to a new file while the gateway may run on it. The seed is not in it.
///
/// # Errors
/// No store, and a file that exists or cannot be written.
pub fn backup(files: &GatewayFiles, to: &Path) -> Result<(), OperatorError> {
    open(files)?.backup(to)?;
    let file = std::path::absolute(to).unwrap_or_else(|_| to.to_owned());
    let note = BackupNote { at: crate::time::now(), file };
    let path = files.folder().join(NOTE);
    let text = serde_json::to_vec(&note).map_err(|error| OperatorError::Answer(error.to_string()))?;
    std::fs::write(&path, text).map_err(|source| OperatorError::File { path, source })
}

/// When the store was copied last; `None` where it never was.
///
/// # Errors
/// A note that cannot be read.
pub fn last_backup(files: &GatewayFiles) -> Result<Option<BackupNote>, OperatorError> {
    let path = files.folder().join(NOTE);
    match std::fs::read(&path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(OperatorError::File { path, source }),
        Ok(text) => {
            let note = serde_json::from_slice(&text);
            note.map(Some).map_err(|error| OperatorError::File { path, source: error.into() })
        }
    }
}

/// Adds the journal up again, as one state of the store, while the gateway may run on it.
///
/// # Errors
/// No store, and a store of another version.
pub fn verify_store(files: &GatewayFiles) -> Result<Verification, OperatorError> {
    let mut store = open(files)?;
    let (found, known) = store.schema()?;
    if found != known {
        return Err(OperatorError::Schema { found, known });
    }
    store.read(|connection| Ok(verify(connection)?))
}

/// The store.
pub(super) fn open(files: &GatewayFiles) -> Result<StoreReader, OperatorError> {
    StoreReader::open(files.folder())?.ok_or_else(|| OperatorError::NoGateway(files.folder().to_owned()))
}
