//! The `txn` opcodes: fields of the transaction itself, of its group, and of the inner transactions it sent.

use super::unknown_field;
use crate::error::{Fault, fault};
use crate::group::inner_id;
use crate::program::Mode;
use crate::value::Value;
use crate::vm::Vm;
use pnp_opcodes::{Field, TxnField};
use pnp_types::{Round, SignedTransactionWithApplyData, Txid};

type OpResult = Result<(), Fault>;

/// Since this version programs may read what other transactions did, and what their inner groups are.
const EFFECTS_VERSION: u64 = 6;

/// Which transactions an index counts.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Source {
    /// Those of the program's own group.
    Group,
    /// The last inner transaction alone.
    LastInner,
    /// The last inner group.
    LastInnerGroup,
}

/// A field without index, or a list's item.
#[derive(Clone, Copy)]
enum Item {
    Single,
    Nth(u64),
}

impl Vm<'_, '_> {
    /// The id of the transaction the program runs for.
    pub(crate) fn own_txid(&mut self) -> Txid {
        if self.group.params.unify_inner_tx_ids { self.group.txid(self.index) } else { self.transaction().id() }
    }

    /// The round a program may look at, between those that every node still has and its transaction's validity
    /// (go-algorand `EvalContext.availableRound`).
    pub(crate) fn available_round(&self, round: u64) -> Result<Round, Fault> {
        let header = &self.transaction().header;
        let first = header.last_valid.0.wrapping_sub(self.group.params.max_txn_life).wrapping_sub(1);
        let first = if first > header.last_valid.0 || first == 0 { 1 } else { first };
        let last = header.first_valid.0.saturating_sub(1);
        if round < first || round > last {
            fault!("round {round} is not available. It's outside [{first}-{last}]");
        }
        Ok(Round(round))
    }

    fn last_inner_group(&self) -> &[SignedTransactionWithApplyData] {
        let inners = self.signed().apply_data.eval_delta.inner_txns.as_slice();
        let Some(last) = inners.last() else { return inners };
        let group = last.signed.transaction.header.group;
        if group.is_zero() {
            return inners.get(inners.len() - 1..).unwrap_or_default();
        }
        let other = inners.iter().rposition(|inner| inner.signed.transaction.header.group != group);
        inners.get(other.map_or(0, |other| other + 1)..).unwrap_or_default()
    }

    fn source(&self, source: Source) -> &[SignedTransactionWithApplyData] {
        match source {
            Source::Group => &self.group.transactions,
            Source::LastInner => {
                let inners = &self.signed().apply_data.eval_delta.inner_txns;
                inners.get(inners.len().saturating_sub(1)..).unwrap_or_default()
            }
            Source::LastInnerGroup => self.last_inner_group(),
        }
    }

    fn field(&mut self, source: Source, at: u64, field: u8, item: Item) -> Result<Value, Fault> {
        let Some(field) = TxnField::from_byte(field) else {
            fault!("invalid txn field {}", unknown_field::<TxnField>("TxnField", field));
        };
        let spec = field.spec();
        if u64::from(spec.since) > self.version() {
            fault!("invalid txn field {}", spec.name);
        }
        match item {
            Item::Nth(_) if !spec.array => fault!("unsupported array field {}", spec.name),
            Item::Single if spec.array => fault!("invalid txn field {}", spec.name),
            _ => {}
        }
        if source == Source::Group && spec.after_execution && at >= self.index as u64 {
            if self.mode == Mode::Signature {
                fault!("txn[{}] not allowed in current mode", spec.name);
            }
            fault!("txn effects can only be read from past txns {at} {}", self.index);
        }
        let length = self.source(source).len();
        let Some(position) = usize::try_from(at).ok().filter(|at| *at < length) else {
            fault!("txn index {at}, len(group) is {length}");
        };
        if spec.after_execution {
            if self.mode == Mode::Signature {
                fault!("txn[{}] not allowed in current mode", spec.name);
            }
            if self.version() < EFFECTS_VERSION && source == Source::Group {
                return Err("Unable to obtain effects from top-level transactions".into());
            }
        }
        let inner = source != Source::Group;
        if inner && self.version() < EFFECTS_VERSION && matches!(field, TxnField::GroupIndex | TxnField::TxId) {
            fault!("illegal field for inner transaction {}", spec.name);
        }
        match field {
            TxnField::GroupIndex => Ok(at.into()),
            TxnField::TxId => Ok(self.txid_of(source, position).0.into()),
            TxnField::FirstValidTime => self.first_valid_time(source, position),
            _ => {
                let index = if let Item::Nth(index) = item { index } else { 0 };
                match self.source(source).get(position) {
                    Some(transaction) => super::transaction_fields::read(transaction, field, index),
                    None => fault!("txn index {at}, len(group) is {length}"),
                }
            }
        }
    }

    fn txid_of(&mut self, source: Source, position: usize) -> Txid {
        if source == Source::Group {
            return self.group.txid(position);
        }
        if let Some(txid) = self.group.inner_txids.get(&position) {
            return *txid;
        }
        let parent = self.own_txid();
        let sent = self.signed().apply_data.eval_delta.inner_txns.len();
        let place = sent - self.last_inner_group().len() + position;
        let transaction = self.source(source).get(position).map(|inner| &inner.signed.transaction);
        let txid = transaction.map_or(Txid::ZERO, |transaction| inner_id(transaction, parent, place));
        self.group.inner_txids.insert(position, txid);
        txid
    }

