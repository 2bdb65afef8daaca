//! Signs for a development network, one JSON question a line: what `scripts/bench` needs that no library of the system has.
//!
//! `{"op":"dispenser"}` tells the rich account of networks in memory, `{"op":"account","seed":HEX}` any account, and
//! `{"op":"groups","seed":HEX,"genesis_id":TEXT,"genesis_hash":BASE64,"first":ROUND,"size":3,"count":50}` answers with
//! `count` signed groups of payments of nothing, all different, in base64.

use std::io::{self, BufRead, Write};

use data_encoding::BASE64;
use pnp_keys::mnemonic;
use pnp_ledger::DispenserKey;
use pnp_types::{Digest, MicroAlgos, Round, SigningKey, Transaction, TransactionType, assign_group, msgpack};
use serde_json::{Value, json};

type Answer = Result<Value, Box<dyn std::error::Error>>;

fn seed(question: &Value) -> Result<[u8; 32], Box<dyn std::error::Error>> {
    let bytes = hex::decode(question["seed"].as_str().unwrap_or_default())?;
    Ok(bytes.try_into().map_err(|_| "a seed has 32 bytes")?)
}

fn account(seed: &[u8; 32]) -> Value {
    let words = mnemonic::from_seed(seed);
    json!({ "address": SigningKey::from_seed(seed).address(), "mnemonic": *words, "seed": hex::encode(seed) })
}

fn groups(question: &Value) -> Answer {
    let key = SigningKey::from_seed(&seed(question)?);
    let number = |name: &str| question[name].as_u64().ok_or_else(|| format!("{name} is missing"));
    let hash = BASE64.decode(question["genesis_hash"].as_str().unwrap_or_default().as_bytes())?;
    let genesis_hash = Digest(hash.try_into().map_err(|_| "a genesis hash has 32 bytes")?);
    let (first, size, count) = (number("first")?, number("size")?, number("count")?);
    let mut groups = Vec::new();
    for turn in 0..count {
        let mut group = Vec::new();
        for place in 0..size {
            let mut payment = Transaction { kind: TransactionType::Payment, ..Transaction::default() };
            let header = &mut payment.header;
            (header.sender, header.fee) = (key.address(), MicroAlgos(1_000));
            (header.first_valid, header.last_valid) = (Round(first), Round(first + 1_000));
            header.genesis_id = question["genesis_id"].as_str().unwrap_or_default().to_owned();
            header.genesis_hash = genesis_hash;
            header.note = format!("{first} {turn} {place}").into_bytes();
            payment.payment.receiver = key.address();
            group.push(payment);
        }
        if size > 1 {
            assign_group(&mut group)?;
        }
        let signed = group.iter().flat_map(|payment| msgpack::encode(&key.sign_transaction(payment)));
        groups.push(BASE64.encode(&signed.collect::<Vec<u8>>()));
    }
    Ok(json!({ "groups": groups }))
}

fn answer(line: &str) -> Answer {
    let question: Value = serde_json::from_str(line)?;
    match question["op"].as_str() {
        Some("dispenser") => Ok(account(DispenserKey::well_known().seed())),
        Some("account") => Ok(account(&seed(&question)?)),
        Some("groups") => groups(&question),
        _ => Err("unknown op".into()),
    }
}

fn main() -> io::Result<()> {
    let mut out = io::stdout().lock();
    for line in io::stdin().lock().lines() {
        let answer = answer(&line?).unwrap_or_else(|error| json!({ "err": error.to_string() }));
        writeln!(out, "{answer}")?;
        out.flush()?;
    }
    Ok(())
}
