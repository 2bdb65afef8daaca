//! Simulation: run one group on top of the chain without keeping anything, and report all that happened.
//!
//! The behaviour is that of `POST /v2/transactions/simulate` (go-algorand `ledger/simulation`); here are the
//! request and the answer as plain data. The REST layer writes them as JSON or msgpack.

mod effects;
mod initial;
mod observer;
mod resources;
mod run;
mod signers;

use std::collections::BTreeSet;

pub use effects::{OpcodeUnit, Program, ScratchChange, StateChange, StateKind, StateOperation, TransactionTrace};
pub use initial::{AppInitialState, InitialStates};

use pnp_types::bounds::MAX_LOGS;
use pnp_types::{
    Address, AppIndex, AssetIndex, MicroAlgos, Micros, Round, SignedTransaction, SignedTransactionWithApplyData,
};

/// The version of the answer's form.
pub const RESULT_VERSION: u64 = 2;
/// The most extra opcode budget a request may ask for.
pub const MAX_EXTRA_OPCODE_BUDGET: u64 = 20_000 * 16;
/// Bytes a program may log where more logging is allowed.
const LOG_BYTES_LIMIT: usize = 65_536;

/// What to run, and which rules to bend.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Request {
    /// The groups; exactly one.
    pub groups: Vec<Vec<SignedTransaction>>,
    /// The round on top of which to run, or 0 for the latest.
    pub round: Round,
    /// Whether transactions may lack their signatures.
    pub allow_empty_signatures: bool,
    /// Whether programs may log more than on the network.
    pub allow_more_logging: bool,
    /// Whether programs may touch resources that no transaction names.
    pub allow_unnamed_resources: bool,
    /// Opcode budget over what the group brings itself.
    pub extra_opcode_budget: u64,
    /// What to write down of each opcode.
    pub trace: TraceConfig,
    /// Whether to assume the right signer for transactions without signature.
    pub fix_signers: bool,
}

/// What to write down of each opcode.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TraceConfig {
    /// Its place.
    pub enable: bool,
    /// What it took from the stack and put there.
    pub stack: bool,
    /// The scratch slots it wrote.
    pub scratch: bool,
    /// The application state it wrote.
    pub state: bool,
}

/// The rules that were bent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Overrides {
    /// Whether transactions could lack their signatures.
    pub allow_empty_signatures: bool,
    /// Whether programs could touch resources that no transaction names.
    pub allow_unnamed_resources: bool,
    /// Lines a program could log, if not the network's limit.
    pub max_log_calls: Option<usize>,
    /// Bytes a program could log, if not the network's limit.
    pub max_log_size: Option<usize>,
    /// Opcode budget over what the group brought itself.
    pub extra_opcode_budget: u64,
    /// Whether the right signers were assumed.
    pub fix_signers: bool,
}

/// What happened.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Response {
    /// [`RESULT_VERSION`].
    pub version: u64,
    /// The round on top of which the group ran.
    pub last_round: Round,
    /// The groups; exactly one.
    pub groups: Vec<GroupResult>,
    /// The rules that were bent.
    pub overrides: Overrides,
    /// What was written down of each opcode.
    pub trace: TraceConfig,
    /// Application state before it was touched, where state changes were asked for.
    pub initial_states: Option<InitialStates>,
}

/// What happened to a group.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GroupResult {
    /// Its transactions.
    pub transactions: Vec<TransactionResult>,
    /// Why it failed; empty if it did not.
    pub failure_message: String,
    /// Where: the place in the group, then in the inner transactions of that one, and so on.
    pub failed_at: Vec<usize>,
    /// Opcode budget the group had.
    pub app_budget_added: u64,
    /// Opcode budget its application calls used.
    pub app_budget_consumed: u64,
    /// Minimum fees it needs, inner transactions among them.
    pub usage: Micros,
    /// Fees it pays, inner transactions among them.
    pub fees_paid: MicroAlgos,
    /// Resources that no transaction names and that any transaction of the group could name.
    pub unnamed_resources: Option<UnnamedResources>,
}

