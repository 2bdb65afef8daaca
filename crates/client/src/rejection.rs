//! The network's refusals: algod's texts as types, in words that say what to do.
//!
//! The texts are go-algorand's (`ledger/apply/`, `ledger/ledgercore/error.go`, `data/transactions/logic/eval.go`); SDKs
//! parse the same ones.

use crate::node_text::{
    DETAILS, InnerFailure, PROGRAM_FAILED, failed_instructions, inner_failures, reason_of_invalid, without_structures,
};
use crate::sentence::{after, number_after, sentence_parts};
use pnp_types::{Address, AppIndex, AssetIndex, MicroAlgos};
use std::fmt;

/// Which kind of program refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefusingProgram {
    /// An application's approval program.
    Approval,
    /// An application's clear program.
    Clear,
    /// The program of a logic signature.
    LogicSignature,
}

/// What a program is said to have done that ended with 0.
const SAID_NO: &str = "the program said no";
/// What a clear program is refused with before it runs.
const LOW_BUDGET: &str = "attempted ClearState execution with low OpcodeBudget ";
/// Reasons that only clear programs fail for.
const CLEAR_ONLY: [&str; 2] =
    ["boxes may not be accessed from ClearState program", "clear state programs can not issue inner transactions"];
/// The refusal of an approval program that ended with 0.
const REJECTED: &str = "transaction rejected by ApprovalProgram";

/// An account that has too little.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shortage {
    /// The account.
    pub account: Address,
    /// What it has.
    pub has: u64,
    /// What it would need.
    pub needs: u64,
}

impl Shortage {
    /// How much is missing.
    #[must_use]
    pub const fn missing(&self) -> u64 {
        self.needs.saturating_sub(self.has)
    }
}

/// Why the network's rules refuse a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rejection {
    /// A program failed or rejected the transaction.
    Logic {
        /// The transaction, as the node names it.
        txid: String,
        /// The application, where it was one.
        app: Option<AppIndex>,
        /// The transaction's place in its group.
        group_index: Option<u64>,
        /// Where in the program.
        pc: Option<u64>,
        /// What went wrong, for example `assert failed`; with the path to the inner transaction that failed.
        what: String,
        /// The same in the node's words, of the innermost program that failed, without path and place.
        reason: String,
        /// Which kind of program.
        program: RefusingProgram,
        /// The inner transactions that the failure went through, from the outermost; empty where the program itself failed.
        inner: Vec<InnerFailure>,
    },
    /// The account does not have so many Algos.
    Overspend(Shortage),
    /// The account would keep less than its minimum balance.
    BelowMinimum(Shortage),
    /// The account does not have so many units of the asset.
    AssetShort {
        /// What the sender has.
        has: u64,
        /// What the transfer takes.
        needs: u64,
    },
    /// An account has not opted in to an asset.
    AssetNotHeld {
        /// The asset.
        asset: AssetIndex,
        /// The account.
        account: String,
    },
    /// An account has not opted in to an application.
    NotOptedIn {
        /// The application.
        app: AppIndex,
        /// The account.
        account: String,
    },
    /// An account has opted in already.
    AlreadyOptedIn {
        /// The application.
        app: AppIndex,
        /// The account.
        account: String,
    },
    /// The application does not exist, or no more.
    NoApplication {
        /// The application.
        app: AppIndex,
    },
    /// The asset does not exist, or no more.
    NoAsset {
        /// The asset.
        asset: AssetIndex,
    },
    /// The very same transaction is in the ledger.
    Duplicate {
        /// The transaction.
        txid: String,
    },
    /// Signed by a key that is not the account's.
    WrongSigner {
        /// The key it needs.
        needs: String,
        /// The key it has.
        has: String,
    },
    /// The group does not pay enough fees.
    FeeTooSmall {
        /// The node's words.
        text: String,
    },
    /// Outside its validity window.
    Expired {
        /// The node's words.
        text: String,
    },
    /// Anything else, in the node's words.
    Other {
        /// The node's words, without the pool's prefix.
        text: String,
    },
}

impl Rejection {
    /// Whether the node refuses a transaction because its first round is in the future: the node is behind.
    #[must_use]
    pub fn is_early(&self) -> bool {
        let Self::Expired { text } = self else { return false };
        let (round, first) = (number_after(text, "txn dead: round "), number_after(text, "outside of "));
        round.zip(first).is_some_and(|(round, first)| round < first)
    }

