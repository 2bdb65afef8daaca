//! The document of a comparison of the chain with this source.

use crate::connection::Connection;
use crate::verify::Verified;
use pnp_types::AppIndex;
use pnp_usage::{Change, ProgramComparison};
use schemars::JsonSchema;
use serde::Serialize;

/// A template variable that has another value on the chain.
#[derive(Debug, Serialize, JsonSchema)]
pub struct TemplateDifference {
    /// The variable.
    pub name: &'static str,
    /// Its value on the chain.
    pub on_chain: u64,
    /// The value asked for, recorded, or default.
    pub here: u64,
}

/// A template value on the chain.
#[derive(Debug, Serialize, JsonSchema)]
pub struct TemplateSetting {
    /// The variable.
    pub name: &'static str,
    /// Its value.
    pub value: u64,
}

/// Whether the chain runs this source, and what differs.
#[derive(Debug, Serialize, JsonSchema)]
pub struct VerifyReport {
    /// The network's name.
    pub network: String,
    /// The network's genesis hash, base64.
    pub genesis_hash: String,
    /// The application.
    pub app: AppIndex,
    /// Whether the application is a UsageContract at all, by its program or by what it keeps.
    pub usage_contract: bool,
    /// Whether the chain runs this source, with the template values expected.
    pub same: bool,
    /// Whether its code is this source's, whatever the template's values.
    pub same_code: bool,
    /// The template values on the chain, as far as its program shows them; none for another contract.
    pub template: Vec<TemplateSetting>,
    /// Template values other than expected.
    pub template_differences: Vec<TemplateDifference>,
    /// The approval program.
    pub approval: ProgramComparison,
    /// The clear program.
    pub clear: ProgramComparison,
    /// Room the contract needs and the application does not have.
    pub missing_room: Vec<Change>,
    /// Room beyond what is needed; it does no harm.
    pub spare_room: Vec<String>,
}

impl VerifyReport {
    /// What is the same and what differs.
    #[must_use]
    pub fn new(connection: &Connection, Verified { app, verification: found }: Verified) -> Self {
        let (network, genesis_hash) = super::place(connection);
        let template = found.template().map(|(name, value)| TemplateSetting { name, value }).collect();
        let differs = |(name, on_chain, here)| TemplateDifference { name, on_chain, here };
        Self {
            network,
            genesis_hash,
            app,
            usage_contract: found.is_usage_contract,
            same: found.is_same(),
            same_code: found.is_same_code(),
            template,
            template_differences: found.template_differences().into_iter().map(differs).collect(),
            approval: found.approval,
            clear: found.clear,
            missing_room: found.missing_room,
            spare_room: found.spare_room,
        }
    }
}
