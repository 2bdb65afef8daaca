//! The coins of a seed, found again without any store: its keys are numbered, and the network knows which have accounts.

use crate::credentials::{DerivationError, NetworkKeys};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use pnp_client::{Algod, ClientError};
use pnp_types::{Address, AssetIndex, MicroAlgos};

/// After so many numbers without an account nothing more is looked for. Numbers are missing where wallets got none.
pub const GAP: u64 = 100;
/// How many accounts are asked for at once.
const AT_ONCE: usize = 8;

/// An account of the seed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundAccount {
    /// The number of its key.
    pub number: u64,
    /// Its address.
    pub address: Address,
    /// All its Algos.
    pub algos: MicroAlgos,
    /// What it holds, by asset.
    pub holdings: Vec<(AssetIndex, u64)>,
}

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scan {
    /// The accounts on the chain, in the order of their numbers.
    pub accounts: Vec<FoundAccount>,
    /// The number after the last one that was asked for.
    pub end: u64,
}

/// Why a scan ended early.
#[derive(Debug, thiserror::Error)]
pub enum ScanError {
    /// The network.
    #[error(transparent)]
    Network(#[from] ClientError),
    /// A key.
    #[error(transparent)]
    Key(#[from] DerivationError),
}

/// Asks the network which keys from `first` on have accounts, until [`GAP`] numbers in a row have none. `progress` hears of each
/// number that was asked for.
///
/// # Errors
/// [`ScanError`].
pub async fn scan(
    algod: &Algod,
    keys: &NetworkKeys,
    first: u64,
    mut progress: impl FnMut(u64),
) -> Result<Scan, ScanError> {
    let mut found = Scan { accounts: Vec::new(), end: first };
    let looks = stream::iter(first..u64::MAX).map(|number| look(algod, keys, number)).buffered(AT_ONCE);
    tokio::pin!(looks);
    let mut missing = 0_u64;
    while missing < GAP {
        let Some((number, account)) = looks.try_next().await? else { break };
        found.end = number.saturating_add(1);
        progress(number);
        match account {
            Some(account) => {
                missing = 0;
                found.accounts.push(account);
            }
            None => missing = missing.saturating_add(1),
        }
    }
    Ok(found)
}

/// One account: `None` where it has nothing on the chain.
async fn look(algod: &Algod, keys: &NetworkKeys, number: u64) -> Result<(u64, Option<FoundAccount>), ScanError> {
    let address = keys.wallet_address(number)?;
    Ok((number, account(algod, number, address).await?))
}

/// An account; `None` where it has nothing on the chain.
pub(super) async fn account(algod: &Algod, number: u64, address: Address) -> Result<Option<FoundAccount>, ClientError> {
    let details = algod.account_details(address).await?;
    let algos = details.account.balance;
    if algos == MicroAlgos(0) && details.holdings.is_empty() {
        return Ok(None);
    }
    let holdings = details.holdings.iter().map(|(asset, holding)| (*asset, holding.amount)).collect();
    Ok(Some(FoundAccount { number, address, algos, holdings }))
}

/// The treasury's account, as number 0; `None` where it has nothing on the chain.
///
/// # Errors
/// [`ScanError`].
pub async fn treasury(algod: &Algod, keys: &NetworkKeys) -> Result<Option<FoundAccount>, ScanError> {
    Ok(account(algod, 0, keys.treasury()?.address()).await?)
}
