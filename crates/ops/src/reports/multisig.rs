//! Documents about multisignatures and the bundles that they sign.

use super::{bundle_words, effect};
use crate::connection::Connection;
use crate::error::Error;
use crate::multisig::{
    BundleStatus, Field, InspectedTransaction, Inspection, NamedBundle, NoNetwork, ParameterDifference, PreparedBundle,
    RecordedMultisig, Signatures, SignedBundle, SigningPlan, Simulated, SubmittedBundle, Unseen, Validity, Warning,
};
use crate::refusal::Refusal;
use crate::sender::{MultisigSender, Unsigned};
use crate::settings::Settings;
use pnp_types::{AppIndex, AssetIndex, Bundle, Round, Transaction};
use pnp_usage::{Parameters, ProgramChange};
use schemars::JsonSchema;
use serde::Serialize;

/// A bundle that was written, for its signers.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Bundle")]
pub struct Written {
    /// The network's name.
    pub network: String,
    /// The network's genesis hash, base64.
    pub genesis_hash: String,
    /// Where the bundle is.
    pub bundle: String,
    /// What it does, in one word.
    pub action: String,
    /// What it does, in one sentence.
    pub effect: String,
    /// The account it is for.
    pub sender: String,
    /// The multisignature's name.
    pub name: String,
    /// The multisignature's address.
    pub multisig: String,
    /// How many have to sign.
    pub threshold: u8,
    /// Who may sign.
    pub signers: Vec<String>,
    /// The transactions, in their group's order.
    pub txids: Vec<String>,
    /// The group's id, base64; absent for a transaction alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// The network's fees, in microAlgos.
    pub fee: u64,
    /// When it can be sent.
    pub validity: Validity,
}

/// A multisignature.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Multisig {
    /// Its name here.
    pub name: String,
    /// Its address.
    pub address: String,
    /// How many have to sign.
    pub threshold: u8,
    /// Who may sign, in the order that makes the address.
    pub signers: Vec<String>,
    /// The file that records it.
    pub file: String,
}

/// A multisignature that was recorded.
#[derive(Debug, Serialize, JsonSchema)]
pub struct NewReport {
    /// The multisignature.
    #[serde(flatten)]
    pub multisig: Multisig,
    /// Whether it was not recorded before.
    pub made: bool,
}

/// The recorded multisignatures.
#[derive(Debug, Serialize, JsonSchema)]
pub struct InfoReport {
    /// In the order of their names.
    pub multisigs: Vec<Multisig>,
}

/// What a bundle would do: everything a signer should see.
#[derive(Debug, Serialize, JsonSchema)]
pub struct InspectReport {
    /// The bundle's file.
    pub bundle: String,
    /// What people call the bundle's network.
    pub network: String,
    /// That network's genesis hash, base64.
    pub genesis_hash: String,
    /// The group's id, base64, which is that of these transactions; absent for a transaction alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// The network's fees, in microAlgos.
    pub fee: u64,
    /// When it can be sent.
    pub validity: Validity,
    /// Who has signed.
    pub signatures: Signatures,
    /// The transactions, in the group's order.
    pub transactions: Vec<TransactionReport>,
    /// What running it now would lead to; absent where the network was not asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub simulation: Option<SimulationReport>,
    /// What to look at twice.
    pub warnings: Vec<String>,
    /// What could not be seen, and why.
    pub unseen: Vec<String>,
}

/// One transaction.
#[derive(Debug, Serialize, JsonSchema)]
pub struct TransactionReport {
    /// Its id.
    pub txid: String,
    /// What it does, in a sentence.
    pub effect: String,
    /// Its fields that are set.
    pub fields: Vec<FieldReport>,
    /// Fee and limits of the contract, where it sets them.
    pub parameters: Vec<ParameterReport>,
    /// Programs, where it brings any.
    pub programs: Vec<ProgramChange>,
}

/// One field that is set.
#[derive(Debug, Serialize, JsonSchema)]
pub struct FieldReport {
    /// Its name, in words.
    pub name: &'static str,
    /// Its value.
    pub value: String,
    /// Why to look twice, where the field gives something away for good.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub danger: Option<&'static str>,
}

/// A parameter of a contract before and after.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ParameterReport {
    /// `fee_pct`, `min_rate` or `max_rate`.
    pub name: &'static str,
    /// What is on the chain; absent where nothing is, or nobody could look.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<u64>,
    /// What would replace it.
    pub after: u64,
}

/// A simulated group.
#[derive(Debug, Serialize, JsonSchema)]
pub struct SimulationReport {
    /// Whether it would pass.
    pub passes: bool,
    /// Opcode cost.
    pub cost: u64,
    /// Why it would fail.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failure: Option<String>,
}

fn transaction_report(inspected: InspectedTransaction) -> TransactionReport {
    let report = |Field { name, value, danger }: Field| FieldReport {
        name,
        value: bundle_words::value(&value),
        danger: danger.map(bundle_words::danger),
    };
    TransactionReport {
        txid: inspected.transaction.id().to_string(),
        effect: effect::sentence(&inspected.transaction),
        fields: inspected.fields.into_iter().map(report).collect(),
        parameters: inspected.parameters.as_ref().map(parameters).unwrap_or_default(),
        programs: inspected.programs,
    }
}

