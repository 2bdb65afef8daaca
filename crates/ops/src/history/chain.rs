//! What the chain knows of a contract's past.

use crate::connection::Connection;
use crate::contract_state;
use crate::error::Error;
use pnp_client::{Algod, AppCall};
use pnp_registry::Contract;
use pnp_types::{Address, AppIndex, OnCompletion, Round, SignedTransaction, Transaction, TransactionType, sha512_256};
use pnp_usage::GlobalState;
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::BTreeMap;

/// How many of a development network's newest rounds are searched for what the record does not have.
const MAX_SEARCHED_ROUNDS: u64 = 2000;

/// Who did something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Signers {
    /// The account it was done for.
    pub sender: String,
    /// The addresses whose keys signed; several for a multisignature.
    pub signers: Vec<String>,
    /// How many signatures the account asks for.
    pub threshold: u8,
}

/// A transaction of a block.
#[derive(Debug)]
pub(super) struct Sent {
    pub(super) id: String,
    pub(super) by: Signers,
    /// The application and the sort of call, where it is one.
    call: Option<(AppIndex, &'static str)>,
}

/// What the history needs of a block.
#[derive(Debug)]
pub(super) struct BlockSummary {
    /// Its time, UTC.
    pub(super) time: String,
    pub(super) sent: Vec<Sent>,
}

/// Blocks, each read once.
pub(super) struct Blocks<'a> {
    algod: &'a Algod,
    read: BTreeMap<Round, Option<BlockSummary>>,
}

impl<'a> Blocks<'a> {
    pub(super) const fn new(algod: &'a Algod) -> Self {
        Self { algod, read: BTreeMap::new() }
    }

    /// A block; `None` where the node does not keep it or it cannot be read.
    pub(super) async fn get(&mut self, round: Round) -> Result<Option<&BlockSummary>, Error> {
        if !self.read.contains_key(&round) {
            let summary = match self.algod.block(round).await? {
                Some(block) => block.transactions().ok().map(|all| {
                    let sent = all.iter().map(|one| Sent::new(&one.signed)).collect();
                    BlockSummary { time: utc(block.header.timestamp), sent }
                }),
                None => None,
            };
            self.read.insert(round, summary);
        }
        Ok(self.read.get(&round).and_then(Option::as_ref))
    }
}

impl Sent {
    fn new(signed: &SignedTransaction) -> Self {
        Self { id: signed.id().to_string(), by: who(signed), call: call(&signed.transaction) }
    }
}

/// Sender and signers of a transaction.
fn who(signed: &SignedTransaction) -> Signers {
    let several = !signed.msig.is_none();
    let signers = if several {
        let signed = signed.msig.subsigs.iter().filter(|one| !one.sig.is_none());
        signed.map(|one| Address(one.key).to_string()).collect()
    } else if signed.lsig.is_none() {
        vec![signed.authorizer().to_string()]
    } else {
        Vec::new()
    };
    Signers {
        sender: signed.transaction.header.sender.to_string(),
        signers,
        threshold: if several { signed.msig.threshold } else { 1 },
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
        OnCompletion::NoOp if call.application != AppIndex::NONE && call.args.len() == 3 => "params",
        _ => return None,
    };
    Some((call.application, action))
}

/// A call that the record does not have.
#[derive(Debug)]
pub(super) struct Unrecorded {
    pub(super) txid: String,
    pub(super) round: Round,
    pub(super) action: &'static str,
    pub(super) time: String,
    /// Who did it, if the node still keeps its block.
    pub(super) by: Option<Signers>,
}

/// What was found, and what could not be searched.
#[derive(Debug, Default)]
pub(super) struct Search {
    pub(super) found: Vec<Unrecorded>,
    /// What was not looked at, and why.
    pub(super) not_searched: Option<String>,
}

