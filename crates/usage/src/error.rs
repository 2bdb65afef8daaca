//! What is wrong with a use of the contract before it reaches a network.

use super::{BasisPoints, MAX_TICK, TickId, Units};
use pnp_types::{AppIndex, AssetIndex};

/// A parameter, amount or state that the contract would refuse, or that is not this contract's.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UsageError {
    /// `fee_pct` over 10000 basis points.
    #[error("a fee of {0} basis points is over 10000, which is all of the payment")]
    FeeOverWhole(BasisPoints),
    /// `min_rate` over `max_rate`.
    #[error("min_rate {min_rate} is over max_rate {max_rate}")]
    RatesCrossed {
        /// The least price.
        min_rate: u64,
        /// The highest price.
        max_rate: u64,
    },
    /// `max_rate` of 0.
    #[error("max_rate is 0, so that no price would be allowed; it must be at least 1")]
    NoRate,
    /// No unit used.
    #[error("units is 0; a bill is for at least 1 unit")]
    NoUnits,
    /// A price outside the limits.
    #[error("unit_price {unit_price} is outside the contract's limits of {min_rate} to {max_rate}")]
    PriceOutside {
        /// The price.
        unit_price: u64,
        /// The least price.
        min_rate: u64,
        /// The highest price.
        max_rate: u64,
    },
    /// `units * unit_price` needs more than 64 bits.
    #[error("{units} units at {unit_price} are more than {} minor units, the most an asset can move", u64::MAX)]
    TooMuch {
        /// The units.
        units: Units,
        /// The price of one.
        unit_price: u64,
    },
    /// A tick id that is empty or over 64 bytes.
    #[error("a tick id has 1 to {MAX_TICK} bytes, this one has {0}")]
    TickLength(usize),
    /// A tick id written as `0x` and something else than pairs of hex digits.
    #[error("after 0x a tick id is written in pairs of hex digits")]
    TickHex,
    /// A tick id that is not greater than the last one.
    #[error("tick {tick} is not greater than {last}, the last one billed to this user")]
    TickOrder {
        /// The tick asked for.
        tick: TickId,
        /// The newest tick of the user.
        last: TickId,
    },
    /// The application's state is not this contract's.
    #[error("application {app} is not a UsageContract: {why}")]
    Foreign {
        /// The application.
        app: AppIndex,
        /// How that is known.
        why: String,
    },
    /// The contract is bound to another asset.
    #[error("the contract is bound to asset {bound}, not to {asset}")]
    OtherAsset {
        /// The asset it takes.
        bound: AssetIndex,
        /// The asset asked for.
        asset: AssetIndex,
    },
    /// The contract is not bound, and no asset was named.
    #[error("the contract is not bound to an asset, so that one must be named")]
    NoAsset,
    /// The contract's source does not assemble; a fault of this program.
    #[error("the contract's TEAL does not assemble: {0}")]
    Assembly(String),
}
