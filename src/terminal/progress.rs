//! The events of operations in words, and the question at the terminal before something is sent on MainNet.

use crate::terminal::callouts;
use crate::terminal::interrupt;
use crate::terminal::output::{Output, Waiting};
use crate::terminal::unlock::Passwords;
use pnp_keys::Opener;
use pnp_network::Environment;
use pnp_ops::reports::{bundle_words, effect};
use pnp_ops::{Approve, BatchTotals, Decision, Effect, Event, Host, Observer, PendingDecision, Proposal};
use pnp_types::{Address, MicroAlgos, Transaction, Txid};
use std::sync::{Arc, Mutex, PoisonError};

/// The terminal as operations see it. With `yes` nothing is asked.
pub(crate) fn host(out: Output, yes: bool) -> Host {
    Host {
        observer: Arc::new(Progress { out, waiting: Mutex::new(None) }),
        approve: Arc::new(Question { out, yes }),
        passwords: Arc::new(Keystore { out }),
    }
}

/// Prints the events.
#[derive(Debug)]
struct Progress {
    out: Output,
    /// The spinner while the outcome of a transaction is waited for.
    waiting: Mutex<Option<Waiting>>,
}

impl Progress {
    fn wait(&self, sign: Option<Waiting>) {
        // A poisoned lock only means that a thread died while it held it; its content is intact.
        *self.waiting.lock().unwrap_or_else(PoisonError::into_inner) = sign;
    }
}

impl Observer for Progress {
    fn event(&self, event: Event) {
        let out = &self.out;
        match event {
            Event::SettingsNote(note) => out.warn(&note),
            Event::Connected { network, url, genesis_id } => out.detail(&format!("{network} at {url} is {genesis_id}")),
            Event::NodeStarted { folder, url } => {
                out.detail(&format!("embedded network in {} at {url}", folder.display()));
            }
            Event::NodeAttached { process, url } => {
                out.detail(&format!("attached to the embedded network of process {process}, {url}"));
            }
            Event::WalletsUnavailable { why: Some(why) } => out.detail(&format!("no keys of kmd: {why}")),
            Event::WalletsUnavailable { why: None } => out.detail("no keys of kmd: it took too long"),
            Event::WaitingForLock { holder, network } => {
                out.say(&format!("waiting for {holder}, which is changing the contract on {network}"));
            }
            Event::AccountCreated { name, address } => out.say(&format!("created the account {name}: {address}")),
            Event::Funded { address, amount } => out.say(&format!("sent {amount} to {address}")),
            Event::AssetCreated { asset, unit } => out.say(&format!("created the asset {asset} ({unit})")),
            Event::AssetOptedIn { name, asset } => out.say(&format!("{name} opted in to asset {asset}")),
            Event::UserOptedIn { name, asset, app } => {
                out.say(&format!("{name} opted in to asset {asset} and application {app}"));
            }
            Event::AssetSent { asset, amount, to } => {
                out.say(&format!("sent {amount} minor units of asset {asset} to {to}"));
            }
            Event::Sent { txid, takes_a_while } => {
                interrupt::sent(&txid.to_string());
                self.wait(takes_a_while.then(|| out.waiting(&format!("waiting for {txid}"))));
            }
            Event::Settled { .. } => {
                self.wait(None);
                interrupt::settled();
            }
            Event::DeploymentRecovered { app } => {
                out.say(&format!("recorded application {app}, deployed by a command that was cut off"));
            }
            Event::ContractGone { app } => {
                out.warn(&format!("application {app} is recorded, but the chain does not have it any more"));
            }
            Event::ContractFound(found) => out.say(&format!("not recorded here, but found: {found}")),
            Event::SearchedWithoutIndexer { why } => {
                out.warn(&format!("the creator's applications were searched without the indexer: {why}"));
            }
            Event::PlanWarning(warning) => out.warn(&warning),
            Event::TemplateGuessed(template) => {
                let values = template.values().map(|(name, value)| format!("{name}={value}")).join(" ");
                out.warn(&format!(
                    "the template values it was deployed with are not known; these programs have {values} unless you name \
                     others"
                ));
            }
            Event::ContractRisks { signer, template, asset } => {
                callouts::warnings(signer, &template, asset).iter().for_each(|warning| out.warn(warning));
            }
            Event::PartyWithoutAsset { party, address, asset } => out.warn(&format!(
                "the {party} {address} has not opted in to asset {asset}: every bill fails until it does"
            )),
            Event::BatchContinued { journal, charged, open } => out.say(&format!(
                "continuing with {journal}: {charged} charged before, {open} sent without a known outcome"
            )),
            Event::RecordRenewed { was_recorded: true } => {
                out.say("the record was behind the chain, and is up to date now");
            }
            Event::RecordRenewed { was_recorded: false } => out.say("recorded it as the chain has it"),
            Event::DescriptionNotWritten { why } => {
                out.warn(&format!("the ARC-56 description was not written: {why}"));
            }
            Event::BundleMayExpire(warning) => out.warn(&bundle_words::validity_warning(warning)),
            Event::DeploymentNotSeen { why } => out.detail(&why),
            Event::WaitingForDeployment { txid, .. } => {
                out.say(&format!("waiting for {txid}, a deployment that was sent earlier"));
            }
        }
    }
}

