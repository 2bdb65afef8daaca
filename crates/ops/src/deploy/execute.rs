//! A plan put into transactions: tried on the node, or sent and recorded.

use super::creation::{be_ready, creation, unmade};
use super::deployment::{DeployAction, Trial};
use super::error::DeployError;
use super::request::{DeployRequest, Extent};
use super::target::Target;
use crate::connection::Connection;
use crate::contract_record::{draft, finished, programs_of, rates, recorded_programs, seen};
use crate::error::{CreatedKind, Error};
use crate::observer::Event;
use crate::refusal::Refusal;
use crate::sender::{MultisigSigners, Outcome, Sender, Unsigned};
use crate::sending::{Sent, group, sign};
use pnp_client::SuggestedParams;
use pnp_ledger::schema_requirement;
use pnp_registry::{Contract, Event as Entry, Pending};
use pnp_types::{Address, AppIndex, MicroAlgos, Round, SignedTransaction, Transaction};
use pnp_usage::calls::{self, GLOBAL_SCHEMA};
use pnp_usage::{Action, ContractChoices, Creation, DeployNote, Programs, Size, extra_pages};

/// What is recorded, and what was sent for it.
type Deployed = (Box<Contract>, Sent);

/// The execution of a deployment that was decided.
#[derive(Debug)]
pub(super) struct DeploymentRun<'a> {
    pub(super) connection: &'a Connection,
    pub(super) request: &'a DeployRequest,
    pub(super) signers: Option<&'a MultisigSigners>,
    pub(super) choices: &'a ContractChoices,
    pub(super) target: Option<&'a Target>,
    pub(super) action: Action,
    pub(super) programs: &'a Programs,
    pub(super) note: &'a DeployNote,
    pub(super) params: &'a SuggestedParams,
}

/// The transactions of a deployment.
#[derive(Debug)]
struct Group {
    action: DeployAction,
    sender: Sender,
    creation: Creation,
    /// The application that is changed or deleted.
    old: Option<AppIndex>,
    transactions: Vec<Transaction>,
    /// What is said before it is sent.
    what: String,
    /// The programs whose refusal is explained.
    runs: Option<Programs>,
}

