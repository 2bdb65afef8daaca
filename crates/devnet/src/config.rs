//! The settings of a development network.

use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;
use std::time::Duration;

use pnp_types::consensus::Protocol;

/// The port algod has on AlgoKit's LocalNet.
pub const ALGOD_PORT: u16 = 4001;
/// The port kmd has on AlgoKit's LocalNet.
pub const KMD_PORT: u16 = 4002;
/// The port the indexer has on AlgoKit's LocalNet.
pub const INDEXER_PORT: u16 = 8980;
/// The token every local network of the ecosystem uses: 64 times `a`. A convention, not a secret.
pub const LOCAL_TOKEN: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
/// The network name of genesis id `dockernet-v1`, by which every SDK knows that it speaks to a local network.
pub const NETWORK_NAME: &str = "dockernet";
/// How many rounds back algod looks for a transaction by its id: the longest life of one (`MaxTxnLife`).
pub const REMEMBERED_ROUNDS: u64 = 1000;

/// The settings of one development network.
#[derive(Debug, Clone)]
pub struct Config {
    /// The folder that keeps the network, created if it is missing; `None` keeps it in memory until it stops.
    pub data: Option<PathBuf>,
    /// The rules of the network; `None` takes those of a network that is kept, and for a new one the newest that public
    /// networks run. A kept network with other rules does not start.
    pub consensus: Option<Protocol>,
    /// The address to listen on. Anything but loopback lets other machines send transactions and stop the clock.
    pub listen: IpAddr,
    /// algod's port; 0 takes any free one.
    pub algod_port: u16,
    /// What clients must send in `X-Algo-API-Token`; an empty token lets everyone in.
    pub token: String,
    /// How long `wait-for-block-after` waits for a block.
    ///
    /// Blocks come only with transactions here, so waiting a full minute, as algod does, would be a minute lost; not
    /// waiting at all would let polling clients loop without a pause.
    pub wait_timeout: Duration,
    /// How many rounds back `/v2/transactions/pending/{txid}` finds a transaction; [`REMEMBERED_ROUNDS`] in algod.
    ///
    /// A shorter memory lets a test see what a client does about a forgotten transaction without a thousand blocks.
    pub remembered_rounds: u64,
    /// Stop on Ctrl-C and SIGTERM; for a process that is nothing but a network.
    pub stop_on_signal: bool,
}

impl Default for Config {
    /// AlgoKit LocalNet's ports and token on loopback, in memory.
    fn default() -> Self {
        Self {
            data: None,
            consensus: None,
            listen: IpAddr::V4(Ipv4Addr::LOCALHOST),
            algod_port: ALGOD_PORT,
            token: LOCAL_TOKEN.to_owned(),
            wait_timeout: Duration::from_millis(300),
            remembered_rounds: REMEMBERED_ROUNDS,
            stop_on_signal: false,
        }
    }
}

impl Config {
    /// A network for one test: in memory, on a free port.
    pub fn test() -> Self {
        Self { algod_port: 0, wait_timeout: Duration::from_millis(50), ..Self::default() }
    }
}
