//! Wallets as the operator sees them: their books, their account on the chain, and what becomes of one that was stopped.

use super::page::{List, Page, limit};
use super::request::Request;
use crate::access::Access;
use crate::amount::Amount;
use crate::chain::{Comparison, Review};
use crate::gateway::Gateway;
use crate::http::{Answer, Empty, Route, get, post};
use crate::id::Kind;
use crate::ledger::EntryKind;
use crate::problem::{Code, Problem};
use crate::settlement::{Correction, NotReleased, StoreBooks};
use rusqlite::{Connection, OptionalExtension as _, Row};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// The longest reason, in characters.
const MAX_REASON: usize = 1_000;

pub(super) fn routes() -> Vec<Route<Arc<Gateway>>> {
    vec![
        get("/v1/wallet_books")
            .operation("listWalletBooks", "Wallets of all partners with their books, the oldest first")
            .access(Access::OPERATOR)
            .codes(&[Code::InvalidCursor])
            .handler(list),
        get("/v1/wallet_books/{id}")
            .operation("getWalletBooks", "A wallet's books, compared with its account on the chain")
            .access(Access::OPERATOR)
            .codes(&[Code::NotFound])
            .handler(one),
        post("/v1/wallet_books/{id}/release")
            .operation("releaseWallet", "Let a stopped wallet go on, after comparing it with the chain")
            .description(
                "Asks first what became of an operation whose outcome was not known, and compares the wallet's account with its \
                 books. Where they still differ it is refused, unless `corrections` names what the books take over.",
            )
            .access(Access::OPERATOR)
            .codes(&[Code::ChainDiffers, Code::InsufficientBalance, Code::NotFound, Code::TreasuryLow, Code::WalletNotStopped])
            .handler(release),
    ]
}

/// Which wallets.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ListWalletBooks {
    /// Those of this partner.
    partner_id: Option<String>,
    /// The ones of this user.
    user_id: Option<String>,
    /// Only those for which nothing is sent to the chain.
    #[serde(default)]
    stopped: bool,
    /// Where the page begins: `next_cursor` of the page before.
    cursor: Option<String>,
    /// How many, 1 to 200; 50 if not given.
    limit: Option<i64>,
}

/// A wallet's books. Together `available`, `held`, `unsettled`, `settling` and `withdrawing` are `due`, `sending`, `in_account` and
/// `leaving`.
#[derive(Debug, Serialize, JsonSchema)]
struct WalletBooks {
    /// The wallet.
    id: String,
    /// Whose user it is.
    partner_id: String,
    /// The user.
    user_id: String,
    /// `open`, `closing` or `closed`.
    state: String,
    /// Why nothing is sent to the chain for it: `ledger_behind_chain`, `mismatch` or `doubtful`; null where it goes on.
    stopped: Option<String>,
    /// What was found when it was stopped; some seconds later than `stopped`.
    stopped_because: Option<String>,
    /// Its account's address, once it has one.
    address: Option<String>,
    /// Whether the account is on the chain.
    has_account: bool,
    /// May be spent.
    available: Amount,
    /// Set aside for open sessions.
    held: Amount,
    /// Charged, and in no bill yet.
    unsettled: Amount,
    /// In the bill under way.
    settling: Amount,
    /// In withdrawals under way.
    withdrawing: Amount,
    /// What a chargeback left to be paid.
    debt: Amount,
    /// Credited, and not on its way to the account.
    due: Amount,
    /// In the delivery under way.
    sending: Amount,
    /// In the account, the user's.
    in_account: Amount,
    /// In the bill or withdrawal under way.
    leaving: Amount,
    /// In the account, but the treasury's.
    to_return: Amount,
    /// Its Algos by the third book, in microAlgos.
    microalgos: i64,
    /// The operation under way, as `/v1/settlements` names it.
    operation_id: Option<String>,
    /// How far that is: `planned`, `signed`, `sent` or `doubtful`.
    operation_state: Option<String>,
    /// When account and books agreed last.
    compared_at: Option<String>,
    /// What a look at the account found; null in lists, and where the network was not asked.
    chain: Option<ChainSide>,
}

/// A wallet's account, as a node answers now.
#[derive(Debug, Serialize, JsonSchema)]
struct ChainSide {
    /// The round of the answer.
    round: u64,
    /// What it holds; null where it has not opted in to the asset.
    holding: Option<Amount>,
    /// Its Algos, in microAlgos.
    microalgos: u64,
    /// Whether it agrees with the books.
    agrees: bool,
    /// What differs.
    difference: Option<String>,
    /// What the books can take over, where something differs.
    corrections: Vec<Correction>,
}

