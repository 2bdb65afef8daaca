//! Refusals of the network's rules, down to the line of TEAL and the values it refused.

use super::{Failure, remedies};
use pnp_client::{FailedStep, RefusingProgram, Rejection};
use pnp_ops::Refusal;
use pnp_ops::explain::advice;
use pnp_types::{Address, AppIndex, TealValue};
use pnp_usage::Programs;

/// Bytes of a value that are shown.
const MAX_SHOWN_BYTES: usize = 64;

/// A refusal of the network's rules; with the contract's programs, down to the line of TEAL.
pub(crate) fn rejected(rejection: &Rejection, programs: Option<&Programs>) -> Failure {
    refusal(&Refusal::new(rejection.clone(), programs))
}

/// A refusal of the network's rules, with what was found out about it: by its line of the program, and the values there.
pub(crate) fn refusal(refusal: &Refusal) -> Failure {
    let Refusal { rejection, line, step, before } = refusal;
    let (place, step, before) = (line.as_ref(), step.as_ref(), before.as_deref());
    let message = rejection.to_string();
    match rejection {
        Rejection::Logic { app, pc, what, reason: failure_text, group_index, program, .. } => {
            let known = advice(failure_text);
            let is_ours = place.is_some_and(|place| place.file == pnp_usage::APPROVAL_PATH);
            let mut failure = match place {
                Some(place) => {
                    let rule = place.rule();
                    let owner = if is_ours { "the contract's" } else { "the" };
                    let reason = step.and_then(|step| reason(step, before));
                    let reason = reason.map(|reason| format!(": {reason}")).unwrap_or_default();
                    Failure::new("refused", format!("{what} at {}:{}: {rule}", place.file, place.line))
                        .because(format!("{owner} program refused the call with `{}`{reason}", place.code))
                        .with("file", place.file.clone())
                        .with("line", place.line)
                        .with("rule", rule)
                }
                None => Failure::new("refused", message).because(known.map_or(refused_by(*program), |known| known.why)),
            };
            let remedy = place.and_then(|place| remedies::remedy(place.rule())).or(known.map(|known| known.remedy));
            let usual = match (is_ours, place) {
                (false, Some(_)) => "nothing was changed; make the call so that it passes this check",
                _ => "nothing was changed; `pnp-contract status` shows what the contract asks for",
            };
            failure = failure.hint(remedy.unwrap_or(usual));
            for (name, number) in [("app", app.map(AppIndex::get)), ("pc", *pc), ("group_index", *group_index)] {
                if let Some(number) = number {
                    failure = failure.with(name, number);
                }
            }
            if let Some(step) = step {
                let shown = |values: &[pnp_types::TealValue]| values.iter().map(shown).collect::<Vec<_>>();
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
            .with("asset", asset.0),
        Rejection::NotOptedIn { app, account } => Failure::new("not_opted_in", message)
            .hint(format!("run `pnp-contract optin --app {app}` as that account"))
            .with("account", account.clone())
            .with("app", app.0),
        Rejection::AlreadyOptedIn { .. } => Failure::new("opted_in_already", message).hint("there is nothing to do"),
        Rejection::NoApplication { app } => Failure::new("no_application", message)
            .hint("check --app and --net; `pnp-contract status` shows what is recorded")
            .with("app", app.0),
        Rejection::NoAsset { asset } => Failure::new("no_asset", message)
            .hint("check --asset and --net; `pnp-contract asset show` shows what is recorded")
            .with("asset", asset.0),
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
            match advice(&message) {
                Some(known) => failure.because(format!("{}: {message}", known.why)).hint(known.remedy),
                None => failure.because(message).hint("nothing was changed"),
            }
        }
    }
}

/// Which program refused what, as a sentence.
fn refused_by(program: RefusingProgram) -> &'static str {
    match program {
        RefusingProgram::Approval => "the application's program refused the call",
        RefusingProgram::Clear => "the application's clear program refused the call",
        RefusingProgram::LogicSignature => "the logic signature's program refused the transaction",
    }
}

/// A value for people.
pub(crate) fn shown(value: &TealValue) -> String {
    match value {
        TealValue::Uint(number) => number.to_string(),
        TealValue::Bytes(bytes) => match <[u8; 32]>::try_from(bytes.as_slice()) {
            Ok(address) => Address(address).to_string(),
            Err(_) => match std::str::from_utf8(bytes) {
                Ok(text) if !bytes.is_empty() && text.chars().all(|c| !c.is_control()) => format!("{text:?}"),
                _ if bytes.len() > MAX_SHOWN_BYTES => {
                    let start = hex::encode(bytes.get(..MAX_SHOWN_BYTES).unwrap_or_default());
                    format!("0x{start}… ({} bytes)", bytes.len())
                }
                _ => format!("0x{}", hex::encode(bytes)),
            },
        },
    }
}

/// The comparison that failed, as a sentence; `before` is the instruction that gave the 0.
fn reason(step: &FailedStep, before: Option<&str>) -> Option<String> {
    let before = before?;
    let values: Vec<String> = step.operands.iter().map(shown).collect();
    match (before, values.as_slice()) {
        ("==" | "!=" | "<" | ">" | "<=" | ">=" | "&&" | "||", [left, right]) => {
            Some(format!("{left} {before} {right} is false"))
        }
        ("b==" | "b!=" | "b<" | "b>" | "b<=" | "b>=", [left, right]) => {
            Some(format!("{left} {} {right} is false", before.trim_start_matches('b')))
        }
        ("!", [value]) => Some(format!("{value} is not 0")),
        (_, []) => Some(format!("`{before}` gave {}", step.stack.last().map_or_else(|| "nothing".to_owned(), shown))),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_compared_is_said() {
        let step = |operands: Vec<TealValue>| FailedStep { operands, ..FailedStep::default() };
        let numbers = step(vec![TealValue::Uint(2000), TealValue::Uint(1000)]);
        assert_eq!(reason(&numbers, Some("<=")).as_deref(), Some("2000 <= 1000 is false"));
        let bytes = step(vec![TealValue::Bytes(b"00".to_vec()), TealValue::Bytes(vec![1, 0])]);
        assert_eq!(reason(&bytes, Some("b>")).as_deref(), Some("\"00\" > 0x0100 is false"));
        let address = step(vec![TealValue::Bytes(vec![0; 32]), TealValue::Bytes(vec![])]);
        assert_eq!(reason(&address, Some("==")).unwrap(), format!("{} == 0x is false", Address::ZERO));
        assert_eq!(reason(&step(vec![TealValue::Uint(1)]), Some("!")).as_deref(), Some("1 is not 0"));
        let pushed = FailedStep { stack: vec![TealValue::Uint(0)], ..FailedStep::default() };
        assert_eq!(reason(&pushed, Some("pushint TMPL_UPDATABLE")).as_deref(), Some("`pushint TMPL_UPDATABLE` gave 0"));
    }
}
