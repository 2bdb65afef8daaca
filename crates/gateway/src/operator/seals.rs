//! Seals of the journal compared with the notes of the treasury's transfers on the chain, which nobody can change later.

use super::backup::open;
use super::{OperatorError, ScanError};
use crate::chain::SealMark;
use crate::files::GatewayFiles;
use crate::id::Kind;
use crate::ledger::Finding;
use crate::serve::genesis_hash;
use crate::store::StoreError;
use pnp_ops::Connection;
use pnp_types::{Address, Round};
use rusqlite::Connection as Store;
use rusqlite::OptionalExtension as _;

/// Of how many transfers of the treasury, the newest ones, the blocks are read.
const TRANSFERS: i64 = 50;

const ROUNDS: &str = "SELECT round FROM chain_ops WHERE kind IN ('delivery', 'refill') AND state = 'done' \
    AND round IS NOT NULL AND txid IS NOT NULL ORDER BY id DESC LIMIT ?1";

/// What the notes on the chain say of the seals.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SealsOnChain {
    /// Seals that a note on the chain names, and that were compared.
    pub compared: usize,
    /// Blocks with transfers of the treasury that the node does not keep.
    pub missing_blocks: usize,
    /// Seals that differ from what was written on the chain.
    pub findings: Vec<Finding>,
}

/// Compares the seals that the treasury's newest transfers name with those of the store.
///
/// # Errors
/// No store, no seed, a network that does not answer.
pub async fn verify_seals(files: &GatewayFiles, network: &Connection) -> Result<SealsOnChain, OperatorError> {
    let mut store = open(files)?;
    let no_gateway = || OperatorError::NoGateway(files.folder().to_owned());
    let belongs =
        store.network()?.filter(|store| store.genesis_hash == network.identity.hash).ok_or_else(no_gateway)?;
    let genesis = genesis_hash(&belongs.genesis_hash).map_err(|_| no_gateway())?;
    let keys = files.existing_seed()?.on(genesis);
    let treasury = keys.treasury().map_err(ScanError::from)?.address();
    let mut rounds = store.read(|connection| -> Result<_, OperatorError> { Ok(rounds(connection)?) })?;
    rounds.sort_unstable();
    rounds.dedup();
    let mut found = SealsOnChain::default();
    for round in rounds {
        let Some(marks) = marks(network, treasury, round).await? else {
            found.missing_blocks = found.missing_blocks.saturating_add(1);
            continue;
        };
        for (op, mark) in marks {
            // A store that was restored from a backup does not know what was done after it.
            if !store.read(|connection| -> Result<_, OperatorError> { Ok(is_known(connection, op)?) })? {
                continue;
            }
            found.compared = found.compared.saturating_add(1);
            let kept =
                store.read(|connection| -> Result<_, OperatorError> { Ok(hash_of(connection, mark.number)?) })?;
            let says = match kept {
                Some(hash) if hash == mark.hash => continue,
                Some(_) => "has another hash",
                None => "is not there",
            };
            let subject = format!("seal {}", mark.number);
            let detail = format!("a note in block {round} names it, and in the store it {says}");
            found.findings.push(Finding { subject, detail });
        }
    }
    Ok(found)
}

fn rounds(store: &Store) -> Result<Vec<Round>, StoreError> {
    let mut statement = store.prepare(ROUNDS)?;
    let rounds = statement.query_map([TRANSFERS], |row| row.get::<_, i64>(0))?;
    let rounds = rounds.collect::<rusqlite::Result<Vec<_>>>()?;
    Ok(rounds.into_iter().map(|round| Round(round.unsigned_abs())).collect())
}

fn hash_of(store: &Store, number: i64) -> Result<Option<Vec<u8>>, StoreError> {
    Ok(store.query_row("SELECT hash FROM seals WHERE number = ?1", [number], |row| row.get(0)).optional()?)
}

fn is_known(store: &Store, op: i64) -> Result<bool, StoreError> {
    Ok(store.prepare_cached("SELECT 1 FROM chain_ops WHERE id = ?1")?.exists([op])?)
}

/// The seals that transfers of the treasury name in a block, with their operations; `None` where the node does not keep it.
async fn marks(
    network: &Connection,
    treasury: Address,
    round: Round,
) -> Result<Option<Vec<(i64, SealMark)>>, OperatorError> {
    let block = network.algod.block(round).await.map_err(ScanError::from)?;
    Ok(block.map(|block| {
        let of_treasury = block.payset.iter().map(|one| &one.signed.transaction.header);
        of_treasury.filter(|header| header.sender == treasury).filter_map(|header| named(&header.note)).collect()
    }))
}

/// The operation and the seal of a note.
fn named(note: &[u8]) -> Option<(i64, SealMark)> {
    let mark = SealMark::of_note(note)?;
    let op = std::str::from_utf8(note).ok()?.split(' ').next()?;
    Some((Kind::ChainOp.number(op)?, mark))
}
