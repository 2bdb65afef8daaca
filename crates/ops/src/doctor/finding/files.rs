//! Settings, records, and what git has of them.

use super::severity::Severity;

/// Settings, records, and what git has of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileFinding {
    /// Something about the settings.
    SettingsNote(String),
    /// A record can be read.
    Record {
        /// The record's file, relative to the project's folder.
        record: String,
    },
    /// A later version of this program wrote a record.
    NewerTool {
        /// The record's file, relative to the project's folder.
        record: String,
        /// That version.
        version: String,
    },
    /// Git does not have the record.
    RecordNotInGit {
        /// The record's file, relative to the project's folder.
        record: String,
    },
    /// A file with secrets is for its owner alone.
    Private {
        /// The file, relative to the project's folder where it lies inside.
        file: String,
    },
    /// Others on this machine can read a file with secrets.
    Exposed {
        /// The file, relative to the project's folder where it lies inside.
        file: String,
        /// Its permissions.
        mode: u32,
    },
    /// The project is not in git, so that nothing of it is looked for there.
    NoGit,
    /// Git ignores a file or folder that may have keys.
    Ignored {
        /// The file, relative to the project's folder where it lies inside.
        file: String,
    },
    /// Git does not ignore a file or folder that may have keys.
    NotIgnored {
        /// The file, relative to the project's folder where it lies inside.
        file: String,
    },
    /// Git keeps a file or folder that may have keys.
    KeptByGit {
        /// The file, relative to the project's folder where it lies inside.
        file: String,
    },
    /// No file in git has a mnemonic.
    NoMnemonicInGit {
        /// How many files there are.
        files: usize,
    },
    /// A file in git has a mnemonic.
    MnemonicInGit {
        /// The file, relative to the project's folder where it lies inside.
        file: String,
        /// The line, from 1.
        line: usize,
        /// Whether tests read the file.
        is_test: bool,
    },
    /// The work tree is this commit.
    Commit(String),
    /// The work tree differs from the last commit.
    Uncommitted,
    /// The project is not in git, so that no record says what was deployed.
    NoCommit,
}

impl FileFinding {
    /// The stable word of the check.
    pub(super) const fn check(&self) -> &'static str {
        match self {
            Self::SettingsNote(_) => "settings",
            Self::Record { .. } | Self::RecordNotInGit { .. } => "record",
            Self::NewerTool { .. } => "tool_version",
            Self::Private { .. } | Self::Exposed { .. } => "permissions",
            Self::NoGit => "git",
            Self::Ignored { .. } | Self::NotIgnored { .. } | Self::KeptByGit { .. } => "gitignore",
            Self::NoMnemonicInGit { .. } | Self::MnemonicInGit { .. } => "mnemonic_in_git",
            Self::Commit(_) | Self::Uncommitted | Self::NoCommit => "commit",
        }
    }

    /// How bad it is.
    pub(super) const fn severity(&self) -> Severity {
        match self {
            Self::MnemonicInGit { is_test: true, .. } => Severity::Warning,
            Self::MnemonicInGit { is_test: false, .. } => Severity::Error,
            Self::SettingsNote(_) | Self::NoGit => Severity::Note,
            Self::Record { .. }
            | Self::Private { .. }
            | Self::Ignored { .. }
            | Self::NoMnemonicInGit { .. }
            | Self::Commit(_) => Severity::Ok,
            Self::NewerTool { .. }
            | Self::RecordNotInGit { .. }
            | Self::NotIgnored { .. }
            | Self::Uncommitted
            | Self::NoCommit => Severity::Warning,
            Self::Exposed { .. } | Self::KeptByGit { .. } => Severity::Error,
        }
    }
}
