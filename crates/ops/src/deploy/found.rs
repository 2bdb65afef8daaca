//! How a contract that is not recorded was found.

use pnp_types::{Address, AppIndex};
use pnp_usage::{Candidate, Evidence};
use std::fmt;

/// How a contract that is not recorded was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// It was named by its number.
    Named(AppIndex),
    /// It is among the applications of an account.
    Searched {
        /// The application.
        app: AppIndex,
        /// Who made it.
        creator: Address,
        /// By what it was recognized.
        evidence: Evidence,
        /// The name and the version in its deployment's note.
        note: Option<(String, String)>,
    },
}

impl Found {
    pub(super) fn searched(candidate: &Candidate, creator: Address) -> Self {
        let note = candidate.note.as_ref().map(|note| (note.name.clone(), note.version.clone()));
        Self::Searched { app: candidate.application.id, creator, evidence: candidate.evidence, note }
    }

    /// The application.
    #[must_use]
    pub const fn app(&self) -> AppIndex {
        match self {
            Self::Named(app) | Self::Searched { app, .. } => *app,
        }
    }

    /// By what it was recognized, in words.
    #[must_use]
    pub fn evidence(&self) -> String {
        match self {
            Self::Named(_) => "it was named by its number".to_owned(),
            Self::Searched { evidence, note, .. } => match (evidence, note) {
                (Evidence::Note, Some((name, version))) => {
                    format!("its deployment's note names it {name} {version}")
                }
                (Evidence::Note, None) => "its deployment's note names it".to_owned(),
                (Evidence::Programs, _) => "it runs this source".to_owned(),
                (Evidence::State, _) => "it keeps this contract's state and runs another version".to_owned(),
            },
        }
    }
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Named(app) => write!(f, "application {app}, named by its number"),
            Self::Searched { app, creator, .. } => {
                write!(f, "application {app} among those of {creator}: {}", self.evidence())
            }
        }
    }
}