    /// Reads an answer's `message` and `data`; `None` if it does not refuse a transaction.
    #[must_use]
    pub fn parse(message: &str, data: &serde_json::Value) -> Option<Self> {
        let message = message.trim_end();
        let pool = message.strip_prefix("TransactionPool.Remember: ");
        let text = pool.unwrap_or(message);
        let text = reason_of_invalid(text).unwrap_or(text);
        let (txid, text) = match text.strip_prefix("transaction ").and_then(|rest| rest.split_once(": ")) {
            Some((txid, rest)) if txid.len() == 52 => (txid.to_owned(), rest),
            _ => (String::new(), text),
        };
        let parsed = Self::logic(&txid, text, data).or_else(|| Self::known(text));
        match parsed {
            None if pool.is_some() || !txid.is_empty() => Some(Self::Other { text: without_structures(text) }),
            parsed => parsed,
        }
    }

    fn logic(txid: &str, text: &str, data: &serde_json::Value) -> Option<Self> {
        let (program, failed) = refusing_program(text)?;
        let what = failed.unwrap_or(SAID_NO);
        let what = what.split(DETAILS).next().unwrap_or(what);
        if let Some(opt_in) = Self::known(what).filter(|known| matches!(known, Self::NotOptedIn { .. })) {
            return Some(opt_in);
        }
        let number = |name: &str| data.get(name).and_then(serde_json::Value::as_u64);
        // The outermost program's place is the last one that the text names.
        let place = failed_instructions(text).pop().unwrap_or_default();
        let pc = number("pc").or(place.pc).or_else(|| number_after(text, "pc="));
        let app = number("app-index").map(AppIndex).or(place.app).or_else(|| id_after(text, "app="));
        let (inner, what) = inner_failures(what, text);
        let reason = without_structures(what.split(" pc=").next().unwrap_or(what));
        let what = Self::along(&inner, &reason, what);
        let (txid, group_index) = (txid.to_owned(), number("group-index"));
        Some(Self::Logic { txid, app, group_index, pc, what, reason, program, inner })
    }

    /// What went wrong, after the inner transactions that it went through; `raw` is the reason with its structures.
    fn along(path: &[InnerFailure], reason: &str, raw: &str) -> String {
        let mut sentence = String::new();
        for InnerFailure { index, app, pc } in path {
            sentence.push_str(&format!("its inner transaction {index} failed: "));
            if let Some(app) = app {
                let at = pc.map_or_else(String::new, |pc| format!(" at pc {pc}"));
                sentence.push_str(&format!("application {app} refused the call{at}: "));
            }
        }
        let cause = match path {
            [] => None,
            _ if raw == REJECTED => Some(SAID_NO.to_owned()),
            _ => Self::known(raw).map(|known| without_structures(&known.to_string())),
        };
        sentence + cause.as_deref().unwrap_or(reason)
    }

    /// The rules that commands distinguish, by whole sentences: a text that only has some of their words is another one.
    fn known(text: &str) -> Option<Self> {
        Self::of_balance(text).or_else(|| Self::of_application(text)).or_else(|| Self::of_transaction(text))
    }

    fn of_balance(text: &str) -> Option<Self> {
        let is = |shape| Sentence::of(shape, text);
        if let Some(parts) = is("overspend (account {w}, data {*}, tried to spend {w})") {
            let data = parts.text(1);
            let has = algos_after(data, " MicroAlgos:").or_else(|| algos_after(data, "{MicroAlgos:"))?;
            return Some(Self::Overspend(Shortage {
                account: parts.parsed(0)?,
                has,
                needs: algos_after(parts.text(2), "")?,
            }));
        }
        if let Some(parts) = is("account {w} balance {n} below min {n} ({*})") {
            let (has, needs) = (parts.parsed(1)?, parts.parsed(2)?);
            return Some(Self::BelowMinimum(Shortage { account: parts.parsed(0)?, has, needs }));
        }
        if let Some(parts) = is("underflow on subtracting {n} from sender amount {n}") {
            return Some(Self::AssetShort { has: parts.parsed(1)?, needs: parts.parsed(0)? });
        }
        let missing =
            is("asset {n} missing from {w}").or_else(|| is("receiver error: must optin, asset {n} missing from {w}"));
        if let Some(parts) = missing {
            return Some(Self::AssetNotHeld { asset: AssetIndex(parts.parsed(0)?), account: parts.owned(1) });
        }
        let none = is("asset {n} does not exist").or_else(|| is("asset {n} does not exist or has been deleted"));
        none.and_then(|parts| Some(Self::NoAsset { asset: AssetIndex(parts.parsed(0)?) }))
    }

