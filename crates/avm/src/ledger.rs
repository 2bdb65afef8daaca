//! The machine's only door to the world: what a program may ask of the ledger, and change in it.
//!
//! The ledger implements [`Ledger`]; the machine never sees storage, blocks or other transactions than its group's
//! (go-algorand `LedgerForLogic` and `LedgerForSignature` in `data/transactions/logic/eval.go`). Errors carry the
//! reference's text, because it ends up in the program's failure.

use std::sync::Arc;

use super::error::{EvalError, Fault, InnerFailure, ProgramError};
use super::group::GroupContext;
use pnp_types::{
    AccountStatus, Address, AppIndex, AppParams, AssetHolding, AssetIndex, AssetParams, BlockHeader, Digest,
    MicroAlgos, Micros, Round, SignedTransactionWithApplyData, StateSchema, TealValue, Transaction, VotingData,
};

/// A failure of the ledger: a sentence for people, and the failed program where it was an inner program that failed.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{message}")]
pub struct LedgerError {
    /// The full text.
    pub message: String,
    /// The inner program that failed, if that was the reason.
    pub cause: Option<Box<ProgramError>>,
}

impl LedgerError {
    /// A failure with this text that no program caused.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), cause: None }
    }

    /// As a program reports that its inner transaction `index` failed.
    pub(super) fn into_inner_fault(self, index: usize) -> Fault {
        let text = format!("inner tx {index} failed: {}", self.message);
        Fault::from_inner(text, InnerFailure { message: self.message, cause: self.cause })
    }
}

impl From<String> for LedgerError {
    fn from(message: String) -> Self {
        Self::new(message)
    }
}

impl From<&str> for LedgerError {
    fn from(message: &str) -> Self {
        Self::new(message)
    }
}

impl From<EvalError> for LedgerError {
    fn from(error: EvalError) -> Self {
        let message = error.to_string();
        match error {
            EvalError::Program(cause) => Self { message, cause: Some(cause) },
            EvalError::Refused(_) => Self { message, cause: None },
        }
    }
}

impl From<LedgerError> for Fault {
    fn from(error: LedgerError) -> Self {
        Self::new(error.message)
    }
}

/// An account as opcodes see it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AccountView {
    /// The balance with the rewards that are due.
    pub balance: MicroAlgos,
    /// What the balance may not fall below.
    pub min_balance: MicroAlgos,
    /// Who signs for it, zero for itself.
    pub auth_addr: Address,
    /// Whether it takes part in consensus.
    pub status: AccountStatus,
    /// Whether it may be paid for proposing.
    pub incentive_eligible: bool,
    /// State it reserved, over all applications.
    pub total_app_schema: StateSchema,
    /// Extra program pages, over all applications it created.
    pub total_extra_app_pages: u32,
    /// Applications it created.
    pub total_apps_created: u64,
    /// Applications it opted into.
    pub total_apps_opted_in: u64,
    /// Assets it created.
    pub total_assets_created: u64,
    /// Assets it holds.
    pub total_assets: u64,
    /// Boxes of the application this is the account of.
    pub total_boxes: u64,
    /// Bytes of names and contents of those boxes.
    pub total_box_bytes: u64,
    /// The last round it proposed a block.
    pub last_proposed: Round,
    /// The last round it sent a heartbeat.
    pub last_heartbeat: Round,
}

/// An account as consensus saw it 320 rounds ago.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OnlineAccount {
    /// The balance with rewards, zero when it was not online.
    pub balance: MicroAlgos,
    /// Its participation keys.
    pub voting: VotingData,
    /// Whether it may be paid for proposing.
    pub incentive_eligible: bool,
    /// The last round it proposed a block.
    pub last_proposed: Round,
    /// The last round it sent a heartbeat.
    pub last_heartbeat: Round,
}

/// What a logic signature can see: only what consensus has already agreed on.
pub trait SignatureLedger {
    /// The header of `round`.
    fn block_header(&self, round: Round) -> Result<BlockHeader, LedgerError>;
    /// The hash that names the network.
    fn genesis_hash(&self) -> Digest;
}

