//! Why a transaction is not well-formed, in the reference's words, which clients show and match.

use pnp_types::{Address, AppIndex, Round, StateSchema, TransactionType};

/// A fault of a transaction that needs no state to be seen.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs, reason = "each variant's text says what it means and names its fields")]
pub enum MalformedError {
    #[error("unknown tx type {0}")]
    UnknownType(String),
    #[error("transaction of type {} has non-zero fields for type {}", kind.as_str(), foreign.as_str())]
    ForeignFields { kind: TransactionType, foreign: TransactionType },
    #[error("transaction invalid range ({first}--{last})")]
    InvalidRange { first: Round, last: Round },
    #[error("transaction window size excessive ({first}--{last})")]
    WindowTooLarge { first: Round, last: Round },
    #[error("transaction note too big: {length} > {limit}")]
    NoteTooBig { length: usize, limit: usize },
    #[error("transaction from incentive pool is invalid")]
    FromRewardsPool,
    #[error("transaction cannot have zero sender")]
    ZeroSender,

    #[error("transaction cannot close account to its sender {sender}")]
    ClosesToItself { sender: Address },
    #[error("cannot spend from fee sink address {sink}")]
    FromFeeSink { sink: Address },
    #[error("cannot spend from fee sink's address {sink} to non incentive pool address {receiver}")]
    FromFeeSinkElsewhere { sink: Address, receiver: Address },
    #[error("cannot close fee sink {sink} to {to}")]
    ClosesFeeSink { sink: Address, to: Address },

