//! Documents about bills.

use crate::connection::Connection;
use pnp_usage::Receipt;
use schemars::JsonSchema;
use serde::Serialize;

/// A tick that was paid for, with its receipt.
#[derive(Debug, Serialize, JsonSchema)]
pub struct BillReport {
    /// The network's name.
    pub network: String,
    /// The network's genesis hash, base64.
    pub genesis_hash: String,
    /// What the payer has in hand.
    pub receipt: Receipt,
}

impl BillReport {
    /// A bill that was paid.
    #[must_use]
    pub fn new(connection: &Connection, receipt: Receipt) -> Self {
        let (network, genesis_hash) = super::place(connection);
        Self { network, genesis_hash, receipt }
    }
}