impl ChainSide {
    fn of(review: &Review) -> Option<Self> {
        let chain = review.chain.as_ref()?;
        let (difference, corrections) = match &review.comparison {
            Comparison::Agrees => (None, Vec::new()),
            Comparison::Stale => {
                (Some("the node is behind the blocks that this gateway has seen".to_owned()), Vec::new())
            }
            Comparison::Surplus { deposit, algos } => {
                (Some(format!("the account has {deposit} EUR and {algos} microAlgos more")), Vec::new())
            }
            Comparison::Mismatch(mismatch) => (Some(mismatch.to_string()), Correction::of(mismatch).to_vec()),
        };
        Some(Self {
            round: chain.round.0,
            holding: chain.holding.and_then(Amount::cents),
            microalgos: chain.algos.0,
            agrees: review.comparison == Comparison::Agrees,
            difference,
            corrections,
        })
    }
}

const COLUMNS: &str = "w.id, w.partner_id, w.user_id, w.state, w.stopped, w.address, w.has_account, w.available, w.held, \
    w.unsettled, w.settling, w.withdrawing, w.debt, w.due, w.sending, w.in_account, w.leaving, w.to_return, w.algos, o.id, \
    o.state, w.compared_at, (SELECT e.reason FROM events v JOIN entries e ON e.id = v.entry_id WHERE v.wallet_id = w.id \
    AND w.stopped IS NOT NULL AND v.kind IN (?1, ?2, ?3) ORDER BY v.entry_id DESC LIMIT 1) \
    FROM wallets w LEFT JOIN chain_ops o ON o.wallet_id = w.id AND o.state IN ('planned', 'signed', 'sent', 'doubtful')";

/// The kinds of entries that say why a wallet stopped.
const STOPS: [EntryKind; 3] = [EntryKind::Reconciliation, EntryKind::BillDoubtful, EntryKind::OperationDoubtful];

impl WalletBooks {
    fn read(row: &Row<'_>) -> rusqlite::Result<(i64, Self)> {
        let id = row.get(0)?;
        let books = Self {
            id: Kind::Wallet.text(id),
            partner_id: Kind::Partner.text(row.get(1)?),
            user_id: row.get(2)?,
            state: row.get(3)?,
            stopped: row.get(4)?,
            stopped_because: row.get::<_, Option<String>>(22)?.map(|text| detail(&text)),
            address: row.get(5)?,
            has_account: row.get::<_, i64>(6)? != 0,
            available: row.get(7)?,
            held: row.get(8)?,
            unsettled: row.get(9)?,
            settling: row.get(10)?,
            withdrawing: row.get(11)?,
            debt: Amount(row.get::<_, Amount>(12)?.0.saturating_neg()),
            due: row.get(13)?,
            sending: row.get(14)?,
            in_account: row.get(15)?,
            leaving: row.get(16)?,
            to_return: row.get(17)?,
            microalgos: row.get(18)?,
            operation_id: row.get::<_, Option<i64>>(19)?.map(|op| Kind::ChainOp.text(op)),
            operation_state: row.get(20)?,
            compared_at: row.get::<_, Option<i64>>(21)?.map(crate::time::rfc3339),
            chain: None,
        };
        Ok((id, books))
    }

    fn find(connection: &Connection, id: i64) -> Result<Self, Problem> {
        let [a, b, c] = STOPS.map(EntryKind::number);
        let sql = format!("SELECT {COLUMNS} WHERE w.id = ?4");
        let found = connection.prepare_cached(&sql)?.query_row([a, b, c, id], Self::read).optional()?;
        found.map(|(_, books)| books).ok_or_else(|| Problem::new(Code::NotFound))
    }
}

/// What an entry says in words: its member `detail`, where it has members.
fn detail(text: &str) -> String {
    let value: Option<serde_json::Value> = serde_json::from_str(text).ok();
    let detail = value.as_ref().and_then(|value| value.get("detail")?.as_str());
    detail.unwrap_or(text).to_owned()
}

