//! What accounts have and hold.

use super::severity::Severity;
use pnp_types::{Address, AppIndex, AssetIndex, MicroAlgos};

/// What accounts have and hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BalanceFinding {
    /// An account has enough for the fees it will pay.
    Algos {
        /// The account's name.
        name: String,
        /// What it may spend.
        spendable: MicroAlgos,
        /// The fees.
        fees: MicroAlgos,
        /// The bills of so many ticks; `None` for one call.
        ticks: Option<u64>,
    },
    /// An account of a development network has nothing yet; the first command that needs it funds it.
    ToBeFunded {
        /// The account's name.
        name: String,
    },
    /// An account has too little for the fees it will pay.
    TooFewAlgos {
        /// The account's name.
        name: String,
        /// Its address.
        address: Address,
        /// What it may spend.
        spendable: MicroAlgos,
        /// What it must keep.
        keeps: MicroAlgos,
        /// The fees.
        fees: MicroAlgos,
        /// The bills of so many ticks; `None` for one call.
        ticks: Option<u64>,
        /// Whether the network has a dispenser.
        can_fund: bool,
    },
    /// An account can receive the asset.
    Holds {
        /// `provider`, `platform` or `user`.
        party: &'static str,
        /// The asset.
        asset: AssetIndex,
        /// How much, in minor units.
        amount: u64,
    },
    /// An account has not opted in to the asset, so that every bill fails.
    CannotHold {
        /// `provider`, `platform` or `user`.
        party: &'static str,
        /// Its address.
        address: Address,
        /// The asset.
        asset: AssetIndex,
    },
    /// An account's holding is frozen, so that every bill fails.
    Frozen {
        /// `provider`, `platform` or `user`.
        party: &'static str,
        /// The asset.
        asset: AssetIndex,
    },
    /// A party of a new contract has not opted in to the asset.
    PartyCannotHold {
        /// The setting that names it.
        setting: &'static str,
        /// Its address.
        address: Address,
        /// The asset.
        asset: AssetIndex,
    },
    /// The user has opted in to the contract.
    OptedIn {
        /// The application.
        app: AppIndex,
    },
    /// The user of a development network has not opted in to the contract yet.
    ToBeOptedIn {
        /// The application.
        app: AppIndex,
    },
    /// The user has not opted in to the contract.
    NotOptedIn {
        /// The user.
        address: Address,
        /// The application.
        app: AppIndex,
    },
    /// The user cannot pay the cheapest bill.
    TooLittleAsset {
        /// The user.
        address: Address,
        /// The asset.
        asset: AssetIndex,
        /// What it holds, in minor units.
        amount: u64,
        /// What the cheapest bill costs, in minor units.
        cheapest: u64,
    },
}

impl BalanceFinding {
    /// The stable word of the check.
    pub(super) const fn check(&self) -> &'static str {
        match self {
            Self::Algos { .. } | Self::ToBeFunded { .. } | Self::TooFewAlgos { .. } => "algos",
            Self::Holds { .. } | Self::CannotHold { .. } | Self::Frozen { .. } | Self::PartyCannotHold { .. } => {
                "holding"
            }
            Self::OptedIn { .. } | Self::ToBeOptedIn { .. } | Self::NotOptedIn { .. } => "opted_in",
            Self::TooLittleAsset { .. } => "asset",
        }
    }

    /// How bad it is.
    pub(super) const fn severity(&self) -> Severity {
        match self {
            Self::Algos { .. } | Self::Holds { .. } | Self::OptedIn { .. } => Severity::Ok,
            Self::ToBeFunded { .. } | Self::ToBeOptedIn { .. } => Severity::Note,
            Self::TooFewAlgos { .. }
            | Self::CannotHold { .. }
            | Self::Frozen { .. }
            | Self::PartyCannotHold { .. }
            | Self::NotOptedIn { .. }
            | Self::TooLittleAsset { .. } => Severity::Error,
        }
    }
}
