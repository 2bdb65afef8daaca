//! A look at everything that a gateway needs: its files, its queue, its network, contract, asset and treasury.

use super::backup::{BackupNote, last_backup, open};
use super::recover::account;
use super::{FoundAccount, OperatorError};
use crate::amount::Amount;
use crate::credentials::{NetworkKeys, Protection, SealedSeed};
use crate::files::GatewayFiles;
use crate::id::Kind;
use crate::ledger::{Contract, ContractState, EntryKind};
use crate::serve::genesis_hash;
use crate::store::{StoreError, StoreReader};
use pnp_ops::Connection;
use pnp_ops::doctor::Severity;
use pnp_types::{Address, AppIndex, AssetIndex};
use pnp_usage::TemplateChoices;
use rusqlite::Connection as Store;
use std::path::Path;

const DAY: i64 = 86_400_000;
/// The time over which use is measured.
const WEEK: i64 = 7 * DAY;
/// An operation that waits longer is worth a look, in milliseconds.
const LONG_WAIT: i64 = 600_000;
/// How many stopped wallets are named.
const NAMED: i64 = 10;
/// The decimals of PLY.
const DECIMALS: u32 = 2;

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckFinding {
    /// A stable word for programs.
    pub check: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// What was found, in one sentence.
    pub message: String,
    /// The remedy.
    pub hint: Option<String>,
}

impl CheckFinding {
    fn new(check: &'static str, severity: Severity, message: impl Into<String>) -> Self {
        Self { check, severity, message: message.into(), hint: None }
    }

    fn ok(check: &'static str, message: impl Into<String>) -> Self {
        Self::new(check, Severity::Ok, message)
    }

    fn error(check: &'static str, message: impl Into<String>) -> Self {
        Self::new(check, Severity::Error, message)
    }

    fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

/// How bills in blocks compare with their rows.
#[derive(Debug)]
struct Matching {
    /// Up to which round.
    until: Option<i64>,
    /// Rounds that could not be compared.
    missing: i64,
    /// Bills without a row, and rows without a bill.
    differences: i64,
}

impl Matching {
    fn read(store: &Store) -> Result<Self, StoreError> {
        let [bill, row] = [EntryKind::BillWithoutRow, EntryKind::RowWithoutBill].map(EntryKind::number);
        Ok(Self {
            until: store.query_row("SELECT MAX(round) FROM matched", [], |row| row.get(0))?,
            missing: store.query_row(
                "SELECT COALESCE(SUM(last_round - first_round + 1), 0) FROM unmatched_rounds",
                [],
                |row| row.get(0),
            )?,
            differences: store
                .query_row("SELECT COUNT(*) FROM events WHERE kind IN (?1, ?2)", [bill, row], |row| row.get(0))?,
        })
    }

