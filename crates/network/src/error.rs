//! Why a network could not be found, or is not the one it claims to be.

use std::path::PathBuf;

/// A name, file or answer that does not lead to the network asked for. No variant carries a secret.
#[derive(Debug, thiserror::Error)]
pub enum NetworkError {
    /// The name is neither built in nor in `pnp.toml`.
    #[error("there is no network named {name:?}: known are {}", known.join(", "))]
    Unknown {
        /// The name asked for.
        name: String,
        /// Every name that would have worked.
        known: Vec<String>,
    },
    /// A line of a `.env` file cannot be read; the line itself may hold a secret and is not shown.
    #[error("{}:{line}: this line is not NAME=value", path.display())]
    EnvLine {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
    },
    /// `pnp.toml` is not valid.
    #[error("{}:{line}:{column}: {message}", path.display())]
    Project {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// The column, from 1.
        column: usize,
        /// What the parser found.
        message: String,
    },
    /// A file exists and cannot be read.
    #[error("cannot read {}: {source}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The operating system's answer.
        source: std::io::Error,
    },
    /// An address or port of a service is malformed.
    #[error("{name} from {origin} is not usable: {why}")]
    BadEndpoint {
        /// The setting, for example `ALGOD_SERVER`.
        name: String,
        /// Where the setting comes from.
        origin: String,
        /// What is wrong with it.
        why: String,
    },
    /// What answers has another genesis hash than the network asked for.
    #[error("{url} is not {network}: its genesis hash is {found} ({found_name}), {network} has {expected}")]
    WrongGenesis {
        /// The network asked for.
        network: String,
        /// Where algod was found.
        url: String,
        /// The genesis hash that belongs to the name, base64.
        expected: String,
        /// The genesis hash that answered, base64.
        found: String,
        /// The genesis id that answered, or the public network it belongs to.
        found_name: String,
    },
    /// A development network's name leads to a public network.
    #[error("{url} is {found}, not a development network: its genesis hash is {found}'s")]
    PublicBehindLocalName {
        /// Where algod was found.
        url: String,
        /// The public network that answered.
        found: &'static str,
    },
}
