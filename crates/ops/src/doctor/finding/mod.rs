//! What an examination finds, as data.

mod balances;
mod contract;
mod files;
mod keys;
mod network;
mod severity;

pub use balances::BalanceFinding;
pub use contract::{AssetPower, ContractFinding};
pub use files::FileFinding;
pub use keys::{KeyFinding, KeyPlace};
pub use network::NetworkFinding;
pub use severity::{Severity, Topic};

use crate::error::Error;

/// One thing that was looked at.
#[derive(Debug)]
pub enum Finding {
    /// Settings, records and what git has of them.
    Files(FileFinding),
    /// Keys of accounts.
    Keys(KeyFinding),
    /// The network's services.
    Network(NetworkFinding),
    /// The contract on the chain.
    Contract(ContractFinding),
    /// What accounts have and hold.
    Balances(BalanceFinding),
    /// Something that could not be looked at, for the reason that an operation would fail with.
    Failed {
        /// What it is about.
        topic: Topic,
        /// The stable word of the check.
        check: &'static str,
        /// Why.
        error: Box<Error>,
    },
}

impl Finding {
    /// Something that could not be looked at.
    pub(crate) fn failed(topic: Topic, check: &'static str, error: impl Into<Error>) -> Self {
        Self::Failed { topic, check, error: Box::new(error.into()) }
    }

    /// What it is about.
    #[must_use]
    pub const fn topic(&self) -> Topic {
        match self {
            Self::Files(_) => Topic::Files,
            Self::Keys(_) => Topic::Keys,
            Self::Network(_) => Topic::Network,
            Self::Contract(_) => Topic::Contract,
            Self::Balances(_) => Topic::Balances,
            Self::Failed { topic, .. } => *topic,
        }
    }

    /// A stable word for what was checked, for example `genesis`.
    #[must_use]
    pub const fn check(&self) -> &'static str {
        match self {
            Self::Files(finding) => finding.check(),
            Self::Keys(finding) => finding.check(),
            Self::Network(finding) => finding.check(),
            Self::Contract(finding) => finding.check(),
            Self::Balances(finding) => finding.check(),
            Self::Failed { check, .. } => check,
        }
    }

    /// How bad it is.
    #[must_use]
    pub const fn severity(&self) -> Severity {
        match self {
            Self::Files(finding) => finding.severity(),
            Self::Keys(finding) => finding.severity(),
            Self::Network(finding) => finding.severity(),
            Self::Contract(finding) => finding.severity(),
            Self::Balances(finding) => finding.severity(),
            Self::Failed { .. } => Severity::Error,
        }
    }
}

impl From<FileFinding> for Finding {
    fn from(finding: FileFinding) -> Self {
        Self::Files(finding)
    }
}

impl From<KeyFinding> for Finding {
    fn from(finding: KeyFinding) -> Self {
        Self::Keys(finding)
    }
}

impl From<NetworkFinding> for Finding {
    fn from(finding: NetworkFinding) -> Self {
        Self::Network(finding)
    }
}

impl From<ContractFinding> for Finding {
    fn from(finding: ContractFinding) -> Self {
        Self::Contract(finding)
    }
}

impl From<BalanceFinding> for Finding {
    fn from(finding: BalanceFinding) -> Self {
        Self::Balances(finding)
    }
}

/// What was found so far.
#[derive(Debug, Default)]
pub(crate) struct Findings(pub(crate) Vec<Finding>);

impl Findings {
    /// Adds one.
    pub(crate) fn add(&mut self, finding: impl Into<Finding>) {
        self.0.push(finding.into());
    }
}
