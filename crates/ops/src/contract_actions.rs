//! What a deployed contract is used for: users opt in and leave, its creator changes or deletes it.

use crate::connection::Connection;
use crate::contract_record::{programs_of, rates, recorded_programs, recorded_template};
use crate::error::{Error, UpdateError};
use crate::observer::Event;
use crate::provenance;
use crate::sender::{MultisigSigners, Outcome, Sender};
use crate::sending::{Sent, group, single};
use pnp_client::ApplicationState;
use pnp_types::{Address, AppIndex, AssetIndex};
use pnp_usage::{
    BasisPoints, DEFAULT_NAME, DeployNote, GlobalState, OperationError, Parameters, Programs, Size, TemplateChoices,
    calls, global_state, missing_room, size_change, template_of,
};

/// New fee and limits; what is not given stays.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ParameterChange {
    /// The platform's share.
    pub fee_pct: Option<BasisPoints>,
    /// The least price of a unit.
    pub min_rate: Option<u64>,
    /// The highest price of a unit.
    pub max_rate: Option<u64>,
}

impl ParameterChange {
    /// Whether nothing changes.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.fee_pct.is_none() && self.min_rate.is_none() && self.max_rate.is_none()
    }

    fn over(&self, present: &Parameters) -> Result<Parameters, Error> {
        Ok(Parameters::new(
            self.fee_pct.unwrap_or(present.fee_pct()),
            self.min_rate.unwrap_or(present.min_rate()),
            self.max_rate.unwrap_or(present.max_rate()),
        )?)
    }
}

/// The new programs of a contract.
#[derive(Clone, Debug, Default)]
pub struct UpdateRequest {
    /// The contract; the recorded one without a number.
    pub app: Option<AppIndex>,
    /// Fee and limits, where they change too.
    pub parameters: ParameterChange,
    /// The template values that are named.
    pub template: TemplateChoices,
    /// The version for the update's note; this program's if not given.
    pub version: Option<String>,
}

/// An account that opted in to a contract.
#[derive(Debug)]
pub struct OptedIn {
    /// The contract.
    pub app: AppIndex,
    /// Who.
    pub account: Address,
    /// The asset the contract is bound to.
    pub asset: Option<AssetIndex>,
    /// Whether the account opted in to the asset in the same group.
    pub asset_opted_in: bool,
    /// The group.
    pub sent: Sent,
}

/// An account that left a contract.
#[derive(Debug)]
pub struct LeftContract {
    /// The contract.
    pub app: AppIndex,
    /// Who.
    pub account: Address,
    /// The transaction.
    pub sent: Sent,
}

/// A contract that was ended.
#[derive(Debug)]
pub struct Deleted {
    /// The contract.
    pub app: AppIndex,
    /// The transaction.
    pub sent: Sent,
    /// Whether the contract is in the record.
    pub recorded: bool,
}

/// A contract whose fee, price limits or programs were set.
#[derive(Debug)]
pub struct ChangedContract {
    /// The contract.
    pub app: AppIndex,
    /// Fee and limits before.
    pub before: Parameters,
    /// Fee and limits from here on.
    pub after: Parameters,
    /// The transaction.
    pub sent: Sent,
    /// Whether the contract is in the record.
    pub recorded: bool,
}

