//! A history recorded from algod: every block has to come out byte for byte, and every simulation with the same answer.

use std::sync::OnceLock;

use data_encoding::BASE64;
use serde_json::{Map, Value as Json, json};

use super::recorded::{bytes, chain_of, group};
use crate::chain::Chain;
use crate::simulate::{
    InitialStates, OpcodeUnit, Request, Response, SimulateError, StateKind, StateOperation, TraceConfig,
    TransactionTrace, UnnamedResources,
};
use pnp_avm::DescribeOpcodes;
use pnp_types::{Address, Block, Digest, Round, SignedTransactionWithApplyData, TealValue, msgpack};

/// A life with every kind of transaction, and simulations of every kind on top of it.
fn recorded() -> &'static Json {
    static RECORDED: OnceLock<Json> = OnceLock::new();
    RECORDED.get_or_init(|| serde_json::from_str(include_str!("../../../../tests/vectors/ledger/chain.json")).unwrap())
}

/// Traced simulations of calls that name state in every way, also where no transaction names it.
fn naming() -> &'static Json {
    static RECORDED: OnceLock<Json> = OnceLock::new();
    RECORDED.get_or_init(|| serde_json::from_str(include_str!("../../../../tests/vectors/ledger/naming.json")).unwrap())
}

fn new_chain(recorded: &Json) -> Chain {
    // The assembler is not below the ledger: a placeholder shows where its text goes.
    let describe: DescribeOpcodes = |_, _| Some("OPCODES".to_owned());
    chain_of(recorded).with_opcodes_in_errors(describe)
}

/// Adds the recorded block of the next round by evaluating its group.
fn step(recorded: &Json, chain: &mut Chain) {
    let index = chain.latest().0 as usize;
    let expected_bytes = bytes(&recorded["blocks"][index]);
    let expected: Block = msgpack::decode(&expected_bytes).unwrap();
    let committed = chain.propose(&[group(&recorded["groups"][index])], expected.header.timestamp).unwrap();
    assert_eq!(committed.block, expected, "round {}", index + 1);
    assert_eq!(msgpack::encode(&committed.block), expected_bytes, "round {}", index + 1);
}

#[test]
fn every_block_is_algods_byte_for_byte_and_can_be_taken_back() {
    let mut chain = new_chain(recorded());
    let rounds = recorded()["blocks"].as_array().unwrap().len() as u64;
    assert!(rounds > 20, "a history worth its name");
    for _ in 0..rounds {
        step(recorded(), &mut chain);
    }
    let header = chain.latest_header().clone();
    for back in [rounds - 1, rounds / 2, 3] {
        chain.revert_to(Round(back)).unwrap();
        while chain.latest() < Round(rounds) {
            step(recorded(), &mut chain);
        }
        assert_eq!(chain.latest_header(), &header);
    }
}

#[test]
fn every_simulation_has_algods_answer() {
    check_simulations(recorded(), 30);
}

#[test]
fn state_that_is_named_in_any_way_or_not_at_all_is_reported_as_algod_reports_it() {
    check_simulations(naming(), 200);
}

/// Compares the simulations of a recording, of which there are at least so many.
fn check_simulations(recorded: &Json, at_least: usize) {
    let mut chain = new_chain(recorded);
    let simulations = recorded["simulations"].as_array().unwrap();
    assert!(simulations.len() > at_least);
    let mut wrong = Vec::new();
    for case in simulations {
        while chain.latest() < Round(case["after"].as_u64().unwrap()) {
            step(recorded, &mut chain);
        }
        wrong.extend(difference(&chain, case, Round::GENESIS));
    }
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));

    // The same from the end of the history, on top of the round that was the latest then.
    while chain.latest() < Round(recorded["blocks"].as_array().unwrap().len() as u64) {
        step(recorded, &mut chain);
    }
    let past = |case: &Json| difference(&chain, case, Round(case["after"].as_u64().unwrap()));
    let wrong: Vec<_> = simulations.iter().filter_map(past).collect();
    assert!(wrong.is_empty(), "{} differ in the past:\n{}", wrong.len(), wrong.join("\n"));
}

