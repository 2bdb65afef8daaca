//! Who votes, over 1260 rounds recorded from algod: the stake programs see, commitments to voters, accounts that expire
//! or stay away, challenges and heartbeats, and transactions signed with Falcon keys.

use std::sync::OnceLock;

use serde_json::Value as Json;

use super::recorded::{bytes, chain_of, group};
use super::*;

fn recorded() -> &'static Json {
    static RECORDED: OnceLock<Json> = OnceLock::new();
    RECORDED.get_or_init(|| serde_json::from_str(include_str!("../../../../tests/vectors/ledger/online.json")).unwrap())
}

/// Adds the next recorded round; returns whether all of its block was recorded.
fn step(chain: &mut Chain) -> bool {
    let index = chain.latest().0 as usize;
    let round = index + 1;
    let time = recorded()["times"][index].as_i64().unwrap();
    let group = group(&recorded()["groups"][index]);
    let committed = chain.propose(&[group], time).unwrap_or_else(|error| panic!("round {round}: {error}"));
    let expected = &recorded()["blocks"][round.to_string()];
    if expected.is_null() {
        return false;
    }
    let expected = bytes(expected);
    assert_eq!(committed.block, msgpack::decode(&expected).unwrap(), "round {round}");
    assert_eq!(msgpack::encode(&committed.block), expected, "round {round}");
    true
}

#[test]
fn every_block_of_1260_rounds_is_algods_and_every_refusal_is_refused() {
    let mut chain = chain_of(recorded());
    let rounds = recorded()["groups"].as_array().unwrap().len() as u64;
    let mut refused = recorded()["refused"].as_array().unwrap().iter().peekable();
    let mut wrong = Vec::new();
    let (mut compared, mut voters, mut expired, mut absent) = (0, 0, 0, 0);
    while chain.latest() < Round(rounds) {
        while let Some(case) = refused.next_if(|case| case["after"].as_u64().unwrap() == chain.latest().0) {
            let answer = case["answer"].as_str().unwrap();
            let time = recorded()["times"][chain.latest().0 as usize].as_i64().unwrap();
            let error = chain.evaluate(&[group(&case["group"])], time).unwrap_err().to_string();
            if !reported_alike(&error, answer) {
                wrong.push(format!("after round {}:\n ours  {error}\n algod {answer}", chain.latest()));
            }
        }
        compared += u64::from(step(&mut chain));
        let header = chain.latest_header();
        voters += header.state_proof_tracking.values().filter(|spt| !spt.voters_commitment.0.is_empty()).count();
        expired += header.participation_updates.expired.len();
        absent += header.participation_updates.absent.len();
    }
    assert!(refused.next().is_none());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(rounds > 1250 && compared > 100, "{compared} of {rounds}");
    assert!(voters == 4 && expired >= 2 && absent >= 3, "{voters} commitments, {expired} expired, {absent} absent");
}

/// Whether our refusal says what algod's does, apart from the layers that handed it up and the dump of a transaction.
fn reported_alike(ours: &str, algod: &str) -> bool {
    let tail = |text: &str| text.rsplit_once(" invalid : ").map(|(_, tail)| tail.to_owned());
    if algod.ends_with("is an Edwards25519 curve point (non PQ-compliant)") {
        // That is algod's REST interface, which checks addresses before the ledger does.
        return ours.contains("pq signature authorizer mismatch");
    }
    match tail(algod) {
        Some(expected) => tail(ours).is_some_and(|ours| ours == expected),
        None => ours == algod.trim_start_matches("TransactionPool.Remember: "),
    }
}

#[test]
fn a_chain_that_went_back_or_was_opened_again_sees_the_same_voters() {
    let mut chain = chain_of(recorded());
    while chain.latest() < Round(430) {
        step(&mut chain);
    }
    let header = chain.latest_header().clone();
    let online = chain.online_addresses().clone();
    chain.revert_to(Round(230)).unwrap();
    while chain.latest() < Round(430) {
        step(&mut chain);
    }
    assert_eq!((chain.latest_header(), chain.online_addresses()), (&header, &online));
    let there = chain.online_at(Round(110)).unwrap();
    chain.online_kept().clear();
    // Forward from the round before, and back from the latest: the same.
    chain.online_at(Round(109)).unwrap();
    let forward = chain.online_at(Round(110)).unwrap();
    assert_eq!(there.stake(Round(430)).unwrap(), forward.stake(Round(430)).unwrap());
    for address in &online {
        assert_eq!(there.account(address).unwrap(), forward.account(address).unwrap());
    }
    let mut opened = Chain::open(chain.store).unwrap();
    assert_eq!(opened.online_addresses(), &online);
    let mut batch = Batch::new();
    batch.remove(Table::Meta, *b"online");
    opened.store.commit(&batch).unwrap();
    assert_eq!(online::read_online(opened.store.as_ref()).unwrap(), online, "from all accounts");
    while opened.latest() < Round(520) {
        step(&mut opened);
    }
}
