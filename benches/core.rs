//! The paths a user waits for, without processes and sockets: assembling, running, evaluating, encoding, signing.
//!
//! `cargo bench --bench core [NAME]`; `scripts/bench` measures whole commands, and the reference beside them.
#![allow(missing_docs, clippy::unwrap_used, reason = "a benchmark that cannot run may say so loudly")]

use std::fmt::Write as _;
use std::sync::LazyLock;

use divan::{Bencher, black_box};
use pnp_avm::crypto::ed25519;
use pnp_avm::{GroupContext, LedgerError, SignatureLedger, eval_signature};
use pnp_ledger::{Chain, Evaluator, Genesis};
use pnp_teal::template::{TemplateValue, Templates};
use pnp_teal::{AssembleOptions, CheckOptions, CostOptions, assemble, check, cost, disassemble, format};
use pnp_types::consensus::{self, ConsensusParams};
use pnp_types::{
    Address, AppIndex, ApplyData, AssetIndex, BlockHeader, Digest, LogicSignature, MicroAlgos, Round,
    SignedTransaction, SignedTransactionWithApplyData, SigningKey, Transaction, TransactionType, assign_group, msgpack,
};
use pnp_usage::{APPROVAL_SOURCE, BasisPoints, Bill, Creation, Parameters, Programs, Split, Template, TickId, Units};

fn main() {
    divan::main();
}

// ---------------------------------------------------------------------------------------------------------- Assembler

static CONTRACT: LazyLock<String> = LazyLock::new(|| {
    let values = Template::default().values().map(|(name, value)| (name, TemplateValue::Uint(value)));
    Templates::from_iter(values).substitute(APPROVAL_SOURCE).unwrap()
});

/// A program of 2,000 lines.
static LONG: LazyLock<String> = LazyLock::new(|| {
    let mut text = long(133);
    text.push_str("// the end\n// of it\n");
    text
});

/// So many times 15 lines of subroutines, branches, constants and fields, about 180 bytes.
fn long(blocks: usize) -> String {
    let mut text = String::from("#pragma version 12\nint 1\nreturn\n");
    for block in 0..blocks {
        writeln!(
            text,
            "sub{block}:\n    proto 1 1\n    frame_dig -1\n    int {}\n    <\n    bz other{block}\n    \
             txn Sender\n    byte 0x{:08x}\n    concat\n    sha256\n    btoi\n    retsub\nother{block}:\n    \
             int {}\n    retsub",
            block % 50,
            block % 133,
            block % 50 * 1000
        )
        .unwrap();
    }
    text
}

fn assembled(source: &str) -> Vec<u8> {
    assemble(source, AssembleOptions::default()).unwrap().bytes
}

#[divan::bench]
fn assemble_contract(bencher: Bencher<'_, '_>) {
    let source = CONTRACT.as_str();
    bencher.bench(|| assemble(black_box(source), AssembleOptions::default()));
}

#[divan::bench]
fn assemble_2000_lines(bencher: Bencher<'_, '_>) {
    let source = LONG.as_str();
    assert!(assembled(source).len() > 2_000);
    bencher.bench(|| assemble(black_box(source), AssembleOptions::default()));
}

/// What 512 KiB cost must be eight times what 64 KiB cost, and less than 50 ms.
#[divan::bench(args = [64, 128, 256, 512])]
fn assemble_kib(bencher: Bencher<'_, '_>, kib: usize) {
    let mut source = long(kib * 1024 / 180);
    source.truncate(source[..kib * 1024].rfind("\nsub").unwrap());
    assert!(assembled(&source).len() > kib * 200);
    bencher.bench(|| assemble(black_box(&source), AssembleOptions::default()));
}