/// What happened to a transaction.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TransactionResult {
    /// The transaction, and what it did as far as it came.
    pub transaction: SignedTransactionWithApplyData,
    /// Opcode budget its application call used, inner ones among them.
    pub app_budget_consumed: u64,
    /// Opcode budget its logic signature used.
    pub signature_budget_consumed: u64,
    /// Fees it pays, inner transactions among them.
    pub fees_paid: MicroAlgos,
    /// What its programs did, opcode by opcode, where asked for.
    pub trace: Option<TransactionTrace>,
    /// Resources that only this transaction could name.
    pub unnamed_resources: Option<UnnamedResources>,
    /// Who has to sign, if not who the request says.
    pub fixed_signer: Option<Address>,
}

/// Resources that were touched and that no transaction names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UnnamedResources {
    /// Accounts.
    pub accounts: BTreeSet<Address>,
    /// Assets.
    pub assets: BTreeSet<AssetIndex>,
    /// Applications.
    pub apps: BTreeSet<AppIndex>,
    /// Boxes, by application and name.
    pub boxes: BTreeSet<(AppIndex, Vec<u8>)>,
    /// Empty box references needed, for bytes or for boxes of new applications.
    pub extra_box_refs: u64,
    /// Holdings.
    pub holdings: BTreeSet<(Address, AssetIndex)>,
    /// Local states.
    pub locals: BTreeSet<(Address, AppIndex)>,
}

impl UnnamedResources {
    /// Whether nothing was touched.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Why a request could not be run at all. A group that fails is no error but an answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SimulateError {
    /// The request is not valid.
    #[error("{0}")]
    Invalid(String),
    /// The chain could not be read.
    #[error("{0}")]
    Internal(String),
}

impl Request {
    fn overrides(&self) -> Overrides {
        Overrides {
            allow_empty_signatures: self.allow_empty_signatures,
            allow_unnamed_resources: self.allow_unnamed_resources,
            max_log_calls: self.allow_more_logging.then_some(MAX_LOGS),
            max_log_size: self.allow_more_logging.then_some(LOG_BYTES_LIMIT),
            extra_opcode_budget: self.extra_opcode_budget,
            fix_signers: self.fix_signers,
        }
    }

    /// The only group, if the request is valid.
    fn group(&self) -> Result<&[SignedTransaction], SimulateError> {
        let invalid = |text: &str| Err(SimulateError::Invalid(text.to_owned()));
        if self.fix_signers && !self.allow_empty_signatures {
            return invalid("FixSigners requires AllowEmptySignatures to be enabled");
        }
        let [group] = self.groups.as_slice() else {
            return invalid(&format!("expected 1 transaction group, got {}", self.groups.len()));
        };
        let TraceConfig { enable, stack, scratch, state } = self.trace;
        let details = [(stack, "stack"), (scratch, "scratch slot change"), (state, "app state change")];
        if let Some((_, what)) = details.iter().find(|(wanted, _)| *wanted && !enable) {
            return invalid(&format!("basic trace must be enabled when enabling {what} tracing"));
        }
        Ok(group)
    }

    /// The answer before anything ran.
    fn blank_response(&self, last_round: Round) -> Response {
        let result = |group: &Vec<SignedTransaction>| GroupResult {
            transactions: group
                .iter()
                .map(|signed| TransactionResult {
                    transaction: SignedTransactionWithApplyData { signed: signed.clone(), ..Default::default() },
                    ..TransactionResult::default()
                })
                .collect(),
            ..GroupResult::default()
        };
        Response {
            version: RESULT_VERSION,
            last_round,
            groups: self.groups.iter().map(result).collect(),
            overrides: self.overrides(),
            trace: self.trace,
            initial_states: self.trace.state.then(InitialStates::default),
        }
    }
}