    fn of_application(text: &str) -> Option<Self> {
        const NOT_OPTED_IN: [&str; 8] = [
            "{w} has not opted in to app {n}",
            "cannot {w} key, {w} has not opted in to app {n}",
            "cannot {w} storage, {w} has not opted in to app {n}",
            "account {w} is not opted in to app {n}",
            "account {w} is not opted in to any app, and in particular {n}",
            "cannot clear state: {w} is not currently opted in to app {n}",
            "cannot clear state: {w} is currently not opted in to app {n}",
            "cannot fetch key, {w} is not opted in to app {n}",
        ];
        const OPTED_IN: [&str; 3] = [
            "{w} has already opted in to app {n}",
            "account {w} has already opted in to app {n}",
            "cannot {w} storage, {w} has already opted in to app {n}",
        ];
        const NONE: [&str; 5] = [
            "only ClearState is supported for an application ({n}) that does not exist",
            "app {n} does not exist",
            "cannot {w} key, app {n} does not exist",
            "cannot {w} storage, app {n} does not exist",
            "application {n} does not exist",
        ];
        let first = |shapes: &[&str]| shapes.iter().find_map(|shape| Sentence::of(shape, text));
        if let Some((app, account)) = first(&NOT_OPTED_IN).and_then(|parts| parts.app_and_account()) {
            return Some(Self::NotOptedIn { app, account });
        }
        if let Some((app, account)) = first(&OPTED_IN).and_then(|parts| parts.app_and_account()) {
            return Some(Self::AlreadyOptedIn { app, account });
        }
        let app = first(&NONE)?.last()?.parse().ok().map(AppIndex)?;
        Some(Self::NoApplication { app })
    }

    fn of_transaction(text: &str) -> Option<Self> {
        let is = |shape| Sentence::of(shape, text);
        if let Some(parts) = is("transaction already in ledger: {w}") {
            return Some(Self::Duplicate { txid: parts.owned(0) });
        }
        if let Some(parts) = is("should have been authorized by {w} but was actually authorized by {w}") {
            return Some(Self::WrongSigner { needs: parts.owned(0), has: parts.owned(1) });
        }
        const FEES: [&str; 3] = [
            "txgroup had {n} in fees, which is less than the minimum {*}",
            "{*}fee {n} below threshold {*}",
            "fee too small{*}",
        ];
        if FEES.iter().any(|shape| is(shape).is_some()) {
            return Some(Self::FeeTooSmall { text: text.to_owned() });
        }
        is("txn dead: round {n} outside of {n}--{n}").map(|_| Self::Expired { text: text.to_owned() })
    }
}

/// The parts of a sentence.
struct Sentence<'t>(Vec<&'t str>);

impl<'t> Sentence<'t> {
    fn of(shape: &str, text: &'t str) -> Option<Self> {
        sentence_parts(shape, text).map(Self)
    }

    fn text(&self, index: usize) -> &'t str {
        self.0.get(index).copied().unwrap_or_default()
    }

    fn owned(&self, index: usize) -> String {
        self.text(index).to_owned()
    }

    fn parsed<T: std::str::FromStr>(&self, index: usize) -> Option<T> {
        self.text(index).parse().ok()
    }

    fn last(&self) -> Option<&'t str> {
        self.0.last().copied()
    }

    /// The last part as the application, the one before it as the account.
    fn app_and_account(&self) -> Option<(AppIndex, String)> {
        let account = self.0.len().checked_sub(2)?;
        Some((AppIndex(self.last()?.parse().ok()?), self.owned(account)))
    }
}

