//! The key of the account that owns a development network's money.
//!
//! On disk it is drawn once per network and kept beside the chain, readable by its owner alone: two people's networks then
//! differ, and a key that leaked from one opens no other. In memory it is always the same well-known key, so that tests and
//! transcripts repeat. Neither is worth anything elsewhere; nothing derives a key of a public network from it.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::Path;

use ed25519_dalek::SigningKey;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use pnp_types::{Address, sha512_256};

const FILE: &str = "dispenser.key";
const WELL_KNOWN: &[u8] = b"pnp-contract: the dispenser of every network in memory";

/// The 32-byte ed25519 seed of the dispenser.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct DispenserKey([u8; 32]);

impl std::fmt::Debug for DispenserKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "DispenserKey({})", self.address())
    }
}

impl DispenserKey {
    /// The key of every network in memory.
    pub fn well_known() -> Self {
        Self(sha512_256(WELL_KNOWN))
    }

    /// The key of the network in `directory`, drawn and written with mode 0600 when there is none yet.
    ///
    /// It is on disk before the genesis that names it, so that a network is never without its key.
    pub fn load_or_create(directory: &Path) -> io::Result<Self> {
        match Self::load(directory)? {
            Some(key) => Ok(key),
            None => Self::create(directory, &directory.join(FILE)),
        }
    }

    /// The key of the network in `directory`, if there is one.
    pub fn load(directory: &Path) -> io::Result<Option<Self>> {
        let path = directory.join(FILE);
        match fs::read_to_string(&path) {
            Ok(text) => Self::parse(&Zeroizing::new(text)).map(Some).ok_or_else(|| {
                io::Error::new(io::ErrorKind::InvalidData, format!("{} holds no 64 hexadecimal digits", path.display()))
            }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The account the key signs for.
    pub fn address(&self) -> Address {
        Address(SigningKey::from_bytes(&self.0).verifying_key().to_bytes())
    }

    /// The seed.
    pub fn seed(&self) -> &[u8; 32] {
        &self.0
    }

    fn parse(text: &str) -> Option<Self> {
        let mut seed = [0; 32];
        hex::decode_to_slice(text.trim(), &mut seed).ok()?;
        Some(Self(seed))
    }

    fn create(directory: &Path, path: &Path) -> io::Result<Self> {
        fs::create_dir_all(directory)?;
        let mut seed = [0; 32];
        getrandom::fill(&mut seed).map_err(io::Error::other)?;
        let key = Self(seed);
        let text = Zeroizing::new(hex::encode(seed));
        seed.zeroize();
        // Under another name first: a kill in between must not leave half a key under the right one.
        let draft = path.with_extension("key.new");
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&draft)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        fs::rename(&draft, path)?;
        // The name lives in the directory, which has to reach the disk as well.
        #[cfg(unix)]
        fs::File::open(directory)?.sync_all()?;
        Ok(key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_keeps_its_key_and_another_has_another() {
        let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let first = DispenserKey::load_or_create(&one.path().join("network")).unwrap();
        let again = DispenserKey::load_or_create(&one.path().join("network")).unwrap();
        assert_eq!(first.seed(), again.seed());
        assert_ne!(first.seed(), DispenserKey::load_or_create(other.path()).unwrap().seed());
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = fs::metadata(one.path().join("network").join(FILE)).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
        fs::write(other.path().join(FILE), "short").unwrap();
        assert_eq!(DispenserKey::load_or_create(other.path()).unwrap_err().kind(), io::ErrorKind::InvalidData);
    }

    #[test]
    fn it_never_prints_its_secret() {
        let key = DispenserKey::well_known();
        assert_eq!(format!("{key:?}"), format!("DispenserKey({})", key.address()));
    }
}
