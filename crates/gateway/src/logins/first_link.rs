//! The first link: a person who can read the gateway's files may set the first password, once.

use super::secrets::{cookie_hash, is_same};
use crate::credentials::PrivateFileError;
use crate::credentials::private_file;
use crate::problem::Problem;
use crate::store::Store;
use data_encoding::BASE64URL_NOPAD;
use std::path::{Path, PathBuf};

/// The file beside the store.
const FILE: &str = "dashboard-link";
/// What stands before the token: the page that it opens.
pub(crate) const PLACE: &str = "/dashboard/first?token=";
/// Characters of a token: 32 bytes.
const LENGTH: usize = 43;

/// A link that was not used yet.
#[derive(Debug)]
pub(super) struct FirstLink {
    hash: [u8; 32],
    file: PathBuf,
}

impl FirstLink {
    pub(super) fn is(&self, token: &str) -> bool {
        is_same(&cookie_hash(token), &self.hash)
    }

    pub(super) fn remove(self) {
        if let Err(error) = std::fs::remove_file(&self.file) {
            tracing::warn!(%error, "the file of the first link stays; the link does not work any more");
        }
    }
}

/// Why there is no first link.
#[derive(Debug, thiserror::Error)]
pub enum FirstLinkError {
    /// The store.
    #[error("the dashboard's login cannot be read: {0}")]
    Store(String),
    /// The file.
    #[error(transparent)]
    File(#[from] PrivateFileError),
    /// No randomness.
    #[error("the system gives no randomness: {0}")]
    Randomness(getrandom::Error),
}

/// The first link and its token, while no password is set: the one in the file, or a new one.
pub(super) async fn prepare(store: &Store, folder: &Path) -> Result<Option<(String, FirstLink)>, FirstLinkError> {
    let has_login = store
        .read(|connection| Ok(connection.prepare("SELECT 1 FROM logins")?.exists([])?))
        .await
        .map_err(|problem: Problem| FirstLinkError::Store(format!("{problem:?}")))?;
    let file = folder.join(FILE);
    if has_login {
        return Ok(None);
    }
    let kept = private_file::read(&file, 1024)?;
    let kept = kept.and_then(|bytes| String::from_utf8(bytes.to_vec()).ok());
    let kept = kept.and_then(|text| Some(text.trim().strip_prefix(PLACE)?.to_owned()));
    let kept = kept.filter(|token| token.len() == LENGTH);
    let token = match kept {
        Some(token) => token,
        None => {
            let mut bytes = [0; 32];
            getrandom::fill(&mut bytes).map_err(FirstLinkError::Randomness)?;
            let token = BASE64URL_NOPAD.encode(&bytes);
            private_file::replace(&file, format!("{PLACE}{token}\n").as_bytes())?;
            token
        }
    };
    let link = FirstLink { hash: cookie_hash(&token), file };
    Ok(Some((token, link)))
}
