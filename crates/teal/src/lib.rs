//! The TEAL assembler of the Algorand network, and the tools around it.
//!
//! - [`assemble`] makes a program of text, with a source map and warnings; [`disassemble`] makes text of a program.
//! - [`format()`] lays a source out, [`template`] fills in template variables.
//! - [`check`](check()) finds what a program wrongly approves, [`cost`] bounds what each call of it costs.
//! - `render` (feature `render`) draws problems into the source, for a terminal.
//!
//! For every version up to 14 the answers are those of go-algorand's assembler, byte for byte and word for word:
//! programs, source maps, errors with their places and order, warnings, disassembly. Nothing here runs a program.
//!
//! ```
//! use pnp_teal::{AssembleOptions, assemble, disassemble};
//!
//! let assembled = assemble("#pragma version 11\nint 2\nint 2\n+\nreturn", AssembleOptions::default()).unwrap();
//! assert_eq!(hex::encode(&assembled.bytes), "0b20010222220843");
//! assert_eq!(assembled.source_map.at(6).map(|at| at.line), Some(3));
//! assert!(disassemble(&assembled.bytes).unwrap().contains("intc_0 // 2\n+\nreturn\n"));
//!
//! let problems = assemble("#pragma version 11\nint one", AssembleOptions::default()).unwrap_err();
//! assert_eq!(problems[0].to_string(), "2:4: unable to parse \"one\" as integer");
//! ```

mod abi;
mod advice;
mod assembler;
mod buffers;
mod bytes_literal;
pub mod check;
mod code;
mod constants;
mod cost;
mod diagnostic;
mod directive;
mod disassemble;
pub mod document;
mod emit;
mod emit_constants;
mod encoding;
mod excerpt;
pub mod flow;
mod format;
mod index;
mod integer;
mod knowledge;
mod layout;
mod macros;
mod mnemonic;
mod problem;
mod problem_code;
mod program_format;
mod quote;
mod recovered;
mod refine;
#[cfg(feature = "render")]
mod render;
mod salt;
mod scanner;
mod source_text;
mod sourcemap;
mod spelling;
pub mod template;
mod token;

pub use advice::{Related, version_of};
pub use bytes_literal::BytesError;
pub use check::{CheckOptions, Finding, check};
pub use cost::{CostError, CostOptions, CostReport, EntryCost, LengthCost, Step, cost, cost_of_program};
#[cfg(feature = "render")]
pub use cost::{cost_paths, cost_snapshot, cost_table};
pub use diagnostic::{Diagnostic, Severity, report};
pub use disassemble::{DisassembleError, Disassembly, disassemble, disassemble_with_places};
pub use encoding::EncodingError;
pub use excerpt::Excerpt;
pub use format::{FormatError, assembles_alike, format};
pub use integer::IntegerError;
pub use problem::Problem;
pub use program_format::ProgramFormat;
pub use recovered::{RecoveredSource, recover_source};
#[cfg(feature = "render")]
pub use render::{RenderOptions, render};
pub use source_text::{NotText, shown_text, source_text};
pub use sourcemap::{Location, PcMap, SourceMap, SourceMapError};

use pnp_opcodes::{MAX_VERSION, RELEASED_VERSION};
use pnp_types::Address;

use assembler::Assembler;

/// The version of programs that name none.
pub const DEFAULT_VERSION: u8 = 1;

/// What the reference makes of a source without a version or an instruction ([`Problem::NoInstruction`]): a program of
/// version 2^64-1 and nothing else, which no network runs. Only who speaks for algod answers with it.
pub const VERSIONLESS_PROGRAM: [u8; 10] = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01];

/// How to assemble.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AssembleOptions {
    /// The version, where the source must not choose another; `None` leaves it to `#pragma version`.
    pub version: Option<u8>,
}

/// A program and what is known about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assembled {
    /// The program.
    pub bytes: Vec<u8>,
    /// Its AVM version.
    pub version: u8,
    /// Where its instructions come from.
    pub source_map: PcMap,
    /// What is suspicious.
    pub warnings: Vec<Diagnostic>,
}

