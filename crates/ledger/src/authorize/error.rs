//! Why a group does not count as signed, in the reference's words.

use std::fmt;

use crate::wellformed::MalformedError;
use pnp_avm::crypto::falcon::Fault;
use pnp_avm::{EvalError, ProgramError};
use pnp_types::{Address, SignedTransaction, Txid};

/// A group that is not signed as it has to be, and where.
///
/// The reference prints the whole transaction in the middle of the sentence; here its id takes its place.
#[derive(Clone, Debug)]
pub struct AuthorizeError(Box<Parts>);

#[derive(Clone, Debug)]
struct Parts {
    place: Option<Place>,
    reason: AuthorizeReason,
    /// Whether the text names the transaction: what concerns all of the group does not.
    named: bool,
}

#[derive(Clone, Copy, Debug)]
struct Place {
    index: usize,
    txid: Option<Txid>,
}

impl AuthorizeError {
    fn of(parts: Parts) -> Self {
        Self(Box::new(parts))
    }

    pub(super) fn at(index: usize, signed: &SignedTransaction, reason: AuthorizeReason) -> Self {
        Self::of(Parts { place: Some(Place { index, txid: Some(signed.id()) }), reason, named: true })
    }

    pub(super) fn bare(index: Option<usize>, reason: AuthorizeReason) -> Self {
        Self::of(Parts { place: index.map(|index| Place { index, txid: None }), reason, named: false })
    }

    pub(super) fn of_batch(index: usize, group: &[SignedTransaction]) -> Self {
        let txid = group.get(index).map(SignedTransaction::id);
        Self::of(Parts { place: Some(Place { index, txid }), reason: AuthorizeReason::WrongSignature, named: false })
    }

    /// The place in the group of the transaction at fault, if it was one.
    #[must_use]
    pub fn index(&self) -> Option<usize> {
        self.0.place.map(|place| place.index)
    }

    /// The transaction at fault, if it was one.
    #[must_use]
    pub fn txid(&self) -> Option<Txid> {
        self.0.place.and_then(|place| place.txid)
    }

    /// What is wrong.
    #[must_use]
    pub fn reason(&self) -> &AuthorizeReason {
        &self.0.reason
    }

    /// The logic signature's program, if it was one that broke.
    #[must_use]
    pub fn program(&self) -> Option<&ProgramError> {
        match &self.0.reason {
            AuthorizeReason::Program { error, .. } => error.program(),
            _ => None,
        }
    }
}

impl fmt::Display for AuthorizeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.txid() {
            Some(txid) if self.0.named => write!(f, "transaction {txid} invalid : {}", self.0.reason),
            _ => fmt::Display::fmt(&self.0.reason, f),
        }
    }
}

impl std::error::Error for AuthorizeError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.0.reason)
    }
}

/// What is wrong with a signature.
#[derive(Clone, Debug, thiserror::Error)]
#[allow(missing_docs, reason = "each variant's text says what it means and names its fields")]
pub enum AuthorizeReason {
    #[error(transparent)]
    Malformed(MalformedError),
    #[error("signedtxn has no sig")]
    NoSignature,
    #[error("signedtxn should have only one type of signature")]
    ManySignatures,
    #[error("nonempty AuthAddr but rekeying is not supported")]
    RekeyingUnsupported,
    #[error("AuthAddr must be different from Sender")]
    AuthAddrIsSender,
    #[error("At least one signature didn't pass verification")]
    WrongSignature,
    /// The delegation of a logic signature: it is checked with the program, and not together with the other signatures.
    #[error("At least one signature didn't pass verification")]
    WrongDelegation,
    #[error("multisig validation failed: {0}")]
    Multisig(MultisigFault),
    #[error("pq signature not enabled")]
    PqDisabled,
    #[error("pq signature validation failed: {0}")]
    Pq(PqFault),

    #[error("LogicSig fields without LogicSig program")]
    OrphanLogicSignature,
    #[error("txgroup had {bytes} bytes of LogicSigs, more than the available pool of {pool} bytes")]
    LogicSignaturesTooLarge { bytes: usize, pool: usize },
    #[error(
        "txgroup had {bytes} bytes of LogicSig args, more than the available size pool of {pool} bytes (per-LogicSig allowance is {allowance})"
    )]
    LogicSignatureArgsTooLarge { bytes: usize, pool: usize, allowance: usize },
    #[error("LogicSig not enabled")]
    LogicSignaturesDisabled,
    #[error("LogicSig.Logic too long. max size is {limit} bytes")]
    ProgramTooLong { limit: u64 },
    #[error("LogicSig.Logic bad version")]
    ProgramVersion,
    #[error("LogicSig.Logic version too new")]
    ProgramTooNew,
    #[error("{0}")]
    ProgramCheck(String),
    #[error("LogicNot signed and not a Logic-only account")]
    NotSignedNorContract,
    #[error("LogicSig should have only one type of delegation signature")]
    ManyDelegations,
    #[error("LogicSig {field} field not supported in this consensus version")]
    DelegationUnsupported { field: &'static str },
    #[error("logic multisig validation failed: {0}")]
    MultisigDelegation(MultisigFault),
    #[error("pq delegated logic signature validation failed: {0}")]
    PqDelegation(PqFault),
    #[error("transaction {txid}: rejected by logic")]
    ProgramRejected { txid: Txid },
    #[error("transaction {txid}: {error}")]
    Program { txid: Txid, error: Box<EvalError> },
}

/// What is wrong with a multisignature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs, reason = "each variant's text says what it means")]
pub enum MultisigFault {
    #[error("Invalid number of signatures")]
    Signatures,
    #[error("unknown version")]
    Version,
    #[error("Invalid threshold")]
    Threshold,
    #[error("Invalid address")]
    Address,
}

/// What is wrong with a post-quantum signature.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs, reason = "each variant's text says what it means and names its fields")]
pub enum PqFault {
    #[error("pq signature is blank")]
    Blank,
    #[error("pq signature scheme not supported")]
    Unsupported,
    #[error("pq signature scheme not enabled")]
    Disabled,
    #[error("pq signature authorizer mismatch: derived {derived}, expected {expected}")]
    Authorizer { derived: Address, expected: Address },
    #[error("pq signature is empty")]
    Empty,
    #[error("invalid falcon-1024 signature: public key size {length}, want {want}")]
    KeySize { length: usize, want: usize },
    #[error("invalid falcon-1024 signature: error code {}: falcon verify failed", .0.code())]
    Wrong(Fault),
}
