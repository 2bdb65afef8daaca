//! Random blocks: the past reads as it was, and reverting them leaves no trace.

use super::tests::{block, dump, genesis, totals};
use super::*;
use crate::earlier_state::EarlierState;
use crate::overlay::property_tests::any_change;
use proptest::prelude::*;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn blocks_are_taken_back_to_any_round(
        rounds in prop::collection::vec(prop::collection::vec(any_change(), 0..12), 1..10),
        back in any::<prop::sample::Index>(),
    ) {
        let mut chain = Chain::in_memory(genesis()).unwrap();
        let mut dumps = vec![dump(&chain)];
        let mut states = vec![Delta::new()];
        for changes in rounds {
            let changes: Delta = changes.into_iter().collect();
            let next = block(&chain, 100);
            let round = next.header.round;
            chain.append(&next, &changes, totals(round)).unwrap();
            dumps.push(dump(&chain));
            let mut state = states.last().unwrap().clone();
            state.extend(changes);
            states.push(state);
        }
        let keys: Vec<Key> = states.last().unwrap().keys().cloned().collect();
        let back = back.index(dumps.len());
        let past = EarlierState::of(&chain, Round(back as u64)).unwrap();
        for key in &keys {
            prop_assert_eq!(past.get(key).unwrap(), states[back].get(key).cloned().flatten());
        }
        chain.revert_to(Round(back as u64)).unwrap();
        prop_assert!(dump(&chain) == dumps[back]);
        for key in &keys {
            prop_assert_eq!(StateReader::get(&chain, key).unwrap(), states[back].get(key).cloned().flatten());
        }
    }
}
