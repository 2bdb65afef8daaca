//! Why a group is refused, in algod's words: SDKs and people parse these texts.
//!
//! Three layers, each wrapping the next: a rule of one transaction ([`ApplyError`]), the transaction it befell, and the
//! group as a whole ([`GroupError`]). An unreadable store is no refusal and stays apart ([`ReadError`]) and never
//! counts as a program's failure.

use std::fmt;

use super::authorize::AuthorizeError;
use super::fees::FeeError;
use super::overlay::ReadError;
use super::reader::Lease;
use super::record::AccountRecord;
use super::totals::TotalsOverflow;
use super::wellformed::{MalformedError, ProgramsError};
use pnp_avm::EvalError;
use pnp_types::{AccountStatus, Address, AppIndex, AssetIndex, Digest, MicroAlgos, Round, Txid};

/// A rule that a transaction broke when it was applied.
#[derive(Clone, Debug, thiserror::Error)]
#[allow(missing_docs, reason = "each variant's text says what it means and names its fields")]
pub enum ApplyError {
    #[error(transparent)]
    Read(#[from] ReadError),
    #[error("ledger does not have entry {round} (latest {latest}, committed {latest})")]
    NoEntry { round: Round, latest: Round },

    // Money
    #[error("overspend (account {account}, data {}, tried to spend {})", GoAccount(data), GoAlgos(*tried))]
    Overspend { account: Address, data: Box<AccountRecord>, tried: MicroAlgos },
    #[error(
        "balance overflow (account {account}, data {}, was going to receive {})", GoAccount(data), GoAlgos(*receiving)
    )]
    BalanceOverflow { account: Address, data: Box<AccountRecord>, receiving: MicroAlgos },
    #[error("overflowed account balance when applying rewards")]
    RewardsOverflow,
    #[error("account {account} balance {balance} below min {min} ({assets} assets)")]
    MinBalance { account: Address, balance: u64, min: u64, assets: u64 },
    #[error(
        "account {account} would use too much space after this transaction. Minimum balance requirements would be {min} (greater than max {limit})"
    )]
    TooMuchSpace { account: Address, min: u64, limit: u64 },
    #[error("balance {0} still not zero after CloseRemainderTo")]
    NotEmptied(u64),
    #[error("cannot close: {count} outstanding {what}")]
    Outstanding { count: u64, what: &'static str },

    // Assets
    #[error("asset {0} does not exist or has been deleted")]
    NoAsset(AssetIndex),
    #[error("already found asset with index {0}")]
    AssetExists(AssetIndex),
    #[error("too many assets in account: {count} >= {limit}")]
    TooManyAssets { count: u64, limit: usize },
    #[error("this transaction should be issued by the manager. It is issued by {sender}, manager key {manager}")]
    NotManager { sender: Address, manager: Address },
    #[error("cannot destroy asset: account {creator} {what}")]
    NothingToDestroy { creator: Address, what: &'static str },
    #[error("cannot destroy asset: creator is holding only {held}/{total}")]
    NotAllHeld { held: u64, total: u64 },
    #[error("asset {asset} missing from {account}")]
    NotHeld { asset: AssetIndex, account: Address },
    #[error("receiver error: must optin, asset {asset} missing from {account}")]
    ReceiverNotOptedIn { asset: AssetIndex, account: Address },
    #[error("asset {asset} frozen in {account}")]
    Frozen { asset: AssetIndex, account: Address },
    #[error("asset frozen in recipient")]
    FrozenInRecipient,
    #[error("underflow on subtracting {amount} from sender amount {held}")]
    AssetUnderflow { amount: u64, held: u64 },
    #[error("overflow on adding {amount} to receiver amount {held}")]
    AssetOverflow { amount: u64, held: u64 },
    #[error("clawback not allowed: sender {sender}, clawback {clawback}")]
    NotClawback { sender: Address, clawback: Address },
    #[error("cannot close asset by clawback")]
    CloseByClawback,
    #[error("cannot close asset holding on account {account} : account is not opted in asset {asset} ")]
    NothingToClose { account: Address, asset: AssetIndex },
    #[error("cannot close asset ID in allocating account")]
    CloseByCreator,
    #[error("asset {asset} not present in account {account}")]
    NotPresent { asset: AssetIndex, account: Address },
    #[error("asset {asset} not zero ({amount}) after closing")]
    NotZeroAfterClosing { asset: AssetIndex, amount: u64 },
    #[error("freeze not allowed: sender {sender}, freeze {freeze}")]
    NotFreezer { sender: Address, freeze: Address },
    #[error("asset not found in account")]
    NothingToFreeze,

    // Applications
    #[error("app {app} does not exist")]
    NoApp { app: AppIndex },
    #[error("cannot {doing} key, {account} has not opted in to app {app}")]
    NoLocalStorage { doing: &'static str, account: Address, app: AppIndex },
    #[error("already found app with index {0}")]
    AppExists(AppIndex),
    #[error("cannot create app for {account}: max created apps per acct is {limit}")]
    TooManyAppsCreated { account: Address, limit: usize },
    #[error("cannot opt in app {app} for {account}: max opted-in apps per acct is {limit}")]
    TooManyAppsOptedIn { app: AppIndex, account: Address, limit: usize },
    #[error("app version ({version}) >= reject version ({reject})")]
    RejectedVersion { version: u64, reject: u64 },
    #[error("only ClearState is supported for an application ({0}) that does not exist")]
    OnlyClearState(AppIndex),
    #[error(transparent)]
    Programs(#[from] ProgramsError),
    #[error("check failed on {program}: {reason}")]
    ProgramCheck { program: &'static str, reason: String },
    #[error("cannot clear state: {account} is not currently opted in to app {app}")]
    NotOptedInToClear { account: Address, app: AppIndex },
    #[error("account {account} has already opted in to app {app}")]
    AlreadyOptedIn { account: Address, app: AppIndex },
    #[error("account {account} is not opted in to any app, and in particular {app}")]
    NotOptedInAnywhere { account: Address, app: AppIndex },
    #[error("account {account} is not opted in to app {app}")]
    NotOptedIn { account: Address, app: AppIndex },
    #[error("unable to change global schema: {0}")]
    SchemaChange(Box<Self>),
    #[error("invalid application action")]
    InvalidAction,
    #[error("transaction rejected by ApprovalProgram")]
    Rejected,
    #[error(transparent)]
    Eval(Box<EvalError>),

    // Key/value pairs and boxes
    #[error("key too long: length was {length}, maximum is {limit}")]
    KeyTooLong { length: usize, limit: usize },
    #[error("value too long for key 0x{}: length was {length}", hex::encode(key))]
    ValueTooLong { key: Vec<u8>, length: usize },
    #[error("key/value total too long for key 0x{}: sum was {sum}", hex::encode(key))]
    PairTooLong { key: Vec<u8>, sum: usize },
    #[error("store integer count {count} exceeds schema integer count {limit}")]
    TooManyUints { count: u64, limit: u64 },
    #[error("store bytes count {count} exceeds schema bytes count {limit}")]
    TooManyByteSlices { count: u64, limit: u64 },
    #[error("name too long: length was {length}, maximum is {limit}")]
    BoxNameTooLong { length: usize, limit: usize },
    #[error("box names may not be zero length")]
    BoxNameEmpty,
    #[error("box size too large: {size}, maximum is {limit}")]
    BoxTooLarge { size: u64, limit: u64 },
    #[error("attempt to recreate box 0x{}", hex::encode(name))]
    BoxExists { name: Vec<u8> },
    #[error("box 0x{} does not exist for {app}", hex::encode(name))]
    NoBox { name: Vec<u8>, app: AppIndex },
    #[error("box 0x{} is wrong size old:{old} != new:{new}", hex::encode(name))]
    BoxResized { name: Vec<u8>, old: usize, new: usize },

    // Participation
    #[error("cannot change online/offline status of non-participating account {0}")]
    NotParticipating(Address),
    #[error("transaction tries to mark an account as nonparticipating, but that transaction is not supported")]
    NonparticipationUnsupported,
    #[error("transaction tries to mark an account as online with last voting round in the past")]
    KeysExpired,
    #[error("transaction tries to mark an account as online with first voting round beyond the next voting round")]
    KeysInFuture,
    #[error("{claim} heartbeat is not allowed for {} {account}", status.as_str())]
    HeartbeatStatus { claim: &'static str, status: AccountStatus, account: Address },
    #[error("{claim} heartbeat is not allowed when not IncentiveEligible {account}")]
    HeartbeatIneligible { claim: &'static str, account: Address },
    #[error("{claim} heartbeat for {account} is not allowed with no challenge")]
    HeartbeatUnchallenged { claim: &'static str, account: Address },
    #[error("{claim} heartbeat for {account} is not challenged by {{round:{round} seed:{} bits:{bits}}}", GoList(seed.as_bytes()))]
    HeartbeatNotMeant { claim: &'static str, account: Address, round: Round, seed: Box<Digest>, bits: u32 },
    #[error("provided seed {given} does not match round {round}'s seed {seed}")]
    HeartbeatSeed { given: Digest, round: Round, seed: Digest },
    #[error("provided voter ID {} does not match {account}'s voter ID {}", GoList(given), GoList(voter))]
    HeartbeatVoter { given: [u8; 32], account: Address, voter: [u8; 32] },
    #[error("provided key dilution {given} does not match {account}'s key dilution {dilution}")]
    HeartbeatDilution { given: u64, account: Address, dilution: u64 },
    #[error("heartbeat txn has no heartbeat fields")]
    HeartbeatMissing,

    #[error("state proof transactions are not supported: this network makes no state proofs")]
    StateProofUnsupported,
    #[error("unknown transaction type {0}")]
    UnknownType(String),
    #[error("{0} tx in AVM")]
    NotInner(String),
}

impl From<EvalError> for ApplyError {
    fn from(error: EvalError) -> Self {
        Self::Eval(Box::new(error))
    }
}

/// Why recent rounds keep a transaction out.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TailError {
    /// It is on chain already.
    #[error("transaction already in ledger: {0}")]
    InLedger(Txid),
    /// Another transaction holds its lease.
    #[error(
        "transaction {txid} using an overlapping lease (sender, lease):({}, {})", lease.sender, Address(lease.name)
    )]
    Leased {
        /// The refused transaction.
        txid: Txid,
        /// The lease.
        lease: Lease,
    },
    /// Its last valid round is too long ago to know.
    #[error("txTail: tried to check for dup in missing round {0}")]
    MissingRound(Round),
    /// The store failed.
    #[error(transparent)]
    Read(#[from] ReadError),
}

/// Why a group was refused. The state is as it was before.
#[derive(Clone, Debug, thiserror::Error)]
pub enum GroupError {
    /// More transactions than a group may have.
    #[error("group size {size} exceeds maximum {limit}")]
    TooLarge {
        /// Transactions in the group.
        size: usize,
        /// Transactions allowed.
        limit: usize,
    },
    /// A transaction that no state could make valid.
    #[error("transaction {txid}: malformed: {error}")]
    Malformed {
        /// The transaction.
        txid: Txid,
        /// Its place in the group.
        index: usize,
        /// What is wrong with it.
        error: MalformedError,
    },
    /// A signature that is missing, wrong or of the wrong kind.
    #[error(transparent)]
    Unauthorized(#[from] AuthorizeError),
    /// A transaction outside of its validity.
    #[error("txn dead: round {round} outside of {first}--{last}")]
    Dead {
        /// The round being built.
        round: Round,
        /// First round of the transaction's validity.
        first: Round,
        /// Last round of the transaction's validity.
        last: Round,
    },
    /// A transaction for another network, by its genesis id.
    #[error("tx.GenesisID <{given}> does not match expected <{expected}>")]
    GenesisId {
        /// What it names.
        given: String,
        /// What this network is.
        expected: String,
    },
    /// A transaction for another network, by its genesis hash.
    #[error("tx.GenesisHash <{given}> does not match expected <{expected}>")]
    GenesisHash {
        /// What it names.
        given: Digest,
        /// What this network is.
        expected: Digest,
    },
    /// A transaction that names no network.
    #[error("required tx.GenesisHash is missing")]
    GenesisHashMissing,
    /// A transaction or lease that is used already.
    #[error(transparent)]
    Used(#[from] TailError),
    /// A signature of another account than the one that may sign.
    #[error("transaction {txid}: should have been authorized by {expected} but was actually authorized by {actual}")]
    WrongAuthorizer {
        /// The transaction.
        txid: Txid,
        /// Its place in the group.
        index: usize,
        /// Who may sign.
        expected: Address,
        /// Who signed.
        actual: Address,
    },
    /// A transaction that broke a rule when it was applied.
    #[error("transaction {txid}: {error}")]
    Apply {
        /// The transaction.
        txid: Txid,
        /// Its place in the group.
        index: usize,
        /// The rule.
        error: Box<ApplyError>,
    },
    /// A transaction of another group.
    #[error("transactionGroup: inconsistent group values: {found} != {expected}")]
    InconsistentGroup {
        /// Its place in the group.
        index: usize,
        /// The group it names.
        found: Digest,
        /// The group of the first.
        expected: Digest,
    },
    /// A transaction without group among others.
    #[error("transactionGroup: [{index}] had zero Group but was submitted in a group of {size}")]
    EmptyGroupId {
        /// Its place.
        index: usize,
        /// Transactions in the group.
        size: usize,
    },
    /// A group that is not the one its id commits to.
    #[error("transactionGroup: incomplete group: {claimed} != {actual} ({{{{}} {}}})", GoList(members))]
    IncompleteGroup {
        /// The group its transactions name.
        claimed: Digest,
        /// The group they are.
        actual: Digest,
        /// Their ids without group.
        members: Vec<Digest>,
    },
    /// A heartbeat beside a transaction that opens resources to programs.
    #[error("heartbeat transaction may not be grouped with an application call or asset creation")]
    HeartbeatInResourceGroup,
    /// Too little paid.
    #[error(transparent)]
    Fees(#[from] FeeError),
    /// A transaction that does not fit the block's header.
    #[error(transparent)]
    Block(#[from] pnp_types::BlockError),
    /// No room left in the block.
    #[error("block does not have space for transaction")]
    NoSpace,
    /// The store failed; nothing is known about the group.
    #[error(transparent)]
    Read(#[from] ReadError),
}

impl GroupError {
    /// The program that broke, where the reason is a program's.
    #[must_use]
    pub fn program(&self) -> Option<&pnp_avm::ProgramError> {
        match self {
            Self::Apply { error, .. } => match error.as_ref() {
                ApplyError::Eval(error) => error.program(),
                _ => None,
            },
            Self::Unauthorized(error) => error.program(),
            _ => None,
        }
    }

    /// The place in the group of the transaction at fault, if it was one.
    #[must_use]
    pub fn index(&self) -> Option<usize> {
        match self {
            Self::Malformed { index, .. } | Self::WrongAuthorizer { index, .. } | Self::Apply { index, .. } => {
                Some(*index)
            }
            Self::Unauthorized(error) => error.index(),
            _ => None,
        }
    }
}

/// Why a block could not be started or finished. Every one of these is a fault of this node or its store.
#[derive(Clone, Debug, thiserror::Error)]
pub enum BlockError {
    /// The store failed.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// A protocol this version does not know.
    #[error("unsupported protocol {0}")]
    Protocol(String),
    /// The block's transactions have no commitment.
    #[error(transparent)]
    Block(#[from] pnp_types::BlockError),
    /// The end of a block broke a rule.
    #[error(transparent)]
    Apply(#[from] ApplyError),
    /// The rewards pool cannot pay the rewards the header promises.
    #[error("overflowed subtracting rewards for block {0}")]
    Rewards(Round),
    /// The sums left 64 bits.
    #[error(transparent)]
    Totals(#[from] TotalsOverflow),
    /// Money appeared or disappeared.
    #[error("sum of money changed from {before} to {after}")]
    MoneyChanged {
        /// All money before the block, in millionths.
        before: u64,
        /// All money after it.
        after: u64,
    },
}

/// An amount as the reference prints it: `0.0A`, `5uA`, `1.5mA` with three places, `2A` or with six.
#[derive(Clone, Copy, Debug)]
pub(crate) struct GoAlgos(pub MicroAlgos);

impl fmt::Display for GoAlgos {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.0 {
            0 => f.write_str("0.0A"),
            micros @ 1..1_000 => write!(f, "{micros}uA"),
            micros @ 1_000..1_000_000 => match micros % 1_000 {
                0 => write!(f, "{}mA", micros / 1_000),
                rest => write!(f, "{}.{rest:03}mA", micros / 1_000),
            },
            micros => match micros % 1_000_000 {
                0 => write!(f, "{}A", micros / 1_000_000),
                rest => write!(f, "{}.{rest:06}A", micros / 1_000_000),
            },
        }
    }
}

/// An account as the reference prints it in the middle of a sentence.
struct GoAccount<'a>(&'a AccountRecord);

impl fmt::Display for GoAccount<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let account = self.0;
        let voting = &account.voting;
        write!(
            f,
            "{{AccountBaseData:{{Status:{} MicroAlgos:{} RewardsBase:{} RewardedMicroAlgos:{} AuthAddr:{} \
             IncentiveEligible:{} TotalAppSchema:{{NumUint:{} NumByteSlice:{}}} TotalExtraAppPages:{} \
             TotalAppParams:{} TotalAppLocalStates:{} TotalAssetParams:{} TotalAssets:{} TotalBoxes:{} \
             TotalBoxBytes:{} LastProposed:{} LastHeartbeat:{}}} VotingData:{{VoteID:{} SelectionID:{} \
             StateProofID:{} VoteFirstValid:{} VoteLastValid:{} VoteKeyDilution:{}}}}}",
            account.status.as_str(),
            GoAlgos(account.balance),
            account.rewards_base,
            GoAlgos(account.rewarded),
            account.auth_addr,
            account.incentive_eligible,
            account.total_app_schema.uints,
            account.total_app_schema.byte_slices,
            account.total_extra_app_pages,
            account.total_apps_created,
            account.total_apps_opted_in,
            account.total_assets_created,
            account.total_assets,
            account.total_boxes,
            account.total_box_bytes,
            account.last_proposed,
            account.last_heartbeat,
            GoList(&voting.vote_key),
            GoList(&voting.selection_key),
            GoList(&voting.state_proof_key),
            voting.vote_first,
            voting.vote_last,
            voting.vote_key_dilution,
        )
    }
}

/// A list as the reference prints it: in brackets, spaces between.
struct GoList<'a, T>(&'a [T]);

impl<T: fmt::Display> fmt::Display for GoList<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[")?;
        for (index, item) in self.0.iter().enumerate() {
            write!(f, "{}{item}", if index == 0 { "" } else { " " })?;
        }
        f.write_str("]")
    }
}
