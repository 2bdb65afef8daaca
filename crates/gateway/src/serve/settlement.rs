//! The settler, over the gateway's store and keys.

use super::network::PreparedNetwork;
use super::{ServeError, contracts};
use crate::chain::groups::Parties;
use crate::chain::{
    Caps, KeyError, ReviewError, Settler, SettlerSettings, ShapeLimits, Signer, VerifiedContract, WalletKeys,
    WithdrawalClaim,
};
use crate::credentials::{AuthorizedWithdrawal, NetworkKeys, WithdrawalMacs};
use crate::gateway::Gateway;
use crate::ledger::Contract;
use crate::operator::{ScanError, scan};
use crate::problem::{Code, Problem};
use crate::settlement::{MatchError, StoreBooks};
use pnp_client::Algod;
use pnp_ops::Connection;
use pnp_types::{MicroAlgos, Round, SigningKey};
use pnp_usage::StopSignal;
use std::sync::Arc;
use tokio::task::JoinSet;

/// How long to wait for a network that is away.
const PAUSE: std::time::Duration = std::time::Duration::from_secs(2);
/// The pause between two goes over blocks, where there are many: operations come first.
const MATCH_PAUSE: std::time::Duration = std::time::Duration::from_millis(100);
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
pub(super) async fn spawn(
    tasks: &mut JoinSet<Result<(), ServeError>>,
    connection: &Arc<Connection>,
    gateway: &Arc<Gateway>,
    keys: &NetworkKeys,
    network: &PreparedNetwork,
    caps: Caps,
    stop: &StopSignal,
) -> Result<(), ServeError> {
    let settings = if connection.is_single_node() { SettlerSettings::SINGLE_NODE } else { SettlerSettings::PUBLIC };
    let limits = ShapeLimits { genesis_hash: keys.genesis_hash(), max_fee: settings.max_fee, max_refill: MAX_REFILL };
    let seed = SeedKeys { keys: keys.clone(), macs: keys.withdrawal_macs()? };
    let parties = Parties { treasury: network.treasury, asset: network.asset };
    let failed = |error: &dyn std::fmt::Display| ServeError::Settler(error.to_string());
    let signer = Signer::new(seed, parties, limits, caps).map_err(|error| failed(&error))?;
    signer.allow_contract(
        network.app,
        VerifiedContract {
            provider: network.state.provider,
            platform: network.state.platform,
            program: network.program.0,
        },
    );
    let signer = Arc::new(signer);
    let known = gateway.store.read(Contract::all).await.map_err(|error| failed(&error))?;
    contracts::allow_known(connection, network, &signer, known).await;
    deploy_with(gateway, connection, network, &signer);
    let books = StoreBooks::new(gateway.store.clone());
    let (health, settled) = (Arc::clone(gateway), books.clone());
    if caps != Caps::NONE {
        signer.resume(&books.signed_today().await.map_err(|error| failed(&error))?);
    }
    let restored = RestoredStore { books: books.clone(), algod: connection.algod.clone(), keys: keys.clone() };
    let settler = Arc::new(Settler::new(books, connection.algod.clone(), signer, settings));
    gateway.wake_with(settler.wake());
    let reviewer = Arc::clone(&settler);
    gateway.review_with(move |wallet| {
        let settler = Arc::clone(&reviewer);
        Box::pin(async move {
            settler.review(wallet).await.map_err(|error| match error {
                ReviewError::Store(error) => error.into(),
                ReviewError::Network(why) => {
                    tracing::warn!(wallet, why, "a wallet could not be compared");
                    Problem::new(Code::Busy).detail("The network does not answer.").retry_after(5)
                }
            })
        })
    });
    gateway.ask(connection.algod.clone());
    tasks.spawn(match_blocks(StoreBooks::new(gateway.store.clone()), connection.algod.clone(), stop.clone()));
    let stop = stop.clone();
    tasks.spawn(async move {
        restored.stop_unknown(&stop).await?;
        health.health.settler_runs(settled);
        settler.run(&stop).await.map_err(|error| ServeError::Settler(error.to_string()))
    });
    Ok(())
}

/// Lets the operator deploy contracts of partners.
fn deploy_with(
    gateway: &Gateway,
    connection: &Arc<Connection>,
    network: &PreparedNetwork,
    signer: &Arc<Signer<SeedKeys>>,
) {
    let (connection, network, signer) = (Arc::clone(connection), network.clone(), Arc::clone(signer));
    gateway.deploy_with(move |partner, provider| {
        let (connection, network, signer) = (Arc::clone(&connection), network.clone(), Arc::clone(&signer));
        Box::pin(async move {
            contracts::deploy(&connection, &network, &signer, partner, provider).await.map_err(contracts::problem)
        })
    });
}

/// Compares bills in blocks with their rows, some time after the blocks came: their outcomes are booked by then.
async fn match_blocks(books: StoreBooks, algod: Algod, stop: StopSignal) -> Result<(), ServeError> {
    let mut newest = None;
    loop {
        let pause = match compare_blocks(&books, &algod, &mut newest).await {
            Ok(true) => MATCH_PAUSE,
            Ok(false) => PAUSE,
            Err(MatchError::Store(error)) => return Err(ServeError::Settler(error.to_string())),
            Err(MatchError::Network(error)) => {
                tracing::debug!(%error, "blocks could not be compared");
                PAUSE
            }
        };
        tokio::select! {
            () = stop.stopped() => return Ok(()),
            () = tokio::time::sleep(pause) => {}
        }
    }
}

/// One go, up to the block that was the newest at the last one; whether there is more to do at once.
async fn compare_blocks(books: &StoreBooks, algod: &Algod, newest: &mut Option<Round>) -> Result<bool, MatchError> {
    let before = newest.replace(algod.node_status().await?.last_round);
    let Some(before) = before else { return Ok(false) };
    let matched = books.match_blocks(algod, before).await?;
    if matched.differences > 0 {
        tracing::error!(?matched, "bills in blocks differ from their rows");
    }
    if matched.has_more {
        *newest = Some(before);
    }
    Ok(matched.has_more)
}

/// What is looked at before anything is settled: the store may be an old copy.
struct RestoredStore {
    books: StoreBooks,
    algod: Algod,
    keys: NetworkKeys,
}

impl RestoredStore {
    /// Looks for accounts of keys that this store has not given yet, and stops the wallets that may be theirs.
    async fn stop_unknown(&self, stop: &StopSignal) -> Result<(), ServeError> {
        let failed = |error: &dyn std::fmt::Display| ServeError::Settler(error.to_string());
        let next = self.books.next_key().await.map_err(|error| failed(&error))?;
        let found = loop {
            match scan(&self.algod, &self.keys, next, |_| {}).await {
                Ok(found) => break found,
                Err(ScanError::Key(error)) => return Err(error.into()),
                Err(ScanError::Network(error)) => tracing::warn!(%error, "the network does not answer"),
            }
            tokio::select! {
                () = stop.stopped() => return Ok(()),
                () = tokio::time::sleep(PAUSE) => {}
            }
        };
        let Some(last) = found.accounts.last() else { return Ok(()) };
        let stopped = self.books.stop_restored(next..=last.number).await.map_err(|error| failed(&error))?;
        tracing::error!(
            first = next,
            last = last.number,
            stopped,
            "the chain has accounts that this store does not know"
        );
        Ok(())
    }
}