async fn list(call: Request<Empty, ListWalletBooks>) -> Result<Answer<Page<WalletBooks>>, Problem> {
    let ListWalletBooks { partner_id, user_id, stopped, cursor, limit: asked } = call.query;
    let limit = limit(asked)?;
    let partner = match &partner_id {
        Some(text) => Some(
            Kind::Partner.number(text).ok_or_else(|| Problem::invalid_field("partner_id", "is no partner's id."))?,
        ),
        None => None,
    };
    let names = [partner_id.unwrap_or_default(), user_id.clone().unwrap_or_default()];
    let list = List::new("wallet_books", &[&names[0], &names[1], if stopped { "stopped" } else { "" }]);
    let after = list.number("cursor", cursor.as_deref())?.unwrap_or(0);
    let page = call
        .state
        .read(move |connection| {
            let [a, b, c] = STOPS.map(EntryKind::number);
            let only_stopped = if stopped { "w.stopped IS NOT NULL" } else { "1 = 1" };
            let sql = format!(
                "SELECT {COLUMNS} WHERE w.id > ?4 AND {only_stopped} AND (w.partner_id = ?5 OR ?5 IS NULL) \
                 AND (w.user_id = ?6 OR ?6 IS NULL) ORDER BY w.id LIMIT ?7"
            );
            let rows = i64::try_from(limit).unwrap_or(i64::MAX);
            let mut statement = connection.prepare_cached(&sql)?;
            let found = statement.query_map((a, b, c, after, partner, user_id, rows), WalletBooks::read)?;
            let found = found.collect::<rusqlite::Result<Vec<_>>>()?;
            let last = found.last().map(|(id, _)| *id).filter(|_| found.len() == limit);
            let data = found.into_iter().map(|(_, books)| books).collect();
            Ok(Page { data, next_cursor: last.map(|last| list.cursor_of(last)) })
        })
        .await?;
    Ok(Answer::ok(page))
}

async fn one(call: Request) -> Result<Answer<WalletBooks>, Problem> {
    let id = call.path.number(Kind::Wallet, "id")?;
    let mut books = call.state.read(move |connection| WalletBooks::find(connection, id)).await?;
    // Without a network the books alone are shown.
    if let Ok(Some(review)) = call.state.review(id).await {
        books.chain = ChainSide::of(&review);
    }
    Ok(Answer::ok(books))
}

/// Why a wallet goes on.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ReleaseWallet {
    /// What was found out, for the journal: 1 to 1,000 characters.
    reason: String,
    /// What the books take over from the chain, where they differ.
    #[serde(default)]
    corrections: Vec<Correction>,
}

/// A wallet that goes on.
#[derive(Debug, Serialize, JsonSchema)]
struct ReleasedWallet {
    /// Its books now.
    wallet: WalletBooks,
    /// What the books have taken over, in this order.
    corrected: Vec<Correction>,
}

async fn release(call: Request<ReleaseWallet>) -> Result<Answer<ReleasedWallet>, Problem> {
    let id = call.path.number(Kind::Wallet, "id")?;
    let ReleaseWallet { reason, corrections } = call.body;
    let is_reason = !reason.trim().is_empty() && reason.chars().count() <= MAX_REASON;
    if !is_reason {
        return Err(Problem::invalid_field("reason", format_args!("must be 1 to {MAX_REASON} characters.")));
    }
    let gateway = Arc::clone(&call.state);
    gateway.read(move |connection| WalletBooks::find(connection, id)).await?;
    let books = StoreBooks::new(gateway.store.clone());
    let reviewer = Arc::clone(&gateway);
    let look = move |wallet| {
        let gateway = Arc::clone(&reviewer);
        async move { gateway.review(wallet).await }
    };
    let released = books.release(id, corrections, reason, look).await?.map_err(not_released)?;
    gateway.wake(id);
    let wallet = gateway.read(move |connection| WalletBooks::find(connection, id)).await?;
    Ok(Answer::ok(ReleasedWallet { wallet, corrected: released.corrections }))
}

fn not_released(why: NotReleased) -> Problem {
    match &why {
        NotReleased::NotFound => Problem::new(Code::NotFound),
        NotReleased::NotStopped => Problem::new(Code::WalletNotStopped),
        NotReleased::NodeBehind | NotReleased::Changed => {
            Problem::new(Code::Busy).detail(format!("{}.", sentence(&why.to_string()))).retry_after(5)
        }
        NotReleased::Doubtful(_) => Problem::new(Code::ChainDiffers)
            .detail(format!("{}.", sentence(&why.to_string())))
            .member("corrections", Vec::<String>::new()),
        NotReleased::Differs(mismatch) => {
            let names: Vec<_> =
                Correction::of(mismatch).iter().map(|correction| correction.name().to_owned()).collect();
            Problem::new(Code::ChainDiffers)
                .detail(format!("{}.", sentence(&mismatch.to_string())))
                .member("corrections", names)
        }
    }
}

/// A text that begins with a capital letter.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
