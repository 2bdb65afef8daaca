//! What a deployment does with a contract that exists: AlgoKit's rules and names, decided without a network.
//!
//! AlgoKit compares bytes and sizes, tests for a schema break before it looks at the programs, and leaves what to do about
//! either to the caller. Two rules are added. Where the network's consensus lets an update grow the global schema and the
//! program pages (`AppSizeUpdates`, v42), their growth is part of an update and breaks nothing. And the parties and the
//! asset, which the contract fixes at creation, break like a local schema: only another application can have others.

use super::calls::{GLOBAL_SCHEMA, LOCAL_SCHEMA};
use super::discover::template_of;
use super::{Creation, GlobalState, Programs, Template};
use pnp_client::ApplicationState;
use pnp_types::{AppIndex, AssetIndex, StateSchema};
use schemars::JsonSchema;
use serde::Serialize;
use std::fmt;

/// What to do where the programs differ.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum OnUpdate {
    /// Stop.
    #[default]
    Fail,
    /// Replace the programs of the application.
    Update,
    /// Create another application and delete this one.
    Replace,
    /// Create another application and keep this one.
    Append,
}

/// What to do where the application cannot become what is asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum OnSchemaBreak {
    /// Stop.
    #[default]
    Fail,
    /// Create another application and delete this one.
    Replace,
    /// Create another application and keep this one.
    Append,
}

/// A policy's word that is none of those there are.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it is none of {}", .0.join(", "))]
pub struct UnknownPolicy(&'static [&'static str]);

impl OnUpdate {
    /// The words of `--on-update`.
    pub const NAMES: &'static [&'static str] = &["fail", "update", "replace", "append"];
}

impl std::str::FromStr for OnUpdate {
    type Err = UnknownPolicy;

    fn from_str(text: &str) -> Result<Self, UnknownPolicy> {
        match text {
            "fail" => Ok(Self::Fail),
            "update" => Ok(Self::Update),
            "replace" => Ok(Self::Replace),
            "append" => Ok(Self::Append),
            _ => Err(UnknownPolicy(Self::NAMES)),
        }
    }
}

impl OnSchemaBreak {
    /// The words of `--on-schema-break`.
    pub const NAMES: &'static [&'static str] = &["fail", "replace", "append"];
}

impl std::str::FromStr for OnSchemaBreak {
    type Err = UnknownPolicy;

    fn from_str(text: &str) -> Result<Self, UnknownPolicy> {
        match text {
            "fail" => Ok(Self::Fail),
            "replace" => Ok(Self::Replace),
            "append" => Ok(Self::Append),
            _ => Err(UnknownPolicy(Self::NAMES)),
        }
    }
}

/// How to decide.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Policy {
    /// Where programs differ.
    pub on_update: OnUpdate,
    /// Where an application cannot become what is asked for.
    pub on_schema_break: OnSchemaBreak,
    /// Whether the network lets an update grow global schema and program pages.
    pub can_grow: bool,
}

/// A contract on the chain, and what is known about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeployedContract {
    /// The application.
    pub application: ApplicationState,
    /// Its state, read.
    pub state: GlobalState,
    /// Whether its programs may be replaced, as its note or its record says.
    pub said_updatable: Option<bool>,
    /// Whether it may be deleted, as its note or its record says.
    pub said_deletable: Option<bool>,
}

/// The contract that a deployment asks for.
#[derive(Clone, Copy, Debug)]
pub struct DesiredContract<'a> {
    /// The programs.
    pub programs: &'a Programs,
    /// Parties, parameters and asset.
    pub creation: Creation,
}

/// The kind of a difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Aspect {
    /// A program's code.
    Program,
    /// A value put into a program's template.
    Template,
    /// A number the creator may set.
    Parameter,
    /// What is fixed when a contract is created.
    Fixed,
    /// Room for state or programs.
    Size,
}

/// One difference between the deployed contract and the requested one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Change {
    /// What differs, for example `fee_pct`.
    pub what: &'static str,
    /// The kind of difference.
    pub aspect: Aspect,
    /// The current value.
    pub from: String,
    /// The requested value.
    pub to: String,
    /// Whether it takes another application.
    pub breaks: bool,
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} -> {}", self.what, self.from, self.to)
    }
}

