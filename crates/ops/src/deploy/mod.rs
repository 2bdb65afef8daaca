//! Deploys the contract, or changes it to match a request, and records it.
//!
//! A second deployment of the same request does nothing. [`Plan`] decides what has to be done; here the contract is found, and
//! what was decided is sent and recorded.

mod creation;
mod deployment;
mod description;
mod error;
mod execute;
mod found;
mod request;
mod target;

pub use deployment::{DeployAction, Deployment, Trial};
pub use error::DeployError;
pub use found::Found;
pub use request::{DeployRequest, Extent};

use crate::connection::Connection;
use crate::error::Error;
use crate::observer::Event;
use crate::provenance;
use crate::sender::{MultisigSigners, Outcome};
use execute::DeploymentRun;
use pnp_types::AssetIndex;
use pnp_usage::{
    Action, AssetChoice, ContractChoices, DEFAULT_NAME, DeployNote, DesiredContract, Parameters, Plan, Policy, Programs,
};
use target::Target;

impl Connection {
    /// Finds the deployed contract, decides what differs from the request, and changes it; on a development network what is
    /// missing is created first.
    ///
    /// Whatever is sent is recorded before, so that after a process that is cut off the next one finds out what happened. The caller holds the [`NetworkLock`](crate::NetworkLock), unless this is a trial.
    ///
    /// # Errors
    /// [`DeployError`], and what sending may fail for.
    pub async fn deploy(
        &self,
        request: &DeployRequest,
        signers: Option<&MultisigSigners>,
    ) -> Result<Outcome<Box<Deployment>>, Error> {
        let choices = self.named_choices(request)?;
        // The record must be readable before anything is sent that belongs in it.
        self.await_pending().await?;
        let target = target::find(self, request, signers).await?;
        let target = target.as_ref();
        if let Some(found) = target.and_then(|target| target.found.as_ref()) {
            self.event(Event::ContractFound(found.clone()));
        }
        let template = choices.template.over(target.map(Target::template).unwrap_or_default());
        let programs = Programs::assemble(template)?;
        let params = self.params().await?;
        let plan = match target {
            None => {
                choices.parameters(&Parameters::EXAMPLE)?;
                Plan { changes: Vec::new(), action: Action::Create, warnings: Vec::new() }
            }
            Some(target) => {
                let desired = DesiredContract { programs: &programs, creation: choices.over(&target.deployed.state)? };
                let policy = Policy {
                    on_update: request.on_update,
                    on_schema_break: request.on_schema_break,
                    can_grow: params.rules().app_size_updates,
                };
                Plan::new(Some(&target.deployed), &desired, policy)
            }
        };
        plan.warnings.iter().for_each(|warning| self.event(Event::PlanWarning(warning.clone())));
        let is_guessed = target.is_some_and(|target| target.known_template().is_none()) && !choices.template.is_whole();
        if is_guessed && matches!(plan.action, Action::Update { .. } | Action::Append | Action::Replace) {
            self.event(Event::TemplateGuessed(template));
        }
        if let Action::Refuse(refusal) = plan.action {
            let template = target.and_then(|target| target.deployed.template());
            return Err(DeployError::Differs { refusal, changes: plan.changes, template }.into());
        }
        let note = note(request, target, &programs);
        let run = DeploymentRun {
            connection: self,
            request,
            signers,
            choices: &choices,
            target,
            action: plan.action,
            programs: &programs,
            note: &note,
            params: &params,
        };
        self.finish(&run, plan).await
    }

    /// What the request and the settings name.
    fn named_choices(&self, request: &DeployRequest) -> Result<ContractChoices, Error> {
        let choices = &request.choices;
        let unbound = matches!(choices.asset, AssetChoice::Unbound);
        if unbound && self.identity.is_mainnet() {
            return Err(DeployError::UnboundOnMainNet.into());
        }
        let named: Option<AssetIndex> = match choices.asset {
            AssetChoice::Bound(asset) => Some(asset),
            AssetChoice::Unbound | AssetChoice::Unnamed => None,
        };
        let asset = match self.named_asset(named)? {
            _ if unbound => AssetChoice::Unbound,
            Some(asset) => AssetChoice::Bound(asset),
            None => AssetChoice::Unnamed,
        };
        Ok(ContractChoices {
            provider: self.address(choices.provider, "PROVIDER_ADDR")?,
            platform: self.address(choices.platform, "PLATFORM_ADDR")?,
            asset,
            ..*choices
        })
    }

