//! `gateway wallets`: their books and accounts, and what becomes of those that were stopped.

use super::reports::{ReleasedWalletReport, WalletReport, WalletsReport};
use super::{Api, encoded};
use crate::failure::Failure;
use crate::terminal::output::Answer;
use serde_json::json;

/// Arguments of `gateway wallets`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// List wallets and what they have
    List {
        /// Only those for which nothing is sent to the chain
        #[arg(long)]
        stopped: bool,
        /// Only those of this partner, by its id or name
        #[arg(long, value_name = "PARTNER")]
        partner: Option<String>,
    },
    /// Show a wallet's books, and compare them with its account on the chain
    Show {
        #[command(flatten)]
        which: Which,
    },
    /// Let a stopped wallet go on, after comparing it with the chain; refused while they differ
    Release {
        #[command(flatten)]
        which: Which,
        /// What was found out, for the journal
        #[arg(long, value_name = "TEXT")]
        reason: String,
        /// What the books take over from the chain; `show` lists what fits. May be given several times
        #[arg(long, value_name = "CORRECTION", value_enum)]
        correct: Vec<Correction>,
    },
}

/// Which wallet.
#[derive(Debug, clap::Args)]
struct Which {
    /// The wallet, by its id or the user's
    wallet: String,
    /// The user's partner, by its id or name; may be omitted where there is only one
    #[arg(long, value_name = "PARTNER")]
    partner: Option<String>,
}

/// What the books take over from the chain.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Correction {
    /// The account has less: so has the wallet
    TakeMissing,
    /// The account has less: so has the wallet, and the operator credits it with as much
    ReplaceMissing,
    /// The contract's newest tick counts, although no bill here has it
    AcceptTick,
    /// What is due is in the account already
    AcceptDelivery,
    /// What the account has more is the user's
    AcceptDeposit,
    /// The account exists, although the books know of none
    AcceptAccount,
    /// The account has fewer Algos
    AcceptAlgos,
}

impl Correction {
    /// As the API names it.
    const fn name(self) -> &'static str {
        match self {
            Self::TakeMissing => "take_missing",
            Self::ReplaceMissing => "replace_missing",
            Self::AcceptTick => "accept_tick",
            Self::AcceptDelivery => "accept_delivery",
            Self::AcceptDeposit => "accept_deposit",
            Self::AcceptAccount => "accept_account",
            Self::AcceptAlgos => "accept_algos",
        }
    }
}

pub(super) async fn run(api: &Api, args: &Args) -> Result<Answer, Failure> {
    match &args.command {
        Command::List { stopped, partner } => {
            let mut path = format!("/v1/wallet_books?stopped={stopped}");
            if let Some(partner) = partner {
                path = format!("{path}&partner_id={}", encoded(&api.partner(Some(partner)).await?));
            }
            let report = WalletsReport { wallets: api.list(&path).await? };
            let lines: Vec<_> = report.wallets.iter().map(line).collect();
            let none = if *stopped { "no wallet is stopped" } else { "there are no wallets" };
            let text = if lines.is_empty() { none.to_owned() } else { lines.join("\n") };
            Answer::of(&report, text)
        }
        Command::Show { which } => {
            let id = which.find(api).await?;
            let wallet: WalletReport = api.get(&format!("/v1/wallet_books/{}", encoded(&id))).await?;
            let text = shown(&wallet);
            Answer::of(&wallet, text)
        }
        Command::Release { which, reason, correct } => {
            let path = format!("/v1/wallet_books/{}/release", encoded(&which.find(api).await?));
            let corrections: Vec<_> = correct.iter().map(|correction| correction.name()).collect();
            let body = json!({ "reason": reason, "corrections": corrections });
            let released: ReleasedWalletReport = api.send("POST", &path, Some(&body)).await?;
            let mut text = format!("{:?} goes on", released.wallet.user_id);
            if !released.corrected.is_empty() {
                text = format!("{text}; the books have taken over: {}", released.corrected.join(", "));
            }
            Answer::of(&released, text)
        }
    }
}

impl Which {
    /// The wallet's id.
    async fn find(&self, api: &Api) -> Result<String, Failure> {
        if self.wallet.starts_with("wal_") && self.partner.is_none() {
            return Ok(self.wallet.clone());
        }
        let partner = encoded(&api.partner(self.partner.as_deref()).await?);
        let user = encoded(&self.wallet);
        let found: Vec<WalletReport> =
            api.list(&format!("/v1/wallet_books?partner_id={partner}&user_id={user}")).await?;
        found.into_iter().next().map(|wallet| wallet.id).ok_or_else(|| {
            Failure::new("no_wallet", format!("there is no wallet of {:?}", self.wallet))
                .hint("`pnp-contract gateway wallets list` names those there are")
        })
    }
}

fn line(wallet: &WalletReport) -> String {
    let WalletReport { id, user_id, state, available, held, stopped, stopped_because, .. } = wallet;
    let stopped = match (stopped, stopped_because) {
        (Some(cause), Some(because)) => format!("  stopped ({cause}): {because}"),
        (Some(cause), None) => format!("  stopped ({cause})"),
        (None, _) => String::new(),
    };
    format!("{id}  {user_id:?}  {state}  available {available}, held {held}{stopped}")
}

fn shown(wallet: &WalletReport) -> String {
    let mut lines = vec![line(wallet)];
    let WalletReport { partner_id, unsettled, settling, withdrawing, debt, .. } = wallet;
    lines.push(format!("partner   {partner_id}"));
    lines.push(format!("owed      unsettled {unsettled}, settling {settling}, withdrawing {withdrawing}, debt {debt}"));
    let WalletReport { due, sending, in_account, leaving, to_return, microalgos, .. } = wallet;
    lines.push(format!(
        "coins     due {due}, sending {sending}, in account {in_account}, leaving {leaving}, to return {to_return}"
    ));
    lines.push(format!("account   {}, {microalgos} microAlgos", wallet.address.as_deref().unwrap_or("none")));
    if let (Some(op), Some(state)) = (&wallet.operation_id, &wallet.operation_state) {
        lines.push(format!("under way {op}, {state}"));
    }
    match &wallet.chain {
        None => lines.push("chain     not asked: the network does not answer, or the gateway does not run".to_owned()),
        Some(chain) => {
            let holding = chain.holding.as_ref().map_or_else(|| "nothing".to_owned(), ToString::to_string);
            let found = format!("holds {holding}, {} microAlgos, as of round {}", chain.microalgos, chain.round);
            lines.push(format!("chain     {found}"));
            let compared = chain.difference.as_deref().unwrap_or("account and books agree");
            lines.push(format!("compared  {compared}"));
            if !chain.corrections.is_empty() {
                let names: Vec<_> = chain.corrections.iter().map(|name| name.replace('_', "-")).collect();
                lines.push(format!("          --correct {}", names.join(" or ")));
            }
        }
    }
    lines.join("\n")
}