    #[error("transaction {field} too big: {length} > {limit}")]
    AssetTextTooBig { field: &'static str, length: usize, limit: usize },
    #[error("transaction asset decimals is too high (max is {limit})")]
    AssetDecimals { limit: u32 },
    #[error("asset ID cannot be zero")]
    ZeroAsset,
    #[error("cannot close asset by clawback")]
    CloseByClawback,
    #[error("freeze account cannot be empty")]
    ZeroFreezeAccount,

    #[error("cannot register participation key for fee sink's address {sink}")]
    KeysForFeeSink { sink: Address },
    #[error("transaction first voting round need to be less than its last voting round")]
    VotingRangeReversed,
    #[error("the following transaction fields need to be clear/set together : votekey, selkey, votekd")]
    IncompleteVotingKeys,
    #[error("on going offline key registration transaction, the vote first and vote last fields should not be set")]
    OfflineWithVotingRounds,
    #[error("transaction tries to register keys to go online, but vote last is set to zero")]
    OnlineWithoutLastRound,
    #[error(
        "transaction tries to register keys to go online, but first voting round is beyond the round after last valid round"
    )]
    OnlineTooLate,
    #[error("transaction tries to mark an account as nonparticipating, but that transaction is not supported")]
    NonparticipationUnsupported,
    #[error("transaction tries to register keys to go online, but nonparticipatory flag is set")]
    OnlineNonparticipating,
    #[error("transaction field StateProofPK should be empty in this consensus version")]
    StateProofKeyUnsupported,
    #[error("validity period for keyreg transaction is too long")]
    VotingRangeTooLong,
    #[error("non participation keyreg transactions should contain empty stateProofPK")]
    NonparticipatingWithStateProofKey,
    #[error("offline keyreg transactions should contain empty stateProofPK")]
    OfflineWithStateProofKey,
    #[error("online keyreg transaction cannot have empty field StateProofPK")]
    OnlineWithoutStateProofKey,

    #[error("heartbeat transaction not supported")]
    HeartbeatUnsupported,
    #[error("heartbeat transaction has no heartbeat fields")]
    HeartbeatMissing,
    #[error("tx.HbChallengeDiscount set before it is allowed")]
    HeartbeatDiscountUnsupported,
    #[error("tx.{field} is set in {claim} heartbeat")]
    HeartbeatExtra { field: &'static str, claim: &'static str },
    #[error("tx.{field} is empty")]
    HeartbeatEmpty { field: &'static str },
    #[error("tx.HbKeyDilution is zero")]
    HeartbeatKeyDilution,

    #[error("state proofs not supported")]
    StateProofsUnsupported,
    #[error("sender must be the state-proof sender")]
    StateProofSender,
    #[error("{rule} in state-proof transaction")]
    StateProofField { rule: &'static str },

    #[error("invalid application OnCompletion ({0})")]
    OnCompletion(u64),
    #[error("tx.RejectVersion is not supported")]
    RejectVersionUnsupported,
    #[error("tx.RejectVersion cannot be set during creation")]
    RejectVersionInCreation,
    #[error("programs may only be specified during application creation or update")]
    ProgramsInCall,
    #[error(transparent)]
    Programs(#[from] ProgramsError),
    #[error("tx.ExtraProgramPages exceeds MaxAbsoluteExtraProgramPages = {limit}")]
    ExtraPages { limit: usize },
    #[error("inappropriate non-zero tx.{field} ({})", go_schema(schema))]
    SchemaInCall { field: &'static str, schema: StateSchema },
    #[error("inappropriate non-zero tx.ExtraProgramPages ({0})")]
    ExtraPagesInCall(u32),
    #[error("tx.ApplicationArgs has too many arguments. {count} > {limit}")]
    TooManyArgs { count: usize, limit: usize },
    #[error("tx.ApplicationArgs[{index}] length is too long. {length} > {limit}")]
    ArgTooLong { index: usize, length: usize, limit: usize },
    #[error("tx.ApplicationArgs total length is too long. {length} > {limit}")]
    ArgsTooLong { length: usize, limit: usize },
    #[error("tx.Access too long, max number of references is {limit}")]
    AccessTooLong { limit: usize },
    #[error("tx.{list} can't be used when tx.Access is used")]
    ListBesideAccess { list: &'static str },
    #[error("tx.{list} too long, max number of {what} is {limit}")]
    ListTooLong { list: &'static str, what: &'static str, limit: usize },
    #[error("tx references exceed MaxAppTotalTxnReferences = {limit}")]
    TooManyReferences { limit: usize },
    #[error("tx.Boxes[{index}].Index is {reference}. Exceeds len(tx.ForeignApps)")]
    BoxIndex { index: usize, reference: u64 },
    #[error("tx.Boxes[{index}].Name too long, max len {limit} bytes")]
    BoxNameTooLong { index: usize, limit: usize },
    #[error("tx.{field} is too large. {entries} > {limit}")]
    SchemaTooLarge { field: &'static str, entries: u64, limit: u64 },
    #[error(transparent)]
    Access(#[from] AccessError),
}

/// Programs whose versions or sizes do not fit.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs, reason = "each variant's text says what it means and names its fields")]
pub enum ProgramsError {
    #[error("invalid program (empty)")]
    Empty,
    #[error("invalid version")]
    Version,
    #[error("bad ApprovalProgram: {0}")]
    Approval(Box<Self>),
    #[error("bad ClearStateProgram: {0}")]
    Clear(Box<Self>),
    #[error("program version mismatch: {approval} != {clear}")]
    Mismatch { approval: u64, clear: u64 },
    #[error("{program} program version downgrade: {new} < {old}")]
    Downgrade { program: &'static str, new: u64, old: u64 },
    #[error("{program} program too long. ({length} > {limit})")]
    TooLong { program: &'static str, length: usize, limit: usize },
    #[error("app programs too long. ({approval} + {clear} > {limit})")]
    TogetherTooLong { approval: usize, clear: usize, limit: usize },
}

/// An access list whose entries point nowhere or mix kinds.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs, reason = "each variant's text says what it means and names its fields")]
pub enum AccessError {
    #[error("{kind} reference {index} outside tx.Access")]
    Outside { kind: &'static str, index: u64 },
    #[error("{kind} reference {index} is not an {expected}")]
    WrongKind { kind: &'static str, index: u64, expected: &'static str },
    #[error("box Index {0} outside tx.Access")]
    BoxOutside(u64),
    #[error("0 App in LocalsRef is not supported")]
    ZeroApp,
    #[error("0 App in LocalsRef during app create is not allowed or necessary")]
    ZeroAppInCreation,
    #[error("tx.Access box Name too long, max len {0} bytes")]
    BoxNameTooLong(usize),
    #[error("tx.Access element has fields from multiple types")]
    Mixed,
}

/// A schema as the reference prints it.
fn go_schema(schema: &StateSchema) -> String {
    format!("{{NumUint:{} NumByteSlice:{}}}", schema.uints, schema.byte_slices)
}

/// Names the application a call means: its id, or that it is being created.
pub(super) const fn is_creation(application: AppIndex) -> bool {
    application.0 == 0
}
