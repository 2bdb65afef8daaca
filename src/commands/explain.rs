//! `explain`: a node's error as the line of TEAL, the rule it broke, and what to do.

use crate::failure::refusal::shown;
use crate::failure::{Failure, refusal};
use crate::session::context::Context;
use crate::session::on_network;
use crate::terminal::input;
use crate::terminal::output::Answer;
use crate::terminal::values::id;
use pnp_client::{RefusingProgram, Rejection, without_structures};
use pnp_ops::explain::{
    Explanation, ListedLine, Listing, PastedError, ProgramSource, TextContext, TextKind, contract_listing, meaning_of,
};
use pnp_ops::reports::explain::{ExplainReport, RefusalWords};
use pnp_teal::{AssembleOptions, SourceMap, assemble, report};
use pnp_types::{AppIndex, SignedTransaction, Txid, msgpack};
use std::path::{Path, PathBuf};

/// A transaction's id.
fn txid(text: &str) -> Result<Txid, String> {
    text.trim().parse().map_err(|_| "a transaction's id has 52 characters, A to Z and 2 to 7".to_owned())
}

/// Arguments of `explain`.
#[derive(Debug, clap::Args)]
#[command(group = clap::ArgGroup::new("what").required(true).args(["text", "txid", "group"]))]
pub(crate) struct Args {
    /// The error, as goal, an SDK, algod or this program printed it; - reads it from stdin
    text: Option<String>,
    /// Ask the network what became of this transaction
    #[arg(long, value_name = "ID", value_parser = txid)]
    txid: Option<Txid>,
    /// Run this file of signed transactions (goal's format) without sending it, and explain why it is refused
    #[arg(long, value_name = "FILE")]
    group: Option<PathBuf>,
    /// The source of the program that failed, where it is not this contract's
    #[arg(long, value_name = "FILE")]
    source: Option<PathBuf>,
    /// The source's map, where the source alone does not give the same program
    #[arg(long, value_name = "FILE", requires = "source")]
    map: Option<PathBuf>,
    /// Take the program of this application from the network
    #[arg(long, value_parser = id::<AppIndex>, allow_hyphen_values = true, conflicts_with = "source")]
    app: Option<AppIndex>,
}

/// Explains.
pub(crate) async fn run(context: &Context, args: &Args) -> Result<Answer, Failure> {
    let program = match (&args.source, args.app) {
        (Some(source), _) => ProgramSource::Listing(listing_of(source, args.map.as_deref())?),
        (None, Some(app)) => ProgramSource::Application(app),
        (None, None) => ProgramSource::Unnamed,
    };
    let explanation = match (&args.text, args.txid, &args.group) {
        (Some(text), _, _) => {
            let text = if text == "-" { input::read_text(Path::new("-"), "unreadable")? } else { text.clone() };
            let pasted = PastedError::new(&text);
            let listing = match program {
                ProgramSource::Listing(listing) => Some(listing),
                ProgramSource::Application(app) => {
                    Some(on_network(context, async |session| Ok(session.listing(app).await?)).await?)
                }
                ProgramSource::Unnamed => contract_listing(&context.settings(), &pasted)?,
            };
            Explanation::of_text(pasted, listing.as_ref())
        }
        (None, Some(txid), _) => {
            on_network(context, async |session| Ok(session.explain_transaction(txid, program).await?)).await?
        }
        (None, None, Some(path)) => {
            let group = read_group(path)?;
            let explanation =
                on_network(context, async |session| Ok(session.explain_group(&group, program).await?)).await?;
            explanation.ok_or_else(|| {
                Failure::new("nothing_failed", format!("{} would not be refused", path.display()))
                    .because("the network ran it without sending it, and it went through")
                    .hint("signatures were not checked: sign it, and send it")
            })?
        }
        (None, None, None) => return Err(Failure::usage("there is nothing to explain").hint("pass the error's text")),
    };
    let words = meaning(&explanation);
    if !explanation.is_recognized && !words.explained {
        return Err(Failure::new("unknown_error", "unknown node error")
            .because(format!("it says: {}", explanation.text.chars().take(200).collect::<String>()))
            .hint("pass all of what was printed, between single quotes or on stdin (`explain -`)"));
    }
    let report = ExplainReport::new(explanation, words, shown);
    Answer::of(&report, text(&report))
}

fn read_group(path: &Path) -> Result<Vec<SignedTransaction>, Failure> {
    let bytes = input::read(path)?;
    let mut rest = bytes.as_slice();
    let mut signed = Vec::new();
    while !rest.is_empty() && signed.len() < 16 {
        let (one, after) = msgpack::decode_prefix::<SignedTransaction>(rest).map_err(|error| {
            Failure::new("not_transactions", format!("{} holds no signed transactions", path.display()))
                .because(error)
                .hint("such a file is written by `goal clerk sign` or `goal app call --out`")
        })?;
        signed.push(one);
        rest = after;
    }
    if signed.is_empty() {
        return Err(
            Failure::new("not_transactions", format!("{} is empty", path.display())).hint("check the file's name")
        );
    }
    Ok(signed)
}

