//! What the programs of one group share: transactions, pooled budgets, fee credit, resources, scratch spaces.
//!
//! A group of inner transactions has a context of its own; what it shares with the groups above is moved into it while
//! it runs and moved back afterwards (go-algorand `EvalParams` in `data/transactions/logic/eval.go`, which shares by
//! pointers).

use std::collections::HashMap;

use super::resources::Resources;
use super::tracer::{Tracer, UnnamedResources};
use super::value::Value;
use pnp_types::consensus::ConsensusParams;
use pnp_types::{
    Address, AppIndex, ApplyData, AssetIndex, MicroAlgos, Micros, SignedTransactionWithApplyData, TransactionType,
    Txid, msgpack, sha512_256,
};

/// The first version of programs that may share a group with a rekeying or an application call.
const REKEYING_VERSION: u64 = 2;

/// Names the opcodes of a program around a program counter, for error texts: `int 0; assert; label1:`.
pub type DescribeOpcodes = fn(program: &[u8], pc: usize) -> Option<String>;

/// One group on its way through the ledger.
pub struct GroupContext<'t> {
    /// The transactions, with what they did so far.
    pub transactions: Vec<SignedTransactionWithApplyData>,
    /// The rules.
    pub params: &'static ConsensusParams,
    /// Bytes of boxes and large programs the group may read, and write, before it must name more boxes.
    pub io_budget: u64,
    /// Bytes of the read budget that were left over; negative where `simulate` lets a group pass without enough.
    pub surplus_read_budget: i64,
    pub(super) min_version: u64,
    pub(super) signature_budget: Option<u64>,
    pub(super) fee_residue: u64,
    pub(super) read_budget_checked: bool,
    pub(super) past_scratch: Vec<Option<Vec<Value>>>,
    pub(super) txids: HashMap<usize, Txid>,
    pub(super) inner_txids: HashMap<usize, Txid>,
    pub(super) shared: Shared<'t>,
}

/// What inner groups share with the group they come from.
pub(super) struct Shared<'t> {
    pub app_budget: Option<u64>,
    pub allowed_inners: Option<usize>,
    pub fee_credit: Option<MicroAlgos>,
    pub resources: Resources,
    pub app_addresses: HashMap<AppIndex, Address>,
    pub max_log_size: usize,
    pub max_log_calls: usize,
    pub describe: Option<DescribeOpcodes>,
    pub tracer: Option<&'t mut dyn Tracer>,
    /// The programs that wait for this group, the outermost first.
    pub callers: Vec<Caller>,
}

/// A program that waits for its inner group.
#[derive(Debug, Clone)]
pub struct Caller {
    /// Its application.
    pub app: AppIndex,
    /// Its version.
    pub version: u64,
    pub(super) creator: Option<Address>,
    pub(super) touched_family_box: bool,
    pub(super) txid: Txid,
    pub(super) inner_count: usize,
}

impl Default for Shared<'_> {
    fn default() -> Self {
        Self {
            app_budget: None,
            allowed_inners: None,
            fee_credit: None,
            resources: Resources::default(),
            app_addresses: HashMap::new(),
            max_log_size: 1024,
            max_log_calls: 32,
            describe: None,
            tracer: None,
            callers: Vec::new(),
        }
    }
}

impl<'t> GroupContext<'t> {
    /// A top-level group whose application calls are about to run. `usage` and `paid` are the group's fee needs, in
    /// millionths of a minimum fee, and its fees: what is paid too much may be spent by inner transactions.
    pub fn for_applications(
        transactions: Vec<SignedTransactionWithApplyData>,
        params: &'static ConsensusParams,
        usage: Micros,
        paid: MicroAlgos,
    ) -> Self {
        let mut group = Self::new(transactions, params);
        let calls = group.transactions.iter().filter(|transaction| is_call(transaction)).count();
        for transaction in &mut group.transactions {
            transaction.apply_data = ApplyData::default();
        }
        if calls == 0 {
            return group;
        }
        let (credit, residue) = match fee_for_usage(params, usage, Micros::ONE, 0) {
            Some((needed, residue)) => (paid.saturating_sub(needed), residue),
            None => (MicroAlgos::ZERO, 0),
        };
        group.shared.fee_credit = Some(credit);
        group.fee_residue = residue;
        if params.enable_app_cost_pooling {
            group.shared.app_budget = Some((calls * params.max_app_program_cost) as u64);
        }
        if params.enable_inner_transaction_pooling {
            group.shared.allowed_inners = Some(params.max_tx_group_size * params.max_inner_transactions);
        }
        group
    }

