//! Answers questions about running TEAL, one JSON object a line, in the form of the reference's oracle: what
//! `scripts/differential` compares with it.
//!
//! `{"op":"eval","hex":HEX,"args":[HEX…]}` runs a program as a logic signature of a one-payment group with a budget of
//! 100,000,000; with `"slow":true` every opcode goes through the careful step. `{"op":"bench","hex":HEX,"ms":300}`
//! times it.

use std::io::{self, BufRead, BufWriter, Write};
use std::time::{Duration, Instant};

use pnp_contract::avm::{
    EvalError, Fault, GroupContext, LedgerError, SignatureLedger, Tracer, Value, Vm, eval_signature,
};
use pnp_contract::types::consensus::{ConsensusParams, LATEST};
use pnp_contract::types::{BlockHeader, Digest, MicroAlgos, Round, SignedTransactionWithApplyData, TransactionType};
use serde_json::{Value as Json, json};

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

fn transaction(program: Vec<u8>, args: Vec<Vec<u8>>) -> SignedTransactionWithApplyData {
    let mut transaction = SignedTransactionWithApplyData::default();
    let payment = &mut transaction.signed.transaction;
    payment.kind = TransactionType::Payment;
    payment.header.fee = MicroAlgos(1000);
    (payment.header.first_valid, payment.header.last_valid) = (1, 1000);
    (transaction.signed.lsig.logic, transaction.signed.lsig.args) = (program, args);
    transaction
}

fn bytes(hex: &Json) -> Vec<u8> {
    hex::decode(hex.as_str().unwrap_or_default()).unwrap_or_default()
}

fn run(params: &'static ConsensusParams, question: &Json) -> (Result<bool, EvalError>, Ending) {
    let args = question["args"].as_array().map(|args| args.iter().map(bytes).collect()).unwrap_or_default();
    let mut ending = Ending { watch: question["slow"] == true, ..Ending::default() };
    let group = vec![transaction(bytes(&question["hex"]), args)];
    let mut group = GroupContext::for_signatures(group, params).with_tracer(&mut ending);
    let verdict = eval_signature(&mut group, 0, &NoBlocks);
    drop(group);
    (verdict, ending)
}

fn answer(params: &'static ConsensusParams, question: &Json) -> Json {
    let (verdict, ending) = run(params, question);
    let stack = ending.stack.iter().map(|value| match value {
        Value::Uint(number) => json!({"u": number.to_string()}),
        Value::Bytes(bytes) => json!({"b": hex::encode(bytes)}),
    });
    let (pass, error) = match verdict {
        Ok(pass) => (pass, String::new()),
        Err(error) => (false, error.to_string()),
    };
    json!({
        "pass": pass, "err": error, "cost": ending.cost, "pc": ending.pc, "stack": stack.collect::<Vec<_>>()
    })
}

fn bench(params: &'static ConsensusParams, question: &Json) -> Json {
    let transaction = transaction(bytes(&question["hex"]), Vec::new());
    let span = Duration::from_millis(question["ms"].as_u64().unwrap_or(300));
    let (start, mut runs) = (Instant::now(), 0u32);
    while start.elapsed() < span {
        let mut group = GroupContext::for_signatures(vec![transaction.clone()], params);
        if let Err(error) = eval_signature(&mut group, 0, &NoBlocks) {
            return json!({"err": error.to_string()});
        }
        runs += 1;
    }
    json!({"eval_ns": start.elapsed().as_nanos() as f64 / f64::from(runs)})
}

fn main() -> io::Result<()> {
    let params = Box::leak(Box::new(ConsensusParams { logic_sig_max_cost: 100_000_000, ..*LATEST.params }));
    let mut out = BufWriter::new(io::stdout().lock());
    for line in io::stdin().lock().lines() {
        let answer = match serde_json::from_str::<Json>(&line?) {
            Err(error) => json!({"err": error.to_string()}),
            Ok(question) => match question["op"].as_str() {
                Some("eval") => answer(params, &question),
                Some("bench") => bench(params, &question),
                _ => json!({"err": "unknown op"}),
            },
        };
        writeln!(out, "{answer}")?;
        out.flush()?;
    }
    Ok(())
}
