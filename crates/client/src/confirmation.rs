//! A transaction in a block, and what it created.

use data_encoding::BASE64;
use pnp_types::{AppIndex, AssetIndex, Round, Txid};
use serde::Deserialize;

/// A transaction that is in a block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Confirmation {
    /// The transaction.
    pub txid: Txid,
    /// Its block's round.
    pub round: Round,
    /// The application it created.
    pub application: Option<AppIndex>,
    /// The asset it created.
    pub asset: Option<AssetIndex>,
    /// What its program logged.
    pub logs: Vec<Vec<u8>>,
}

/// The parts of the answer for a pending transaction that are used; the transaction itself is not.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct PendingBody {
    #[serde(default)]
    pub(super) pool_error: String,
    #[serde(default)]
    confirmed_round: Option<Round>,
    #[serde(default)]
    application_index: Option<AppIndex>,
    #[serde(default)]
    asset_index: Option<AssetIndex>,
    #[serde(default)]
    logs: Vec<String>,
}

impl PendingBody {
    /// `None` while it waits in the pool.
    pub(super) fn confirmation(self, txid: Txid) -> Result<Option<Confirmation>, String> {
        let Some(round) = self.confirmed_round.filter(|round| *round > Round::GENESIS) else { return Ok(None) };
        let logs: Result<_, _> = self.logs.iter().map(|log| BASE64.decode(log.as_bytes())).collect();
        Ok(Some(Confirmation {
            txid,
            round,
            application: self.application_index.filter(|id| *id != AppIndex::NONE),
            asset: self.asset_index.filter(|id| *id != AssetIndex::NONE),
            logs: logs.map_err(|error| format!("a log that is not base64 ({error})"))?,
        }))
    }
}
