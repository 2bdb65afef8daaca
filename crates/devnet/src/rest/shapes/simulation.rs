//! Simulation: the request and the response as clients see them.

use super::pending;
use crate::rest::document::{Document, Fields};
use pnp_ledger::simulate::{
    AppInitialState, GroupResult, InitialStates, OpcodeUnit, Overrides, Request, Response, StateChange, StateKind,
    StateOperation, TraceConfig, TransactionResult, TransactionTrace, UnnamedResources,
};
use pnp_types::msgpack::{self, DecodeError, wire_struct};
use pnp_types::{Address, AppIndex, AssetIndex, Digest, Round, SignedTransaction, TealValue};

/// The request as it comes over the wire.
#[derive(Debug, Default)]
struct Asked {
    groups: Vec<AskedGroup>,
    round: Round,
    allow_empty_signatures: bool,
    allow_more_logging: bool,
    allow_unnamed_resources: bool,
    extra_opcode_budget: u64,
    trace: AskedTrace,
    fix_signers: bool,
}

wire_struct! {
    Asked {
        "txn-groups" => groups, "TxnGroups";
        "round" => round, "Round";
        "allow-empty-signatures" => allow_empty_signatures, "AllowEmptySignatures";
        "allow-more-logging" => allow_more_logging, "AllowMoreLogging";
        "allow-unnamed-resources" => allow_unnamed_resources, "AllowUnnamedResources";
        "extra-opcode-budget" => extra_opcode_budget, "ExtraOpcodeBudget";
        "exec-trace-config" => trace, "ExecTraceConfig";
        "fix-signers" => fix_signers, "FixSigners";
    }
}

#[derive(Debug, Default)]
struct AskedGroup {
    transactions: Vec<SignedTransaction>,
}

wire_struct! {
    AskedGroup {
        "txns" => transactions, "Txns";
    }
}

#[derive(Debug, Default)]
struct AskedTrace {
    enable: bool,
    stack: bool,
    scratch: bool,
    state: bool,
}

wire_struct! {
    AskedTrace {
        "enable" => enable, "Enable";
        "stack-change" => stack, "Stack";
        "scratch-change" => scratch, "Scratch";
        "state-change" => state, "State";
    }
}

/// Reads a request in msgpack.
pub(in crate::rest) fn request(bytes: &[u8]) -> Result<Request, DecodeError> {
    let Asked {
        groups,
        round,
        allow_empty_signatures,
        allow_more_logging,
        allow_unnamed_resources,
        extra_opcode_budget,
        trace,
        fix_signers,
    } = msgpack::decode_from_client(bytes)?.0; // as algod, ignore what follows the request
    let AskedTrace { enable, stack, scratch, state } = trace;
    Ok(Request {
        groups: groups.into_iter().map(|group| group.transactions).collect(),
        round,
        allow_empty_signatures,
        allow_more_logging,
        allow_unnamed_resources,
        extra_opcode_budget,
        trace: TraceConfig { enable, stack, scratch, state },
        fix_signers,
    })
}

/// `model.SimulateResponse`.
pub(in crate::rest) fn response(response: &Response) -> Document {
    Fields::default()
        .with_some("eval-overrides", overrides(&response.overrides))
        .with_some("exec-trace-config", trace_config(response.trace))
        .with_present("initial-states", response.initial_states.as_ref().map(initial_states))
        .with("last-round", response.last_round)
        .with("txn-groups", response.groups.iter().map(group).collect::<Document>())
        .with("version", response.version)
        .into()
}

fn overrides(overrides: &Overrides) -> Document {
    Fields::default()
        .with_some("allow-empty-signatures", overrides.allow_empty_signatures)
        .with_some("allow-unnamed-resources", overrides.allow_unnamed_resources)
        .with_some("extra-opcode-budget", overrides.extra_opcode_budget)
        .with_some("fix-signers", overrides.fix_signers)
        .with_some("max-log-calls", overrides.max_log_calls)
        .with_some("max-log-size", overrides.max_log_size)
        .into()
}

fn trace_config(trace: TraceConfig) -> Document {
    Fields::default()
        .with_some("enable", trace.enable)
        .with_some("scratch-change", trace.scratch)
        .with_some("stack-change", trace.stack)
        .with_some("state-change", trace.state)
        .into()
}

fn group(group: &GroupResult) -> Document {
    Fields::default()
        .with_some("app-budget-added", group.app_budget_added)
        .with_some("app-budget-consumed", group.app_budget_consumed)
        .with_some("failed-at", group.failed_at.iter().map(|place| Document::from(*place)).collect::<Document>())
        .with_some("failure-message", group.failure_message.as_str())
        .with_some("group-fees-paid", group.fees_paid.0)
        .with_some("group-usage", group.usage.0)
        .with("txn-results", group.transactions.iter().map(transaction).collect::<Document>())
        .with_some("unnamed-resources-accessed", group.unnamed_resources.as_ref().map(resources))
        .into()
}

fn transaction(result: &TransactionResult) -> Document {
    let one = &result.transaction;
    Fields::default()
        .with_some("app-budget-consumed", result.app_budget_consumed)
        .with_some("exec-trace", result.trace.as_ref().map(trace))
        .with_some("fees-paid", result.fees_paid.0)
        .with_some("fixed-signer", result.fixed_signer.map(text_of))
        .with_some("logic-sig-budget-consumed", result.signature_budget_consumed)
        .with("txn-result", pending::transaction(&one.signed, &one.apply_data, None))
        .with_some("unnamed-resources-accessed", result.unnamed_resources.as_ref().map(resources))
        .into()
}

