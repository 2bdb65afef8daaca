//! `explain`: a node's error as the line of TEAL, the rule it broke, and what to do.

mod listing;
mod pasted_error;

use crate::failure::Failure;
use crate::failure::node_errors::advice;
use crate::failure::refusal::{Place, refused, shown};
use crate::session::context::Context;
use crate::session::{Session, on_network};
use crate::terminal::input;
use crate::terminal::output::Answer;
use crate::terminal::values::whole;
use listing::{ListedLine, Listing};
use pasted_error::PastedError;
use pnp_client::{FailedStep, Outcome, Rejection, Unknown};
use pnp_registry::Store;
use pnp_teal::{AssembleOptions, SourceMap, assemble, report};
use pnp_types::msgpack;
use pnp_types::{AppIndex, SignedTransaction, Txid};
use pnp_usage::{Programs, Template, template_of};
use schemars::JsonSchema;
use serde::Serialize;
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
    #[arg(long, value_parser = whole, allow_hyphen_values = true, conflicts_with = "source")]
    app: Option<AppIndex>,
}

/// What a node's error means: the line of TEAL, the rule it broke, and what to do.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct ExplainReport {
    /// What sort of error it is: the `code` that a command would have failed with.
    code: String,
    /// What happened.
    message: String,
    /// Why.
    #[serde(skip_serializing_if = "Option::is_none")]
    cause: Option<String>,
    /// What to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<String>,
    /// The application that refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    app: Option<AppIndex>,
    /// The transaction's place in its group.
    #[serde(skip_serializing_if = "Option::is_none")]
    group_index: Option<u64>,
    /// The place in the program.
    #[serde(skip_serializing_if = "Option::is_none")]
    pc: Option<u64>,
    /// The line.
    #[serde(skip_serializing_if = "Option::is_none")]
    place: Option<Place>,
    /// The rule that the line keeps.
    #[serde(skip_serializing_if = "Option::is_none")]
    rule: Option<String>,
    /// The lines around it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    listing: Vec<ListedLine>,
    /// The stack before the step that failed, the top last; known where the group is at hand.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    stack: Vec<String>,
    /// The error that was explained, in the node's words.
    text: String,
}

/// Explains.
pub(crate) async fn run(context: &Context, args: &Args) -> Result<Answer, Failure> {
    let named = match &args.source {
        Some(source) => Some(listing_of(source, args.map.as_deref())?),
        None => None,
    };
    let report = match (&args.text, args.txid, &args.group) {
        (Some(text), _, _) => {
            let text = if text == "-" { input::read_text(Path::new("-"), "unreadable")? } else { text.clone() };
            let pasted = PastedError::new(&text);
            match args.app {
                Some(app) => {
                    on_network(context, async |session| explain(&pasted, program_of(session, app).await?)).await?
                }
                None => {
                    let listing = named.map_or_else(|| recorded(context, &pasted), |listing| Ok(Some(listing)))?;
                    explain(&pasted, listing)?
                }
            }
        }
        (None, Some(txid), _) => {
            on_network(context, async |session| transaction(session, txid, args, named).await).await?
        }
        (None, None, Some(path)) => {
            on_network(context, async |session| group(session, path, args, named).await).await?
        }
        (None, None, None) => return Err(Failure::usage("there is nothing to explain").hint("pass the error's text")),
    };
    Answer::of(&report, report.text())
}

