//! `gateway recover`: the coins of a seed, with no store.

use super::reports::{RecoverReport, RecoveredAccount, RecoveredHolding};
use crate::failure::Failure;
use crate::session::context::Context;
use crate::session::{Session, on_network};
use crate::terminal::output::Answer;
use pnp_gateway::credentials::Seed;
use pnp_gateway::files::GatewayFiles;
use pnp_gateway::operator::{self, FoundAccount};

/// Arguments of `gateway recover`. The words come from stdin or the terminal, unseen; never from here.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Ask the network which keys of the seed have accounts, and what these hold
    #[arg(long, required_unless_present = "print_words", conflicts_with = "print_words")]
    scan: bool,
    /// Take the seed's 25 words from stdin or the terminal instead of the sealed file
    #[arg(long, conflicts_with = "print_words")]
    words: bool,
    /// Print the seed's 25 words on this terminal, to be kept on paper
    #[arg(long)]
    print_words: bool,
}

pub(super) async fn run(context: &Context, files: &GatewayFiles, args: &Args) -> Result<Answer, Failure> {
    if args.print_words {
        return print_words(context, files).await;
    }
    let seed = if args.words { from_words(context).await? } else { files.existing_seed()? };
    on_network(context, async |session| scan(session, &seed).await).await
}

/// Shows the words to a person, never to a pipe or a file: what is written down by a program may be read by others.
async fn print_words(context: &Context, files: &GatewayFiles) -> Result<Answer, Failure> {
    if context.options.json || !context.out.has_screen() {
        return Err(Failure::usage("the words of a seed are printed on a terminal only")
            .hint("run the command at a terminal, without --json, a pipe or a file"));
    }
    let seed = files.existing_seed()?;
    context.out.warn("whoever has these 25 words has the coins of every wallet and of the treasury");
    if !context.options.yes && context.out.ask("Type `words` to see them:").await.as_deref() != Some("words") {
        return Err(Failure::new("not_confirmed", "the words were not shown: it was not confirmed")
            .because("who sees the words of a seed owns its accounts")
            .hint("pass --yes if you mean it"));
    }
    context.out.reveal(&seed.to_words())?;
    Ok(Answer::Nothing)
}

async fn from_words(context: &Context) -> Result<Seed, Failure> {
    let words = match context.out.piped_secret()? {
        Some(words) => Some(words),
        None => context.out.ask_hidden("The seed's 25 words:").await,
    };
    let words = words.ok_or_else(|| {
        Failure::usage("no words were given")
            .hint("pipe the seed's 25 words into this command, or type them at a terminal")
    })?;
    Seed::from_words(&words).map_err(|error| {
        Failure::new("bad_words", "these are not the words of a seed")
            .because(error)
            .hint("compare them with the paper")
    })
}

async fn scan(session: &Session<'_>, seed: &Seed) -> Result<Answer, Failure> {
    let keys = seed.on(pnp_gateway::genesis_hash(&session.identity.hash)?);
    let waiting = session.context.out.waiting("asking the network for the accounts of the seed");
    let treasury = operator::treasury(&session.algod, &keys).await?;
    let found = operator::scan(&session.algod, &keys, 0, |_| {}).await?;
    drop(waiting);
    let report = RecoverReport {
        network: session.network.name.clone(),
        treasury: treasury.map(account),
        wallets: found.accounts.into_iter().map(account).collect(),
        keys: found.end,
    };
    let mut lines = Vec::new();
    lines.extend(report.treasury.iter().map(|account| line("treasury", account)));
    lines.extend(report.wallets.iter().map(|account| line(&format!("wallet {}", account.number), account)));
    lines.push(format!("{} wallets have accounts, of {} keys asked for", report.wallets.len(), report.keys));
    Answer::of(&report, lines.join("\n"))
}

fn account(found: FoundAccount) -> RecoveredAccount {
    let holdings = found.holdings.into_iter();
    RecoveredAccount {
        number: found.number,
        address: found.address.to_string(),
        microalgos: found.algos.0,
        holdings: holdings.map(|(asset, amount)| RecoveredHolding { asset_id: asset.0, amount }).collect(),
    }
}

fn line(name: &str, account: &RecoveredAccount) -> String {
    let holdings = account.holdings.iter().map(|held| format!(", {} of asset {}", held.amount, held.asset_id));
    format!("{name:<11} {}  {} microAlgos{}", account.address, account.microalgos, holdings.collect::<String>())
}
