//! Answers questions about TEAL, one JSON object a line, in the form of the reference's oracle: what
//! `scripts/differential` compares with it.
//!
//! `{"op":"asm","src":TEXT,"v":13}`, `{"op":"dis","hex":HEX}`, `{"op":"bench","src":TEXT,"ms":300}` and
//! `{"op":"table"}`, the opcodes of the last version; lines that are no such question get an `err`.

use std::hint::black_box;
use std::io::{self, BufRead, BufWriter, Write};
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use pnp_contract::avm::{EvalError, GroupContext, LedgerError, SignatureLedger, eval_signature};
use pnp_contract::opcodes::{FieldSpec, Immediate, ImmediateKind, MAX_VERSION, introduced_in, version_table};
use pnp_contract::teal::{AssembleOptions, Diagnostic, Severity, assemble, disassemble};
use pnp_contract::types::consensus::{self, ConsensusParams};
use pnp_contract::types::{
    BlockHeader, Digest, LogicSignature, MicroAlgos, Round, SignedTransactionWithApplyData, TransactionType,
};
use serde_json::{Map, Value, json};

fn notes(found: &[Diagnostic], severity: Severity) -> Value {
    let found = found.iter().filter(|found| found.severity == severity);
    found.map(|found| json!({"line": found.line, "col": found.column, "msg": found.problem.to_string()})).collect()
}

fn assembled(question: &Value) -> Value {
    let source = question["src"].as_str().unwrap_or_default();
    let version = question["v"].as_u64().and_then(|version| u8::try_from(version).ok()).filter(|version| *version != 0);
    match assemble(source, AssembleOptions { version }) {
        Ok(done) => {
            let place = |at: pnp_contract::teal::Location| (at.pc.to_string(), json!([at.line, at.column]));
            let map: Map<String, Value> = done.source_map.iter().map(place).collect();
            let warns = notes(&done.warnings, Severity::Warning);
            json!({"ok": true, "errs": [], "warns": warns, "hex": hex::encode(&done.bytes), "map": map})
        }
        Err(found) => {
            json!({"ok": false, "errs": notes(&found, Severity::Error), "warns": notes(&found, Severity::Warning)})
        }
    }
}

fn disassembled(question: &Value) -> Value {
    let program = hex::decode(question["hex"].as_str().unwrap_or_default()).unwrap_or_default();
    match disassemble(&program) {
        Ok(text) => json!({"ok": true, "text": text}),
        Err(error) => json!({"ok": false, "text": error.text, "err": error.reason}),
    }
}

fn immediate(immediate: &Immediate) -> Value {
    let kind = immediate.kind.encoding();
    match immediate.kind {
        ImmediateKind::Field(group) => {
            let names: Vec<&str> = group.names().collect();
            let row = |name: &&str| group.table().by_name(name).map(|(_, row)| row);
            // What is never set is from no version.
            let since = |row: &FieldSpec| match (group.sets(), row.settable) {
                (true, 0) => -1,
                (true, since) => i16::from(since),
                (false, _) => i16::from(row.since),
            };
            let since: Vec<i16> = names.iter().filter_map(row).map(since).collect();
            json!({"kind": kind, "fields": names, "since": since})
        }
        _ => json!({ "kind": kind }),
    }
}

fn table() -> Value {
    let ops = version_table(MAX_VERSION).specs().iter().map(|spec| {
        json!({
            "byte": spec.byte, "sub": spec.sub, "name": spec.name, "since": introduced_in(spec.byte, spec.sub),
            "args": spec.signature.args.as_slice().iter().map(ToString::to_string).collect::<Vec<_>>(),
            "immediates": spec.immediates.iter().map(immediate).collect::<Vec<_>>(),
        })
    });
    json!({ "ops": ops.collect::<Vec<_>>() })
}

/// The rules with as much budget as the oracle gives.
static ROOMY: LazyLock<ConsensusParams> =
    LazyLock::new(|| ConsensusParams { logic_sig_max_cost: 100_000_000, ..*consensus::LATEST.params });

/// A network without blocks, as the oracle has.
struct NoBlocks;

impl SignatureLedger for NoBlocks {
    fn block_header(&self, _: Round) -> Result<BlockHeader, LedgerError> {
        Err("no block header access".into())
    }

    fn genesis_hash(&self) -> Digest {
        Digest([3; 32])
    }
}

/// Runs a program as the logic signature of a payment, from a group that is made anew, as the oracle does.
fn run(program: &[u8]) -> Result<bool, EvalError> {
    let mut stxn = SignedTransactionWithApplyData::default();
    let transaction = &mut stxn.signed.transaction;
    transaction.kind = TransactionType::Payment;
    transaction.header.fee = MicroAlgos(1000);
    transaction.header.first_valid = 1;
    transaction.header.last_valid = 1000;
    stxn.signed.lsig = LogicSignature { logic: program.to_vec(), ..LogicSignature::default() };
    let mut group = GroupContext::for_signatures(vec![stxn], &ROOMY);
    eval_signature(&mut group, 0, &NoBlocks)
}

/// Nanoseconds of one call of `work`: the mean over `span`.
fn each(span: Duration, mut work: impl FnMut()) -> f64 {
    let start = Instant::now();
    let mut runs = 0_u32;
    while start.elapsed() < span {
        for _ in 0..16 {
            work();
        }
        runs += 16;
    }
    start.elapsed().as_nanos() as f64 / f64::from(runs)
}

/// How long an assembly and a run take, in nanoseconds.
fn bench(question: &Value) -> Value {
    let source = question["src"].as_str().unwrap_or_default();
    let version = question["v"].as_u64().and_then(|version| u8::try_from(version).ok()).filter(|version| *version != 0);
    let options = AssembleOptions { version };
    let span = Duration::from_millis(question["ms"].as_u64().unwrap_or(100).max(100));
    let program = match assemble(source, options) {
        Ok(done) => done.bytes,
        Err(found) => return json!({"err": format!("assembly: {}", notes(&found, Severity::Error))}),
    };
    let (pass, err) = match run(&program) {
        Ok(pass) => (pass, String::new()),
        Err(error) => (false, error.to_string()),
    };
    let asm_ns = each(span, || drop(black_box(assemble(black_box(source), options))));
    let eval_ns = each(span, || drop(black_box(run(black_box(&program)))));
    json!({"pass": pass, "err": err, "asm_ns": asm_ns, "eval_ns": eval_ns})
}

fn main() -> io::Result<()> {
    let mut out = BufWriter::new(io::stdout().lock());
    for line in io::stdin().lock().lines() {
        let answer = match serde_json::from_str::<Value>(&line?) {
            Err(error) => json!({"err": error.to_string()}),
            Ok(question) => match question["op"].as_str() {
                Some("asm") => assembled(&question),
                Some("dis") => disassembled(&question),
                Some("table") => table(),
                Some("bench") => bench(&question),
                _ => json!({"err": "unknown op"}),
            },
        };
        writeln!(out, "{answer}")?;
        out.flush()?;
    }
    Ok(())
}
