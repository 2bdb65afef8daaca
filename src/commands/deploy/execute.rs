//! A plan put into transactions: tried on the node, or sent and recorded.

use super::creation::{be_ready, creation, unmade};
use super::record::{draft, event, rates, recorded_programs, seen};
use super::report::Trial;
use super::target::Target;
use super::{Args, Operation};
use crate::commands::multisig::{Outcome, Sender, Written};
use crate::contract::{creator_of, programs_of};
use crate::explain::rejected;
use crate::failure::Failure;
use crate::session::Session;
use pnp_client::SuggestedParams;
use pnp_ledger::schema_requirement;
use pnp_ops::{Error, Made as MadeThing, Sent, finished, group};
use pnp_registry::{Contract, Event, Pending};
use pnp_types::{Address, AppIndex, MicroAlgos, SignedTransaction, Transaction};
use pnp_usage::calls::{self, GLOBAL_SCHEMA};
use pnp_usage::{Action, Creation, DeployNote, Programs, Size, Wish, extra_pages};

/// A deployment that was decided.
#[derive(Debug)]
pub(super) struct Work<'a> {
    pub(super) session: &'a Session<'a>,
    pub(super) args: &'a Args,
    pub(super) wish: &'a Wish,
    pub(super) target: Option<&'a Target>,
    pub(super) action: Action,
    pub(super) programs: &'a Programs,
    pub(super) note: &'a DeployNote,
    pub(super) params: &'a SuggestedParams,
}

/// The transactions of a deployment.
#[derive(Debug)]
struct Made {
    operation: Operation,
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

/// What came of a deployment.
#[derive(Debug)]
pub(super) enum Done {
    /// It is done: what is recorded, and the transactions.
    Recorded(Box<Contract>, Sent),
    /// It waits for its signers.
    Written(Box<Written>),
}

impl Work<'_> {
    /// Tries the transactions on the node, as if they were signed.
    pub(super) async fn simulate(&self) -> Result<Trial, Failure> {
        let made = self.make().await?;
        let signer = self.session.algod.account(made.sender.address()).await?.signer();
        let unsigned = |transaction: &Transaction| {
            let auth_addr = if signer == transaction.header.sender { Address::ZERO } else { signer };
            SignedTransaction { auth_addr, ..transaction.clone().into() }
        };
        let unsigned: Vec<_> = made.transactions.iter().map(unsigned).collect();
        let simulation = self.session.algod.simulate(&unsigned).await?;
        if let Some(failure) = simulation.failure {
            return Err(rejected(&failure.rejection, made.runs.as_ref()));
        }
        let fee = made.transactions.iter().map(|transaction| transaction.header.fee.0).sum();
        Ok(Trial { costs: simulation.costs, fee, min_balance_change: self.min_balance_change() })
    }

    /// Makes what is missing, sends and records.
    pub(super) async fn carry_out(&self) -> Result<Done, Failure> {
        let made = self.make().await?;
        if matches!(made.operation, Operation::Create | Operation::Append | Operation::Replace) {
            be_ready(self.session, &made.creation).await?;
        }
        let word = made.operation.word();
        if let Sender::Many(_) = &made.sender {
            let runs = made.runs.as_ref();
            return match self.session.carry_out(word, &made.what, &made.sender, &made.transactions, runs).await? {
                Outcome::Written(bundle) => Ok(Done::Written(bundle)),
                Outcome::Sent(_) => Err(Failure::new("internal", "a bundle was sent instead of written")),
            };
        }
        match made.operation {
            Operation::Create | Operation::Append | Operation::Replace => self.create(made).await,
            _ => self.change(made).await,
        }
    }

    async fn make(&self) -> Result<Made, Failure> {
        let (sender, creation) = match self.target {
            Some(target) => {
                let app = target.standing.application.id;
                let sender = creator_of(self.session, app, &self.args.signers).await?;
                (sender, self.wish.over(&target.standing.state)?)
            }
            None => {
                let sender = self.new_creator().await?;
                let creation = creation(self.session, self.args, self.wish, &sender).await?;
                (sender, creation)
            }
        };
        let old = self.target.map(|target| target.standing.application.id);
        let runs = match self.target {
            Some(target) => match target.standing.template() {
                Some(template) => Some(Programs::assemble(template)?),
                None => programs_of(target.record.as_ref()),
            },
            None => Some(self.programs.clone()),
        };
        let (operation, transactions) = self.transactions(sender.address(), &creation)?;
        let what = described(operation, &creation, old);
        Ok(Made { operation, sender, creation, old, transactions: group(transactions, self.params)?, what, runs })
    }

