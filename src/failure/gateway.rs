//! Failures of the gateway.

use crate::failure::{Exit, Failure};
use pnp_gateway::ServeError;
use pnp_gateway::store::StoreError;

impl From<ServeError> for Failure {
    fn from(error: ServeError) -> Self {
        match error {
            ServeError::Network(error) => error.into(),
            ServeError::PublicNetwork(network) => {
                Self::new("network_not_armed", format!("the gateway does not run on {network} yet"))
                    .exit(Exit::Usage)
                    .because("this version moves money on development networks only")
                    .hint("run it on the embedded network (no option), or with --net localnet")
            }
            ServeError::Listen { address, source } => Self::new("port_in_use", format!("cannot listen on {address}"))
                .because(source)
                .hint("stop what uses the port, or choose another: --port 0 takes any free one"),
            ServeError::Store(StoreError::InUse { path, holder }) => {
                Self::new("gateway_running", format!("{} is in use", path.display()))
                    .because(format!("process {holder} runs a gateway on it"))
                    .hint("stop that one first, or give this one its own --data-dir")
            }
            ServeError::Store(error @ StoreError::OtherNetwork { .. }) => Self::new("other_network", error)
                .hint("a store belongs to one chain: give this network its own --data-dir"),
            ServeError::Store(error @ StoreError::TooNew { .. }) => {
                Self::new("store_too_new", error).hint("run the newer version that wrote it")
            }
            error => Self::new("gateway", error),
        }
    }
}
