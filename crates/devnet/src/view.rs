//! Reads the state after one round: accounts, assets, applications, pages of holdings.
//!
//! The ledger keeps flat records; this puts them together. How they look in JSON or msgpack is up to the REST layer.

use std::collections::BTreeMap;
use std::sync::Arc;

use pnp_ledger::{
    AccountRecord, AppRecord, AssetRecord, BoxEntry, Key, ReadError, Record, Span, StateReader, min_balance,
    with_rewards,
};
use pnp_types::consensus::ConsensusParams;
use pnp_types::{
    AccountData, Address, AppIndex, AppLocalState, AppParams, AssetHolding, AssetIndex, AssetParams, BlockHeader,
    ByteString, MicroAlgos, Round, TealKeyValue,
};

/// The state after a round.
#[derive(Clone, Copy)]
pub struct View<'a> {
    state: &'a dyn StateReader,
    round: Round,
    rewards_level: u64,
    params: &'static ConsensusParams,
}

impl std::fmt::Debug for View<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("View").field("round", &self.round).finish_non_exhaustive()
    }
}

/// An account as its owner sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Whose it is.
    pub address: Address,
    /// The round it was read at.
    pub round: Round,
    /// The account with the rewards it has coming.
    pub record: AccountRecord,
    /// Its balance before those rewards.
    pub without_rewards: MicroAlgos,
    /// What it must keep.
    pub min_balance: MicroAlgos,
}

/// One entry of an account's list of assets.
#[derive(Debug, Clone)]
pub struct HeldAsset {
    /// The asset.
    pub id: AssetIndex,
    /// How much of it.
    pub holding: AssetHolding,
    /// The asset itself, unless it was destroyed.
    pub asset: Option<AssetRecord>,
}

/// One entry of an account's list of applications: opted in, created, or both.
#[derive(Debug, Clone)]
pub struct UsedApp {
    /// The application.
    pub id: AppIndex,
    /// The account's state in it, if it opted in.
    pub local: Option<AppLocalState>,
    /// The application itself and its creator, unless it was deleted.
    pub app: Option<(Address, AppParams)>,
}

/// A part of a listing, and whether more follows.
#[derive(Debug, Clone)]
pub struct Page<T> {
    /// The entries in their order.
    pub entries: Vec<T>,
    /// Whether there are entries after these.
    pub more: bool,
}

type Read<T> = Result<T, ReadError>;

const ALL: usize = usize::MAX;

impl<'a> View<'a> {
    /// The state in `state`, which is the one after the block with this header.
    pub fn new(state: &'a dyn StateReader, header: &BlockHeader, params: &'static ConsensusParams) -> Self {
        Self { state, round: header.round, rewards_level: header.rewards.level, params }
    }

    /// The round after which this is the state.
    pub const fn round(&self) -> Round {
        self.round
    }

    /// An account. An address that never received anything is an empty account.
    pub fn account(&self, address: &Address) -> Read<Account> {
        let stored = match self.state.get(&Key::Account(*address))? {
            Some(Record::Account(record)) => *record,
            _ => AccountRecord::default(),
        };
        let record = with_rewards(&stored, self.rewards_level, self.params)
            .ok_or_else(|| ReadError(format!("rewards of account {address} overflow")))?;
        Ok(Account {
            address: *address,
            round: self.round,
            without_rewards: stored.balance,
            min_balance: min_balance(&record, self.params),
            record,
        })
    }

    /// An account with everything it has, as one piece.
    pub fn account_data(&self, account: &Account) -> Read<AccountData> {
        let Account { address, record, .. } = account;
        let mut app_params = BTreeMap::new();
        let mut asset_params = BTreeMap::new();
        for id in self.created_apps(address)? {
            app_params.extend(self.app(id)?.map(|(_, params)| (id, params)));
        }
        for id in self.created_assets(address)? {
            asset_params.extend(self.asset(id)?.map(|asset| (id, AssetParams::clone(&asset.params))));
        }
        let mut app_local_states = BTreeMap::new();
        for (key, _) in self.state.scan(&Span::Locals(*address), None, ALL)? {
            if let Key::Local(_, id) = key {
                app_local_states.extend(self.local(address, id)?.map(|state| (id, state)));
            }
        }
        let assets = self.state.scan(&Span::Holdings(*address), None, ALL)?.into_iter().filter_map(holding).collect();
        Ok(AccountData { app_params, asset_params, app_local_states, assets, ..bare(record) })
    }

    /// An asset and who created it.
    pub fn asset(&self, id: AssetIndex) -> Read<Option<AssetRecord>> {
        Ok(match self.state.get(&Key::Asset(id))? {
            Some(Record::Asset(asset)) => Some(asset),
            _ => None,
        })
    }

    /// An application with its global state, and who created it.
    pub fn app(&self, id: AppIndex) -> Read<Option<(Address, AppParams)>> {
        let Some(Record::App(AppRecord { creator, params, .. })) = self.state.get(&Key::App(id))? else {
            return Ok(None);
        };
        let global_state = self.values(&Span::GlobalValues(id))?;
        Ok(Some((creator, AppParams { global_state, ..Arc::unwrap_or_clone(params) })))
    }

    /// How much of an asset an account holds; `None` if it did not opt in.
    pub fn holding(&self, address: &Address, id: AssetIndex) -> Read<Option<AssetHolding>> {
        Ok(match self.state.get(&Key::Holding(*address, id))? {
            Some(Record::Holding(holding)) => Some(holding),
            _ => None,
        })
    }

