//! What a confirmed bundle changes in the record: the same as if its command had sent it.
//!
//! Everything is read from the transactions, so that no other file is needed to submit a bundle, and one that `goal` has
//! sent is recorded too.

use super::error::MultisigError;
use crate::connection::Connection;
use crate::contract_record::{rates, recorded_programs};
use crate::error::Error;
use crate::provenance;
use pnp_client::{Confirmation, Outcome, Window};
use pnp_registry::{Chain, Contract, DEFAULT_NAME};
use pnp_types::{
    Address, AppIndex, ApplicationCall, AssetIndex, Bundle, Round, Transaction, TransactionType, sha512_256,
};
use pnp_usage::{BasisPoints, Creation, DeployNote, Intent, Parameters, Programs, template_of};

/// What a bundle did, as far as the record has a place for it.
#[derive(Debug, Default)]
pub(super) struct Recorded {
    /// The application it created or changed.
    pub(super) app: Option<AppIndex>,
    /// The asset it created.
    pub(super) asset: Option<AssetIndex>,
    /// Whether the record was changed.
    pub(super) changed: bool,
}

impl Connection {
    /// Records what a bundle did. What is in the record already, stays as it is.
    pub(super) async fn record_bundle(&self, bundle: &Bundle, confirmation: &Confirmation) -> Result<Recorded, Error> {
        let mut recorded = Recorded::default();
        let transactions: Vec<Transaction> = bundle.transactions().cloned().collect();
        for transaction in &transactions {
            let changed = match transaction.kind {
                TransactionType::ApplicationCall => {
                    let (app, changed) = self.record_call(transaction, &transactions, confirmation).await?;
                    recorded.app = recorded.app.or(app);
                    changed
                }
                TransactionType::AssetConfig if transaction.asset_config.asset == AssetIndex::NONE => {
                    recorded.asset = self.confirmation_of(transaction, confirmation).await?.asset;
                    let record = |asset| self.record_asset(transaction, confirmation, asset);
                    recorded.asset.map_or(Ok(false), record)?
                }
                _ => false,
            };
            recorded.changed |= changed;
        }
        Ok(recorded)
    }

    /// What the network says about one transaction of the group.
    async fn confirmation_of(&self, transaction: &Transaction, first: &Confirmation) -> Result<Confirmation, Error> {
        let txid = transaction.id();
        if txid == first.txid {
            return Ok(first.clone());
        }
        // A group is in one block.
        let window = Window { first_valid: first.round, last_valid: first.round };
        match self.algod.outcome(txid, Some(window)).await? {
            Outcome::InBlock(confirmation) => Ok(confirmation),
            Outcome::Void(_) | Outcome::Unknown(_) => Err(MultisigError::Forgotten { txid }.into()),
        }
    }

    /// The application that a call made or changed, and whether the record was changed.
    async fn record_call(
        &self,
        transaction: &Transaction,
        transactions: &[Transaction],
        confirmation: &Confirmation,
    ) -> Result<(Option<AppIndex>, bool), Error> {
        let call = &transaction.application_call;
        match Intent::of(call) {
            Some(Intent::Create(creation)) => {
                let Some(app) = self.confirmation_of(transaction, confirmation).await?.application else {
                    return Ok((None, false));
                };
                let changed = self.record_creation(app, &creation, transaction, transactions, confirmation.round)?;
                Ok((Some(app), changed))
            }
            intent => {
                let app = Some(call.application).filter(|app| *app != AppIndex::NONE);
                let (Some(known), Some(action)) = (app, action(intent.as_ref())) else { return Ok((app, false)) };
                let parameters = intent.as_ref().and_then(Intent::parameters);
                let changed =
                    self.record_change(known, action, parameters, transaction, transactions, confirmation.round)?;
                Ok((app, changed))
            }
        }
    }

    fn record_creation(
        &self,
        app: AppIndex,
        creation: &Creation,
        transaction: &Transaction,
        transactions: &[Transaction],
        round: Round,
    ) -> Result<bool, Error> {
        let hash = hex::encode(sha512_256(&transaction.application_call.approval_program));
        let event = self.recorded_event("create", transactions, round, &creation.parameters, hash);
        let contract = contract(app, transaction, creation, event);
        let txid = transaction.id().to_string();
        self.record(|chain| {
            chain.pending.retain(|pending| pending.txid != txid);
            let new = chain.contract(app).is_none();
            if new {
                chain.contracts.push(contract);
            }
            new
        })
    }

    fn record_change(
        &self,
        app: AppIndex,
        action: &str,
        parameters: Option<Parameters>,
        transaction: &Transaction,
        transactions: &[Transaction],
        round: Round,
    ) -> Result<bool, Error> {
        let chain: Chain = self.chain()?;
        let Some(before) = chain.contract(app) else { return Ok(false) };
        let kept = Parameters::new(
            BasisPoints(before.parameters.fee_pct),
            before.parameters.min_rate,
            before.parameters.max_rate,
        )?;
        let after = parameters.unwrap_or(kept);
        let programs = (action == "update").then(|| programs(&transaction.application_call));
        let hash = programs.as_ref().map_or(&before.programs, |programs| programs).approval_sha512_256.clone();
        let event = self.recorded_event(action, transactions, round, &after, hash);
        let version = version(transaction).filter(|_| action == "update");
        self.record(|chain| {
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
        })
    }

    fn record_asset(
        &self,
        transaction: &Transaction,
        confirmation: &Confirmation,
        asset_id: AssetIndex,
    ) -> Result<bool, Error> {
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
        self.record(|chain| {
            let new = chain.assets.iter().all(|known| known.asset_id != asset_id);
            if new {
                chain.assets.push(asset);
            }
            new
        })
    }
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
        asset_id: creation.asset.unwrap_or(AssetIndex::NONE),
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