    /// Who makes a contract where none stands.
    async fn new_creator(&self) -> Result<Sender, Failure> {
        let (session, signers) = (self.session, &self.args.signers);
        if !self.args.is_trial() {
            return session.sender(signers, "creator").await;
        }
        session
            .existing_sender(signers, "creator")
            .await
            .map_err(|failure| if session.is_development() { unmade("the account creator") } else { failure })
    }

    fn transactions(&self, creator: Address, creation: &Creation) -> Result<(Operation, Vec<Transaction>), Failure> {
        let (params, programs) = (self.params, self.programs);
        let note = self.note.to_bytes().map_err(|error| {
            Failure::usage(error).hint("shorten --name or --app-version, which AlgoKit finds the application by")
        })?;
        let create = || calls::noted(calls::create(creator, programs, creation, params), note.clone());
        let app = self.target.map_or(0, |target| target.standing.application.id);
        Ok(match self.action {
            Action::Create => (Operation::Create, vec![create()]),
            Action::Append => (Operation::Append, vec![create()]),
            Action::Replace => (Operation::Replace, vec![create(), calls::delete(creator, app, params)]),
            Action::SetParameters => {
                let call = calls::set_parameters(creator, app, &creation.parameters, params);
                (Operation::Params, vec![call])
            }
            Action::Update { sets_parameters, resize } => {
                let parameters = sets_parameters.then_some(&creation.parameters);
                let call = calls::noted(calls::update(creator, app, programs, parameters, params), note.clone());
                let call = match resize {
                    Some(size) => calls::resized(call, size),
                    None => call,
                };
                (Operation::Update, vec![call])
            }
            Action::Nothing | Action::Refuse(_) => (Operation::Nothing, Vec::new()),
        })
    }

    /// Makes a contract, written down before it is sent: whatever happens to this process, the next one finds out what came
    /// of it.
    async fn create(&self, made: Made) -> Result<Done, Failure> {
        let Made { operation, sender, creation, old, transactions, what, runs } = made;
        let session = self.session;
        let Some(creator) = sender.account() else {
            return Err(Failure::new("internal", "a contract of many signers was to be signed by one"));
        };
        let replaced = old.filter(|_| operation == Operation::Replace);
        let mut contract = draft(creator.address, &creation, self.programs, self.note);
        let word = if replaced.is_some() { "replace" } else { "create" };
        let hash = self.programs.approval_hash();
        contract.history.push(event(session, word, &transactions, 0, &creation.parameters, hash));
        let Some(first) = transactions.first() else {
            return Err(Failure::new("internal", "there is nothing to send"));
        };
        let txid = first.id().to_string();
        let last_valid = first.header.last_valid;
        session.call_out(creator.address, &self.programs.template, creation.asset);
        session.check_fees(&transactions)?;
        session.confirm(&what, creator.address, &transactions).await?;
        let signed = pnp_ops::sign(creator, &transactions).await?;
        let pending = Pending { txid: txid.clone(), last_valid, replaces: replaced, contract: contract.clone() };
        session.record(|chain| chain.pending.push(pending))?;
        match session.submit(&signed, runs.as_ref()).await {
            Ok(sent) => {
                let app_id = sent
                    .confirmation
                    .application
                    .ok_or_else(|| Error::Unnamed { made: MadeThing::Application, txids: vec![txid.clone()] })?;
                let round = sent.confirmation.round;
                let contract = finished(contract, app_id, round);
                let old = self.target.filter(|_| operation != Operation::Create).map(|target| self.seen(target));
                session.record(|chain| {
                    chain.pending.retain(|pending| pending.txid != txid);
                    // What is found and left standing, or deleted, has a record too.
                    if let Some(old) = old
                        && chain.contract(old.app_id).is_none()
                    {
                        chain.contracts.push(old);
                    }
                    if let Some(old) = replaced.and_then(|old| chain.contract_mut(old)) {
                        old.deleted = true;
                        let event = contract.history.last().cloned();
                        old.history.extend(event.map(|event| Event { action: "delete".to_owned(), ..event }));
                    }
                    // Another command may have looked meanwhile what became of it.
                    match chain.contract_mut(app_id) {
                        Some(recorded) => contract.clone_into(recorded),
                        None => chain.contracts.push(contract.clone()),
                    }
                })?;
                Ok(Done::Recorded(Box::new(contract), sent))
            }
            Err(error) => {
                // Refused for good: nothing is pending. What may still come is for the next command to find out.
                if !error.may_have_been_sent() {
                    session.record(|chain| chain.pending.retain(|pending| pending.txid != txid))?;
                }
                Err(error.into())
            }
        }
    }