    /// Carries out a decision, as far as the request goes.
    async fn finish(&self, run: &DeploymentRun<'_>, plan: Plan) -> Result<Outcome<Box<Deployment>>, Error> {
        let target = run.target;
        let action = deploy_action(plan.action);
        let deployed = target.map(|target| target.deployed.application.id);
        let mut deployment = Deployment {
            action,
            extent: run.request.extent,
            app: deployed,
            replaced: deployed.filter(|_| action == DeployAction::Replace),
            changes: plan.changes,
            found: target.and_then(|target| target.found.clone()),
            sent: None,
            trial: None,
            contract: target.and_then(|target| target.record.clone()),
            description: None,
        };
        match run.request.extent {
            Extent::Decided => return Ok(Outcome::Done(Box::new(deployment))),
            Extent::Simulated => {
                if action != DeployAction::Nothing {
                    deployment.trial = Some(run.simulate().await?);
                }
                return Ok(Outcome::Done(Box::new(deployment)));
            }
            Extent::Done => {}
        }
        let contract = match target.filter(|_| action == DeployAction::Nothing) {
            Some(target) => run.acknowledge(target)?,
            None => match run.carry_out().await? {
                Outcome::Unsigned(unsigned) => return Ok(Outcome::Unsigned(unsigned)),
                Outcome::Done((contract, sent)) => {
                    deployment.sent = Some(sent);
                    *contract
                }
            },
        };
        deployment.app = Some(contract.app_id);
        deployment.description = description::write(self, &contract.name);
        deployment.contract = Some(contract);
        Ok(Outcome::Done(Box::new(deployment)))
    }

    /// Waits for deployments that an earlier process sent and did not live to see: another one beside them would make two.
    async fn await_pending(&self) -> Result<(), Error> {
        /// Rounds in which a transaction that reached any node of a network is in a block.
        const ROUNDS: u64 = 5;
        let pending = self.chain()?.pending;
        if pending.is_empty() || self.is_development() {
            return Ok(());
        }
        let patience = self.params().await?.last_round.saturating_add(ROUNDS);
        for entry in &pending {
            if let Ok(txid) = entry.txid.parse() {
                let last_round = entry.last_valid.min(patience);
                self.event(Event::WaitingForDeployment { txid, last_round });
                // Whether it came to something is read from the chain afterwards, whatever the wait ended with.
                if let Err(error) = self.algod.wait(txid, last_round).await {
                    self.event(Event::DeploymentNotSeen { why: error.to_string() });
                }
            }
        }
        self.settle(&pending).await
    }
}

/// What the deployment's note says.
fn note(request: &DeployRequest, target: Option<&Target>, programs: &Programs) -> DeployNote {
    let named = target.and_then(Target::name).map(str::to_owned);
    DeployNote {
        name: request.name.clone().or(named).unwrap_or_else(|| DEFAULT_NAME.to_owned()),
        version: request.version.clone().unwrap_or_else(|| provenance::TOOL_VERSION.to_owned()),
        updatable: Some(programs.template.updatable),
        deletable: Some(programs.template.deletable),
    }
}

const fn deploy_action(action: Action) -> DeployAction {
    match action {
        Action::Nothing | Action::Refuse(_) => DeployAction::Nothing,
        Action::Create => DeployAction::Create,
        Action::Append => DeployAction::Append,
        Action::Replace => DeployAction::Replace,
        Action::Update { .. } => DeployAction::Update,
        Action::SetParameters => DeployAction::Params,
    }
}
