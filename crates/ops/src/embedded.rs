//! The `embedded` network: a node inside this process for as long as it is connected, over loopback HTTP.
//!
//! Its chain lies in `.pnp/embedded/` and belongs to one process at a time. A second process at the same time attaches to
//! the first one's node; the first then waits for it before it stops.

use crate::error::{EmbeddedError, Error};
use crate::observer::{Event, Observer};
use crate::settings::{embedded_folder, make_private};
use pnp_client::{Algod, Transport};
use pnp_devnet::{Config, Holder, NodeError, Running};
use pnp_ledger::DispenserKey;
use pnp_types::SigningKey;
use pnp_types::consensus::Protocol;
use std::fs::File;
use std::path::Path;
use std::time::{Duration, Instant};

/// How long the second process tries to find out where the first one's node listens.
const ATTACH_TIMEOUT: Duration = Duration::from_secs(3);
/// How long the first process waits for others that use its node.
const MAX_WAIT_FOR_OTHERS: Duration = Duration::from_secs(60);

/// A hold on the embedded network: its own node, or a place at another process's.
#[derive(Debug)]
pub(crate) struct Embedded {
    url: String,
    dispenser: Option<SigningKey>,
    node: Option<Running>,
    guests: Option<File>,
}

impl Embedded {
    /// A node in memory, for a throw-away network.
    pub(crate) fn in_memory(consensus: Option<Protocol>) -> Result<Self, Error> {
        let config = Config { data: None, consensus, algod_port: 0, ..Config::default() };
        let node = pnp_devnet::serve(config).map_err(EmbeddedError::from)?;
        let dispenser = node.node().dispenser().map(|key| SigningKey::from_seed(key.seed()));
        Ok(Self { url: node.url(), dispenser, node: Some(node), guests: None })
    }

    /// The project's node, started or attached to.
    pub(crate) async fn start(
        project: &Path,
        consensus: Option<Protocol>,
        observer: &dyn Observer,
    ) -> Result<Self, Error> {
        let folder = embedded_folder(project);
        make_private(project, &folder)?;
        let start = Instant::now();
        loop {
            let config = Config { data: Some(folder.clone()), consensus, algod_port: 0, ..Config::default() };
            let started = tokio::task::spawn_blocking(move || pnp_devnet::serve(config)).await;
            let held = match started.map_err(EmbeddedError::Start)? {
                Ok(node) => {
                    let dispenser = node.node().dispenser().map(|key| SigningKey::from_seed(key.seed()));
                    observer.event(Event::NodeStarted { folder: folder.clone(), url: node.url() });
                    let guests = Some(guest_book(&folder)?);
                    return Ok(Self { url: node.url(), dispenser, node: Some(node), guests });
                }
                Err(held @ NodeError::InUse { .. }) => held,
                Err(error) => return Err(EmbeddedError::from(error).into()),
            };
            if let NodeError::InUse { holder: Some(holder), .. } = &held
                && let Some(attached) = Self::attach(&folder, holder, observer).await?
            {
                return Ok(attached);
            }
            if start.elapsed() > ATTACH_TIMEOUT {
                return Err(EmbeddedError::from(held).into());
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// A place at the node that holds the folder; nothing where it is about to stop or does not answer: a program that a
    /// killed process was just starting may hold its files for a moment.
    async fn attach(folder: &Path, holder: &Holder, observer: &dyn Observer) -> Result<Option<Self>, Error> {
        let Holder { process, url } = holder.clone();
        let guests = guest_book(folder)?;
        if guests.try_lock_shared().is_err() {
            return Ok(None);
        }
        if Algod::new(&url, Some(pnp_devnet::LOCAL_TOKEN))?.version().await.is_err() {
            return Ok(None);
        }
        let dispenser =
            DispenserKey::load(folder).map_err(|source| Error::Folder { path: folder.to_owned(), source })?;
        observer.event(Event::NodeAttached { process, url: url.clone() });
        let dispenser = dispenser.map(|key| SigningKey::from_seed(key.seed()));
        Ok(Some(Self { url, dispenser, node: None, guests: Some(guests) }))
    }

    /// Its algod, which is the only node of its network.
    pub(crate) fn algod(&self) -> Result<Algod, Error> {
        let transport = Transport { is_single_node: true, ..Transport::default() };
        Ok(Algod::connect(&self.url, Some(pnp_devnet::LOCAL_TOKEN), transport)?)
    }

    /// The key of the account that funds others, unless it was lost.
    pub(crate) const fn dispenser(&self) -> Option<&SigningKey> {
        self.dispenser.as_ref()
    }

    /// Stops the node, after the other processes that use it.
    pub(crate) async fn stop(self) -> Result<(), Error> {
        let Some(node) = self.node else { return Ok(()) };
        if let Some(guests) = &self.guests {
            let start = Instant::now();
            while guests.try_lock().is_err() && start.elapsed() < MAX_WAIT_FOR_OTHERS {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        }
        // Stopping joins a thread; the lock on the guest book is held until the folder is free again.
        let stopped = tokio::task::spawn_blocking(move || node.stop()).await.map_err(EmbeddedError::Stop)?;
        Ok(stopped.map_err(EmbeddedError::from)?)
    }
}

/// The file that every process that uses the node holds a shared lock on.
fn guest_book(folder: &Path) -> Result<File, Error> {
    let path = folder.join("guests.lock");
    let open = File::options().create(true).truncate(false).read(true).write(true).open(&path);
    open.map_err(|source| Error::Folder { path, source })
}
