//! Boxes, accounts, assets and applications that the call must name.

use std::collections::BTreeSet;

use crate::check::definition::{ALL_MODES, Check, Detect, Example};
use crate::check::engine::{Term, TermId, reads_state};
use crate::check::subject::{Draft, Subject};
use crate::check::{Level, Mode};
use pnp_opcodes::Op;
use pnp_types::Address;

pub(in crate::check) static CHECK: Check = Check {
    name: "needs-reference",
    level: Level::Info,
    title: "a box, account, asset or application is used that the caller must name",
    why: "A call that does not list it among its references fails.",
    fix: "Tell callers which references this path needs; simulating a call finds them.",
    more: "",
    modes: ALL_MODES,
    example: Example::new(
        Mode::Application,
        r#"
#pragma version 11
txn OnCompletion; !; assert  // plain calls only
txn Sender
byte "asset"; app_global_get // the call must name this asset
asset_holding_get AssetBalance; &&
"#,
        r#"
#pragma version 11
txn OnCompletion; !; assert  // plain calls only
txn Sender
txna Assets 0                // the asset that the call names
asset_holding_get AssetBalance; &&
"#,
    ),
    detect: Detect::Program(find),
};

fn find(subject: &mut Subject<'_>) {
    let used: Vec<(usize, (TermId, TermId))> = subject.seen.resources.iter().map(|(at, it)| (*at, *it)).collect();
    let mut reported = BTreeSet::new();
    for (at, (first, second)) in used {
        let Some(instruction) = subject.program.instructions().get(at) else { continue };
        let name = instruction.spec.name;
        let (kind, term) = match instruction.op() {
            Op::AssetHoldingGet => ("asset", second),
            Op::AssetParamsGet => ("asset", first),
            Op::AppParamsGet | Op::AppGlobalGetEx => ("application", first),
            Op::AppLocalGetEx | Op::AppOptedIn => ("application", second),
            Op::Balance | Op::MinBalance | Op::AcctParamsGet | Op::AppLocalGet | Op::AppLocalPut | Op::AppLocalDel => {
                ("account", first)
            }
            _ => ("box", first),
        };
        if kind != "box" && !is_elsewhere(subject, term, kind) || !reported.insert((kind, term)) {
            continue;
        }
        let message = format!("`{name}` uses {}: the caller must name it", described(subject, kind, term));
        subject.report(Draft::new(&CHECK, at, message));
    }
}

/// Whether a resource is named by a constant or by state; what the call itself names is among its references.
fn is_elsewhere(subject: &Subject<'_>, term: TermId, kind: &str) -> bool {
    let terms = &subject.seen.logic.terms;
    match terms.get(term) {
        // Small integers are places in the call's own lists.
        Term::Int(value) => kind != "account" && *value > 255,
        Term::Bytes(_) => true,
        Term::Made { op, .. } => reads_state(*op),
        _ => false,
    }
}

fn described(subject: &Subject<'_>, kind: &str, term: TermId) -> String {
    match subject.seen.logic.terms.get(term) {
        Term::Int(value) => format!("the {kind} {value}"),
        Term::Bytes(bytes) if kind == "account" => {
            let address = <[u8; 32]>::try_from(&**bytes).map(Address);
            address.map_or_else(|_| "an account".to_owned(), |address| format!("the account {address}"))
        }
        Term::Bytes(bytes) => format!("the {kind} {:?}", String::from_utf8_lossy(bytes)),
        Term::Made { .. } if kind != "box" => format!("an {kind} that state names"),
        _ => format!("a {kind} whose name is computed"),
    }
}

#[cfg(test)]
mod tests {
    use crate::check::Mode;
    use crate::check::testing::{application, found};

    #[test]
    fn boxes_are_always_named() {
        found(&application("byte \"b\"; box_get; assert; pop"), Mode::Application, &["needs-reference"]);
    }
}
