//! What a bundle would do, gathered from the bundle and, where it can be reached, from its network.

use super::decoded::{Field, fields};
use super::effect;
use super::program_diff::{self, Pair, ProgramChange};
use super::progress::Progress;
use super::reach::{self, Reach};
use super::submit;
use super::validity::{LONGEST, Validity};
use crate::explain::rejected;
use crate::failure::Failure;
use crate::session::Session;
use pnp_client::{ApplicationState, Outcome, Simulation, Unknown};
use pnp_ops::programs_of;
use pnp_types::{Bundle, Digest, Round, SignedTransaction, Transaction, TransactionType, assign_group};
use pnp_usage::{GlobalState, Intent, Parameters};
use schemars::JsonSchema;
use serde::Serialize;

/// What a bundle would do: everything a signer should see.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Inspection {
    /// The bundle's file.
    pub(super) bundle: String,
    /// What people call the bundle's network.
    pub(super) network: String,
    /// That network's genesis hash, base64.
    pub(super) genesis_hash: String,
    /// The group's id, base64, which is that of these transactions; absent for a transaction alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) group: Option<String>,
    /// The network's fees, in microAlgos.
    pub(super) fee: u64,
    /// When it can be sent.
    pub(super) validity: Validity,
    /// Who has signed.
    pub(super) signatures: Progress,
    /// The transactions, in the group's order.
    pub(super) transactions: Vec<Inspected>,
    /// What running it now would lead to; absent where the network was not asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) simulation: Option<Simulated>,
    /// What to look at twice.
    pub(super) warnings: Vec<String>,
    /// What could not be seen, and why.
    pub(super) unseen: Vec<String>,
}

/// One transaction.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Inspected {
    /// Its id.
    pub(super) txid: String,
    /// What it does, in a sentence.
    pub(super) effect: String,
    /// Its fields that are set.
    pub(super) fields: Vec<Field>,
    /// Fee and limits of the contract, where it sets them.
    pub(super) parameters: Vec<ParameterChange>,
    /// Programs, where it brings any.
    pub(super) programs: Vec<ProgramChange>,
}

/// A parameter of a contract before and after.
#[derive(Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub(super) struct ParameterChange {
    /// `fee_pct`, `min_rate` or `max_rate`.
    pub(super) name: &'static str,
    /// What stands; absent where nothing does, or nobody could look.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) before: Option<u64>,
    /// What would stand.
    pub(super) after: u64,
}

/// A simulated group.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Simulated {
    /// Whether it would pass.
    pub(super) passes: bool,
    /// Opcode cost.
    pub(super) cost: u64,
    /// Why it would fail.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) failure: Option<String>,
}

impl Inspection {
    /// Looks at a bundle, and at its network where that is reached.
    pub(super) async fn of(file: &str, bundle: &Bundle, reach: &Reach<'_>) -> Result<Self, Failure> {
        let hash = bundle.genesis_hash().to_base64();
        let now = match reach.session() {
            Some(session) => Some(session.params().await?.last_round),
            None => None,
        };
        let mut inspection = Self {
            bundle: file.to_owned(),
            network: reach.session().map_or_else(|| reach::name(&hash), |session| session.network.name.clone()),
            genesis_hash: hash,
            group: Some(bundle.group()).filter(|group| !group.is_zero()).map(|group| group.to_base64()),
            fee: bundle.fee().0,
            validity: Validity::of(bundle, now),
            signatures: Progress::of(bundle),
            transactions: Vec::new(),
            simulation: None,
            warnings: Vec::new(),
            unseen: Vec::new(),
        };
        inspection.warnings.extend(inspection.validity.warning());
        inspection.warnings.extend(twice(bundle));
        if let Reach::Nothing { why } = reach {
            inspection.unseen.push(format!("the network ({why}): which programs and parameters stand, who signs for the sender now, whether it would pass, and how many rounds are left"));
        }
        for transaction in bundle.transactions() {
            let inspected = inspection.look_at(transaction, reach.session()).await?;
            inspection.transactions.push(inspected);
        }
        if let (Some(session), Some(now)) = (reach.session(), now) {
            match submit::outcome(session, bundle).await? {
                Outcome::InBlock(confirmation) => {
                    inspection
                        .warnings
                        .push(format!("it was sent already, and is confirmed in round {}", confirmation.round));
                }
                outcome => {
                    if let Outcome::Unknown(why @ Unknown::NoBlocks(_)) = outcome {
                        inspection.unseen.push(format!("whether it was sent: {why}"));
                    }
                    inspection.look_at_senders(bundle, session).await?;
                    if !inspection.validity.is_over() {
                        inspection.simulate(bundle, session, now).await;
                    }
                }
            }
        }
        let wrong = inspection.signatures.wrong().into_iter().map(|who| format!("a signature of {who} does not hold"));
        let wrong: Vec<_> = wrong.collect();
        inspection.warnings.extend(wrong);
        Ok(inspection)
    }

