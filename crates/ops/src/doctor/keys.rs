//! Which keys are here, and whether the chain takes their signatures.

use super::finding::{Finding, Findings, KeyFinding, KeyPlace, Topic};
use crate::connection::Connection;
use crate::error::Error;
use crate::host::Host;
use crate::key_sources::{KeySources, account_names};
use crate::settings::Settings;
use pnp_client::Algod;
use pnp_keys::{Account, KeyError, KeyRing, LocalAccounts};
use pnp_network::{Environment, Kind, Network};

/// The settings that are addresses.
const ADDRESSES: [&str; 2] = ["PROVIDER_ADDR", "PLATFORM_ADDR"];
/// The settings that are numbers.
const NUMBERS: [&str; 3] = ["APP_ID", "ASA_ID", "ASSET_ID"];

/// Settings beside the keys that have a form.
pub(super) fn settings(environment: &Environment, findings: &mut Findings) {
    for setting in ADDRESSES {
        let Some(found) = environment.get(setting) else { continue };
        findings.add(match found.value.parse() {
            Ok(address) => KeyFinding::Address { setting, layer: found.layer, address },
            Err(error) => KeyFinding::NotAnAddress { setting, layer: found.layer, error },
        });
    }
    for setting in NUMBERS {
        if let Some(found) = environment.get(setting)
            && found.value.parse::<u64>().is_err()
        {
            findings.add(KeyFinding::NotANumber { setting, layer: found.layer });
        }
    }
}

/// Keys of a network that was not reached.
pub(super) async fn offline(
    settings: &Settings,
    host: &Host,
    network: &Network,
    environment: &Environment,
    findings: &mut Findings,
) {
    let is_development = matches!(network.kind, Kind::Embedded | Kind::LocalNet);
    let local = is_development.then(|| LocalAccounts::new(&settings.folder.join(".pnp"), &network.name));
    let sources = KeySources::new(environment, host.passwords.opener(environment)).with_local(local);
    if let Some(kept) = readable(sources.names(), findings) {
        let ring = sources.ring(environment);
        for name in account_names(environment, &kept) {
            find(&ring, &name, findings).await;
        }
    }
}

/// Keys, and what the chain has of their accounts.
pub(super) async fn examine(connection: &Connection, preflight: bool, findings: &mut Findings) -> Result<(), Error> {
    let Some(kept) = readable(connection.sources.names(), findings) else { return Ok(()) };
    let ring = connection.keys();
    let names = account_names(&connection.environment, &kept);
    for name in &names {
        if let Some(account) = find(&ring, name, findings).await {
            rekeyed(&connection.algod, &account, findings).await?;
            if preflight {
                findings.add(KeyFinding::Backup { name: account.name, origin: account.origin });
            }
        }
    }
    for name in ["creator", "user"].into_iter().filter(|name| !names.contains(*name)) {
        let is_needed = preflight && name == "creator";
        let (name, variable) = (name.to_owned(), variable(name));
        findings.add(if connection.is_development() {
            KeyFinding::ToBeCreated { name }
        } else {
            KeyFinding::Missing { name, variable, is_needed }
        });
    }
    Ok(())
}

/// The names of the keystore and the project's file, where they can be read.
fn readable(names: Result<Vec<String>, KeyError>, findings: &mut Findings) -> Option<Vec<String>> {
    names.map_err(|error| findings.add(Finding::failed(Topic::Keys, "keystore", error))).ok()
}

/// The setting that an account's words are given in.
fn variable(name: &str) -> String {
    KeyRing::variables(name).into_iter().next().unwrap_or_default()
}

/// The account that commands use under a name; where else the name is, and what cannot be read, are findings.
async fn find(ring: &KeyRing<'_>, name: &str, findings: &mut Findings) -> Option<Account> {
    let place = |account: &Account| KeyPlace { address: account.address, origin: account.origin.clone() };
    let mut used: Option<Account> = None;
    for account in ring.everywhere(name).await {
        match (account, &used) {
            (Err(error), _) => findings.add(Finding::failed(Topic::Keys, "unusable", error)),
            (Ok(account), None) => {
                findings.add(KeyFinding::Found { name: name.to_owned(), place: place(&account) });
                used = Some(account);
            }
            (Ok(other), Some(used)) if other.address != used.address => {
                let (used, unused) = (place(used), place(&other));
                findings.add(KeyFinding::Shadowed { name: name.to_owned(), used, unused });
            }
            (Ok(_), Some(_)) => {}
        }
    }
    used
}

/// Whether the key is the one that the chain asks for.
async fn rekeyed(algod: &Algod, account: &Account, findings: &mut Findings) -> Result<(), Error> {
    let needs = algod.account(account.address).await?.signer();
    let (name, address, has) = (account.name.clone(), account.address, account.signer());
    if needs != has {
        let variable = variable(&name);
        findings.add(KeyFinding::OtherKey { name, address, has, needs, variable });
    } else if needs != address {
        findings.add(KeyFinding::Rekeyed { name });
    }
    Ok(())
}
