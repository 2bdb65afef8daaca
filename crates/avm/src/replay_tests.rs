//! Programs the reference has run, run again: verdict, error text, cost, place and stack must be its own.
//!
//! The cases under `tests/vectors/avm` need no ledger; `scripts/record avm` recorded them. `scripts/differential avm` compares
//! more of the kind.

use serde::Deserialize;

use super::group::GroupContext;
use super::ledger::{LedgerError, SignatureLedger};
use super::value::Value;
use super::vm::{LedgerAccess, Vm};
use pnp_types::consensus::{self, ConsensusParams};
use pnp_types::{
    AppIndex, BlockHeader, Digest, LogicSignature, MicroAlgos, Round, SignedTransactionWithApplyData, TransactionType,
};

#[derive(Deserialize)]
struct Recorded {
    /// The protocol version, where it is not the newest that public networks run.
    rules: Option<String>,
    cases: Vec<Case>,
}

#[derive(Debug, Deserialize)]
struct Case {
    program: String,
    args: Vec<String>,
    pass: bool,
    err: String,
    cost: u64,
    pc: usize,
    stack: Vec<Slot>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
enum Slot {
    #[serde(rename = "u")]
    Uint(String),
    #[serde(rename = "b")]
    Bytes(String),
}

/// A ledger without blocks, as the oracle has.
#[derive(Debug)]
struct NoBlocks;

impl SignatureLedger for NoBlocks {
    fn block_header(&self, _: Round) -> Result<BlockHeader, LedgerError> {
        Err("no block header access".into())
    }

    fn genesis_hash(&self) -> Digest {
        Digest([3; 32])
    }
}

#[derive(Debug, PartialEq, Eq)]
struct Answer {
    pass: bool,
    err: String,
    cost: u64,
    pc: usize,
    stack: Vec<Slot>,
}

fn run(case: &Case, rules: &'static ConsensusParams) -> Answer {
    let mut stxn = SignedTransactionWithApplyData::default();
    let transaction = &mut stxn.signed.transaction;
    transaction.kind = TransactionType::Payment;
    transaction.header.fee = MicroAlgos(1000);
    transaction.header.first_valid = Round(1);
    transaction.header.last_valid = Round(1000);
    let program = hex::decode(&case.program).unwrap();
    let args = case.args.iter().map(|arg| hex::decode(arg).unwrap()).collect();
    stxn.signed.lsig = LogicSignature { logic: program.clone(), args, ..LogicSignature::default() };
    let mut group = GroupContext::for_signatures(vec![stxn], rules);
    group.signature_budget = Some(100_000_000);
    let mut vm = Vm::new(&mut group, LedgerAccess::Signature(&NoBlocks), 0, AppIndex::NONE);
    let (pass, err) = match vm.execute(&program) {
        Ok(pass) => (pass, String::new()),
        Err(fault) => (false, vm.explain(fault).to_string()),
    };
    let slot = |value: &Value| match value {
        Value::Uint(number) => Slot::Uint(number.to_string()),
        Value::Bytes(bytes) => Slot::Bytes(hex::encode(bytes)),
    };
    Answer { pass, err, cost: vm.cost(), pc: vm.pc(), stack: vm.stack().iter().map(slot).collect() }
}

/// Replays a file and counts what differs.
fn replay(name: &str, text: &str) -> (usize, usize) {
    let recorded: Recorded = serde_json::from_str(text).unwrap();
    let rules = recorded.rules.as_deref().map_or(consensus::LATEST.params, |name| consensus::lookup(name).unwrap());
    let mut different = 0;
    for case in &recorded.cases {
        let wanted =
            Answer { pass: case.pass, err: case.err.clone(), cost: case.cost, pc: case.pc, stack: case.stack.clone() };
        let found = run(case, rules);
        if found != wanted {
            different += 1;
            if different <= 20 {
                println!("{name}: {} {:?}\n  wanted {wanted:?}\n  found  {found:?}", case.program, case.args);
            }
        }
    }
    (recorded.cases.len(), different)
}

#[test]
fn programs_run_as_the_reference_runs_them() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/vectors/avm");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert!(files.len() >= 12, "the recorded cases are missing");
    let (mut cases, mut different) = (0, 0);
    for file in files {
        let (more, wrong) = replay(&file.display().to_string(), &std::fs::read_to_string(&file).unwrap());
        (cases, different) = (cases + more, different + wrong);
    }
    println!("{cases} programs replayed, {different} differ");
    assert_eq!(different, 0, "of {cases} programs");
}
