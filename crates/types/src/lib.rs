//! Leaf values of the Algorand protocol: addresses, digests, canonical msgpack, transactions, blocks, consensus parameters.
//!
//! Must not know: any rule that needs state. Whether a transaction is well-formed, may be paid for or is signed by the
//! right key is the ledger's business; here it has a shape, an encoding, an id and signatures.

pub mod account;
pub mod address;
pub mod amount;
pub mod apply_data;
pub mod block;
pub mod bounds;
pub mod bundle;
pub mod byte_string;
mod bytes32;
pub mod consensus;
pub mod digest;
pub mod group;
pub mod logic_signature;
pub mod merkle;
pub mod msgpack;
pub mod multisig;
pub mod payset;
pub mod signature;
pub mod signed_transaction;
#[cfg(feature = "signing")]
pub mod signing;
mod sumhash;
pub mod teal_value;
pub mod transaction;

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
pub use bundle::{Bundle, BundleError};
pub use byte_string::ByteString;
pub use consensus::ConsensusParams;
pub use digest::{Digest, DigestError, Txid, hash_with_prefix, sha512_256};
pub use group::{GroupError, assign_group, group_id};
pub use logic_signature::LogicSignature;
pub use multisig::{MultisigAccount, MultisigError, MultisigSignature, MultisigSubsignature};
pub use payset::BlockError;
pub use signature::{PqSignature, Signature};
pub use signed_transaction::{SignedTransaction, SignedTransactionWithApplyData};
#[cfg(feature = "signing")]
pub use signing::SigningKey;
pub use sumhash::sumhash512;
pub use teal_value::{TealKeyValue, TealValue};
pub use transaction::{
    ApplicationCall, AssetConfig, AssetFreeze, AssetTransfer, BoxRef, Header, Heartbeat, HeartbeatProof, HoldingRef,
    KeyRegistration, LocalsRef, OnCompletion, Payment, ResourceRef, StateProof, Transaction, TransactionType,
};

#[cfg(test)]
#[cfg(all(feature = "curve", feature = "signing"))]
mod tests;
