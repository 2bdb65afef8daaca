//! Whether everybody can pay and be paid.

use super::check::{Checks, Topic};
use super::contract::Standing;
use crate::failure::Failure;
use crate::session::Session;
use pnp_keys::Account;
use pnp_types::{Address, AssetIndex, MicroAlgos};
use pnp_usage::LocalState;

const BALANCES: Topic = Topic::Balances;
/// Transactions of a bill.
const PER_TICK: u64 = 3;
/// More bytes than any transaction of a bill has, by which a congested network counts its fees.
const BYTES: u64 = 700;

pub(super) async fn look(
    session: &Session<'_>,
    standing: Option<&Standing>,
    ticks: u64,
    checks: &mut Checks,
) -> Result<(), Failure> {
    let params = session.params().await?;
    let fee = params.min_fee.0.max(params.fee_per_byte.saturating_mul(BYTES));
    if let Ok(creator) = session.keys().get("creator").await {
        let needs = MicroAlgos(fee);
        algos(session, &creator, needs, "a call", checks).await?;
    }
    let user = session.keys().get("user").await.ok();
    if let Some(user) = &user {
        let needs = MicroAlgos(fee.saturating_mul(PER_TICK).saturating_mul(ticks));
        algos(session, user, needs, &format!("{ticks} ticks"), checks).await?;
    }
    let Some(standing) = standing else { return Ok(()) };
    let Some(asset) = standing.state.asset else { return Ok(()) };
    for (party, address) in [("provider", standing.state.provider), ("platform", standing.state.platform)] {
        held(session, party, address, asset, checks).await?;
    }
    if let Some(user) = user {
        payer(session, standing, &user, asset, checks).await?;
    }
    Ok(())
}

/// Whether an account may spend so much.
async fn algos(
    session: &Session<'_>,
    account: &Account,
    needs: MicroAlgos,
    what: &str,
    checks: &mut Checks,
) -> Result<(), Failure> {
    let (name, address) = (&account.name, account.address);
    let state = session.algod.account(address).await?;
    let has = state.spendable();
    if has >= needs {
        checks.ok(BALANCES, "algos", format!("{name} may spend {has}, the fees of {what} are {needs}"));
    } else if session.is_own(account) && state.balance.is_zero() {
        checks.note(
            BALANCES,
            "algos",
            format!("{name} has nothing yet: the first command that needs it is given Algos"),
        );
    } else {
        let missing = needs.saturating_sub(has);
        let keeps = state.min_balance;
        let way = if session.is_development() {
            format!("pnp-contract account fund {address} --net {}", session.network.name)
        } else {
            format!("send {missing} or more to {address}")
        };
        let message = format!("{name} may spend {has} (it must keep {keeps}), the fees of {what} are {needs}");
        checks.error(BALANCES, "algos", message, way);
    }
    Ok(())
}

/// Whether an account can be sent the asset; its holding in minor units.
async fn held(
    session: &Session<'_>,
    party: &str,
    address: Address,
    asset: AssetIndex,
    checks: &mut Checks,
) -> Result<Option<u64>, Failure> {
    let net = &session.network.name;
    match session.algod.holding(address, asset).await? {
        None => checks.error(
            BALANCES,
            "holding",
            format!("the {party} {address} has not opted in to asset {asset}: every bill fails"),
            format!(
                "pnp-contract asset optin --net {net} --asset {asset} --from {party}    (or opt in from that wallet)"
            ),
        ),
        Some(holding) if holding.frozen => checks.error(
            BALANCES,
            "holding",
            format!("the {party}'s holding of asset {asset} is frozen: every bill fails"),
            "ask the asset's freeze address to unfreeze it",
        ),
        Some(holding) => {
            checks.ok(
                BALANCES,
                "holding",
                format!("the {party} holds {} minor units of asset {asset}", holding.amount),
            );
            return Ok(Some(holding.amount));
        }
    }
    Ok(None)
}

/// Whether the user can be billed.
async fn payer(
    session: &Session<'_>,
    standing: &Standing,
    user: &Account,
    asset: AssetIndex,
    checks: &mut Checks,
) -> Result<(), Failure> {
    let (app, net) = (standing.app, &session.network.name);
    let optin = format!("pnp-contract optin --net {net} --app {app}");
    match LocalState::fetch(&session.algod, user.address, app).await? {
        Err(error) => checks.failure(BALANCES, "opted_in", &Failure::from(error)),
        Ok(Some(_)) => checks.ok(BALANCES, "opted_in", format!("user has opted in to application {app}")),
        Ok(None) if session.is_own(user) => {
            checks.note(BALANCES, "opted_in", format!("user has not opted in to application {app}: {optin}"));
            return Ok(());
        }
        Ok(None) => {
            let message = format!("user {} has not opted in to application {app}", user.address);
            checks.error(BALANCES, "opted_in", message, optin);
        }
    }
    let Some(amount) = held(session, "user", user.address, asset, checks).await? else { return Ok(()) };
    let least = standing.state.parameters.min_rate().max(1);
    if amount < least {
        checks.error(
            BALANCES,
            "asset",
            format!("user holds {amount} minor units of asset {asset}, the cheapest bill is {least}"),
            format!("pnp-contract asset send --net {net} --asset {asset} --to {} --amount {least}", user.address),
        );
    }
    Ok(())
}
