//! Keys of accounts, and settings beside them.

use super::severity::Severity;
use pnp_keys::Origin;
use pnp_network::Layer;
use pnp_types::{Address, AddressError};

/// An account, and where its key is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyPlace {
    /// The account.
    pub address: Address,
    /// Where its key is.
    pub origin: Origin,
}

/// Keys of accounts, and settings beside them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyFinding {
    /// A setting is an address.
    Address {
        /// The setting's name.
        setting: &'static str,
        /// Where it comes from.
        layer: Layer,
        /// The address.
        address: Address,
    },
    /// A setting is not an address.
    NotAnAddress {
        /// The setting's name.
        setting: &'static str,
        /// Where it comes from.
        layer: Layer,
        /// What is wrong with it.
        error: AddressError,
    },
    /// A setting is not a number.
    NotANumber {
        /// The setting's name.
        setting: &'static str,
        /// Where it comes from.
        layer: Layer,
    },
    /// The account that commands use under a name.
    Found {
        /// The account's name.
        name: String,
        /// Its address and where its key is.
        place: KeyPlace,
    },
    /// Two accounts have one name.
    Shadowed {
        /// The account's name.
        name: String,
        /// The one that commands use.
        used: KeyPlace,
        /// The other one.
        unused: KeyPlace,
    },
    /// There is no key yet, and the first command that needs it creates it.
    ToBeCreated {
        /// The account's name.
        name: String,
    },
    /// There is no key.
    Missing {
        /// The account's name.
        name: String,
        /// The setting that its words are given in.
        variable: String,
        /// Whether nothing can be deployed or changed without it.
        is_needed: bool,
    },
    /// The account was rekeyed, and the key here is the one that signs for it.
    Rekeyed {
        /// The account's name.
        name: String,
    },
    /// The chain asks for another key than the one that is here.
    OtherKey {
        /// The account's name.
        name: String,
        /// Its address.
        address: Address,
        /// The address of the key that is here.
        has: Address,
        /// The address of the key that the chain asks for.
        needs: Address,
        /// The setting that its words are given in.
        variable: String,
    },
    /// Where a key is kept, and so what it takes to keep it.
    Backup {
        /// The account's name.
        name: String,
        /// Where its key is.
        origin: Origin,
    },
}

impl KeyFinding {
    /// The stable word of the check.
    pub(super) const fn check(&self) -> &'static str {
        match self {
            Self::Address { .. } | Self::NotAnAddress { .. } => "address",
            Self::NotANumber { .. } => "number",
            Self::Found { .. } => "found",
            Self::Shadowed { .. } => "shadowed",
            Self::ToBeCreated { .. } | Self::Missing { .. } => "missing",
            Self::Rekeyed { .. } | Self::OtherKey { .. } => "rekeyed",
            Self::Backup { .. } => "backup",
        }
    }

    /// How bad it is.
    pub(super) const fn severity(&self) -> Severity {
        match self {
            Self::Missing { is_needed: true, .. } => Severity::Error,
            Self::Missing { is_needed: false, .. } => Severity::Warning,
            Self::Backup { origin: Origin::Keystore | Origin::Kmd { .. }, .. } => Severity::Note,
            Self::Backup { origin: Origin::Setting { .. } | Origin::Local { .. }, .. } => Severity::Warning,
            Self::Address { .. } | Self::Found { .. } | Self::Rekeyed { .. } => Severity::Ok,
            Self::NotAnAddress { .. } | Self::NotANumber { .. } | Self::OtherKey { .. } => Severity::Error,
            Self::Shadowed { .. } => Severity::Warning,
            Self::ToBeCreated { .. } => Severity::Note,
        }
    }
}
