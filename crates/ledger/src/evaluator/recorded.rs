//! Blocks that the reference recorded, evaluated again: the same groups give the same blocks, to the byte, and the
//! refused ones are refused with the same words (`scripts/record story`).

use data_encoding::BASE64;

use super::*;
use crate::chain::Chain;
use crate::genesis::Genesis;
use pnp_types::Digest;

#[derive(serde::Deserialize)]
struct Story {
    genesis: String,
    blocks: Vec<String>,
    refused: Vec<Refused>,
}

#[derive(serde::Deserialize)]
struct Refused {
    after: usize,
    group: String,
    answer: String,
}

fn story() -> Story {
    serde_json::from_str(include_str!("../../../../tests/vectors/ledger/story.json")).unwrap()
}

/// The block's own bytes inside of REST's answer.
fn block_bytes(answer: &str) -> Vec<u8> {
    let answer = BASE64.decode(answer.as_bytes()).unwrap();
    let (head, tail) = (b"\x82\xa5block", b"\xa4cert");
    assert!(answer.starts_with(head));
    let end = answer.windows(tail.len()).rposition(|window| window == tail).unwrap();
    answer[head.len()..end].to_vec()
}

fn groups_of(block: &Block) -> Vec<Vec<SignedTransaction>> {
    let mut groups: Vec<Vec<SignedTransaction>> = Vec::new();
    for entry in block.transactions().unwrap() {
        let group = entry.signed.transaction.header.group;
        match groups.last_mut() {
            Some(last) if group != Digest::ZERO && last[0].transaction.header.group == group => last.push(entry.signed),
            _ => groups.push(vec![entry.signed]),
        }
    }
    groups
}

/// What both sides say, without what only the reference prints: its prefix of the pool, disassembled opcodes, and whole
/// structures in the middle of a sentence.
fn comparable(text: &str) -> String {
    let text = text.strip_prefix("TransactionPool.Remember: ").unwrap_or(text);
    let text = text.split_once(", opcodes=").map_or(text, |(before, _)| before);
    if let Some((before, after)) = text.split_once(" []transactions.") {
        let place = after.split_once(". Details: ").map_or("", |(_, place)| place);
        return format!("{before}. Details: {place}");
    }
    match text.split_once(" invalid : ") {
        Some((_, reason)) => format!("transaction invalid : {reason}"),
        None => text.to_owned(),
    }
}

#[test]
fn the_same_groups_make_the_same_blocks_and_the_same_refusals() {
    let Story { genesis, blocks, refused } = story();
    let mut chain = Chain::in_memory(Genesis::from_json(&genesis).unwrap()).unwrap();
    assert_eq!(msgpack::encode(&chain.block(Round(0)).unwrap().unwrap()), block_bytes(&blocks[0]), "genesis block");
    let mut different = Vec::new();
    for (round, answer) in blocks.iter().enumerate().skip(1) {
        let expected = block_bytes(answer);
        let recorded: Block = msgpack::decode(&expected).unwrap();
        let previous = chain.latest_header().clone();
        let mut evaluator = Evaluator::start(&chain, &previous, recorded.header.timestamp).unwrap();
        for refusal in refused.iter().filter(|refusal| refusal.after + 1 == round) {
            let outcome = refused_group(&mut evaluator, refusal);
            if comparable(&outcome) != comparable(&refusal.answer) {
                different.push(format!("round {round}\n  ours:   {outcome}\n  theirs: {}", refusal.answer));
            }
        }
        for group in groups_of(&recorded) {
            evaluator.verify(&group).unwrap_or_else(|error| panic!("round {round}: {error}"));
            evaluator.add_group(&group).unwrap_or_else(|error| panic!("round {round}: {error}"));
        }
        let EvaluatedBlock { block, delta, totals } = evaluator.finish().unwrap();
        assert_eq!(block, recorded, "round {round}");
        assert_eq!(msgpack::encode(&block), expected, "round {round}");
        chain.append(&block, &delta, totals).unwrap();
    }
    assert!(
        different.is_empty(),
        "{} of {} refusals differ:\n{}",
        different.len(),
        refused.len(),
        different.join("\n")
    );
    assert!(blocks.len() > 80 && refused.len() > 80, "the story is whole");
}

fn refused_group(evaluator: &mut Evaluator<'_>, refusal: &Refused) -> String {
    let bytes = BASE64.decode(refusal.group.as_bytes()).unwrap();
    let mut rest = bytes.as_slice();
    let mut group = Vec::new();
    while !rest.is_empty() {
        match msgpack::decode_prefix::<SignedTransaction>(rest) {
            Ok((signed, after)) => {
                group.push(signed);
                rest = after;
            }
            Err(error) => return error.to_string(),
        }
    }
    let outcome = evaluator.verify(&group).and_then(|()| evaluator.add_group(&group));
    outcome.map_or_else(|error| error.to_string(), |_| "accepted".to_owned())
}
