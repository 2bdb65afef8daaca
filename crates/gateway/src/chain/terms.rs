//! A contract as operations need it.

use pnp_types::{Address, AppIndex, AssetIndex};
use pnp_usage::BasisPoints;

/// A contract as the store has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContractTerms {
    /// The row's id.
    pub id: i64,
    /// The application.
    pub app: AppIndex,
    /// What it is paid with.
    pub asset: AssetIndex,
    /// Who gets the net.
    pub provider: Address,
    /// Who gets the fee.
    pub platform: Address,
    /// The platform's share, as it was read last.
    pub fee_pct: BasisPoints,
    /// The least price of a unit, in cents.
    pub min_rate: u64,
    /// The highest price of a unit, in cents.
    pub max_rate: u64,
    /// Whether nothing is billed with it: it is gone or was changed.
    pub is_blocked: bool,
}
