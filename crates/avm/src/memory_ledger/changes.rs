//! The difference between two states of a ledger.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::{MemoryLedger, State};
use pnp_types::{Address, AppIndex, AssetHolding, AssetIndex, MicroAlgos, TealValue};

/// One value of a [`MemoryLedger`] that a run changed. `None` means that there was, or is, no such value.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum StateChange {
    /// What an account has, in microAlgos.
    Balance {
        /// The account.
        account: Address,
        /// What it had.
        before: MicroAlgos,
        /// What it has.
        after: MicroAlgos,
    },
    /// What an account holds of an asset.
    Holding {
        /// The account.
        account: Address,
        /// The asset.
        asset: AssetIndex,
        /// What it held.
        before: Option<AssetHolding>,
        /// What it holds.
        after: Option<AssetHolding>,
    },
    /// A value of an application's global state.
    Global {
        /// The application.
        app: AppIndex,
        /// The key.
        key: Vec<u8>,
        /// The value before.
        before: Option<TealValue>,
        /// The value after.
        after: Option<TealValue>,
    },
    /// A value of an account's local state in an application.
    Local {
        /// The account.
        account: Address,
        /// The application.
        app: AppIndex,
        /// The key.
        key: Vec<u8>,
        /// The value before.
        before: Option<TealValue>,
        /// The value after.
        after: Option<TealValue>,
    },
    /// Whether an account is opted in to an application.
    OptedIn {
        /// The account.
        account: Address,
        /// The application.
        app: AppIndex,
        /// Whether it is opted in now.
        after: bool,
    },
    /// The content of a box.
    Box {
        /// The application.
        app: AppIndex,
        /// The box's name.
        name: Vec<u8>,
        /// The content before.
        before: Option<Arc<[u8]>>,
        /// The content after.
        after: Option<Arc<[u8]>>,
    },
    /// An application was created, deleted, or given other programs or parameters.
    App {
        /// The application.
        app: AppIndex,
        /// Whether it exists now.
        exists: bool,
    },
}

impl MemoryLedger {
    /// What is different in `self`, `before` being the earlier state: balances, holdings, applications, their state and
    /// boxes, in this order.
    pub fn changes_since(&self, before: &Self) -> Vec<StateChange> {
        let mut changes = Vec::new();
        let accounts: BTreeSet<_> = before.accounts.keys().chain(self.accounts.keys()).copied().collect();
        for account in accounts {
            let (before, after) = (before.balance(account), self.balance(account));
            if before != after {
                changes.push(StateChange::Balance { account, before, after });
            }
        }
        for ((account, asset), before, after) in differences(&before.holdings, &self.holdings) {
            changes.push(StateChange::Holding { account, asset, before, after });
        }
        for (app, _, after) in differences(&before.apps, &self.apps) {
            changes.push(StateChange::App { app, exists: after.is_some() });
        }
        for (app, before, after) in differences(&before.globals, &self.globals) {
            for (key, before, after) in differences(&before.unwrap_or_default(), &after.unwrap_or_default()) {
                changes.push(StateChange::Global { app, key, before, after });
            }
        }
        for ((account, app), before, after) in differences(&before.locals, &self.locals) {
            changes.extend(changes_of_local_state(account, app, before, after));
        }
        for ((app, name), before, after) in differences(&before.boxes, &self.boxes) {
            changes.push(StateChange::Box { app, name, before, after });
        }
        changes
    }
}

fn changes_of_local_state(
    account: Address,
    app: AppIndex,
    before: Option<State>,
    after: Option<State>,
) -> Vec<StateChange> {
    let mut changes = Vec::new();
    if before.is_some() != after.is_some() {
        changes.push(StateChange::OptedIn { account, app, after: after.is_some() });
    }
    for (key, before, after) in differences(&before.unwrap_or_default(), &after.unwrap_or_default()) {
        changes.push(StateChange::Local { account, app, key, before, after });
    }
    changes
}

/// The keys with different values, with the value before and after.
fn differences<K: Ord + Clone, V: PartialEq + Clone>(
    before: &BTreeMap<K, V>,
    after: &BTreeMap<K, V>,
) -> Vec<(K, Option<V>, Option<V>)> {
    let keys: BTreeSet<_> = before.keys().chain(after.keys()).collect();
    let values = keys.into_iter().map(|key| (key.clone(), before.get(key).cloned(), after.get(key).cloned()));
    values.filter(|(_, before, after)| before != after).collect()
}