/// Explains a text by a program's listing.
fn explain(pasted: &PastedError, listing: Option<Listing>) -> Result<ExplainReport, Failure> {
    let listing = listing.as_ref();
    if let (Some(line), Some(listing)) = (pasted.line, listing)
        && let Some(place) = listing.line(line)
    {
        let rejection = Rejection::Logic {
            txid: String::new(),
            app: None,
            group_index: None,
            pc: None,
            what: "refused".to_owned(),
        };
        return Ok(ExplainReport::new(&rejection, Some(place), None, Some(listing), &pasted.text));
    }
    let Some(rejection) = &pasted.rejection else {
        return match advice(&pasted.text) {
            Some(_) => {
                let other = Rejection::Other { text: pasted.text.clone() };
                Ok(ExplainReport::new(&other, None, None, None, &pasted.text))
            }
            None => Err(Failure::new("unknown_error", "this is no error of a node that is known here")
                .because(format!("it says: {}", pasted.text.chars().take(200).collect::<String>()))
                .hint("pass all of what was printed, between single quotes or on stdin (`explain -`)")),
        };
    };
    let place = match rejection {
        Rejection::Logic { pc: Some(pc), .. } => listing.and_then(|listing| listing.place(*pc)),
        _ => None,
    };
    Ok(ExplainReport::new(rejection, place, None, listing, &pasted.text))
}

/// What became of a transaction.
async fn transaction(
    session: &Session<'_>,
    txid: Txid,
    args: &Args,
    named: Option<Listing>,
) -> Result<ExplainReport, Failure> {
    let net = &session.network.name;
    match session.algod.outcome(txid, None).await? {
        Outcome::Unknown(Unknown::Dropped(reason)) => {
            let pasted = PastedError::new(&reason);
            let listing = match (named, args.app) {
                (Some(listing), _) => Some(listing),
                (None, Some(app)) => program_of(session, app).await?,
                (None, None) => recorded(session.context, &pasted)?,
            };
            explain(&pasted, listing)
        }
        Outcome::InBlock(confirmation) => {
            Err(Failure::new("nothing_failed", format!("transaction {txid} did not fail"))
                .because(format!("it is in round {} of {net}", confirmation.round))
                .hint(format!("`pnp-contract history --net {net}` shows what was done")))
        }
        Outcome::Void(_) | Outcome::Unknown(_) => {
            Err(Failure::new("unknown_transaction", format!("{net} does not know transaction {txid}"))
                .because("a node remembers a refusal for a short time alone, and a transaction for a thousand rounds")
                .hint("explain the error's text instead, or the signed group with --group FILE"))
        }
    }
}

/// Why a file of transactions is refused, with the values it is refused for.
async fn group(
    session: &Session<'_>,
    path: &Path,
    args: &Args,
    named: Option<Listing>,
) -> Result<ExplainReport, Failure> {
    let signed = read_group(path)?;
    let simulation = session.algod.simulate(&signed).await?;
    let Some(failed) = simulation.failure else {
        return Err(Failure::new("nothing_failed", format!("{} would not be refused", path.display()))
            .because("the network ran it without sending it, and it went through")
            .hint("signatures were not checked: sign it, and send it"));
    };
    let pasted = PastedError::new(&failed.message);
    let refusing = match &failed.rejection {
        Rejection::Logic { app, .. } => *app,
        _ => None,
    };
    let listing = match (named, args.app.or(refusing)) {
        (Some(listing), _) => Some(listing),
        (None, Some(app)) => program_of(session, app).await?,
        (None, None) => None,
    };
    let Rejection::Logic { pc: Some(pc), txid, .. } = &failed.rejection else { return explain(&pasted, listing) };
    let index =
        signed.iter().position(|one| one.id().to_string() == *txid).or(failed.index.and_then(|i| i.try_into().ok()));
    let step = session.algod.failed_step(&signed, index.unwrap_or(0), *pc).await.unwrap_or(None);
    let place = listing.as_ref().and_then(|listing| listing.place(*pc));
    Ok(ExplainReport::new(&failed.rejection, place, step.as_ref(), listing.as_ref(), &pasted.text))
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

/// The program of an application: this contract's source, or what it disassembles to.
async fn program_of(session: &Session<'_>, app: AppIndex) -> Result<Option<Listing>, Failure> {
    let Some(application) = session.algod.application(app).await? else {
        return Err(refused(&Rejection::NoApplication { app }, None, None, None));
    };
    let (approval, clear) = (&application.approval_program, &application.clear_program);
    if let Some(template) = template_of(approval, clear) {
        return Ok(Some(Listing::contract(&Programs::assemble(template)?)));
    }
    let listing = Listing::disassembly(format!("application {app}, disassembled"), approval);
    listing
        .map(Some)
        .map_err(|error| Failure::new("no_program", format!("application {app} has no program")).because(error))
}

/// This contract's source, where the error may be about it: a recorded application, or a program whose instructions fit.
fn recorded(context: &Context, pasted: &PastedError) -> Result<Option<Listing>, Failure> {
    let listing = Listing::contract(&Programs::assemble(Template::default())?);
    let Some(Rejection::Logic { app, pc, .. }) = &pasted.rejection else { return Ok(Some(listing)) };
    if let (Some(pc), Some(opcodes)) = (pc, &pasted.opcodes) {
        return Ok(listing.fits(*pc, opcodes).then_some(listing));
    }
    let is_recorded = |name: &String| {
        let chains = Store::new(&context.folder, name).load().map(|record| record.chains).unwrap_or_default();
        chains.values().any(|chain| app.is_some_and(|app| chain.contract(app).is_some()))
    };
    let known = Store::networks(&context.folder)?.iter().any(is_recorded);
    Ok(known.then_some(listing))
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
        return Ok(Listing::source(name, text, &program.source_map));
    };
    let bad = |why: String| {
        Failure::new("source_map", format!("{} is no source map", path.display()))
            .because(why)
            .hint("`pnp-contract compile --sourcemap` and `goal clerk compile -m` write one")
    };
    let map: SourceMap = serde_json::from_slice(&input::read(path)?).map_err(|error| bad(error.to_string()))?;
    let map = map.to_pc_map().map_err(|error| bad(error.to_string()))?;
    Ok(Listing::source(name, text, &map))
}

