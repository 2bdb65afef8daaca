//! Arrows between layers point down only. Crates keep them so: what a crate may depend on stands here.

use std::fs;
use std::path::Path;

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
    ("network", &["types"]),
    ("keys", &["types"]),
    ("registry", &["types"]),
    ("ops", &["usage", "client", "registry", "keys", "network", "devnet", "ledger", "teal", "types"]),
    (
        "",
        &[
            "ops", "usage", "client", "registry", "keys", "network", "devnet", "ledger", "avm", "teal", "opcodes",
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

/// The modules of this crate that a source file of the command line imports, from `use crate::a::b` and
/// `use crate::{a, b::c}` alike, by their first name.
fn imported(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (start, _) in text.match_indices("crate::") {
        let Some(rest) = text.get(start + "crate::".len()..) else { continue };
        match rest.strip_prefix('{') {
            None => found.extend(first_name(rest)),
            Some(list) => {
                let (mut depth, mut item) = (0_usize, String::new());
                for character in list.chars() {
                    match character {
                        '{' => depth += 1,
                        '}' if depth == 0 => break,
                        '}' => depth -= 1,
                        ',' if depth == 0 => found.extend(first_name(std::mem::take(&mut item).trim())),
                        _ if depth == 0 => item.push(character),
                        _ => {}
                    }
                }
                found.extend(first_name(item.trim()));
            }
        }
    }
    found
}

fn first_name(path: &str) -> Option<String> {
    let name: String = path.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
    Some(name).filter(|name| !name.is_empty())
}

#[test]
fn imports_are_found_in_every_form() {
    let text = "use crate::a::b;\nuse crate::{c, d::{e, f},\n    g::h};\nlet x = crate::i();\n";
    assert_eq!(imported(text), ["a", "c", "d", "g", "i"]);
}

#[test]
fn the_terminal_and_the_failures_know_no_command() {
    let mut wrong = Vec::new();
    for (path, text) in sources::all() {
        let is_below = ["src/terminal", "src/failure"].iter().any(|folder| path.starts_with(folder));
        if is_below && imported(&text).iter().any(|name| name == "commands") {
            wrong.push(format!("{} imports a command", path.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What a program does must not depend on how an error is worded: errors have types.
#[test]
fn nothing_is_decided_by_an_errors_code() {
    let mut wrong = Vec::new();
    for (path, text) in sources::all() {
        let in_question = path.starts_with("src") || path.starts_with("crates/ops");
        for (number, line) in text.lines().enumerate().filter(|_| in_question) {
            let is_test = line.trim_start().starts_with("assert");
            if !is_test
                && [".code == ", ".code != ", "matches!(failure.code", "match failure.code"]
                    .iter()
                    .any(|form| line.contains(form))
            {
                wrong.push(format!("{}:{}: {}", path.display(), number + 1, line.trim()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
