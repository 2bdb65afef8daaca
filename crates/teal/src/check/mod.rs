//! Static checks: what a program wrongly approves, and code that always fails.
//!
//! A program is followed along its paths through branches and subroutines ([`super::flow`]), with values that stand for
//! whatever a caller may send. At each exit that approves, the checks query the facts of the path. Nothing is
//! run, and nothing here knows the interpreter.
//!
//! ```
//! use pnp_teal::{CheckOptions, check};
//!
//! let source = "#pragma version 11\ntxn Fee\nglobal MinTxnFee\n<=\nassert\nint 1\nreturn";
//! let findings = check(source, &CheckOptions::default());
//! let names: Vec<&str> = findings.iter().map(|finding| finding.name()).collect();
//! assert_eq!(names, ["unchecked-rekey-to", "unchecked-close-to", "unchecked-asset-close-to", "unchecked-asset-sender"]);
//! assert_eq!(findings[0].line, 7);
//! ```

mod allow;
mod checks;
mod definition;
mod deployment_settings;
mod engine;
mod examine;
mod finding;
mod mode;
#[cfg(feature = "render")]
mod render;
mod subject;

pub use checks::{CHECKS, check_named};
pub use definition::{Check, Example};
pub use examine::{CheckOptions, Examination, examine};
pub use finding::{Finding, Level, Related};
pub use mode::{Mode, ModeSource};
#[cfg(feature = "render")]
pub use render::render;

/// Everything the checks find in a source, in the order of its lines.
///
/// A source that does not assemble has a finding for each error of the assembler. [`examine`] returns more.
///
/// ```
/// use pnp_teal::{CheckOptions, check};
///
/// let findings = check("#pragma version 8\nint 1; store 0; txn Fee; !", &CheckOptions::default());
/// assert!(findings.iter().any(|finding| finding.name() == "unused-scratch" && finding.line == 2));
/// ```
pub fn check(source: &str, options: &CheckOptions) -> Vec<Finding> {
    examine(source, options).findings
}

#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
