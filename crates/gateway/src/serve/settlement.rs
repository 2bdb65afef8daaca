//! The settler, over the gateway's store and keys.

use super::ServeError;
use super::network::PreparedNetwork;
use crate::chain::groups::Parties;
use crate::chain::{
    Caps, KeyError, Settler, SettlerSettings, ShapeLimits, Signer, VerifiedContract, WalletKeys, WithdrawalClaim,
};
use crate::credentials::{AuthorizedWithdrawal, NetworkKeys, WithdrawalMacs};
use crate::gateway::Gateway;
use crate::settlement::StoreBooks;
use pnp_ops::Connection;
use pnp_types::{MicroAlgos, SigningKey};
use pnp_usage::StopSignal;
use std::sync::Arc;
use tokio::task::JoinSet;

/// The most Algos of one refill.
const MAX_REFILL: MicroAlgos = MicroAlgos(1_000_000);

/// The keys of the seed, as the signer uses them.
struct SeedKeys {
    keys: NetworkKeys,
    macs: WithdrawalMacs,
}

impl WalletKeys for SeedKeys {
    fn wallet(&self, number: u64) -> Result<SigningKey, KeyError> {
        Ok(self.keys.wallet(number)?)
    }

    fn treasury(&self) -> Result<SigningKey, KeyError> {
        Ok(self.keys.treasury()?)
    }

    fn verify_mac(&self, claim: &WithdrawalClaim, mac: &[u8]) -> bool {
        let WithdrawalClaim { withdrawal: id, wallet, amount, destination } = *claim;
        self.macs.check(&AuthorizedWithdrawal { id, wallet, amount, destination }, mac).is_ok()
    }
}

/// Starts the settler, and lets the gateway wake it.
pub(super) fn spawn(
    tasks: &mut JoinSet<Result<(), ServeError>>,
    connection: &Connection,
    gateway: &Arc<Gateway>,
    keys: &NetworkKeys,
    network: &PreparedNetwork,
    stop: &StopSignal,
) -> Result<(), ServeError> {
    let settings = if connection.is_single_node() { SettlerSettings::SINGLE_NODE } else { SettlerSettings::PUBLIC };
    let limits = ShapeLimits { genesis_hash: keys.genesis_hash(), max_fee: settings.max_fee, max_refill: MAX_REFILL };
    let seed = SeedKeys { keys: keys.clone(), macs: keys.withdrawal_macs()? };
    let parties = Parties { treasury: network.treasury, asset: network.asset };
    let failed = |error: &dyn std::fmt::Display| ServeError::Settler(error.to_string());
    let signer = Signer::new(seed, parties, limits, Caps::NONE).map_err(|error| failed(&error))?;
    signer.allow_contract(
        network.app,
        VerifiedContract {
            provider: network.state.provider,
            platform: network.state.platform,
            program: network.program.0,
        },
    );
    let books = StoreBooks::new(gateway.store.clone());
    let settler = Settler::new(books, connection.algod.clone(), Arc::new(signer), settings);
    gateway.wake_with(settler.wake());
    gateway.ask(connection.algod.clone());
    let stop = stop.clone();
    tasks.spawn(async move { settler.run(&stop).await.map_err(|error| ServeError::Settler(error.to_string())) });
    Ok(())
}
