//! What a command or a server does with the Play and Pay UsageContract.
//!
//! A [`Connection`] is a network that was found, checked, and joined with its keys and its record. Operations are its
//! methods and the functions beside it: they return values and typed errors, tell an [`Observer`] what happens while they
//! run, and have an [`Approve`] decide before anything is sent on MainNet. Nothing here reads arguments, writes to a
//! terminal, or makes sentences for people beyond the texts of errors.
//!
//! The network named `embedded` (feature of the same name, on by default) is a development node inside the process.

mod approval;
mod assets;
mod connection;
mod contract_record;
mod contract_state;
mod deploy;
mod dispenser;
#[cfg(feature = "embedded")]
mod embedded;
mod error;
mod history;
mod host;
mod key_sources;
mod kmd_wallets;
mod life;
mod lock;
mod observer;
pub mod provenance;
mod provision;
mod refusal;
mod sender;
mod sending;
mod settings;
mod settle;

pub use approval::{Approve, Deciding, Decision, Effect, Proposal};
pub use assets::{AssetError, AssetOptedIn, AssetTransferred};
pub use connection::{Connection, transport};
pub use contract_record::{programs_of, rates, recorded_programs, recorded_template};
pub use contract_state::differences;
pub use deploy::{DeployAction, DeployError, DeployRequest, Deployment, Extent, Found, Trial};
pub use dispenser::DispenserError;
#[cfg(feature = "embedded")]
pub use embedded::EmbeddedError;
pub use error::{ConnectError, Error, Made, NoContract, NotSent, SettingError, WrongSigner};
pub use history::{BatchHistory, History, HistoryEntry, NotRecorded, Signers};
pub use host::{Host, Passwords};
pub use key_sources::KeySources;
pub use kmd_wallets::KmdWallets;
pub use life::{Changed, Deleted, Left, OptedIn, ParameterChange, UpdateError, UpdateRequest};
pub use lock::{LockError, NetworkLock};
pub use observer::{Event, Observer};
pub use provision::{AssetPlan, Gift};
pub use refusal::Refusal;
pub use sender::{Many, MultisigSigners, Outcome, Sender, SenderError, Unsigned};
pub use sending::{Sent, group, sign, single, usual_max_fee};
pub use settings::{Settings, embedded_folder, localnet_folder, make_private};
