//! The list before MainNet: what is allowed, and still to be meant.

use super::check::{Checks, Topic};
use super::contract::Standing;
use crate::failure::Failure;
use crate::session::Session;
use pnp_ops::provenance::{self, git};
use pnp_registry::Multisigs;
use pnp_types::{Address, MicroAlgos};
use pnp_usage::Template;

const CONTRACT: Topic = Topic::Contract;
/// What is asked for the three transactions of a bill while the network is not congested.
const PER_TICK: u64 = 3;

pub(super) async fn look(
    session: &Session<'_>,
    standing: Option<&Standing>,
    checks: &mut Checks,
) -> Result<(), Failure> {
    fees(session, checks).await?;
    source(session, standing, checks);
    match standing {
        Some(standing) => {
            asset(session, standing, checks).await?;
            creator(session, standing.application.creator, checks).await?;
            template(standing.verification.on_chain, checks);
            parties(standing.state.provider, standing.state.platform, checks);
        }
        None => before(session, checks).await?,
    }
    Ok(())
}

/// Whether the network asks for more than its least fee.
async fn fees(session: &Session<'_>, checks: &mut Checks) -> Result<(), Failure> {
    let params = session.params().await?;
    let bill = MicroAlgos(params.min_fee.0.saturating_mul(PER_TICK));
    if params.fee_per_byte == 0 {
        checks.ok(Topic::Network, "fees", format!("the network is not congested: a bill's fees are {bill}"));
    } else {
        let message = format!(
            "the network is congested: it asks for {} a byte instead of {bill} a bill",
            MicroAlgos(params.fee_per_byte)
        );
        checks.warning(
            Topic::Network,
            "fees",
            message,
            "wait, or mean it: every command shows the fee before it sends",
        );
    }
    Ok(())
}

/// Whether what runs is what everybody can read.
fn source(session: &Session<'_>, standing: Option<&Standing>, checks: &mut Checks) {
    let net = &session.network.name;
    if let Some(standing) = standing
        && !standing.verification.is_same()
    {
        let message = "the chain does not run this source: what was reviewed is not what runs";
        checks.error(CONTRACT, "verified", message, format!("pnp-contract verify --net {net}"));
    }
    let folder = &session.context.folder;
    match provenance::git_commit(folder) {
        None => {
            let message = "this project is not in git: nobody can tell later what was deployed";
            checks.warning(Topic::Files, "commit", message, "git init && git add -A && git commit");
        }
        Some(commit) if commit.ends_with('+') => {
            let message = "the work tree differs from the last commit: the record would name a source that nobody has";
            checks.warning(Topic::Files, "commit", message, "git commit -a");
        }
        Some(commit) => checks.ok(Topic::Files, "commit", format!("the work tree is commit {commit}")),
    }
    let record = session.context.shown(session.store.path());
    if session.store.path().exists() && git(folder, &["ls-files", "--error-unmatch", &record]).is_none() {
        let message = format!("{record} is not in git: whoever else works here does not know what stands");
        checks.warning(Topic::Files, "record", message, format!("git add {record} && git commit"));
    }
}

async fn asset(session: &Session<'_>, standing: &Standing, checks: &mut Checks) -> Result<(), Failure> {
    let Some(id) = standing.state.asset else {
        checks.graver(
            session.identity.is_mainnet(),
            CONTRACT,
            "asset",
            "the contract is bound to no asset: a bill can be paid with one that is worth nothing",
            "pnp-contract deploy --asset ASSET --on-schema-break append",
        );
        return Ok(());
    };
    let Some(asset) = session.algod.asset(id).await? else {
        let message = format!("asset {id}, which the contract is bound to, does not exist");
        checks.error(CONTRACT, "asset", message, "pnp-contract deploy --asset ASSET --on-schema-break append");
        return Ok(());
    };
    checks.ok(CONTRACT, "asset", format!("the contract is bound to asset {id} ({})", asset.unit_name));
    let powers = [("freeze holdings", &asset.freeze), ("take holdings back", &asset.clawback)];
    for (power, address) in powers.into_iter().filter(|(_, address)| !address.is_empty()) {
        let message = format!("{address} can {power} of asset {id}");
        checks.warning(CONTRACT, "asset_powers", message, "make sure that you trust who holds that key");
    }
    Ok(())
}

