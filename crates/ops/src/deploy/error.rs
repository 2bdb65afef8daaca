//! Why a contract was not deployed or changed.

use super::found::Found;
use pnp_types::Address;
use pnp_usage::{Change, NoteError, Refusal, Template};

/// Why a contract was not deployed or changed.
#[derive(Debug, thiserror::Error)]
pub enum DeployError {
    /// A contract that takes any asset is not created on MainNet.
    #[error("an unbound contract takes any asset, also a worthless one: not on MainNet")]
    UnboundOnMainNet,
    /// Nobody is named as a party of a new contract.
    #[error("nobody is named as the {party}")]
    NoParty {
        /// `provider` or `platform`.
        party: &'static str,
        /// The setting that may name it.
        setting: &'static str,
    },
    /// A trial creates nothing, and this is missing.
    #[error("the deployment cannot be tried: {what} does not exist yet")]
    NotReady {
        /// What a deployment would create first.
        what: String,
    },
    /// Several applications may be meant.
    #[error("{} applications of {creator} may be {name}", candidates.len())]
    Ambiguous {
        /// Who made them.
        creator: Address,
        /// The contract's name.
        name: String,
        /// Each with the evidence for it.
        candidates: Vec<Found>,
    },
    /// The deployed contract differs, and the policy is to leave it so.
    #[error("{refusal}")]
    Differs {
        /// Which rule stops the deployment.
        refusal: Refusal,
        /// What differs.
        changes: Vec<Change>,
        /// The template values of the deployed contract, where they are known.
        template: Option<Template>,
    },
    /// The deployment's note cannot be written.
    #[error(transparent)]
    Note(#[from] NoteError),
    /// A fault of this program.
    #[error("{0}")]
    Internal(&'static str),
}
