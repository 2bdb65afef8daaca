//! The files beside the store: the sealed seed, and on development networks the key that opens it.

use super::ServeError;
use crate::credentials::{MasterKey, SealKey, SealedSeed, Seed};
use pnp_types::Digest;
use std::path::{Path, PathBuf};

/// The folder of one gateway.
#[derive(Clone, Debug)]
pub(super) struct GatewayFiles {
    folder: PathBuf,
}

impl GatewayFiles {
    pub(super) const fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// The seed; a new one where there is none.
    pub(super) fn seed(&self, genesis_hash: Digest) -> Result<Seed, ServeError> {
        let (seed_file, key_file) = (self.folder.join("seed.json"), self.folder.join("master.key"));
        if let Some(sealed) = SealedSeed::read(&seed_file)? {
            let key = MasterKey::read(&key_file)?;
            return Ok(sealed.open(SealKey::MasterKey(&key))?);
        }
        // The key is written first: a seed without its key would be lost.
        let key = if key_file.exists() {
            MasterKey::read(&key_file)?
        } else {
            let key = MasterKey::generate().map_err(ServeError::Randomness)?;
            key.create(&key_file).map_err(crate::credentials::MasterKeyError::from)?;
            key
        };
        let seed = Seed::generate().map_err(ServeError::Randomness)?;
        SealedSeed::seal(&seed, genesis_hash, SealKey::MasterKey(&key))?.create(&seed_file)?;
        Ok(seed)
    }
}
