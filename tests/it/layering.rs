//! Arrows between layers point down only: what each layer may name with `crate::`.

use crate::sources;

/// Each layer and the layers below it that it may use.
const LAYERS: &[(&str, &[&str])] = &[
    ("types", &[]),
    ("opcodes", &["types"]),
    ("teal", &["opcodes", "types"]),
    ("avm", &["opcodes", "types"]),
    ("ledger", &["avm", "opcodes", "types"]),
    ("node", &["ledger", "avm", "teal", "opcodes", "types"]),
    ("client", &["types"]),
    ("usage", &["client", "teal", "types"]),
    ("network", &["types"]),
    ("keys", &["types"]),
    ("registry", &["types"]),
    ("cli", &["usage", "client", "registry", "keys", "network", "node", "ledger", "avm", "teal", "opcodes", "types"]),
];

#[test]
fn layers_use_only_what_is_below_them() {
    let mut wrong = Vec::new();
    for (path, text) in sources::all() {
        let top = path.components().next().unwrap().as_os_str().to_string_lossy().into_owned();
        let Some((layer, below)) = LAYERS.iter().find(|(name, _)| *name == top) else {
            assert!(top == "lib.rs" || top == "main.rs", "src/{top} is no layer: add it to LAYERS");
            continue;
        };
        for (number, line) in text.lines().enumerate() {
            let code = line.split("//").next().unwrap_or_default();
            for used in code.split("crate::").skip(1) {
                let used: String = used.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
                let known = LAYERS.iter().any(|(name, _)| *name == used);
                if known && used != *layer && !below.contains(&used.as_str()) {
                    wrong.push(format!("src/{}:{}: {layer} must not use {used}", path.display(), number + 1));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
