//! The authorities trusted for HTTPS: the system's, and those of a file.
//!
//! `SSL_CERT_FILE` and `SSL_CERT_DIR` replace the system's, as for other programs; a file named here is added to them.

use super::ClientError;
use std::path::{Path, PathBuf};

/// Authorities of a file of certificates (PEM), trusted beside the system's.
#[derive(Clone)]
pub struct Roots {
    path: PathBuf,
    certificates: Vec<reqwest::Certificate>,
}

impl std::fmt::Debug for Roots {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Roots").field("path", &self.path).field("count", &self.certificates.len()).finish()
    }
}

impl Roots {
    /// Reads a file.
    ///
    /// # Errors
    /// [`ClientError::Roots`]: the file cannot be read, or holds no certificate.
    pub fn load(path: &Path) -> Result<Self, ClientError> {
        let unusable = |why: String| ClientError::Roots { path: path.to_owned(), why };
        let pem = std::fs::read(path).map_err(|error| unusable(super::http::without_number(&error.to_string())))?;
        let certificates = reqwest::Certificate::from_pem_bundle(&pem)
            .map_err(|_| unusable("it is not a file of certificates in PEM form".to_owned()))?;
        if certificates.is_empty() {
            return Err(unusable("no -----BEGIN CERTIFICATE----- is in it".to_owned()));
        }
        Ok(Self { path: path.to_owned(), certificates })
    }

    pub(super) fn certificates(&self) -> Vec<reqwest::Certificate> {
        self.certificates.clone()
    }
}

/// What is wrong with a server's certificate, in words; `None` if the failure has another cause.
pub(super) fn distrust(innermost: &str) -> Option<&'static str> {
    let (_, reason) = innermost.split_once("invalid peer certificate: ")?;
    let reason = reason.to_ascii_lowercase();
    Some(if reason.starts_with("unknownissuer") {
        "an authority that this machine does not know signed its certificate"
    } else if reason.contains("not valid for name") || reason.starts_with("notvalidforname") {
        "its certificate is for another host"
    } else if reason.contains("expired") {
        "its certificate has expired"
    } else if reason.contains("not valid yet") || reason.starts_with("notvalidyet") {
        "its certificate is not valid yet; is this machine's clock right?"
    } else if reason.starts_with("revoked") {
        "its certificate was revoked"
    } else {
        "its certificate is not acceptable"
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_without_certificates_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ca.pem");
        let why = |path: &Path| Roots::load(path).unwrap_err().to_string();
        assert!(why(&path).contains("no such file"), "{}", why(&path));
        std::fs::write(&path, "").unwrap();
        assert!(why(&path).contains("BEGIN CERTIFICATE"), "{}", why(&path));
    }

    #[test]
    fn reasons_of_rustls_become_words() {
        assert!(distrust("invalid peer certificate: unknownissuer").unwrap().contains("does not know"));
        let name = "invalid peer certificate: certificate not valid for name \"a\"; certificate is only valid for b";
        assert!(distrust(name).unwrap().contains("another host"));
        assert_eq!(distrust("connection refused"), None);
    }
}
