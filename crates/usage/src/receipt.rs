//! The receipt of a bill.

use super::{Split, TickId, Units};
use pnp_types::{Address, AppIndex, AssetIndex, Round};
use schemars::JsonSchema;
use serde::Serialize;

/// Minor units of the asset that the three parties hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Balances {
    /// The payer's.
    pub user: u64,
    /// The provider's.
    pub provider: u64,
    /// The platform's.
    pub platform: u64,
}

/// A confirmed bill.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Receipt {
    /// The tick's id, as text or `0x` and hex.
    #[schemars(with = "String")]
    pub tick: TickId,
    /// Units of use.
    pub units: Units,
    /// The price of one, in minor units.
    pub unit_price: u64,
    /// How it was divided.
    #[serde(flatten)]
    pub split: Split,
    /// The asset that was paid with.
    pub asset: AssetIndex,
    /// The contract's application.
    pub app: AppIndex,
    /// Who paid.
    pub user: Address,
    /// Who got the net.
    pub provider: Address,
    /// Who got the fee.
    pub platform: Address,
    /// The three transactions: the call, the payment to the provider, the one to the platform.
    pub txids: [String; 3],
    /// The group's id, base64.
    pub group: String,
    /// Their block's round.
    pub round: Round,
    /// What the contract's program cost.
    pub opcode_cost: u64,
    /// Network fees of the group, in microAlgos.
    pub network_fee: u64,
    /// Holdings before the bill.
    pub before: Balances,
    /// Holdings after it.
    pub after: Balances,
}