/// How our answer to a recorded simulation differs from algod's.
fn difference(chain: &Chain, case: &Json, round: Round) -> Option<String> {
    let answer = match chain.simulate(&Request { round, ..request(case) }) {
        Ok(response) => render(&response),
        Err(SimulateError::Invalid(message)) => {
            json!({ "message": without_opcodes(&message), "status": 400 })
        }
        Err(SimulateError::Internal(message)) => json!({ "message": message, "status": 500 }),
    };
    let expected = expected(&case["answer"]);
    (answer != expected).then(|| format!("{}\n  ours   {answer}\n  algod  {expected}", case["name"]))
}

fn request(case: &Json) -> Request {
    let options = &case["options"];
    let flag = |value: &Json| value.as_bool().unwrap_or_default();
    let trace = &options["exec-trace-config"];
    Request {
        groups: vec![group(&case["group"])],
        round: Round::GENESIS,
        allow_empty_signatures: flag(&options["allow-empty-signatures"]),
        allow_more_logging: flag(&options["allow-more-logging"]),
        allow_unnamed_resources: flag(&options["allow-unnamed-resources"]),
        extra_opcode_budget: options["extra-opcode-budget"].as_u64().unwrap_or_default(),
        trace: TraceConfig {
            enable: flag(&trace["enable"]),
            stack: flag(&trace["stack-change"]),
            scratch: flag(&trace["scratch-change"]),
            state: flag(&trace["state-change"]),
        },
        fix_signers: flag(&options["fix-signers"]),
    }
}

/// algod's answer in the form that [`render`] gives ours: opcodes' names cut out, resources sorted.
fn expected(answer: &Json) -> Json {
    let mut answer = answer.clone();
    normalize(&mut answer);
    answer
}

fn normalize(value: &mut Json) {
    match value {
        Json::Object(map) => {
            for (key, value) in map.iter_mut() {
                match (key.as_str(), &mut *value) {
                    ("failure-message" | "message", Json::String(text)) => *text = without_opcodes(text),
                    (
                        "accounts" | "assets" | "apps" | "boxes" | "asset-holdings" | "app-locals" | "kvs"
                        | "app-initial-states",
                        Json::Array(items),
                    ) => items.sort_by_key(ToString::to_string),
                    ("txn-result", result) => *result = effects_of(result),
                    _ => {}
                }
                normalize(value);
            }
            // The order of keys says nothing.
            map.sort_keys();
        }
        Json::Array(items) => items.iter_mut().for_each(normalize),
        _ => {}
    }
}

/// The text without what differs on purpose: opcodes' names, which the assembler beside the ledger knows, and the Go
/// structures that algod prints where a transaction's id or nothing says as much.
fn without_opcodes(text: &str) -> String {
    let text = text.split_once("opcodes=").map_or(text.to_owned(), |(head, _)| format!("{head}opcodes=OPCODES"));
    let text = match text.split_once(" more) []transactions.SignedTxnWithAD{") {
        Some((head, tail)) => {
            let end = tail.find(". Details: ").map_or("", |at| &tail[at..]);
            format!("{head} more){end}")
        }
        None => text,
    };
    let text = match (text.split_once(" during assignment &{"), text.find(". Details: ")) {
        (Some((head, _)), Some(end)) => format!("{head} during assignment{}", &text[end..]),
        _ => text,
    };
    match text.strip_prefix("transaction ").and_then(|rest| rest.split_once(" invalid : ")) {
        Some((_, reason)) => format!("transaction invalid: {reason}"),
        None => text,
    }
}

/// Of a transaction's REST form what its programs did; the other members are REST's own.
fn effects_of(result: &Json) -> Json {
    let mut kept = Map::new();
    for key in ["logs", "application-index", "asset-index"] {
        if let Some(value) = result.get(key) {
            kept.insert(key.to_owned(), value.clone());
        }
    }
    if let Some(inner) = result.get("inner-txns").and_then(Json::as_array) {
        kept.insert("inner-txns".to_owned(), inner.iter().map(effects_of).collect());
    }
    Json::Object(kept)
}

/// Leaves out what is zero, empty or missing, as REST does.
struct Fields(Map<String, Json>);

impl Fields {
    fn new() -> Self {
        Self(Map::new())
    }

    fn add(mut self, key: &str, value: Json) -> Self {
        let empty = match &value {
            Json::Null => true,
            Json::Bool(flag) => !flag,
            Json::Number(number) => number.as_u64() == Some(0),
            Json::String(text) => text.is_empty(),
            Json::Array(items) => items.is_empty(),
            Json::Object(_) => false,
        };
        if !empty {
            self.0.insert(key.to_owned(), value);
        }
        self
    }