impl DeploymentRun<'_> {
    fn is_trial(&self) -> bool {
        self.request.extent != Extent::Done
    }

    /// Tries the transactions on the node, as if they were signed.
    pub(super) async fn simulate(&self) -> Result<Trial, Error> {
        let group = self.make().await?;
        let signer = self.connection.algod.account(group.sender.address()).await?.signer();
        let unsigned = |transaction: &Transaction| {
            let auth_addr = if signer == transaction.header.sender { Address::ZERO } else { signer };
            SignedTransaction { auth_addr, ..transaction.clone().into() }
        };
        let unsigned: Vec<_> = group.transactions.iter().map(unsigned).collect();
        let simulation = self.connection.algod.simulate(&unsigned).await?;
        if let Some(failure) = simulation.failure {
            return Err(Box::new(Refusal::new(failure.rejection, group.runs.as_ref())).into());
        }
        let fee = group.transactions.iter().map(|transaction| transaction.header.fee.0).sum();
        Ok(Trial { costs: simulation.costs, fee, min_balance_change: self.min_balance_change() })
    }

    /// Makes what is missing, sends and records.
    pub(super) async fn carry_out(&self) -> Result<Outcome<Deployed>, Error> {
        let group = self.make().await?;
        if matches!(group.action, DeployAction::Create | DeployAction::Append | DeployAction::Replace) {
            be_ready(self.connection, &group.creation).await?;
        }
        if let Sender::Multisig(sender) = &group.sender {
            return Ok(Outcome::Unsigned(Box::new(Unsigned {
                action: group.action.word(),
                what: group.what,
                sender: sender.clone(),
                transactions: group.transactions,
            })));
        }
        match group.action {
            DeployAction::Create | DeployAction::Append | DeployAction::Replace => self.create(group).await,
            _ => self.change(group).await,
        }
    }

    async fn make(&self) -> Result<Group, Error> {
        let (sender, creation) = match self.target {
            Some(target) => {
                let app = target.deployed.application.id;
                let sender = self.connection.creator_of(app, self.signers).await?;
                (sender, self.choices.over(&target.deployed.state)?)
            }
            None => {
                let sender = self.new_creator().await?;
                let creation = creation(self.connection, self.is_trial(), self.choices, &sender).await?;
                (sender, creation)
            }
        };
        let old = self.target.map(|target| target.deployed.application.id);
        let runs = match self.target {
            Some(target) => match target.deployed.template() {
                Some(template) => Some(Programs::assemble(template)?),
                None => programs_of(target.record.as_ref()),
            },
            None => Some(self.programs.clone()),
        };
        let (action, transactions) = self.transactions(sender.address(), &creation)?;
        let what = described(action, &creation, old);
        Ok(Group { action, sender, creation, old, transactions: group(transactions, self.params)?, what, runs })
    }

    /// Who creates the first contract.
    async fn new_creator(&self) -> Result<Sender, Error> {
        let (connection, signers) = (self.connection, self.signers);
        if !self.is_trial() {
            return connection.sender(signers, "creator").await;
        }
        let found = connection.existing_sender(signers, "creator").await;
        found.map_err(|error| if connection.is_development() { unmade("the account creator") } else { error })
    }

    fn transactions(&self, creator: Address, creation: &Creation) -> Result<(DeployAction, Vec<Transaction>), Error> {
        let (params, programs) = (self.params, self.programs);
        let note = self.note.to_bytes().map_err(DeployError::from)?;
        let create = || calls::with_note(calls::create(creator, programs, creation, params), note.clone());
        let app = self.target.map_or(AppIndex::NONE, |target| target.deployed.application.id);
        Ok(match self.action {
            Action::Create => (DeployAction::Create, vec![create()]),
            Action::Append => (DeployAction::Append, vec![create()]),
            Action::Replace => (DeployAction::Replace, vec![create(), calls::delete(creator, app, params)]),
            Action::SetParameters => {
                let call = calls::set_parameters(creator, app, &creation.parameters, params);
                (DeployAction::Params, vec![call])
            }
            Action::Update { sets_parameters, resize } => {
                let parameters = sets_parameters.then_some(&creation.parameters);
                let call = calls::with_note(calls::update(creator, app, programs, parameters, params), note.clone());
                let call = match resize {
                    Some(size) => calls::with_size(call, size),
                    None => call,
                };
                (DeployAction::Update, vec![call])
            }
            Action::Nothing | Action::Refuse(_) => (DeployAction::Nothing, Vec::new()),
        })
    }

    /// Makes a contract, written down before it is sent: whatever happens to this process, the next one finds out what came
    /// of it.
    async fn create(&self, group: Group) -> Result<Outcome<Deployed>, Error> {
        let Group { action, sender, creation, old, transactions, what, runs } = group;
        let connection = self.connection;
        let Some(creator) = sender.account() else {
            return Err(DeployError::Internal("a contract of many signers was to be signed by one").into());
        };
        let replaced = old.filter(|_| action == DeployAction::Replace);
        let mut contract = draft(creator.address, &creation, self.programs, self.note);
        let word = if replaced.is_some() { "replace" } else { "create" };
        let hash = self.programs.approval_hash();
        contract.history.push(connection.recorded_event(word, &transactions, Round(0), &creation.parameters, hash));
        let Some(first) = transactions.first() else {
            return Err(DeployError::Internal("there is nothing to send").into());
        };
        let txid = first.id().to_string();
        let last_valid = first.header.last_valid;
        connection.call_out(creator.address, self.programs, creation.asset);
        connection.check_and_approve(&what, creator.address, &transactions).await?;
        let signed = sign(creator, &transactions).await?;
        let pending = Pending { txid: txid.clone(), last_valid, replaces: replaced, contract: contract.clone() };
        connection.record(|chain| chain.pending.push(pending))?;
        match connection.submit(&signed, runs.as_ref()).await {
            Ok(sent) => {
                let app_id = sent
                    .confirmation
                    .application
                    .ok_or_else(|| Error::Unnamed { made: CreatedKind::Application, txids: vec![txid.clone()] })?;
                let round = sent.confirmation.round;
                let contract = finished(contract, app_id, round);
                let old = self.target.filter(|_| action != DeployAction::Create).map(|target| self.seen(target));
                connection.record(|chain| {
                    chain.pending.retain(|pending| pending.txid != txid);
                    // What is found and kept, or deleted, has a record too.
                    if let Some(old) = old
                        && chain.contract(old.app_id).is_none()
                    {
                        chain.contracts.push(old);
                    }
                    if let Some(old) = replaced.and_then(|old| chain.contract_mut(old)) {
                        old.deleted = true;
                        let event = contract.history.last().cloned();
                        old.history.extend(event.map(|event| Entry { action: "delete".to_owned(), ..event }));
                    }
                    // Another command may have looked in between what became of it.
                    match chain.contract_mut(app_id) {
                        Some(recorded) => contract.clone_into(recorded),
                        None => chain.contracts.push(contract.clone()),
                    }
                })?;
                Ok(Outcome::Done((Box::new(contract), sent)))
            }
            Err(error) => {
                // Refused for good: nothing is pending. What may still come is for the next command to find out.
                if !error.may_have_been_sent() {
                    connection.record(|chain| chain.pending.retain(|pending| pending.txid != txid))?;
                }
                Err(error)
            }
        }
    }

    /// Changes the deployed contract.
    async fn change(&self, group: Group) -> Result<Outcome<Deployed>, Error> {
        let Group { action, sender, creation, transactions, what, runs, .. } = group;
        let (connection, word) = (self.connection, action.word());
        let (Some(account), Some(target)) = (sender.account(), self.target) else {
            return Err(DeployError::Internal("there is nothing to change").into());
        };
        connection.call_out(account.address, self.programs, target.deployed.state.asset);
        let sent = connection.send(&what, account, &transactions, runs.as_ref()).await?;
        let replaces_programs = action == DeployAction::Update;
        let hash = if replaces_programs {
            self.programs.approval_hash()
        } else {
            hex::encode(pnp_types::sha512_256(&target.deployed.application.approval_program))
        };
        let event = connection.recorded_event(word, &transactions, sent.confirmation.round, &creation.parameters, hash);
        let mut contract = self.seen(target);
        contract.parameters = rates(&creation.parameters);
        if replaces_programs {
            contract.programs = recorded_programs(self.programs);
            contract.version = Some(self.note.version.clone());
        }
        contract.history.push(event);
        self.keep(&contract)?;
        Ok(Outcome::Done((Box::new(contract), sent)))
    }

    /// Brings the record up to what the chain has; what was found is noted.
    pub(super) fn acknowledge(&self, target: &Target) -> Result<Contract, Error> {
        let contract = self.seen(target);
        if target.record.as_ref() != Some(&contract) {
            self.connection.event(Event::RecordRenewed { was_recorded: target.record.is_some() });
            self.keep(&contract)?;
        }
        Ok(contract)
    }

    /// The contract as the chain has it, with what its record adds.
    fn seen(&self, target: &Target) -> Contract {
        let name = target.name().unwrap_or(&self.note.name);
        let mut contract = seen(&target.deployed, name, target.version(), target.template());
        let state = &target.deployed.state;
        let hash = contract.programs.approval_sha512_256.clone();
        let found = |mut history: Vec<Entry>| {
            history.push(self.connection.recorded_event("found", &[], self.params.last_round, &state.parameters, hash));
            history
        };
        match &target.record {
            None => contract.history = found(Vec::new()),
            Some(record) => {
                // Only those who deployed it know what the source was.
                let same = record.programs.approval_sha512_256 == contract.programs.approval_sha512_256
                    && record.programs.clear_sha512_256 == contract.programs.clear_sha512_256;
                if same {
                    contract.programs = record.programs.clone();
                }
                let moved = !same || record.parameters != contract.parameters;
                contract.history = if moved { found(record.history.clone()) } else { record.history.clone() };
            }
        }
        contract
    }

    fn keep(&self, contract: &Contract) -> Result<(), Error> {
        self.connection.record(|chain| match chain.contract_mut(contract.app_id) {
            Some(recorded) => contract.clone_into(recorded),
            None => chain.contracts.push(contract.clone()),
        })
    }

    /// By how much the balance that the creator must keep changes, in microAlgos.
    fn min_balance_change(&self) -> i64 {
        let rules = self.params.rules();
        let price = |size: Size| {
            let pages = u64::from(size.extra_pages);
            let pages = rules.app_flat_params_min_balance.saturating_mul(pages);
            schema_requirement(size.global, rules).0.saturating_add(pages)
        };
        let pages = extra_pages(&self.programs.approval, &self.programs.clear);
        let new = price(Size { global: GLOBAL_SCHEMA, extra_pages: pages });
        let old = self.target.map_or(0, |target| {
            let application = &target.deployed.application;
            price(Size { global: application.global_schema, extra_pages: application.extra_pages })
        });
        let flat = rules.app_flat_params_min_balance;
        let signed = |amount: MicroAlgos| i64::try_from(amount.0).unwrap_or(i64::MAX);
        match self.action {
            Action::Create | Action::Append => signed(MicroAlgos(new.saturating_add(flat))),
            Action::Replace => signed(MicroAlgos(new)).saturating_sub(signed(MicroAlgos(old))),
            Action::Update { resize: Some(size), .. } => {
                signed(MicroAlgos(price(size))).saturating_sub(signed(MicroAlgos(old)))
            }
            Action::Update { resize: None, .. } | Action::SetParameters | Action::Nothing | Action::Refuse(_) => 0,
        }
    }
}

/// What is about to be done, for the confirmation and for signers.
fn described(action: DeployAction, creation: &Creation, old: Option<AppIndex>) -> String {
    let Creation { provider, platform, parameters: p, asset } = creation;
    let asset = asset.map_or_else(|| "any asset".to_owned(), |asset| format!("asset {asset}"));
    let rates = format!("fee {} basis points, rates {} to {}", p.fee_pct(), p.min_rate(), p.max_rate());
    let contract = format!("a contract for {asset}: provider {provider}, platform {platform}, {rates}");
    let old = old.unwrap_or_default();
    match action {
        DeployAction::Create => format!("deploy {contract}"),
        DeployAction::Append => format!("deploy, beside application {old}, {contract}"),
        DeployAction::Replace => format!("delete application {old} and deploy in its place {contract}"),
        DeployAction::Update => format!("replace the programs of application {old}, with {rates}"),
        DeployAction::Params => format!("set the parameters of application {old}: {rates}"),
        DeployAction::Nothing => "do nothing".to_owned(),
    }
}
