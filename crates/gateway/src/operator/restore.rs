//! A copy of the store put back in its place, and what of it the chain has overtaken.

use super::{OperatorError, ScanError, scan};
use crate::chain::{Comparison, Mismatch, StopCause, WalletBooks, WalletOnChain, compare_at_rest};
use crate::credentials::{NetworkKeys, SealedSeed};
use crate::files::GatewayFiles;
use crate::ledger::{Contract, ContractState, Verification, verify};
use crate::serve::genesis_hash;
use crate::settlement::{next_key, wallets_in_doubt, wallets_with_key};
use crate::store::{StoreError, StoreNetwork, StoreReader, StoreRestore};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use pnp_ops::Connection;
use pnp_types::{AssetIndex, Digest};
use rusqlite::OptionalExtension as _;
use std::path::{Path, PathBuf};

/// How many wallets are read at once, and how many accounts are asked for at once.
const STEP: i64 = 500;
const AT_ONCE: usize = 8;

/// A wallet for which nothing will be sent to the chain until a person has looked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WillStop {
    /// Its partner's name.
    pub partner: String,
    /// Its user at the partner.
    pub user: String,
    /// What it will be stopped for.
    pub cause: StopCause,
    /// What differs.
    pub why: String,
}

/// What was restored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restored {
    /// The store that was there before, under its new name; `None` where there was none.
    pub kept: Option<PathBuf>,
    /// The time of the newest entry in the copy, RFC 3339; `None` where it has none.
    pub newest_entry: Option<String>,
    /// What of the copy was added up.
    pub verified: Verification,
    /// The wallets that will stop; `None` where no network was asked.
    pub will_stop: Option<Vec<WillStop>>,
}

/// Puts a copy of the store in its place, while no gateway runs on it. The copy is checked first: a whole file, of this network, whose
/// journal adds up. The store that was there is kept beside it. Where there is a connection, its network says which wallets have moved
/// since the copy was made.
///
/// # Errors
/// A gateway that runs, a copy that fails a check, a missing seed, and the network's; then nothing has changed.
pub async fn restore(
    files: &GatewayFiles,
    copy: &Path,
    network: Option<&Connection>,
) -> Result<Restored, OperatorError> {
    let mut store = StoreRestore::open(files.folder(), copy)?;
    let belongs = store.network()?;
    let genesis = genesis_hash(&belongs.genesis_hash).map_err(|_| StoreError::NoCopy {
        path: copy.to_owned(),
        why: "the genesis hash of its network cannot be read".to_owned(),
    })?;
    same_network(files, (&belongs, genesis), network)?;
    let verified = store.read(verify)?;
    if let Some(finding) = verified.findings.first() {
        let finding = format!("{}: {}", finding.subject, finding.detail);
        return Err(OperatorError::Unsound { path: copy.to_owned(), finding });
    }
    let newest_entry = store.read(newest_entry)?.map(crate::time::rfc3339);
    let will_stop = match network {
        Some(network) => {
            let keys = files.existing_seed()?.on(genesis);
            Some(overtaken(&mut store, network, &keys).await?)
        }
        None => None,
    };
    let aside =
        files.folder().join(format!("gateway-{}.db", crate::time::rfc3339(crate::time::now()).replace(':', "-")));
    let kept = store.finish(&aside)?.then_some(aside);
    Ok(Restored { kept, newest_entry, verified, will_stop })
}

/// The copy belongs to the network, the store and the seed that are there.
fn same_network(
    files: &GatewayFiles,
    (copy, genesis): (&StoreNetwork, Digest),
    network: Option<&Connection>,
) -> Result<(), OperatorError> {
    let other = |name: &str, hash: &str| StoreError::OtherNetwork {
        store: copy.name.clone(),
        store_hash: copy.genesis_hash.clone(),
        network: name.to_owned(),
        hash: hash.to_owned(),
    };
    if let Some(network) = network.filter(|network| network.identity.hash != copy.genesis_hash) {
        return Err(other(&network.network.name, &network.identity.hash).into());
    }
    // A store that is too damaged to be read says nothing.
    let before = StoreReader::open(files.folder()).and_then(|store| store.map_or(Ok(None), |store| store.network()));
    if let Ok(Some(before)) = before
        && before.genesis_hash != copy.genesis_hash
    {
        return Err(other(&before.name, &before.genesis_hash).into());
    }
    let sealed = SealedSeed::read(&files.seed_file()).map_err(crate::files::SeedError::from)?;
    if sealed.is_some_and(|sealed| !sealed.is_for(genesis)) {
        return Err(other("that of the seed", "another").into());
    }
    Ok(())
}

fn newest_entry(store: &rusqlite::Connection) -> Result<Option<i64>, StoreError> {
    Ok(store.query_row("SELECT at FROM entries ORDER BY id DESC LIMIT 1", [], |row| row.get(0)).optional()?)
}

