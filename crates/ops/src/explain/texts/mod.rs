//! What the texts of nodes mean: those that a command's own error leaves in the node's words, and `explain` explains.
//!
//! Whole sentences are compared, with their variable parts: a text that only has some of their words is another one, and is
//! left unexplained.

mod known;
mod programs;
mod requests;
mod services;
#[cfg(test)]
mod tests;
mod transactions;

pub use known::{Advice, advice};

use known::KNOWN;
use pnp_client::sentence_parts;

/// Shapes of sentences, why they are said, and what to do.
type Entry = (&'static [&'static str], &'static str, &'static str);

/// What a text means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Meaning {
    /// Why it is said, as the end of a sentence.
    pub why: &'static str,
    /// What to do about it.
    pub remedy: &'static str,
    /// What sort of sentence it is.
    pub kind: TextKind,
}

/// What sort of sentence a text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextKind {
    /// A node refuses a transaction.
    Transaction,
    /// A node does not answer a request.
    Request,
    /// This program says it of a service or network; with the code that a command fails with.
    Own(&'static str),
}

/// What is known of a text beside its words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextContext {
    /// An instruction of a program failed with it.
    Program,
    /// A transaction was refused with it.
    Transaction,
    /// Nothing.
    Unknown,
}

/// What stands around another text that may say more; the last part is that text.
const AROUND: &[&str] = &[
    "TransactionPool.Remember: {*}",
    "transaction {w}: {*}",
    "inner tx {n} failed: {*}",
    "logic eval error: {*}",
    "rejected by logic err={*}",
    "malformed: {*}",
    "bad ApprovalProgram: {*}",
    "bad ClearStateProgram: {*}",
    "check failed on ApprovalProgram: {*}",
    "check failed on ClearStateProgram: {*}",
    "unable to change global schema: {*}",
    "axfer {w}: {*}",
    "afrz {w}: {*}",
    "acfg {w}: {*}",
    "appl {w}: {*}",
    "{w} answers {n}: {*}",
    "invalid prefix: {*}",
    "invalid next token: {*}",
];

/// The text that stands inside another one.
fn inside(text: &str) -> Option<&str> {
    let found = AROUND.iter().find_map(|shape| sentence_parts(shape, text)?.last().copied());
    // This program's own errors give the meaning before the node's words.
    let ours = || KNOWN.iter().find_map(|(_, why, _)| text.strip_prefix(why)?.strip_prefix(": "));
    let found = found.or_else(ours);
    // `pc=  3 illegal opcode`: the place is known elsewhere.
    found.or_else(|| text.strip_prefix("pc=")?.trim_start().split_once(' ').map(|(_, rest)| rest))
}

/// The text, and those inside it, without the place that ends them.
fn layers(text: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(text.trim()), |text| inside(text)).map(|text| {
        let text = text.split(". Details: ").next().unwrap_or(text);
        text.rsplit_once(" pc=").filter(|(_, pc)| pc.chars().all(|c| c.is_ascii_digit())).map_or(text, |(text, _)| text)
    })
}

/// The first entry one of whose sentences a text is.
fn entry(known: &'static [Entry], text: &str) -> Option<&'static Entry> {
    known.iter().find(|(shapes, ..)| shapes.iter().any(|shape| sentence_parts(shape, text.trim()).is_some()))
}

/// Why the network refuses what commands send, and what to do, where it is known.
fn usual(text: &str) -> Option<&'static Entry> {
    layers(text).find_map(|layer| entry(KNOWN, layer))
}

/// What a text means, where it is known; of texts inside each other the innermost that is.
#[must_use]
pub fn meaning_of(text: &str, context: TextContext) -> Option<Meaning> {
    layers(text).filter_map(|layer| of_layer(layer, context)).last()
}

fn of_layer(layer: &str, context: TextContext) -> Option<Meaning> {
    let within = |list, kind| entry(list, layer).map(|(_, why, remedy)| Meaning { why, remedy, kind });
    let refusal = |list| within(list, TextKind::Transaction);
    refusal(KNOWN).or_else(|| match context {
        TextContext::Program => refusal(programs::REASONS).or_else(|| refusal(transactions::SENTENCES)),
        TextContext::Transaction => refusal(transactions::SENTENCES).or_else(|| refusal(transactions::VAGUE)),
        TextContext::Unknown => {
            let own = || services::SENTENCES.iter().find_map(|(code, list)| within(list, TextKind::Own(code)));
            within(requests::SENTENCES, TextKind::Request).or_else(|| refusal(transactions::SENTENCES)).or_else(own)
        }
    })
}
