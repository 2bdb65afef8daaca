//! What helps against a problem, beyond its text: a likely spelling, the version that knows a name, the place it
//! contradicts. The texts themselves are the reference's, and stay as they are.

use std::ops::Range;

use super::token::{Token, labels, words};
use super::{DEFAULT_VERSION, Diagnostic, Problem, spelling};
use pnp_opcodes::{
    BACK_BRANCH_VERSION, FieldGroup, MAX_VERSION, ON_COMPLETION_NAMES, OPCODES, RELEASED_VERSION, TXN_TYPE_NAMES,
};
use pnp_opcodes::{ImmediateKind, version_table};

/// A place in the source that a problem has to do with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Related {
    /// The line, from 1.
    pub line: u32,
    /// The bytes of the source.
    pub span: Range<usize>,
    /// What is there.
    pub text: String,
}

/// The version a source asks for with its first `#pragma version`, else that of programs that name none.
#[must_use]
pub fn version_of(source: &str) -> u8 {
    pragma(source).map_or(DEFAULT_VERSION, |(version, _)| version)
}

/// The first `#pragma version` and its number.
pub(super) fn pragma(source: &str) -> Option<(u8, Token)> {
    words(source).find_map(|line| match line.as_slice() {
        [pragma, version, number, ..] if pragma.text(source) == "#pragma" && version.text(source) == "version" => {
            Some((number.text(source).parse().ok()?, *number))
        }
        _ => None,
    })
}

impl Diagnostic {
    /// Help beyond the text, where there is any: what was probably meant, and what to do. `source` is the text that was
    /// assembled.
    #[must_use]
    pub fn help(&self, source: &str) -> Option<String> {
        match &self.problem {
            Problem::UnknownOpcode(name) => unknown_opcode(&name.text(), source),
            Problem::UnknownField { opcode, field } => {
                let spec = version_table(MAX_VERSION).by_name(opcode)?;
                let (_, group) = spec.field_immediate()?;
                unknown_field(&field.text(), group)
            }
            Problem::OpcodeTooNew { name, since } => Some(too_new(name, *since, source)),
            Problem::FormTooNew { name, immediates, since } => {
                Some(too_new(&format!("{name} with {immediates}"), *since, source))
            }
            Problem::FieldTooNew { field, since, .. } => Some(too_new(field, *since, source)),
            Problem::FieldSettableLater { field, since, .. } => {
                Some(too_new(&format!("setting {field}"), *since, source))
            }
            Problem::BackReference(_) => Some(too_new("a branch back", BACK_BRANCH_VERSION, source)),
            Problem::UnsupportedVersion(_) | Problem::NoSuchVersion(_) => Some(format!(
                "versions are 1 to {MAX_VERSION}; `#pragma version {RELEASED_VERSION}` is the newest that public networks run"
            )),
            Problem::UndefinedLabel(name) => {
                let name = &*name.text();
                Some(match spelling::closest(name, labels(source).map(|(label, _)| label)) {
                    Some(label) => format!("did you mean `{label}`?"),
                    None => format!("define it with `{name}:` at the start of a statement"),
                })
            }
            Problem::DuplicateLabel(name) => {
                Some(format!("a label has one place; rename this one and the branches that mean it, as `{name}2`"))
            }
            Problem::UnknownPragma(name) => {
                spelling::closest(&name.text(), ["version", "typetrack", "autosalt"].into_iter()).map(did_you_mean)
            }
            Problem::UnknownDirective(name) => {
                let close = spelling::closest(&name.text(), ["pragma", "define"].into_iter());
                close.map(|name| format!("did you mean `#{name}`?"))
            }
            problem => constant(problem).or_else(|| explained(problem)),
        }
    }

    /// Another place that the problem has to do with: the first definition of a label, the pragma that is too old.
    #[must_use]
    pub fn related(&self, source: &str) -> Option<Related> {
        let at = |token: Token, text: String| Related { line: token.line, span: token.span(), text };
        match &self.problem {
            Problem::DuplicateLabel(name) => {
                let (_, first) = labels(source).find(|(label, _)| label.as_bytes() == name.as_ref())?;
                (first.span() != self.span).then(|| at(first, "first defined here".to_owned()))
            }
            Problem::OpcodeTooNew { since, .. }
            | Problem::FormTooNew { since, .. }
            | Problem::FieldTooNew { since, .. }
            | Problem::FieldSettableLater { since, .. } => {
                let (version, number) = pragma(source).filter(|(version, _)| version < since)?;
                Some(at(number, format!("this makes it version {version}")))
            }
            Problem::VersionMismatch { .. } => {
                let (version, number) = pragma(source).filter(|(_, number)| number.span() != self.span)?;
                Some(at(number, format!("version {version} was settled here")))
            }
            _ => None,
        }
    }
}

