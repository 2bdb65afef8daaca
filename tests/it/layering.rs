//! Arrows between layers point down only: this lists what each crate may depend on.

use std::fs;
use std::path::Path;

use crate::module_graph::ModuleGraph;
use crate::sources;

/// Each library, the command line (``), and the libraries below it that it may use.
const LAYERS: &[(&str, &[&str])] = &[
    ("types", &[]),
    ("opcodes", &["types"]),
    ("teal", &["opcodes", "types"]),
    ("avm", &["opcodes", "types"]),
    ("ledger", &["avm", "opcodes", "types"]),
    ("devnet", &["ledger", "teal", "types"]),
    ("client", &["types"]),
    ("usage", &["client", "teal", "types"]),
    ("network", &[]),
    ("keys", &["types"]),
    ("registry", &["types"]),
    ("ops", &["usage", "client", "registry", "keys", "network", "devnet", "ledger", "avm", "teal", "types"]),
    ("gateway", &["ops", "usage", "client", "keys", "types"]),
    (
        "",
        &[
            "gateway", "ops", "usage", "client", "registry", "keys", "network", "devnet", "avm", "teal", "opcodes",
            "types",
        ],
    ),
];

/// The libraries of this project that a manifest names as dependencies; those of its tests do not count.
fn dependencies(folder: &Path) -> Vec<String> {
    let text = fs::read_to_string(folder.join("Cargo.toml")).unwrap();
    let manifest: toml::Table = text.parse().unwrap();
    let names = manifest.get("dependencies").and_then(toml::Value::as_table).into_iter().flatten();
    names.filter_map(|(name, _)| name.strip_prefix("pnp-").map(str::to_owned)).collect()
}

#[test]
fn layers_depend_only_on_what_is_below_them() {
    let mut folders: Vec<_> = sources::crates();
    folders.push(sources::root().to_owned());
    let mut wrong = Vec::new();
    for folder in &folders {
        let name = folder.strip_prefix(sources::root().join("crates")).map_or("", |name| name.to_str().unwrap());
        let Some((_, below)) = LAYERS.iter().find(|(layer, _)| *layer == name) else {
            panic!("crates/{name} is no layer: add it to LAYERS");
        };
        for used in dependencies(folder) {
            if !below.contains(&used.as_str()) {
                wrong.push(format!("{name} must not depend on {used}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(folders.len(), LAYERS.len(), "a layer without a folder");
}

/// The parts of the command line, and those below them that they may use.
const PARTS: &[(&str, &[&str])] = &[
    ("failure", &[]),
    ("terminal", &["failure"]),
    ("session", &["failure", "terminal"]),
    ("commands", &["failure", "terminal", "session"]),
];

#[test]
fn the_parts_of_the_command_line_know_only_what_is_below_them() {
    let mut wrong = Vec::new();
    let import = regex::Regex::new(r"\bcrate::(\{|\w+)").unwrap();
    for (path, text) in sources::all() {
        let Ok(inside) = path.strip_prefix("src") else { continue };
        if ["lib.rs", "main.rs"].iter().any(|root| inside == Path::new(root)) {
            continue;
        }
        let Some((part, below)) = PARTS.iter().find(|(part, _)| inside.starts_with(part)) else {
            wrong.push(format!("{} is in none of the parts", path.display()));
            continue;
        };
        for found in import.captures_iter(&text) {
            let used = &found[1];
            // A list behind `crate::` would have to be taken apart: one `use` a part is as easy to read.
            let is_part = used == "{" || PARTS.iter().any(|(part, _)| *part == used);
            if is_part && used != *part && !below.contains(&used) {
                wrong.push(format!("{}: {part} must not use crate::{used}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Two modules that import each other cannot be understood, tested or moved one without the other.
#[test]
fn no_modules_import_each_other_in_a_circle() {
    let sources = sources::all();
    for root in ["src", "crates/ops/src", "crates/gateway/src"] {
        let circle = ModuleGraph::new(Path::new(root), &sources).circle();
        assert_eq!(circle.map(|circle| circle.join(" -> ")), None, "modules of {root} import each other");
    }
}

/// How a decision by an error's code or text looks.
const FORBIDDEN: &[&str] = &[
    ".code == ",
    ".code != ",
    "matches!(failure.code",
    "match failure.code",
    "message.contains(",
    "message.starts_with(",
    "to_string().contains(",
    "to_string().starts_with(",
];

/// What a program does must not depend on how an error is worded: errors have types.
#[test]
fn nothing_is_decided_by_an_errors_code_or_text() {
    let mut wrong = Vec::new();
    for (path, text) in sources::all() {
        let in_question = path.starts_with("src") || path.starts_with("crates/ops");
        for (number, line) in text.lines().enumerate().filter(|_| in_question) {
            let is_test = line.trim_start().starts_with("assert");
            if !is_test && FORBIDDEN.iter().any(|form| line.contains(form)) {
                wrong.push(format!("{}:{}: {}", path.display(), number + 1, line.trim()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