impl Assembled {
    /// The program's hash, which is the address of a logic signature.
    pub fn program_hash(&self) -> Address {
        Address::of_program(&self.bytes)
    }
}

/// Assembles a whole program.
///
/// All errors are reported at once, in the reference's order, followed by the warnings. A source of nothing but comments
/// needs a version in `options`; without one it is a [`Problem::NoInstruction`].
///
/// ```
/// use pnp_teal::{AssembleOptions, assemble};
///
/// let program = assemble("#pragma version 8\nint 1", AssembleOptions::default()).unwrap();
/// assert_eq!(program.bytes, [8, 0x81, 1]);
/// let problems = assemble("#pragma version 8\nint one", AssembleOptions::default()).unwrap_err();
/// assert_eq!(problems[0].to_string(), "2:4: unable to parse \"one\" as integer");
/// ```
pub fn assemble(source: &str, options: AssembleOptions) -> Result<Assembled, Vec<Diagnostic>> {
    assemble_bytes(source.as_bytes(), options)
}

/// The same for a source that may be no text: the reference takes any bytes, wherever they are. They are what they are in
/// strings, labels and comments, and nothing else has a meaning for them.
///
/// ```
/// use pnp_teal::{AssembleOptions, assemble_bytes};
///
/// let program = assemble_bytes(b"#pragma version 8\npushbytes \"\xff\"; len // caf\xe9", AssembleOptions::default()).unwrap();
/// assert_eq!(program.bytes, [8, 0x80, 1, 0xff, 0x15]);
/// ```
///
/// # Errors
/// As [`assemble`]; the places are those of the bytes.
pub fn assemble_bytes(source: &[u8], options: AssembleOptions) -> Result<Assembled, Vec<Diagnostic>> {
    let refuse = |problem| {
        let nowhere = token::Token::default();
        Err(vec![assembler::diagnostic(Severity::Error, nowhere, problem)])
    };
    if let Some(version) = options.version.filter(|version| *version > MAX_VERSION) {
        return refuse(Problem::NoSuchVersion(version));
    }
    if is_blank(source) {
        return refuse(Problem::EmptyText);
    }
    if u32::try_from(source.len()).is_err() {
        return refuse(Problem::TextTooLong);
    }
    Assembler::new(source, options.version).run()
}

/// Whether there is nothing but blanks, of any script.
fn is_blank(source: &[u8]) -> bool {
    match source.trim_ascii_start().first() {
        None => true,
        Some(byte) if byte.is_ascii_graphic() => false,
        Some(_) => std::str::from_utf8(source).is_ok_and(|text| text.trim().is_empty()),
    }
}

/// A warning where `version` is that of a network to come, at the `#pragma version` of `source`; places are those of
/// [`assemble`]. Public networks refuse such a program.
///
/// ```
/// use pnp_teal::unreleased_version;
///
/// let warning = unreleased_version("#pragma version 14\nint 1", 14).unwrap();
/// assert_eq!(warning.to_string(), "1:16: version 14 is not on any public network yet");
/// assert_eq!(unreleased_version("#pragma version 13\nint 1", 13), None);
/// ```
pub fn unreleased_version(source: &str, version: u8) -> Option<Diagnostic> {
    if version <= RELEASED_VERSION {
        return None;
    }
    let place = advice::pragma(source).map_or_else(token::Token::default, |(_, number)| number);
    Some(assembler::diagnostic(Severity::Warning, place, Problem::UnreleasedVersion { version }))
}

/// Assembles whatever the types say: for programs that could not run, but can be looked at.
fn assemble_untracked(source: &str) -> Option<Assembled> {
    let mut assembler = Assembler::new(source.as_bytes(), None);
    assembler.typetrack = false;
    assembler.run().ok()
}

#[cfg(test)]
#[cfg(feature = "salt")]
mod vectors_tests;