fn did_you_mean(name: &str) -> String {
    format!("did you mean `{name}`?")
}

/// The version that knows a name, and how to ask for it.
fn too_new(name: &str, since: u8, source: &str) -> String {
    if since > RELEASED_VERSION {
        return format!("`{name}` belongs to version {since}, which no public network runs yet");
    }
    match pragma(source) {
        Some((version, _)) => {
            format!("`{name}` needs version {since}; this program is version {version}: change `#pragma version`")
        }
        None => format!(
            "`{name}` needs version {since}; a program that names none is version {DEFAULT_VERSION}: begin it with \
             `#pragma version {since}`"
        ),
    }
}

fn unknown_opcode(name: &str, source: &str) -> Option<String> {
    if name.starts_with('\u{feff}') {
        return Some("the file begins with a byte order mark; save it as UTF-8 without one".to_owned());
    }
    if name.starts_with("TMPL_") {
        return Some(unset(name));
    }
    if labels(source).any(|(label, _)| label == name) {
        return Some(format!("`{name}` is a label: `b {name}` goes there, `callsub {name}` calls it"));
    }
    let version = version_of(source);
    let known = version_table(version).specs().iter().map(|spec| spec.name);
    // The pseudo-ops come first: of two names as close, people mean the one they write by hand.
    let pseudo = ["int", "byte", "addr", "method", "extract", "replace"].into_iter();
    if let Some(close) = spelling::closest(name, pseudo.chain(known)) {
        return Some(did_you_mean(close));
    }
    let newer = OPCODES.iter().filter(|spec| spec.since > version).map(|spec| spec.name);
    let close = spelling::closest(name, newer)?;
    let since = OPCODES.iter().filter(|spec| spec.name == close).map(|spec| spec.since).min()?;
    Some(format!("did you mean `{close}`? It needs version {since}"))
}

/// A field of the group with such a name, or the opcode that has the field.
fn unknown_field(field: &str, group: FieldGroup) -> Option<String> {
    if let Some(close) = spelling::closest(field, group.names()) {
        return Some(did_you_mean(close));
    }
    let has = |kind: ImmediateKind| match kind {
        ImmediateKind::Field(other) => other != group && other.table().by_name(field).is_some(),
        _ => false,
    };
    let owner = OPCODES.iter().find(|spec| spec.immediates.iter().any(|immediate| has(immediate.kind)))?;
    Some(format!("`{field}` is a field of `{}`", owner.name))
}

/// About an invalid constant.
fn constant(problem: &Problem) -> Option<String> {
    let (value, names) = match problem {
        Problem::NotAnInteger(value) => (value, true),
        Problem::NotAnIntegerInList { value, .. } => (value, false),
        Problem::NotAByte { value, .. } | Problem::NotAnInt8 { value, .. } => (value, false),
        _ => return None,
    };
    let value = &*value.text();
    if value.starts_with("TMPL_") {
        return Some(unset(value));
    }
    let known = TXN_TYPE_NAMES.into_iter().chain(ON_COMPLETION_NAMES);
    match spelling::closest(value, known).filter(|_| names) {
        Some(name) => Some(did_you_mean(name)),
        None => Some(
            "a number is decimal, or 0x and hex, 0o and octal, 0b and binary; at most 18446744073709551615".to_owned(),
        ),
    }
}

/// How a template variable gets a value.
fn unset(name: &str) -> String {
    format!("`{name}` is a template variable without a value: give it with --tmpl {name}=VALUE")
}