    fn finding(&self) -> Option<CheckFinding> {
        let until = self.until?;
        let Self { missing, differences, .. } = self;
        if *differences > 0 {
            let message = format!("{differences} bills differ between blocks and journal, up to round {until}");
            let hint = "read the events reconciliation.bill_without_row and reconciliation.row_without_bill";
            return Some(CheckFinding::error("matched_bills", message).hint(hint));
        }
        if *missing > 0 {
            let message =
                format!("every bill up to round {until} has its row, but {missing} blocks were not kept by the node");
            let hint = "name a node that keeps blocks; the event reconciliation.blocks_missing has the rounds";
            return Some(CheckFinding::new("matched_bills", Severity::Note, message).hint(hint));
        }
        Some(CheckFinding::ok(
            "matched_bills",
            format!("every bill in blocks up to round {until} has its row, and the reverse"),
        ))
    }
}

/// What the store says of itself, read as one state.
#[derive(Debug)]
struct StoreFacts {
    age: i64,
    /// Operations by state.
    ops: Vec<(String, i64)>,
    /// How many have waited long.
    waits_long: i64,
    /// Stopped wallets by cause.
    stopped: Vec<(String, i64)>,
    /// Some of them: partner, user and cause.
    named: Vec<(String, String, String)>,
    blocked_tabs: i64,
    /// Operations that wait for the next day, because a cap of the signer is reached.
    capped: i64,
    matching: Matching,
    contracts: Vec<Contract>,
    /// What the treasury's account holds by the books, and what of that is nobody's, in u.
    treasury: (i64, i64),
    /// What the treasury spent in the last week: microAlgos, and u of PLY.
    spent: (i64, i64),
}

impl StoreFacts {
    fn read(store: &Store) -> Result<Self, OperatorError> {
        let number = |sql: &str| -> Result<i64, StoreError> { Ok(store.query_row(sql, [], |row| row.get(0))?) };
        let (created, offset): (i64, i64) = store
            .query_row("SELECT created_at, clock_offset FROM store WHERE id = 1", [], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })
            .map_err(StoreError::from)?;
        let now = crate::time::now().saturating_add(offset);
        let since = now.saturating_sub(WEEK);
        let waits = format!(
            "SELECT COUNT(*) FROM chain_ops WHERE state IN ('planned', 'signed', 'sent') AND created_at < {}",
            now.saturating_sub(LONG_WAIT)
        );
        let spent = |sql: &str| -> Result<i64, StoreError> { Ok(store.query_row(sql, [since], |row| row.get(0))?) };
        Ok(Self {
            age: now.saturating_sub(created),
            ops: pairs(
                store,
                "SELECT state, COUNT(*) FROM chain_ops WHERE state IN ('planned', 'signed', 'sent', 'doubtful') \
                 GROUP BY state ORDER BY state",
            )?,
            waits_long: number(&waits)?,
            stopped: pairs(
                store,
                "SELECT stopped, COUNT(*) FROM wallets WHERE stopped IS NOT NULL GROUP BY stopped ORDER BY stopped",
            )?,
            named: named(store)?,
            blocked_tabs: number("SELECT COUNT(*) FROM tabs WHERE blocked IS NOT NULL AND unsettled > 0")?,
            capped: number(&format!(
                "SELECT COUNT(*) FROM chain_ops WHERE state IN ('planned', 'signed', 'sent') AND not_before > {now} \
                 AND reason LIKE 'with this, the % of today would be %'"
            ))?,
            matching: Matching::read(store)?,
            contracts: Contract::all(store)?,
            treasury: (
                number(
                    "SELECT treasury + reserved + (SELECT COALESCE(SUM(due + sending), 0) FROM wallets \
                     WHERE due > 0 OR sending > 0) FROM books WHERE id = 1",
                )?,
                number("SELECT treasury FROM books WHERE id = 1")?,
            ),
            spent: (
                spent("SELECT COALESCE(-SUM(treasury), 0) FROM algo_entries WHERE at >= ?1 AND treasury < 0")?,
                spent(
                    "SELECT COALESCE(SUM(amount), 0) FROM chain_ops \
                     WHERE kind = 'delivery' AND state = 'done' AND ended_at >= ?1",
                )?,
            ),
        })
    }

    /// For how many days something lasts that is used at the last week's rate; `None` where nothing was used.
    fn lasts(&self, there_is: i64, spent: i64) -> Option<i64> {
        let measured = i128::from(self.age.clamp(DAY, WEEK));
        let days =
            i128::from(there_is).checked_mul(measured)?.checked_div(i128::from(spent).checked_mul(DAY.into())?)?;
        i64::try_from(days).ok()
    }
}

