//! Which keys are here, and whether the chain takes them.

use super::check::{Checks, Topic};
use crate::commands::account::names;
use crate::failure::Failure;
use crate::session::Session;
use crate::session::context::Context;
use pnp_client::Algod;
use pnp_keys::{Account, KeyRing, LocalAccounts, Origin};
use pnp_network::{Environment, Kind, Network};
use pnp_ops::KeySources;
use pnp_types::{Address, AddressError};

const KEYS: Topic = Topic::Keys;
/// The settings that are addresses.
const ADDRESSES: [&str; 2] = ["PROVIDER_ADDR", "PLATFORM_ADDR"];
/// The settings that are numbers.
const NUMBERS: [&str; 3] = ["APP_ID", "ASA_ID", "ASSET_ID"];

/// Settings beside the keys that have a form.
pub(super) fn settings(environment: &Environment, checks: &mut Checks) {
    for name in ADDRESSES {
        let Some(setting) = environment.get(name) else { continue };
        match setting.value.parse::<Address>() {
            Ok(address) => checks.ok(KEYS, "address", format!("{name} from {} is {address}", setting.layer)),
            Err::<_, AddressError>(error) => checks.error(
                KEYS,
                "address",
                format!("{name} from {}: {error}", setting.layer),
                "copy the address anew: 58 characters, A to Z and 2 to 7",
            ),
        }
    }
    for name in NUMBERS {
        if let Some(setting) = environment.get(name)
            && setting.value.parse::<u64>().is_err()
        {
            let message = format!("{name} from {} is not a number", setting.layer);
            checks.error(KEYS, "number", message, format!("for example {name}=1001"));
        }
    }
}

/// Keys of a network that was not reached.
pub(super) async fn offline(context: &Context, network: &Network, environment: &Environment, checks: &mut Checks) {
    let development = matches!(network.kind, Kind::Embedded | Kind::LocalNet);
    let local = development.then(|| LocalAccounts::new(&context.folder.join(".pnp"), &network.name));
    let sources = KeySources::new(environment, context.host().passwords.opener(environment)).with_local(local);
    match sources.names() {
        Ok(kept) => {
            let ring = sources.ring(environment);
            for name in names(environment, &kept) {
                found(&ring, &name, checks).await;
            }
        }
        Err(failure) => checks.failure(KEYS, "keystore", &failure.into()),
    }
}

/// Keys, and what the chain says of their accounts.
pub(super) async fn look(session: &Session<'_>, preflight: bool, checks: &mut Checks) -> Result<(), Failure> {
    let kept = match session.sources.names() {
        Ok(kept) => kept,
        Err(failure) => {
            checks.failure(KEYS, "keystore", &failure.into());
            return Ok(());
        }
    };
    let ring = session.keys();
    let names = names(&session.environment, &kept);
    for name in &names {
        if let Some(account) = found(&ring, name, checks).await {
            rekeyed(&session.algod, &account, checks).await?;
            if preflight {
                backup(&account, checks);
            }
        }
    }
    for name in ["creator", "user"].into_iter().filter(|name| !names.contains(*name)) {
        let variable = KeyRing::variables(name).into_iter().next().unwrap_or_default();
        if session.is_development() {
            checks.note(
                KEYS,
                "missing",
                format!("there is no key for {name} yet: the first command that needs it makes it"),
            );
        } else {
            checks.graver(
                preflight && name == "creator",
                KEYS,
                "missing",
                format!("there is no key for {name}, which what it sends is signed with"),
                format!("pnp-contract account import {name}    (or set {variable} in .env.{})", session.network.name),
            );
        }
    }
    Ok(())
}

/// The account that commands use under a name; says where else the name is, and what cannot be read.
async fn found(ring: &KeyRing<'_>, name: &str, checks: &mut Checks) -> Option<Account> {
    let mut used: Option<Account> = None;
    for account in ring.everywhere(name).await {
        match (account, &used) {
            (Err(error), _) => checks.failure(KEYS, "unusable", &Failure::from(error)),
            (Ok(account), None) => {
                checks.ok(KEYS, "found", format!("{name} is {} ({})", account.address, account.origin));
                used = Some(account);
            }
            (Ok(other), Some(used)) if other.address != used.address => checks.warning(
                KEYS,
                "shadowed",
                format!(
                    "{name} is two accounts: {} ({}) is used, {} ({}) is not",
                    used.address, used.origin, other.address, other.origin
                ),
                "remove one of them, or give it another name",
            ),
            (Ok(_), Some(_)) => {}
        }
    }
    used
}

/// Whether the key is the one the chain asks for.
async fn rekeyed(algod: &Algod, account: &Account, checks: &mut Checks) -> Result<(), Failure> {
    let needs = algod.account(account.address).await?.signer();
    let (name, has) = (&account.name, account.signer());
    if needs == has {
        if needs != account.address {
            checks.ok(KEYS, "rekeyed", format!("{name} was rekeyed, and its key is the right one"));
        }
        return Ok(());
    }
    let variable = KeyRing::variables(name).into_iter().next().unwrap_or_default();
    let sender = variable.replace("_MNEMONIC", "_SENDER");
    checks.error(
        KEYS,
        "rekeyed",
        format!("{name}'s key is {has}, and the chain takes signatures of {needs} for {}", account.address),
        format!(
            "set {variable} to the words of {needs} and {sender}={}; where {needs} is a multisignature, pass --multisig",
            account.address
        ),
    );
    Ok(())
}

/// Whether a key would survive this machine, and is not lying about.
fn backup(account: &Account, checks: &mut Checks) {
    let name = &account.name;
    match &account.origin {
        Origin::Keystore => checks.note(
            KEYS,
            "backup",
            format!(
                "{name} is in the keystore of this machine alone, as far as is known here: keep its words on paper too"
            ),
        ),
        Origin::Kmd { wallet } => {
            checks.note(
                KEYS,
                "backup",
                format!("{name} is in kmd's wallet {wallet}: keep that wallet's words on paper"),
            );
        }
        Origin::Setting { variable, layer } => checks.warning(
            KEYS,
            "backup",
            format!("{name}'s words are in plain text in {variable} ({layer})"),
            format!("pnp-contract account import {name}    (keeps them encrypted), then remove {variable}"),
        ),
        Origin::Local { .. } => checks.warning(
            KEYS,
            "backup",
            format!("{name}'s key is a development key in .pnp, unencrypted"),
            format!("make another one for MainNet: pnp-contract account new {name} --net mainnet"),
        ),
    }
}
