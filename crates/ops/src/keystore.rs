//! The keystore's accounts: kept under a password, given another one, removed, and their keys as words.

use crate::error::{AccountError, Error};
use crate::local_keys::LocalKeys;
use pnp_keys::{Account, Cost, Entry, KeyError, Keystore, create_private, mnemonic};
use pnp_types::{Address, SigningKey};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// An account of the keystore, and the file that keeps its key, encrypted.
#[derive(Clone, Debug)]
pub struct KeptAccount {
    /// The account.
    pub entry: Entry,
    /// Its file.
    pub file: PathBuf,
}

impl LocalKeys {
    /// The keystore, which must exist.
    ///
    /// # Errors
    /// [`AccountError::NoKeystore`].
    pub fn keystore(&self) -> Result<&Keystore, AccountError> {
        self.sources.keystore().ok_or(AccountError::NoKeystore)
    }

    /// The keystore's account of a name, which must exist.
    ///
    /// # Errors
    /// [`AccountError::NotInKeystore`], and a file that cannot be read.
    pub fn entry(&self, name: &str) -> Result<Entry, Error> {
        let keystore = self.keystore()?;
        let not_found = || AccountError::NotInKeystore { name: name.to_owned(), folder: keystore.folder().to_owned() };
        Ok(keystore.get(name)?.ok_or_else(not_found)?)
    }

    /// Refuses a name that an account of the keystore has.
    ///
    /// # Errors
    /// [`KeyError::Taken`], and a file that cannot be read.
    pub fn check_free(&self, name: &str) -> Result<(), Error> {
        match self.keystore()?.get(name)? {
            None => Ok(()),
            Some(entry) => Err(KeyError::Taken { name: name.to_owned(), address: entry.address() }.into()),
        }
    }

    /// Encrypts a key and keeps it; `sender` is the account that it signs for, where that is another.
    ///
    /// # Errors
    /// A name that is taken, and a keystore that cannot be written.
    pub async fn keep(
        &self,
        name: &str,
        sender: Option<Address>,
        key: SigningKey,
        password: Zeroizing<String>,
    ) -> Result<KeptAccount, Error> {
        let entry = seal(name, sender, key, password).await?;
        let file = self.keystore()?.add(&entry)?;
        Ok(KeptAccount { entry, file })
    }

    /// Encrypts the key of the account `old` with another password.
    ///
    /// # Errors
    /// A keystore that cannot be written.
    pub async fn change_password(
        &self,
        old: &Entry,
        key: SigningKey,
        password: Zeroizing<String>,
    ) -> Result<KeptAccount, Error> {
        let entry = seal(old.name(), old.sender(), key, password).await?;
        let file = self.keystore()?.replace(&entry)?;
        Ok(KeptAccount { entry, file })
    }

    /// Removes an account from the keystore for good.
    ///
    /// # Errors
    /// A keystore that cannot be written.
    pub fn remove(&self, entry: Entry) -> Result<KeptAccount, Error> {
        let keystore = self.keystore()?;
        let file = keystore.path(entry.name())?;
        keystore.remove(entry.name())?;
        Ok(KeptAccount { entry, file })
    }
}

/// Encrypts on a thread that nobody waits for: it takes a fraction of a second.
async fn seal(
    name: &str,
    sender: Option<Address>,
    key: SigningKey,
    password: Zeroizing<String>,
) -> Result<Entry, Error> {
    let name = name.to_owned();
    let sealed = tokio::task::spawn_blocking(move || Entry::seal(&name, sender, &key, &password, Cost::DEFAULT)).await;
    Ok(sealed.map_err(|error| AccountError::NotSealed(error.to_string()))??)
}

/// The address of an account's key, and the 25 words that stand for it.
///
/// # Errors
/// [`AccountError::KeyNotShown`], and a key that cannot be unlocked.
pub async fn words_of(account: &Account) -> Result<(Address, Zeroizing<String>), Error> {
    let Some(key) = account.unlock().await? else {
        let (name, origin) = (account.name.clone(), account.origin.clone());
        return Err(AccountError::KeyNotShown { name, origin }.into());
    };
    Ok((key.address(), mnemonic::from_seed(&key.seed())))
}

/// Writes a key's words to a file that does not exist yet, readable by its owner alone.
///
/// # Errors
/// [`AccountError::WordsNotWritten`].
pub fn write_words(path: &Path, mut words: Zeroizing<String>) -> Result<(), AccountError> {
    words.push('\n');
    let written = create_private(path).and_then(|mut file| {
        file.write_all(words.as_bytes())?;
        file.sync_all()
    });
    written.map_err(|source| AccountError::WordsNotWritten { path: path.to_owned(), source })
}
