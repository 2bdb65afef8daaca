//! Contracts of partners beside the first one: deployed on development networks, and verified again at each start.

use super::ServeError;
use super::network::{PreparedNetwork, verified};
use crate::chain::{Signer, VerifiedContract, WalletKeys};
use crate::id::Kind;
use crate::ledger::{Contract, ContractState};
use crate::problem::{Code, Problem};
use pnp_ops::Connection;
use pnp_types::{Address, AppIndex, Digest};
use pnp_usage::{Creation, GlobalState, Programs, Template, calls};

/// The account that gets a partner's net on a development network, where no address is named.
fn provider_account(partner: i64) -> String {
    Kind::Partner.text(partner).replace('_', "-")
}

/// Deploys a contract of a partner's own, with the same asset, platform and parameters as the first partner's, and lets its bills be
/// signed. Without a provider an account of the project gets the net.
///
/// # Errors
/// [`ServeError`].
pub(super) async fn deploy<K: WalletKeys>(
    connection: &Connection,
    network: &PreparedNetwork,
    signer: &Signer<K>,
    partner: i64,
    provider: Option<Address>,
) -> Result<Contract, ServeError> {
    let lock = connection.begin(Some("serve")).await?;
    let provider = match provider {
        Some(address) => address,
        None => {
            let account = connection.account(&provider_account(partner)).await?;
            connection.ensure_holding(&account, network.asset).await?;
            account.address
        }
    };
    let refused = |why: String| ServeError::Contract { app: 0, why };
    if connection.algod.holding(provider, network.asset).await?.is_none() {
        return Err(refused(format!("its provider {provider} has not opted in to asset {}", network.asset)));
    }
    let programs = Programs::assemble(Template::default()).map_err(|error| refused(error.to_string()))?;
    let GlobalState { platform, parameters, .. } = network.state;
    let creation = Creation { provider, platform, parameters, asset: Some(network.asset) };
    let creator = connection.account("creator").await?;
    let params = connection.params().await?;
    let group = pnp_ops::group(vec![calls::create(creator.address, &programs, &creation, &params)], &params)?;
    let signed = pnp_ops::sign(&creator, &group).await?;
    let sent = connection.submit(&signed, Some(&programs)).await?;
    let app = sent.confirmation.application.ok_or_else(|| refused("it was not deployed".to_owned()))?;
    let contract = allow(connection, network, signer, app, partner).await?;
    drop(lock);
    Ok(contract)
}

/// Verifies a contract on the chain, and lets its bills be signed.
async fn allow<K: WalletKeys>(
    connection: &Connection,
    network: &PreparedNetwork,
    signer: &Signer<K>,
    app: AppIndex,
    partner: i64,
) -> Result<Contract, ServeError> {
    let (state, asset, Digest(program)) = verified(connection, app).await?;
    if asset != network.asset {
        return Err(ServeError::Contract { app: app.0, why: format!("it is bound to asset {asset}") });
    }
    signer.allow_contract(app, VerifiedContract { provider: state.provider, platform: state.platform, program });
    Ok(Contract {
        id: 0,
        partner,
        app: app.0,
        asset: asset.0,
        provider: state.provider.to_string(),
        platform: state.platform.to_string(),
        fee_pct: state.parameters.fee_pct().0,
        min_rate: state.parameters.min_rate(),
        max_rate: state.parameters.max_rate(),
        state: ContractState::InForce,
    })
}

/// Verifies every contract of the store but the first partner's deployed one. What cannot be used is not signed for: its bills wait.
pub(super) async fn allow_known<K: WalletKeys>(
    connection: &Connection,
    network: &PreparedNetwork,
    signer: &Signer<K>,
    known: Vec<Contract>,
) {
    for contract in known.into_iter().filter(|contract| contract.app != network.app.0) {
        let app = AppIndex(contract.app);
        if let Err(error) = allow(connection, network, signer, app, contract.partner).await {
            tracing::error!(app = contract.app, %error, "bills of a contract are not signed");
        }
    }
}

/// What the operator is answered.
pub(super) fn problem(error: ServeError) -> Problem {
    match error {
        ServeError::Contract { why, .. } => {
            Problem::new(Code::ContractUnavailable).detail(format!("The contract cannot be used: {why}."))
        }
        error => {
            tracing::error!(%error, "a contract was not deployed");
            Problem::new(Code::Busy).detail("The network did not take the contract.").retry_after(5)
        }
    }
}
