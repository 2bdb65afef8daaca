//! Errors of a development network that runs here.

use super::Failure;
use super::ops::{folder, other_consensus};
use pnp_devnet::NodeError;
use pnp_ops::EmbeddedError;

impl From<EmbeddedError> for Failure {
    fn from(error: EmbeddedError) -> Self {
        let message = error.to_string();
        match error {
            EmbeddedError::Node(error) => error.into(),
            EmbeddedError::Start(why) | EmbeddedError::Stop(why) => Self::new("embedded", message).because(why),
        }
    }
}

/// A node that does not start.
impl From<NodeError> for Failure {
    fn from(error: NodeError) -> Self {
        let message = error.to_string();
        let disk_full = error.is_disk_full();
        match error {
            NodeError::Listen { service, address, source } => {
                Self::new("port_taken", format!("{service} cannot listen on {address}"))
                    .because(source)
                    .hint("stop what holds the port, or choose another one: `localnet run --algod-port N`")
            }
            NodeError::InUse { folder, holder } => {
                let holder = holder.map(|holder| format!(" ({holder})")).unwrap_or_default();
                Self::new(
                    "node_held",
                    format!("the network in {} is held by another process{holder}", folder.display()),
                )
                .because("one process at a time may write a chain")
                .hint("wait for it or stop it; `localnet run --data-dir DIR` takes another folder")
            }
            NodeError::Folder { path, source } => folder(&path, &source),
            NodeError::OtherConsensus { .. } => other_consensus(message),
            NodeError::Ledger(reason) if disk_full => Self::new("disk_full", "the network could not be started")
                .because(reason)
                .hint("free some space and run the command again; what was acknowledged is kept"),
            _ => Self::new("node", "the network could not be started")
                .because(message)
                .hint("if its folder is damaged, move .pnp/embedded away: a fresh chain is made"),
        }
    }
}