    /// A group whose logic signatures are about to run.
    pub fn for_signatures(transactions: Vec<SignedTransactionWithApplyData>, params: &'static ConsensusParams) -> Self {
        let mut group = Self::new(transactions, params);
        let any = group.transactions.iter().any(|transaction| !transaction.signed.lsig.logic.is_empty());
        if any && params.enable_logic_sig_cost_pooling {
            group.signature_budget = Some(group.transactions.len() as u64 * params.logic_sig_max_cost);
        }
        group
    }

    fn new(transactions: Vec<SignedTransactionWithApplyData>, params: &'static ConsensusParams) -> Self {
        Self {
            min_version: min_version(&transactions),
            past_scratch: vec![None; transactions.len()],
            transactions,
            params,
            io_budget: 0,
            surplus_read_budget: 0,
            signature_budget: None,
            fee_residue: 0,
            read_budget_checked: false,
            txids: HashMap::new(),
            inner_txids: HashMap::new(),
            shared: Shared::default(),
        }
    }

    /// The group that `caller`'s program sends. What both share moves here; [`Self::give_back`] returns it.
    pub(super) fn inner(outer: &mut Self, transactions: Vec<SignedTransactionWithApplyData>, caller: Caller) -> Self {
        let calls = transactions.iter().filter(|transaction| is_call(transaction)).count();
        let mut inner = Self::new(transactions, outer.params);
        inner.min_version = inner.min_version.max(outer.min_version);
        inner.fee_residue = outer.fee_residue;
        inner.io_budget = outer.io_budget;
        inner.read_budget_checked = true;
        inner.shared = std::mem::take(&mut outer.shared);
        inner.shared.callers.push(caller);
        if outer.params.enable_app_cost_pooling
            && let Some(budget) = &mut inner.shared.app_budget
        {
            *budget += (calls * outer.params.max_app_program_cost) as u64;
        }
        inner
    }

    /// Moves what is shared back to the group this one comes from, and returns the waiting program.
    pub(super) fn give_back(&mut self, outer: &mut Self) -> Option<Caller> {
        outer.shared = std::mem::take(&mut self.shared);
        outer.shared.callers.pop()
    }

    /// Shows the whole run to a tracer.
    #[must_use]
    pub fn with_tracer(mut self, tracer: &'t mut dyn Tracer) -> Self {
        self.shared.tracer = Some(tracer);
        self
    }

    /// Adds the opcodes around the failing one to error texts.
    #[must_use]
    pub fn with_opcodes_in_errors(mut self, describe: DescribeOpcodes) -> Self {
        self.shared.describe = Some(describe);
        self
    }

    /// Calls the tracer, if there is one.
    pub fn trace(&mut self, hook: impl FnOnce(&mut dyn Tracer, &mut Self)) {
        if let Some(tracer) = self.shared.tracer.take() {
            hook(tracer, self);
            self.shared.tracer = Some(tracer);
        }
    }

    /// Whether this is a group of inner transactions.
    pub fn is_inner(&self) -> bool {
        !self.shared.callers.is_empty()
    }

    /// The programs that wait for this group, the outermost first.
    pub fn callers(&self) -> &[Caller] {
        &self.shared.callers
    }

    /// The opcode budget the group's calls share.
    pub fn app_budget(&self) -> Option<u64> {
        self.shared.app_budget
    }

    /// Gives the group's calls a larger opcode budget.
    pub fn add_app_budget(&mut self, extra: u64) {
        if let Some(budget) = &mut self.shared.app_budget {
            *budget = budget.saturating_add(extra);
        }
    }

    /// The opcode budget that is left for the group's logic signatures.
    pub fn signature_budget(&self) -> Option<u64> {
        self.signature_budget
    }

    /// Gives the group's logic signatures a larger opcode budget.
    pub fn add_signature_budget(&mut self, extra: u64) {
        if let Some(budget) = &mut self.signature_budget {
            *budget = budget.saturating_add(extra);
        }
    }

    /// How many lines a program may log, and how many bytes they may have together.
    pub fn set_log_limits(&mut self, calls: usize, bytes: usize) {
        self.shared.max_log_calls = calls;
        self.shared.max_log_size = bytes;
    }

