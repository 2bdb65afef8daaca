//! What a command or a server does with the Play and Pay UsageContract.
//!
//! A [`Connection`] is a network that was found, checked, and joined with its keys and its record. Operations are its
//! methods and the functions beside it: they return values and typed errors, notify an [`Observer`] of what happens while
//! they run, and have an [`Approve`] decide before anything is sent on MainNet. Nothing here reads arguments, writes to a
//! terminal, or makes sentences for people beyond the texts of errors and those that the documents in [`reports`] have.
//!
//! The network named `embedded` (feature of the same name, on by default) is a development node inside the process; the
//! same is there in memory, for tests and trials. A contract deployed and billed on it:
//!
//! ```
//! # #[cfg(feature = "embedded")]
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use pnp_ops::{BillOrder, Connection, DeployRequest, Host, Outcome, Settings};
//! use pnp_usage::{StopSignal, Units};
//!
//! # let folder = tempfile::tempdir()?;
//! # let folder = folder.path();
//! // Records and the keys of development accounts go to `folder`; nothing is approved on MainNet.
//! let connection = Connection::in_memory(Settings::new(folder), Host::default()).await?;
//! connection.deploy(&DeployRequest::default(), None).await?;
//! assert!(connection.verify(None, Default::default()).await?.verification.is_same());
//!
//! // The account is created, funded and opted in, as on every development network.
//! let order = BillOrder { unit_price: Some(20), ..BillOrder::new("user", Units(3)) };
//! match connection.bill(&order, None, &StopSignal::new()).await? {
//!     Outcome::Done(receipt) => assert_eq!((receipt.split.gross, receipt.after.user), (60, 999_940)),
//!     Outcome::Unsigned(_) => unreachable!("no multisignature was asked to sign"),
//! }
//! connection.close().await?;
//! # Ok(())
//! # }
//! # #[cfg(not(feature = "embedded"))]
//! # fn main() {}
//! ```

mod accounts;
mod approval;
mod assets;
mod bill;
mod connection;
mod contract_actions;
mod contract_record;
mod contract_state;
mod demo;
mod deploy;
mod dispenser;
pub mod doctor;
#[cfg(feature = "embedded")]
mod embedded;
mod error;
pub mod explain;
mod history;
mod host;
mod key_sources;
mod keystore;
mod kmd_wallets;
mod local_keys;
pub mod multisig;
mod names;
mod network_lock;
mod observer;
mod pending_deployments;
pub mod provenance;
mod provision;
mod refusal;
pub mod reports;
mod sender;
mod sending;
mod settings;
mod status;
mod suite;
mod user_queues;
mod verify;

pub use accounts::{FoundAccounts, Funded, RekeyPlan};
pub use approval::{Approve, BatchTotals, Decision, Effect, PendingDecision, Proposal};
pub use assets::{AssetOptedIn, AssetSent, Holding};
pub use bill::{BatchEnd, BatchLines, BatchRequest, BillOrder, ExplainRefusal, OpenBatch};
pub use connection::{Connection, transport};
pub use contract_actions::{ChangedContract, Deleted, LeftContract, OptedIn, ParameterChange, UpdateRequest};
pub use contract_record::{programs_of, rates, recorded_programs, recorded_template};
pub use contract_state::{RecordDifference, differences};
pub use demo::Demonstration;
pub use deploy::{DeployAction, DeployError, DeployRequest, Deployment, Extent, Found, Trial};
#[cfg(feature = "embedded")]
pub use error::EmbeddedError;
pub use error::{
    AccountError, AssetError, BatchError, ConnectError, CreatedKind, DemonstrationError, DispenserError, Error,
    ExplainError, LockError, MissingApplication, NoContract, NotRecorded, NotSent, SenderError, SettingError,
    UpdateError, WrongSigner,
};
pub use history::{BatchHistory, History, HistoryEntry, Signers};
pub use host::{Host, Passwords};
pub use key_sources::{KeySources, account_names};
pub use keystore::{KeptAccount, words_of, write_words};
pub use kmd_wallets::KmdWallets;
pub use local_keys::LocalKeys;
pub use network_lock::NetworkLock;
pub use observer::{Event, Observer};
pub use provision::{AssetPlan, StartingUnits};
pub use refusal::{Place, Refusal};
pub use sender::{MultisigSender, MultisigSigners, Outcome, Sender, Unsigned};
pub use sending::{Sent, group, sign, single, usual_max_fee};
pub use settings::{Settings, embedded_folder, localnet_folder, make_private};
pub use status::{
    Condition, ContractStatus, ContractSummary, Drift, EnvironmentProblem, EnvironmentStatus, Environments, Room,
    RunningProgram, Status, UserStatus, environments,
};
pub use suite::{NamedScenario, ScenarioResult};
pub use verify::Verified;