fn parameters(ParameterDifference { before, after }: &ParameterDifference) -> Vec<ParameterReport> {
    let report = |name, read: fn(&Parameters) -> u64| ParameterReport {
        name,
        before: before.as_ref().map(read),
        after: read(after),
    };
    vec![
        report("fee_pct", |parameters| parameters.fee_pct().get()),
        report("min_rate", Parameters::min_rate),
        report("max_rate", Parameters::max_rate),
    ]
}

/// A warning in words; `failure` is why the bundle would fail now.
fn warning_text(warning: &Warning, failure: Option<&str>) -> String {
    match warning {
        Warning::Validity(warning) => bundle_words::validity_warning(*warning),
        Warning::SignerTwice(signer) => {
            format!("{signer} is among the signers more than once: its signature counts as often")
        }
        Warning::NoApplication { app, network } => format!("application {app} does not exist on {network}"),
        Warning::NotOurs(error) => error.to_string(),
        Warning::Field { field, sender } => {
            let danger = field.danger.map(bundle_words::danger).unwrap_or_default();
            format!("{}: {danger} (sender {sender})", bundle_words::field(field))
        }
        Warning::ForeignProgram { program } => format!("the {program} program is not this project's source: read it"),
        Warning::Confirmed { round } => format!("it was sent already, and is confirmed in round {round}"),
        Warning::OtherSigner { sender, signer } => {
            format!("{sender} is signed for by {signer} now: the network will refuse this bundle")
        }
        Warning::WouldFail => format!("it would fail now: {}", failure.unwrap_or_default()),
        Warning::WrongSignature(signer) => format!("a signature of {signer} does not hold"),
    }
}

fn unseen(unseen: Unseen, message: impl Fn(Error) -> String) -> String {
    match unseen {
        Unseen::Network(why) => format!(
            "the network ({}): which programs and parameters stand, who signs for the sender now, whether it would pass, and \
             how many rounds are left",
            no_network(why, message)
        ),
        Unseen::Outcome(why) => format!("whether it was sent: {why}"),
        Unseen::Simulation(error) => format!("whether it would pass: {error}"),
    }
}

/// Why there is no network; `message` says what an error means.
fn no_network(why: NoNetwork, message: impl Fn(Error) -> String) -> String {
    match why {
        NoNetwork::Offline => "--offline was given".to_owned(),
        NoNetwork::NoEmbedded => "this folder has no embedded network; --net names another one".to_owned(),
        NoNetwork::Unreachable(error) => message(*error),
        NoNetwork::Another { bundle, network } => {
            format!("the bundle is for {}, and --net {network} is another network", bundle_words::network(bundle))
        }
    }
}

/// A bundle that was signed.
#[derive(Debug, Serialize, JsonSchema)]
pub struct SignReport {
    /// The file with the signature.
    pub bundle: String,
    /// Whose key signed.
    pub signer: String,
    /// Its name here.
    pub name: String,
    /// Whether it had not signed before.
    pub changed: bool,
    /// Who has signed.
    pub signatures: Signatures,
    /// When it can be sent.
    pub validity: Validity,
}

/// Copies of a bundle that became one.
#[derive(Debug, Serialize, JsonSchema)]
pub struct MergeReport {
    /// The file with all signatures.
    pub bundle: String,
    /// The copies it was made of.
    pub copies: Vec<String>,
    /// Who has signed.
    pub signatures: Signatures,
    /// When it can be sent.
    pub validity: Validity,
}

/// How far a bundle is.
#[derive(Debug, Serialize, JsonSchema)]
pub struct StatusReport {
    /// The bundle's file.
    pub bundle: String,
    /// What it does, a sentence for each transaction.
    pub effects: Vec<String>,
    /// The transactions, in the group's order.
    pub txids: Vec<String>,
    /// Who has signed.
    pub signatures: Signatures,
    /// When it can be sent.
    pub validity: Validity,
    /// The round it is confirmed in; absent where it is not, or that is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub round: Option<Round>,
    /// What could not be seen, and why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unseen: Option<String>,
}

/// A bundle that is confirmed.
#[derive(Debug, Serialize, JsonSchema)]
pub struct SubmitReport {
    /// The network's name.
    pub network: String,
    /// The network's genesis hash, base64.
    pub genesis_hash: String,
    /// The bundle's file.
    pub bundle: String,
    /// What it did, a sentence for each transaction.
    pub effects: Vec<String>,
    /// The transactions, in the group's order.
    pub txids: Vec<String>,
    /// The round they are confirmed in.
    pub round: Round,
    /// Whether they were sent before, by this program or another.
    pub sent_before: bool,
    /// The application it was about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub app: Option<AppIndex>,
    /// The asset it made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub asset: Option<AssetIndex>,
    /// The record that was changed; absent where it has nothing to say about this.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub record: Option<String>,
}