/// The wallets that have moved on the chain since the copy was made, by what the settler compares before it sends anything for them.
async fn overtaken(
    store: &mut StoreRestore,
    network: &Connection,
    keys: &NetworkKeys,
) -> Result<Vec<WillStop>, OperatorError> {
    let contracts = store.read(Contract::all)?;
    let contract = contracts.iter().find(|contract| contract.state == ContractState::InForce).or(contracts.last());
    let Some(asset) = contract.map(|contract| AssetIndex(contract.asset)) else { return Ok(Vec::new()) };
    let mut found = Vec::new();
    let mut after = 0;
    loop {
        let wallets = store.read(|connection| wallets_with_key(connection, after, STEP))?;
        let Some(last) = wallets.last() else { break };
        after = last.id;
        let looks = wallets.into_iter().map(|books| look(network, keys, asset, books));
        let differing: Vec<_> = stream::iter(looks).buffered(AT_ONCE).try_collect().await?;
        for (wallet, mismatch) in differing.into_iter().flatten() {
            let (partner, user) = store.read(|connection| names(connection, wallet))?;
            found.push(WillStop { partner, user, cause: mismatch.cause(), why: mismatch.to_string() });
        }
    }
    unknown_accounts(store, network, keys, &mut found).await?;
    Ok(found)
}

/// A wallet and what differs at its account.
async fn look(
    network: &Connection,
    keys: &NetworkKeys,
    asset: AssetIndex,
    books: WalletBooks,
) -> Result<Option<(i64, Mismatch)>, OperatorError> {
    let Some(number) = books.key_number else { return Ok(None) };
    let address = keys.wallet_address(number).map_err(ScanError::from)?;
    let details = network.algod.account_details(address).await.map_err(ScanError::from)?;
    let chain = WalletOnChain::read(&details, asset, &books)?;
    Ok(match compare_at_rest(&books, &chain) {
        Comparison::Mismatch(mismatch) => Some((books.id, mismatch)),
        Comparison::Agrees | Comparison::Stale | Comparison::Surplus { .. } => None,
    })
}

/// Where the chain has accounts of keys that the copy has not given yet, every wallet without a key that has anything to be sent.
async fn unknown_accounts(
    store: &mut StoreRestore,
    network: &Connection,
    keys: &NetworkKeys,
    found: &mut Vec<WillStop>,
) -> Result<(), OperatorError> {
    let next = store.read(next_key)?;
    let accounts = scan(&network.algod, keys, next, |_| {}).await?.accounts;
    let (Some(first), Some(last)) = (accounts.first(), accounts.last()) else { return Ok(()) };
    let why = format!(
        "the chain has accounts of the keys {} to {}, which no wallet of this store has",
        first.number, last.number
    );
    let mut after = 0;
    loop {
        let wallets = store.read(|connection| wallets_in_doubt(connection, after, STEP))?;
        let Some(last) = wallets.last() else { return Ok(()) };
        after = *last;
        for wallet in wallets {
            let (partner, user) = store.read(|connection| names(connection, wallet))?;
            found.push(WillStop { partner, user, cause: StopCause::LedgerBehindChain, why: why.clone() });
        }
    }
}

/// The partner's name and the user of a wallet.
fn names(store: &rusqlite::Connection, wallet: i64) -> Result<(String, String), StoreError> {
    Ok(store.query_row(
        "SELECT p.name, w.user_id FROM wallets w JOIN partners p ON p.id = w.partner_id WHERE w.id = ?1",
        [wallet],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Store;

    #[tokio::test]
    async fn a_copy_whose_journal_does_not_add_up_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let files = GatewayFiles::new(folder.path().join("gateway"));
        let hash = data_encoding::BASE64.encode(&[7; 32]);
        let network = StoreNetwork { name: "devnet".to_owned(), genesis_hash: hash };
        drop(Store::open(files.folder(), &network).unwrap());
        let copy = folder.path().join("copy.db");
        super::super::backup(&files, &copy).unwrap();
        assert!(restore(&files, &copy, None).await.unwrap().kept.is_some());

        let changed = rusqlite::Connection::open(&copy).unwrap();
        changed.pragma_update(None, "ignore_check_constraints", true).unwrap();
        changed.execute("UPDATE books SET treasury = 1000000", []).unwrap();
        changed.close().unwrap();
        let error = restore(&files, &copy, None).await.unwrap_err();
        assert!(matches!(error, OperatorError::Unsound { .. }), "{error}");

        let other = GatewayFiles::new(folder.path().join("other"));
        let network = StoreNetwork { genesis_hash: data_encoding::BASE64.encode(&[8; 32]), ..network };
        drop(Store::open(other.folder(), &network).unwrap());
        let copy = folder.path().join("other.db");
        super::super::backup(&other, &copy).unwrap();
        let error = restore(&files, &copy, None).await.unwrap_err();
        assert!(matches!(error, OperatorError::Store(StoreError::OtherNetwork { .. })), "{error}");
    }
}
