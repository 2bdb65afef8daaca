//! What is found in TEAL, as documents for programs: the shapes of JSON, and SARIF.

mod costs;
mod findings;
mod problems;
pub mod sarif;

pub use costs::{CallCost, LengthReport, LineRange, ProgramCost, line_ranges};
pub use findings::{AllowedReport, CheckEntry, Counts, FindingReport, RelatedFinding, SourceReport};
pub use problems::{ProblemReport, RelatedReport, problem_reports};
