//! What application state held before the simulated group touched it.
//!
//! Recorded as the first touch goes by: a piece that was there is written down, one that the group itself creates is remembered
//! as such, so that a later touch does not take the group's own value for the chain's (go-algorand
//! `ledger/simulation/initialStates.go`).

use std::collections::{BTreeMap, BTreeSet};

use super::effects::{StateChange, StateKind, StateOperation};
use pnp_types::{Address, AppIndex, TealValue};

/// Names and values of one kind of state. Something looked for and not there has no value.
type Values = BTreeMap<Vec<u8>, Option<TealValue>>;

/// One application's state before it was touched.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AppInitialState {
    /// Global state.
    pub globals: Values,
    /// Boxes.
    pub boxes: Values,
    /// Local state, by account.
    pub locals: BTreeMap<Address, Values>,
    created: BTreeSet<(StateKind, Address, Vec<u8>)>,
}

/// The applications that existed before and were touched.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct InitialStates {
    /// By id.
    pub apps: BTreeMap<AppIndex, AppInitialState>,
    created_apps: BTreeSet<AppIndex>,
}

impl InitialStates {
    /// Notes that the group itself created the application.
    pub(super) fn create_app(&mut self, app: AppIndex) {
        self.created_apps.insert(app);
    }

    /// Whether the group itself created the application.
    pub(super) fn has_created(&self, app: AppIndex) -> bool {
        self.created_apps.contains(&app)
    }

    /// Notes what is there before an opcode of application `running` touches it.
    pub(super) fn touch(&mut self, running: AppIndex, change: &StateChange, value: impl FnOnce() -> Option<TealValue>) {
        if self.has_created(running) {
            return;
        }
        let app = self.apps.entry(change.app).or_default();
        let name = (change.kind, change.account, change.key.clone());
        if app.has(change) || app.created.contains(&name) {
            return;
        }
        let value = value();
        if change.operation == StateOperation::Write && value.is_none() {
            app.created.insert(name);
            return;
        }
        let values = match change.kind {
            StateKind::Global => &mut app.globals,
            StateKind::Box => &mut app.boxes,
            StateKind::Local => app.locals.entry(change.account).or_default(),
        };
        values.insert(change.key.clone(), value);
    }
}

impl AppInitialState {
    fn has(&self, change: &StateChange) -> bool {
        match change.kind {
            StateKind::Global => self.globals.contains_key(&change.key),
            StateKind::Box => self.boxes.contains_key(&change.key),
            StateKind::Local => self.locals.get(&change.account).is_some_and(|values| values.contains_key(&change.key)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(operation: StateOperation, key: &[u8]) -> StateChange {
        let account = Address::ZERO;
        StateChange {
            operation,
            kind: StateKind::Global,
            app: AppIndex(5),
            account,
            key: key.to_vec(),
            new_value: None,
        }
    }

    #[test]
    fn the_first_touch_decides() {
        use StateOperation::{Read, Write};
        let mut states = InitialStates::default();
        states.touch(AppIndex(5), &change(Write, b"old"), || Some(TealValue::Uint(1)));
        states.touch(AppIndex(5), &change(Read, b"old"), || Some(TealValue::Uint(2)));
        states.touch(AppIndex(5), &change(Write, b"new"), || None);
        states.touch(AppIndex(5), &change(Read, b"new"), || Some(TealValue::Uint(3)));
        states.touch(AppIndex(5), &change(Read, b"absent"), || None);
        let globals = &states.apps[&AppIndex(5)].globals;
        assert_eq!(globals.get(&b"old"[..]), Some(&Some(TealValue::Uint(1))));
        assert_eq!(globals.get(&b"new"[..]), None, "the group made it");
        assert_eq!(globals.get(&b"absent"[..]), Some(&None));
    }

    #[test]
    fn an_application_of_the_group_has_no_past() {
        let mut states = InitialStates::default();
        states.create_app(AppIndex(5));
        states.touch(AppIndex(5), &change(StateOperation::Read, b"k"), || Some(TealValue::Uint(1)));
        assert!(states.apps.is_empty());
    }
}
