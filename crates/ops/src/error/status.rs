//! Why a contract has no status.

use pnp_types::AppIndex;

/// The chain does not have the application.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("application {app} does not exist on {network}")]
pub struct MissingApplication {
    /// The application.
    pub app: AppIndex,
    /// The network's name.
    pub network: String,
    /// Whether the record has it.
    pub is_recorded: bool,
}
