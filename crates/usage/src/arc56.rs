//! The contract's ARC-56 description: what client generators and AlgoKit read. Generated from the sources, never written
//! by hand.
//!
//! The contract's calls are not ABI methods: their first argument is no method selector. ARC-56 has one place for such
//! calls, `bareActions`, which says which kinds there are and has no room for their arguments; what each takes is said in
//! `desc`. Clients made from the description can make every call, with the arguments as bytes.

use super::calls::{GLOBAL_SCHEMA, LOCAL_SCHEMA};
use super::{APPROVAL_SOURCE, CLEAR_SOURCE, Programs, SourceLine, Template, UsageError};
use data_encoding::BASE64;
use pnp_types::{AppIndex, StateSchema};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The file's name for a contract of this name.
#[must_use]
pub fn file_name(name: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.') { c } else { '_' };
    format!("{}.arc56.json", name.chars().map(plain).collect::<String>())
}

/// A contract deployed on a network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deployed {
    /// The application.
    #[serde(rename = "appID")]
    pub app: AppIndex,
}

/// Where the contract is deployed, by genesis hash (base64).
pub type Networks = BTreeMap<String, Deployed>;

/// The description.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Description {
    arcs: [u32; 0],
    name: String,
    desc: &'static str,
    #[serde(skip_serializing_if = "Networks::is_empty")]
    networks: Networks,
    structs: BTreeMap<String, ()>,
    methods: [(); 0],
    state: State,
    bare_actions: Actions,
    source_info: Both<ProgramInfo>,
    source: Both<String>,
    compiler_info: Compiler,
    template_variables: BTreeMap<&'static str, Kind>,
}

#[derive(Clone, Debug, Serialize)]
struct Both<T> {
    approval: T,
    clear: T,
}

#[derive(Clone, Debug, Serialize)]
struct State {
    schema: Schemas,
    keys: Scopes<BTreeMap<&'static str, Key>>,
    maps: Scopes<BTreeMap<&'static str, Key>>,
}

#[derive(Clone, Debug, Serialize)]
struct Schemas {
    global: Schema,
    local: Schema,
}

#[derive(Clone, Debug, Serialize)]
struct Schema {
    ints: u64,
    bytes: u64,
}

impl From<StateSchema> for Schema {
    fn from(schema: StateSchema) -> Self {
        Self { ints: schema.uints, bytes: schema.byte_slices }
    }
}

