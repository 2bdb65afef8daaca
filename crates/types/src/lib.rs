//! The values of the Algorand protocol: addresses, digests, transactions and how they are built and signed, groups,
//! blocks, canonical msgpack, consensus parameters.
//!
//! Nothing here needs a network or a ledger. Whether a transaction is well-formed, can be paid for or is signed by the
//! right key is for the crate `pnp-ledger` to say; here it has a shape, an encoding, an id and signatures.
//!
//! # Example
//! Build a payment, sign it, and encode it as `POST /v2/transactions` of a node takes it:
#![cfg_attr(feature = "signing", doc = "```")]
#![cfg_attr(not(feature = "signing"), doc = "```ignore")]
//! use pnp_types::{Digest, MicroAlgos, Round, SigningKey, Transaction, msgpack};
//!
//! let (alice, bob) = (SigningKey::generate()?, SigningKey::generate()?);
//! let payment = Transaction::payment(alice.address(), bob.address(), MicroAlgos::algos(5))
//!     .note("for the coffee")
//!     .valid(Round(1), Round(1001))
//!     .network("dockernet-v1", Digest([7; 32]))
//!     .build();
//! println!("{} pays {}", payment.header.sender, payment.payment.amount);
//!
//! let signed = payment.sign(&alice);
//! let bytes = msgpack::encode(&signed);
//! assert_eq!(msgpack::decode::<pnp_types::SignedTransaction>(&bytes)?.id(), payment.id());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Where things are
//! - [`Transaction`] with one function for each thing a transaction does ([`Transaction::payment`],
//!   [`Transaction::app_call`], …) and a [`TransactionBuilder`] for the rest; [`assign_group`] puts transactions into a group.
//! - [`SigningKey`], [`MultisigAccount`] and [`LogicSignature`] sign; [`Bundle`] carries what several
//!   people have to sign.
//! - [`msgpack`] encodes canonically, in one pass, and decodes what is not canonical only where the network does.
//! - [`consensus`] has the parameters of each protocol version as differences to the one before it.
//!
//! # Features
//! `curve` says whether an address is a point of the curve, `signing` has keys that sign; both are on unless they are
//! switched off. `schemars` gives JSON schemas of the values that appear in documents.

mod account;
mod address;
mod amount;
mod apply_data;
mod block;
pub mod bounds;
mod bundle;
mod byte_string;
mod bytes32;
pub mod consensus;
mod digest;
pub mod file_mistake;
mod group;
mod logic_signature;
pub mod merkle;
pub mod msgpack;
mod multisig;
mod number;
mod payset;
mod signature;
mod signed_transaction;
#[cfg(feature = "signing")]
mod signing;
mod sumhash;
mod teal_value;
mod transaction;

pub use account::{
    AccountData, AccountStatus, AppLocalState, AppParams, AssetHolding, AssetParams, StateSchema, VotingData,
};
pub use address::{Address, AddressError};
pub use amount::{AppIndex, AssetIndex, MicroAlgos, Micros, Round};
pub use apply_data::{ApplyData, DeltaAction, EvalDelta, StateDelta, ValueDelta};
pub use block::{
    Block, BlockHeader, ParticipationUpdates, RewardsState, SignedTransactionInBlock, StateProofTracking,
    TransactionCommitments, UpgradeState, UpgradeVote,
};
pub use bundle::{Bundle, BundleError, Signer, Verify};
pub use byte_string::ByteString;
pub use consensus::ConsensusParams;
pub use digest::{Digest, DigestError, Txid, hash_with_prefix, sha512_256};
pub use group::{GroupError, assign_group, group_id, group_id_of_ids, ungrouped_id};
pub use logic_signature::LogicSignature;
pub use multisig::{MultisigAccount, MultisigError, MultisigSignature, MultisigSubsignature};
pub use payset::BlockError;
pub use signature::{PqSignature, Signature};
pub use signed_transaction::{SignedTransaction, SignedTransactionWithApplyData};
#[cfg(feature = "signing")]
pub use signing::{Seed, SigningKey};
pub use sumhash::sumhash512;
pub use teal_value::{TealKeyValue, TealValue};
pub use transaction::{
    ApplicationCall, AssetConfig, AssetFreeze, AssetTransfer, BoxRef, Header, Heartbeat, HeartbeatProof, HoldingRef,
    KeyRegistration, LocalsRef, OnCompletion, Payment, ResourceError, ResourceRef, StateProof, Transaction,
    TransactionBuilder, TransactionFields, TransactionType, state_proof,
};

#[cfg(test)]
#[cfg(all(feature = "curve", feature = "signing"))]
mod tests;

/// The programs of the README run.
#[cfg(doctest)]
#[cfg(feature = "signing")]
#[doc = include_str!("../README.md")]
struct Readme;