fn resources(resources: &UnnamedResources) -> Document {
    let local = |(address, app): &(Address, AppIndex)| {
        Fields::default().with("account", text_of(*address)).with("app", *app).into()
    };
    let holding = |(address, asset): &(Address, AssetIndex)| {
        Fields::default().with("account", text_of(*address)).with("asset", *asset).into()
    };
    let named = |(app, name): &(AppIndex, Vec<u8>)| {
        Fields::default().with("app", *app).with("name", Document::bytes(name)).into()
    };
    Fields::default()
        .with_some(
            "accounts",
            resources.accounts.iter().map(|address| Document::from(text_of(*address))).collect::<Document>(),
        )
        .with_some("app-locals", resources.locals.iter().map(local).collect::<Document>())
        .with_some("apps", resources.apps.iter().map(|app| Document::from(*app)).collect::<Document>())
        .with_some("asset-holdings", resources.holdings.iter().map(holding).collect::<Document>())
        .with_some("assets", resources.assets.iter().map(|asset| Document::from(*asset)).collect::<Document>())
        .with_some("boxes", resources.boxes.iter().map(named).collect::<Document>())
        .with_some("extra-box-refs", resources.extra_box_refs)
        .into()
}

fn trace(trace: &TransactionTrace) -> Document {
    let units = |units: &[OpcodeUnit]| units.iter().map(unit).collect::<Document>();
    let hash = |hash: Option<Digest>| hash.map(|hash| Document::bytes(hash.as_bytes()));
    Fields::default()
        .with_some("approval-program-hash", hash(trace.approval_hash))
        .with_some("approval-program-trace", units(&trace.approval))
        .with_some("clear-state-program-hash", hash(trace.clear_state_hash))
        .with_some("clear-state-program-trace", units(&trace.clear_state))
        .with_some("clear-state-rollback", trace.clear_state_rollback)
        .with_some("clear-state-rollback-error", trace.clear_state_rollback_error.as_str())
        .with_some("inner-trace", trace.inner.iter().map(self::trace).collect::<Document>())
        .with_some("logic-sig-hash", hash(trace.signature_hash))
        .with_some("logic-sig-trace", units(&trace.signature))
        .into()
}

fn unit(unit: &OpcodeUnit) -> Document {
    let scratch = unit
        .scratch_changes
        .iter()
        .map(|change| Fields::default().with("new-value", value(&change.new_value)).with("slot", change.slot).into());
    Fields::default()
        .with("pc", unit.pc)
        .with_some("scratch-changes", scratch.collect::<Document>())
        .with_some(
            "spawned-inners",
            unit.spawned_inners.iter().map(|index| Document::from(*index)).collect::<Document>(),
        )
        .with_some("stack-additions", unit.stack_additions.iter().map(value).collect::<Document>())
        .with_some("stack-pop-count", unit.stack_pop_count)
        .with_some("state-changes", unit.state_changes.iter().map(state_change).collect::<Document>())
        .into()
}

fn state_change(change: &StateChange) -> Document {
    let kind = match change.kind {
        StateKind::Global => "g",
        StateKind::Local => "l",
        StateKind::Box => "b",
    };
    let operation = match change.operation {
        StateOperation::Write => "w",
        StateOperation::Delete => "d",
        StateOperation::Read => "",
    };
    Fields::default()
        .with_some("account", Some(change.account).filter(|account| !account.is_zero()).map(text_of))
        .with("app-state-type", kind)
        .with("key", Document::bytes(&change.key))
        .with_some("new-value", change.new_value.as_ref().map(value))
        .with("operation", operation)
        .into()
}

fn initial_states(states: &InitialStates) -> Document {
    let app = |(id, state): (&AppIndex, &AppInitialState)| {
        let locals = state.locals.iter().map(|(account, values)| {
            let account = (!account.is_zero()).then(|| text_of(*account).into());
            Fields::default().with_present("account", account).with("kvs", key_values(values.iter())).into()
        });
        let storage =
            |kvs: Document| if kvs.is_empty() { Document::Nil } else { Fields::default().with("kvs", kvs).into() };
        Fields::default()
            .with_some("app-boxes", storage(key_values(state.boxes.iter())))
            .with_some("app-globals", storage(key_values(state.globals.iter())))
            .with_some("app-locals", locals.collect::<Document>())
            .with("id", *id)
            .into()
    };
    Fields::default().with_some("app-initial-states", states.apps.iter().map(app).collect::<Document>()).into()
}

fn key_values<'a>(values: impl Iterator<Item = (&'a Vec<u8>, &'a Option<TealValue>)>) -> Document {
    // A value that was looked up and does not exist is shown as a value of no type.
    let nothing = || Document::from(Fields::default().with("type", 0_u64));
    let entry = |(key, held): (&Vec<u8>, &Option<TealValue>)| {
        let held = held.as_ref().map_or_else(nothing, value);
        Fields::default().with("key", Document::bytes(key)).with("value", held).into()
    };
    values.map(entry).collect()
}

/// `model.AvmValue`.
fn value(value: &TealValue) -> Document {
    let fields = Fields::default().with("type", value.type_number());
    match value {
        TealValue::Bytes(bytes) => fields.with_some("bytes", Document::bytes(bytes)),
        TealValue::Uint(uint) => fields.with_some("uint", *uint),
    }
    .into()
}

/// These addresses are text in both formats.
fn text_of(address: Address) -> String {
    address.to_string()
}
