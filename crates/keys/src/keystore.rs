//! The encrypted keystore: a folder with one file an account, `NAME.json`, for its owner alone.
//!
//! Must not know passwords; [`Entry`] seals and opens.

use super::local::check_name;
use super::{Entry, KeyError, private_file};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// No entry is larger, in bytes.
const LIMIT: usize = 16 * 1024;

/// A folder of sealed keys.
#[derive(Clone, Debug)]
pub struct Keystore {
    folder: PathBuf,
}

impl Keystore {
    /// The keystore in `folder`; touches nothing yet.
    #[must_use]
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into() }
    }

    /// Its folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The file of an account.
    ///
    /// # Errors
    /// A name that is not valid.
    pub fn path(&self, name: &str) -> Result<PathBuf, KeyError> {
        check_name(name)?;
        Ok(self.folder.join(format!("{name}.json")))
    }

    /// The names of its accounts, sorted.
    ///
    /// # Errors
    /// A folder that cannot be read; one that is missing is an empty keystore.
    pub fn names(&self) -> Result<Vec<String>, KeyError> {
        let failed = |source| KeyError::File { action: "read", path: self.folder.clone(), source };
        let entries = match fs::read_dir(&self.folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(failed(error)),
        };
        let mut names = Vec::new();
        for entry in entries {
            let file = entry.map_err(failed)?.file_name();
            let name = file.to_str().and_then(|file| file.strip_suffix(".json"));
            names.extend(name.filter(|name| check_name(name).is_ok()).map(str::to_owned));
        }
        names.sort();
        Ok(names)
    }

    /// The sealed key of an account; `None` if no account has that name.
    ///
    /// # Errors
    /// A file that cannot be read, is damaged, or is another account's.
    pub fn get(&self, name: &str) -> Result<Option<Entry>, KeyError> {
        let path = self.path(name)?;
        let bytes = private_file::read(&path, LIMIT).map_err(|source| KeyError::File {
            action: "read",
            path: path.clone(),
            source,
        })?;
        let Some(bytes) = bytes else { return Ok(None) };
        let entry = Entry::parse(&path, &bytes)?;
        if entry.name() != name {
            let why = format!("it is the file of the account {:?}; give it that name back", entry.name());
            return Err(KeyError::Damaged { what: path.display().to_string(), why });
        }
        Ok(Some(entry))
    }

    /// Adds an account.
    ///
    /// # Errors
    /// [`KeyError::Taken`]: a key is never written over; and files that cannot be written.
    pub fn add(&self, entry: &Entry) -> Result<PathBuf, KeyError> {
        self.write(entry, |path| match self.get(entry.name()) {
            Ok(Some(other)) => Err(KeyError::Taken { name: entry.name().to_owned(), address: other.address() }),
            // A damaged file may still be repaired by hand.
            Err(error) => Err(error),
            Ok(None) if path.exists() => Err(taken(path)),
            Ok(None) => Ok(()),
        })
    }

    /// Replaces an entry, as when its password changes.
    ///
    /// # Errors
    /// [`KeyError::Damaged`] where the entry there is of another key; and files that cannot be written.
    pub fn replace(&self, entry: &Entry) -> Result<PathBuf, KeyError> {
        self.write(entry, |path| match self.get(entry.name())? {
            Some(old) if old.signer() == entry.signer() => Ok(()),
            _ => Err(KeyError::Damaged {
                what: path.display().to_string(),
                why: "it was changed by another command in between".to_owned(),
            }),
        })
    }

    /// Removes an account for good; whether there was one.
    ///
    /// # Errors
    /// A file that cannot be removed.
    pub fn remove(&self, name: &str) -> Result<bool, KeyError> {
        let path = self.path(name)?;
        match fs::remove_file(&path).and_then(|()| private_file::sync_folder(&path)) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(source) => Err(KeyError::File { action: "remove", path, source }),
        }
    }

    fn write(&self, entry: &Entry, allowed: impl FnOnce(&Path) -> Result<(), KeyError>) -> Result<PathBuf, KeyError> {
        let path = self.path(entry.name())?;
        let failed = |source| KeyError::File { action: "write", path: path.clone(), source };
        private_file::make_folder(&self.folder).map_err(failed)?;
        let _lock = private_file::lock(&self.folder).map_err(failed)?;
        allowed(&path)?;
        private_file::write(&path, &entry.to_text()?).map_err(failed)?;
        Ok(path)
    }
}

fn taken(path: &Path) -> KeyError {
    let source = io::Error::new(io::ErrorKind::AlreadyExists, "something else has that name");
    KeyError::File { action: "write", path: path.to_owned(), source }
}

#[cfg(test)]
mod tests {
    use super::super::Cost;
    use super::*;
    use pnp_types::SigningKey;

    const CHEAP: Cost = Cost { memory_kib: 32, passes: 1, lanes: 1 };

    fn entry(name: &str, seed: u8, password: &str) -> Entry {
        Entry::seal(name, None, &SigningKey::from_seed(&[seed; 32]), password, CHEAP).unwrap()
    }

    #[test]
    fn accounts_are_kept_private_and_never_written_over() {
        let folder = tempfile::tempdir().unwrap();
        let keystore = Keystore::new(folder.path().join("a/b"));
        assert!(keystore.names().unwrap().is_empty() && keystore.get("alice").unwrap().is_none());
        let path = keystore.add(&entry("alice", 1, "one")).unwrap();
        assert!(path.is_file());
        keystore.add(&entry("bob", 2, "two")).unwrap();
        assert_eq!(keystore.names().unwrap(), ["alice", "bob"]);
        assert!(matches!(keystore.add(&entry("alice", 3, "x")), Err(KeyError::Taken { .. })));
        assert_eq!(keystore.get("alice").unwrap().unwrap().open("one").unwrap().seed().as_slice(), &[1; 32]);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
            assert_eq!((mode(&path), mode(keystore.folder())), (0o600, 0o700));
        }
        assert_eq!(fs::read_dir(keystore.folder()).unwrap().count(), 2, "no drafts are left");
    }

    #[test]
    fn another_password_replaces_the_file_of_the_same_key_only() {
        let folder = tempfile::tempdir().unwrap();
        let keystore = Keystore::new(folder.path());
        keystore.add(&entry("alice", 1, "one")).unwrap();
        keystore.replace(&entry("alice", 1, "two")).unwrap();
        assert!(keystore.get("alice").unwrap().unwrap().open("two").is_ok());
        assert!(matches!(keystore.replace(&entry("alice", 2, "x")), Err(KeyError::Damaged { .. })));
        assert!(keystore.remove("alice").unwrap() && !keystore.remove("alice").unwrap());
        assert!(matches!(keystore.get("../alice"), Err(KeyError::Name(_))));
    }

    #[test]
    fn a_file_under_another_name_or_a_damaged_one_is_not_taken() {
        let folder = tempfile::tempdir().unwrap();
        let keystore = Keystore::new(folder.path());
        let path = keystore.add(&entry("alice", 1, "one")).unwrap();
        fs::copy(&path, folder.path().join("creator.json")).unwrap();
        let error = keystore.get("creator").unwrap_err().to_string();
        assert!(error.contains("the file of the account \"alice\""), "{error}");
        fs::write(&path, "").unwrap();
        assert!(matches!(keystore.get("alice"), Err(KeyError::Damaged { .. })));
        assert!(keystore.add(&entry("alice", 3, "x")).is_err(), "a damaged file is not written over");
        fs::write(&path, vec![b' '; LIMIT + 1]).unwrap();
        assert!(matches!(keystore.get("alice"), Err(KeyError::File { .. })));
    }
}