/// What problems and warnings mean whose text says little.
fn explained(problem: &Problem) -> Option<String> {
    let text = match problem {
        Problem::StackTypeMismatch { wanted, found, .. } => {
            let (wanted, found) = (wanted.to_string(), found.to_string());
            let is_integer = |name: &str| name.contains("uint64") || name == "bool";
            match (is_integer(&wanted), is_integer(&found)) {
                (true, false) => "`btoi` makes an integer of up to 8 bytes; `len` tells how many there are",
                (false, true) => "`itob` makes 8 bytes of an integer",
                _ => return None,
            }
        }
        Problem::StackHeight { .. } => {
            "what is missing must be pushed before; after a label, `b` or `callsub` the assembler knows no heights"
        }
        Problem::ExplicitBlock { .. } => {
            "a block of constants written by hand holds only what it lists, so this constant is pushed inline; it costs \
             the same and takes more bytes. Add it to the block, or leave the blocks to the assembler"
        }
        Problem::MethodSignature(_) => {
            "a selector is hashed from any text, but no ABI client will ask for this one: write `name(type,…)type`"
        }
        Problem::OnCurve => {
            "somebody might hold a key for this program's address; without `#pragma autosalt false` it is salted until \
             nobody can"
        }
        Problem::StatefulSalt => "only logic signatures have an address of their own to protect: omit the pragma",
        Problem::UnreleasedVersion { .. } => {
            return Some(format!(
                "public networks run versions up to {RELEASED_VERSION}; a development network created with \
                 `--consensus future` runs this one"
            ));
        }
        Problem::LatePragma(_) => "move it above the first instruction",
        Problem::LateBlock { .. } => "move the block above the first constant, or leave it to the assembler",
        Problem::BytesTooBig { .. } => "build it from pieces with `concat`, or keep it in a box",
        Problem::LabelTooFar(_) => "a branch reaches 32767 bytes; go there in two steps, or use version 13",
        Problem::ReachableProto => {
            "put `proto` first in the subroutine, and end the code above it with `b`, `return` or `retsub`"
        }
        _ => return None,
    };
    Some(text.to_owned())
}

#[cfg(test)]
mod tests {
    use crate::{AssembleOptions, Diagnostic, assemble};

    fn problems(source: &str) -> Vec<Diagnostic> {
        assemble(source, AssembleOptions::default()).unwrap_err()
    }

    /// The help for the first problem of a source.
    fn help(source: &str) -> String {
        problems(source)[0].help(source).unwrap_or_default()
    }

    #[test]
    fn likely_names_are_offered() {
        for (line, name) in [
            ("asert", "`assert`"),
            ("intt", "`int`"),
            ("txn Sendr", "`Sender`"),
            ("int Paay", "`pay`"),
            ("int OptInn", "`OptIn`"),
            ("b man\nmain: int 1", "`main`"),
            ("#pragma versoin 8", "`version`"),
            ("#defin X 1", "`#define`"),
        ] {
            let source = format!("#pragma version 8\n{line}");
            assert_eq!(help(&source), format!("did you mean {name}?"), "{line}");
        }
        assert_eq!(help("#pragma version 8\nglobal Sender"), "`Sender` is a field of `txn`");
        assert!(help("#pragma version 8\nend: int 1\nend").contains("`b end`"));
        assert!(help("\u{feff}int 1").contains("byte order mark"));
        assert!(help("#pragma version 2\nbox_gett").contains("`box_get`? It needs version 8"));
    }

    #[test]
    fn the_version_that_has_a_name_is_reported() {
        let source = "#pragma version 8\nbyte 0x00\nint 0\nint 0\nbyte 0x00\nbox_splice";
        let text = "`box_splice` needs version 10; this program is version 8: change `#pragma version`";
        assert_eq!(help(source), text);
        let related = problems(source)[0].related(source).unwrap();
        assert_eq!((related.line, &source[related.span]), (1, "8"));
        assert!(help("int 1\nint 1\naddw").ends_with("begin it with `#pragma version 2`"));
        assert!(help("#pragma version 13\nsumhash512").contains("no public network"));
    }

    #[test]
    fn variables_and_labels_have_their_help() {
        assert!(help("#pragma version 8\nint TMPL_FEE").contains("--tmpl TMPL_FEE=VALUE"));
        let source = "#pragma version 8\na:\nint 1\na:\n";
        let found = problems(source);
        assert_eq!(found[0].related(source).map(|first| first.line), Some(2));
        assert!(help("#pragma version 8\ntxn Sender\n!").contains("btoi"));
    }

    #[test]
    fn every_warning_is_explained() {
        let source = "#pragma version 8\nintcblock 1\nint 2\nmethod \"no signature\"\npop\nreturn";
        let warnings = assemble(source, AssembleOptions::default()).unwrap().warnings;
        assert_eq!(warnings.len(), 2, "{warnings:?}");
        assert!(warnings.iter().all(|warning| warning.help(source).is_some()), "{warnings:?}");
    }
}