/// Which kind of program a refusal is of, and what its instruction failed with; `None` for one that ended with 0.
fn refusing_program(text: &str) -> Option<(RefusingProgram, Option<&str>)> {
    if let Some(failed) = text.strip_prefix(PROGRAM_FAILED) {
        let is_clear = CLEAR_ONLY.iter().any(|words| failed.starts_with(words));
        return Some((if is_clear { RefusingProgram::Clear } else { RefusingProgram::Approval }, Some(failed)));
    }
    if text.starts_with(LOW_BUDGET) {
        return Some((RefusingProgram::Clear, Some(text)));
    }
    if let Some(failed) = text.strip_prefix("rejected by logic err=") {
        return Some((RefusingProgram::LogicSignature, Some(failed)));
    }
    match text {
        REJECTED => Some((RefusingProgram::Approval, None)),
        "transaction rejected by ClearStateProgram" => Some((RefusingProgram::Clear, None)),
        "rejected by logic" => Some((RefusingProgram::LogicSignature, None)),
        _ => None,
    }
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Logic { app, pc, what, program, inner, .. } => {
                match (program, app) {
                    (RefusingProgram::Clear, Some(app)) => {
                        write!(f, "application {app}'s clear program refused the call")?
                    }
                    (RefusingProgram::Clear, None) => f.write_str("an application's clear program refused the call")?,
                    (RefusingProgram::Approval, Some(app)) => write!(f, "application {app} refused the call")?,
                    (RefusingProgram::Approval, None) => {
                        f.write_str("an application's approval program refused the call")?
                    }
                    (RefusingProgram::LogicSignature, _) => f.write_str("a logic signature refused the transaction")?,
                }
                let at = pc.map_or_else(String::new, |pc| format!(" at pc {pc}"));
                // The place is the calling program's, not that of the inner transaction.
                if inner.is_empty() { write!(f, ": {what}{at}") } else { write!(f, "{at}: {what}") }
            }
            Self::Overspend(s) => write!(
                f,
                "{} has {} and would spend {}: {} are missing",
                s.account,
                MicroAlgos(s.has),
                MicroAlgos(s.needs),
                MicroAlgos(s.missing())
            ),
            Self::BelowMinimum(s) => write!(
                f,
                "{} would be left with {} and must keep {} as its minimum balance: {} are missing",
                s.account,
                MicroAlgos(s.has),
                MicroAlgos(s.needs),
                MicroAlgos(s.missing())
            ),
            Self::AssetShort { has, needs } => write!(
                f,
                "the sender has {has} units of the asset and would send {needs}: {} are missing",
                needs.saturating_sub(*has)
            ),
            Self::AssetNotHeld { asset, account } => write!(f, "{account} has not opted in to asset {asset}"),
            Self::NotOptedIn { app, account } => write!(f, "{account} has not opted in to application {app}"),
            Self::AlreadyOptedIn { app, account } => write!(f, "{account} has opted in to application {app} already"),
            Self::NoApplication { app } => write!(f, "application {app} does not exist"),
            Self::NoAsset { asset } => write!(f, "asset {asset} does not exist"),
            Self::Duplicate { txid } => write!(f, "transaction {txid} is in the ledger already"),
            Self::WrongSigner { needs, has } => write!(f, "signed by {has}, but only {needs} may sign"),
            Self::FeeTooSmall { text } | Self::Expired { text } | Self::Other { text } => f.write_str(text),
        }
    }
}

fn id_after<Id: From<u64>>(text: &str, phrase: &str) -> Option<Id> {
    number_after(text, phrase).map(Id::from)
}

