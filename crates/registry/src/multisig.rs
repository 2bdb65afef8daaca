//! Multisignatures by name: `deployments/multisig/NAME.json`, one public file each.
//!
//! They lie beside the records because they belong into git with them: every signer has to know the same keys in the same
//! order. A file of its own, not a section of `pnp.toml`, so that it can also be handed to a signer who has no clone. The
//! address is written for people; what counts is what the keys make, and a file in which the two differ is refused.

use super::RegistryError;
use super::store::{make_atomically, read_optional};
use pnp_types::{Address, MultisigAccount};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// The multisignatures of a project.
#[derive(Debug)]
pub struct Multisigs {
    folder: PathBuf,
}

/// A multisignature with its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedMultisig {
    /// For example `ops`.
    pub name: String,
    /// Keys and threshold.
    pub account: MultisigAccount,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    /// What the keys make.
    address: Address,
    version: u8,
    threshold: u8,
    /// In the order that makes the address.
    keys: Vec<Address>,
}

const SUFFIX: &str = "json";

impl Multisigs {
    /// Those of the project in `folder`; touches nothing yet.
    #[must_use]
    pub fn new(folder: &Path) -> Self {
        Self { folder: folder.join("deployments").join("multisig") }
    }

    /// Where the one of a name lies or would lie.
    #[must_use]
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.join(format!("{name}.{SUFFIX}"))
    }

    /// The multisignature of that name, if it is recorded.
    ///
    /// # Errors
    /// A file that cannot be read, or whose keys do not make its address.
    pub fn get(&self, name: &str) -> Result<Option<NamedMultisig>, RegistryError> {
        Self::load(&self.path(name))
    }

    /// The one in a file; `None` where there is no file.
    ///
    /// # Errors
    /// As [`Multisigs::get`].
    pub fn load(path: &Path) -> Result<Option<NamedMultisig>, RegistryError> {
        let Some(text) = read_optional(path)? else { return Ok(None) };
        let malformed =
            |line, column, message| RegistryError::Malformed { path: path.to_owned(), line, column, message };
        let file: File = serde_json::from_str(&text).map_err(|error| {
            let message = error.to_string();
            let message = message.split(" at line ").next().unwrap_or_default();
            malformed(error.line() as u64, error.column() as u64, message.to_owned())
        })?;
        if file.version != 1 {
            return Err(malformed(0, 0, format!("multisignatures of version {} do not exist, only 1", file.version)));
        }
        let account =
            MultisigAccount::new(file.threshold, &file.keys).map_err(|error| malformed(0, 0, error.to_string()))?;
        if account.address() != file.address {
            return Err(malformed(0, 0, format!("its keys make {}, not the address written in it", account.address())));
        }
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        Ok(Some(NamedMultisig { name, account }))
    }

    /// All, in the order of their names.
    ///
    /// # Errors
    /// As [`Multisigs::get`].
    pub fn all(&self) -> Result<Vec<NamedMultisig>, RegistryError> {
        let unreadable = |source| RegistryError::Unreadable { path: self.folder.clone(), source };
        let entries = match std::fs::read_dir(&self.folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(unreadable(error)),
        };
        let mut paths = Vec::new();
        for entry in entries {
            let path = entry.map_err(unreadable)?.path();
            if path.extension().is_some_and(|extension| extension == SUFFIX) {
                paths.push(path);
            }
        }
        paths.sort();
        paths.iter().filter_map(|path| Self::load(path).transpose()).collect()
    }

    /// Writes one down, public for everybody to read; whether it was new. The same one twice is no contradiction.
    ///
    /// # Errors
    /// Another one of that name ([`RegistryError::Taken`]), and a folder that cannot be written.
    pub fn add(&self, name: &str, account: &MultisigAccount) -> Result<bool, RegistryError> {
        let path = self.path(name);
        let file = File {
            address: account.address(),
            version: account.blank().version,
            threshold: account.threshold(),
            keys: account.keys().collect(),
        };
        let unwritable = |source| RegistryError::Unwritable { path: path.clone(), source };
        let mut text = serde_json::to_string_pretty(&file).map_err(|error| unwritable(error.into()))?;
        text.push('\n');
        std::fs::create_dir_all(&self.folder).map_err(unwritable)?;
        match make_atomically(&path, text.as_bytes(), 0o644) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => match self.get(name)? {
                Some(found) if found.account == *account => Ok(false),
                _ => Err(RegistryError::Taken { path }),
            },
            Err(error) => Err(unwritable(error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account(threshold: u8) -> MultisigAccount {
        MultisigAccount::new(threshold, &[Address([1; 32]), Address([2; 32]), Address([3; 32])]).unwrap()
    }

    #[test]
    fn they_are_kept_by_name_and_not_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let kept = Multisigs::new(folder.path());
        assert!(kept.all().unwrap().is_empty() && kept.get("ops").unwrap().is_none());
        assert!(kept.add("ops", &account(2)).unwrap());
        assert!(!kept.add("ops", &account(2)).unwrap(), "the same again");
        assert!(matches!(kept.add("ops", &account(3)), Err(RegistryError::Taken { .. })));
        kept.add("board", &account(3)).unwrap();
        assert_eq!(kept.get("ops").unwrap().unwrap().account, account(2));
        let names: Vec<_> = kept.all().unwrap().into_iter().map(|one| one.name).collect();
        assert_eq!(names, ["board", "ops"]);
    }

    #[test]
    fn a_file_whose_keys_make_another_address_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let kept = Multisigs::new(folder.path());
        kept.add("ops", &account(2)).unwrap();
        let text = std::fs::read_to_string(kept.path("ops")).unwrap();
        for (from, to, why) in [
            ("\"threshold\": 2", "\"threshold\": 1", "its keys make"),
            ("\"threshold\": 2", "\"threshold\": 4", "threshold 4"),
            ("\"version\": 1", "\"version\": 2", "version 2"),
            ("\"keys\"", "\"signers\"", "unknown field"),
        ] {
            std::fs::write(kept.path("ops"), text.replace(from, to)).unwrap();
            let error = kept.get("ops").unwrap_err().to_string();
            assert!(error.contains(why), "{error}");
        }
    }
}