/// What an application's program can see and change.
pub trait Ledger {
    /// The header of `round`.
    fn block_header(&self, round: Round) -> Result<BlockHeader, LedgerError>;
    /// The hash that names the network.
    fn genesis_hash(&self) -> Digest;
    /// The round of the block under construction.
    fn round(&self) -> Round;
    /// The timestamp of the block before it, in seconds.
    fn previous_timestamp(&self) -> i64;

    /// An account; one that does not exist has a balance of 0.
    fn account(&self, address: &Address) -> Result<AccountView, LedgerError>;
    /// The address that must sign for `address`.
    fn authorizer(&self, address: &Address) -> Result<Address, LedgerError>;
    /// An account at the balance round.
    fn online_account(&self, address: &Address) -> Result<OnlineAccount, LedgerError>;
    /// The online stake at the balance round.
    fn online_stake(&self) -> Result<MicroAlgos, LedgerError>;

    /// What `address` holds of `asset`, or nothing if it never opted in.
    fn asset_holding(&self, address: &Address, asset: AssetIndex) -> Result<Option<AssetHolding>, LedgerError>;
    /// An asset and its creator.
    fn asset_params(&self, asset: AssetIndex) -> Result<Option<(Arc<AssetParams>, Address)>, LedgerError>;
    /// An application and its creator.
    fn app_params(&self, app: AppIndex) -> Result<Option<(Arc<AppParams>, Address)>, LedgerError>;
    /// Whether `address` has local state of `app`.
    fn opted_in(&self, address: &Address, app: AppIndex) -> Result<bool, LedgerError>;

    /// Reads local state; fails where `address` is not opted in.
    fn local_get(&self, address: &Address, app: AppIndex, key: &[u8]) -> Result<Option<TealValue>, LedgerError>;
    /// Writes local state.
    fn local_put(&mut self, address: &Address, app: AppIndex, key: &[u8], value: TealValue) -> Result<(), LedgerError>;
    /// Deletes local state.
    fn local_del(&mut self, address: &Address, app: AppIndex, key: &[u8]) -> Result<(), LedgerError>;
    /// Reads global state; fails where `app` does not exist.
    fn global_get(&self, app: AppIndex, key: &[u8]) -> Result<Option<TealValue>, LedgerError>;
    /// Writes global state.
    fn global_put(&mut self, app: AppIndex, key: &[u8], value: TealValue) -> Result<(), LedgerError>;
    /// Deletes global state.
    fn global_del(&mut self, app: AppIndex, key: &[u8]) -> Result<(), LedgerError>;

    /// Creates a box that does not exist yet.
    fn box_create(&mut self, app: AppIndex, name: &[u8], value: Vec<u8>) -> Result<(), LedgerError>;
    /// Reads a box.
    fn box_get(&self, app: AppIndex, name: &[u8]) -> Result<Option<Arc<[u8]>>, LedgerError>;
    /// Replaces the content of a box by one of the same length.
    fn box_set(&mut self, app: AppIndex, name: &[u8], value: Vec<u8>) -> Result<(), LedgerError>;
    /// Deletes a box, and returns whether there was one.
    fn box_del(&mut self, app: AppIndex, name: &[u8]) -> Result<bool, LedgerError>;
    /// Lets every application read `app`'s boxes, or not.
    fn set_foreign_box_reads(&mut self, app: AppIndex, enable: bool) -> Result<(), LedgerError>;
    /// Lets applications of the same creator read and write `app`'s boxes, or not.
    fn set_family_box_access(&mut self, app: AppIndex, enable: bool) -> Result<(), LedgerError>;

    /// Whether a transaction obeys all rules that need no state (go-algorand `transactions.Transaction.WellFormed`).
    fn well_formed(&self, transaction: &Transaction) -> Result<(), LedgerError>;
    /// What a group must pay for, in millionths of one minimum fee, and what it pays (go-algorand `SummarizeFees`).
    fn group_fees(&self, group: &[SignedTransactionWithApplyData]) -> (Micros, MicroAlgos);

    /// Applies transaction `index` of an inner group, leaving its effects in the transaction's `apply_data`.
    /// The machine has already checked that the application may send it.
    fn perform(&mut self, index: usize, group: &mut GroupContext<'_>) -> Result<(), LedgerError>;
}