fn pairs(store: &Store, sql: &str) -> Result<Vec<(String, i64)>, StoreError> {
    let mut statement = store.prepare(sql)?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

fn named(store: &Store) -> Result<Vec<(String, String, String)>, StoreError> {
    let mut statement = store.prepare(
        "SELECT p.name, w.user_id, w.stopped FROM wallets w JOIN partners p ON p.id = w.partner_id \
         WHERE w.stopped IS NOT NULL ORDER BY w.id LIMIT ?1",
    )?;
    let rows = statement.query_map([NAMED], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Looks at a gateway's files and store, and where there is a connection at its network.
///
/// # Errors
/// No gateway there, and a store that cannot be read.
pub async fn check(files: &GatewayFiles, network: Option<&Connection>) -> Result<Vec<CheckFinding>, OperatorError> {
    let mut store = open(files)?;
    let mut findings = Vec::new();
    let holder = StoreReader::holder(files.folder())?;
    findings.push(match &holder {
        Some(process) => CheckFinding::ok("store_lock", format!("process {process} runs the gateway")),
        None => CheckFinding::new("store_lock", Severity::Note, "the gateway does not run"),
    });
    let (found, known) = store.schema()?;
    if found != known {
        let message = format!("the store has schema {found}, this program reads schema {known}");
        findings.push(CheckFinding::error("schema", message).hint(match found > known {
            true => "run the newer version that wrote it",
            false => "make a backup, then start the gateway: it brings the store up to date",
        }));
        return Ok(findings);
    }
    let facts = store.read(StoreFacts::read)?;
    let belongs = store.network()?;
    let keys = seed(files, belongs.as_ref().map(|network| network.genesis_hash.as_str()), &mut findings);
    findings.push(backup_finding(last_backup(files)?, network.is_none_or(Connection::is_development)));
    queue(&facts, &mut findings);
    if let Some(network) = network {
        if belongs.is_some_and(|store| store.genesis_hash != network.identity.hash) {
            let message = format!("the store belongs to another network than {}", network.network.name);
            findings.push(CheckFinding::error("network", message).hint("name the store's network with --net"));
            return Ok(findings);
        }
        for contract in facts.contracts.iter().filter(|contract| contract.state == ContractState::InForce) {
            contract_findings(network, contract, &mut findings).await;
        }
        if let Some(keys) = keys {
            treasury(network, &facts, &keys, &mut findings).await;
        }
    }
    Ok(findings)
}

/// The seed's files: there, readable by their owner alone, of this network, and opened by the key.
fn seed(files: &GatewayFiles, genesis: Option<&str>, findings: &mut Vec<CheckFinding>) -> Option<NetworkKeys> {
    for path in [files.seed_file(), files.key_file(), files.store_file()] {
        if let Some(finding) = mode(&path) {
            findings.push(finding);
        }
    }
    let genesis = genesis.and_then(|text| genesis_hash(text).ok())?;
    let sealed = match SealedSeed::read(&files.seed_file()) {
        Ok(Some(sealed)) => sealed,
        Ok(None) => {
            findings.push(
                CheckFinding::error("seed", format!("there is no seed at {}", files.seed_file().display()))
                    .hint("put it back: without it no wallet's coins can be moved"),
            );
            return None;
        }
        Err(error) => {
            findings.push(CheckFinding::error("seed", error.to_string()));
            return None;
        }
    };
    if !sealed.is_for(genesis) {
        findings.push(CheckFinding::error("seed", "the seed was sealed for another network"));
        return None;
    }
    match files.existing_seed() {
        Ok(seed) => {
            let by = match sealed.protection() {
                Protection::MasterKey => "the master key beside it",
                Protection::Passphrase => "a passphrase",
            };
            findings.push(CheckFinding::ok("seed", format!("the seed is sealed by {by}, which opens it")));
            Some(seed.on(genesis))
        }
        Err(error) => {
            findings.push(CheckFinding::error("seed", error.to_string()));
            None
        }
    }
}

/// A file that others can read.
#[cfg(unix)]
fn mode(path: &Path) -> Option<CheckFinding> {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = std::fs::metadata(path).ok()?.permissions().mode() & 0o777;
    let shown = path.display();
    (mode & 0o077 != 0).then(|| {
        CheckFinding::error("file_mode", format!("others can read {shown}: its mode is {mode:04o}"))
            .hint(format!("run `chmod 600 {shown}`"))
    })
}

#[cfg(not(unix))]
fn mode(_: &Path) -> Option<CheckFinding> {
    None
}

fn backup_finding(last: Option<BackupNote>, is_development: bool) -> CheckFinding {
    let bad = if is_development { Severity::Note } else { Severity::Warning };
    let hint = "run `pnp-contract gateway backup FILE`";
    match last {
        None => CheckFinding::new("backup", bad, "the store was never copied").hint(hint),
        Some(BackupNote { at, file }) => {
            let message = format!("the store was last copied at {} to {}", crate::time::rfc3339(at), file.display());
            match crate::time::now().saturating_sub(at) > DAY {
                true => CheckFinding::new("backup", bad, message).hint(hint),
                false => CheckFinding::ok("backup", message),
            }
        }
    }
}

fn queue(facts: &StoreFacts, findings: &mut Vec<CheckFinding>) {
    let list = |pairs: &[(String, i64)]| {
        pairs.iter().map(|(name, count)| format!("{count} {name}")).collect::<Vec<_>>().join(", ")
    };
    let waiting = match facts.ops.is_empty() {
        true => "nothing waits to be sent to the chain".to_owned(),
        false => format!("operations under way: {}", list(&facts.ops)),
    };
    let doubtful = facts.ops.iter().any(|(state, _)| state == "doubtful");
    findings.push(match (doubtful, facts.waits_long) {
        (true, _) => CheckFinding::error("chain_queue", waiting)
            .hint("the outcome of the doubtful ones is not known: name a node that keeps older blocks"),
        (false, 0) => CheckFinding::ok("chain_queue", waiting),
        (false, long) => CheckFinding::new(
            "chain_queue",
            Severity::Warning,
            format!("{waiting}; {long} of them have waited for over ten minutes"),
        )
        .hint("look at the treasury below, and at the gateway's log"),
    });
    findings.extend(facts.matching.finding());
    if facts.capped > 0 {
        let message = format!("a cap of the day is reached: {} operations wait for the next day (UTC)", facts.capped);
        findings.push(CheckFinding::new("daily_caps", Severity::Warning, message).hint(
            "look who moves so much; `serve` has --bills-per-day, --deliveries-per-day, --withdrawals-per-day and --fees-per-day",
        ));
    }
    findings.push(match facts.stopped.is_empty() {
        true => CheckFinding::ok("stopped_wallets", "no wallet is stopped"),
        false => {
            let some = facts.named.iter().map(|(partner, user, cause)| format!("{user:?} of {partner} ({cause})"));
            let named = some.collect::<Vec<_>>().join(", ");
            let message =
                format!("nothing is sent to the chain for stopped wallets: {}: {named}", list(&facts.stopped));
            CheckFinding::error("stopped_wallets", message).hint(
                "ledger_behind_chain: the store is older than the chain, as after a restore; \
                 mismatch: the account has less than the books say. `pnp-contract gateway wallets show` compares one",
            )
        }
    });
    let blocked: Vec<_> = facts.contracts.iter().filter(|contract| contract.state == ContractState::Blocked).collect();
    for contract in blocked {
        let message =
            format!("contract {} (application {}) is blocked", Kind::Contract.text(contract.id), contract.app);
        findings.push(CheckFinding::error("contract_state", message).hint("run `pnp-contract verify`"));
    }
    if facts.blocked_tabs > 0 {
        let message = format!("{} tabs cannot be billed at their price", facts.blocked_tabs);
        findings
            .push(CheckFinding::error("blocked_tabs", message).hint("replace the contract, or give the amounts back"));
    }
}

/// A contract in force: the program, rising ticks, the asset, and who holds it.
async fn contract_findings(network: &Connection, contract: &Contract, findings: &mut Vec<CheckFinding>) {
    let app = contract.app;
    match network.verify(Some(AppIndex(app)), TemplateChoices::default()).await {
        Err(error) => findings.push(CheckFinding::error("contract", format!("application {app}: {error}"))),
        Ok(found) if !found.verification.is_same_code() => findings.push(
            CheckFinding::error("contract", format!("application {app} does not run this version's programs"))
                .hint("run `pnp-contract verify` to see what differs"),
        ),
        Ok(found) if !found.verification.on_chain.ordered_ticks => {
            findings.push(CheckFinding::error("contract", format!("application {app} does not ask for rising ticks")));
        }
        Ok(_) => findings.push(CheckFinding::ok(
            "contract",
            format!("application {app} runs this source and asks for rising ticks"),
        )),
    }
    let asset = AssetIndex(contract.asset);
    match network.algod.asset(asset).await {
        Err(error) => findings.push(CheckFinding::error("asset", error.to_string())),
        Ok(None) => findings.push(CheckFinding::error("asset", format!("asset {} does not exist", asset.0))),
        Ok(Some(found)) => {
            if found.decimals != DECIMALS {
                let message = format!("asset {} has {} decimals, and PLY has {DECIMALS}", asset.0, found.decimals);
                findings.push(CheckFinding::error("asset", message));
            }
            if found.decimals == DECIMALS {
                findings.push(CheckFinding::ok("asset", format!("asset {} has {DECIMALS} decimals", asset.0)));
            }
            for (power, who) in [("freeze", &found.freeze), ("take back", &found.clawback)] {
                findings.push(match who.is_empty() {
                    true => {
                        CheckFinding::ok("asset_power", format!("nobody can {power} holdings of asset {}", asset.0))
                    }
                    false => {
                        let message = format!("{who} can {power} holdings of asset {}", asset.0);
                        CheckFinding::new("asset_power", Severity::Note, message)
                    }
                });
            }
        }
    }
    for (role, address) in [("provider", &contract.provider), ("platform", &contract.platform)] {
        let Ok(address) = address.parse::<Address>() else { continue };
        match network.algod.holding(address, asset).await {
            Ok(Some(holding)) if !holding.frozen => {}
            Ok(_) => findings.push(
                CheckFinding::error(
                    "contract_parties",
                    format!("the {role} {address} cannot receive asset {}", asset.0),
                )
                .hint("let that account opt in to the asset: until then every bill waits"),
            ),
            Err(error) => findings.push(CheckFinding::error("contract_parties", error.to_string())),
        }
    }
}

/// The treasury: what it has, what its books say, and how long it lasts.
async fn treasury(network: &Connection, facts: &StoreFacts, keys: &NetworkKeys, findings: &mut Vec<CheckFinding>) {
    let Ok(key) = keys.treasury() else { return };
    let address = key.address();
    let found = match account(&network.algod, 0, address).await {
        Ok(found) => found,
        Err(error) => {
            findings.push(CheckFinding::error("treasury", error.to_string()));
            return;
        }
    };
    let Some(FoundAccount { algos, holdings, .. }) = found else {
        findings.push(CheckFinding::error("treasury", format!("the treasury {address} is empty")));
        return;
    };
    let (spent_algos, spent_ply) = facts.spent;
    let has = i64::try_from(algos.0).unwrap_or(i64::MAX);
    findings.push(lasting(
        "treasury_algos",
        format!("the treasury {address} has {algos}"),
        facts.lasts(has, spent_algos),
    ));
    let asset = facts.contracts.iter().find(|contract| contract.state == ContractState::InForce);
    let Some(asset) = asset.map(|contract| AssetIndex(contract.asset)) else { return };
    let units = holdings.iter().find(|(held, _)| *held == asset).map_or(0, |(_, units)| *units);
    let holding = Amount::cents(units).unwrap_or(Amount(i64::MAX));
    let (expected, free) = (Amount(facts.treasury.0), Amount(facts.treasury.1));
    findings.push(lasting(
        "treasury_asset",
        format!("the treasury has {free} of asset {} to deliver", asset.0),
        facts.lasts(free.0, spent_ply),
    ));
    if holding < expected && facts.ops.is_empty() {
        findings.push(
            CheckFinding::error("treasury_books", format!("the treasury holds {holding}, its books say {expected}"))
                .hint("the store is older than the chain, as after a restore, or somebody else has the treasury's key"),
        );
    }
}

fn lasting(check: &'static str, message: String, days: Option<i64>) -> CheckFinding {
    match days {
        None => CheckFinding::ok(check, format!("{message}; none was used in the last week")),
        Some(days) => {
            let severity = match days {
                ..1 => Severity::Error,
                1..7 => Severity::Warning,
                _ => Severity::Ok,
            };
            let message = format!("{message}, which lasts {days} days at the last week's rate");
            let finding = CheckFinding::new(check, severity, message);
            if severity == Severity::Ok { finding } else { finding.hint("send more to the treasury") }
        }
    }
}