/// Labels alone, each used once: nothing is looked for twice as long where there are twice as many.
#[divan::bench(args = [64, 128, 256, 512])]
fn assemble_labels_kib(bencher: Bencher<'_, '_>, kib: usize) {
    let mut source = String::from("#pragma version 12\n");
    for label in 0.. {
        if source.len() + 20 > kib * 1024 {
            break;
        }
        writeln!(source, "l{label}:\nb l{label}").unwrap();
    }
    assert!(assembled(&source).len() > kib * 100);
    bencher.bench(|| assemble(black_box(&source), AssembleOptions::default()));
}

#[divan::bench]
fn check_contract(bencher: Bencher<'_, '_>) {
    let options = CheckOptions::default();
    bencher.bench(|| check(black_box(APPROVAL_SOURCE), &options));
}

#[divan::bench]
fn check_2000_lines(bencher: Bencher<'_, '_>) {
    let (source, options) = (LONG.as_str(), CheckOptions::default());
    bencher.bench(|| check(black_box(source), &options));
}

#[divan::bench]
fn format_contract(bencher: Bencher<'_, '_>) {
    assert!(format(APPROVAL_SOURCE).is_ok());
    bencher.bench(|| format(black_box(APPROVAL_SOURCE)));
}

#[divan::bench]
fn cost_contract(bencher: Bencher<'_, '_>) {
    let (source, options) = (CONTRACT.as_str(), CostOptions::default());
    assert!(cost(source, &options).is_ok());
    bencher.bench(|| cost(black_box(source), &options));
}

#[divan::bench]
fn disassemble_contract(bencher: Bencher<'_, '_>) {
    let program = assembled(&CONTRACT);
    bencher.bench(|| disassemble(black_box(&program)));
}

// -------------------------------------------------------------------------------------------------------- Interpreter

/// The rules with room for long loops.
static ROOMY: LazyLock<ConsensusParams> =
    LazyLock::new(|| ConsensusParams { logic_sig_max_cost: 100_000_000, ..*consensus::LATEST.params });

struct NoBlocks;

impl SignatureLedger for NoBlocks {
    fn block_header(&self, _: Round) -> Result<BlockHeader, LedgerError> {
        Err("there are no blocks".into())
    }

    fn genesis_hash(&self) -> Digest {
        Digest::ZERO
    }
}

/// Runs a loop of 1,000 turns around `body` as a logic signature.
fn run_loop(bencher: Bencher<'_, '_>, before: &str, body: &str, after: &str) {
    let program = assembled(&format!(
        "#pragma version 12\nint 0\nstore 0\n{before}\nagain:\n{body}\nload 0\nint 1\n+\ndup\nstore 0\nint 1000\n<\n\
         bnz again\n{after}\nint 1\nreturn"
    ));
    let mut signed = SignedTransactionWithApplyData::default();
    signed.signed.transaction.kind = TransactionType::Payment;
    signed.signed.lsig = LogicSignature { logic: program, ..LogicSignature::default() };
    let run = || {
        let mut group = GroupContext::for_signatures(vec![signed.clone()], &ROOMY);
        eval_signature(&mut group, 0, &NoBlocks)
    };
    assert!(run().unwrap());
    bencher.bench(run);
}

#[divan::bench]
fn loop_of_arithmetic(bencher: Bencher<'_, '_>) {
    run_loop(bencher, "int 7", "int 31\n*\nint 65537\n%\nint 3\n+", "pop");
}

#[divan::bench]
fn loop_of_bytes(bencher: Bencher<'_, '_>) {
    run_loop(bencher, "byte 0x00112233445566778899", "extract 1 9\nbyte 0x42\nconcat\ndup\nint 3\ngetbyte\npop", "pop");
}

#[divan::bench]
fn loop_of_hashing(bencher: Bencher<'_, '_>) {
    run_loop(bencher, "byte \"start\"", "sha256", "pop");
}

#[divan::bench]
fn loop_of_wide_math(bencher: Bencher<'_, '_>) {
    let modulus = "ff".repeat(32);
    run_loop(bencher, "byte 0x0123456789abcdef", &format!("dup\nb*\nbyte 0x{modulus}\nb%"), "pop");
}