/// An amount of Algos in micros, as nodes write it: `{Raw:1500}` and `{1500}` of old, `5uA`, `1.500mA`, `2A`, `2.000001A` now.
fn algos_after(text: &str, phrase: &str) -> Option<u64> {
    let rest = after(text, phrase)?;
    if let Some(raw) = rest.strip_prefix('{') {
        return number_after(raw.strip_prefix("Raw:").unwrap_or(raw), "");
    }
    let amount: String = rest.chars().take_while(|c| c.is_ascii_digit() || *c == '.').collect();
    let (whole, fraction) = amount.split_once('.').unwrap_or((&amount, ""));
    let digits = match rest.get(amount.len()..)? {
        unit if unit.starts_with("uA") => 0,
        unit if unit.starts_with("mA") => 3,
        unit if unit.starts_with('A') => 6,
        _ => return None,
    };
    let fraction = if fraction == "0" { "" } else { fraction };
    (fraction.len() <= digits).then(|| format!("{whole}{fraction:0<digits$}").parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    const A: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAY5HFKQ";

    fn pool(text: &str) -> Rejection {
        let message = format!(
            "TransactionPool.Remember: transaction 7VQYXNYOPKL7NIZ3DC6BPFPAWFNAA2QRLPRRGS2YJTO6QXRQGDDA: {text}"
        );
        Rejection::parse(&message, &Value::Null).unwrap()
    }

    #[test]
    fn program_failures_keep_their_place() {
        let message = "TransactionPool.Remember: transaction 7VQYXNYOPKL7NIZ3DC6BPFPAWFNAA2QRLPRRGS2YJTO6QXRQGDDA: logic eval error: assert failed pc=8. Details: app=1001, pc=8, opcodes=bz label1; pushint 0; assert; label1:";
        let data = json!({"app-index": 1001, "group-index": 2, "pc": 8});
        let Some(Rejection::Logic { app, group_index, pc, what, .. }) = Rejection::parse(message, &data) else {
            panic!("not read as a logic error")
        };
        assert_eq!((app, group_index, pc, what.as_str()), (Some(AppIndex(1001)), Some(2), Some(8), "assert failed"));
        let bare = Rejection::parse(message, &Value::Null).unwrap();
        assert_eq!(bare.to_string(), "application 1001 refused the call: assert failed at pc 8");
    }

    #[test]
    fn shortages_say_how_much_is_missing() {
        let text = format!(
            "overspend (account {A}, data {{AccountBaseData:{{Status:Offline MicroAlgos:{{Raw:1500}} RewardsBase:0}} }}, tried to spend {{2001}})"
        );
        assert_eq!(pool(&text), Rejection::Overspend(Shortage { account: A.parse().unwrap(), has: 1500, needs: 2001 }));
        for (has, needs, amounts) in [
            ("0.0A", "1mA", (0, 1000)),
            ("5uA", "1.001mA", (5, 1001)),
            ("10000107499.839188A", "18000000000A", (10_000_107_499_839_188, 18_000_000_000_000_000)),
        ] {
            let text = format!(
                "overspend (account {A}, data {{AccountBaseData:{{Status:Online MicroAlgos:{has} RewardsBase:12 RewardedMicroAlgos:7A}}}}, tried to spend {needs})"
            );
            let account = A.parse().unwrap();
            assert_eq!(pool(&text), Rejection::Overspend(Shortage { account, has: amounts.0, needs: amounts.1 }));
        }
        let minimum = pool(&format!("account {A} balance 99000 below min 100000 (0 assets)"));
        assert!(minimum.to_string().ends_with("0.001000 ALGO are missing"), "{minimum}");
        let asset = pool("underflow on subtracting 10 from sender amount 7");
        assert_eq!(asset, Rejection::AssetShort { has: 7, needs: 10 });
        assert!(asset.to_string().ends_with("3 are missing"));
    }

    #[test]
    fn a_node_that_is_behind_differs_from_a_transaction_that_is_over() {
        assert!(pool("txn dead: round 990 outside of 1000--2000").is_early());
        assert!(!pool("txn dead: round 2001 outside of 1000--2000").is_early());
        assert!(!pool("something new").is_early());
    }

    #[test]
    fn missing_things_are_named() {
        assert_eq!(
            pool(&format!("receiver error: must optin, asset 1002 missing from {A}")),
            Rejection::AssetNotHeld { asset: AssetIndex(1002), account: A.into() }
        );
        assert_eq!(
            pool(&format!(
                "logic eval error: cannot fetch key, {A} has not opted in to app 1003. Details: app=1003, pc=5, opcodes=x"
            )),
            Rejection::NotOptedIn { app: AppIndex(1003), account: A.into() }
        );
        assert_eq!(
            pool("only ClearState is supported for an application (9) that does not exist"),
            Rejection::NoApplication { app: AppIndex(9) }
        );
        assert_eq!(pool("asset 77 does not exist or has been deleted"), Rejection::NoAsset { asset: AssetIndex(77) });
        assert_eq!(pool("something new"), Rejection::Other { text: "something new".into() });
        assert_eq!(Rejection::parse("failed to parse the round", &Value::Null), None);
    }
}
