//! A node's status, and the blocks that it keeps.

use super::http::Service;
use super::{Algod, ClientError};
use pnp_types::msgpack::{Decoder, Wire as _};
use pnp_types::{Block, Round};
use std::time::Duration;

/// A node's status.
#[derive(Clone, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct NodeStatus {
    /// The newest round it has.
    pub last_round: Round,
    /// The rules of that round, as blocks name them.
    pub last_version: String,
    /// The rules of the next round.
    #[serde(default)]
    pub next_version: String,
    /// Whether it knows those.
    #[serde(default = "yes")]
    pub next_version_supported: bool,
    /// Whether it stopped before a round whose rules it does not know.
    #[serde(default)]
    pub stopped_at_unsupported_round: bool,
    /// For how long it has been catching up, in nanoseconds; 0 where it has caught up.
    #[serde(default)]
    pub catchup_time: u64,
    /// How long ago its newest round came, in nanoseconds.
    #[serde(default)]
    pub time_since_last_round: u64,
}

const fn yes() -> bool {
    true
}

impl NodeStatus {
    /// How long ago the newest round came.
    #[must_use]
    pub const fn idle(&self) -> Duration {
        Duration::from_nanos(self.time_since_last_round)
    }
}

/// The least program there is: what it is compiled to does not matter.
const PROBE_PROGRAM: &str = "#pragma version 2\nint 1\n";

impl Algod {
    /// The node's status.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn node_status(&self) -> Result<NodeStatus, ClientError> {
        self.service().get("/v2/status").await
    }

    /// A block; `None` where the node does not have it, or not any more.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn block(&self, round: Round) -> Result<Option<Block>, ClientError> {
        let service = self.service();
        let bytes = match service.get_bytes(&format!("/v2/blocks/{round}?format=msgpack")).await {
            // A node that threw old blocks away answers with an error of its own.
            Err(ClientError::Api { status: 404 | 500, .. }) => return Ok(None),
            other => other?,
        };
        read_block(service, &bytes).map(Some)
    }

    /// Whether the node's developer interface, which compiles TEAL, is on.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn has_developer_api(&self) -> Result<bool, ClientError> {
        match self.service().post_text("/v2/teal/compile", PROBE_PROGRAM).await {
            Ok(_) => Ok(true),
            Err(ClientError::Api { status: 403..=405 | 501, .. } | ClientError::Unauthorized { .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }
}

/// The answer's one field that matters comes first: `block`, before `cert`.
fn read_block(service: &Service, bytes: &[u8]) -> Result<Block, ClientError> {
    let mut decoder = Decoder::new(bytes);
    let read = || {
        let fields = decoder.map_header()?;
        if fields == 0 || decoder.key()?.as_ref() != b"block" {
            return Ok(None);
        }
        Block::decode(&mut decoder).map(Some)
    };
    let read: Result<_, pnp_types::msgpack::DecodeError> = { read }();
    read.map_err(|error| service.malformed(error))?.ok_or_else(|| service.malformed("it holds no block"))
}
