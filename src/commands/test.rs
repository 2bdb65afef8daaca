//! `test`: run contract scenarios on a network.

use crate::failure::{Exit, Failure};
use crate::session::Session;
use crate::session::context::Context;
use crate::terminal::input::{read_source, read_text};
use crate::terminal::output::Answer;
use crate::terminal::problems::warn_of_unreleased;
use pnp_network::Kind;
use pnp_ops::reports::suite::TestReport;
use pnp_ops::{NamedScenario, ScenarioResult};
use pnp_usage::scenario::{self, Sources};
use pnp_usage::{APPROVAL_SOURCE, CLEAR_SOURCE};
use std::path::{Path, PathBuf};
use std::time::Instant;

/// Arguments of `test`.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Args {
    /// Scenario files, or folders of them [default: this contract's own suite]
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Run only scenarios with this text in file name or title
    #[arg(long, value_name = "TEXT")]
    filter: Option<String>,
    /// The approval program to test instead of the built-in one
    #[arg(long, value_name = "FILE")]
    approval: Option<PathBuf>,
    /// The clear program to test instead of the built-in one
    #[arg(long, value_name = "FILE")]
    clear: Option<PathBuf>,
}

/// The contract's own suite: file name and text.
const SUITE: &[(&str, &str)] = &[
    ("bill-attacks", include_str!("../../tests/scenarios/bill-attacks.yaml")),
    ("bill-price", include_str!("../../tests/scenarios/bill-price.yaml")),
    ("bill-ticks", include_str!("../../tests/scenarios/bill-ticks.yaml")),
    ("create", include_str!("../../tests/scenarios/create.yaml")),
    ("creator", include_str!("../../tests/scenarios/creator.yaml")),
    ("users", include_str!("../../tests/scenarios/users.yaml")),
];

/// Runs the scenarios one after the other; on `embedded` in a temporary network.
pub(crate) async fn run(context: &Context, args: &Args) -> Result<Answer, Failure> {
    let scenarios = chosen(args)?;
    let sources = Sources {
        approval: source(context, args.approval.as_deref(), APPROVAL_SOURCE)?,
        clear: source(context, args.clear.as_deref(), CLEAR_SOURCE)?,
    };
    // A program that does not assemble fails once, not in every scenario.
    scenario::Programs::assemble(&sources, &scenario::Contract::default()).map_err(|problems| {
        Failure::new("teal", "the programs to test cannot be assembled")
            .because(problems)
            .hint("`pnp-contract compile` shows every problem in its line")
    })?;
    let (network, _) = context.network()?;
    let session = match network.kind {
        Kind::Embedded => Session::in_memory(context).await?,
        _ => Session::open(context).await?,
    };
    let outcome = run_all(context, &session, &sources, &scenarios).await;
    session.close().await?;
    outcome
}

async fn run_all(
    context: &Context,
    session: &Session<'_>,
    sources: &Sources,
    scenarios: &[NamedScenario],
) -> Result<Answer, Failure> {
    let start = Instant::now();
    let finished = |result: &ScenarioResult| {
        let ScenarioResult { file, scenario, failure, .. } = result;
        context.out.say(&match failure {
            None => format!("ok      {file}: {scenario}"),
            Some(failure) => format!("FAILED  {file}: {scenario}\n        {failure}"),
        });
    };
    let results = session.run_scenarios(sources, scenarios, context.out.is_json(), finished).await?;
    let failures = results.iter().filter_map(|result| {
        let failure = result.failure.as_ref()?;
        Some(format!("{}: {}: {failure}", result.file, result.scenario))
    });
    let mut lines: Vec<String> = failures.collect();
    let report = TestReport::new(session, results, start.elapsed());
    lines.push(format!("{} passed, {} failed on {}", report.passed, report.failed, report.network));
    let answer = Answer::of(&report, lines.join("\n"))?;
    Ok(if report.failed == 0 { answer } else { answer.ending(Exit::Findings) })
}

fn source(context: &Context, path: Option<&Path>, built_in: &str) -> Result<String, Failure> {
    let Some(path) = path else { return Ok(built_in.to_owned()) };
    let source = read_source(path)?;
    warn_of_unreleased(&context.out, &path.display().to_string(), &source, pnp_teal::version_of(&source));
    Ok(source)
}

/// The scenarios to run, each with the name of its file.
fn chosen(args: &Args) -> Result<Vec<NamedScenario>, Failure> {
    let mut texts = Vec::new();
    for path in &args.paths {
        for file in files(path)? {
            texts.push((file.display().to_string(), read_text(&file, "scenario")?));
        }
    }
    if args.paths.is_empty() {
        texts.extend(SUITE.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())));
    }
    let mut scenarios = Vec::new();
    for (name, text) in texts {
        let found = scenario::read(&text).map_err(|error| {
            Failure::usage(format!("{name}:{error}"))
                .because("the file is not a list of scenarios")
                .hint("tests/scenarios/ has examples of every field")
        })?;
        scenarios.extend(found.into_iter().map(|scenario| NamedScenario { file: name.clone(), scenario }));
    }
    if let Some(filter) = &args.filter {
        scenarios.retain(|it| it.file.contains(filter) || it.scenario.scenario.contains(filter));
    }
    if scenarios.is_empty() {
        return Err(Failure::usage("there is no scenario to play")
            .because(match &args.filter {
                Some(filter) => format!("no file or title contains {filter:?}"),
                None => "the paths hold no .yaml files with scenarios".to_owned(),
            })
            .hint("run `pnp-contract test` without arguments for this contract's own suite"));
    }
    Ok(scenarios)
}

/// A file itself; a folder's `.yaml` files in order.
fn files(path: &Path) -> Result<Vec<PathBuf>, Failure> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let unreadable = |error: std::io::Error| {
        Failure::usage(format!("{} cannot be read", path.display())).because(error).hint("check the path")
    };
    let mut found = Vec::new();
    for entry in std::fs::read_dir(path).map_err(unreadable)? {
        let file = entry.map_err(unreadable)?.path();
        if file.extension().is_some_and(|extension| extension == "yaml" || extension == "yml") {
            found.push(file);
        }
    }
    found.sort();
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_suite_is_the_folder() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scenarios");
        let names: Vec<_> = files(&folder)
            .unwrap()
            .iter()
            .map(|file| file.file_stem().unwrap().to_string_lossy().into_owned())
            .collect();
        assert_eq!(names, SUITE.iter().map(|(name, _)| *name).collect::<Vec<_>>());
    }
}
