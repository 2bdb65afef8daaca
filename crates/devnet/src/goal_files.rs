//! The files by which `goal -d FOLDER` finds a node: where it listens, its tokens, its genesis.

use std::fs;
use std::io::{self, Write as _};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use pnp_ledger::Genesis;

/// The files of a running network. Dropping this removes `algod.net`, which shows that the network is stopped.
#[derive(Debug)]
pub(super) struct GoalFiles {
    address: PathBuf,
}

impl GoalFiles {
    /// Writes `algod.net`, both tokens (readable by their owner only) and `genesis.json` into the folder.
    pub(super) fn write(folder: &Path, address: SocketAddr, token: &str, genesis: &Genesis) -> io::Result<Self> {
        for name in ["algod.token", "algod.admin.token"] {
            write_private(&folder.join(name), token)?;
        }
        fs::write(folder.join("genesis.json"), genesis.to_json())?;
        // goal keeps its names of accounts in there, and complains where it cannot.
        fs::create_dir_all(folder.join(genesis.id()))?;
        let net = folder.join("algod.net");
        fs::write(&net, format!("{address}\n"))?;
        Ok(Self { address: net })
    }
}

impl Drop for GoalFiles {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_file(&self.address) {
            tracing::debug!(%error, "cannot remove algod.net");
        }
    }
}

fn write_private(path: &Path, text: &str) -> io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)?.write_all(text.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stopped_network_has_no_address() {
        let folder = tempfile::tempdir().unwrap();
        let files =
            GoalFiles::write(folder.path(), "127.0.0.1:4001".parse().unwrap(), "aaaa", &Genesis::default()).unwrap();
        assert_eq!(fs::read_to_string(folder.path().join("algod.net")).unwrap(), "127.0.0.1:4001\n");
        drop(files);
        assert!(!folder.path().join("algod.net").exists() && folder.path().join("genesis.json").exists());
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = fs::metadata(folder.path().join("algod.token")).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
    }
}
