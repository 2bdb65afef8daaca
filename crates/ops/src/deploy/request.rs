//! What a deployment asks for.

use pnp_types::AppIndex;
use pnp_usage::{ContractChoices, OnSchemaBreak, OnUpdate};
use schemars::JsonSchema;
use serde::Serialize;

/// What a deployment asks for.
#[derive(Clone, Debug, Default)]
pub struct DeployRequest {
    /// Parties, parameters and template values that are named; what is not stays as it is. Parties that are not named
    /// come from the settings.
    pub choices: ContractChoices,
    /// The application that is changed to match; the recorded one without a number.
    pub app: Option<AppIndex>,
    /// Create another contract, whatever is deployed already.
    pub new: bool,
    /// The name that tells this contract from others of its creator.
    pub name: Option<String>,
    /// The version for the deployment's note; this program's if not given.
    pub version: Option<String>,
    /// What to do where the programs differ.
    pub on_update: OnUpdate,
    /// What to do where the application cannot become what is asked for.
    pub on_schema_break: OnSchemaBreak,
    /// How far to go.
    pub extent: Extent,
}

/// How far a deployment goes, or went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Extent {
    /// It is carried out.
    #[default]
    Done,
    /// It is decided, and nothing is sent.
    #[serde(rename = "checked")]
    Decided,
    /// It is tried on the node, and nothing is sent.
    Simulated,
}
