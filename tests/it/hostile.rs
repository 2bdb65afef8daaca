//! Hostile input: for any bytes, every reader answers, and within a short time.

use std::fmt::Write as _;

use pnp_avm::{GroupContext, LedgerError, Mode, SignatureLedger, check_program, eval_signature};
use pnp_keys::mnemonic;
use pnp_teal::template::{TemplateValue, Templates};
use pnp_teal::{AssembleOptions, assemble, disassemble, report};
use pnp_types::consensus::LATEST;
use pnp_types::{
    Address, BlockHeader, Digest, Payment, Round, SignedTransaction, SignedTransactionWithApplyData, TransactionType,
    msgpack,
};
use pnp_usage::{APPROVAL_SOURCE, TickId};

/// How many inputs each reader gets; `HOSTILE_ROUNDS` asks for more.
fn rounds() -> u64 {
    std::env::var("HOSTILE_ROUNDS").ok().and_then(|text| text.parse().ok()).unwrap_or(400)
}

/// Numbers that look random and are the same in every run (SplitMix64).
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, bound: usize) -> usize {
        (self.roll() % bound.max(1) as u64) as usize
    }

    fn bytes(&mut self, longest: usize) -> Vec<u8> {
        (0..self.below(longest)).map(|_| self.roll() as u8).collect()
    }

    /// `bytes` with a few of them changed, put in, left out or cut off.
    fn mutant(&mut self, bytes: &[u8]) -> Vec<u8> {
        let mut changed = bytes.to_vec();
        for _ in 0..=self.below(3) {
            let at = self.below(changed.len());
            match self.below(5) {
                0 => changed.truncate(at),
                1 => changed.insert(at, self.roll() as u8),
                2 if at < changed.len() => drop(changed.remove(at)),
                3 if at < changed.len() => changed[at] = [0, 0xff, 0x80, 0xdd, 0xdf, 0xc6, 0xcf, 0x7f][self.below(8)],
                _ if at < changed.len() => changed[at] = self.roll() as u8,
                _ => {}
            }
        }
        changed
    }
}

fn program(source: &str) -> Vec<u8> {
    assemble(source, AssembleOptions::default()).unwrap().bytes
}

fn usage_source() -> String {
    let values = ["TMPL_UPDATABLE", "TMPL_DELETABLE", "TMPL_ORDERED_TICKS"];
    Templates::from_iter(values.map(|name| (name, TemplateValue::Uint(1)))).substitute(APPROVAL_SOURCE).unwrap()
}

#[test]
fn what_a_changed_transaction_decodes_to_encodes_to_itself() {
    let mut dice = Dice(1);
    let mut signed = SignedTransaction::default();
    signed.transaction.kind = TransactionType::Payment;
    signed.transaction.header.sender = Address([5; 32]);
    signed.transaction.payment = Payment { receiver: Address([7; 32]), ..Payment::default() };
    signed.transaction.header.note = b"hello".to_vec();
    signed.lsig.logic = vec![8, 0x81, 1];
    let valid = msgpack::encode(&signed);
    assert_eq!(msgpack::decode::<SignedTransaction>(&valid).unwrap(), signed);
    for _ in 0..rounds() * 10 {
        let bytes = if dice.below(4) == 0 { dice.bytes(300) } else { dice.mutant(&valid) };
        if let Ok(read) = msgpack::decode::<SignedTransaction>(&bytes) {
            let again = msgpack::decode::<SignedTransaction>(&msgpack::encode(&read)).unwrap();
            assert_eq!(again, read, "{}", hex::encode(&bytes));
        }
    }
}

#[test]
fn shuffled_words_assemble_or_are_refused_with_a_text() {
    let mut dice = Dice(2);
    let source = usage_source();
    let mut words: Vec<&str> = source.split_whitespace().collect();
    words.extend([
        "\n", ";", "\"", "//", "#define", "#pragma", "version", "base64(", "0x", "b32", "-1", "x:", "x", "\0",
    ]);
    words.extend(["switch", "match", "intcblock", "itxn_field", "ecdsa_verify", "proto", "pushbytess", "é", "256"]);
    for _ in 0..rounds() {
        let mut text = format!("#pragma version {}\n", dice.below(15));
        for _ in 0..dice.below(60) {
            let (word, end) = (words[dice.below(words.len())], [" ", "\n", ";"][dice.below(3)]);
            write!(text, "{word}{end}").unwrap();
        }
        if let Err(problems) = assemble(&text, AssembleOptions::default()) {
            assert!(!report(&problems, None).is_empty(), "{text}");
        }
        let changed = dice.mutant(source.as_bytes());
        let changed = String::from_utf8_lossy(&changed);
        drop(assemble(&changed, AssembleOptions::default()));
        drop(Templates::default().variables(&changed));
    }
}