    fn done(self) -> Json {
        Json::Object(self.0)
    }
}

fn render(response: &Response) -> Json {
    let overrides = &response.overrides;
    let mut out = Fields::new();
    let rendered = Fields::new()
        .add("allow-empty-signatures", overrides.allow_empty_signatures.into())
        .add("allow-unnamed-resources", overrides.allow_unnamed_resources.into())
        .add("max-log-calls", overrides.max_log_calls.into())
        .add("max-log-size", overrides.max_log_size.into())
        .add("extra-opcode-budget", overrides.extra_opcode_budget.into())
        .add("fix-signers", overrides.fix_signers.into());
    if !rendered.0.is_empty() {
        out = out.add("eval-overrides", rendered.done());
    }
    let trace = &response.trace;
    let config = Fields::new()
        .add("enable", trace.enable.into())
        .add("stack-change", trace.stack.into())
        .add("scratch-change", trace.scratch.into())
        .add("state-change", trace.state.into());
    if !config.0.is_empty() {
        out = out.add("exec-trace-config", config.done());
    }
    if let Some(initial) = &response.initial_states {
        out = out.add("initial-states", render_initial(initial));
    }
    let groups = response.groups.iter().map(|group| {
        let transactions = group.transactions.iter().map(|transaction| {
            let trace = transaction.trace.as_ref().map(render_trace);
            Fields::new()
                .add("txn-result", render_effects(&transaction.transaction))
                .add("app-budget-consumed", transaction.app_budget_consumed.into())
                .add("logic-sig-budget-consumed", transaction.signature_budget_consumed.into())
                .add("fees-paid", transaction.fees_paid.0.into())
                .add("exec-trace", trace.filter(|trace| *trace != json!({})).unwrap_or_default())
                .add("unnamed-resources-accessed", render_unnamed(transaction.unnamed_resources.as_ref()))
                .add("fixed-signer", transaction.fixed_signer.map(|signer| signer.to_string()).into())
                .done()
        });
        Fields::new()
            .add("txn-results", transactions.collect())
            .add("failure-message", without_opcodes(&group.failure_message).into())
            .add("failed-at", group.failed_at.clone().into())
            .add("app-budget-added", group.app_budget_added.into())
            .add("app-budget-consumed", group.app_budget_consumed.into())
            .add("group-usage", group.usage.0.into())
            .add("group-fees-paid", group.fees_paid.0.into())
            .add("unnamed-resources-accessed", render_unnamed(group.unnamed_resources.as_ref()))
            .done()
    });
    let mut out = out
        .add("last-round", response.last_round.0.into())
        .add("version", response.version.into())
        .add("txn-groups", groups.collect())
        .done();
    normalize_order(&mut out);
    out
}

fn normalize_order(value: &mut Json) {
    match value {
        Json::Object(map) => {
            map.values_mut().for_each(normalize_order);
            map.sort_keys();
        }
        Json::Array(items) => items.iter_mut().for_each(normalize_order),
        _ => {}
    }
}

fn render_effects(entry: &SignedTransactionWithApplyData) -> Json {
    let apply_data = &entry.apply_data;
    Fields::new()
        .add("application-index", apply_data.application.0.into())
        .add("asset-index", apply_data.config_asset.0.into())
        .add("logs", apply_data.eval_delta.logs.iter().map(|log| Json::from(BASE64.encode(&log.0))).collect())
        .add("inner-txns", apply_data.eval_delta.inner_txns.iter().map(render_effects).collect())
        .done()
}

fn render_trace(trace: &TransactionTrace) -> Json {
    let units = |units: &[OpcodeUnit]| units.iter().map(render_unit).collect::<Json>();
    let hash = |hash: Option<Digest>| Json::from(hash.map(|hash| hash.to_base64()));
    Fields::new()
        .add("approval-program-trace", units(&trace.approval))
        .add("approval-program-hash", hash(trace.approval_hash))
        .add("clear-state-program-trace", units(&trace.clear_state))
        .add("clear-state-program-hash", hash(trace.clear_state_hash))
        .add("clear-state-rollback", trace.clear_state_rollback.into())
        .add("clear-state-rollback-error", trace.clear_state_rollback_error.clone().into())
        .add("logic-sig-trace", units(&trace.signature))
        .add("logic-sig-hash", hash(trace.signature_hash))
        .add("inner-trace", trace.inner.iter().map(render_trace).collect())
        .done()
}

