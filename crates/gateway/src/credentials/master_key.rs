//! The key that seals the seed, kept in a file of its own: 32 bytes as 64 hexadecimal digits.

use super::private_file::{self, PrivateFileError};
use data_encoding::{HEXLOWER, HEXLOWER_PERMISSIVE};
use pnp_types::Seed as SecretBytes;
use std::fmt;
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// Bytes of a key.
const LENGTH: usize = 32;
/// The most that a file of 64 digits may have: white space around them included.
const FILE_LIMIT: usize = 256;

/// 32 secret bytes that seal the seed.
pub struct MasterKey(SecretBytes);

/// There is no master key.
#[derive(Debug, thiserror::Error)]
pub enum MasterKeyError {
    /// The file cannot be used.
    #[error(transparent)]
    File(#[from] PrivateFileError),
    /// There is no file.
    #[error("there is no master key: {} does not exist", path.display())]
    Missing {
        /// Where it should be.
        path: PathBuf,
    },
    /// The file or setting holds something else; it is not shown.
    #[error("{what} is not a master key: 64 hexadecimal digits are needed")]
    Malformed {
        /// The file, or `the setting`.
        what: String,
    },
}

impl MasterKey {
    /// A new key, from the system's randomness.
    ///
    /// # Errors
    /// The system has no randomness.
    pub fn generate() -> Result<Self, getrandom::Error> {
        let mut key = SecretBytes::copy_of(&[0; LENGTH]);
        getrandom::fill(key.as_mut_slice())?;
        Ok(Self(key))
    }

    /// Reads 64 hexadecimal digits; white space around them does not count.
    ///
    /// # Errors
    /// [`MasterKeyError::Malformed`].
    pub fn from_hex(text: &str) -> Result<Self, MasterKeyError> {
        Self::decode(text.as_bytes()).ok_or_else(|| MasterKeyError::Malformed { what: "the setting".to_owned() })
    }

    /// Reads a file that nobody but its owner can read.
    ///
    /// # Errors
    /// [`MasterKeyError`].
    pub fn read(path: &Path) -> Result<Self, MasterKeyError> {
        let text =
            private_file::read(path, FILE_LIMIT)?.ok_or_else(|| MasterKeyError::Missing { path: path.to_owned() })?;
        Self::decode(&text).ok_or_else(|| MasterKeyError::Malformed { what: path.display().to_string() })
    }

    /// Writes a new file of mode 0600.
    ///
    /// # Errors
    /// [`PrivateFileError::Exists`] where there is a file already, which may be the only copy of another key.
    pub fn create(&self, path: &Path) -> Result<(), PrivateFileError> {
        let mut text = Zeroizing::new(Vec::with_capacity(2 * LENGTH + 1));
        text.resize(2 * LENGTH, 0);
        HEXLOWER.encode_mut(&*self.0, &mut text);
        text.push(b'\n');
        private_file::create(path, &text)
    }

    fn decode(text: &[u8]) -> Option<Self> {
        let digits = text.trim_ascii();
        let mut key = SecretBytes::copy_of(&[0; LENGTH]);
        if digits.len() != 2 * LENGTH {
            return None;
        }
        HEXLOWER_PERMISSIVE.decode_mut(digits, key.as_mut_slice()).ok()?;
        Some(Self(key))
    }

    pub(super) fn bytes(&self) -> &[u8; LENGTH] {
        &self.0
    }
}

/// Without the key.
impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MasterKey(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_kept_in_a_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("master.key");
        assert!(matches!(MasterKey::read(&path), Err(MasterKeyError::Missing { .. })));
        let key = MasterKey::generate().unwrap();
        key.create(&path).unwrap();
        assert_eq!(MasterKey::read(&path).unwrap().bytes(), key.bytes());
        assert!(matches!(MasterKey::generate().unwrap().create(&path), Err(PrivateFileError::Exists { .. })));
        assert_eq!(format!("{key:?}"), "MasterKey(…)");
    }

    #[test]
    fn only_64_digits_are_a_key() {
        let digits = "00112233445566778899aabbccddeeff00112233445566778899AABBCCDDEEFF";
        assert_eq!(MasterKey::from_hex(&format!(" {digits}\r\n")).unwrap().bytes()[..3], [0, 0x11, 0x22]);
        for text in ["", &digits[1..], &format!("{digits}0"), &digits.replace('0', "g"), &digits.replace("00", "é")] {
            let error = MasterKey::from_hex(text).unwrap_err().to_string();
            assert_eq!(error, "the setting is not a master key: 64 hexadecimal digits are needed");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_file_that_others_can_read_is_refused() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("master.key");
        MasterKey::generate().unwrap().create(&path).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
        let error = MasterKey::read(&path).unwrap_err();
        assert!(matches!(error, MasterKeyError::File(PrivateFileError::Exposed { mode: 0o644, .. })), "{error}");
    }
}