/// Why nothing is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Programs differ, and `--on-update` says to stop.
    #[error("application {app} runs other programs than these, and on-update is fail")]
    Update {
        /// The application.
        app: AppIndex,
    },
    /// The requested contract takes another application, and `--on-schema-break` says to stop.
    #[error("application {app} cannot become what is asked for, and on-schema-break is fail")]
    Break {
        /// The application.
        app: AppIndex,
    },
    /// The contract's programs can never be replaced.
    #[error("application {app} was deployed so that its programs cannot be replaced (TMPL_UPDATABLE is 0)")]
    NotUpdatable {
        /// The application.
        app: AppIndex,
    },
    /// The contract can never be deleted.
    #[error("application {app} was deployed so that it cannot be deleted (TMPL_DELETABLE is 0)")]
    NotDeletable {
        /// The application.
        app: AppIndex,
    },
}

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Nothing: the contract is as requested.
    Nothing,
    /// Create the application; there is none.
    Create,
    /// Set fee and limits.
    SetParameters,
    /// Replace the programs in place.
    Update {
        /// Whether fee and limits are set in the same call.
        sets_parameters: bool,
        /// The global schema and program pages it grows to.
        resize: Option<Size>,
    },
    /// Create another application and delete this one, both or neither.
    Replace,
    /// Create another application and keep this one.
    Append,
    /// Nothing, though something differs.
    Refuse(Refusal),
}

/// Room that an update can change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// The global schema.
    pub global: StateSchema,
    /// Program pages beyond the first.
    pub extra_pages: u32,
}

/// A decision with its reasons.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// What differs.
    pub changes: Vec<Change>,
    /// What is to be done about it.
    pub action: Action,
    /// What the user should know before it is done.
    pub warnings: Vec<String>,
}

impl Plan {
    /// Compares and decides.
    #[must_use]
    pub fn new(existing: Option<&DeployedContract>, wanted: &DesiredContract<'_>, policy: Policy) -> Self {
        let Some(existing) = existing else {
            return Self { changes: Vec::new(), action: Action::Create, warnings: Vec::new() };
        };
        let changes = compare(existing, wanted, policy.can_grow);
        let mut warnings = Vec::new();
        let action = decide(existing, wanted, policy, &changes, &mut warnings);
        Self { changes, action, warnings }
    }
}

/// The program pages beyond the first that programs need, as AlgoKit counts them.
#[must_use]
pub fn extra_pages(approval: &[u8], clear: &[u8]) -> u32 {
    const PAGE: usize = 2048;
    let bytes = approval.len().saturating_add(clear.len());
    u32::try_from(bytes.saturating_sub(1) / PAGE).unwrap_or(u32::MAX)
}

fn decide(
    existing: &DeployedContract,
    wanted: &DesiredContract<'_>,
    policy: Policy,
    changes: &[Change],
    warnings: &mut Vec<String>,
) -> Action {
    let app = existing.application.id;
    let any = |aspects: &[Aspect]| changes.iter().any(|change| aspects.contains(&change.aspect));
    if changes.iter().any(|change| change.breaks) {
        return match policy.on_schema_break {
            OnSchemaBreak::Fail => Action::Refuse(Refusal::Break { app }),
            OnSchemaBreak::Append => Action::Append,
            OnSchemaBreak::Replace => existing.replacing(warnings),
        };
    }
    let sets_parameters = any(&[Aspect::Parameter]);
    if any(&[Aspect::Program, Aspect::Template, Aspect::Size]) {
        return match policy.on_update {
            OnUpdate::Fail => Action::Refuse(Refusal::Update { app }),
            OnUpdate::Append => Action::Append,
            OnUpdate::Replace => existing.replacing(warnings),
            OnUpdate::Update => existing.updating(wanted, sets_parameters, any(&[Aspect::Size]), warnings),
        };
    }
    if sets_parameters { Action::SetParameters } else { Action::Nothing }
}

impl DeployedContract {
    /// The template its programs were assembled with, where they are of today's source.
    #[must_use]
    pub fn template(&self) -> Option<Template> {
        template_of(&self.application.approval_program, &self.application.clear_program)
    }

    fn replacing(&self, warnings: &mut Vec<String>) -> Action {
        let app = self.application.id;
        match (self.template(), self.said_deletable) {
            (Some(Template { deletable: false, .. }), _) => return Action::Refuse(Refusal::NotDeletable { app }),
            (Some(_), _) | (None, Some(true)) => {}
            (None, _) => warnings.push(format!(
                "application {app} is not known to be deletable: deleting it, and with it all of this, most likely fails"
            )),
        }
        Action::Replace
    }

    fn updating(
        &self,
        wanted: &DesiredContract<'_>,
        sets_parameters: bool,
        grows: bool,
        warnings: &mut Vec<String>,
    ) -> Action {
        let app = self.application.id;
        match (self.template(), self.said_updatable) {
            (Some(Template { updatable: false, .. }), _) => return Action::Refuse(Refusal::NotUpdatable { app }),
            (Some(_), _) | (None, Some(true)) => {}
            (None, _) => warnings.push(format!(
                "application {app} is not known to be updatable: replacing its programs most likely fails"
            )),
        }
        let resize = grows.then(|| size_change(&self.application, wanted.programs));
        Action::Update { sets_parameters, resize }
    }
}

