//! The ARC-2 note by which AlgoKit's deployers recognize an application.
//!
//! A creation and every update carry `ALGOKIT_DEPLOYER:j` and a JSON object with name, version and, where they are known,
//! whether the application may be updated and deleted. AlgoKit looks its applications up by these notes; so do we.

use serde::{Deserialize, Serialize};

/// The name AlgoKit gives its notes' dApp.
pub const DAPP: &str = "ALGOKIT_DEPLOYER";
/// How the JSON form of such a note starts.
const PREFIX: &str = "ALGOKIT_DEPLOYER:j";
/// The name under which this contract is deployed where none is given.
pub const DEFAULT_NAME: &str = "UsageContract";
/// The most bytes a transaction's note has.
const MAX_NOTE: usize = 1024;

/// The description of a deployment, with AlgoKit's keys in its order. What is not known is omitted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeployNote {
    /// The application's name, which is different for each application of a creator.
    pub name: String,
    /// The version deployed.
    pub version: String,
    /// Whether its programs may be replaced.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updatable: Option<bool>,
    /// Whether it may be deleted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deletable: Option<bool>,
}

/// A name or version that fits into no note.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    /// Nothing.
    #[error("the {0} is empty")]
    Empty(&'static str),
    /// More than a note takes.
    #[error("name and version make a note of {0} bytes; it takes {MAX_NOTE}")]
    TooLong(usize),
}

impl DeployNote {
    /// The note's bytes.
    ///
    /// # Errors
    /// [`NoteError`] where name or version cannot be written.
    pub fn to_bytes(&self) -> Result<Vec<u8>, NoteError> {
        for (what, text) in [("name", &self.name), ("version", &self.version)] {
            if text.is_empty() {
                return Err(NoteError::Empty(what));
            }
        }
        let mut bytes = PREFIX.as_bytes().to_vec();
        // A struct of strings and truth values has no way to fail.
        bytes.extend(serde_json::to_vec(self).unwrap_or_default());
        if bytes.len() > MAX_NOTE { Err(NoteError::TooLong(bytes.len())) } else { Ok(bytes) }
    }

    /// Reads a transaction's note; `None` where it is no deployment's.
    #[must_use]
    pub fn parse(note: &[u8]) -> Option<Self> {
        serde_json::from_slice(note.strip_prefix(PREFIX.as_bytes())?).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn note() -> DeployNote {
        DeployNote {
            name: DEFAULT_NAME.to_owned(),
            version: "1.0".to_owned(),
            updatable: Some(true),
            deletable: Some(false),
        }
    }

    #[test]
    fn notes_are_written_as_algokit_writes_them() {
        let bytes = note().to_bytes().unwrap();
        let expected =
            r#"ALGOKIT_DEPLOYER:j{"name":"UsageContract","version":"1.0","updatable":true,"deletable":false}"#;
        assert_eq!(String::from_utf8(bytes.clone()).unwrap(), expected);
        assert_eq!(DeployNote::parse(&bytes), Some(note()));
        let short = DeployNote { updatable: None, deletable: None, ..note() };
        assert_eq!(short.to_bytes().unwrap(), br#"ALGOKIT_DEPLOYER:j{"name":"UsageContract","version":"1.0"}"#);
    }

    #[test]
    fn other_notes_are_none_and_other_keys_are_let_by() {
        for other in [
            "",
            "ALGOKIT_DEPLOYER",
            "ALGOKIT_DEPLOYER:u{}",
            "ALGOKIT_DEPLOYER:j[]",
            "x:j{\"name\":\"a\",\"version\":\"1\"}",
        ] {
            assert_eq!(DeployNote::parse(other.as_bytes()), None, "{other}");
        }
        // The Python tools write the keys in another order, and null where nothing is known.
        let python =
            br#"ALGOKIT_DEPLOYER:j{"name": "a", "version": "2", "deletable": true, "updatable": null, "x": 1}"#;
        let read = DeployNote::parse(python).unwrap();
        assert_eq!((read.name.as_str(), read.updatable, read.deletable), ("a", None, Some(true)));
    }

    #[test]
    fn what_fits_into_no_note_is_an_error() {
        let long = DeployNote { name: "n".repeat(1000), ..note() };
        assert!(matches!(long.to_bytes(), Err(NoteError::TooLong(length)) if length > 1024));
        let empty = DeployNote { version: String::new(), ..note() };
        assert_eq!(empty.to_bytes(), Err(NoteError::Empty("version")));
    }
}
