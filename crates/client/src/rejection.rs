//! The network's refusals: algod's texts as types, in words that say what to do.
//!
//! The texts are go-algorand's (`ledger/apply/`, `ledger/ledgercore/error.go`, `data/transactions/logic/eval.go`); SDKs
//! parse the same ones.

use pnp_types::{Address, AppIndex, AssetIndex, MicroAlgos};
use std::fmt;

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
        /// What went wrong, for example `assert failed`.
        what: String,
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
        let pool = message.strip_prefix("TransactionPool.Remember: ");
        let text = pool.unwrap_or(message);
        let (txid, text) = match text.strip_prefix("transaction ").and_then(|rest| rest.split_once(": ")) {
            Some((txid, rest)) if txid.len() == 52 => (txid.to_owned(), rest),
            _ => (String::new(), text),
        };
        let parsed = Self::logic(&txid, text, data).or_else(|| Self::known(text));
        match parsed {
            None if pool.is_some() || !txid.is_empty() => Some(Self::Other { text: text.to_owned() }),
            parsed => parsed,
        }
    }

    fn logic(txid: &str, text: &str, data: &serde_json::Value) -> Option<Self> {
        let rejected = text.contains("rejected by ApprovalProgram") || text.contains("rejected by logic");
        let what = match text.find("logic eval error: ") {
            Some(at) => text.get(at..)?.strip_prefix("logic eval error: ")?,
            None if rejected => after(text, "rejected by logic err=").unwrap_or("the program said no"),
            None => return None,
        };
        let what = what.split(". Details: ").next().unwrap_or(what);
        if let Some(opt_in) = Self::known(what).filter(|known| matches!(known, Self::NotOptedIn { .. })) {
            return Some(opt_in);
        }
        let number = |name: &str| data.get(name).and_then(serde_json::Value::as_u64);
        let pc = number("pc").or_else(|| number_after(text, "pc="));
        let what = what.split(" pc=").next().unwrap_or(what).to_owned();
        let app = number("app-index").or_else(|| number_after(text, "app=")).map(AppIndex);
        Some(Self::Logic { txid: txid.to_owned(), app, group_index: number("group-index"), pc, what })
    }

    fn known(text: &str) -> Option<Self> {
        if let Some(rest) = after(text, "overspend (account ") {
            let account = word(rest).parse().ok()?;
            let has = algos_after(rest, " MicroAlgos:").or_else(|| algos_after(rest, "{MicroAlgos:"))?;
            let needs = algos_after(rest, "tried to spend ")?;
            return Some(Self::Overspend(Shortage { account, has, needs }));
        }
        if let (Some(rest), Some(has), Some(needs)) =
            (after(text, "account "), number_after(text, " balance "), number_after(text, " below min "))
        {
            return Some(Self::BelowMinimum(Shortage { account: word(rest).parse().ok()?, has, needs }));
        }
        if let (Some(needs), Some(has)) =
            (number_after(text, "underflow on subtracting "), number_after(text, " from sender amount "))
        {
            return Some(Self::AssetShort { has, needs });
        }
        if let (Some(asset), Some(rest)) = (id_after(text, "asset "), after(text, " missing from ")) {
            return Some(Self::AssetNotHeld { asset, account: word(rest) });
        }
        for phrase in [" has not opted in to app ", " is not opted in to app "] {
            if let (Some((before, _)), Some(app)) = (text.split_once(phrase), id_after(text, phrase)) {
                let account = before.rsplit([' ', ':']).next().unwrap_or_default().to_owned();
                return Some(Self::NotOptedIn { app, account });
            }
        }
        if let Some(app) = id_after(text, "opted in to any app, and in particular ") {
            return Some(Self::NotOptedIn { app, account: word(after(text, "account ")?) });
        }
        if let Some(app) = id_after(text, " has already opted in to app ") {
            return Some(Self::AlreadyOptedIn { app, account: word(after(text, "account ")?) });
        }
        if text.contains("is currently not opted in to app") || text.contains("is not currently opted in to app") {
            let app = id_after(text, "opted in to app ")?;
            return Some(Self::NotOptedIn { app, account: word(after(text, "clear state: ")?) });
        }
        if let Some(app) = id_after(text, "ClearState is supported for an application (") {
            return Some(Self::NoApplication { app });
        }
        if text.contains(" does not exist") {
            if let Some(asset) = id_after(text, "asset ") {
                return Some(Self::NoAsset { asset });
            }
            if let Some(app) = id_after(text, "app ") {
                return Some(Self::NoApplication { app });
            }
        }
        if let Some(rest) = after(text, "transaction already in ledger: ") {
            return Some(Self::Duplicate { txid: word(rest) });
        }
        if let Some(rest) = after(text, "should have been authorized by ") {
            let has = after(text, "but was actually authorized by ").map(word).unwrap_or_default();
            return Some(Self::WrongSigner { needs: word(rest), has });
        }
        let text = text.to_owned();
        if text.contains("in fees") || text.contains("fee too small") || text.contains("below threshold") {
            return Some(Self::FeeTooSmall { text });
        }
        if text.contains("txn dead") {
            return Some(Self::Expired { text });
        }
        None
    }
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Logic { app, pc, what, .. } => {
                match app {
                    Some(app) => write!(f, "application {app} refused the call: {what}")?,
                    None => write!(f, "a logic signature refused the transaction: {what}")?,
                }
                pc.map_or(Ok(()), |pc| write!(f, " at pc {pc}"))
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

fn after<'t>(text: &'t str, phrase: &str) -> Option<&'t str> {
    text.split_once(phrase).map(|(_, rest)| rest)
}

/// The leading run of letters and digits.
fn word(text: &str) -> String {
    text.chars().take_while(char::is_ascii_alphanumeric).collect()
}

fn number_after(text: &str, phrase: &str) -> Option<u64> {
    let digits: String = after(text, phrase)?.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
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
