//! Why there is no history of an application.

use pnp_types::AppIndex;

/// The application is not in the record of this chain.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("application {app} is not recorded on {network}")]
pub struct NotRecorded {
    /// The application.
    pub app: AppIndex,
    /// The network's name.
    pub network: String,
}
