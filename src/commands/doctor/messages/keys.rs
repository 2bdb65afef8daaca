//! Findings about keys, and settings beside them.

use super::FindingMessage;
use pnp_keys::Origin;
use pnp_ops::doctor::{KeyFinding, KeyPlace};

pub(super) fn message(finding: KeyFinding, network: &str) -> FindingMessage {
    match finding {
        KeyFinding::Address { setting, layer, address } => {
            FindingMessage::fact(format!("{setting} from {layer} is {address}"))
        }
        KeyFinding::NotAnAddress { setting, layer, error } => FindingMessage::with_hint(
            format!("{setting} from {layer}: {error}"),
            "copy the address again: 58 characters, A to Z and 2 to 7",
        ),
        KeyFinding::NotANumber { setting, layer } => FindingMessage::with_hint(
            format!("{setting} from {layer} is not a number"),
            format!("for example {setting}=1001"),
        ),
        KeyFinding::Found { name, place: KeyPlace { address, origin } } => {
            FindingMessage::fact(format!("{name} is {address} ({origin})"))
        }
        KeyFinding::Shadowed { name, used, unused } => FindingMessage::with_hint(
            format!(
                "{name} is two accounts: {} ({}) is used, {} ({}) is not",
                used.address, used.origin, unused.address, unused.origin
            ),
            "remove one of them, or give it another name",
        ),
        KeyFinding::ToBeCreated { name } => {
            FindingMessage::fact(format!("there is no key for {name} yet: the first command that needs it creates it"))
        }
        KeyFinding::Missing { name, variable, .. } => FindingMessage::with_hint(
            format!("there is no key for {name} to sign with"),
            format!("pnp-contract account import {name}    (or set {variable} in .env.{network})"),
        ),
        KeyFinding::Rekeyed { name } => {
            FindingMessage::fact(format!("{name} was rekeyed, and its key is the right one"))
        }
        KeyFinding::OtherKey { name, address, has, needs, variable } => {
            let sender = variable.replace("_MNEMONIC", "_SENDER");
            FindingMessage::with_hint(
                format!("{name}'s key is {has}, and the chain takes signatures of {needs} for {address}"),
                format!(
                    "set {variable} to the words of {needs} and {sender}={address}; where {needs} is a multisignature, pass \
                     --multisig"
                ),
            )
        }
        KeyFinding::Backup { name, origin } => backup(&name, &origin),
    }
}

/// What it takes to keep a key, and to keep it secret.
fn backup(name: &str, origin: &Origin) -> FindingMessage {
    match origin {
        Origin::Keystore => FindingMessage::fact(format!(
            "{name} is in the keystore of this machine alone, as far as is known here: keep its words on paper too"
        )),
        Origin::Kmd { wallet } => {
            FindingMessage::fact(format!("{name} is in kmd's wallet {wallet}: keep that wallet's words on paper"))
        }
        Origin::Setting { variable, layer } => FindingMessage::with_hint(
            format!("{name}'s words are in plain text in {variable} ({layer})"),
            format!("pnp-contract account import {name}    (keeps them encrypted), then remove {variable}"),
        ),
        Origin::Local { .. } => FindingMessage::with_hint(
            format!("{name}'s key is a development key in .pnp, unencrypted"),
            format!("create another one for MainNet: pnp-contract account new {name} --net mainnet"),
        ),
    }
}