/// What the transactions of a bundle do, a sentence each.
fn effects(bundle: &Bundle) -> Vec<String> {
    bundle.transactions().map(effect::sentence).collect()
}

/// The ids of the transactions of a bundle.
fn txids(bundle: &Bundle) -> Vec<String> {
    bundle.transactions().map(Transaction::id).map(|id| id.to_string()).collect()
}

impl Written {
    /// A bundle that was written into `file` for its signers.
    #[must_use]
    pub fn new(connection: &Connection, file: String, unsigned: &Unsigned, prepared: PreparedBundle) -> Self {
        let (network, genesis_hash) = super::place(connection);
        let PreparedBundle { bundle, validity } = prepared;
        let Unsigned { action, what, sender: MultisigSender { address, name, multisig }, .. } = unsigned;
        Self {
            network,
            genesis_hash,
            bundle: file,
            action: (*action).to_owned(),
            effect: what.clone(),
            sender: address.to_string(),
            name: name.clone(),
            multisig: multisig.address().to_string(),
            threshold: multisig.threshold(),
            signers: multisig.keys().map(|key| key.to_string()).collect(),
            txids: txids(&bundle),
            group: Some(bundle.group()).filter(|group| !group.is_zero()).map(|group| group.to_base64()),
            fee: bundle.fee().0,
            validity,
        }
    }
}

impl Multisig {
    /// A recorded multisignature, with its file as people write it.
    #[must_use]
    pub fn new(settings: &Settings, RecordedMultisig { name, account, path }: &RecordedMultisig) -> Self {
        Self {
            name: name.clone(),
            address: account.address().to_string(),
            threshold: account.threshold(),
            signers: account.keys().map(|key| key.to_string()).collect(),
            file: settings.shown(path),
        }
    }
}

impl InspectReport {
    /// What was found out about the bundle in `file`. `message` says what an error means, and `refused` why a simulation
    /// fails.
    #[must_use]
    pub fn new(
        file: &str,
        inspection: Inspection,
        message: impl Fn(Error) -> String,
        refused: impl Fn(&Refusal) -> String,
    ) -> Self {
        let genesis_hash = inspection.genesis_hash;
        let simulation = inspection.simulation.map(|Simulated { cost, refusal }| {
            let failure = refusal.as_ref().map(refused);
            SimulationReport { passes: failure.is_none(), cost, failure }
        });
        let failure = simulation.as_ref().and_then(|simulation| simulation.failure.as_deref());
        Self {
            bundle: file.to_owned(),
            network: inspection.network.unwrap_or_else(|| bundle_words::network(genesis_hash)),
            genesis_hash: genesis_hash.to_base64(),
            group: inspection.group.map(|group| group.to_base64()),
            fee: inspection.fee.0,
            validity: inspection.validity,
            signatures: inspection.signatures,
            transactions: inspection.transactions.into_iter().map(transaction_report).collect(),
            warnings: inspection.warnings.iter().map(|warning| warning_text(warning, failure)).collect(),
            unseen: inspection.unseen.into_iter().map(|why| unseen(why, &message)).collect(),
            simulation,
        }
    }
}

impl SignReport {
    /// What a signer's signature made of a bundle, which is now in `file`.
    #[must_use]
    pub fn new(file: String, plan: &SigningPlan, signed: &SignedBundle, validity: Validity) -> Self {
        Self {
            bundle: file,
            signer: plan.account.signer().to_string(),
            name: plan.account.name.clone(),
            changed: signed.changed,
            signatures: Signatures::of(&signed.bundle),
            validity,
        }
    }
}

impl MergeReport {
    /// The bundle that several copies were merged into, which is now in `file`.
    #[must_use]
    pub fn new(file: String, copies: Vec<NamedBundle>, merged: &Bundle) -> Self {
        Self {
            bundle: file,
            copies: copies.into_iter().map(|copy| copy.name).collect(),
            signatures: Signatures::of(merged),
            validity: Validity::of(merged, None),
        }
    }
}

impl StatusReport {
    /// How far a bundle is; `message` says what an error means.
    #[must_use]
    pub fn new(
        NamedBundle { name, bundle }: NamedBundle,
        status: BundleStatus,
        message: impl Fn(Error) -> String,
    ) -> Self {
        let unseen = status.unseen.map(|why| match why {
            Unseen::Network(why) => no_network(why, message),
            other => unseen(other, message),
        });
        Self {
            bundle: name,
            effects: effects(&bundle),
            txids: txids(&bundle),
            signatures: status.signatures,
            validity: status.validity,
            round: status.round,
            unseen,
        }
    }
}

impl SubmitReport {
    /// A bundle that is confirmed.
    #[must_use]
    pub fn new(connection: &Connection, NamedBundle { name, bundle }: &NamedBundle, done: SubmittedBundle) -> Self {
        let (network, genesis_hash) = super::place(connection);
        Self {
            network,
            genesis_hash,
            bundle: name.clone(),
            effects: effects(bundle),
            txids: txids(bundle),
            round: done.confirmation.round,
            sent_before: done.sent_before,
            app: done.app,
            asset: done.asset,
            record: done.recorded.then(|| connection.record_name()),
        }
    }
}
