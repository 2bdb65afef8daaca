//! The settler, over the gateway's store and keys.

use super::ServeError;
use super::network::PreparedNetwork;
use crate::credentials::NetworkKeys;
use crate::gateway::Gateway;
use pnp_ops::Connection;
use pnp_usage::StopSignal;
use std::sync::Arc;
use tokio::task::JoinSet;

/// Starts it.
pub(super) fn spawn(
    _tasks: &mut JoinSet<Result<(), ServeError>>,
    _connection: &Connection,
    _gateway: &Arc<Gateway>,
    _keys: &NetworkKeys,
    _network: &PreparedNetwork,
    _stop: &StopSignal,
) -> Result<(), ServeError> {
    Ok(())
}
