//! The events of operations while they run.

use crate::Found;
use crate::multisig::ValidityWarning;
use pnp_types::{Address, AppIndex, AssetIndex, MicroAlgos, Round, Txid};
use pnp_usage::Template;
use std::fmt;
use std::path::PathBuf;

/// Something that happened, or is waited for. Carries no secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// Something about the settings that the user should know.
    SettingsNote(String),
    /// The network answers and is what it claims to be.
    Connected {
        /// The network's name.
        network: String,
        /// Where its algod is.
        url: String,
        /// Its genesis id, which is only a label.
        genesis_id: String,
    },
    /// The embedded network runs in this process.
    NodeStarted {
        /// Its data folder.
        folder: PathBuf,
        /// Where its algod is.
        url: String,
    },
    /// Another process runs the embedded network, and this one uses it.
    NodeAttached {
        /// The process's id.
        process: u32,
        /// Where its algod is.
        url: String,
    },
    /// The keys in kmd are left out: it does not answer, or not in time.
    WalletsUnavailable {
        /// Why; nothing where it took too long.
        why: Option<String>,
    },
    /// Another process has the network's lock, and is waited for.
    WaitingForLock {
        /// Who holds the lock.
        holder: String,
        /// The network's name.
        network: String,
    },
    /// An account was made on a development network.
    AccountCreated {
        /// Its name.
        name: String,
        /// Its address.
        address: Address,
    },
    /// Algos were sent from the network's dispenser.
    Funded {
        /// To whom.
        address: Address,
        /// How much.
        amount: MicroAlgos,
    },
    /// An asset was made.
    AssetCreated {
        /// Its index.
        asset: AssetIndex,
        /// Its unit's name.
        unit: String,
    },
    /// An account may hold an asset from now on.
    AssetOptedIn {
        /// The account's name.
        name: String,
        /// The asset.
        asset: AssetIndex,
    },
    /// A user may hold the asset and use the contract from now on.
    UserOptedIn {
        /// The user's name.
        name: String,
        /// The asset.
        asset: AssetIndex,
        /// The contract.
        app: AppIndex,
    },
    /// A user was given some of the asset.
    AssetSent {
        /// The asset.
        asset: AssetIndex,
        /// How much, in minor units.
        amount: u64,
        /// To whom.
        to: Address,
    },
    /// A group is handed over, and its outcome is waited for.
    Sent {
        /// The first transaction.
        txid: Txid,
        /// Whether that takes a while: it does not on a development network, which makes a block at once.
        takes_a_while: bool,
    },
    /// The outcome of the group that was sent last is known, or no longer waited for.
    Settled {
        /// The first transaction.
        txid: Txid,
    },
    /// A deployment of a process that was cut off was found on the chain, and recorded.
    DeploymentRecovered {
        /// The application.
        app: AppIndex,
    },
    /// A recorded contract is not on the chain any more.
    ContractGone {
        /// The application.
        app: AppIndex,
    },
    /// A contract that is not recorded was found on the chain.
    ContractFound(Found),
    /// The creator's applications were searched without the network's indexer.
    SearchedWithoutIndexer {
        /// Why.
        why: String,
    },
    /// Something about a deployment that should be known before it is carried out.
    PlanWarning(String),
    /// The template values of the deployed contract are not known; new programs get these.
    TemplateGuessed(Template),
    /// Who makes or changes a contract on MainNet may regret this later.
    ContractRisks {
        /// The account whose single key controls the contract.
        signer: Address,
        /// Its template values.
        template: Template,
        /// The asset it is bound to.
        asset: Option<AssetIndex>,
    },
    /// A party of a contract cannot receive the asset, so that every bill fails until it can.
    PartyWithoutAsset {
        /// `provider` or `platform`.
        party: &'static str,
        /// Its address.
        address: Address,
        /// The asset.
        asset: AssetIndex,
    },
    /// A batch of bills continues with the journal of an earlier run.
    BatchContinued {
        /// The journal, relative to the project's folder where it lies inside.
        journal: String,
        /// Bills that the earlier run charged.
        charged: u64,
        /// Bills that it sent, and whose outcome is not known yet.
        open: usize,
    },
    /// The record says now what the chain has.
    RecordRenewed {
        /// Whether the contract was recorded before.
        was_recorded: bool,
    },
    /// The contract's ARC-56 description was not written, which changes nothing else.
    DescriptionNotWritten {
        /// Why.
        why: String,
    },
    /// A bundle is sent that few rounds are left for.
    BundleMayExpire(ValidityWarning),
    /// A deployment that was sent earlier was waited for and not seen.
    DeploymentNotSeen {
        /// Why.
        why: String,
    },
    /// A deployment that was sent earlier is waited for.
    WaitingForDeployment {
        /// Its transaction.
        txid: Txid,
        /// Up to which round.
        last_round: Round,
    },
}

/// Who is notified of events. The calls come from the thread that an operation runs on, and should return at once.
pub trait Observer: fmt::Debug + Send + Sync {
    /// Receives one event.
    fn event(&self, event: Event);
}

/// Ignores all events.
impl Observer for () {
    fn event(&self, _: Event) {}
}
