//! What a confirmed bundle changes in the record: the same as if its command had sent it.
//!
//! Everything is read from the transactions, so that whoever submits needs no file of the one who wrote the bundle, and one
//! that `goal` has sent is recorded too.

use crate::failure::Failure;
use crate::session::Session;
use pnp_client::{Confirmation, Outcome, Window};
use pnp_ops::{provenance, rates, recorded_programs};
use pnp_registry::{Chain, Contract, DEFAULT_NAME};
use pnp_types::{Address, AppIndex, ApplicationCall, AssetIndex, Bundle, Transaction, TransactionType, sha512_256};
use pnp_usage::{BasisPoints, Creation, DeployNote, Intent, Parameters, Programs, template_of};

/// What a bundle was about, as far as the record cares.
#[derive(Debug, Default)]
pub(super) struct Recorded {
    /// The application it made or changed.
    pub(super) app: Option<AppIndex>,
    /// The asset it made.
    pub(super) asset: Option<AssetIndex>,
    /// Whether the record was changed.
    pub(super) changed: bool,
}

/// Writes down what a bundle did. What is in the record already, stays as it is.
pub(super) async fn record(
    session: &Session<'_>,
    bundle: &Bundle,
    confirmation: &Confirmation,
) -> Result<Recorded, Failure> {
    let mut recorded = Recorded::default();
    let transactions: Vec<Transaction> = bundle.transactions().cloned().collect();
    for transaction in &transactions {
        let changed = match transaction.kind {
            TransactionType::ApplicationCall => {
                let (app, changed) = call(session, transaction, &transactions, confirmation).await?;
                recorded.app = recorded.app.or(app);
                changed
            }
            TransactionType::AssetConfig if transaction.asset_config.asset == 0 => {
                recorded.asset = made(session, transaction, confirmation).await?.asset;
                recorded.asset.map_or(Ok(false), |asset| new_asset(session, transaction, confirmation, asset))?
            }
            _ => false,
        };
        recorded.changed |= changed;
    }
    Ok(recorded)
}

/// What the network says about one transaction of the group.
async fn made(session: &Session<'_>, transaction: &Transaction, first: &Confirmation) -> Result<Confirmation, Failure> {
    if transaction.id() == first.txid {
        return Ok(first.clone());
    }
    // A group is in one block.
    let window = Window { first_valid: first.round, last_valid: first.round };
    match session.algod.outcome(transaction.id(), Some(window)).await? {
        Outcome::InBlock(confirmation) => Ok(confirmation),
        Outcome::Void(_) | Outcome::Unknown(_) => {
            Err(Failure::new("malformed_answer", format!("algod does not know {} any more", transaction.id()))
                .because("the group was sent, but not recorded")
                .hint("run the command again soon: a node remembers a thousand rounds"))
        }
    }
}