    /// An account's state in an application; `None` if it did not opt in.
    pub fn local(&self, address: &Address, id: AppIndex) -> Read<Option<AppLocalState>> {
        let Some(Record::Local(local)) = self.state.get(&Key::Local(*address, id))? else { return Ok(None) };
        Ok(Some(AppLocalState { schema: local.schema, key_values: self.values(&Span::LocalValues(*address, id))? }))
    }

    /// The value of a box.
    pub fn box_value(&self, app: AppIndex, name: &[u8]) -> Read<Option<Arc<[u8]>>> {
        Ok(match self.state.get(&Key::Box(app, name.to_vec()))? {
            Some(Record::Box(value)) => Some(value),
            _ => None,
        })
    }

    /// Boxes whose names begin with `prefix`, those after the name `after`, in the order of their names: no more than
    /// `limit` of them, nor than fit into `bytes` of names (and, if `values`, values); at least one if there is one.
    pub fn boxes(
        &self,
        app: AppIndex,
        prefix: &[u8],
        after: Option<&[u8]>,
        (limit, bytes): (usize, usize),
        values: bool,
    ) -> Read<Page<BoxEntry>> {
        let after = after.map(|name| Key::Box(app, name.to_vec()));
        let found = self.state.scan(&Span::Boxes(app, prefix.to_vec()), after.as_ref(), limit.saturating_add(1))?;
        let total = found.len();
        let mut entries = Vec::new();
        let mut size = 0_usize;
        for entry in found.into_iter().take(limit) {
            let (Key::Box(_, name), Record::Box(value)) = entry else { continue };
            size = size.saturating_add(name.len()).saturating_add(if values { value.len() } else { 0 });
            if size > bytes && !entries.is_empty() {
                break;
            }
            entries.push((name, value));
        }
        Ok(Page { more: entries.len() < total, entries })
    }

    /// What an account holds of assets with ids over `after`, at most `limit` of them.
    pub fn holdings(&self, address: &Address, after: AssetIndex, limit: usize) -> Read<Page<HeldAsset>> {
        let after = Key::Holding(*address, after);
        let found = self.state.scan(&Span::Holdings(*address), Some(&after), limit.saturating_add(1))?;
        let more = found.len() > limit;
        let held = found.into_iter().take(limit).filter_map(holding);
        let entries =
            held.map(|(id, holding)| Ok(HeldAsset { id, holding, asset: self.asset(id)? })).collect::<Read<_>>()?;
        Ok(Page { entries, more })
    }

    /// The applications with ids over `after` that an account opted in to or created, at most `limit` of them.
    pub fn apps_of(&self, address: &Address, after: AppIndex, limit: usize) -> Read<Page<UsedApp>> {
        let wanted = limit.saturating_add(1);
        let locals = self.state.scan(&Span::Locals(*address), Some(&Key::Local(*address, after)), wanted)?;
        let created = self.state.scan(&Span::CreatedApps(*address), Some(&Key::CreatedApp(*address, after)), wanted)?;
        let ids = locals.iter().chain(&created).filter_map(|(key, _)| match key {
            Key::Local(_, id) | Key::CreatedApp(_, id) => Some(*id),
            _ => None,
        });
        let ids: std::collections::BTreeSet<_> = ids.collect();
        let used = |id: &AppIndex| Ok(UsedApp { id: *id, local: self.local(address, *id)?, app: self.app(*id)? });
        let entries = ids.iter().take(limit).map(used).collect::<Read<_>>()?;
        Ok(Page { entries, more: ids.len() > limit })
    }

    fn created_apps(&self, address: &Address) -> Read<Vec<AppIndex>> {
        let ids =
            self.state.scan(&Span::CreatedApps(*address), None, ALL)?.into_iter().filter_map(|(key, _)| match key {
                Key::CreatedApp(_, id) => Some(id),
                _ => None,
            });
        Ok(ids.collect())
    }

    fn created_assets(&self, address: &Address) -> Read<Vec<AssetIndex>> {
        let ids =
            self.state.scan(&Span::CreatedAssets(*address), None, ALL)?.into_iter().filter_map(|(key, _)| match key {
                Key::CreatedAsset(_, id) => Some(id),
                _ => None,
            });
        Ok(ids.collect())
    }

    fn values(&self, span: &Span) -> Read<TealKeyValue> {
        let values = self.state.scan(span, None, ALL)?.into_iter().filter_map(|entry| match entry {
            (Key::GlobalValue(_, name) | Key::LocalValue(_, _, name), Record::Value(value)) => {
                Some((ByteString(name), value))
            }
            _ => None,
        });
        Ok(TealKeyValue(values.collect()))
    }
}

fn holding(entry: (Key, Record)) -> Option<(AssetIndex, AssetHolding)> {
    match entry {
        (Key::Holding(_, id), Record::Holding(holding)) => Some((id, holding)),
        _ => None,
    }
}

/// The part of an account that is no list.
pub fn bare(record: &AccountRecord) -> AccountData {
    AccountData {
        status: record.status,
        micro_algos: record.balance,
        rewards_base: record.rewards_base,
        rewarded_micro_algos: record.rewarded,
        voting: record.voting,
        last_proposed: record.last_proposed,
        last_heartbeat: record.last_heartbeat,
        auth_addr: record.auth_addr,
        incentive_eligible: record.incentive_eligible,
        total_app_schema: record.total_app_schema,
        total_extra_app_pages: record.total_extra_app_pages,
        total_boxes: record.total_boxes,
        total_box_bytes: record.total_box_bytes,
        ..AccountData::default()
    }
}
