//! What a deployment asks for.

use pnp_types::AppIndex;
use pnp_usage::{OnSchemaBreak, OnUpdate, Wish};

/// What a deployment asks for.
#[derive(Clone, Debug, Default)]
pub struct DeployRequest {
    /// Parties, parameters and template values that are named; what is not stays as it stands. Parties that are not named
    /// come from the settings.
    pub wish: Wish,
    /// The application that shall become so; the recorded one without a number.
    pub app: Option<AppIndex>,
    /// Make another contract, whatever stands.
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

/// How far a deployment goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Extent {
    /// It is carried out.
    #[default]
    Done,
    /// It is decided, and nothing is sent.
    Decided,
    /// It is tried on the node, and nothing is sent.
    Simulated,
}
