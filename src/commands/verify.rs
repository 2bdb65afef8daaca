//! `verify`: whether the chain runs this source, and if not, what is different.

use crate::commands::deploy::TemplateArgs;
use crate::failure::{Exit, Failure};
use crate::session::context::Context;
use crate::session::target::Target;
use crate::session::{Session, on_network};
use crate::terminal::output::Answer;
use pnp_ops::Verified;
use pnp_types::AppIndex;
use pnp_usage::difference::{Hunk, Side};
use pnp_usage::{Change, ProgramComparison};
use schemars::JsonSchema;
use serde::Serialize;

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

/// A template variable that has another value on the chain.
#[derive(Debug, Serialize, JsonSchema)]
struct TemplateDifference {
    /// The variable.
    name: &'static str,
    /// Its value on the chain.
    on_chain: u64,
    /// The value asked for, recorded, or default.
    here: u64,
}

/// A template value on the chain.
#[derive(Debug, Serialize, JsonSchema)]
struct TemplateSetting {
    /// The variable.
    name: &'static str,
    /// Its value.
    value: u64,
}

/// Whether the chain runs this source, and what differs.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct VerifyReport {
    /// The network's name.
    network: String,
    /// The network's genesis hash, base64.
    genesis_hash: String,
    /// The application.
    app: AppIndex,
    /// Whether the chain runs this source, with the template values expected.
    same: bool,
    /// Whether its code is this source's, whatever the template's values.
    same_code: bool,
    /// The template values on the chain, as far as its program shows them.
    template: Vec<TemplateSetting>,
    /// Template values other than expected.
    template_differences: Vec<TemplateDifference>,
    /// The approval program.
    approval: ProgramComparison,
    /// The clear program.
    clear: ProgramComparison,
    /// Room the contract needs and the application does not have.
    missing_room: Vec<Change>,
    /// Room beyond what is needed; it does no harm.
    spare_room: Vec<String>,
}

/// Compares.
pub(crate) async fn run(context: &Context, args: &Args) -> Result<Answer, Failure> {
    on_network(context, async |session| {
        let verified = session.verify(args.target.app, args.template.choices()).await?;
        let report = VerifyReport::new(session, verified);
        let answer = Answer::of(&report, report.text())?;
        Ok(if report.same { answer } else { answer.ending(Exit::Findings) })
    })
    .await
}

impl VerifyReport {
    fn new(session: &Session<'_>, verified: Verified) -> Self {
        let Verified { app, verification: found } = verified;
        let template = found.on_chain.values().map(|(name, value)| TemplateSetting { name, value });
        let differs = |(name, on_chain, here)| TemplateDifference { name, on_chain, here };
        Self {
            network: session.network.name.clone(),
            genesis_hash: session.identity.hash.clone(),
            app,
            same: found.is_same(),
            same_code: found.is_same_code(),
            template: template.into(),
            template_differences: found.template_differences().into_iter().map(differs).collect(),
            approval: found.approval,
            clear: found.clear,
            missing_room: found.missing_room,
            spare_room: found.spare_room,
        }
    }

    fn text(&self) -> String {
        let verdict = if self.same {
            "runs this source"
        } else if self.same_code {
            "runs this source's code, and differs:"
        } else {
            "runs another version of the source:"
        };
        let mut lines = vec![format!("application {} on {} {verdict}", self.app, self.network)];
        for TemplateDifference { name, on_chain, here } in &self.template_differences {
            lines.push(format!("template  {name} is {on_chain} on chain, {here} here"));
        }
        for Change { what, from, to, .. } in &self.missing_room {
            lines.push(format!("room      {what}: {from} on chain, {to} are needed"));
        }
        lines.extend(self.spare_room.iter().map(|spare| format!("room      {spare}: no harm")));
        for (name, program) in [("approval", &self.approval), ("clear", &self.clear)] {
            let hash = &program.sha512_256_on_chain;
            if program.same {
                lines.push(format!("{name:<10}the same {} bytes, sha512/256 {hash}", program.bytes_here));
            } else {
                let (there, here) = (program.bytes_on_chain, program.bytes_here);
                lines.push(format!("{name:<10}{there} bytes on chain, sha512/256 {hash}; {here} bytes here"));
            }
            lines.extend(program.differences.iter().map(shown));
        }
        let settings = self.template.iter().map(|one| format!("{}={}", one.name, one.value));
        lines.push(format!("on chain  {}", settings.collect::<Vec<_>>().join(" ")));
        lines.join("\n")
    }
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
