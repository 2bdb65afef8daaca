//! The contract weakened in every place, one at a time: each assert, comparison, branch and field that must be zero.

use pnp_usage::APPROVAL_SOURCE;

/// The contract with one place weakened.
#[derive(Debug)]
pub(super) struct Mutant {
    /// The line, from 1.
    pub(super) line: usize,
    /// The instruction of the contract, and the one that replaces it.
    pub(super) what: String,
    /// The rule at that line, or the next rule below it: what probably misses it.
    pub(super) rule: String,
    /// The weakened source.
    pub(super) approval: String,
}

/// Mutants that no scenario can distinguish from the contract, and why.
pub(super) const EQUIVALENT: &[(&str, &str)] = &[
    (
        "switch call opt_in leave refuse update delete -> switch call opt_in opt_in refuse update delete",
        "closing out removes the local state, whatever was written to it before",
    ),
    (
        "switch call opt_in leave refuse update delete -> switch call opt_in leave leave update delete",
        "ClearState never runs the approval program",
    ),
    (
        "switch call opt_in leave refuse update delete -> switch call opt_in leave opt_in update delete",
        "ClearState never runs the approval program",
    ),
    (
        "err -> int 1; return",
        "no call reaches it: ClearState runs the clear program, and there is no OnCompletion over 5",
    ),
];

/// Every mutant.
pub(super) fn all() -> Vec<Mutant> {
    let lines: Vec<&str> = APPROVAL_SOURCE.lines().collect();
    let mut mutants = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let code = line.split("//").next().unwrap_or_default().trim();
        for instead in weaker(code) {
            let mut changed: Vec<&str> = lines.clone();
            changed[at] = &instead;
            mutants.push(mutant(&lines, at, format!("{code} -> {}", instead.replace('\n', "; ")), changed.join("\n")));
        }
    }
    mutants.extend(fewer_zeros(&lines));
    mutants
}

fn mutant(lines: &[&str], at: usize, what: String, approval: String) -> Mutant {
    let rule = lines[at..].iter().find_map(|line| line.split_once("// ")).map_or("", |(_, rule)| rule.trim());
    Mutant { line: at + 1, what, rule: rule.to_owned(), approval }
}

/// What an instruction is weakened to.
fn weaker(code: &str) -> Vec<String> {
    let fixed: &[&str] = match code {
        "assert" => &["pop"],
        "==" => &["!=", ">=", "<=", "pop\npop\nint 1"],
        "!=" => &["==", "pop\npop\nint 1"],
        ">=" => &[">", "<=", "==", "pop\npop\nint 1"],
        "<=" => &["<", ">=", "==", "pop\npop\nint 1"],
        "b>" => &["b>=", "b<", "b!=", "pop\npop\nint 1"],
        "!" => &["pop\nint 1", "pop\nint 0"],
        "select" => &["pop\npop", "pop\nswap\npop"],
        "err" => &["int 1\nreturn"],
        _ => &[],
    };
    let mut instead: Vec<String> = fixed.iter().map(|text| (*text).to_owned()).collect();
    match code.split_once(' ') {
        Some(("bz", label)) => {
            instead.extend([format!("bnz {label}"), "pop".to_owned(), format!("pop\nb {label}")]);
        }
        Some(("bnz", label)) => {
            instead.extend([format!("bz {label}"), "pop".to_owned(), format!("pop\nb {label}")]);
        }
        Some(("b", _)) => instead.push(String::new()),
        Some(("switch", labels)) => {
            let labels: Vec<&str> = labels.split(' ').collect();
            for (place, label) in labels.iter().enumerate() {
                for other in ["leave", "refuse", "opt_in"].iter().filter(|other| *other != label) {
                    let mut changed = labels.clone();
                    changed[place] = other;
                    instead.push(format!("switch {}", changed.join(" ")));
                }
            }
        }
        _ => {}
    }
    instead
}

/// The seven fields that must be zero, each left out.
fn fewer_zeros(lines: &[&str]) -> Vec<Mutant> {
    let first = lines.iter().position(|line| line.trim() == "txn RekeyTo").unwrap();
    let zeros = lines.iter().position(|line| line.trim() == "int 224").unwrap();
    (first..zeros)
        .filter(|at| lines[*at].trim() != "concat")
        .map(|at| {
            let mut fewer = lines.to_vec();
            fewer[zeros] = "    int 192";
            fewer[at] = "";
            // The first field has its concat after the second.
            fewer[if at == first { at + 2 } else { at + 1 }] = "";
            let mut mutant = mutant(lines, zeros, format!("{} left out", lines[at].trim()), fewer.join("\n"));
            mutant.line = at + 1;
            mutant
        })
        .collect()
}
