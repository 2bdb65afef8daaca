//! Accounts that several people sign for, and the bundles of transactions that travel between them.
//!
//! An operation that sends for a multisignature returns [`Unsigned`] transactions. [`Connection::prepare_bundle`] makes the
//! bundle of its signers from them. Each signer inspects it ([`Inspection`]) and signs a copy ([`SigningPlan`]), with or
//! without a network; [`merge`] puts the signatures of several copies into one; [`Connection::submit_bundle`] sends it and
//! records what it did.
//!
//! What a bundle would do is read from its transactions alone, so that no other file has to travel with it.
//!
//! [`Unsigned`]: crate::Unsigned
//! [`Connection::prepare_bundle`]: crate::Connection::prepare_bundle
//! [`Connection::submit_bundle`]: crate::Connection::submit_bundle

mod bundle_file;
mod checks;
mod error;
mod fields;
mod inspection;
mod lookup;
mod merging;
mod network;
mod outcome;
mod preparation;
mod recording;
mod signatures;
mod signing;
mod status;
mod submission;
mod validity;

pub use bundle_file::{create_bundle_file, default_file_name, replace_bundle_file};
pub use error::MultisigError;
pub use fields::{Danger, Field, FieldValue, fields};
pub use inspection::{InspectedTransaction, Inspection, ParameterDifference, Simulated, Unseen, Warning};
pub(crate) use lookup::address_of;
pub use lookup::{MultisigRequest, RecordedMultisig, all_multisigs, find_multisig, multisig_name, record_multisig};
pub use merging::merge;
pub use network::{BundleNetwork, NoNetwork};
pub use preparation::{BundleRounds, PreparedBundle};
pub use signatures::{SignatureState, Signatures, SignerState};
pub use signing::{SignedBundle, SigningPlan};
pub use status::BundleStatus;
pub use submission::SubmittedBundle;
pub use validity::{LONGEST_VALIDITY, Validity, ValidityWarning};

use pnp_types::Bundle;

/// A bundle, and what errors call it: the name of its file, for example.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedBundle {
    /// For example `update-abcd.msig`.
    pub name: String,
    /// The transactions with the signatures there are.
    pub bundle: Bundle,
}