/// Asks for the network's name before something is sent on MainNet.
#[derive(Debug)]
struct Question {
    out: Output,
    yes: bool,
}

impl Approve for Question {
    fn decide<'a>(&'a self, proposal: &'a Proposal) -> PendingDecision<'a> {
        Box::pin(async move {
            if self.yes {
                return Decision::Approved;
            }
            let out = &self.out;
            out.warn("this is MainNet: tokens are worth money");
            out.warn(&format!("network  {} ({})", proposal.network, proposal.genesis_id));
            for (name, value) in lines(&proposal.effect) {
                out.warn(&format!("{name:<8} {value}"));
            }
            match out.ask("Type mainnet to send it:").await {
                Some(answer) if answer == "mainnet" => Decision::Approved,
                Some(_) => Decision::Declined,
                None => Decision::NobodyToAsk,
            }
        })
    }

    fn approves_everything(&self) -> bool {
        self.yes
    }
}

fn lines(effect: &Effect) -> Vec<(&'static str, String)> {
    match effect {
        Effect::Group { action, sender, fee, txids } => group(action, *sender, *fee, txids.iter().copied()),
        Effect::Bundle { transactions } => {
            let sentences: Vec<_> = transactions.iter().map(effect::sentence).collect();
            let sender = transactions.first().map(|first| first.header.sender).unwrap_or_default();
            let fee = transactions.iter().fold(MicroAlgos::ZERO, |sum, one| sum.saturating_add(one.header.fee));
            group(&sentences.join("; "), sender, fee, transactions.iter().map(Transaction::id))
        }
        Effect::Batch { origin, totals: None } => {
            vec![("action", format!("bill the lines of {origin}; what they add up to is not known yet"))]
        }
        Effect::Batch { origin, totals: Some(BatchTotals { lines, sums, network_fees }) } => vec![
            ("action", format!("bill {} of {lines} lines of {origin}", sums.charged)),
            ("amount", format!("{} minor units: {} net, {} fee", sums.gross, sums.net, sums.fee)),
            ("senders", "the users the lines name".to_owned()),
            ("fee", format!("{network_fees} at the least fee; lines the journal has already are not billed again")),
        ],
    }
}

fn group(
    action: &str,
    sender: Address,
    fee: MicroAlgos,
    txids: impl Iterator<Item = Txid>,
) -> Vec<(&'static str, String)> {
    let mut lines = vec![("action", action.to_owned()), ("sender", sender.to_string()), ("fee", fee.to_string())];
    lines.extend(txids.map(|txid| ("id", txid.to_string())));
    lines
}

/// Asks for the keystore's passwords.
#[derive(Debug)]
struct Keystore {
    out: Output,
}

impl pnp_ops::Passwords for Keystore {
    fn opener(&self, environment: &Environment) -> Arc<dyn Opener> {
        Arc::new(Passwords::of_keystore(environment, self.out))
    }
}
