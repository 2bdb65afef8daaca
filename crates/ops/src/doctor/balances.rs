//! Whether everybody can pay and be paid.

use super::contract::DeployedContract;
use super::finding::{BalanceFinding, Finding, Findings, Topic};
use crate::connection::Connection;
use crate::error::Error;
use pnp_keys::Account;
use pnp_types::{Address, AssetIndex, MicroAlgos};
use pnp_usage::LocalState;

/// Transactions of a bill.
const TRANSACTIONS_PER_BILL: u64 = 3;
/// More bytes than any transaction of a bill has, by which a congested network counts its fees.
const BYTES: u64 = 700;

pub(super) async fn examine(
    connection: &Connection,
    contract: Option<&DeployedContract>,
    ticks: u64,
    findings: &mut Findings,
) -> Result<(), Error> {
    let params = connection.params().await?;
    let fee = params.min_fee.0.max(params.fee_per_byte.saturating_mul(BYTES));
    if let Ok(creator) = connection.keys().get("creator").await {
        algos(connection, &creator, MicroAlgos(fee), None, findings).await?;
    }
    let user = connection.keys().get("user").await.ok();
    if let Some(user) = &user {
        let fees = MicroAlgos(fee.saturating_mul(TRANSACTIONS_PER_BILL).saturating_mul(ticks));
        algos(connection, user, fees, Some(ticks), findings).await?;
    }
    let Some(contract) = contract else { return Ok(()) };
    let Some(asset) = contract.state.asset else { return Ok(()) };
    for (party, address) in [("provider", contract.state.provider), ("platform", contract.state.platform)] {
        holding(connection, party, address, asset, findings).await?;
    }
    if let Some(user) = user {
        payer(connection, contract, &user, asset, findings).await?;
    }
    Ok(())
}

/// Whether an account can pay its fees: those of bills for so many ticks, else those of one call.
async fn algos(
    connection: &Connection,
    account: &Account,
    fees: MicroAlgos,
    ticks: Option<u64>,
    findings: &mut Findings,
) -> Result<(), Error> {
    let state = connection.algod.account(account.address).await?;
    let (name, spendable) = (account.name.clone(), state.spendable());
    findings.add(if spendable >= fees {
        BalanceFinding::Algos { name, spendable, fees, ticks }
    } else if connection.is_own(account) && state.balance.is_zero() {
        BalanceFinding::ToBeFunded { name }
    } else {
        let (address, keeps, can_fund) = (account.address, state.min_balance, connection.is_development());
        BalanceFinding::TooFewAlgos { name, address, spendable, keeps, fees, ticks, can_fund }
    });
    Ok(())
}

/// Whether an account can be sent the asset; its holding in minor units.
async fn holding(
    connection: &Connection,
    party: &'static str,
    address: Address,
    asset: AssetIndex,
    findings: &mut Findings,
) -> Result<Option<u64>, Error> {
    let holding = connection.algod.holding(address, asset).await?;
    let amount = holding.as_ref().filter(|holding| !holding.frozen).map(|holding| holding.amount);
    findings.add(match (holding, amount) {
        (None, _) => BalanceFinding::CannotHold { party, address, asset },
        (Some(_), None) => BalanceFinding::Frozen { party, asset },
        (Some(_), Some(amount)) => BalanceFinding::Holds { party, asset, amount },
    });
    Ok(amount)
}

/// Whether the user can be billed.
async fn payer(
    connection: &Connection,
    contract: &DeployedContract,
    user: &Account,
    asset: AssetIndex,
    findings: &mut Findings,
) -> Result<(), Error> {
    let (app, address) = (contract.application.id, user.address);
    match LocalState::fetch(&connection.algod, address, app).await? {
        Err(error) => findings.add(Finding::failed(Topic::Balances, "opted_in", error)),
        Ok(Some(_)) => findings.add(BalanceFinding::OptedIn { app }),
        Ok(None) if connection.is_own(user) => {
            findings.add(BalanceFinding::ToBeOptedIn { app });
            return Ok(());
        }
        Ok(None) => findings.add(BalanceFinding::NotOptedIn { address, app }),
    }
    let Some(amount) = holding(connection, "user", address, asset, findings).await? else { return Ok(()) };
    let cheapest = contract.state.parameters.min_rate().max(1);
    if amount < cheapest {
        findings.add(BalanceFinding::TooLittleAsset { address, asset, amount, cheapest });
    }
    Ok(())
}