impl ExplainReport {
    fn new(
        rejection: &Rejection,
        place: Option<Place>,
        step: Option<&FailedStep>,
        listing: Option<&Listing>,
        text: &str,
    ) -> Self {
        let before = step.and_then(|step| listing?.place(step.before?)).map(|place| place.code);
        let failure = refused(rejection, place.as_ref(), step, before.as_deref());
        let (app, group_index, pc) = match rejection {
            Rejection::Logic { app, group_index, pc, .. } => (*app, *group_index, *pc),
            _ => (None, None, None),
        };
        let unknown_program = matches!(rejection, Rejection::Logic { .. }) && place.is_none();
        let hint = if unknown_program {
            let app = app.map_or_else(|| "N".to_owned(), |app| app.to_string());
            Some(format!("for the line, name its program: --app {app} --net NET, or --source FILE --map FILE"))
        } else {
            failure.hint.clone()
        };
        Self {
            code: failure.code.to_owned(),
            message: failure.message.clone(),
            cause: failure.cause.clone(),
            hint,
            app,
            group_index,
            pc,
            rule: place.as_ref().map(|place| place.rule().to_owned()),
            listing: match (&place, listing) {
                (Some(place), Some(listing)) => listing.around(place.line),
                _ => Vec::new(),
            },
            place,
            stack: step.map(|step| step.stack.iter().map(shown).collect()).unwrap_or_default(),
            text: text.to_owned(),
        }
    }

    fn text(&self) -> String {
        let mut lines = vec![self.message.clone()];
        lines.extend(self.cause.iter().map(|cause| format!("  why:   {cause}")));
        lines.extend(self.hint.iter().map(|hint| format!("  next:  {hint}")));
        if !self.stack.is_empty() {
            lines.push(format!("  stack: {} (the top last)", self.stack.join(", ")));
        }
        if !self.listing.is_empty() {
            lines.push(String::new());
        }
        for ListedLine { line, text, here } in &self.listing {
            lines.push(format!("{} {line:>5} | {text}", if *here { ">" } else { " " }).trim_end().to_owned());
        }
        lines.join("\n")
    }
}
