//! Plays a scenario and compares what happened with what it says.

use std::collections::BTreeMap;

use super::group::{Subject, tick_bytes};
use super::model::{Actor, Completion, Scalar, Scenario, Step};
use super::{Programs, Sources, Stage, StageError};
use pnp_client::Rejection;
use pnp_types::{AppIndex, AssetIndex, TealValue};
use schemars::JsonSchema;
use serde::Serialize;

/// Why a scenario failed.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The contract, or the network, did otherwise than the scenario says.
    #[error("step {step}: {what}")]
    Differs {
        /// The step, counted from 1; 0 is the start.
        step: usize,
        /// What was expected, and what happened.
        what: String,
    },
    /// The scenario could not be played.
    #[error(transparent)]
    Stage(#[from] StageError),
}

/// What a scenario led to, in words that are the same on every network: actors' names for addresses, `ply` for its number.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Transcript {
    /// What became of each step.
    pub steps: Vec<Outcome>,
    /// The contract's global state at the end; nothing where it is gone.
    pub global: Option<BTreeMap<String, String>>,
    /// What each actor has at the end, by name.
    pub actors: BTreeMap<&'static str, ActorHoldings>,
}

/// What an actor has at the end of a scenario.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ActorHoldings {
    /// What they hold of PLY, in minor units.
    pub ply: u64,
    /// The newest tick the contract has of them, in hex; nothing where they have not opted in.
    pub last_tick: Option<String>,
}

/// What became of a step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Outcome {
    /// The rule that refused it, or the network's words; nothing where it was accepted.
    pub refused: Option<String>,
    /// The opcode cost of the whole group, as simulated before it was sent.
    pub cost: u64,
}

/// Plays one scenario on a stage, with a contract and an asset of its own.
///
/// # Errors
/// The first difference between what the scenario says and what happens.
pub async fn play(stage: &mut Stage, sources: &Sources, scenario: &Scenario) -> Result<Transcript, Failure> {
    let programs = Programs::assemble(sources, &scenario.contract).map_err(StageError::Scenario)?;
    stage.refresh().await?;
    let ply = stage.mint("PLY", &scenario.holdings, scenario.clawback).await?;
    let silver = match scenario.names_asset("silver") {
        true => Some(stage.mint_for_all("SILVER").await?),
        false => None,
    };
    let mut subject =
        Subject { contract: &scenario.contract, programs: &programs, application: AppIndex::NONE, ply, silver };
    if scenario.contract.created {
        let args = creation(stage, &subject);
        let create = stage.plain_call(&subject, Completion::Create, args, Actor::Creator)?;
        subject.application = stage.must(vec![create]).await?.application.unwrap_or_default();
        for actor in &scenario.opted_in {
            let opt_in = stage.plain_call(&subject, Completion::OptIn, Vec::new(), *actor)?;
            stage.must(vec![opt_in]).await?;
        }
    }
    let mut transcript = Transcript::default();
    for (index, step) in scenario.steps.iter().enumerate() {
        let number = index + 1;
        let differs = |what: String| Failure::Differs { step: number, what };
        let before = holdings(stage, ply).await?;
        let group = stage.step(&subject, step)?;
        let cost = stage.cost(&group).await?;
        let outcome = stage.send(group).await?;
        match (&outcome, &step.refused) {
            (Ok(confirmed), None) => {
                if let Some(created) = confirmed.application {
                    subject.application = created;
                }
            }
            (Ok(_), Some(rule)) => return Err(differs(format!("was accepted, must be refused: {rule}"))),
            (Err(refusal), None) => {
                let rule = programs.rule_of(refusal).unwrap_or("no rule of the contract");
                return Err(differs(format!("was refused ({rule}): {refusal}")));
            }
            (Err(refusal), Some(rule)) => {
                let by = programs.rule_of(refusal);
                if by != Some(rule.as_str()) && !refusal.to_string().contains(rule.as_str()) {
                    let by = by.unwrap_or("no rule of the contract");
                    return Err(differs(format!("must be refused: {rule}; was refused by: {by}; {refusal}")));
                }
            }
        }
        let refused = outcome.err().map(|refusal| match programs.rule_of(&refusal) {
            Some(rule) => rule.to_owned(),
            None => without_ids(&refusal),
        });
        transcript.steps.extend(cost.map(|cost| Outcome { refused, cost }));
        let after = holdings(stage, ply).await?;
        compare_moves(step, &before, &after).map_err(differs)?;
        compare_state(stage, &subject, step).await.map_err(|e| match e {
            Failure::Differs { what, .. } => differs(what),
            other @ Failure::Stage(_) => other,
        })?;
    }
    if stage.keeps_transcripts() {
        end(stage, &subject, &mut transcript).await?;
    }
    Ok(transcript)
}

/// A refusal of the protocol's own, without what differs between networks.
fn without_ids(refusal: &Rejection) -> String {
    match refusal {
        Rejection::Logic { what, .. } => what.clone(),
        Rejection::NotOptedIn { .. } => "has not opted in".to_owned(),
        other => other.to_string(),
    }
}

