//! The contract on the chain.

use super::severity::Severity;
use crate::contract_state::RecordDifference;
use pnp_types::{Address, AppIndex, AssetIndex};

/// What an account can do with an asset that others hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AssetPower {
    /// Freeze holdings.
    Freeze,
    /// Take holdings back.
    Clawback,
}

/// The contract on the chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ContractFinding {
    /// A deployment was sent, and its outcome not recorded.
    Pending {
        /// The transaction.
        txid: String,
    },
    /// No contract is recorded.
    NoneRecorded,
    /// The chain does not have the application.
    Missing {
        /// The application.
        app: AppIndex,
    },
    /// The chain has the contract.
    Exists {
        /// The application.
        app: AppIndex,
    },
    /// The contract is not recorded here.
    NotRecorded {
        /// The application.
        app: AppIndex,
    },
    /// The chain runs the recorded program.
    RecordedProgram,
    /// The chain runs another program than recorded.
    OtherProgram {
        /// The application.
        app: AppIndex,
    },
    /// The chain runs today's source.
    ThisSource,
    /// The chain does not run today's source.
    OtherSource,
    /// The record says something else than the chain.
    Differs(RecordDifference),
    /// The chain does not run the source that is about to be relied on.
    NotVerified,
    /// The contract is bound to no asset.
    Unbound {
        /// Whether this is MainNet.
        is_mainnet: bool,
    },
    /// The asset that the contract is bound to does not exist.
    BoundAssetMissing {
        /// The asset.
        asset: AssetIndex,
    },
    /// The contract is bound to an asset.
    BoundAsset {
        /// The asset.
        asset: AssetIndex,
        /// The name of its unit.
        unit: String,
    },
    /// An account has power over what others hold of the asset.
    AssetPower {
        /// The asset.
        asset: AssetIndex,
        /// What the account can do.
        power: AssetPower,
        /// The account.
        address: String,
    },
    /// Several keys have to sign for the creator.
    ManySigners {
        /// The multisignature's name.
        name: String,
        /// How many have to sign.
        threshold: u8,
        /// How many keys there are.
        keys: usize,
    },
    /// Any one of several keys signs for the creator.
    AnySigner {
        /// The multisignature's name.
        name: String,
        /// How many keys there are.
        keys: usize,
    },
    /// One key signs for the creator, as far as is known here.
    OneSigner {
        /// The creator.
        creator: Address,
    },
    /// Whether the programs can be replaced.
    Updatable(bool),
    /// Whether the contract can be deleted.
    Deletable(bool),
    /// A tick that was billed can be billed again.
    UnorderedTicks,
    /// Provider and platform are two accounts.
    TwoParties,
    /// Provider and platform are the same account.
    OneParty {
        /// The account.
        address: Address,
    },
    /// A party of a new contract is not named.
    NoParty {
        /// The setting that names it.
        setting: &'static str,
    },
    /// The asset of a new contract is not named.
    NoAsset,
    /// The asset of a new contract does not exist.
    AssetMissing {
        /// The asset.
        asset: AssetIndex,
    },
}

impl ContractFinding {
    /// The stable word of the check.
    pub(super) const fn check(&self) -> &'static str {
        match self {
            Self::Pending { .. } => "pending",
            Self::NoneRecorded | Self::NotRecorded { .. } => "recorded",
            Self::Missing { .. } | Self::Exists { .. } => "exists",
            Self::RecordedProgram | Self::OtherProgram { .. } => "program",
            Self::ThisSource | Self::OtherSource => "source",
            Self::Differs(_) => "record",
            Self::NotVerified => "verified",
            Self::Unbound { .. }
            | Self::BoundAssetMissing { .. }
            | Self::BoundAsset { .. }
            | Self::NoAsset
            | Self::AssetMissing { .. } => "asset",
            Self::AssetPower { .. } => "asset_powers",
            Self::ManySigners { .. } | Self::AnySigner { .. } | Self::OneSigner { .. } => "creator",
            Self::Updatable(_) => "updatable",
            Self::Deletable(_) => "deletable",
            Self::UnorderedTicks => "ordered_ticks",
            Self::TwoParties | Self::OneParty { .. } | Self::NoParty { .. } => "parties",
        }
    }

    /// How bad it is.
    pub(super) const fn severity(&self) -> Severity {
        match self {
            Self::Unbound { is_mainnet: true } => Severity::Error,
            Self::Unbound { is_mainnet: false } => Severity::Warning,
            Self::Updatable(true) | Self::Deletable(true) => Severity::Warning,
            Self::Updatable(false) | Self::Deletable(false) => Severity::Ok,

            Self::Pending { .. }
            | Self::NotRecorded { .. }
            | Self::Differs(_)
            | Self::AssetPower { .. }
            | Self::AnySigner { .. }
            | Self::OneSigner { .. }
            | Self::UnorderedTicks
            | Self::OneParty { .. } => Severity::Warning,
            Self::NoneRecorded | Self::OtherSource => Severity::Note,
            Self::Missing { .. }
            | Self::OtherProgram { .. }
            | Self::NotVerified
            | Self::BoundAssetMissing { .. }
            | Self::NoParty { .. }
            | Self::NoAsset
            | Self::AssetMissing { .. } => Severity::Error,
            Self::Exists { .. }
            | Self::RecordedProgram
            | Self::ThisSource
            | Self::BoundAsset { .. }
            | Self::ManySigners { .. }
            | Self::TwoParties => Severity::Ok,
        }
    }
}
