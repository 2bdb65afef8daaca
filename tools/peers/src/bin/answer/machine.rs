//! What a run answers: verdict, error, cost, place and stack, and how long it takes.

use std::hint::black_box;
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use pnp_avm::{EvalError, Fault, GroupContext, LedgerError, SignatureLedger, Tracer, Value, Vm, eval_signature};
use pnp_teal::{CheckOptions, Severity, assemble, check};
use pnp_types::consensus::{ConsensusParams, FUTURE, LATEST, Protocol};
use pnp_types::{BlockHeader, Digest, MicroAlgos, Round, SignedTransactionWithApplyData, TransactionType};
use serde_json::{Value as Json, json};

use super::assembler::{notes, options};

/// The rules with as much budget as the oracle gives.
static ROOMY: LazyLock<ConsensusParams> = LazyLock::new(|| roomy(LATEST));
static ROOMY_FUTURE: LazyLock<ConsensusParams> = LazyLock::new(|| roomy(FUTURE));

fn roomy(protocol: Protocol) -> ConsensusParams {
    ConsensusParams { logic_sig_max_cost: 100_000_000, ..*protocol.params }
}

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

/// What is left when a program has ended.
#[derive(Default)]
struct Ending {
    watch: bool,
    cost: u64,
    pc: usize,
    stack: Vec<Value>,
}

impl Tracer for Ending {
    fn watches_opcodes(&self) -> bool {
        self.watch
    }

    fn after_program(&mut self, vm: &mut Vm<'_, '_>, _: bool, _: Option<&Fault>) {
        self.cost = vm.cost();
        self.pc = vm.pc();
        self.stack = vm.stack().to_vec();
    }
}

/// A payment signed by a program.
fn transaction(program: Vec<u8>, args: Vec<Vec<u8>>) -> SignedTransactionWithApplyData {
    let mut transaction = SignedTransactionWithApplyData::default();
    let payment = &mut transaction.signed.transaction;
    payment.kind = TransactionType::Payment;
    payment.header.fee = MicroAlgos(1000);
    (payment.header.first_valid, payment.header.last_valid) = (Round(1), Round(1000));
    (transaction.signed.lsig.logic, transaction.signed.lsig.args) = (program, args);
    transaction
}

fn bytes(hex: &Json) -> Vec<u8> {
    hex::decode(hex.as_str().unwrap_or_default()).unwrap_or_default()
}

/// Runs a program, with `"consensus":"future"` by the rules to come; with `"slow":true` every opcode goes through the careful step.
pub(super) fn evaluated(question: &Json) -> Json {
    let args = question["args"].as_array().map(|args| args.iter().map(bytes).collect()).unwrap_or_default();
    let mut ending = Ending { watch: question["slow"] == true, ..Ending::default() };
    let group = vec![transaction(bytes(&question["hex"]), args)];
    let rules = if question["consensus"] == FUTURE.name { &ROOMY_FUTURE } else { &ROOMY };
    let mut group = GroupContext::for_signatures(group, rules).with_tracer(&mut ending);
    let (pass, err) = verdict(eval_signature(&mut group, 0, &NoBlocks));
    drop(group);
    let stack = ending.stack.iter().map(|value| match value {
        Value::Uint(number) => json!({"u": number.to_string()}),
        Value::Bytes(bytes) => json!({"b": hex::encode(bytes)}),
    });
    json!({"pass": pass, "err": err, "cost": ending.cost, "pc": ending.pc, "stack": stack.collect::<Vec<_>>()})
}

fn verdict(ended: Result<bool, EvalError>) -> (bool, String) {
    match ended {
        Ok(pass) => (pass, String::new()),
        Err(error) => (false, error.to_string()),
    }
}

/// Runs a program in a group that is made anew, as the oracle does.
fn run(program: &[u8]) -> Result<bool, EvalError> {
    let mut group = GroupContext::for_signatures(vec![transaction(program.to_vec(), Vec::new())], &ROOMY);
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
pub(super) fn timed(question: &Json) -> Json {
    let source = question["src"].as_str().unwrap_or_default();
    let options = options(question);
    let span = Duration::from_millis(question["ms"].as_u64().unwrap_or(100).max(100));
    let program = match assemble(source, options) {
        Ok(done) => done.bytes,
        Err(found) => return json!({"err": format!("assembly: {}", notes(&found, Severity::Error))}),
    };
    let (pass, err) = verdict(run(&program));
    let asm_ns = each(span, || drop(black_box(assemble(black_box(source), options))));
    let eval_ns = each(span, || drop(black_box(run(black_box(&program)))));
    json!({"pass": pass, "err": err, "asm_ns": asm_ns, "eval_ns": eval_ns})
}

/// How long a check takes, in nanoseconds.
pub(super) fn check_timed(question: &Json) -> Json {
    let source = question["src"].as_str().unwrap_or_default();
    let span = Duration::from_millis(question["ms"].as_u64().unwrap_or(100).max(100));
    let check_ns = each(span, || drop(black_box(check(black_box(source), &CheckOptions::default()))));
    json!({"check_ns": check_ns})
}