    async fn look_at(
        &mut self,
        transaction: &Transaction,
        session: Option<&Session<'_>>,
    ) -> Result<Inspected, Failure> {
        let call = &transaction.application_call;
        let is_call = transaction.kind == TransactionType::ApplicationCall;
        let standing = match session {
            Some(session) if is_call && call.application != 0 => session.algod.application(call.application).await?,
            _ => None,
        };
        if session.is_some() && is_call && call.application != 0 && standing.is_none() {
            self.warnings.push(format!("application {} does not exist on {}", call.application, self.network));
        }
        let state = standing.as_ref().map(GlobalState::read).transpose();
        if let Err(error) = &state {
            self.warnings.push(error.to_string());
        }
        let after = if is_call { Intent::of(call).and_then(|intent| intent.parameters()) } else { None };
        let before = state.ok().flatten().map(|state| state.parameters);
        let fields = fields(transaction);
        let sender = transaction.header.sender;
        let loud = fields.iter().filter_map(|field| Some(format!("{} {}: {}", field.name, field.value, field.danger?)));
        self.warnings.extend(loud.map(|loud| format!("{loud} (sender {sender})")));
        let programs = programs(transaction, standing.as_ref(), session.is_some());
        for change in programs.iter().filter(|change| change.after.template.is_none() && change.changed != Some(false))
        {
            self.warnings.push(format!("the {} program is not this project's source: read it", change.program));
        }
        Ok(Inspected {
            txid: transaction.id().to_string(),
            effect: effect::sentence(transaction),
            fields,
            parameters: after.map(|after| parameter_changes(before.as_ref(), &after)).unwrap_or_default(),
            programs,
        })
    }

    /// Whether the multisignature speaks for every sender, as the chain has it.
    async fn look_at_senders(&mut self, bundle: &Bundle, session: &Session<'_>) -> Result<(), Failure> {
        let mut senders: Vec<_> = bundle.transactions().map(|transaction| transaction.header.sender).collect();
        senders.sort();
        senders.dedup();
        for sender in senders {
            let signer = session.algod.account(sender).await?.signer();
            if signer != bundle.account().address() {
                self.warnings
                    .push(format!("{sender} is signed for by {signer} now: the network will refuse this bundle"));
            }
        }
        Ok(())
    }

    async fn simulate(&mut self, bundle: &Bundle, session: &Session<'_>, now: Round) {
        match session.algod.simulate(&unsigned(bundle, now)).await {
            Ok(simulation) => {
                let simulated = simulated(bundle, session, &simulation);
                if let Some(failure) = &simulated.failure {
                    self.warnings.push(format!("it would fail now: {failure}"));
                }
                self.simulation = Some(simulated);
            }
            Err(error) => self.unseen.push(format!("whether it would pass: {error}")),
        }
    }
}

/// Keys that count more than once, so that fewer people than the threshold says are enough.
fn twice(bundle: &Bundle) -> Option<String> {
    let keys: Vec<_> = bundle.account().keys().collect();
    let twice = keys.iter().enumerate().find(|(index, key)| keys.iter().take(*index).any(|other| other == *key));
    twice.map(|(_, key)| format!("{key} is among the signers more than once: its signature counts as often"))
}

/// The group without its signatures, so that it can be run before they are there; what is valid only later is run as if it
/// were valid now.
fn unsigned(bundle: &Bundle, now: Round) -> Vec<SignedTransaction> {
    let mut transactions: Vec<_> = bundle.transactions().cloned().collect();
    if bundle.first_valid() > now.saturating_add(1) {
        for transaction in &mut transactions {
            transaction.header.first_valid = now;
            transaction.header.last_valid = now.saturating_add(LONGEST);
            transaction.header.group = Digest::ZERO;
        }
        if transactions.len() > 1 {
            // A bundle has no more transactions than a group takes.
            let _ = assign_group(&mut transactions);
        }
    }
    let bare = |(transaction, signed): (Transaction, &SignedTransaction)| {
        let auth_addr = signed.auth_addr;
        SignedTransaction { auth_addr, ..transaction.into() }
    };
    transactions.into_iter().zip(bundle.signed()).map(bare).collect()
}

fn simulated(bundle: &Bundle, session: &Session<'_>, simulation: &Simulation) -> Simulated {
    let failure = simulation.failure.as_ref().map(|failure| {
        let app =
            bundle.transactions().map(|transaction| transaction.application_call.application).find(|app| *app != 0);
        let record = app.and_then(|app| session.contract(Some(app)).ok()).and_then(|(_, record)| record);
        rejected(&failure.rejection, programs_of(record.as_ref()).as_ref()).message.clone()
    });
    Simulated { passes: failure.is_none(), cost: simulation.cost, failure }
}

fn programs(transaction: &Transaction, standing: Option<&ApplicationState>, looked: bool) -> Vec<ProgramChange> {
    let call = &transaction.application_call;
    if call.approval_program.is_empty() && call.clear_program.is_empty() {
        return Vec::new();
    }
    let after = Pair { approval: &call.approval_program, clear: &call.clear_program };
    let before = standing.map(|app| Pair { approval: &app.approval_program, clear: &app.clear_program });
    program_diff::changes(before, after, call.application != 0 && !looked).into()
}

fn parameter_changes(before: Option<&Parameters>, after: &Parameters) -> Vec<ParameterChange> {
    let change =
        |name, read: fn(&Parameters) -> u64| ParameterChange { name, before: before.map(read), after: read(after) };
    vec![
        change("fee_pct", |parameters| parameters.fee_pct().get()),
        change("min_rate", Parameters::min_rate),
        change("max_rate", Parameters::max_rate),
    ]
}
