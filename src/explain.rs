//! Errors of the layers below as failures: what happened, why, what to do; and `explain`, which says the same of an error that
//! something else met.

mod advice;
mod command;
mod heard;
mod place;
mod rules;

pub(crate) use command::{Args, ExplainReport, run};

use crate::failure::{Exit, Failure, is_disk_full};
use place::Place;
use pnp_client::{ClientError, FailedStep, Rejection};
use pnp_keys::KeyError;
use pnp_ops::Refusal;
use pnp_registry::RegistryError;
use pnp_usage::{OperationError, Programs, UsageError};

/// What to do where a service does not answer. `localnet run` is algod alone.
fn unreachable_hint(service: &str, url: &str) -> &'static str {
    let here = url.contains("localhost") || url.contains("127.0.0.1");
    match service {
        "kmd" if here => {
            "start AlgoKit LocalNet for a kmd (`localnet run` has none), or name the accounts' keys in the environment"
        }
        "kmd" => "set KMD_SERVER and KMD_PORT, or name the accounts' keys in the environment",
        "indexer" if here => "start AlgoKit LocalNet for an indexer (`localnet run` has none), or set INDEXER_SERVER",
        "indexer" => "check the connection and INDEXER_SERVER, or try again in a minute",
        _ if here => "start a network with `pnp-contract localnet run`, or omit --net to use the embedded one",
        _ => "check the connection and ALGOD_SERVER, or try again in a minute",
    }
}

impl From<ClientError> for Failure {
    fn from(error: ClientError) -> Self {
        let message = error.to_string();
        match error {
            ClientError::Unreachable { service, url, why } | ClientError::Lost { service, url, why } => {
                let hint = unreachable_hint(service, &url);
                Self::new("unreachable", format!("{service} at {url} does not answer"))
                    .because(why)
                    .hint(hint)
                    .exit(Exit::Unreachable)
                    .with("url", url)
            }
            ClientError::Busy { service, url, after, .. } => {
                Self::new("busy", format!("{service} at {url} takes no more requests for now"))
                    .because(match after {
                        Some(pause) => format!("it limits requests, and asks to wait {} s", pause.as_secs()),
                        None => "it limits requests".to_owned(),
                    })
                    .hint("try again then, or use a provider or a token with a higher limit")
                    .exit(Exit::Unreachable)
                    .with("url", url)
            }
            ClientError::Untrusted { service, url, why } => {
                Self::new("certificate", format!("{service} at {url} cannot be trusted"))
                    .because(why)
                    .hint("where the server is your own, name its authority's certificate (PEM) in PNP_CA_FILE; else send it nothing")
                    .exit(Exit::Unreachable)
                    .with("url", url)
            }
            ClientError::Roots { .. } => Self::new("certificates", message)
                .hint("name a file of certificates in PEM form in PNP_CA_FILE, or as ca in pnp.toml"),
            ClientError::Uncertain { txid, last_valid, why } => {
                Self::new("uncertain", format!("whether transaction {txid} is in a block is not known"))
                    .because(why)
                    .hint(format!(
                        "look with `pnp-contract status` before you do it again: up to round {last_valid} it may still come"
                    ))
                    .exit(Exit::Unreachable)
                    .with("txid", txid.to_string())
                    .with("last_valid", last_valid)
            }
            ClientError::Unauthorized { service, .. } => Self::new("unauthorized", message)
                .hint(format!("set {}_TOKEN beside the server's address", service.to_uppercase())),
            ClientError::Api { status, .. } => {
                Self::new("api", message).hint("if this keeps happening, another algod may help").with("status", status)
            }
            ClientError::Malformed { service, .. } => Self::new("malformed_answer", message)
                .hint(format!("check that the address is {service}'s and not another service's")),
            ClientError::Rejected(rejection) => rejected(&rejection, None),
            ClientError::Dropped { txid, .. } => Self::new("dropped", message)
                .because("its pool gave the transaction up, and no block since has it")
                .hint("another node may still have it: look with `pnp-contract status` before you do it again")
                .with("txid", txid.to_string()),
            ClientError::Expired { txid, .. } => Self::new("expired", message)
                .because("the network made no block with it in time")
                .hint("nothing was changed, and nothing can come of it any more; it is safe to do it again")
                .with("txid", txid.to_string()),
        }
    }
}

