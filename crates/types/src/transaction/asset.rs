//! Fields of the three kinds of asset transactions.

use crate::account::AssetParams;
use crate::address::Address;
use crate::amount::AssetIndex;

/// Fields of an `acfg` transaction.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct AssetConfig {
    /// The asset, or 0 to create one.
    pub asset: AssetIndex,
    /// Its parameters; all empty destroys it.
    pub params: AssetParams,
}

/// Fields of an `axfer` transaction.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct AssetTransfer {
    /// The asset.
    pub asset: AssetIndex,
    /// How many base units.
    pub amount: u64,
    /// Whose units are taken by the clawback address, or zero.
    pub sender: Address,
    /// Who gets them.
    pub receiver: Address,
    /// Who gets what is left and closes the holding, or zero.
    pub close_to: Address,
}

/// Fields of an `afrz` transaction.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct AssetFreeze {
    /// Whose holding.
    pub account: Address,
    /// The asset.
    pub asset: AssetIndex,
    /// Whether it is frozen from now on.
    pub frozen: bool,
}