// ------------------------------------------------------------------------------------------------------------- Ledger

/// A network in memory with the contract on it, and a user who pays with its asset.
struct Net {
    chain: Chain,
    key: SigningKey,
    app: AppIndex,
    asset: AssetIndex,
    ticks: u64,
}

const PROVIDER: [u8; 32] = [2; 32];
const PLATFORM: [u8; 32] = [3; 32];

impl Net {
    fn new() -> Self {
        let key = SigningKey::from_seed(&[1; 32]);
        let chain = Chain::in_memory(Genesis::development(key.address(), 1_000)).unwrap();
        let mut net = Self { chain, key, app: AppIndex::NONE, asset: AssetIndex::NONE, ticks: 0 };
        let parties = [PROVIDER, PLATFORM].map(|seed| SigningKey::from_seed(&seed));
        let params = net.params();
        let sender = net.key.address();

        let funding: Vec<Transaction> = parties
            .iter()
            .map(|party| pnp_usage::calls::payment(sender, party.address(), MicroAlgos(10_000_000), &params))
            .collect();
        net.send(funding, &[]);
        let mint = Transaction::asset_create(sender, u64::MAX, 0).unit_name("PLY");
        let mint = pnp_usage::calls::for_network(mint, &params);
        net.asset = net.send(vec![mint], &[])[0].config_asset;
        let opt_ins = parties.iter().map(|party| pnp_usage::calls::asset_opt_in(party.address(), net.asset, &params));
        net.send(opt_ins.collect(), &[&parties[0], &parties[1]]);

        let creation = Creation {
            provider: parties[0].address(),
            platform: parties[1].address(),
            parameters: Parameters::EXAMPLE,
            asset: Some(net.asset),
        };
        let programs = Programs::assemble(Template::default()).unwrap();
        let create = pnp_usage::calls::create(sender, &programs, &creation, &params);
        net.app = net.send(vec![create], &[])[0].application;
        net.send(vec![pnp_usage::calls::opt_in(sender, net.app, &params)], &[]);
        net
    }

    fn params(&self) -> pnp_client::SuggestedParams {
        pnp_client::SuggestedParams {
            fee_per_byte: 0,
            min_fee: MicroAlgos(1_000),
            genesis_id: self.chain.genesis().id(),
            genesis_hash: self.chain.genesis().hash(),
            last_round: self.chain.latest(),
            consensus: String::new(),
        }
    }

    /// A block of one group, signed by these keys or else by the rich account's.
    fn send(&mut self, mut transactions: Vec<Transaction>, keys: &[&SigningKey]) -> Vec<ApplyData> {
        if transactions.len() > 1 {
            assign_group(&mut transactions).unwrap();
        }
        let key = |index: usize| keys.get(index).copied().unwrap_or(&self.key);
        let group = transactions.iter().enumerate().map(|(index, it)| key(index).sign_transaction(it)).collect();
        let time = self.chain.latest_header().timestamp + 1;
        self.chain.propose(&[group], time).unwrap().applied.remove(0)
    }

    /// The next bill, signed.
    fn bill(&mut self) -> Vec<SignedTransaction> {
        self.ticks += 1;
        let bill = Bill {
            user: self.key.address(),
            app: self.app,
            asset: self.asset,
            provider: SigningKey::from_seed(&PROVIDER).address(),
            platform: SigningKey::from_seed(&PLATFORM).address(),
            tick: TickId::new(format!("tick_{:020}", self.ticks)).unwrap(),
            units: Units(10),
            unit_price: 20,
            split: Split::of(Units(10), 20, BasisPoints(500)).unwrap(),
        };
        let mut transactions = bill.transactions(&self.params()).to_vec();
        assign_group(&mut transactions).unwrap();
        transactions.iter().map(|transaction| self.key.sign_transaction(transaction)).collect()
    }
}

