//! `status --all`: the contract in every environment, and where they drift apart.

use crate::failure::{Exit, Failure};
use crate::session::context::Context;
use crate::terminal::output::Answer;
use pnp_ops::environments;
use pnp_ops::reports::environments::{AllReport, EnvironmentReport};
use pnp_registry::Rates;

/// Asks all.
pub(super) async fn run(context: &Context, strict: bool) -> Result<Answer, Failure> {
    let all = environments(&context.settings(), &context.host()).await?;
    let needs_attention = all.needs_attention();
    let report = AllReport::new(all, |error| Failure::from(error).message.clone());
    let answer = Answer::of(&report, text(&report))?;
    Ok(if strict && needs_attention { answer.ending(Exit::Findings) } else { answer })
}

fn text(report: &AllReport) -> String {
    let environments = report.environments.iter().flat_map(lines);
    let drift = report.drift.iter().map(|drift| {
        let short = |value: &str| value.chars().take(16).collect::<String>();
        let values: Vec<_> = drift.values.iter().map(|(name, value)| format!("{name} {}", short(value))).collect();
        format!("drift      {}: {}", drift.what, values.join(", "))
    });
    environments.chain(drift).collect::<Vec<_>>().join("\n")
}

fn lines(environment: &EnvironmentReport) -> Vec<String> {
    let network = &environment.network;
    let problem = environment.problem.clone();
    let Some(contract) = &environment.contract else {
        return vec![format!("{network:<10} {}", problem.unwrap_or_else(|| "no contract".to_owned()))];
    };
    let Rates { fee_pct, min_rate, max_rate } = contract.parameters;
    let runs = match contract.runs_this_source {
        Some(true) => "this source",
        Some(false) => "another source",
        None => "by its record",
    };
    let round = environment.round.map(|round| format!(", round {round}")).unwrap_or_default();
    let app = contract.app;
    let first =
        format!("{network:<10} application {app}, {runs}{round}, fee {fee_pct}, rates {min_rate} to {max_rate}");
    let notes = problem.into_iter().chain(contract.differs.iter().map(ToString::to_string));
    std::iter::once(first).chain(notes.map(|note| format!("{:<10} {note}", ""))).collect()
}
