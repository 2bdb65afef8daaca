//! One command at a time changes what stands on a network.
//!
//! Two deployments at once would each find nothing and each make a contract; the record's own lock is too short for that, for
//! it is held only while the file is written. This one is held from the first look to the last line of the record, lies in
//! `.pnp/locks/`, one for each network, and ends with its process, however that ends. Whatever makes, changes or ends a
//! contract or the asset takes it, and so does a change of who signs for an account. What users do (opting in, billing,
//! sending, leaving) goes on beside it: none of that is what another command decides by.

use crate::context::Context;
use crate::embedded::make_private;
use crate::failure::Failure;
use crate::moment;
use std::fs::{File, TryLockError};
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::Path;
use std::time::{Duration, Instant};

/// How long the others are waited for.
const PATIENCE: Duration = Duration::from_secs(60);
/// Between two looks.
const PAUSE: Duration = Duration::from_millis(50);

/// The right to change what stands on a network, until it is dropped.
#[derive(Debug)]
pub(crate) struct Turn {
    _file: File,
}

impl Turn {
    /// Waits for the turn of `command` on `network`, a minute at most.
    pub(crate) async fn take(context: &Context, network: &str, command: &str) -> Result<Self, Failure> {
        let folder = context.folder.join(".pnp").join("locks");
        make_private(&context.folder, &folder)?;
        let path = folder.join(format!("{network}.lock"));
        let failed = |error: std::io::Error| unusable(&context.shown(&path), &error);
        let mut file =
            File::options().create(true).truncate(false).read(true).write(true).open(&path).map_err(failed)?;
        let begun = Instant::now();
        let mut told = false;
        loop {
            match file.try_lock() {
                Ok(()) => break,
                Err(TryLockError::WouldBlock) => {}
                Err(TryLockError::Error(error)) => return Err(failed(error)),
            }
            if begun.elapsed() > PATIENCE {
                return Err(held(network, &holder(&path)));
            }
            if !told {
                let holder = holder(&path);
                context.out.say(&format!("waiting for {holder}, which changes what stands on {network}"));
                told = true;
            }
            tokio::time::sleep(PAUSE).await;
        }
        sign(&mut file, command).map_err(failed)?;
        Ok(Self { _file: file })
    }
}

/// Says in the lock file who holds it.
fn sign(file: &mut File, command: &str) -> std::io::Result<()> {
    file.set_len(0)?;
    file.seek(SeekFrom::Start(0))?;
    // In one write, so that nobody reads half of it.
    file.write_all(format!("`{command}` (process {}, since {})\n", std::process::id(), moment::now()).as_bytes())
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

fn held(network: &str, holder: &str) -> Failure {
    Failure::new("record_held", format!("{holder} changes what stands on {network}"))
        .because("two at once could make two contracts where one is asked for, so that one waits for the other")
        .hint("wait for it or end it, and run the command again; the lock ends with its process")
        .with("holder", holder)
}

fn unusable(path: &str, error: &std::io::Error) -> Failure {
    Failure::new("folder", format!("{path} cannot be used")).because(error).hint("check the folder's rights")
}
