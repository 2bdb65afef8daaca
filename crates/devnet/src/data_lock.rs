//! A lock on the data folder: two processes that write the same store would destroy it.

use std::fmt;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::Path;

use super::NodeError;

const NAME: &str = "node.lock";

/// A process that keeps its network in a data folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    /// The process's id.
    pub process: u32,
    /// Where its algod listens.
    pub url: String,
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "process {}, {}", self.process, self.url)
    }
}

impl Holder {
    /// Reads the line that [`Holder`] is written as.
    fn parse(line: &str) -> Option<Self> {
        let (process, url) = line.trim_end().strip_prefix("process ")?.split_once(", ")?;
        Some(Self { process: process.parse().ok()?, url: url.to_owned() })
    }
}

/// The hold on a data folder; dropped with the process, however that ends.
#[derive(Debug)]
pub(super) struct DataLock {
    file: File,
}

impl DataLock {
    /// Takes the folder, or says which process has it.
    pub(super) fn take(folder: &Path) -> Result<Self, NodeError> {
        let trouble = |source| NodeError::Folder { path: folder.to_owned(), source };
        std::fs::create_dir_all(folder).map_err(trouble)?;
        let open = OpenOptions::new().create(true).truncate(false).read(true).write(true).open(folder.join(NAME));
        let mut file = open.map_err(trouble)?;
        match file.try_lock() {
            Ok(()) => Ok(Self { file }),
            Err(TryLockError::WouldBlock) => {
                let mut line = String::new();
                // A holder that has not yet written its line is simply not named.
                file.read_to_string(&mut line).map_err(trouble)?;
                Err(NodeError::InUse { folder: folder.to_owned(), holder: Holder::parse(&line) })
            }
            Err(TryLockError::Error(source)) => Err(trouble(source)),
        }
    }

    /// Writes into the lock file who holds it and where it listens, for the next one who asks.
    pub(super) fn record_holder(&mut self, address: std::net::SocketAddr) -> std::io::Result<()> {
        self.file.set_len(0)?;
        self.file.seek(SeekFrom::Start(0))?;
        // In one write, so that no reader sees half an address.
        let holder = Holder { process: std::process::id(), url: format!("http://{address}") };
        self.file.write_all(format!("{holder}\n").as_bytes())?;
        self.file.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_process_learns_which_one_holds_the_folder() {
        let folder = tempfile::tempdir().unwrap();
        let mut first = DataLock::take(folder.path()).unwrap();
        first.record_holder("127.0.0.1:4001".parse().unwrap()).unwrap();
        let refusal = DataLock::take(folder.path()).unwrap_err();
        let first_one = Holder { process: std::process::id(), url: "http://127.0.0.1:4001".to_owned() };
        assert!(refusal.to_string().contains(&format!("is already running ({first_one});")), "{refusal}");
        assert!(matches!(refusal, NodeError::InUse { holder: Some(holder), .. } if holder == first_one));
        drop(first);
        DataLock::take(folder.path()).unwrap();
    }
}