impl Connection {
    /// Opts an account in to the contract and, where it is needed, to its asset.
    ///
    /// # Errors
    /// What sending may fail for.
    pub async fn opt_in(
        &self,
        app: Option<AppIndex>,
        from: &str,
        signers: Option<&MultisigSigners>,
    ) -> Result<Outcome<OptedIn>, Error> {
        let (app, record) = self.contract(app)?;
        let state = global_state(&self.algod, app).await?;
        let user = self.sender(signers, from).await?;
        let params = self.params().await?;
        let mut transactions = Vec::new();
        let mut asset_opted_in = false;
        if let Some(asset) = state.asset
            && self.algod.holding(user.address(), asset).await?.is_none()
        {
            asset_opted_in = true;
            transactions.push(calls::asset_opt_in(user.address(), asset, &params));
        }
        transactions.push(calls::opt_in(user.address(), app, &params));
        let programs = programs_of(record.as_ref());
        let gift = match (state.asset, user.account()) {
            (Some(asset), Some(user)) if asset_opted_in => self.gift_to_new(user, asset).await?,
            _ => None,
        };
        let sent = match (&gift, user.account()) {
            (Some(_), Some(user)) => self.send_with_gift(user, transactions, gift.as_ref(), programs.as_ref()).await?,
            _ => {
                let transactions = group(transactions, &params)?;
                let what = format!("opt in to application {app}");
                match self.carry_out("optin", &what, &user, &transactions, programs.as_ref()).await? {
                    Outcome::Done(sent) => sent,
                    Outcome::Unsigned(unsigned) => return Ok(Outcome::Unsigned(unsigned)),
                }
            }
        };
        Ok(Outcome::Done(OptedIn { app, account: user.address(), asset: state.asset, asset_opted_in, sent }))
    }

    /// Closes an account's state in the contract; with `force` in the way no program can refuse.
    ///
    /// # Errors
    /// What sending may fail for.
    pub async fn leave(
        &self,
        app: Option<AppIndex>,
        from: &str,
        force: bool,
        signers: Option<&MultisigSigners>,
    ) -> Result<Outcome<LeftContract>, Error> {
        let (app, record) = self.contract(app)?;
        let user = self.existing_sender(signers, from).await?;
        let params = self.params().await?;
        let transactions = single(calls::leave(user.address(), app, force, &params), &params)?;
        let what = format!("leave application {app}");
        let programs = programs_of(record.as_ref());
        match self.carry_out("leave", &what, &user, &transactions, programs.as_ref()).await? {
            Outcome::Done(sent) => Ok(Outcome::Done(LeftContract { app, account: user.address(), sent })),
            Outcome::Unsigned(unsigned) => Ok(Outcome::Unsigned(unsigned)),
        }
    }

    /// Ends the contract, and says so in its record.
    ///
    /// # Errors
    /// What sending may fail for, and another creator.
    pub async fn delete(
        &self,
        app: Option<AppIndex>,
        signers: Option<&MultisigSigners>,
    ) -> Result<Outcome<Deleted>, Error> {
        let (app, record) = self.contract(app)?;
        let state = global_state(&self.algod, app).await?;
        let creator = self.creator_of(app, signers).await?;
        let params = self.params().await?;
        let transactions = single(calls::delete(creator.address(), app, &params), &params)?;
        let what = format!("delete application {app}");
        let programs = programs_of(record.as_ref());
        let sent = match self.carry_out("delete", &what, &creator, &transactions, programs.as_ref()).await? {
            Outcome::Done(sent) => sent,
            Outcome::Unsigned(unsigned) => return Ok(Outcome::Unsigned(unsigned)),
        };
        let round = sent.confirmation.round;
        let hash = record.as_ref().map(|record| record.programs.approval_sha512_256.clone()).unwrap_or_default();
        let event = self.recorded_event("delete", &transactions, round, &state.parameters, hash);
        let recorded = self.add_event(app, event, |contract| contract.deleted = true)?;
        Ok(Outcome::Done(Deleted { app, sent, recorded }))
    }

    /// Sets fee and limits, and says so in the record.
    ///
    /// # Errors
    /// What sending may fail for, another creator, and values the contract would refuse.
    pub async fn set_parameters(
        &self,
        app: Option<AppIndex>,
        change: &ParameterChange,
        signers: Option<&MultisigSigners>,
    ) -> Result<Outcome<ChangedContract>, Error> {
        let (app, record) = self.contract(app)?;
        let state = global_state(&self.algod, app).await?;
        let after = change.over(&state.parameters)?;
        let creator = self.creator_of(app, signers).await?;
        let params = self.params().await?;
        let call = calls::set_parameters(creator.address(), app, &after, &params);
        let transactions = single(call, &params)?;
        let programs = programs_of(record.as_ref());
        let what = format!("set the parameters of application {app}");
        let sent = match self.carry_out("params", &what, &creator, &transactions, programs.as_ref()).await? {
            Outcome::Done(sent) => sent,
            Outcome::Unsigned(unsigned) => return Ok(Outcome::Unsigned(unsigned)),
        };
        let round = sent.confirmation.round;
        let hash = record.as_ref().map(|record| record.programs.approval_sha512_256.clone()).unwrap_or_default();
        let event = self.recorded_event("params", &transactions, round, &after, hash);
        let recorded = self.add_event(app, event, |contract| contract.parameters = rates(&after))?;
        Ok(Outcome::Done(ChangedContract { app, before: state.parameters, after, sent, recorded }))
    }

