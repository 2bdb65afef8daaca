//! `test`: play contract scenarios on a network.

use crate::failure::{Exit, Failure};
use crate::session::Session;
use crate::session::context::Context;
use crate::terminal::input::{read_source, read_text};
use crate::terminal::output::Answer;
use pnp_network::Kind;
use pnp_usage::scenario::{self, Scenario, Sources, Stage, StageError, Transcript, play};
use pnp_usage::{APPROVAL_SOURCE, CLEAR_SOURCE};
use schemars::JsonSchema;
use serde::Serialize;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// Arguments of `test`.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Args {
    /// Scenario files, or folders of them [default: this contract's own suite]
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Play only scenarios whose file or title contains this
    #[arg(long, value_name = "TEXT")]
    filter: Option<String>,
    /// The approval program to test instead of the built-in one
    #[arg(long, value_name = "FILE")]
    approval: Option<PathBuf>,
    /// The clear program to test instead of the built-in one
    #[arg(long, value_name = "FILE")]
    clear: Option<PathBuf>,
}

/// How the scenarios went.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct TestReport {
    /// The network's name.
    network: String,
    /// How many scenarios passed.
    passed: usize,
    /// How many did not.
    failed: usize,
    /// How long all of them took.
    milliseconds: u64,
    /// Every scenario, in the order they were played.
    scenarios: Vec<Verdict>,
}

/// The result of a scenario.
#[derive(Debug, Serialize, JsonSchema)]
struct Verdict {
    /// The file it is in.
    file: String,
    /// Its title.
    scenario: String,
    /// Whether it passed.
    passed: bool,
    /// What it led to, in words that are the same on every network; absent where it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    transcript: Option<Transcript>,
    /// The first difference; absent where there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    failure: Option<String>,
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
        approval: source(args.approval.as_deref(), APPROVAL_SOURCE)?,
        clear: source(args.clear.as_deref(), CLEAR_SOURCE)?,
    };
    // A program that does not assemble fails once, not in every scenario.
    scenario::Programs::assemble(&sources, &scenario::Contract::default()).map_err(|problems| {
        Failure::new("teal", "the programs to test cannot be assembled")
            .because(problems)
            .hint("`pnp-contract compile` shows every problem in its line")
    })?;
    let (network, _) = context.network()?;
    let session = match network.kind {
        Kind::Embedded => Session::throw_away(context).await?,
        _ => Session::open(context).await?,
    };
    let outcome = play_all(context, &session, &sources, &scenarios).await;
    session.close().await?;
    outcome
}

async fn play_all(
    context: &Context,
    session: &Session<'_>,
    sources: &Sources,
    scenarios: &[(String, Scenario)],
) -> Result<Answer, Failure> {
    let dispenser = session.dispenser().await?;
    let key = dispenser.unlock().await?.ok_or_else(|| {
        Failure::new("no_dispenser", "the key that hands out Algos does not leave its keeper")
            .because("a suite signs for its own accounts, many times a second")
            .hint("set DISPENSER_MNEMONIC to a rich account's words")
    })?;
    let mut stage =
        Stage::set(session.algod.clone(), dispenser.address, |transaction| key.sign_transaction(transaction))
            .await
            .map_err(unplayable)?;
    if context.out.is_json() {
        stage = stage.with_transcripts();
    }
    let start = Instant::now();
    let mut verdicts = Vec::with_capacity(scenarios.len());
    let mut failed = Vec::new();
    for (file, scenario) in scenarios {
        let verdict = play(&mut stage, sources, scenario).await;
        let title = format!("{file}: {}", scenario.scenario);
        let (transcript, failure) = match verdict {
            Ok(transcript) => {
                context.out.say(&format!("ok      {title}"));
                (Some(transcript), None)
            }
            Err(scenario::Failure::Stage(error @ StageError::Client(_))) => return Err(unplayable(error)),
            Err(failure) => {
                context.out.say(&format!("FAILED  {title}\n        {failure}"));
                failed.push(format!("{title}: {failure}"));
                (None, Some(failure.to_string()))
            }
        };
        let (file, scenario) = (file.clone(), scenario.scenario.clone());
        verdicts.push(Verdict { file, scenario, passed: failure.is_none(), transcript, failure });
    }
    let passed = scenarios.len().saturating_sub(failed.len());
    let report = TestReport {
        network: session.network.name.clone(),
        passed,
        failed: failed.len(),
        milliseconds: u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX),
        scenarios: verdicts,
    };
    let summary = format!("{passed} passed, {} failed on {}", failed.len(), session.network.name);
    if failed.is_empty() {
        return Answer::of(&report, summary);
    }
    failed.push(summary);
    Ok(Answer::of(&report, failed.join("\n"))?.ending(Exit::Findings))
}

fn unplayable(error: StageError) -> Failure {
    match error {
        StageError::Client(error) => error.into(),
        other => Failure::new("unplayable", other).hint("run with -v, and check the network with `status`"),
    }
}

fn source(path: Option<&Path>, built_in: &str) -> Result<String, Failure> {
    path.map_or_else(|| Ok(built_in.to_owned()), read_source)
}

/// The scenarios to play, each with the name of its file.
fn chosen(args: &Args) -> Result<Vec<(String, Scenario)>, Failure> {
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
        scenarios.extend(found.into_iter().map(|scenario| (name.clone(), scenario)));
    }
    if let Some(filter) = &args.filter {
        scenarios.retain(|(name, scenario)| name.contains(filter) || scenario.scenario.contains(filter));
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