/// Nothing of it is worth approving; the point is that every reader comes back.
#[test]
fn random_programs_are_checked_disassembled_and_run() {
    let mut dice = Dice(3);
    let valid = program(&usage_source());
    let mut failed = 0;
    for _ in 0..rounds() {
        let mut bytes = if dice.below(3) == 0 { dice.bytes(200) } else { dice.mutant(&valid) };
        bytes.insert(0, [1, 4, 8, 11, 12, 13, 255][dice.below(7)]);
        drop(disassemble(&bytes));
        for mode in [Mode::Signature, Mode::Application] {
            drop(check_program(&bytes, mode, LATEST.params, 0));
        }
        let mut signed = SignedTransactionWithApplyData::default();
        signed.signed.transaction.kind = TransactionType::Payment;
        signed.signed.lsig.logic = bytes;
        let mut group = GroupContext::for_signatures(vec![signed], LATEST.params);
        failed += u64::from(eval_signature(&mut group, 0, &NoBlocks).is_err());
    }
    assert!(failed > 0);
}

struct NoBlocks;

impl SignatureLedger for NoBlocks {
    fn block_header(&self, _: Round) -> Result<BlockHeader, LedgerError> {
        Err("there are no blocks".into())
    }

    fn genesis_hash(&self) -> Digest {
        Digest::ZERO
    }
}

#[test]
fn texts_of_people_are_read_or_refused() {
    let mut dice = Dice(4);
    let words = mnemonic::from_seed(&[3; 32]);
    let address = Address([9; 32]).to_string();
    for _ in 0..rounds() {
        let changed = String::from_utf8_lossy(&dice.mutant(words.as_bytes())).into_owned();
        if let Ok(seed) = mnemonic::to_seed(&changed) {
            assert_eq!(*seed, [3; 32], "{changed}");
        }
        let changed = String::from_utf8_lossy(&dice.mutant(address.as_bytes())).into_owned();
        assert!(changed.parse::<Address>().is_err() || changed == address, "{changed}");
        let bytes = dice.bytes(100);
        assert_eq!(TickId::new(bytes.clone()).is_ok(), (1..=64).contains(&bytes.len()));
    }
}

/// Half a megabyte, the most that a node takes, must not mean gigabytes or minutes.
#[test]
fn macros_cannot_make_a_short_source_endless() {
    let long = "z ".repeat(31_000);
    // Only a name that some body has before it is defined is searched for.
    let names: String = (0..8_000).map(|i| format!(" m{i}")).collect();
    let chain: String = (0..20_000).map(|i| format!("#define m{} m{i}\n", i + 1)).collect();
    let searched = format!("#define all{names}\n{chain}");
    for source in [
        format!("#define q {long}\n{}", "+ q\n".repeat(100_000)),
        format!("#pragma version 8\n#define q {long}\n{}", "int q\n".repeat(50_000)),
        searched,
    ] {
        let problems = assemble(&source, AssembleOptions::default()).unwrap_err();
        assert!(problems.len() < 5_000, "{}", problems.len());
        assert!(problems.iter().any(|found| found.problem.to_string() == "macro expansion too long"));
    }
    let fine = "#define one int 1\n#define add +\none\n".to_owned() + &"one\nadd\n".repeat(5_000);
    assert!(assemble(&fine, AssembleOptions::default()).is_ok());
    let chained = format!("#define m0 int 7\n{chain}m20000\n");
    assert!(assemble(&chained, AssembleOptions::default()).is_ok());
    let doubled: String = (0..16).map(|i| format!("#define d{} d{i} d{i}\n", i + 1)).collect();
    let doubled = format!("#pragma version 8\n#define d0 int 1 ; pop ;\n{doubled}d16\n");
    assert_eq!(assemble(&doubled, AssembleOptions::default()).unwrap().bytes.len(), 131_076);
}