/// A refusal of the network's rules; with the contract's programs, down to the line of TEAL.
pub(crate) fn rejected(rejection: &Rejection, programs: Option<&Programs>) -> Failure {
    refusal(&Refusal::new(rejection.clone(), programs))
}

/// A refusal of the network's rules, with what was found out about it.
pub(crate) fn refusal(refusal: &Refusal) -> Failure {
    let place = refusal.line.clone().map(Place::from);
    told(&refusal.rejection, place.as_ref(), refusal.step.as_ref(), refusal.before.as_deref())
}

/// A program's refusal, by its place in the source, and the values at hand there.
fn told(rejection: &Rejection, place: Option<&Place>, step: Option<&FailedStep>, before: Option<&str>) -> Failure {
    let message = rejection.to_string();
    match rejection {
        Rejection::Logic { app, pc, what, group_index, .. } => {
            let known = advice::advice(what);
            let is_ours = place.is_some_and(|place| place.file == pnp_usage::APPROVAL_PATH);
            let mut failure = match place {
                Some(place) => {
                    let rule = place.rule();
                    let whose = if is_ours { "the contract's" } else { "the" };
                    let reason = step.and_then(|step| place::reason(step, before));
                    let reason = reason.map(|reason| format!(": {reason}")).unwrap_or_default();
                    Failure::new("refused", format!("{what} at {}:{}: {rule}", place.file, place.line))
                        .because(format!("{whose} program refused the call with `{}`{reason}", place.code))
                        .with("file", place.file.clone())
                        .with("line", place.line)
                        .with("rule", rule)
                }
                None => Failure::new("refused", message)
                    .because(known.map_or("the application's program refused the call", |known| known.why)),
            };
            let remedy = place.and_then(|place| rules::remedy(place.rule())).or(known.map(|known| known.way));
            let usual = match (is_ours, place) {
                (false, Some(_)) => "nothing was changed; make the call so that this line lets it through",
                _ => "nothing was changed; `pnp-contract status` shows what the contract asks for",
            };
            failure = failure.hint(remedy.unwrap_or(usual));
            for (name, number) in [("app", app), ("pc", pc), ("group_index", group_index)] {
                if let Some(number) = number {
                    failure = failure.with(name, *number);
                }
            }
            if let Some(step) = step {
                let shown = |values: &[pnp_types::TealValue]| values.iter().map(place::shown).collect::<Vec<_>>();
                failure = failure.with("stack", shown(&step.stack)).with("operands", shown(&step.operands));
            }
            failure
        }
        Rejection::Overspend(shortage) | Rejection::BelowMinimum(shortage) => Failure::new("too_little", message)
            .because(match rejection {
                Rejection::Overspend(_) => "the amount and the network's fees are more than the account has",
                _ => "every asset, application and local state an account holds raises the balance it must keep",
            })
            .hint(format!("send Algos to {}: `pnp-contract account fund` on a development network", shortage.account))
            .with("account", shortage.account.to_string())
            .with("missing", shortage.missing()),
        Rejection::AssetShort { has, needs } => Failure::new("too_little", message)
            .hint("send the asset to the account with `pnp-contract asset send`")
            .with("missing", needs.saturating_sub(*has)),
        Rejection::AssetNotHeld { asset, account } => Failure::new("not_opted_in", message)
            .because("an account must agree to an asset before it can hold it")
            .hint(format!("run `pnp-contract asset optin --asset {asset}` as that account"))
            .with("account", account.clone())
            .with("asset", *asset),
        Rejection::NotOptedIn { app, account } => Failure::new("not_opted_in", message)
            .hint(format!("run `pnp-contract optin --app {app}` as that account"))
            .with("account", account.clone())
            .with("app", *app),
        Rejection::AlreadyOptedIn { .. } => Failure::new("opted_in_already", message).hint("there is nothing to do"),
        Rejection::NoApplication { app } => Failure::new("no_application", message)
            .hint("check --app and --net; `pnp-contract status` shows what is recorded")
            .with("app", *app),
        Rejection::NoAsset { asset } => Failure::new("no_asset", message)
            .hint("check --asset and --net; `pnp-contract asset show` shows what is recorded")
            .with("asset", *asset),
        Rejection::Duplicate { .. } => {
            Failure::new("duplicate", message).hint("it was done before; look with `pnp-contract status`")
        }
        Rejection::WrongSigner { .. } => Failure::new("wrong_signer", message)
            .because("the account was rekeyed, or its mnemonic is another account's")
            .hint("set the mnemonic of the key that signs now, and the account as the _SENDER beside it"),
        Rejection::FeeTooSmall { .. } => Failure::new("fee", "the fee is too small for the network just now")
            .because(message)
            .hint("try again: the fee is asked of the network each time"),
        Rejection::Expired { .. } => Failure::new("expired", "the transaction is outside its validity")
            .because(message)
            .hint("try again; if it stays so, the node is behind its network"),
        Rejection::Other { .. } => {
            let failure = Failure::new("refused", "the network refused the transaction");
            match advice::advice(&message) {
                Some(known) => failure.because(format!("{}: {message}", known.why)).hint(known.way),
                None => failure.because(message).hint("nothing was changed"),
            }
        }
    }
}