    /// Replaces the programs, and fee and limits where new ones are given; says so in the record.
    ///
    /// # Errors
    /// What sending may fail for, another creator, and [`UpdateError`].
    pub async fn update(
        &self,
        request: &UpdateRequest,
        signers: Option<&MultisigSigners>,
    ) -> Result<Outcome<ChangedContract>, Error> {
        let (app, record) = self.contract(request.app)?;
        let application = self.algod.application(app).await?.ok_or(OperationError::NoApplication(app))?;
        let state = GlobalState::read(&application)?;
        let after = request.parameters.over(&state.parameters)?;
        let given = (!request.parameters.is_empty()).then_some(&after);
        let recorded = record.as_ref().map(|record| recorded_template(&record.programs));
        let present = template_of(&application.approval_program, &application.clear_program).or(recorded);
        if present.is_none() && !request.template.is_whole() {
            return Err(UpdateError::UnknownTemplate { app }.into());
        }
        let programs = Programs::assemble(request.template.over(present.unwrap_or_default()))?;
        let params = self.params().await?;
        let resize = growth(&application, &programs, params.rules().app_size_updates)?;
        let creator = self.creator_of(app, signers).await?;
        let version = request.version.clone().unwrap_or_else(|| provenance::TOOL_VERSION.to_owned());
        let note = DeployNote {
            name: record.as_ref().map_or(DEFAULT_NAME, |record| record.name.as_str()).to_owned(),
            version: version.clone(),
            updatable: Some(programs.template.updatable),
            deletable: Some(programs.template.deletable),
        };
        let note = note.to_bytes().map_err(UpdateError::from)?;
        let call = calls::with_note(calls::update(creator.address(), app, &programs, given, &params), note);
        let call = match resize {
            Some(size) => calls::with_size(call, size),
            None => call,
        };
        let transactions = single(call, &params)?;
        if let Sender::Single(account) = &creator {
            self.call_out(account.address, &programs, state.asset);
        }
        let old = programs_of(record.as_ref());
        let what = format!("replace the programs of application {app}");
        let sent = match self.carry_out("update", &what, &creator, &transactions, old.as_ref()).await? {
            Outcome::Done(sent) => sent,
            Outcome::Unsigned(unsigned) => return Ok(Outcome::Unsigned(unsigned)),
        };
        let round = sent.confirmation.round;
        let event = self.recorded_event("update", &transactions, round, &after, programs.approval_hash());
        let recorded = self.add_event(app, event, |contract| {
            contract.parameters = rates(&after);
            contract.programs = recorded_programs(&programs);
            contract.version = Some(version);
        })?;
        Ok(Outcome::Done(ChangedContract { app, before: state.parameters, after, sent, recorded }))
    }

    /// Tells the observer what can be regretted later, on MainNet.
    pub(crate) fn call_out(&self, signer: Address, programs: &Programs, asset: Option<AssetIndex>) {
        if self.identity.is_mainnet() {
            self.event(Event::ContractRisks { signer, template: programs.template, asset });
        }
    }
}

/// The size the application grows to, where it is too small for these programs; as a deployment that updates has it.
fn growth(application: &ApplicationState, programs: &Programs, can_grow: bool) -> Result<Option<Size>, UpdateError> {
    let lacks = missing_room(application, programs, can_grow);
    if lacks.is_empty() {
        return Ok(None);
    }
    if lacks.iter().any(|change| change.breaks) {
        return Err(UpdateError::NoRoom { app: application.id, lacks });
    }
    Ok(Some(size_change(application, programs)))
}
