//! Errors of a network's settings, and of a network that is not the one that is meant.

use super::Failure;
use pnp_network::NetworkError;

impl From<NetworkError> for Failure {
    fn from(error: NetworkError) -> Self {
        let message = error.to_string();
        match error {
            NetworkError::Unknown { .. } => Self::usage(message)
                .hint("choose one of these with --net, or add [networks.NAME] with its algod to pnp.toml"),
            NetworkError::EnvLine { path, .. } => Self::new("env_file", message).hint(format!(
                "write NAME=value, with quotes around a value that has spaces, and keep {} out of git",
                path.display()
            )),
            NetworkError::Project { .. } => Self::new("project_file", message)
                .hint("a network is written as [networks.NAME] with algod = \"http://host:port\""),
            NetworkError::Unreadable { .. } => {
                Self::new("unreadable", message).hint("check that it is a text file and may be read")
            }
            NetworkError::BadEndpoint { .. } => {
                Self::new("bad_endpoint", message).hint("for example ALGOD_SERVER=http://localhost and ALGOD_PORT=4001")
            }
            NetworkError::WrongGenesis { .. } => Self::new("wrong_genesis", message)
                .because("the genesis hash decides what a network is, not its address")
                .hint("correct ALGOD_SERVER, or name the network that really answers there with --net"),
            NetworkError::PublicBehindLocalName { found, .. } => Self::new("wrong_genesis", message)
                .because("development keys and test money must not meet a public network")
                .hint(format!("use --net {found} if that is what you want")),
        }
    }
}