/// What a bill's group does, its approval program run, its signatures not looked at.
#[divan::bench]
fn bill_evaluated(bencher: Bencher<'_, '_>) {
    let mut net = Net::new();
    let group = net.bill();
    let header = net.chain.latest_header();
    bencher.bench_local(|| {
        let mut evaluator = Evaluator::start(&net.chain, header, header.timestamp + 1).unwrap();
        evaluator.add_group(&group).unwrap()
    });
}

/// The same without the program: the three transactions' rules alone.
#[divan::bench]
fn three_transfers_evaluated(bencher: Bencher<'_, '_>) {
    let net = Net::new();
    let params = net.params();
    let provider = SigningKey::from_seed(&PROVIDER).address();
    let mut transfers: Vec<Transaction> = (1..=3)
        .map(|amount| pnp_usage::calls::asset_transfer(net.key.address(), provider, net.asset, amount, &params))
        .collect();
    assign_group(&mut transfers).unwrap();
    let group: Vec<_> = transfers.iter().map(|transaction| net.key.sign_transaction(transaction)).collect();
    let header = net.chain.latest_header();
    bencher.bench_local(|| {
        let mut evaluator = Evaluator::start(&net.chain, header, header.timestamp + 1).unwrap();
        evaluator.add_group(&group).unwrap()
    });
}

/// A bill's three signatures, and whether its group is well-formed.
#[divan::bench]
fn bill_verified(bencher: Bencher<'_, '_>) {
    let mut net = Net::new();
    let group = net.bill();
    let header = net.chain.latest_header();
    let evaluator = Evaluator::start(&net.chain, header, header.timestamp + 1).unwrap();
    bencher.bench_local(|| evaluator.verify(black_box(&group)).unwrap());
}

/// A block of one bill from signed group to state: verified, evaluated, written to a store in memory.
#[divan::bench]
fn bill_confirmed(bencher: Bencher<'_, '_>) {
    let net = std::cell::RefCell::new(Net::new());
    bencher.with_inputs(|| net.borrow_mut().bill()).bench_local_values(|group| {
        let chain = &mut net.borrow_mut().chain;
        let time = chain.latest_header().timestamp + 1;
        chain.propose(&[group], time).unwrap()
    });
}

// -------------------------------------------------------------------------------------------------------------- Types

fn transfer() -> Transaction {
    let params = pnp_client::SuggestedParams {
        fee_per_byte: 0,
        min_fee: MicroAlgos(1_000),
        genesis_id: "dockernet-v1".to_owned(),
        genesis_hash: Digest([7; 32]),
        last_round: Round(1_000),
        consensus: String::new(),
    };
    pnp_usage::calls::asset_transfer(Address([1; 32]), Address([2; 32]), AssetIndex(1_001), 190, &params)
}

#[divan::bench]
fn encode_transaction(bencher: Bencher<'_, '_>) {
    let transaction = transfer();
    bencher.bench(|| black_box(&transaction).encode());
}

#[divan::bench]
fn decode_transaction(bencher: Bencher<'_, '_>) {
    let bytes = transfer().encode();
    bencher.bench(|| msgpack::decode::<Transaction>(black_box(&bytes)));
}

#[divan::bench]
fn transaction_id(bencher: Bencher<'_, '_>) {
    let transaction = transfer();
    bencher.bench(|| black_box(&transaction).id());
}

#[divan::bench]
fn sign_transaction(bencher: Bencher<'_, '_>) {
    let (key, transaction) = (SigningKey::from_seed(&[1; 32]), transfer());
    bencher.bench(|| key.sign_transaction(black_box(&transaction)));
}

#[divan::bench]
fn verify_signature(bencher: Bencher<'_, '_>) {
    let (key, bytes) = (SigningKey::from_seed(&[1; 32]), transfer().signing_bytes());
    let (address, signature) = (key.public_key(), key.sign(&bytes).0);
    assert!(ed25519::verify(&address, &bytes, &signature));
    bencher.bench(|| ed25519::verify(black_box(&address), black_box(&bytes), black_box(&signature)));
}
