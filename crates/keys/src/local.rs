//! Development accounts, kept for this project alone: `.pnp/accounts/<net>.json`, readable by its owner only.

use super::{KeyError, private_file};
use data_encoding::BASE64;
use pnp_types::SigningKey;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use zeroize::{Zeroize, Zeroizing};

/// The accounts of one development network, by name.
#[derive(Clone, Debug)]
pub struct LocalAccounts {
    path: PathBuf,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    note: String,
    /// Seeds, base64.
    accounts: BTreeMap<String, String>,
}

impl Drop for File {
    fn drop(&mut self) {
        self.accounts.values_mut().for_each(Zeroize::zeroize);
    }
}

/// The file is no larger, in bytes: some ten thousand accounts.
const LIMIT: usize = 1 << 20;
const NOTE: &str = "Keys of a development network. Never use them where tokens are worth money.";

impl LocalAccounts {
    /// The accounts of `network` in `folder` (the project's `.pnp/`); touches nothing yet.
    #[must_use]
    pub fn new(folder: &Path, network: &str) -> Self {
        Self { path: folder.join("accounts").join(format!("{network}.json")) }
    }

    /// Where they are kept.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Every account's name and key.
    ///
    /// # Errors
    /// A file that cannot be read, is malformed, or may be read by others.
    pub fn all(&self) -> Result<Vec<(String, SigningKey)>, KeyError> {
        let Some(file) = self.read()? else { return Ok(Vec::new()) };
        file.accounts.iter().map(|(name, seed)| Ok((name.clone(), self.key(seed)?))).collect()
    }

    /// An account's key; `None` if no account has that name.
    ///
    /// # Errors
    /// As [`LocalAccounts::all`].
    pub fn get(&self, name: &str) -> Result<Option<SigningKey>, KeyError> {
        let Some(file) = self.read()? else { return Ok(None) };
        file.accounts.get(name).map(|seed| self.key(seed)).transpose()
    }

    /// Makes an account with a fresh key.
    ///
    /// # Errors
    /// A name that is not valid or is taken, and files that cannot be written.
    pub fn create(&self, name: &str) -> Result<SigningKey, KeyError> {
        check_name(name)?;
        let key = SigningKey::generate().map_err(|error| KeyError::Randomness(error.to_string()))?;
        let folder = self.path.parent().unwrap_or(Path::new("."));
        let failed = |source| KeyError::File { action: "write", path: self.path.clone(), source };
        private_file::make_folder(folder).map_err(failed)?;
        // Two commands that make the same account at once must not overwrite each other's key.
        let _lock = private_file::lock(folder).map_err(failed)?;
        let mut file = self.read()?.unwrap_or_else(|| File { note: NOTE.to_owned(), accounts: BTreeMap::new() });
        if let Some(seed) = file.accounts.get(name) {
            return Err(KeyError::Taken { name: name.to_owned(), address: self.key(seed)?.address() });
        }
        file.accounts.insert(name.to_owned(), BASE64.encode(key.seed().as_slice()));
        self.write(&file).map_err(failed)?;
        Ok(key)
    }

    /// The account's key, created if it does not exist; and whether it was created.
    ///
    /// # Errors
    /// As [`LocalAccounts::create`].
    pub fn get_or_create(&self, name: &str) -> Result<(SigningKey, bool), KeyError> {
        if let Some(key) = self.get(name)? {
            return Ok((key, false));
        }
        match self.create(name) {
            Ok(key) => Ok((key, true)),
            // Another command was faster.
            Err(KeyError::Taken { name, .. }) => {
                self.get(&name)?.map(|key| (key, false)).ok_or(KeyError::Missing { name, variables: Vec::new() })
            }
            Err(error) => Err(error),
        }
    }

    fn key(&self, seed: &str) -> Result<SigningKey, KeyError> {
        let bytes = BASE64.decode(seed.as_bytes()).map(Zeroizing::new);
        let malformed = || KeyError::Malformed { path: self.path.clone(), why: "a key has not 32 bytes".to_owned() };
        let bytes = bytes.map_err(|_| malformed())?;
        let seed: Zeroizing<[u8; 32]> = Zeroizing::new(bytes.as_slice().try_into().map_err(|_| malformed())?);
        Ok(SigningKey::from_seed(&seed))
    }

    fn read(&self) -> Result<Option<File>, KeyError> {
        let failed = |source| KeyError::File { action: "read", path: self.path.clone(), source };
        let Some(text) = private_file::read(&self.path, LIMIT).map_err(failed)? else { return Ok(None) };
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = std::fs::metadata(&self.path).map_err(failed)?.permissions().mode();
            if mode & 0o077 != 0 {
                return Err(KeyError::Exposed(self.path.clone()));
            }
        }
        serde_json::from_slice(&text).map(Some).map_err(|error| {
            // serde's message may quote the content; its place may not be a secret.
            let why = format!("line {} column {}", error.line(), error.column());
            KeyError::Malformed { path: self.path.clone(), why }
        })
    }

    /// Writes the file, all or nothing; only with the folder's lock.
    fn write(&self, file: &File) -> std::io::Result<()> {
        // Room for all of it at once: what grows leaves copies behind.
        let mut bytes = Zeroizing::new(Vec::with_capacity(file.accounts.len().saturating_add(2).saturating_mul(160)));
        serde_json::to_writer_pretty(&mut *bytes, file)?;
        private_file::write(&self.path, &bytes)
    }
}

/// Whether an account may have this name: it becomes part of a setting's and of a file's.
#[must_use]
pub fn is_name(name: &str) -> bool {
    let valid = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    !name.is_empty() && name.len() <= 32 && name.chars().all(valid)
}

pub(super) fn check_name(name: &str) -> Result<(), KeyError> {
    if is_name(name) { Ok(()) } else { Err(KeyError::Name(name.chars().take(40).collect())) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn accounts_stay_and_are_private() {
        let folder = tempfile::tempdir().unwrap();
        let accounts = LocalAccounts::new(folder.path(), "localnet");
        assert!(accounts.all().unwrap().is_empty());
        let (key, made) = accounts.get_or_create("creator").unwrap();
        assert!(made);
        let (again, made) = accounts.get_or_create("creator").unwrap();
        assert!(!made && again.address() == key.address());
        assert!(matches!(accounts.create("creator"), Err(KeyError::Taken { .. })));
        assert!(matches!(accounts.create("../x"), Err(KeyError::Name(_))));
        assert_ne!(accounts.create("user").unwrap().address(), key.address());
        assert_eq!(accounts.all().unwrap().len(), 2);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = fs::metadata(accounts.path()).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
            fs::set_permissions(accounts.path(), fs::Permissions::from_mode(0o644)).unwrap();
            assert!(matches!(accounts.all(), Err(KeyError::Exposed(_))));
        }
    }

    #[test]
    fn a_malformed_file_is_not_quoted() {
        let folder = tempfile::tempdir().unwrap();
        let accounts = LocalAccounts::new(folder.path(), "localnet");
        accounts.create("a").unwrap();
        let text = fs::read_to_string(accounts.path()).unwrap().replace("\": \"", "\": secret \"");
        fs::write(accounts.path(), text).unwrap();
        let error = accounts.all().unwrap_err().to_string();
        assert!(error.contains("line ") && !error.contains("secret"), "{error}");
    }
}
