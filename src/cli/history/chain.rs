//! What the chain has of a contract's past.

use super::super::failure::Failure;
use super::super::session::Session;
use crate::client::Algod;
use crate::registry::Contract;
use crate::types::{
    Address, AppIndex, OnCompletion, Round, SignedTransaction, Transaction, TransactionType, sha512_256,
};
use crate::usage::GlobalState;
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt;

/// A development network's newest rounds, which are looked through for what the record does not have.
const SCANNED: Round = 2000;

/// Who did something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub(super) struct OnChain {
    /// The account it was done for.
    pub(super) sender: String,
    /// The addresses whose keys signed; several for a multisignature.
    pub(super) signers: Vec<String>,
    /// How many signatures the account asks for.
    pub(super) threshold: u8,
    /// The block's time, UTC.
    #[serde(skip)]
    pub(super) time: String,
}

impl fmt::Display for OnChain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "by {}", self.sender)?;
        match self.signers.as_slice() {
            [one] if *one == self.sender => Ok(()),
            [] => f.write_str(", signed by a program"),
            signers => write!(f, ", signed by {}", signers.join(" and ")),
        }
    }
}

/// A transaction of a block.
#[derive(Debug)]
pub(super) struct Sent {
    pub(super) id: String,
    pub(super) by: OnChain,
    /// The application and the sort of call, where it is one.
    call: Option<(AppIndex, &'static str)>,
}

/// A block, as far as it is told of.
#[derive(Debug)]
pub(super) struct Told {
    /// Its time, UTC.
    pub(super) time: String,
    pub(super) sent: Vec<Sent>,
}

/// Blocks, each read once.
pub(super) struct Blocks<'a> {
    algod: &'a Algod,
    read: BTreeMap<Round, Option<Told>>,
}

impl<'a> Blocks<'a> {
    pub(super) const fn new(algod: &'a Algod) -> Self {
        Self { algod, read: BTreeMap::new() }
    }

    /// A block; `None` where the node does not keep it or it cannot be read.
    pub(super) async fn get(&mut self, round: Round) -> Result<Option<&Told>, Failure> {
        if !self.read.contains_key(&round) {
            let told = match self.algod.block(round).await? {
                Some(block) => block.transactions().ok().map(|all| {
                    let time = jiff::Timestamp::from_second(block.header.timestamp).map(|time| time.to_string());
                    let time = time.unwrap_or_default();
                    let sent = all.iter().map(|one| Sent::new(&one.signed, &time)).collect();
                    Told { time, sent }
                }),
                None => None,
            };
            self.read.insert(round, told);
        }
        Ok(self.read.get(&round).and_then(Option::as_ref))
    }
}

impl Sent {
    fn new(signed: &SignedTransaction, time: &str) -> Self {
        Self { id: signed.id().to_string(), by: who(signed, time), call: call(&signed.transaction) }
    }
}

/// Sender and signers of a transaction.
fn who(signed: &SignedTransaction, time: &str) -> OnChain {
    let several = !signed.msig.is_none();
    let signers = if several {
        let signed = signed.msig.subsigs.iter().filter(|one| !one.sig.is_none());
        signed.map(|one| Address(one.key).to_string()).collect()
    } else if signed.lsig.is_none() {
        vec![signed.authorizer().to_string()]
    } else {
        Vec::new()
    };
    OnChain {
        sender: signed.transaction.header.sender.to_string(),
        signers,
        threshold: if several { signed.msig.threshold } else { 1 },
        time: time.to_owned(),
    }
}

/// The application that a call changes, and how.
fn call(transaction: &Transaction) -> Option<(AppIndex, &'static str)> {
    if transaction.kind != TransactionType::ApplicationCall {
        return None;
    }
    let call = &transaction.application_call;
    let action = match call.on_completion {
        OnCompletion::UpdateApplication => "update",
        OnCompletion::DeleteApplication => "delete",
        // Four arguments bill, three set parameters.
        OnCompletion::NoOp if call.application != 0 && call.args.len() == 3 => "params",
        _ => return None,
    };
    Some((call.application, action))
}

/// What the chain has and the record has not, among a development network's newest rounds: id, round, what, who.
pub(super) async fn unrecorded(
    session: &Session<'_>,
    contract: &Contract,
    blocks: &mut Blocks<'_>,
) -> Result<Vec<(String, Round, &'static str, OnChain)>, Failure> {
    if !session.is_development() {
        return Ok(Vec::new());
    }
    let last = session.params().await?.last_round;
    let made = contract.history.iter().map(|event| event.round).filter(|round| *round > 0).min().unwrap_or(0);
    let mut found = Vec::new();
    for round in made.max(last.saturating_sub(SCANNED)).max(1)..=last {
        let Some(block) = blocks.get(round).await? else { continue };
        for sent in &block.sent {
            let Some((app, action)) = sent.call else { continue };
            let is_recorded = contract.history.iter().any(|event| event.txids.contains(&sent.id));
            if app == contract.app_id && !is_recorded {
                found.push((sent.id.clone(), round, action, sent.by.clone()));
            }
        }
    }
    Ok(found)
}

/// Where what stands now is not what the record ends with.
pub(super) async fn now(session: &Session<'_>, contract: &Contract) -> Result<Vec<String>, Failure> {
    let app = contract.app_id;
    let Some(application) = session.algod.application(app).await? else {
        let told = format!("application {app} is not on the chain, and its deletion is not in the record");
        return Ok(if contract.deleted { Vec::new() } else { vec![told] });
    };
    if contract.deleted {
        return Ok(vec![format!("application {app} is recorded as deleted, and the chain has it")]);
    }
    let mut told = Vec::new();
    let runs = hex::encode(sha512_256(&application.approval_program));
    if runs != contract.programs.approval_sha512_256 {
        let known = &contract.programs.approval_sha512_256;
        told.push(format!("application {app} runs {runs}, the record ends with {known}"));
    }
    if let Ok(state) = GlobalState::read(&application) {
        let differences = super::super::status::differences(contract, &application.creator, &state);
        told.extend(differences.into_iter().map(|one| format!("application {app}: {one}")));
    }
    Ok(told)
}
