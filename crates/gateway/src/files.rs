//! The files beside the store: the sealed seed, on development networks the key that opens it, and the operator's socket.

use crate::credentials::{MasterKey, MasterKeyError, PrivateFileError, SealKey, SealedSeed, SealedSeedError, Seed};
use pnp_ops::Settings;
use pnp_types::Digest;
use std::path::{Path, PathBuf};

/// The folder of one gateway.
#[derive(Clone, Debug)]
pub struct GatewayFiles {
    folder: PathBuf,
}

/// A seed that cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum SeedError {
    /// The seed's file.
    #[error(transparent)]
    Sealed(#[from] SealedSeedError),
    /// The master key's file.
    #[error(transparent)]
    MasterKey(#[from] MasterKeyError),
    /// The system has no randomness.
    #[error("the system gives no randomness: {0}")]
    Randomness(getrandom::Error),
    /// The folder has no seed.
    #[error("there is no seed at {}", .0.display())]
    Missing(PathBuf),
}

impl From<PrivateFileError> for SeedError {
    fn from(error: PrivateFileError) -> Self {
        Self::MasterKey(error.into())
    }
}

impl GatewayFiles {
    /// The files in a folder.
    #[must_use]
    pub const fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// Those of a network's gateway in a project, where no other folder is named.
    #[must_use]
    pub fn of_network(settings: &Settings, network: &str) -> Self {
        Self::new(settings.folder.join(".pnp").join("gateway").join(network))
    }

    /// The folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The store.
    #[must_use]
    pub fn store_file(&self) -> PathBuf {
        self.folder.join("gateway.db")
    }

    /// The sealed seed.
    #[must_use]
    pub fn seed_file(&self) -> PathBuf {
        self.folder.join("seed.json")
    }

    /// The key that opens it.
    #[must_use]
    pub fn key_file(&self) -> PathBuf {
        self.folder.join("master.key")
    }

    /// Where the operator's commands meet a gateway that runs.
    #[must_use]
    pub fn socket(&self) -> PathBuf {
        self.folder.join("gateway.sock")
    }

    /// The seed, which must be there.
    ///
    /// # Errors
    /// [`SeedError`].
    pub fn existing_seed(&self) -> Result<Seed, SeedError> {
        let sealed = SealedSeed::read(&self.seed_file())?.ok_or_else(|| SeedError::Missing(self.seed_file()))?;
        let key = MasterKey::read(&self.key_file())?;
        Ok(sealed.open(SealKey::MasterKey(&key))?)
    }

    /// The seed; a new one where the folder has no seed.
    pub(crate) fn seed(&self, genesis_hash: Digest) -> Result<Seed, SeedError> {
        match self.existing_seed() {
            Err(SeedError::Missing(_)) => {}
            seed => return seed,
        }
        // The key is written first: a seed without its key would be lost.
        let key = if self.key_file().exists() {
            MasterKey::read(&self.key_file())?
        } else {
            let key = MasterKey::generate().map_err(SeedError::Randomness)?;
            key.create(&self.key_file())?;
            key
        };
        let seed = Seed::generate().map_err(SeedError::Randomness)?;
        SealedSeed::seal(&seed, genesis_hash, SealKey::MasterKey(&key))?.create(&self.seed_file())?;
        Ok(seed)
    }
}
