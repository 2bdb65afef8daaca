//! Whether ledger and chain agree, and what stands still.

use super::view::{View, code, money, named, table, time};
use crate::amount::Amount;
use crate::id::Kind;
use crate::problem::Problem;
use axum::body::Body;
use axum::http::Response;
use rusqlite::Connection;

/// How many lines each table has at most.
const LIMIT: i64 = 100;

/// What stands still.
struct Standing {
    accounts: i64,
    never_compared: i64,
    oldest: Option<i64>,
    oldest_round: Option<i64>,
    waiting: i64,
    wallets: Vec<(String, String, i64)>,
    tabs: Vec<(String, i64, i64, String)>,
    doubtful: Vec<(i64, String, String, Option<String>)>,
}

impl Standing {
    fn read(connection: &Connection, partner: i64) -> Result<Self, Problem> {
        let (accounts, never_compared, oldest, oldest_round) = connection.query_row(
            "SELECT COUNT(*), COALESCE(SUM(CASE WHEN compared_at IS NULL THEN 1 ELSE 0 END), 0), MIN(compared_at), \
             MIN(compared_round) FROM wallets WHERE has_account = 1 AND partner_id = ?1",
            [partner],
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)),
        )?;
        let waiting = connection.query_row(
            "SELECT COUNT(*) FROM chain_ops WHERE partner_id = ?1 AND state IN ('planned', 'signed', 'sent', 'doubtful')",
            [partner],
            |row| row.get(0),
        )?;
        let mut statement = connection.prepare_cached(
            "SELECT user_id, stopped, available + held FROM wallets WHERE partner_id = ?1 AND stopped IS NOT NULL \
             ORDER BY id LIMIT ?2",
        )?;
        let wallets = statement.query_map([partner, LIMIT], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        let wallets = wallets.collect::<rusqlite::Result<_>>()?;
        let mut statement = connection.prepare_cached(
            "SELECT w.user_id, t.price, t.unsettled, t.blocked FROM tabs t JOIN wallets w ON w.id = t.wallet_id \
             WHERE w.partner_id = ?1 AND t.blocked IS NOT NULL ORDER BY t.id LIMIT ?2",
        )?;
        let tabs =
            statement.query_map([partner, LIMIT], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))?;
        let tabs = tabs.collect::<rusqlite::Result<_>>()?;
        let mut statement = connection.prepare_cached(
            "SELECT o.id, o.kind, w.user_id, o.reason FROM chain_ops o JOIN wallets w ON w.id = o.wallet_id \
             WHERE o.partner_id = ?1 AND o.state = 'doubtful' ORDER BY o.id LIMIT ?2",
        )?;
        let doubtful =
            statement.query_map([partner, LIMIT], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))?;
        let doubtful = doubtful.collect::<rusqlite::Result<_>>()?;
        Ok(Self { accounts, never_compared, oldest, oldest_round, waiting, wallets, tabs, doubtful })
    }
}

pub(super) async fn show(view: View) -> Result<Response<Body>, Problem> {
    let partner = view.partner.partner.id;
    let standing = view.gateway().read(move |connection| Standing::read(connection, partner)).await?;
    let figure = |name: &str, value: String| {
        format!("<div class=\"card\"><p class=\"figure-name\">{name}</p><p class=\"figure\">{value}</p></div>")
    };
    let oldest = standing.oldest.map_or_else(|| "–".to_owned(), |at| time(&crate::time::rfc3339(at)));
    let round = standing.oldest_round.map_or_else(|| "–".to_owned(), |round| round.to_string());
    let figures = [
        figure("Accounts on the chain", standing.accounts.to_string()),
        figure("Not compared yet", standing.never_compared.to_string()),
        figure("Oldest comparison (UTC)", oldest),
        figure("Its round", round),
        figure("Operations that wait", standing.waiting.to_string()),
        figure("Wallets that stopped", standing.wallets.len().to_string()),
    ]
    .concat();
    let user =
        |user: &str| format!("<a href=\"{}\">{}</a>", view.link("/dashboard/wallet", &[("user", user)]), named(user));
    let amount = |amount: i64| money(&Amount(amount).to_string());
    let wallets: String = standing
        .wallets
        .iter()
        .map(|(name, why, balance)| {
            format!(
                "<tr><th scope=\"row\">{}</th><td>{}</td><td class=\"number\">{}</td></tr>",
                user(name),
                named(why),
                amount(*balance)
            )
        })
        .collect();
    let tabs: String = standing
        .tabs
        .iter()
        .map(|(name, price, unsettled, why)| {
            format!(
                "<tr><th scope=\"row\">{}</th><td class=\"number\">{price}</td><td class=\"number\">{}</td><td>{}</td></tr>",
                user(name),
                amount(*unsettled),
                named(why)
            )
        })
        .collect();
    let doubtful: String = standing
        .doubtful
        .iter()
        .map(|(id, kind, name, reason)| {
            let id = Kind::ChainOp.text(*id);
            format!(
                "<tr><td><a href=\"{}\">{}</a></td><td>{}</td><td>{}</td><td>{}</td></tr>",
                view.link("/dashboard/settlement", &[("id", &id)]),
                code(&id),
                named(kind),
                user(name),
                named(reason.as_deref().unwrap_or_default()),
            )
        })
        .collect();
    let content = format!(
        "<div class=\"figures\">{figures}</div>\
         <section class=\"card\"><h2>Wallets that stopped</h2>{}</section>\
         <section class=\"card\"><h2>Tabs that are blocked</h2>{}</section>\
         <section class=\"card\"><h2>Operations in doubt</h2>{}</section>",
        table(
            "Wallets that stopped",
            &["User", "Why", "#Balance"],
            &wallets,
            "None: ledger and chain agree as far as they were compared."
        ),
        table("Tabs that are blocked", &["User", "#Cents a minute", "#Not settled", "Why"], &tabs, "None."),
        table("Operations in doubt", &["Settlement", "Kind", "User", "Reason"], &doubtful, "None."),
    );
    view.page("/dashboard/reconciliation", "Reconciliation", None, &content)
}
