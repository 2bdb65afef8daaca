//! The ARC-56 file beside the records, kept up to date with what is recorded.
//!
//! A development network belongs to one machine: its description is in `.pnp/`, which git ignores, and names no network. A
//! chain there lives for a short time, and AlgoKit's client generator for Python reads no description with ARC-56's `appID`.

use crate::connection::Connection;
use crate::observer::Event;
use pnp_network::Kind;
use pnp_registry::{RegistryError, Store, write_atomically};
use pnp_usage::arc56::{Deployed, Description, Networks, file_name};
use std::path::{Path, PathBuf};

/// The networks whose records belong to one machine.
const DEVELOPMENT_NETWORKS: [&str; 2] = ["embedded", "localnet"];

/// Writes the description where it differs from what is there, and says where it lies. A description that cannot be written
/// is no reason for a deployment to fail.
pub(super) fn write(connection: &Connection, name: &str) -> Option<PathBuf> {
    match renew(connection, name) {
        Ok(path) => Some(path),
        Err(why) => {
            connection.event(Event::DescriptionNotWritten { why });
            None
        }
    }
}

fn renew(connection: &Connection, name: &str) -> Result<PathBuf, String> {
    let folder = &connection.settings.folder;
    let own = matches!(connection.network.kind, Kind::Embedded | Kind::LocalNet);
    let path = folder.join(if own { ".pnp" } else { "deployments" }).join(file_name(name));
    let networks = if own { Networks::new() } else { networks(folder, name).map_err(|error| error.to_string())? };
    let description = Description::new(name, networks).map_err(|error| error.to_string())?;
    let mut text = serde_json::to_string_pretty(&description).map_err(|error| error.to_string())?;
    text.push('\n');
    if std::fs::read_to_string(&path).is_ok_and(|old| old == text) {
        return Ok(path);
    }
    write_atomically(&path, text.as_bytes(), 0o644).map_err(|error| error.to_string())?;
    Ok(path)
}

/// What the records of this folder say about `name` on networks that others reach.
fn networks(folder: &Path, name: &str) -> Result<Networks, RegistryError> {
    let mut networks = Networks::new();
    for network in Store::networks(folder)? {
        if DEVELOPMENT_NETWORKS.contains(&network.as_str()) {
            continue;
        }
        for (genesis_hash, chain) in Store::new(folder, &network).load()?.chains {
            if let Some(contract) = chain.named(name) {
                networks.insert(genesis_hash, Deployed { app: contract.app_id });
            }
        }
    }
    Ok(networks)
}
