//! Errors of talking to a network.

use super::refusal::rejected;
use super::{Exit, Failure};
use pnp_client::ClientError;

/// What to do where a service does not answer. `localnet run` is algod alone.
fn unreachable_hint(service: &str, url: &str) -> &'static str {
    let here = url.contains("localhost") || url.contains("127.0.0.1");
    match service {
        "kmd" if here => {
            "start AlgoKit LocalNet for a kmd (`localnet run` has none), or name the accounts' keys in the environment"
        }
        "kmd" => "set KMD_SERVER and KMD_PORT, or name the accounts' keys in the environment",
        "indexer" if here => "start AlgoKit LocalNet for an indexer (`localnet run` has none), or set INDEXER_SERVER",
        "indexer" => "check the connection and INDEXER_SERVER, or try again in a minute",
        _ if here => "start a network with `pnp-contract localnet run`, or omit --net to use the embedded one",
        _ => "check the connection and ALGOD_SERVER, or try again in a minute",
    }
}

impl From<ClientError> for Failure {
    fn from(error: ClientError) -> Self {
        let message = error.to_string();
        match error {
            ClientError::Unreachable { service, url, why } | ClientError::Lost { service, url, why } => {
                let hint = unreachable_hint(service, &url);
                Self::new("unreachable", format!("{service} at {url} does not answer"))
                    .because(why)
                    .hint(hint)
                    .exit(Exit::Unreachable)
                    .with("url", url)
            }
            ClientError::Busy { service, url, after, .. } => {
                Self::new("busy", format!("{service} at {url} takes no more requests for now"))
                    .because(match after {
                        Some(pause) => format!("it limits requests, and asks to wait {} s", pause.as_secs()),
                        None => "it limits requests".to_owned(),
                    })
                    .hint("try again then, or use a provider or a token with a higher limit")
                    .exit(Exit::Unreachable)
                    .with("url", url)
            }
            ClientError::Untrusted { service, url, why } => {
                Self::new("certificate", format!("{service} at {url} cannot be trusted"))
                    .because(why)
                    .hint("where the server is your own, name its authority's certificate (PEM) in PNP_CA_FILE; else send it nothing")
                    .exit(Exit::Unreachable)
                    .with("url", url)
            }
            ClientError::Roots { .. } => Self::new("certificates", message)
                .hint("name a file of certificates in PEM form in PNP_CA_FILE, or as ca in pnp.toml"),
            ClientError::Uncertain { txid, last_valid, why } => {
                Self::new("uncertain", format!("whether transaction {txid} is in a block is not known"))
                    .because(why)
                    .hint(format!(
                        "look with `pnp-contract status` before you do it again: up to round {last_valid} it may still come"
                    ))
                    .exit(Exit::Unreachable)
                    .with("txid", txid.to_string())
                    .with("last_valid", last_valid.get())
            }
            ClientError::Unauthorized { service, .. } => Self::new("unauthorized", message)
                .hint(format!("set {}_TOKEN beside the server's address", service.to_uppercase())),
            ClientError::Api { status, .. } => {
                Self::new("api", message).hint("if this keeps happening, another algod may help").with("status", status)
            }
            ClientError::Malformed { service, .. } => Self::new("malformed_answer", message)
                .hint(format!("check that the address is {service}'s and not another service's")),
            ClientError::Rejected(rejection) => rejected(&rejection, None),
            ClientError::Dropped { txid, .. } => Self::new("dropped", message)
                .because("its pool gave the transaction up, and no block since has it")
                .hint("another node may still have it: look with `pnp-contract status` before you do it again")
                .with("txid", txid.to_string()),
            ClientError::Expired { txid, .. } => Self::new("expired", message)
                .because("the network made no block with it in time")
                .hint("nothing was changed, and it can no longer be confirmed; it is safe to do it again")
                .with("txid", txid.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_missing_algod_is_helped_by_localnet_run() {
        let hint = |service, url: &str| {
            let error = ClientError::Unreachable { service, url: url.to_owned(), why: "connection refused".to_owned() };
            Failure::from(error).hint.clone().unwrap_or_default()
        };
        assert!(hint("algod", "http://localhost:4001").starts_with("start a network with `pnp-contract localnet run`"));
        assert!(hint("kmd", "http://localhost:4002").starts_with("start AlgoKit LocalNet for a kmd"));
        assert!(hint("indexer", "http://127.0.0.1:8980").starts_with("start AlgoKit LocalNet for an indexer"));
        assert!(hint("indexer", "https://testnet-idx.algonode.cloud").contains("INDEXER_SERVER"));
    }
}
