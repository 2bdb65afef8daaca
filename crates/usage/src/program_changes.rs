//! What changes in a program, as TEAL that people can read.
//!
//! Where both programs are this project's source, the source is compared, comments and all; else their disassemblies are,
//! which say the same without names. The hashes decide which of the two, never a claim in the bundle.
//!
//! [`difference`](super::difference) omits what usually does not matter, such as where a branch goes. Whoever signs has to
//! see that too, so that every line counts here, also those that only moved.

use super::{APPROVAL_PATH, CLEAR_PATH, Template, template_of};
use pnp_types::sha512_256;
use schemars::JsonSchema;
use serde::Serialize;
use similar::TextDiff;

/// Lines around a change.
const CONTEXT: usize = 3;

/// Both programs of an application.
#[derive(Clone, Copy, Debug)]
pub struct ProgramPair<'a> {
    /// The approval program's bytes.
    pub approval: &'a [u8],
    /// The clear program's bytes.
    pub clear: &'a [u8],
}

/// A program before and after.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ProgramChange {
    /// `approval` or `clear`.
    pub program: &'static str,
    /// What is on the chain; absent where nothing is, or nobody could look.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<ProgramIdentity>,
    /// What would replace it.
    pub after: ProgramIdentity,
    /// Whether the two are the same bytes; absent where nobody could look.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub changed: Option<bool>,
    /// What was compared: `source` or `disassembly`.
    pub compared: &'static str,
    /// The changed lines with some around them, as a unified diff; the whole program where there is nothing to compare it
    /// with and it is not this project's source.
    pub teal: String,
}

/// What a program is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ProgramIdentity {
    /// SHA-512/256 of its bytes, hex.
    pub sha512_256: String,
    /// Its bytes.
    pub size: usize,
    /// The template values with which it is this project's source; absent where it is another program.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub template: Option<Template>,
}

/// How both programs of an application change. `unknown` says that there are programs which could not be read.
#[must_use]
pub fn program_changes(before: Option<ProgramPair<'_>>, after: ProgramPair<'_>, unknown: bool) -> [ProgramChange; 2] {
    let was = before.and_then(|before| template_of(before.approval, before.clear));
    let will = template_of(after.approval, after.clear);
    let change = |name: &'static str,
                  path: &str,
                  pick: fn(&ProgramPair<'_>) -> Vec<u8>,
                  source: fn((String, String)) -> String| {
        let (old, new) = (before.as_ref().map(pick), pick(&after));
        let source = |template: Template| template.sources().ok().map(source);
        let compared = match (&old, was.and_then(source), will.and_then(source)) {
            (Some(_), Some(old), Some(new)) => ("source", diff(&old, &new, path)),
            (None, _, Some(_)) => ("source", String::new()),
            (Some(old), ..) => {
                ("disassembly", diff(&disassembled(old), &disassembled(&new), &format!("{name} program")))
            }
            (None, ..) => ("disassembly", disassembled(&new)),
        };
        ProgramChange {
            program: name,
            changed: (!unknown).then(|| old.as_ref() != Some(&new)),
            before: old.map(|old| described(&old, was)),
            after: described(&new, will),
            compared: compared.0,
            teal: compared.1,
        }
    };
    [
        change("approval", APPROVAL_PATH, |pair| pair.approval.to_vec(), |(approval, _)| approval),
        change("clear", CLEAR_PATH, |pair| pair.clear.to_vec(), |(_, clear)| clear),
    ]
}

fn described(program: &[u8], template: Option<Template>) -> ProgramIdentity {
    ProgramIdentity { sha512_256: hex::encode(sha512_256(program)), size: program.len(), template }
}

/// The TEAL of a program. Of bytes that are none, what can be said about them.
fn disassembled(program: &[u8]) -> String {
    match pnp_teal::disassemble(program) {
        Ok(text) => text,
        Err(error) => format!("{}// not TEAL from here on: {error}\n// {}\n", error.text, hex::encode(program)),
    }
}

fn diff(old: &str, new: &str, name: &str) -> String {
    let diff = TextDiff::from_lines(old, new);
    let header = (format!("{name} (on chain)"), format!("{name} (in the bundle)"));
    if old == new {
        String::new()
    } else {
        diff.unified_diff().context_radius(CONTEXT).header(&header.0, &header.1).to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Programs;

    fn programs(template: Template) -> Programs {
        Programs::assemble(template).unwrap()
    }

    fn pair(programs: &Programs) -> ProgramPair<'_> {
        ProgramPair { approval: &programs.approval, clear: &programs.clear }
    }

    #[test]
    fn our_own_source_is_compared_as_source() {
        let (old, new) = (programs(Template::default()), programs(Template { updatable: true, ..Template::default() }));
        let [approval, clear] = program_changes(Some(pair(&old)), pair(&new), false);
        assert_eq!((approval.changed, clear.changed), (Some(true), Some(false)));
        assert_eq!(approval.compared, "source");
        assert!(approval.teal.contains("usage_approval.teal (on chain)"), "{}", approval.teal);
        let changed = |sign: char| approval.teal.lines().filter(|line| line.starts_with(sign)).count();
        assert_eq!((changed('-'), changed('+')), (2, 2), "a header line and the line of the value: {}", approval.teal);
        assert!(clear.teal.is_empty());
    }

    #[test]
    fn another_program_is_shown_for_what_it_is() {
        let ours = programs(Template::default());
        let evil = pnp_teal::assemble("#pragma version 11\nint 1\nreturn\n", pnp_teal::AssembleOptions::default())
            .unwrap()
            .bytes;
        let other = ProgramPair { approval: &evil, clear: &ours.clear };
        let [approval, clear] = program_changes(Some(pair(&ours)), other, false);
        assert_eq!((approval.compared, approval.after.template), ("disassembly", None));
        assert!(approval.teal.contains("\n-intcblock 1 3 10000 64\n"), "{}", approval.teal);
        assert_eq!(clear.changed, Some(false));
        let [unseen, _] = program_changes(None, other, true);
        assert_eq!(unseen.changed, None);
        assert!(unseen.teal.contains("return"), "{}", unseen.teal);
        let [garbage, _] = program_changes(None, ProgramPair { approval: &[11, 0xff, 0xff], clear: &[] }, false);
        assert!(garbage.teal.contains("// not TEAL from here on"), "{}", garbage.teal);
    }
}