#[derive(Clone, Debug, Default, Serialize)]
struct Scopes<T> {
    global: T,
    local: T,
    #[serde(rename = "box")]
    boxes: T,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Key {
    key: String,
    key_type: &'static str,
    value_type: &'static str,
    desc: &'static str,
}

#[derive(Clone, Debug, Serialize)]
struct Actions {
    create: [&'static str; 1],
    call: [&'static str; 5],
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ProgramInfo {
    pc_offset_method: &'static str,
    source_info: Vec<Line>,
}

/// The instructions of one line.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Line {
    pc: Vec<u64>,
    teal: usize,
    source: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    error_message: Option<String>,
}

/// Whose bytes the program counters count: ARC-56 knows algod's compiler and puya. This project's assembler gives algod's
/// bytes.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Compiler {
    compiler: &'static str,
    compiler_version: CompilerVersion,
}

#[derive(Clone, Debug, Serialize)]
struct CompilerVersion {
    major: u32,
    minor: u32,
    patch: u32,
}

#[derive(Clone, Debug, Serialize)]
struct Kind {
    #[serde(rename = "type")]
    kind: &'static str,
}

const DESC: &str = "Pay for each tick of use with one atomic group of three transactions. The calls are bare: their \
    arguments are bytes, in this order, integers as 8 bytes big-endian and addresses as 32 bytes. create (NoOp): provider, \
    platform, fee_pct, min_rate, max_rate, asset (left out, none is bound). OptIn, CloseOut: none. bill (NoOp, the first of \
    exactly three transactions): tick_id of 1 to 64 bytes, units, unit_price, asset; followed by the asset transfers of \
    units * unit_price - fee to provider and of fee = units * unit_price * fee_pct / 10000, rounded down, to platform. set \
    parameters (NoOp, the creator's): fee_pct, min_rate, max_rate. UpdateApplication (the creator's, where UPDATABLE is 1): \
    none to keep the parameters, or the three. DeleteApplication (the creator's, where DELETABLE is 1): none.";

impl Description {
    /// Describes the contract as this program knows it.
    ///
    /// # Errors
    /// [`UsageError::Assembly`], which would be a fault of this program.
    pub fn new(name: &str, networks: Networks) -> Result<Self, UsageError> {
        // Every template value takes one byte, so that instructions are at the same places whatever the values.
        let programs = Programs::assemble(Template::default())?;
        let clear = ProgramInfo { pc_offset_method: "none", source_info: Vec::new() };
        Ok(Self {
            arcs: [],
            name: name.to_owned(),
            desc: DESC,
            networks,
            structs: BTreeMap::new(),
            methods: [],
            state: state(),
            bare_actions: Actions {
                create: ["NoOp"],
                call: ["NoOp", "OptIn", "CloseOut", "UpdateApplication", "DeleteApplication"],
            },
            source_info: Both { approval: program_info(&programs), clear },
            source: Both {
                approval: BASE64.encode(APPROVAL_SOURCE.as_bytes()),
                clear: BASE64.encode(CLEAR_SOURCE.as_bytes()),
            },
            compiler_info: Compiler {
                compiler: "algod",
                compiler_version: CompilerVersion { major: 5, minor: 1, patch: 0 },
            },
            template_variables: Template::default()
                .values()
                .into_iter()
                .map(|(name, _)| (name.strip_prefix("TMPL_").unwrap_or(name), Kind { kind: "AVMUint64" }))
                .collect(),
        })
    }
}

fn state() -> State {
    let key = |key: &str, value_type, desc| Key {
        key: BASE64.encode(key.as_bytes()),
        key_type: "AVMString",
        value_type,
        desc,
    };
    let global = [
        ("provider", "address", "Who gets what is left of a bill after the fee"),
        ("platform", "address", "Who gets the fee of a bill"),
        ("fee_pct", "AVMUint64", "The fee in basis points, at most 10000"),
        ("min_rate", "AVMUint64", "The least price of a unit, in minor units of the asset"),
        ("max_rate", "AVMUint64", "The highest price of a unit, in minor units of the asset"),
        ("asa_id", "AVMUint64", "The asset bills are paid with; 0 where none is bound"),
    ];
    let local = [("last_tick", "AVMBytes", "The id of the user's newest tick; empty before the first")];
    let named = |name, value_type, desc| (name, key(name, value_type, desc));
    State {
        schema: Schemas { global: GLOBAL_SCHEMA.into(), local: LOCAL_SCHEMA.into() },
        keys: Scopes {
            global: global.map(|(name, kind, desc)| named(name, kind, desc)).into(),
            local: local.map(|(name, kind, desc)| named(name, kind, desc)).into(),
            boxes: BTreeMap::new(),
        },
        maps: Scopes::default(),
    }
}

/// Every line that became instructions, with the rule a refusal there breaks.
fn program_info(programs: &Programs) -> ProgramInfo {
    let mut lines: BTreeMap<usize, Line> = BTreeMap::new();
    for (pc, place) in programs.instructions() {
        let line = lines.entry(place.line).or_insert_with(|| Line {
            pc: Vec::new(),
            teal: place.line,
            source: format!("{}:{}", place.file, place.line),
            error_message: rule(place),
        });
        line.pc.push(pc);
    }
    ProgramInfo { pc_offset_method: "none", source_info: lines.into_values().collect() }
}

/// The rule a line keeps: what its comment says, where the line can refuse a call.
fn rule(place: SourceLine) -> Option<String> {
    let comment = place.comment?;
    let refuses = matches!(place.code.as_str(), "assert" | "err");
    let names_call = comment.split_once(": ").is_some_and(|(call, _)| call.chars().all(|c| c.is_ascii_lowercase()));
    (refuses || names_call).then_some(comment)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    fn description() -> Value {
        let networks = Networks::from([("hash=".to_owned(), Deployed { app: AppIndex(7) })]);
        serde_json::to_value(Description::new("UsageContract", networks).unwrap()).unwrap()
    }

    #[test]
    fn every_rule_is_at_its_place_in_the_program() {
        let document = description();
        let lines = document["sourceInfo"]["approval"]["sourceInfo"].as_array().unwrap();
        let rules: Vec<_> = lines.iter().filter_map(|line| line["errorMessage"].as_str()).collect();
        for part in [
            "tick_id must not be over 64 bytes",
            "unit_price must not be over",
            "must have opted in",
            "must be updatable",
        ] {
            assert_eq!(rules.iter().filter(|rule| rule.contains(part)).count(), 1, "{part}: {rules:?}");
        }
        assert!(!rules.iter().any(|rule| rule.contains("unset, it would")), "{rules:?}");
        // The places hold whatever the template's values: the program that stands differs in single bytes alone.
        let usual = Programs::assemble(Template::default()).unwrap();
        for template in Template::all() {
            let other = Programs::assemble(template).unwrap();
            assert!(usual.instructions().eq(other.instructions()));
        }
    }

    #[test]
    fn sources_networks_and_variables_are_in_it() {
        let document = description();
        assert_eq!(document["networks"]["hash="]["appID"], 7);
        let source = BASE64.decode(document["source"]["approval"].as_str().unwrap().as_bytes()).unwrap();
        assert_eq!(source, APPROVAL_SOURCE.as_bytes());
        let variables: Vec<_> = document["templateVariables"].as_object().unwrap().keys().cloned().collect();
        assert_eq!(variables, ["DELETABLE", "ORDERED_TICKS", "UPDATABLE"]);
        assert_eq!(document["state"]["schema"]["global"], serde_json::json!({ "ints": 4, "bytes": 2 }));
    }

    #[test]
    fn names_make_files() {
        assert_eq!(file_name("UsageContract"), "UsageContract.arc56.json");
        assert_eq!(file_name("../a b"), ".._a_b.arc56.json");
    }
}