impl DesiredContract<'_> {
    fn size(&self) -> Size {
        Size { global: GLOBAL_SCHEMA, extra_pages: extra_pages(&self.programs.approval, &self.programs.clear) }
    }
}

/// Everything that differs, programs first.
fn compare(existing: &DeployedContract, wanted: &DesiredContract<'_>, can_grow: bool) -> Vec<Change> {
    let mut changes = programs(existing, wanted.programs);
    sizes(&existing.application, wanted.size(), can_grow, &mut changes);
    let (current, requested) = (&existing.state, &wanted.creation);
    let asset = |asset: Option<AssetIndex>| asset.map_or_else(|| "none".to_owned(), |asset| asset.to_string());
    let mut differ = |what, aspect, from: String, to: String| {
        if from != to {
            changes.push(Change { what, aspect, from, to, breaks: aspect == Aspect::Fixed });
        }
    };
    differ("provider", Aspect::Fixed, current.provider.to_string(), requested.provider.to_string());
    differ("platform", Aspect::Fixed, current.platform.to_string(), requested.platform.to_string());
    differ("asset", Aspect::Fixed, asset(current.asset), asset(requested.asset));
    let (current, requested) = (&current.parameters, &requested.parameters);
    differ("fee_pct", Aspect::Parameter, current.fee_pct().to_string(), requested.fee_pct().to_string());
    differ("min_rate", Aspect::Parameter, current.min_rate().to_string(), requested.min_rate().to_string());
    differ("max_rate", Aspect::Parameter, current.max_rate().to_string(), requested.max_rate().to_string());
    changes
}

/// How programs differ: by template values, if those explain all of it.
fn programs(existing: &DeployedContract, wanted: &Programs) -> Vec<Change> {
    let (approval, clear) = (&existing.application.approval_program, &existing.application.clear_program);
    if let Some(template) = existing.template() {
        let pairs = template.values().into_iter().zip(wanted.template.values());
        return pairs
            .filter(|((_, current), (_, requested))| current != requested)
            .map(|((what, current), (_, requested))| Change {
                what,
                aspect: Aspect::Template,
                from: current.to_string(),
                to: requested.to_string(),
                breaks: false,
            })
            .collect();
    }
    let describe = |program: &[u8]| {
        let hash = hex::encode(pnp_types::sha512_256(program));
        format!("{} bytes, sha512/256 {}…", program.len(), hash.get(..16).unwrap_or(&hash))
    };
    [("approval program", approval, &wanted.approval), ("clear program", clear, &wanted.clear)]
        .into_iter()
        .filter(|(_, current, requested)| current != requested)
        .map(|(what, current, requested)| Change {
            what,
            aspect: Aspect::Program,
            from: describe(current),
            to: describe(requested),
            breaks: false,
        })
        .collect()
}

/// Room an application lacks for these programs. `can_grow` says whether the network lets an update give it more: then only
/// what cannot be given breaks.
#[must_use]
pub fn missing_room(application: &ApplicationState, programs: &Programs, can_grow: bool) -> Vec<Change> {
    let mut changes = Vec::new();
    let extra_pages = extra_pages(&programs.approval, &programs.clear);
    sizes(application, Size { global: GLOBAL_SCHEMA, extra_pages }, can_grow, &mut changes);
    changes
}

/// The size of an application that has what it has and what these programs need.
#[must_use]
pub fn size_change(application: &ApplicationState, programs: &Programs) -> Size {
    let has = application.global_schema;
    Size {
        global: StateSchema {
            uints: has.uints.max(GLOBAL_SCHEMA.uints),
            byte_slices: has.byte_slices.max(GLOBAL_SCHEMA.byte_slices),
        },
        extra_pages: application.extra_pages.max(extra_pages(&programs.approval, &programs.clear)),
    }
}

/// Room that is missing; what is larger than needed does no harm.
fn sizes(current: &ApplicationState, requested: Size, can_grow: bool, changes: &mut Vec<Change>) {
    let (global, local) = (current.global_schema, current.local_schema);
    for (what, has, needs, grows) in [
        ("global integers", global.uints, requested.global.uints, can_grow),
        ("global byte slices", global.byte_slices, requested.global.byte_slices, can_grow),
        ("local integers", local.uints, LOCAL_SCHEMA.uints, false),
        ("local byte slices", local.byte_slices, LOCAL_SCHEMA.byte_slices, false),
        ("extra program pages", u64::from(current.extra_pages), u64::from(requested.extra_pages), can_grow),
    ] {
        if has < needs {
            let (from, to) = (has.to_string(), needs.to_string());
            changes.push(Change { what, aspect: Aspect::Size, from, to, breaks: !grows });
        }
    }
}

#[cfg(test)]
mod tests;