    fn first_valid_time(&self, source: Source, position: usize) -> Result<Value, Fault> {
        let transaction = self.source(source).get(position).map(|transaction| &transaction.signed.transaction);
        let first = transaction.map_or(0, |transaction| transaction.header.first_valid.0);
        let round = self.available_round(first.wrapping_sub(1))?;
        let timestamp = self.block_header(round)?.timestamp;
        match u64::try_from(timestamp) {
            Ok(timestamp) => Ok(timestamp.into()),
            Err(_) => fault!("block({round}) timestamp {timestamp} < 0"),
        }
    }
}

/// Reads a field and puts it in place of the `used` topmost values.
fn read(vm: &mut Vm<'_, '_>, used: usize, source: Source, at: u64, field: u8, item: Item) -> OpResult {
    let value = vm.field(source, at, field, item)?;
    vm.machine.replace(used, value)
}

fn byte(vm: &Vm<'_, '_>, position: usize) -> Result<u8, Fault> {
    vm.machine.byte(position)
}

fn nth(vm: &Vm<'_, '_>, position: usize) -> Result<Item, Fault> {
    Ok(Item::Nth(byte(vm, position)?.into()))
}

fn nth_of_stack(vm: &Vm<'_, '_>) -> Result<Item, Fault> {
    Ok(Item::Nth(vm.machine.uint(0)?))
}

/// `txn F`
pub(crate) fn txn(vm: &mut Vm<'_, '_>) -> OpResult {
    let (at, field) = (vm.index as u64, byte(vm, 0)?);
    read(vm, 0, Source::Group, at, field, Item::Single)
}

/// `txna F I`
pub(crate) fn txna(vm: &mut Vm<'_, '_>) -> OpResult {
    let (at, field, item) = (vm.index as u64, byte(vm, 0)?, nth(vm, 1)?);
    read(vm, 0, Source::Group, at, field, item)
}

/// `txnas F`: index
pub(crate) fn txnas(vm: &mut Vm<'_, '_>) -> OpResult {
    let (at, field, item) = (vm.index as u64, byte(vm, 0)?, nth_of_stack(vm)?);
    read(vm, 1, Source::Group, at, field, item)
}

/// `gtxn T F`
pub(crate) fn gtxn(vm: &mut Vm<'_, '_>) -> OpResult {
    let (at, field) = (byte(vm, 0)?.into(), byte(vm, 1)?);
    read(vm, 0, Source::Group, at, field, Item::Single)
}

/// `gtxna T F I`
pub(crate) fn gtxna(vm: &mut Vm<'_, '_>) -> OpResult {
    let (at, field, item) = (byte(vm, 0)?.into(), byte(vm, 1)?, nth(vm, 2)?);
    read(vm, 0, Source::Group, at, field, item)
}

/// `gtxnas T F`: index
pub(crate) fn gtxnas(vm: &mut Vm<'_, '_>) -> OpResult {
    let (at, field, item) = (byte(vm, 0)?.into(), byte(vm, 1)?, nth_of_stack(vm)?);
    read(vm, 1, Source::Group, at, field, item)
}

/// `gtxns F`: transaction
pub(crate) fn gtxns(vm: &mut Vm<'_, '_>) -> OpResult {
    let (at, field) = (vm.machine.uint(0)?, byte(vm, 0)?);
    read(vm, 1, Source::Group, at, field, Item::Single)
}

/// `gtxnsa F I`: transaction
pub(crate) fn gtxnsa(vm: &mut Vm<'_, '_>) -> OpResult {
    let (at, field, item) = (vm.machine.uint(0)?, byte(vm, 0)?, nth(vm, 1)?);
    read(vm, 1, Source::Group, at, field, item)
}

/// `gtxnsas F`: transaction, index
pub(crate) fn gtxnsas(vm: &mut Vm<'_, '_>) -> OpResult {
    let (at, field, item) = (vm.machine.uint(1)?, byte(vm, 0)?, nth_of_stack(vm)?);
    read(vm, 2, Source::Group, at, field, item)
}

/// `itxn F`
pub(crate) fn itxn(vm: &mut Vm<'_, '_>) -> OpResult {
    let field = byte(vm, 0)?;
    read(vm, 0, Source::LastInner, 0, field, Item::Single)
}

/// `itxna F I`
pub(crate) fn itxna(vm: &mut Vm<'_, '_>) -> OpResult {
    let (field, item) = (byte(vm, 0)?, nth(vm, 1)?);
    read(vm, 0, Source::LastInner, 0, field, item)
}

/// `itxnas F`: index
pub(crate) fn itxnas(vm: &mut Vm<'_, '_>) -> OpResult {
    let (field, item) = (byte(vm, 0)?, nth_of_stack(vm)?);
    read(vm, 1, Source::LastInner, 0, field, item)
}

/// `gitxn T F`
pub(crate) fn gitxn(vm: &mut Vm<'_, '_>) -> OpResult {
    let (at, field) = (byte(vm, 0)?.into(), byte(vm, 1)?);
    read(vm, 0, Source::LastInnerGroup, at, field, Item::Single)
}

/// `gitxna T F I`
pub(crate) fn gitxna(vm: &mut Vm<'_, '_>) -> OpResult {
    let (at, field, item) = (byte(vm, 0)?.into(), byte(vm, 1)?, nth(vm, 2)?);
    read(vm, 0, Source::LastInnerGroup, at, field, item)
}

/// `gitxnas T F`: index
pub(crate) fn gitxnas(vm: &mut Vm<'_, '_>) -> OpResult {
    let (at, field, item) = (byte(vm, 0)?.into(), byte(vm, 1)?, nth_of_stack(vm)?);
    read(vm, 1, Source::LastInnerGroup, at, field, item)
}