impl From<OperationError> for Failure {
    fn from(error: OperationError) -> Self {
        let message = error.to_string();
        match error {
            OperationError::Client(error) => error.into(),
            OperationError::Usage(error) => error.into(),
            OperationError::NoApplication(app) => rejected(&Rejection::NoApplication { app }, None),
            OperationError::NotOptedIn { user, app } => {
                rejected(&Rejection::NotOptedIn { app, account: user.to_string() }, None)
            }
            OperationError::AssetNotHeld { account, asset, .. } => {
                rejected(&Rejection::AssetNotHeld { asset, account: account.to_string() }, None).saying(message)
            }
            OperationError::AssetShort { user, has, needs, .. } => Self::new("too_little", message)
                .hint(format!("send {user} the asset with `pnp-contract asset send`"))
                .with("missing", needs.saturating_sub(has)),
            OperationError::FeeShort { user, has, needs } => Self::new("too_little", message)
                .hint(format!("send Algos to {user}: `pnp-contract account fund` on a development network"))
                .with("account", user.to_string())
                .with("missing", needs.0.saturating_sub(has.0)),
            OperationError::Group(_) => {
                Self::new("internal", message).hint("this is a fault of this program: report it")
            }
        }
    }
}

impl From<UsageError> for Failure {
    fn from(error: UsageError) -> Self {
        let message = error.to_string();
        match error {
            UsageError::FeeOverWhole(_) | UsageError::RatesCrossed { .. } | UsageError::NoRate => {
                Self::usage(message).hint("for example --fee-pct 500 --min-rate 1 --max-rate 1000")
            }
            UsageError::NoUnits => Self::usage(message).hint("for example --units 1"),
            UsageError::TooMuch { .. } => Self::usage(message).hint("bill fewer units at a time"),
            UsageError::PriceOutside { min_rate, max_rate, .. } => Self::new("price_outside", message)
                .because("the contract's creator set these limits")
                .hint(format!("choose a --price from {min_rate} to {max_rate}")),
            UsageError::TickLength(_) | UsageError::TickHex => {
                Self::usage(message).hint("leave --tick away to have one made")
            }
            UsageError::TickOrder { .. } => Self::new("tick_order", message)
                .because("rising ticks are what makes a bill unrepeatable")
                .hint("leave --tick away to have a fresh one made, or choose a greater one"),
            UsageError::Foreign { app, .. } => Self::new("foreign_application", message)
                .hint("check --app and --net; `pnp-contract status` shows what is recorded")
                .with("app", app),
            UsageError::OtherAsset { bound, .. } => {
                Self::new("other_asset", message).hint(format!("leave --asset away, or name {bound}"))
            }
            UsageError::NoAsset => Self::usage(message).hint("name it with --asset"),
            UsageError::Assembly(_) => {
                Self::new("internal", message).hint("this is a fault of this program: report it")
            }
        }
    }
}