    /// Changes the contract that stands.
    async fn change(&self, made: Made) -> Result<Done, Failure> {
        let Made { operation, sender, creation, transactions, what, runs, .. } = made;
        let (session, word) = (self.session, operation.word());
        let (Some(account), Some(target)) = (sender.account(), self.target) else {
            return Err(Failure::new("internal", "there is nothing to change"));
        };
        session.call_out(account.address, &self.programs.template, target.standing.state.asset);
        let sent = session.send(&what, account, &transactions, runs.as_ref()).await?;
        let replaces_programs = operation == Operation::Update;
        let hash = if replaces_programs {
            self.programs.approval_hash()
        } else {
            hex::encode(pnp_types::sha512_256(&target.standing.application.approval_program))
        };
        let event = event(session, word, &transactions, sent.confirmation.round, &creation.parameters, hash);
        let mut contract = self.seen(target);
        contract.parameters = rates(&creation.parameters);
        if replaces_programs {
            contract.programs = recorded_programs(self.programs);
            contract.version = Some(self.note.version.clone());
        }
        contract.history.push(event);
        self.keep(&contract)?;
        Ok(Done::Recorded(Box::new(contract), sent))
    }

    /// Brings the record up to what the chain has; what was found is noted.
    pub(super) fn acknowledge(&self, target: &Target) -> Result<Contract, Failure> {
        let contract = self.seen(target);
        if target.record.as_ref() != Some(&contract) {
            self.session.context.out.say(match target.record {
                Some(_) => "the record was behind the chain, and is up to date now",
                None => "recorded it as the chain has it",
            });
            self.keep(&contract)?;
        }
        Ok(contract)
    }

    /// The contract as the chain has it, with what its record adds.
    fn seen(&self, target: &Target) -> Contract {
        let name = target.name().unwrap_or(&self.note.name);
        let mut contract = seen(&target.standing, name, target.version(), target.template());
        let state = &target.standing.state;
        let hash = contract.programs.approval_sha512_256.clone();
        let found = |mut history: Vec<Event>| {
            history.push(event(self.session, "found", &[], self.params.last_round, &state.parameters, hash));
            history
        };
        match &target.record {
            None => contract.history = found(Vec::new()),
            Some(record) => {
                // What the source was is known to whoever deployed it.
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

    fn keep(&self, contract: &Contract) -> Result<(), Failure> {
        Ok(self.session.record(|chain| match chain.contract_mut(contract.app_id) {
            Some(recorded) => contract.clone_into(recorded),
            None => chain.contracts.push(contract.clone()),
        })?)
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
            let application = &target.standing.application;
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
fn described(operation: Operation, creation: &Creation, old: Option<AppIndex>) -> String {
    let Creation { provider, platform, parameters: p, asset } = creation;
    let asset = asset.map_or_else(|| "any asset".to_owned(), |asset| format!("asset {asset}"));
    let rates = format!("fee {} basis points, rates {} to {}", p.fee_pct(), p.min_rate(), p.max_rate());
    let contract = format!("a contract for {asset}: provider {provider}, platform {platform}, {rates}");
    let old = old.unwrap_or_default();
    match operation {
        Operation::Create => format!("deploy {contract}"),
        Operation::Append => format!("deploy, beside application {old}, {contract}"),
        Operation::Replace => format!("delete application {old} and deploy in its place {contract}"),
        Operation::Update => format!("replace the programs of application {old}, with {rates}"),
        Operation::Params => format!("set the parameters of application {old}: {rates}"),
        Operation::Nothing => "do nothing".to_owned(),
    }
}
