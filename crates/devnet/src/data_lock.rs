//! One process a data folder: two networks over one store would destroy it.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::Path;

use super::NodeError;

const NAME: &str = "node.lock";

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
                let mut holder = String::new();
                // A holder that has not yet written its line is simply not named.
                file.read_to_string(&mut holder).map_err(trouble)?;
                let holder = if holder.is_empty() { holder } else { format!(" ({})", holder.trim_end()) };
                Err(NodeError::InUse { folder: folder.to_owned(), holder })
            }
            Err(TryLockError::Error(source)) => Err(trouble(source)),
        }
    }

    /// Writes into the lock file who holds it and where it listens, for the next one who asks.
    pub(super) fn sign(&mut self, address: std::net::SocketAddr) -> std::io::Result<()> {
        self.file.set_len(0)?;
        self.file.seek(SeekFrom::Start(0))?;
        // In one write, so that nobody reads half an address.
        self.file.write_all(format!("process {}, http://{address}\n", std::process::id()).as_bytes())?;
        self.file.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_one_hears_who_was_first() {
        let folder = tempfile::tempdir().unwrap();
        let mut first = DataLock::take(folder.path()).unwrap();
        first.sign("127.0.0.1:4001".parse().unwrap()).unwrap();
        let refusal = DataLock::take(folder.path()).unwrap_err().to_string();
        assert!(refusal.contains(&format!("process {}, http://127.0.0.1:4001", std::process::id())), "{refusal}");
        drop(first);
        DataLock::take(folder.path()).unwrap();
    }
}
