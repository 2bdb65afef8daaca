//! Failures of the gateway.

use crate::failure::{Exit, Failure};
use pnp_gateway::ServeError;
use pnp_gateway::files::SeedError;
use pnp_gateway::operator::{OperatorError, ScanError};
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
            ServeError::Store(error) => error.into(),
            ServeError::Seed(error) => error.into(),
            error => Self::new("gateway", error),
        }
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::InUse { path, holder } => Self::new("gateway_running", format!("{} is in use", path.display()))
                .because(format!("process {holder} runs a gateway on it"))
                .hint("stop that one first, or give this one its own --data-dir"),
            StoreError::File { path, source } if source.kind() == std::io::ErrorKind::AlreadyExists => {
                Self::new("exists", format!("{} exists already", path.display()))
                    .hint("name a new file: nothing is written over")
            }
            error @ StoreError::OtherNetwork { .. } => Self::new("other_network", error)
                .hint("a store belongs to one chain: give this network its own --data-dir"),
            error @ StoreError::TooNew { .. } => {
                Self::new("store_too_new", error).hint("run the newer version that wrote it")
            }
            StoreError::NoCopy { path, why } => {
                Self::new("bad_backup", format!("{} cannot be restored", path.display()))
                    .because(why)
                    .hint("take another copy: the store is as it was")
            }
            error => Self::new("gateway", error),
        }
    }
}

impl From<SeedError> for Failure {
    fn from(error: SeedError) -> Self {
        match error {
            SeedError::Missing(path) => Self::new("no_seed", format!("there is no seed at {}", path.display()))
                .hint("put the file back, name its folder with --data-dir, or give the 25 words with --words"),
            error => Self::new("seed", error).hint("check the files seed.json and master.key beside the store"),
        }
    }
}

impl From<ScanError> for Failure {
    fn from(error: ScanError) -> Self {
        match error {
            ScanError::Network(error) => pnp_ops::Error::from(error).into(),
            error @ ScanError::Key(_) => Self::new("gateway", error),
        }
    }
}

impl From<OperatorError> for Failure {
    fn from(error: OperatorError) -> Self {
        match error {
            OperatorError::NoGateway(path) => {
                Self::new("no_gateway", format!("there is no gateway at {}", path.display()))
                    .hint("`pnp-contract serve` starts one; --net and --data-dir name another")
            }
            OperatorError::Refused(refusal) => {
                let failure = Self::new("gateway_refused", refusal.detail.as_ref().unwrap_or(&refusal.title))
                    .because(format!("{}: {}", refusal.code, refusal.title))
                    .with("code", refusal.code.clone());
                match refusal.hint {
                    Some(hint) => failure.hint(hint),
                    None => failure,
                }
            }
            error @ OperatorError::Socket { .. } => Self::new("gateway_away", "the gateway does not answer")
                .because(error)
                .exit(Exit::Unreachable)
                .hint("look whether it stops: `pnp-contract gateway check` says which process has the store"),
            error @ OperatorError::Schema { .. } => Self::new("store_schema", error)
                .hint("start the gateway of this version once: it brings the store up to date"),
            OperatorError::Unsound { path, finding } => {
                Self::new("bad_backup", format!("{} cannot be restored", path.display()))
                    .because(finding)
                    .hint("take another copy: the store is as it was")
            }
            OperatorError::Store(error) => error.into(),
            OperatorError::Seed(error) => error.into(),
            OperatorError::Scan(error) => error.into(),
            error => Self::new("gateway", error),
        }
    }
}
