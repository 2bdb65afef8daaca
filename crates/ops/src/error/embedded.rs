//! Why the embedded network could not be used.

use pnp_devnet::NodeError;

/// Why the embedded network could not be used.
#[derive(Debug, thiserror::Error)]
pub enum EmbeddedError {
    /// The node's own reason.
    #[error(transparent)]
    Node(#[from] NodeError),
    /// The thread that starts the node died.
    #[error("the embedded network did not start")]
    Start(#[source] tokio::task::JoinError),
    /// The thread that stops the node died.
    #[error("the embedded network did not stop well")]
    Stop(#[source] tokio::task::JoinError),
}
