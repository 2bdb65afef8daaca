//! Errors of records.

use super::Failure;
use pnp_registry::RegistryError;

impl From<RegistryError> for Failure {
    fn from(error: RegistryError) -> Self {
        let message = error.to_string();
        let full = error.is_disk_full();
        match error {
            RegistryError::Malformed { path, .. } => Self::new("record", message)
                .because("the record was edited or cut off; it is left as it is")
                .hint(format!("correct it, or restore it with `git checkout {}`", path.display())),
            RegistryError::TooNew { .. } => {
                Self::new("record", message).hint("use the version of pnp-contract that wrote it, or a later one")
            }
            RegistryError::Taken { .. } => Self::new("taken", message)
                .because("what was agreed on under a name is not replaced silently")
                .hint("choose another name, or move the file elsewhere if it is no longer wanted"),
            RegistryError::Unreadable { path, .. } => Self::new("record", message)
                .hint(format!("check the file's rights, or restore it with `git checkout {}`", path.display())),
            RegistryError::Unwritable { .. } if full => Self::new("disk_full", message)
                .because("the disk has no room; the record is as it was")
                .hint("free some space and run the command again"),
            RegistryError::Unwritable { .. } => {
                Self::new("record", message).because("the record is as it was").hint("check the folder's rights")
            }
        }
    }
}
