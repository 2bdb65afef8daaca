//! What a scenario file says: one rule of the contract, as steps and what each must lead to.

use std::collections::BTreeMap;

use serde::Deserialize;

/// One rule, shown by steps on a contract and users of its own.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// The rule, in a sentence.
    pub scenario: String,
    /// The contract to start with; `none` where the steps create it.
    #[serde(default)]
    pub contract: Contract,
    /// PLY that each named actor holds at the start, in minor units; those not named hold none, and have opted in.
    #[serde(default = "default_holdings")]
    pub holdings: BTreeMap<Actor, u64>,
    /// Who may claw PLY back; nobody where absent.
    #[serde(default)]
    pub clawback: Option<Actor>,
    /// Who has opted in to the contract at the start.
    #[serde(default = "default_opted_in")]
    pub opted_in: Vec<Actor>,
    /// What happens, in this order.
    pub steps: Vec<Step>,
}

impl Scenario {
    /// Whether any step names an asset.
    pub(super) fn names_asset(&self, name: &str) -> bool {
        self.steps.iter().any(|step| {
            step.bill.as_ref().is_some_and(|bill| bill.asset == name)
                || step.change.values().any(|value| *value == Scalar::Text(name.to_owned()))
        })
    }
}

fn default_holdings() -> BTreeMap<Actor, u64> {
    BTreeMap::from([(Actor::User, 1_000_000), (Actor::Other, 1_000_000)])
}

fn default_opted_in() -> Vec<Actor> {
    vec![Actor::User, Actor::Other]
}

/// The contract a scenario starts with.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Contract {
    /// False where the scenario's own steps create it.
    pub created: bool,
    /// Basis points.
    pub fee_pct: u64,
    /// Minor units of PLY per unit of use.
    pub min_rate: u64,
    /// Minor units of PLY per unit of use.
    pub max_rate: u64,
    /// False leaves the asset unbound, as the first version of the contract did.
    pub bound: bool,
    /// The receiver of `gross - fee`.
    pub provider: Actor,
    /// The receiver of the fee.
    pub platform: Actor,
    /// `TMPL_UPDATABLE`.
    pub updatable: u64,
    /// `TMPL_DELETABLE`.
    pub deletable: u64,
    /// `TMPL_ORDERED_TICKS`.
    pub ordered_ticks: u64,
}

impl Default for Contract {
    fn default() -> Self {
        Self {
            created: true,
            fee_pct: 500,
            min_rate: 1,
            max_rate: 1000,
            bound: true,
            provider: Actor::Provider,
            platform: Actor::Platform,
            updatable: 1,
            deletable: 1,
            ordered_ticks: 1,
        }
    }
}

/// The people of every scenario.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Actor {
    /// Creates the contract and the assets.
    Creator,
    /// Is billed.
    User,
    /// Another user.
    Other,
    /// Receives `gross - fee`.
    Provider,
    /// Receives the fee.
    Platform,
    /// Has no business here.
    Stranger,
}

impl Actor {
    /// Everyone.
    pub const ALL: [Self; 6] = [Self::Creator, Self::User, Self::Other, Self::Provider, Self::Platform, Self::Stranger];

    /// The name used in scenario files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Creator => "creator",
            Self::User => "user",
            Self::Other => "other",
            Self::Provider => "provider",
            Self::Platform => "platform",
            Self::Stranger => "stranger",
        }
    }

    /// The actor of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|a| a.name() == name)
    }
}

/// One thing that happens, and what it must lead to.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// A bill: the group of three.
    #[serde(default)]
    pub bill: Option<Bill>,
    /// Any other call of the contract: one application call.
    #[serde(default)]
    pub call: Option<Call>,
    /// Who acts; the user, or for `call` the creator, where absent.
    #[serde(default)]
    pub by: Option<Actor>,
    /// Fields set otherwise before signing: `INDEX.FIELD: VALUE`, such as `1.receiver: stranger` or `2.amount: "-1"` (with a
    /// sign: relative).
    #[serde(default)]
    pub change: BTreeMap<String, Scalar>,
    /// The group as sent, where it is not the plain one: indices of the plain transactions and `payment`s (0 ALGO from
    /// the actor to the provider).
    #[serde(default)]
    pub group: Option<Vec<Scalar>>,
    /// Where absent, the step must succeed. Else it must be refused, at the line of TEAL whose comment is this text, or
    /// with a message of the network that contains it.
    #[serde(default)]
    pub refused: Option<String>,
    /// How much more PLY each actor must hold after the step than before it; nobody else's holding may change.
    #[serde(default)]
    pub moved: Option<BTreeMap<Actor, i128>>,
    /// The contract's global state after the step, the keys that are named.
    #[serde(default)]
    pub global: BTreeMap<String, Scalar>,
    /// The user's `last_tick` after the step, in a bill's notation.
    #[serde(default)]
    pub last_tick: Option<String>,
    /// True where the contract must be gone after the step.
    #[serde(default)]
    pub gone: bool,
}

/// What a bill says; the transfers follow from it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Bill {
    /// The tick's id: text, `0x…`, or `TEXT*COUNT` for repetition.
    pub tick: String,
    /// Units of use.
    pub units: u64,
    /// Minor units of PLY per unit.
    pub unit_price: u64,
    /// `ply`, `gold` (an asset made before, which everyone holds), `silver` (one made after) or `none` (0).
    pub asset: String,
}

impl Default for Bill {
    fn default() -> Self {
        Self { tick: "tick_1".into(), units: 1, unit_price: 100, asset: "ply".into() }
    }
}

/// One application call other than a bill.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Call {
    /// What the call does.
    pub on: Completion,
    /// Arguments, as `goal` writes them: `int:5`, `str:text`, `addr:provider`, `asset:ply`, `hex:00ff`.
    #[serde(default)]
    pub args: Vec<String>,
}

/// A call's OnCompletion, with creation beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Completion {
    /// Creation, as NoOp.
    Create,
    /// Creation with OptIn.
    CreateAndOptIn,
    /// NoOp.
    NoOp,
    /// OptIn.
    OptIn,
    /// CloseOut.
    CloseOut,
    /// ClearState.
    ClearState,
    /// UpdateApplication, with the same programs.
    Update,
    /// DeleteApplication.
    Delete,
}

/// A number, a truth or a name in a scenario file.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum Scalar {
    /// A whole number.
    Number(u64),
    /// Anything else, also signed numbers.
    Text(String),
}

impl std::fmt::Display for Scalar {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Number(n) => n.fmt(f),
            Self::Text(t) => t.fmt(f),
        }
    }
}
