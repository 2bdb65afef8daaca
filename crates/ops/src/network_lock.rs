//! One process at a time changes the contract and the asset of a network.
//!
//! Two deployments at once would each find nothing and each make a contract; the record's own lock is too short for that, for
//! it is held only while the file is written. This one is held from the first look at the chain until the record is written, lies in
//! `.pnp/locks/`, one for each network, and ends with its process, however that ends. Whatever makes, changes or ends a
//! contract or the asset takes it, and so does a change of who signs for an account. What users do (opting in, billing,
//! sending, leaving) goes on beside it: none of that is what another process decides by.

use crate::error::{Error, LockError};
use crate::observer::{Event, Observer};
use crate::provenance;
use crate::settings::{Settings, make_private};
use std::fs::{File, TryLockError};
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::Path;
use std::time::{Duration, Instant};

/// How long other processes are waited for.
const LOCK_TIMEOUT: Duration = Duration::from_secs(60);
/// Between two looks.
const POLL_INTERVAL: Duration = Duration::from_millis(50);

/// The right to change the contract and the asset of a network, until it is dropped.
#[derive(Debug)]
pub struct NetworkLock {
    _file: File,
}

impl NetworkLock {
    /// Takes the lock of `network` for `operation`, and waits a minute at most for another process that has it.
    ///
    /// # Errors
    /// [`LockError`], and a folder that cannot be made.
    pub async fn take(
        settings: &Settings,
        network: &str,
        operation: &str,
        observer: &dyn Observer,
    ) -> Result<Self, Error> {
        let folder = settings.folder.join(".pnp").join("locks");
        make_private(&settings.folder, &folder)?;
        let path = folder.join(format!("{network}.lock"));
        let failed = |source| LockError::File { path: settings.relative(&path).to_owned(), source };
        let mut file =
            File::options().create(true).truncate(false).read(true).write(true).open(&path).map_err(failed)?;
        let begun = Instant::now();
        let mut announced = false;
        loop {
            match file.try_lock() {
                Ok(()) => break,
                Err(TryLockError::WouldBlock) => {}
                Err(TryLockError::Error(error)) => return Err(failed(error).into()),
            }
            if begun.elapsed() > LOCK_TIMEOUT {
                return Err(LockError::Held { holder: holder(&path), network: network.to_owned() }.into());
            }
            if !announced {
                observer.event(Event::WaitingForLock { holder: holder(&path), network: network.to_owned() });
                announced = true;
            }
            tokio::time::sleep(POLL_INTERVAL).await;
        }
        write_holder(&mut file, operation).map_err(failed)?;
        Ok(Self { _file: file })
    }
}

/// Says in the lock file who holds it.
fn write_holder(file: &mut File, operation: &str) -> std::io::Result<()> {
    file.set_len(0)?;
    file.seek(SeekFrom::Start(0))?;
    // In one write, so that nobody reads half of it.
    let line = format!("`{operation}` (process {}, since {})\n", std::process::id(), provenance::now());
    file.write_all(line.as_bytes())
}

/// Who holds the lock; a holder that has not yet written its line is not named.
fn holder(path: &Path) -> String {
    let mut text = String::new();
    let read = File::open(path).and_then(|mut file| file.read_to_string(&mut text));
    match read {
        Ok(_) if !text.trim().is_empty() => text.trim().to_owned(),
        _ => "another command".to_owned(),
    }
}
