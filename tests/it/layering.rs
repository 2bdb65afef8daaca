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