/// A source with its map, or the map that assembling it gives.
fn listing_of(source: &Path, map: Option<&Path>) -> Result<Listing, Failure> {
    let name = source.display().to_string();
    let text = input::read_text(source, "unreadable")?;
    let Some(path) = map else {
        let program = assemble(&text, AssembleOptions::default()).map_err(|problems| {
            let problems = report(&problems, Some(&name));
            Failure::new("teal", format!("{name} does not assemble"))
                .because(problems.trim().lines().next().unwrap_or_default())
                .hint("pass the map that `compile --sourcemap` wrote, with --map FILE")
        })?;
        return Ok(Listing::source(name, text, &program.source_map, Some(program.bytes.len())));
    };
    let bad = |why: String| {
        Failure::new("source_map", format!("{} is no source map", path.display()))
            .because(why)
            .hint("`pnp-contract compile --sourcemap` and `goal clerk compile -m` write one")
    };
    let map: SourceMap = serde_json::from_slice(&input::read(path)?).map_err(|error| bad(error.to_string()))?;
    let map = map.to_pc_map().map_err(|error| bad(error.to_string()))?;
    Ok(Listing::source(name, text, &map, None))
}

/// What the refusal means; for the line of a program that is not known, how to name it.
fn meaning(Explanation { refusal: refused, mismatch, is_recognized, .. }: &Explanation) -> RefusalWords {
    let failure = refusal(refused);
    let (mut code, mut message) = (failure.code, without_structures(&failure.message));
    let (mut cause, mut hint, mut explained) = (failure.cause.clone(), failure.hint.clone(), true);
    match &refused.rejection {
        Rejection::Logic { app, pc, program, reason, inner, .. } if refused.line.is_none() => {
            let innermost = inner.last().filter(|inner| inner.app.is_some());
            let (app, pc) = innermost.map_or((*app, *pc), |inner| (inner.app, inner.pc));
            hint = Some(program_to_name(app, pc, *program));
            cause = meaning_of(reason, TextContext::Program).map(|known| known.why.to_owned()).or(cause);
        }
        Rejection::Other { text } => {
            let text = without_structures(text);
            let context = if *is_recognized { TextContext::Transaction } else { TextContext::Unknown };
            let known = meaning_of(&text, context);
            explained = known.is_some();
            cause = Some(known.map_or_else(|| text.clone(), |known| format!("{}: {text}", known.why)));
            match known.map(|known| (known.kind, known.why)) {
                Some((TextKind::Request, _)) => (code, message) = ("api", "the network refused the request".to_owned()),
                Some((TextKind::Own(own), why)) => (code, message, cause) = (own, text, Some(why.to_owned())),
                _ => {}
            }
            hint = Some(
                known.map_or("nothing was changed; no more is known about this error", |known| known.remedy).into(),
            );
        }
        _ => {}
    }
    if mismatch.is_some() {
        hint = Some("name the program that failed: --app N --net NET, or --source FILE --map FILE".to_owned());
    }
    RefusalWords {
        code: code.to_owned(),
        message,
        cause: cause.map(|cause| without_structures(&cause)),
        hint,
        explained,
    }
}

/// How to name the program that refused.
fn program_to_name(app: Option<AppIndex>, pc: Option<u64>, program: RefusingProgram) -> String {
    let app = app.map_or_else(|| "N".to_owned(), |app| app.to_string());
    match (program, pc) {
        (RefusingProgram::LogicSignature, Some(_)) => {
            "for the line, name its program: --source FILE --map FILE".to_owned()
        }
        (RefusingProgram::LogicSignature, None) => {
            "it ended with 0: see which condition of it the transaction does not meet".to_owned()
        }
        (_, None) => {
            "it ended with 0: for the values, pass the signed transactions with --group FILE --net NET".to_owned()
        }
        (_, Some(_)) => format!("for the line, name its program: --app {app} --net NET, or --source FILE --map FILE"),
    }
}

fn text(report: &ExplainReport) -> String {
    let mut lines = vec![report.message.clone()];
    lines.extend(report.cause.iter().map(|cause| format!("  why:   {cause}")));
    lines.extend(
        report.mismatch.iter().map(|why| format!("  note:  the given program is not the one that failed: {why}")),
    );
    lines.extend(report.hint.iter().map(|hint| format!("  next:  {hint}")));
    if !report.stack.is_empty() {
        lines.push(format!("  stack: {} (the top last)", report.stack.join(", ")));
    }
    if !report.listing.is_empty() {
        lines.push(String::new());
    }
    for ListedLine { line, text, here } in &report.listing {
        lines.push(format!("{} {line:>5} | {text}", if *here { ">" } else { " " }).trim_end().to_owned());
    }
    lines.join("\n")
}