/// What the chain has and the record has not: by the indexer where there is one, else among a development network's newest
/// rounds.
pub(super) async fn unrecorded(
    connection: &Connection,
    contract: &Contract,
    blocks: &mut Blocks<'_>,
) -> Result<Search, Error> {
    let made = contract
        .history
        .iter()
        .map(|event| event.round)
        .filter(|round| *round > Round::GENESIS)
        .min()
        .unwrap_or_default();
    let app = contract.app_id;
    if connection.is_development() {
        return in_blocks(connection, contract, made, blocks).await;
    }
    let unseen = |why: String| {
        Ok(Search {
            found: Vec::new(),
            not_searched: Some(format!("calls of application {app} that are not in the record: {why}")),
        })
    };
    let Some(indexer) = connection.indexer()? else {
        return unseen("no indexer of this network is known; name one in INDEXER_SERVER".to_owned());
    };
    let Ok(creator) = contract.creator.parse::<Address>() else {
        return unseen("the record does not say who made it".to_owned());
    };
    match indexer.calls(app, creator, made).await {
        Ok(calls) => Ok(Search { found: of_indexer(contract, calls, blocks).await?, not_searched: None }),
        Err(error) => unseen(error.to_string()),
    }
}

/// Those of the creator's calls that change the application and are not in the record.
async fn of_indexer(
    contract: &Contract,
    calls: Vec<AppCall>,
    blocks: &mut Blocks<'_>,
) -> Result<Vec<Unrecorded>, Error> {
    let mut found = Vec::new();
    for AppCall { txid, round, time, on_completion, arguments } in calls {
        let action = match (on_completion.as_str(), arguments) {
            ("update", _) => "update",
            ("delete", _) => "delete",
            ("noop", 3) => "params",
            _ => continue,
        };
        if is_recorded(contract, &txid) {
            continue;
        }
        // A node that keeps every block also says who signed.
        let block = blocks.get(round).await?;
        let by = block.and_then(|block| block.sent.iter().find(|sent| sent.id == txid)).map(|sent| sent.by.clone());
        found.push(Unrecorded { txid, round, action, time: utc(time), by });
    }
    Ok(found)
}

async fn in_blocks(
    connection: &Connection,
    contract: &Contract,
    made: Round,
    blocks: &mut Blocks<'_>,
) -> Result<Search, Error> {
    let last = connection.params().await?.last_round;
    let first = made.max(last.saturating_sub(MAX_SEARCHED_ROUNDS)).max(Round(1));
    let mut found = Vec::new();
    for round in first.through(last) {
        let Some(block) = blocks.get(round).await? else { continue };
        for sent in &block.sent {
            let Some((app, action)) = sent.call else { continue };
            if app == contract.app_id && !is_recorded(contract, &sent.id) {
                let (txid, by, time) = (sent.id.clone(), Some(sent.by.clone()), block.time.clone());
                found.push(Unrecorded { txid, round, action, time, by });
            }
        }
    }
    let not_searched = (first > made.max(Round(1))).then(|| {
        let before = first.saturating_sub(1);
        format!("calls of application {} that are not in the record, in rounds {made} to {before}", contract.app_id)
    });
    Ok(Search { found, not_searched })
}

fn is_recorded(contract: &Contract, txid: &String) -> bool {
    contract.history.iter().any(|event| event.txids.contains(txid))
}

fn utc(seconds: i64) -> String {
    jiff::Timestamp::from_second(seconds).map(|time| time.to_string()).unwrap_or_default()
}

/// Where the chain's present state is not what the record ends with.
pub(super) async fn present(connection: &Connection, contract: &Contract) -> Result<Vec<String>, Error> {
    let app = contract.app_id;
    let Some(application) = connection.algod.application(app).await? else {
        let missing = format!("application {app} is not on the chain, and its deletion is not in the record");
        return Ok(if contract.deleted { Vec::new() } else { vec![missing] });
    };
    if contract.deleted {
        return Ok(vec![format!("application {app} is recorded as deleted, and the chain has it")]);
    }
    let mut disagreements = Vec::new();
    let runs = hex::encode(sha512_256(&application.approval_program));
    if runs != contract.programs.approval_sha512_256 {
        let known = &contract.programs.approval_sha512_256;
        disagreements.push(format!("application {app} runs {runs}, the record ends with {known}"));
    }
    if let Ok(state) = GlobalState::read(&application) {
        let differences = contract_state::differences(contract, &application.creator, &state);
        disagreements.extend(differences.into_iter().map(|one| format!("application {app}: {one}")));
    }
    Ok(disagreements)
}
