//! A failure as the document of `--json`.

use super::Failure;
use pnp_ops::reports::error::{ErrorBody, ErrorReport};
use serde_json::{Value, json};

impl Failure {
    /// The document of `--json`.
    #[must_use]
    pub(crate) fn to_json(&self) -> Value {
        let error = self.body();
        serde_json::to_value(ErrorReport { error }).unwrap_or_else(|_| json!({ "error": { "code": self.code } }))
    }

    /// What is in the document.
    pub(crate) fn body(&self) -> ErrorBody {
        let own_members = ["code", "exit", "message", "cause", "hint"];
        let details = self.details.iter().filter(|(name, _)| !own_members.contains(&name.as_str()));
        ErrorBody {
            code: self.code.to_owned(),
            exit: self.exit as u8,
            message: self.message.clone(),
            cause: self.cause.clone(),
            hint: self.hint.clone(),
            details: details.map(|(name, value)| (name.clone(), value.clone())).collect(),
        }
    }
}
