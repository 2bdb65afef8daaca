//! What is wrong with a TEAL source.

use super::Failure;
use pnp_teal::document::problem_reports;
use pnp_teal::{Diagnostic, Severity};

/// How many problems there are, and all of them for programs; people have seen each under its line of source.
pub(crate) fn malformed(name: &str, source: &str, problems: &[Diagnostic]) -> Failure {
    let errors = problems.iter().filter(|found| found.severity == Severity::Error).count();
    let count = match errors {
        1 => "a problem".to_owned(),
        count => format!("{count} problems"),
    };
    let failure = Failure::new("teal", format!("{name} has {count}"))
        .hint("correct the source and assemble it again; no file was written");
    match serde_json::to_value(problem_reports(source, problems)) {
        Ok(listed) => failure.with("problems", listed),
        Err(_) => failure,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pnp_teal::{AssembleOptions, assemble};

    #[test]
    fn every_problem_is_reported_with_its_place_and_help() {
        let source = "#pragma version 11\nint x\n  retrun\n";
        let problems = assemble(source, AssembleOptions::default()).unwrap_err();
        let failure = malformed("a.teal", source, &problems);
        assert_eq!(failure.message, "a.teal has 2 problems");
        let listed = &failure.details["problems"];
        assert_eq!((listed[0]["line"].as_u64(), listed[0]["code"].as_str()), (Some(2), Some("not-an-integer")));
        let place = ["line", "column", "end_column"].map(|name| listed[1][name].as_u64());
        assert_eq!(place, [Some(3), Some(3), Some(9)]);
        assert_eq!(
            (listed[1]["source"].as_str(), listed[1]["help"].as_str()),
            (Some("retrun"), Some("did you mean `return`?"))
        );
    }
}
