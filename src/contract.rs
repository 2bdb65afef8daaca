//! What the commands of a contract's life share: which contract, new rates, explanations, the record's next line.

use crate::commands::deploy::recorded_template;
use crate::commands::multisig::{Sender, SenderArgs};
use crate::failure::Failure;
use crate::session::Session;
use crate::terminal::output::Answer;
use crate::terminal::values::whole;
use pnp_keys::KeyError;
use pnp_ops::Sent;
use pnp_registry::{Contract, Event};
use pnp_types::AppIndex;
use pnp_usage::{GlobalState, OperationError, Parameters, Programs, Template};
use schemars::JsonSchema;
use serde::Serialize;

/// Which contract is meant.
#[derive(Debug, Clone, Copy, clap::Args)]
pub(crate) struct Target {
    /// The contract's application; the recorded one if not given [env: APP_ID]
    #[arg(long, value_parser = whole, allow_hyphen_values = true)]
    pub(crate) app: Option<AppIndex>,
}

/// New fee and limits; what is not given stays.
#[derive(Debug, Clone, Copy, clap::Args)]
pub(crate) struct RateArgs {
    /// The fee in basis points: 500 is 5 %
    #[arg(long, value_parser = whole, allow_hyphen_values = true)]
    fee_pct: Option<u64>,
    /// The least price of a unit, in minor units of the asset
    #[arg(long, value_parser = whole, allow_hyphen_values = true)]
    min_rate: Option<u64>,
    /// The highest price of a unit
    #[arg(long, value_parser = whole, allow_hyphen_values = true)]
    max_rate: Option<u64>,
}

impl RateArgs {
    pub(crate) const fn is_empty(&self) -> bool {
        self.fee_pct.is_none() && self.min_rate.is_none() && self.max_rate.is_none()
    }

    /// These over what is set now.
    pub(crate) fn over(&self, present: &Parameters) -> Result<Parameters, Failure> {
        Ok(Parameters::new(
            self.fee_pct.unwrap_or(present.fee_pct()),
            self.min_rate.unwrap_or(present.min_rate()),
            self.max_rate.unwrap_or(present.max_rate()),
        )?)
    }
}

/// The contract's programs as recorded, to explain refusals by line.
pub(crate) fn programs_of(record: Option<&Contract>) -> Option<Programs> {
    let template = record.map_or_else(Template::default, |record| recorded_template(&record.programs));
    let programs = Programs::assemble(template).ok()?;
    match record {
        // Another source than today's would name wrong lines.
        Some(record) if record.programs.approval_sha512_256 != programs.approval_hash() => None,
        _ => Some(programs),
    }
}

/// The account that made the application: nobody else may change or end it, so none is made for that.
pub(crate) async fn creator_of(session: &Session<'_>, app: AppIndex, signers: &SenderArgs) -> Result<Sender, Failure> {
    let Some(application) = session.algod.application(app).await? else {
        return Err(OperationError::NoApplication(app).into());
    };
    let theirs = application.creator;
    if signers.is_many() {
        return session.sender_for(signers, theirs).await;
    }
    let stranger = |message: String| {
        Failure::new("not_creator", message)
            .because("only the account that made a contract may change it")
            .hint("set CREATOR_MNEMONIC to its words, bring its key back to .pnp/accounts, or deploy another contract")
            .with("creator", theirs.to_string())
    };
    // Several places may know a creator; the one that made it is meant.
    let own = session.keys().everywhere("creator").await.into_iter().flatten().find(|one| one.address == theirs);
    if let Some(account) = own {
        return Ok(Sender::One(session.prepared(account).await?));
    }
    match session.keys().get("creator").await {
        Ok(account) => Err(stranger(format!(
            "application {app} was made by {theirs}, and the account creator here is {}",
            account.address
        ))),
        Err(KeyError::Missing { .. }) if session.is_development() => {
            Err(stranger(format!("application {app} was made by {theirs}, whose key is not here")))
        }
        Err(error) => Err(error.into()),
    }
}

/// Adds an event to a contract's record; one that is not recorded stays so. The record's file, where it was changed.
pub(crate) fn note(
    session: &Session<'_>,
    app: AppIndex,
    event: Event,
    change: impl FnOnce(&mut Contract),
) -> Result<Option<String>, Failure> {
    let noted = session.record(|chain| match chain.contract_mut(app) {
        Some(contract) => {
            change(contract);
            contract.history.push(event);
            true
        }
        None => false,
    })?;
    Ok(noted.then(|| session.record_name()))
}

/// A contract whose fee, price limits or programs were set.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct ChangeReport {
    /// The network's name.
    network: String,
    /// The network's genesis hash, base64.
    genesis_hash: String,
    /// The contract's application.
    app: AppIndex,
    /// Fee and price limits before.
    before: Parameters,
    /// Fee and price limits from here on.
    after: Parameters,
    /// The transaction.
    txids: Vec<String>,
    /// Its round.
    round: u64,
    /// The record that was changed; absent where the contract is in none.
    #[serde(skip_serializing_if = "Option::is_none")]
    record: Option<String>,
}

/// Fee and limits before and after.
pub(crate) fn changed(
    session: &Session<'_>,
    app: AppIndex,
    sent: Sent,
    before: &GlobalState,
    after: Parameters,
    record: Option<String>,
) -> Result<Answer, Failure> {
    let line = |name: &str, from: u64, to: u64| match from == to {
        true => format!("{name:<10}{to}"),
        false => format!("{name:<10}{from} -> {to}"),
    };
    let old = &before.parameters;
    let round = sent.confirmation.round;
    let text = [
        format!("application {app}, round {round}"),
        line("fee_pct", old.fee_pct(), after.fee_pct()),
        line("min_rate", old.min_rate(), after.min_rate()),
        line("max_rate", old.max_rate(), after.max_rate()),
    ];
    let report = ChangeReport {
        network: session.network.name.clone(),
        genesis_hash: session.identity.hash.clone(),
        app,
        before: *old,
        after,
        txids: sent.txids,
        round,
        record,
    };
    Answer::of(&report, text.join("\n"))
}
