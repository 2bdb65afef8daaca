//! The `embedded` network: a node inside this process for as long as the command runs, over loopback HTTP.
//!
//! Its chain lies in `.pnp/embedded/` and belongs to one process at a time. A second command at the same time attaches to
//! the first one's node; the first then waits for it before it stops.

use crate::failure::{Failure, is_disk_full};
use crate::terminal::output::Output;
use pnp_client::Algod;
use pnp_devnet::{NodeError, Running};
use pnp_ledger::dispenser::DispenserKey;
use pnp_registry::write_atomically;
use pnp_types::signing::SigningKey;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// How long the second command tries to find out where the first one's node listens.
const PATIENCE: Duration = Duration::from_secs(3);
/// How long the first command waits for others that use its node.
const GUESTS: Duration = Duration::from_secs(60);

/// A hold on the embedded network: its own node, or a place at another command's.
#[derive(Debug)]
pub(crate) struct Embedded {
    url: String,
    dispenser: Option<SigningKey>,
    node: Option<Running>,
    guests: Option<File>,
}

impl Embedded {
    /// A node in memory, for a throw-away network.
    pub(crate) fn in_memory() -> Result<Self, Failure> {
        let config = pnp_devnet::Config { data: None, algod_port: 0, ..pnp_devnet::Config::default() };
        let node = pnp_devnet::serve(config).map_err(failure)?;
        let dispenser = node.node().dispenser().map(|key| SigningKey::from_seed(key.seed()));
        Ok(Self { url: node.url(), dispenser, node: Some(node), guests: None })
    }

    /// The project's node, started or attached to.
    pub(crate) async fn start(project: &Path, out: &Output) -> Result<Self, Failure> {
        let folder = project.join(".pnp").join("embedded");
        make_private(project, &folder)?;
        let start = Instant::now();
        loop {
            let config =
                pnp_devnet::Config { data: Some(folder.clone()), algod_port: 0, ..pnp_devnet::Config::default() };
            let held = match tokio::task::spawn_blocking(move || pnp_devnet::serve(config)).await {
                Ok(Ok(node)) => {
                    let dispenser = node.node().dispenser().map(|key| SigningKey::from_seed(key.seed()));
                    out.detail(&format!("embedded network in {} at {}", folder.display(), node.url()));
                    let guests = Some(guest_book(&folder)?);
                    return Ok(Self { url: node.url(), dispenser, node: Some(node), guests });
                }
                Ok(Err(held @ NodeError::InUse { .. })) => held,
                Ok(Err(error)) => return Err(failure(error)),
                Err(error) => return Err(Failure::new("embedded", "the embedded network did not start").because(error)),
            };
            if let Some(attached) = Self::attach(&folder, &held, out).await? {
                return Ok(attached);
            }
            if start.elapsed() > PATIENCE {
                return Err(failure(held));
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// A place at the node that holds the folder; nothing where it is about to stop, has not said where it listens, or does
    /// not answer: a program that a killed command was just starting may hold its files for a moment.
    async fn attach(folder: &Path, held: &NodeError, out: &Output) -> Result<Option<Self>, Failure> {
        let NodeError::InUse { holder: Some(holder), .. } = held else { return Ok(None) };
        let url = &holder.url;
        let guests = guest_book(folder)?;
        if guests.try_lock_shared().is_err() {
            return Ok(None);
        }
        if Algod::new(url, Some(pnp_devnet::LOCAL_TOKEN))?.version().await.is_err() {
            return Ok(None);
        }
        let dispenser = DispenserKey::load(folder).map_err(|error| unusable(folder, &error))?;
        out.detail(&format!("attached to the embedded network of {holder}"));
        let dispenser = dispenser.map(|key| SigningKey::from_seed(key.seed()));
        Ok(Some(Self { url: url.to_owned(), dispenser, node: None, guests: Some(guests) }))
    }

    /// Where its algod listens.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// The key of the account that funds others, unless it was lost.
    pub(crate) const fn dispenser(&self) -> Option<&SigningKey> {
        self.dispenser.as_ref()
    }

    /// Stops the node, after the other commands that use it.
    pub(crate) async fn stop(self) -> Result<(), Failure> {
        let Some(node) = self.node else { return Ok(()) };
        if let Some(guests) = &self.guests {
            let start = Instant::now();
            while guests.try_lock().is_err() && start.elapsed() < GUESTS {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        }
        // Stopping joins a thread; the lock on the guest book is held until the folder is free again.
        match tokio::task::spawn_blocking(move || node.stop()).await {
            Ok(outcome) => outcome.map_err(failure),
            Err(error) => Err(Failure::new("embedded", "the embedded network did not stop well").because(error)),
        }
    }
}

fn guest_book(folder: &Path) -> Result<File, Failure> {
    let path = folder.join("guests.lock");
    File::options()
        .create(true)
        .truncate(false)
        .read(true)
        .write(true)
        .open(&path)
        .map_err(|error| unusable(&path, &error))
}

/// Makes `.pnp/` and a folder in it; what is inside stays out of git.
pub(crate) fn make_private(project: &Path, folder: &Path) -> Result<(), Failure> {
    let root: PathBuf = project.join(".pnp");
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder).map_err(|error| unusable(folder, &error))?;
    let ignore = root.join(".gitignore");
    if !ignore.exists() {
        // Whole or not at all: an empty one would let keys into git.
        write_atomically(&ignore, b"*\n", 0o644).map_err(|error| unusable(&ignore, &error))?;
    }
    Ok(())
}

fn unusable(path: &Path, error: &std::io::Error) -> Failure {
    let code = if is_disk_full(error) { "disk_full" } else { "folder" };
    Failure::new(code, format!("{} cannot be used", path.display()))
        .because(error)
        .hint("free some space, check the folder's rights, or run the command in another folder")
}

/// A node that does not start.
pub(crate) fn failure(error: NodeError) -> Failure {
    let message = error.to_string();
    let disk_full = error.is_disk_full();
    match error {
        NodeError::Listen { service, address, source } => {
            Failure::new("port_taken", format!("{service} cannot listen on {address}"))
                .because(source)
                .hint("stop what holds the port, or choose another one: `localnet run --algod-port N`")
        }
        NodeError::InUse { folder, holder } => {
            let holder = holder.map(|holder| format!(" ({holder})")).unwrap_or_default();
            Failure::new("node_held", format!("the network in {} is held by another process{holder}", folder.display()))
                .because("one process at a time may write a chain")
                .hint("wait for it or stop it; `localnet run --data-dir DIR` takes another folder")
        }
        NodeError::Folder { path, source } => unusable(&path, &source),
        NodeError::Ledger(reason) if disk_full => Failure::new("disk_full", "the network could not be started")
            .because(reason)
            .hint("free some space and run the command again; what was acknowledged is kept"),
        _ => Failure::new("node", "the network could not be started")
            .because(message)
            .hint("if its folder is damaged, move .pnp/embedded away: a fresh chain is made"),
    }
}