/// Whether one stolen key would be enough.
async fn creator(session: &Session<'_>, creator: Address, checks: &mut Checks) -> Result<(), Failure> {
    let signer = session.algod.account(creator).await?.signer();
    let known = Multisigs::new(&session.context.folder).all()?;
    match known.iter().find(|one| one.account.address() == signer) {
        Some(one) => {
            let (threshold, keys) = (one.account.threshold(), one.account.keys().len());
            let name = &one.name;
            if threshold > 1 {
                checks.ok(CONTRACT, "creator", format!("{threshold} of {keys} keys sign for the creator ({name})"));
            } else {
                let message = format!("any one of {keys} keys signs for the creator ({name})");
                checks.warning(
                    CONTRACT,
                    "creator",
                    message,
                    "rekey it to a multisignature with a threshold of 2 or more",
                );
            }
        }
        None => checks.warning(
            CONTRACT,
            "creator",
            format!("one key signs for the creator {creator}, as far as is known here"),
            "pnp-contract multisig new --threshold 2 ADDRESS ADDRESS ADDRESS    (then rekey the creator to it)",
        ),
    }
    Ok(())
}

fn template(template: Template, checks: &mut Checks) {
    let hint = "deploy it without that flag, unless you mean it";
    if template.updatable {
        let message = "the contract is updatable: its creator can replace its rules at any time";
        checks.warning(CONTRACT, "updatable", message, hint);
    } else {
        checks.ok(CONTRACT, "updatable", "the contract's programs cannot be replaced");
    }
    if template.deletable {
        let message = "the contract is deletable: its creator can end it at any time";
        checks.warning(CONTRACT, "deletable", message, hint);
    } else {
        checks.ok(CONTRACT, "deletable", "the contract cannot be deleted");
    }
    if !template.ordered_ticks {
        let message = "ticks need not rise: one that was billed can be billed again after another";
        checks.warning(CONTRACT, "ordered_ticks", message, "deploy it without --unordered-ticks");
    }
}

fn parties(provider: Address, platform: Address, checks: &mut Checks) {
    if provider == platform {
        let message = format!("provider and platform are the same account: {provider}");
        checks.warning(CONTRACT, "parties", message, "check PROVIDER_ADDR and PLATFORM_ADDR");
    } else {
        checks.ok(CONTRACT, "parties", "provider and platform are two accounts");
    }
}

/// What a deployment would need.
async fn before(session: &Session<'_>, checks: &mut Checks) -> Result<(), Failure> {
    let asset = session.asset(None)?;
    let mut parties = Vec::new();
    for name in ["PROVIDER_ADDR", "PLATFORM_ADDR"] {
        match session.address(None, name) {
            Ok(Some(address)) => parties.push((name, address)),
            Ok(None) if session.is_development() => {}
            Ok(None) => checks.error(
                CONTRACT,
                "parties",
                format!("{name} is not set"),
                format!("set {name} in .env.{}, or pass it to deploy", session.network.name),
            ),
            // Told with the keys.
            Err(_) => {}
        }
    }
    let Some(asset) = asset else {
        if !session.is_development() {
            let message = "no asset is named: the contract would have none to be bound to";
            checks.error(CONTRACT, "asset", message, "set ASA_ID, or pass --asset to deploy");
        }
        return Ok(());
    };
    if session.algod.asset(asset).await?.is_none() {
        let message = format!("asset {asset} does not exist on {}", session.network.name);
        checks.error(CONTRACT, "asset", message, "correct ASA_ID and --net");
        return Ok(());
    }
    for (name, address) in parties {
        if session.algod.holding(address, asset).await?.is_none() {
            let message = format!("{name} {address} has not opted in to asset {asset}");
            checks.error(Topic::Balances, "holding", message, "opt in from that wallet before you deploy");
        }
    }
    Ok(())
}
