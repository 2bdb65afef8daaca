//! `multisig submit`: send what enough have signed, and write down what it did.

use super::progress::Progress;
use super::recording;
use super::validity::{Validity, in_words};
use super::{BundleArgs, bundle_file, effect, reach};
use crate::context::Context;
use crate::failure::Failure;
use crate::session::{Session, in_turn};
use crate::terminal::output::Answer;
use pnp_client::{ClientError, Confirmation, Outcome, Unknown, Window};
use pnp_ops::programs_of;
use pnp_types::{AppIndex, AssetIndex, Bundle, Round, Transaction};
use schemars::JsonSchema;
use serde::Serialize;

/// Arguments of `multisig submit`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    bundle: BundleArgs,
}

/// A bundle that is confirmed.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct SubmitReport {
    /// The network's name.
    network: String,
    /// The network's genesis hash, base64.
    genesis_hash: String,
    /// The bundle's file.
    bundle: String,
    /// What it did, a sentence for each transaction.
    effects: Vec<String>,
    /// The transactions, in the group's order.
    txids: Vec<String>,
    /// The round they are confirmed in.
    round: Round,
    /// Whether they were sent before, by this program or another.
    sent_before: bool,
    /// The application it was about.
    #[serde(skip_serializing_if = "Option::is_none")]
    app: Option<AppIndex>,
    /// The asset it made.
    #[serde(skip_serializing_if = "Option::is_none")]
    asset: Option<AssetIndex>,
    /// The record that was changed; absent where it has nothing to say about this.
    #[serde(skip_serializing_if = "Option::is_none")]
    record: Option<String>,
}

/// Does it.
pub(super) async fn run(context: &Context, args: &Args) -> Result<Answer, Failure> {
    let account = args.bundle.account(context)?;
    let file = args.bundle.file.display().to_string();
    let bundle = bundle_file::read(&args.bundle.file, account.as_ref())?;
    in_turn(context, "multisig submit", async |session| {
        check_network(session, &bundle)?;
        // The record must be readable before anything is sent that belongs in it.
        session.chain()?;
        let (confirmation, sent_before) = match outcome(session, &bundle).await? {
            Outcome::InBlock(confirmation) => (confirmation, true),
            // Sent again it would be refused, which would say nothing of the first time.
            Outcome::Unknown(why @ Unknown::NoBlocks(window)) => {
                let txid = bundle.transactions().next().map(pnp_types::Transaction::id).unwrap_or_default();
                let (last_valid, why) = (window.last_valid, why.to_string());
                return Err(ClientError::Uncertain { txid, last_valid, why }.into());
            }
            // What a node dropped may be sent again as long as it is valid.
            Outcome::Void(_) | Outcome::Unknown(_) => (send(session, &bundle, &file).await?, false),
        };
        let recorded = recording::record(session, &bundle, &confirmation).await?;
        let report = SubmitReport {
            network: session.network.name.clone(),
            genesis_hash: session.identity.hash.clone(),
            bundle: file.clone(),
            effects: bundle.transactions().map(effect::sentence).collect(),
            txids: bundle.transactions().map(|transaction| transaction.id().to_string()).collect(),
            round: confirmation.round,
            sent_before,
            app: recorded.app,
            asset: recorded.asset,
            record: recorded.changed.then(|| session.context.shown(session.store.path())),
        };
        Answer::of(&report, text(&report))
    })
    .await
}

fn check_network(session: &Session<'_>, bundle: &Bundle) -> Result<(), Failure> {
    let hash = bundle.genesis_hash().to_base64();
    if hash == session.identity.hash {
        return Ok(());
    }
    let name = &session.network.name;
    Err(Failure::new("wrong_network", format!("the bundle is for {}, not for {name}", reach::name(&hash)))
        .because(format!("its transactions carry the genesis hash {hash}, {name} has {}", session.identity.hash))
        .hint("name the bundle's own network with --net"))
}

/// What became of it if it was sent before, as goal may have done.
pub(super) async fn outcome(session: &Session<'_>, bundle: &Bundle) -> Result<Outcome, Failure> {
    let Some(first) = bundle.transactions().next() else { return Ok(Outcome::Unknown(Unknown::NoWindow)) };
    let window = Window { first_valid: bundle.first_valid(), last_valid: bundle.last_valid() };
    Ok(session.algod.outcome(first.id(), Some(window)).await?)
}

async fn send(session: &Session<'_>, bundle: &Bundle, file: &str) -> Result<Confirmation, Failure> {
    let now = session.params().await?.last_round;
    let validity = Validity::of(bundle, Some(now));
    validity.check()?;
    if let Some(rounds) = validity.early_by() {
        return Err(Failure::new("too_early", format!("{file} can be sent from round {} on", validity.first_valid))
            .because(format!("the network is in round {now}: {} are to pass before", in_words(rounds)))
            .hint("submit it then")
            .with("first_valid", validity.first_valid)
            .with("now", now));
    }
    if let Some(warning) = validity.warning() {
        session.context.out.warn(&warning);
    }
    let progress = Progress::of(bundle);
    progress.check(file)?;
    if progress.missing > 0 {
        return Err(Failure::new(
            "too_few_signatures",
            format!("{file} has too few signatures: {}", progress.headline()),
        )
        .because(format!("still to be signed by {} of\n{}", progress.missing, progress.lines().join("\n")))
        .hint("have the missing sign it, or merge their copies")
        .with("missing", progress.missing));
    }
    for sender in bundle.transactions().map(|transaction| transaction.header.sender) {
        let signer = session.algod.account(sender).await?.signer();
        if signer != bundle.account().address() {
            return Err(Failure::new("wrong_signer", format!("{sender} is signed for by {signer} now"))
                .because(format!("the bundle is signed for {}", bundle.account().address()))
                .hint("the account was rekeyed since: write the bundle anew for whoever signs for it now"));
        }
    }
    let transactions: Vec<Transaction> = bundle.transactions().cloned().collect();
    let effects: Vec<_> = transactions.iter().map(effect::sentence).collect();
    let sender = transactions.first().map(|first| first.header.sender).unwrap_or_default();
    session.approve_group(&effects.join("; "), sender, &transactions).await?;
    let app = transactions.iter().map(|transaction| transaction.application_call.application).find(|app| *app != 0);
    let record = app.and_then(|app| session.contract(Some(app)).ok()).and_then(|(_, record)| record);
    let sent = session.submit(bundle.signed(), programs_of(record.as_ref()).as_ref()).await?;
    Ok(sent.confirmation)
}

fn text(report: &SubmitReport) -> String {
    let SubmitReport { network, effects, txids, round, sent_before, app, asset, record, .. } = report;
    let when = if *sent_before { "was sent before" } else { "sent" };
    let mut lines = vec![format!("round     {round} on {network}, {when}")];
    lines.extend(effects.iter().map(|effect| format!("did       {effect}")));
    lines.extend(app.iter().map(|app| format!("contract  application {app}")));
    lines.extend(asset.iter().map(|asset| format!("asset     {asset}")));
    lines.extend(txids.iter().map(|txid| format!("txid      {txid}")));
    lines.extend(record.iter().map(|record| format!("record    {record}")));
    lines.join("\n")
}
