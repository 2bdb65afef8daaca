//! Why an operation was not done.

mod account;
mod asset;
mod batch;
mod demonstration;
mod dispenser;
#[cfg(feature = "embedded")]
mod embedded;
mod explain;
mod history;
mod lock;
mod sender;
mod status;
mod update;

pub use account::AccountError;
pub use asset::AssetError;
pub use batch::BatchError;
pub use demonstration::DemonstrationError;
pub use dispenser::DispenserError;
#[cfg(feature = "embedded")]
pub use embedded::EmbeddedError;
pub use explain::ExplainError;
pub use history::NotRecorded;
pub use lock::LockError;
pub use sender::SenderError;
pub use status::MissingApplication;
pub use update::UpdateError;

use crate::deploy::DeployError;
use crate::multisig::MultisigError;
use crate::refusal::Refusal;
use pnp_client::ClientError;
use pnp_keys::KeyError;
use pnp_network::{Kind, Layer, NetworkError};
use pnp_registry::RegistryError;
use pnp_types::{Address, AddressError, MicroAlgos};
use pnp_usage::scenario::StageError;
use pnp_usage::{OperationError, UsageError};
use std::path::PathBuf;

/// Why an operation was not done. Carries no secret.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A network's settings.
    #[error(transparent)]
    Network(#[from] NetworkError),
    /// The connection to the network.
    #[error(transparent)]
    Connect(#[from] ConnectError),
    /// A request to the network.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// A key.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// A record.
    #[error(transparent)]
    Registry(#[from] RegistryError),
    /// A use of the contract.
    #[error(transparent)]
    Operation(#[from] OperationError),
    /// The contract's own rules.
    #[error(transparent)]
    Usage(#[from] UsageError),
    /// The network's rules refused a group that was sent.
    #[error(transparent)]
    Refused(#[from] Box<Refusal>),
    /// A group was not sent.
    #[error(transparent)]
    NotSent(#[from] NotSent),
    /// The lock of a network.
    #[error(transparent)]
    Lock(#[from] LockError),
    /// The account that funds others.
    #[error(transparent)]
    Dispenser(#[from] DispenserError),
    /// The embedded network.
    #[cfg(feature = "embedded")]
    #[error(transparent)]
    Embedded(#[from] EmbeddedError),
    /// A setting that does not say what it should.
    #[error(transparent)]
    Setting(#[from] SettingError),
    /// No contract is meant.
    #[error(transparent)]
    NoContract(#[from] NoContract),
    /// The start of a scenario.
    #[error(transparent)]
    Stage(#[from] StageError),
    /// An error that cannot be explained.
    #[error(transparent)]
    Explain(#[from] ExplainError),
    /// An application that the chain does not have.
    #[error(transparent)]
    MissingApplication(#[from] MissingApplication),
    /// An application that the record does not have.
    #[error(transparent)]
    NotRecorded(#[from] NotRecorded),
    /// An account.
    #[error(transparent)]
    Account(#[from] AccountError),
    /// A multisignature, or a bundle that it signs.
    #[error(transparent)]
    Multisig(Box<MultisigError>),
    /// An asset.
    #[error(transparent)]
    Asset(#[from] AssetError),
    /// Who may send.
    #[error(transparent)]
    Sender(Box<SenderError>),
    /// A deployment.
    #[error(transparent)]
    Deploy(#[from] DeployError),
    /// A demonstration.
    #[error(transparent)]
    Demonstration(#[from] DemonstrationError),
    /// New programs of a contract.
    #[error(transparent)]
    Update(#[from] UpdateError),
    /// A batch of bills.
    #[error(transparent)]
    Batch(Box<BatchError>),
    /// It was asked to stop, and nothing was sent.
    #[error("interrupted")]
    Interrupted,
    /// The chain asks for another key than the one that is here.
    #[error(transparent)]
    WrongSigner(#[from] Box<WrongSigner>),
    /// The answer of the network does not name what was created.
    #[error("algod does not say which {} was made", made.name())]
    Unnamed {
        /// What was created.
        made: CreatedKind,
        /// The ids of the transactions that created it.
        txids: Vec<String>,
    },
    /// A folder of the project cannot be used.
    #[error("{} cannot be used", path.display())]
    Folder {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
}

/// What a transaction creates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CreatedKind {
    /// An application.
    Application,
    /// An asset.
    Asset,
}

impl CreatedKind {
    /// What it is called.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Application => "application",
            Self::Asset => "asset",
        }
    }
}

impl From<MultisigError> for Error {
    fn from(error: MultisigError) -> Self {
        Self::Multisig(Box::new(error))
    }
}

impl From<SenderError> for Error {
    fn from(error: SenderError) -> Self {
        Self::Sender(Box::new(error))
    }
}

impl From<BatchError> for Error {
    fn from(error: BatchError) -> Self {
        Self::Batch(Box::new(error))
    }
}

impl Error {
    /// Whether nothing answers where the network should be.
    #[must_use]
    pub const fn is_unreachable(&self) -> bool {
        matches!(
            self,
            Self::Client(ClientError::Unreachable { .. } | ClientError::Lost { .. })
                | Self::Connect(ConnectError::Unreachable { .. })
                | Self::Operation(OperationError::Client(ClientError::Unreachable { .. } | ClientError::Lost { .. }))
        )
    }

    /// Whether the network gave no answer that can be used: it does not answer, limits requests, has no certificate that is
    /// trusted, or does not say what became of a transaction.
    #[must_use]
    pub const fn is_unanswered(&self) -> bool {
        let (Self::Client(error)
        | Self::Connect(ConnectError::Unreachable { source: error, .. })
        | Self::Operation(OperationError::Client(error))) = self
        else {
            return false;
        };
        matches!(
            error,
            ClientError::Unreachable { .. }
                | ClientError::Lost { .. }
                | ClientError::Busy { .. }
                | ClientError::Untrusted { .. }
                | ClientError::Uncertain { .. }
        )
    }

    /// Whether a group that was to be sent may still be in a block, now or later.
    #[must_use]
    pub const fn may_have_been_sent(&self) -> bool {
        match self {
            Self::Client(ClientError::Unreachable { .. }) => true,
            Self::Client(error) => error.may_have_arrived(),
            _ => false,
        }
    }
}

/// Why there is no connection to a network.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// Nothing says where its algod is.
    #[error("{network} has no algod")]
    NoAlgod {
        /// The network's name.
        network: String,
    },
    /// Nobody answers for a network that is not this machine's.
    #[error("{source}")]
    Unreachable {
        /// The network's name.
        network: String,
        /// Where its address comes from.
        layer: Option<Layer>,
        /// What happened.
        source: ClientError,
    },
    /// This build has no embedded network.
    #[error("this program was built without the embedded network")]
    NoEmbedded,
    /// The network runs other rules than those that were asked for.
    #[error("{network} runs consensus {found}, not {wanted}")]
    OtherConsensus {
        /// The network's name.
        network: String,
        /// The rules asked for, by their short name.
        wanted: &'static str,
        /// Its own, by their short name.
        found: String,
    },
}

impl ConnectError {
    /// What a first request that failed means on a network of this kind.
    pub(crate) fn first_request(error: ClientError, network: &pnp_network::Network) -> Error {
        match error {
            // A local one can be started.
            ClientError::Unreachable { .. } | ClientError::Lost { .. } if network.kind != Kind::LocalNet => {
                let layer = network.algod.as_ref().map(|endpoint| endpoint.layer);
                Self::Unreachable { network: network.name.clone(), layer, source: error }.into()
            }
            error => error.into(),
        }
    }
}

/// Why a group was not sent.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotSent {
    /// Its fees are over the limit.
    #[error("the fees would be {} microAlgos ({fee}), over the limit of {} microAlgos ({limit})", fee.0, limit.0)]
    FeeOverLimit {
        /// What the group would cost.
        fee: MicroAlgos,
        /// The most it may cost.
        limit: MicroAlgos,
    },
    /// Somebody was asked and said no.
    #[error("nothing was sent: it was not confirmed")]
    Declined,
    /// There was nobody to ask.
    #[error("nothing was sent: MainNet asks for a confirmation")]
    NobodyToAsk,
    /// It has no transactions; a fault of this program.
    #[error("there is nothing to send")]
    Empty,
}

/// A setting that does not say what it should.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SettingError {
    /// It is not an address.
    #[error("{setting} from {layer}: {source}")]
    Address {
        /// The setting's name.
        setting: String,
        /// Where it comes from.
        layer: Layer,
        /// What is wrong with it.
        source: AddressError,
    },
    /// `ASA_ID` is not the number of an asset.
    #[error("ASA_ID is not the number of an asset")]
    Asset,
    /// `APP_ID` is not the number of an application.
    #[error("APP_ID is not the number of an application")]
    Application,
}

/// Nothing names a contract, and the record has none for this chain.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no contract is recorded on {network}")]
pub struct NoContract {
    /// The network's name.
    pub network: String,
    /// The record's file, relative to the project's folder.
    pub record: PathBuf,
    /// The chain's genesis hash, base64.
    pub genesis_hash: String,
    /// Whether the record has contracts of other chains, or such as were deleted.
    pub has_others: bool,
}

/// The chain asks for another key than the one that is here.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the account {name} ({address}) is {}",
    if needs == address { format!("not rekeyed to {has}") } else { format!("rekeyed to {needs}") }
)]
pub struct WrongSigner {
    /// The account's name.
    pub name: String,
    /// Its address.
    pub address: Address,
    /// Where its key comes from.
    pub origin: pnp_keys::Origin,
    /// The address of the key that the chain asks for.
    pub needs: Address,
    /// The address of the key that is here.
    pub has: Address,
}
