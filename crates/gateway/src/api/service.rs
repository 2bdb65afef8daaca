//! The service itself: its version, and the keys that content servers verify by.

use super::request::Request;
use crate::access::Access;
use crate::gateway::Gateway;
use crate::http::{Answer, Route, get};
use crate::problem::Problem;
use schemars::JsonSchema;
use serde::Serialize;
use std::sync::Arc;

pub(super) fn routes() -> Vec<Route<Arc<Gateway>>> {
    vec![
        get("/v1").operation("getService", "Version, network and features").access(Access::ANYONE).handler(service),
        get("/v1/jwks.json")
            .operation("getKeySet", "The keys that playback tokens are verified by")
            .access(Access::ANYONE)
            .handler(key_set),
    ]
}

/// The service.
#[derive(Debug, Serialize, JsonSchema)]
struct Service {
    /// The version of the gateway.
    version: &'static str,
    /// `mock`, `testnet` or `mainnet`.
    network: &'static str,
    /// The chain's name: `embedded`, `localnet` …
    chain: String,
    /// What this gateway can do.
    features: Vec<&'static str>,
    /// The time of the gateway's clock.
    time: String,
}

async fn service(call: Request) -> Result<Answer<Service>, Problem> {
    let network = &call.state.network;
    let mut features = vec!["wallets", "sessions", "top_ups", "contents", "playback_tokens"];
    if network.is_development {
        features.push("test");
    }
    Ok(Answer::ok(Service {
        version: env!("CARGO_PKG_VERSION"),
        network: match network.kind {
            crate::credentials::KeyNetwork::Mock => "mock",
            crate::credentials::KeyNetwork::Test => "testnet",
            crate::credentials::KeyNetwork::Live => "mainnet",
        },
        chain: network.name.clone(),
        features,
        time: crate::time::rfc3339(call.state.store.clock().now()),
    }))
}

/// JSON Web Key Set (RFC 7517).
#[derive(Debug, Serialize, JsonSchema)]
struct KeySet {
    /// The keys: new ones are published before they sign.
    keys: Vec<serde_json::Map<String, serde_json::Value>>,
}

async fn key_set(call: Request) -> Result<Answer<KeySet>, Problem> {
    let mut set = call.state.key_set();
    let keys = serde_json::from_value(set["keys"].take()).map_err(Problem::internal)?;
    Ok(Answer::ok(KeySet { keys }).public_for(300))
}