fn render_unit(unit: &OpcodeUnit) -> Json {
    let scratch = unit.scratch_changes.iter().map(|change| {
        Fields(Map::from_iter([("slot".to_owned(), change.slot.into())]))
            .add("new-value", render_value(Some(&change.new_value)))
            .done()
    });
    let state = unit.state_changes.iter().map(|change| {
        let operation = if change.operation == StateOperation::Delete { "d" } else { "w" };
        let kind = match change.kind {
            StateKind::Global => "g",
            StateKind::Local => "l",
            StateKind::Box => "b",
        };
        let account = (!change.account.is_zero()).then(|| change.account.to_string());
        Fields(Map::from_iter([("key".to_owned(), BASE64.encode(&change.key).into())]))
            .add("operation", operation.into())
            .add("app-state-type", kind.into())
            .add("account", account.into())
            .add("new-value", change.new_value.as_ref().map_or(Json::Null, |value| render_value(Some(value))))
            .done()
    });
    Fields(Map::from_iter([("pc".to_owned(), unit.pc.into())]))
        .add("spawned-inners", unit.spawned_inners.iter().map(|place| Json::from(*place)).collect())
        .add("stack-pop-count", unit.stack_pop_count.into())
        .add("stack-additions", unit.stack_additions.iter().map(|value| render_value(Some(value))).collect())
        .add("scratch-changes", scratch.collect())
        .add("state-changes", state.collect())
        .done()
}

fn render_value(value: Option<&TealValue>) -> Json {
    match value {
        None => json!({ "type": 0 }),
        Some(TealValue::Uint(0)) => json!({ "type": 2 }),
        Some(TealValue::Uint(number)) => json!({ "type": 2, "uint": number }),
        Some(TealValue::Bytes(bytes)) if bytes.is_empty() => json!({ "type": 1 }),
        Some(TealValue::Bytes(bytes)) => json!({ "type": 1, "bytes": BASE64.encode(bytes) }),
    }
}

fn render_unnamed(resources: Option<&UnnamedResources>) -> Json {
    let Some(resources) = resources else { return Json::Null };
    let mut out = Fields::new()
        .add("accounts", resources.accounts.iter().map(|account| Json::from(account.to_string())).collect())
        .add("assets", resources.assets.iter().map(|asset| Json::from(asset.0)).collect())
        .add("apps", resources.apps.iter().map(|app| Json::from(app.0)).collect())
        .add(
            "boxes",
            resources.boxes.iter().map(|(app, name)| json!({ "app": app, "name": BASE64.encode(name) })).collect(),
        )
        .add("extra-box-refs", resources.extra_box_refs.into())
        .add(
            "asset-holdings",
            resources
                .holdings
                .iter()
                .map(|(account, asset)| json!({ "account": account.to_string(), "asset": asset }))
                .collect(),
        )
        .add(
            "app-locals",
            resources
                .locals
                .iter()
                .map(|(account, app)| json!({ "account": account.to_string(), "app": app }))
                .collect(),
        )
        .done();
    normalize(&mut out);
    out
}

fn render_initial(initial: &InitialStates) -> Json {
    let values = |values: &std::collections::BTreeMap<Vec<u8>, Option<TealValue>>| {
        values
            .iter()
            .map(|(key, value)| json!({ "key": BASE64.encode(key), "value": render_value(value.as_ref()) }))
            .collect::<Json>()
    };
    let address =
        |account: &Address| Fields::new().add("account", (!account.is_zero()).then(|| account.to_string()).into());
    let apps = initial.apps.iter().map(|(app, state)| {
        let mut out = Fields(Map::from_iter([("id".to_owned(), app.0.into())]));
        if !state.globals.is_empty() {
            out = out.add("app-globals", json!({ "kvs": values(&state.globals) }));
        }
        if !state.boxes.is_empty() {
            out = out.add("app-boxes", json!({ "kvs": values(&state.boxes) }));
        }
        let locals = state.locals.iter().map(|(account, local)| address(account).add("kvs", values(local)).done());
        out.add("app-locals", locals.collect()).done()
    });
    let mut out = Fields::new().add("app-initial-states", apps.collect()).done();
    normalize(&mut out);
    out
}