async fn call(
    session: &Session<'_>,
    transaction: &Transaction,
    transactions: &[Transaction],
    confirmation: &Confirmation,
) -> Result<(Option<AppIndex>, bool), Failure> {
    let call = &transaction.application_call;
    let intent = Intent::of(call);
    let round = confirmation.round;
    if let Some(Intent::Create(creation)) = &intent {
        let Some(app) = made(session, transaction, confirmation).await?.application else { return Ok((None, false)) };
        let hash = hex::encode(sha512_256(&call.approval_program));
        let event = session.recorded_event("create", transactions, round, &creation.parameters, hash);
        let contract = contract(app, transaction, creation, event);
        let txid = transaction.id().to_string();
        let changed = session.record(|chain| {
            chain.pending.retain(|pending| pending.txid != txid);
            let new = chain.contract(app).is_none();
            if new {
                chain.contracts.push(contract);
            }
            new
        })?;
        return Ok((Some(app), changed));
    }
    let app = Some(call.application).filter(|app| *app != 0);
    let (Some(app), Some(action)) = (app, action(intent.as_ref())) else { return Ok((app, false)) };
    let chain: Chain = session.chain()?;
    let Some(before) = chain.contract(app) else { return Ok((Some(app), false)) };
    let kept = Parameters::new(
        BasisPoints(before.parameters.fee_pct),
        before.parameters.min_rate,
        before.parameters.max_rate,
    )?;
    let after = intent.as_ref().and_then(Intent::parameters).unwrap_or(kept);
    let programs = (action == "update").then(|| programs(call));
    let hash = programs.as_ref().map_or(&before.programs, |programs| programs).approval_sha512_256.clone();
    let event = session.recorded_event(action, transactions, round, &after, hash);
    let version = version(transaction).filter(|_| action == "update");
    let changed = session.record(|chain| {
        let Some(contract) = chain.contract_mut(app) else { return false };
        if contract.history.iter().any(|known| known.action == action && known.txids == event.txids) {
            return false;
        }
        contract.parameters = rates(&after);
        contract.programs = programs.unwrap_or_else(|| contract.programs.clone());
        contract.version = version.or_else(|| contract.version.take());
        contract.deleted |= action == "delete";
        contract.history.push(event);
        true
    })?;
    Ok((Some(app), changed))
}

/// How the record calls what changes a contract.
const fn action(intent: Option<&Intent>) -> Option<&'static str> {
    match intent {
        Some(Intent::Update(_)) => Some("update"),
        Some(Intent::SetParameters(_)) => Some("params"),
        Some(Intent::Delete) => Some("delete"),
        _ => None,
    }
}

fn contract(app_id: AppIndex, transaction: &Transaction, creation: &Creation, event: pnp_registry::Event) -> Contract {
    let note = DeployNote::parse(&transaction.header.note);
    Contract {
        app_id,
        app_address: Address::of_application(app_id).to_string(),
        name: note.map_or_else(|| DEFAULT_NAME.to_owned(), |note| note.name),
        version: version(transaction),
        asset_id: creation.asset.unwrap_or(0),
        creator: transaction.header.sender.to_string(),
        provider: creation.provider.to_string(),
        platform: creation.platform.to_string(),
        parameters: rates(&creation.parameters),
        programs: programs(&transaction.application_call),
        deleted: false,
        history: vec![event],
    }
}

/// The version a deployment's note says.
fn version(transaction: &Transaction) -> Option<String> {
    DeployNote::parse(&transaction.header.note).map(|note| note.version).filter(|version| !version.is_empty())
}

/// Hashes and, where they are of this project's source, template and sources of the programs a call brings.
fn programs(call: &ApplicationCall) -> pnp_registry::Programs {
    let template = template_of(&call.approval_program, &call.clear_program);
    match template.and_then(|template| Programs::assemble(template).ok()) {
        Some(programs) => recorded_programs(&programs),
        None => pnp_registry::Programs {
            approval_sha512_256: hex::encode(sha512_256(&call.approval_program)),
            clear_sha512_256: hex::encode(sha512_256(&call.clear_program)),
            approval_source_sha256: String::new(),
            clear_source_sha256: String::new(),
            template: std::collections::BTreeMap::new(),
        },
    }
}

fn new_asset(
    session: &Session<'_>,
    transaction: &Transaction,
    confirmation: &Confirmation,
    asset_id: AssetIndex,
) -> Result<bool, Failure> {
    let params = &transaction.asset_config.params;
    let asset = pnp_registry::Asset {
        asset_id,
        unit: params.unit_name.to_string(),
        decimals: params.decimals,
        total: params.total,
        creator: transaction.header.sender.to_string(),
        origin: "made by many signers".to_owned(),
        txid: transaction.id().to_string(),
        round: confirmation.round,
        time: provenance::now(),
    };
    Ok(session.record(|chain| {
        let new = chain.assets.iter().all(|known| known.asset_id != asset_id);
        if new {
            chain.assets.push(asset);
        }
        new
    })?)
}