/// Notes how a scenario ended.
async fn end(stage: &mut Stage, subject: &Subject<'_>, transcript: &mut Transcript) -> Result<(), StageError> {
    let named = |bytes: &[u8]| {
        let actor = Actor::ALL.into_iter().find(|actor| stage.address(*actor).as_bytes() == bytes);
        actor.map_or_else(|| hex::encode(bytes), |actor| actor.name().to_owned())
    };
    if let Some(application) = stage.algod.application(subject.application).await? {
        let shown = application.global_state.iter().map(|(key, value)| {
            let value = match value {
                TealValue::Uint(number) if *number == subject.ply.0 => "ply".to_owned(),
                TealValue::Uint(number) => number.to_string(),
                TealValue::Bytes(bytes) => named(bytes),
            };
            (String::from_utf8_lossy(key).into_owned(), value)
        });
        transcript.global = Some(shown.collect());
    }
    for (actor, ply) in holdings(stage, subject.ply).await? {
        let local = stage.algod.local_state(stage.address(actor), subject.application).await?;
        let last_tick = local.and_then(|local| match local.get(b"last_tick".as_slice()) {
            Some(TealValue::Bytes(bytes)) => Some(hex::encode(bytes)),
            _ => None,
        });
        transcript.actors.insert(actor.name(), ActorHoldings { ply, last_tick });
    }
    Ok(())
}

/// The arguments that create the scenario's contract.
fn creation(stage: &Stage, subject: &Subject<'_>) -> Vec<Vec<u8>> {
    let contract = subject.contract;
    let mut args = vec![
        stage.address(contract.provider).as_bytes().to_vec(),
        stage.address(contract.platform).as_bytes().to_vec(),
    ];
    args.extend([contract.fee_pct, contract.min_rate, contract.max_rate].map(|n| n.to_be_bytes().to_vec()));
    if contract.bound {
        args.push(subject.ply.0.to_be_bytes().to_vec());
    }
    args
}

async fn holdings(stage: &mut Stage, ply: AssetIndex) -> Result<BTreeMap<Actor, u64>, StageError> {
    let mut held = BTreeMap::new();
    for actor in Actor::ALL {
        let address = stage.address(actor);
        held.insert(
            actor,
            stage.algod.holding(address, ply).await.map_err(StageError::from)?.map_or(0, |holding| holding.amount),
        );
    }
    Ok(held)
}

/// A refused step moves nothing; an accepted one what it says, where it says.
fn compare_moves(step: &Step, before: &BTreeMap<Actor, u64>, after: &BTreeMap<Actor, u64>) -> Result<(), String> {
    let nothing = BTreeMap::new();
    let expected = match (&step.moved, &step.refused) {
        (Some(moved), _) => moved,
        (None, Some(_)) => &nothing,
        (None, None) => return Ok(()),
    };
    for (actor, had) in before {
        let has = after.get(actor).copied().unwrap_or(0);
        let moved = i128::from(has) - i128::from(*had);
        let must = expected.get(actor).copied().unwrap_or(0);
        if moved != must {
            return Err(format!("the {}'s holding must change by {must}, changed by {moved}", actor.name()));
        }
    }
    Ok(())
}

async fn compare_state(stage: &mut Stage, subject: &Subject<'_>, step: &Step) -> Result<(), Failure> {
    let differs = |what: String| Failure::Differs { step: 0, what };
    if step.gone {
        return match stage.algod.application(subject.application).await.map_err(StageError::from)? {
            None => Ok(()),
            Some(_) => Err(differs("the contract must be deleted, but still exists".into())),
        };
    }
    if !step.global.is_empty() {
        let application = stage.algod.application(subject.application).await.map_err(StageError::from)?;
        let state = application.ok_or_else(|| differs("no contract".into()))?.global_state;
        for (key, value) in &step.global {
            let must = match value {
                Scalar::Number(n) => TealValue::Uint(*n),
                Scalar::Text(name) if name == "ply" => TealValue::Uint(subject.ply.0),
                Scalar::Text(name) => {
                    let actor = Actor::named(name).ok_or_else(|| differs(format!("{name} is no actor")))?;
                    TealValue::Bytes(stage.address(actor).as_bytes().to_vec())
                }
            };
            let has = state.get(key.as_bytes());
            if has != Some(&must) {
                return Err(differs(format!("{key} must be {must:?}, is {has:?}")));
            }
        }
    }
    if let Some(tick) = &step.last_tick {
        let actor = step.by.unwrap_or(Actor::User);
        let address = stage.address(actor);
        let state = stage.algod.local_state(address, subject.application).await.map_err(StageError::from)?;
        let state = state.ok_or_else(|| differs(format!("the {} has not opted in", actor.name())))?;
        let must = TealValue::Bytes(tick_bytes(tick)?);
        let has = state.get(b"last_tick".as_slice());
        if has != Some(&must) {
            return Err(differs(format!("last_tick must be {must:?}, is {has:?}")));
        }
    }
    Ok(())
}