impl From<KeyError> for Failure {
    fn from(error: KeyError) -> Self {
        let message = error.to_string();
        match error {
            KeyError::Missing { name, variables } => {
                let variable = variables.first().cloned().unwrap_or_default();
                Self::new("no_key", message)
                    .because("keys come from the environment, .env files or the keystore, never from the command line")
                    .hint(format!(
                        "set {variable} to the account's 25 words, for example in .env.<net>, or keep them encrypted with \
                         `pnp-contract account import {name}`; on a development network `pnp-contract account new {name}` \
                         makes one"
                    ))
            }
            KeyError::Mnemonic { variable, .. } => Self::new("mnemonic", message)
                .hint(format!("set {variable} to the 25 words as the wallet shows them, between quotes")),
            KeyError::Sender { .. } => Self::new("sender", message)
                .hint("an address has 58 characters; remove the setting if the account is not rekeyed"),
            KeyError::Name(_) => Self::usage(message).hint("for example `pnp-contract account new alice`"),
            KeyError::Taken { .. } => Self::new("taken", message).hint("choose another name, or use this account"),
            KeyError::WrongPassword { .. } => Self::new("wrong_password", message)
                .because("the keystore's file is whole, so that the password is another")
                .hint("type it again; a password that is lost cannot be found, only its account's words help"),
            KeyError::Locked { .. } => Self::new("locked", message).hint(
                "run the command at a terminal, or set PNP_KEYSTORE_PASSWORD_FILE or PNP_KEYSTORE_PASSWORD; \
                 PNP_KEYSTORE=off does without the keystore",
            ),
            KeyError::Damaged { .. } => Self::new("damaged_keystore", message)
                .because("it is not as it was written, whatever the password is")
                .hint("restore it from a backup, or remove the file and import the account's words again"),
            KeyError::TooNew { .. } => Self::new("keystore_version", message)
                .hint("use the version of pnp-contract that wrote it, or a later one"),
            KeyError::Memory { .. } => Self::new("memory", message).hint("close other programs and run it again"),
            KeyError::Remote { .. } => {
                Self::new("not_signed", message).hint("check that it runs, and that its wallet has no password")
            }
            KeyError::NotASigner { .. } => Self::new("not_a_signer", message)
                .hint("`pnp-contract account list` shows which keys are here; choose one of the signers with --from"),
            KeyError::Exposed(path) => Self::new("exposed_keys", message)
                .because("keys must be readable by their owner alone")
                .hint(format!("run `chmod 600 {}`", path.display())),
            KeyError::Malformed { path, .. } => Self::new("key_file", message).hint(format!(
                "restore {} from a backup, or move it away to have fresh development accounts made",
                path.display()
            )),
            KeyError::File { source, .. } if is_disk_full(&source) => Self::new("disk_full", message)
                .because("the disk has no room; the keys that were there are as they were")
                .hint("free some space and run the command again"),
            KeyError::File { source, .. } if source.kind() == std::io::ErrorKind::NotADirectory => {
                Self::new("key_file", message).hint("PNP_KEYSTORE must name a folder; it is made where it is missing")
            }
            KeyError::File { .. } => {
                Self::new("key_file", message).hint("check the folder's rights and the disk's space")
            }
            KeyError::Randomness(_) => Self::new("randomness", message).hint("check the system's /dev/urandom"),
        }
    }
}

impl From<RegistryError> for Failure {
    fn from(error: RegistryError) -> Self {
        let message = error.to_string();
        let full = error.is_disk_full();
        match error {
            RegistryError::Malformed { path, .. } => Self::new("record", message)
                .because("the record was edited or cut off; it is left as it is")
                .hint(format!("correct it, or restore it with `git checkout {}`", path.display())),
            RegistryError::TooNew { .. } => {
                Self::new("record", message).hint("use the version of pnp-contract that wrote it, or a later one")
            }
            RegistryError::Taken { .. } => Self::new("taken", message)
                .because("what was agreed on under a name is not replaced silently")
                .hint("choose another name, or move the file away if it is no longer wanted"),
            RegistryError::Unreadable { path, .. } => Self::new("record", message)
                .hint(format!("check the file's rights, or restore it with `git checkout {}`", path.display())),
            RegistryError::Unwritable { .. } if full => Self::new("disk_full", message)
                .because("the disk has no room; the record is as it was")
                .hint("free some space and run the command again"),
            RegistryError::Unwritable { .. } => {
                Self::new("record", message).because("the record is as it was").hint("check the folder's rights")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_missing_algod_is_helped_by_localnet_run() {
        let hint = |service, url: &str| {
            let error = ClientError::Unreachable { service, url: url.to_owned(), why: "connection refused".to_owned() };
            Failure::from(error).hint.clone().unwrap_or_default()
        };
        assert!(hint("algod", "http://localhost:4001").starts_with("start a network with `pnp-contract localnet run`"));
        assert!(hint("kmd", "http://localhost:4002").starts_with("start AlgoKit LocalNet for a kmd"));
        assert!(hint("indexer", "http://127.0.0.1:8980").starts_with("start AlgoKit LocalNet for an indexer"));
        assert!(hint("indexer", "https://testnet-idx.algonode.cloud").contains("INDEXER_SERVER"));
    }
}