    /// Bytes that count against the write budget so far.
    pub fn dirty_bytes(&self) -> u64 {
        self.shared.resources.dirty_bytes
    }

    /// Notes what a transaction did that was not a program's doing; created assets become available to later programs.
    pub fn record(&mut self, index: usize, apply_data: ApplyData) {
        let asset = apply_data.config_asset;
        if let Some(transaction) = self.transactions.get_mut(index) {
            transaction.apply_data = apply_data;
        }
        if asset != AssetIndex::NONE {
            self.find_resources();
            self.shared.resources.created_assets.insert(asset);
        }
    }

    /// Collects what the group's transactions name, once.
    pub(super) fn find_resources(&mut self) {
        if self.shared.resources.found {
            return;
        }
        self.shared.resources.found = true;
        for transaction in &self.transactions {
            let addresses = &mut self.shared.app_addresses;
            self.shared.resources.add(&transaction.signed.transaction, &mut |app| address_of(addresses, app));
        }
    }

    /// The account of an application.
    pub fn app_address(&mut self, app: AppIndex) -> Address {
        address_of(&mut self.shared.app_addresses, app)
    }

    pub(super) fn unnamed(&mut self) -> Option<&mut dyn UnnamedResources> {
        self.shared.tracer.as_mut().and_then(|tracer| tracer.unnamed_resources())
    }

    /// The id of a transaction of this group (go-algorand `EvalContext.getTxID`).
    pub(super) fn txid(&mut self, index: usize) -> Txid {
        if let Some(txid) = self.txids.get(&index) {
            return *txid;
        }
        let transaction = self.transactions.get(index).map(|transaction| &transaction.signed.transaction);
        let txid = match (transaction, self.shared.callers.last()) {
            (Some(transaction), Some(caller)) => inner_id(transaction, caller.txid, caller.inner_count + index),
            (Some(transaction), None) => transaction.id(),
            (None, _) => Txid::ZERO,
        };
        self.txids.insert(index, txid);
        txid
    }
}

impl std::fmt::Debug for GroupContext<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("GroupContext")
            .field("transactions", &self.transactions)
            .field("app_budget", &self.shared.app_budget)
            .field("fee_credit", &self.shared.fee_credit)
            .field("callers", &self.shared.callers)
            .finish_non_exhaustive()
    }
}

fn address_of(addresses: &mut HashMap<AppIndex, Address>, app: AppIndex) -> Address {
    *addresses.entry(app).or_insert_with(|| Address::of_application(app))
}

fn is_call(transaction: &SignedTransactionWithApplyData) -> bool {
    transaction.signed.transaction.kind == TransactionType::ApplicationCall
}

/// The oldest program version that may meet these transactions: older ones do not know all their fields.
fn min_version(transactions: &[SignedTransactionWithApplyData]) -> u64 {
    let newer = transactions
        .iter()
        .any(|transaction| is_call(transaction) || !transaction.signed.transaction.header.rekey_to.is_zero());
    if newer { REKEYING_VERSION } else { 0 }
}

/// The id of an inner transaction: its parent and its place go into the hash.
pub(super) fn inner_id(transaction: &pnp_types::Transaction, parent: Txid, index: usize) -> Txid {
    let mut prefix = b"TX".to_vec();
    prefix.extend_from_slice(parent.as_bytes());
    prefix.extend_from_slice(&(index as u64).to_be_bytes());
    Txid::from(sha512_256(&msgpack::encode_after(&prefix, transaction)))
}

/// The fee for `usage` millionths of a minimum fee, scaled by `multiplier`, and the fraction of a microAlgo (in 10^-12)
/// that rounding up leaves for the next group to use; nothing on overflow (go-algorand `MicroAlgos.FeeForUsage`).
pub fn fee_for_usage(
    params: &ConsensusParams,
    usage: Micros,
    multiplier: Micros,
    residue: u64,
) -> Option<(MicroAlgos, u64)> {
    const SCALE: u128 = 1_000_000_000_000;
    let product = u128::from(params.min_txn_fee) * u128::from(usage.0);
    let product = product.checked_mul(u128::from(multiplier.0))?;
    let fee = u64::try_from(product / SCALE).ok()?;
    let rest = (product % SCALE) as u64;
    if rest <= residue {
        return Some((MicroAlgos(fee), residue - rest));
    }
    Some((MicroAlgos(fee.checked_add(1)?), SCALE as u64 - (rest - residue)))
}
