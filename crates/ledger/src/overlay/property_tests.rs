//! Random changes, checkpoints and reverts against a plain map that is copied at each checkpoint.

use super::*;
use pnp_types::{Address, AppIndex, AssetHolding, AssetIndex, TealValue};
use proptest::prelude::*;

const OWNERS: [Address; 2] = [Address([1; 32]), Address([2; 32])];

/// A few keys of several kinds, so that random changes meet each other.
pub(crate) fn any_key() -> impl Strategy<Value = Key> {
    let name = prop::collection::vec(0..3u8, 0..3);
    prop_oneof![
        (1..3u64, name.clone()).prop_map(|(app, name)| Key::GlobalValue(AppIndex(app), name)),
        (1..3u64, name.clone()).prop_map(|(app, name)| Key::Box(AppIndex(app), name)),
        (0..2usize, 1..4u64).prop_map(|(owner, asset)| Key::Holding(OWNERS[owner], AssetIndex(asset))),
        (0..2usize, 1..3u64, name).prop_map(|(owner, app, name)| Key::LocalValue(OWNERS[owner], AppIndex(app), name)),
    ]
}

/// A record that may be stored under the key.
pub(crate) fn record(key: &Key, n: u64) -> Record {
    match key {
        Key::Box(..) => Record::Box(n.to_be_bytes().as_slice().into()),
        Key::Holding(..) => Record::Holding(AssetHolding { amount: n, frozen: n % 2 == 1 }),
        _ => Record::Value(TealValue::Uint(n)),
    }
}

/// A key and what it is set to: a record, or nothing.
pub(crate) fn any_change() -> impl Strategy<Value = (Key, Option<Record>)> {
    (any_key(), prop::option::weighted(0.7, any::<u64>())).prop_map(|(key, n)| {
        let record = n.map(|n| record(&key, n));
        (key, record)
    })
}

#[derive(Debug, Clone)]
enum Step {
    Set(Key, Option<Record>),
    Checkpoint,
    /// Revert to one of the checkpoints, counted from the first.
    Revert(prop::sample::Index),
}

fn any_step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => any_change().prop_map(|(key, record)| Step::Set(key, record)),
        1 => Just(Step::Checkpoint),
        1 => any::<prop::sample::Index>().prop_map(Step::Revert),
    ]
}

fn any_base() -> impl Strategy<Value = BTreeMap<Key, Record>> {
    prop::collection::vec(any_change(), 0..20)
        .prop_map(|changes| changes.into_iter().filter_map(|(key, record)| Some((key, record?))).collect())
}

fn spans() -> [Span; 4] {
    [
        Span::GlobalValues(AppIndex(1)),
        Span::Boxes(AppIndex(2), vec![1]),
        Span::Holdings(OWNERS[0]),
        Span::LocalValues(OWNERS[1], AppIndex(1)),
    ]
}

proptest! {
    #[test]
    fn an_overlay_reads_as_the_changed_map_and_reverts_to_each_checkpoint(
        base in any_base(),
        steps in prop::collection::vec(any_step(), 0..60),
        limit in 0..8usize,
        after in any_key(),
    ) {
        let mut overlay = Overlay::new(&base);
        let mut expected = base.clone();
        let mut checkpoints = vec![(overlay.checkpoint(), base.clone(), Delta::new())];
        for step in steps {
            match step {
                Step::Set(key, record) => {
                    match record.clone() {
                        Some(record) => expected.insert(key.clone(), record),
                        None => expected.remove(&key),
                    };
                    overlay.set(key, record);
                }
                Step::Checkpoint => {
                    checkpoints.push((overlay.checkpoint(), expected.clone(), overlay.delta().clone()));
                }
                Step::Revert(index) => {
                    let index = index.index(checkpoints.len());
                    let (checkpoint, state, delta) = checkpoints[index].clone();
                    // Later checkpoints are of changes that are gone now.
                    checkpoints.truncate(index + 1);
                    overlay.revert(checkpoint);
                    expected = state;
                    prop_assert_eq!(overlay.delta(), &delta);
                }
            }
        }
        for key in base.keys().chain(overlay.delta().keys()) {
            prop_assert_eq!(StateReader::get(&overlay, key).unwrap(), expected.get(key).cloned());
        }
        for span in spans() {
            let after = Some(&after).filter(|after| span.contains(after));
            prop_assert_eq!(overlay.scan(&span, after, limit), StateReader::scan(&expected, &span, after, limit));
        }
    }
}
