//! `verify`: whether the chain runs this source, and if not, what is different.

use crate::commands::deploy::TemplateArgs;
use crate::failure::{Exit, Failure};
use crate::session::context::Context;
use crate::session::on_network;
use crate::session::target::Target;
use crate::terminal::output::Answer;
use pnp_ops::reports::verify::{TemplateDifference, VerifyReport};
use pnp_usage::Change;
use pnp_usage::difference::{Hunk, Side};

/// Arguments of `verify`.
#[derive(Debug, clap::Args)]
#[command(
    mut_arg("updatable", |arg| arg.help("Expect that the creator can replace the programs, or cannot [default: as recorded]")),
    mut_arg("deletable", |arg| arg.help("Expect that the creator can delete the contract, or cannot [default: as recorded]")),
    mut_arg("unordered_ticks", |arg| arg.help("Expect that ticks need not rise, or must [default: as recorded]")),
)]
pub(crate) struct Args {
    #[command(flatten)]
    target: Target,
    #[command(flatten)]
    template: TemplateArgs,
}

/// Compares.
pub(crate) async fn run(context: &Context, args: &Args) -> Result<Answer, Failure> {
    on_network(context, async |session| {
        let verified = session.verify(args.target.app, args.template.choices()).await?;
        let report = VerifyReport::new(session, verified);
        let answer = Answer::of(&report, text(&report))?;
        Ok(if report.same { answer } else { answer.ending(Exit::Findings) })
    })
    .await
}

fn text(report: &VerifyReport) -> String {
    let verdict = if !report.usage_contract {
        "is not a UsageContract: its program is another one"
    } else if report.same {
        "runs this source"
    } else if report.same_code {
        "runs this source's code, and differs:"
    } else {
        "runs another version of the source:"
    };
    let mut lines = vec![format!("application {} on {} {verdict}", report.app, report.network)];
    for TemplateDifference { name, on_chain, here } in &report.template_differences {
        lines.push(format!("template  {name} is {on_chain} on chain, {here} here"));
    }
    for Change { what, from, to, .. } in &report.missing_room {
        lines.push(format!("room      {what}: {from} on chain, {to} are needed"));
    }
    lines.extend(report.spare_room.iter().map(|spare| format!("room      {spare}: no harm")));
    for (name, program) in [("approval", &report.approval), ("clear", &report.clear)] {
        let hash = &program.sha512_256_on_chain;
        if program.same {
            lines.push(format!("{name:<10}the same {} bytes, sha512/256 {hash}", program.bytes_here));
        } else {
            let (there, here) = (program.bytes_on_chain, program.bytes_here);
            lines.push(format!("{name:<10}{there} bytes on chain, sha512/256 {hash}; {here} bytes here"));
        }
        // Every line of another contract's program differs.
        lines.extend(program.differences.iter().filter(|_| report.usage_contract).map(shown));
    }
    if report.template.is_empty() {
        return lines.join("\n");
    }
    let settings = report.template.iter().map(|one| format!("{}={}", one.name, one.value));
    lines.push(format!("on chain  {}", settings.collect::<Vec<_>>().join(" ")));
    lines.join("\n")
}

/// A difference as people read one: `-` is the chain's, `+` this source's.
fn shown(hunk: &Hunk) -> String {
    let lines = hunk.lines.iter().map(|line| {
        let sign = match line.side {
            Side::Both => ' ',
            Side::Old => '-',
            Side::New => '+',
        };
        match &line.source {
            Some(source) => format!("  {sign} {:<28} {}:{}", line.teal, source.file, source.line),
            None => format!("  {sign} {}", line.teal),
        }
    });
    lines.collect::<Vec<_>>().join("\n")
}
