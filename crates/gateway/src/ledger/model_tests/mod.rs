//! The ledger and the sessions against a plain model of the design's table: random operations on both, and after each the same
//! balances everywhere, the three laws, and the treasury's sum.
//!
//! `GATEWAY_MODEL_SEED` and `GATEWAY_MODEL_STEPS` play one case again, or a longer one.

mod algos;
mod books;
mod chain;
mod money;
mod play;
mod sessions;
mod world;

use world::World;

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok().map(|text| text.parse().unwrap())
}

/// Plays a case; how often each operation was done, and how often one was refused.
fn play_case(seed: u64, steps: u64) -> World {
    eprintln!("GATEWAY_MODEL_SEED={seed} GATEWAY_MODEL_STEPS={steps}");
    let mut world = World::new(seed);
    for step in 0..steps {
        world.step(step);
        if step % 500 == 499 {
            world.seal();
            world.verify();
        }
        if step == steps / 2 {
            world.reopen();
        }
    }
    world.seal();
    world.verify();
    world
}

#[test]
fn random_operations_are_what_the_table_says() {
    let steps = number("GATEWAY_MODEL_STEPS").unwrap_or(1_500);
    let seeds: Vec<_> = number("GATEWAY_MODEL_SEED").map_or_else(|| (1..=4).collect(), |seed| vec![seed]);
    let mut all = std::collections::BTreeMap::<&str, (u64, u64)>::new();
    for seed in seeds {
        for (name, (done, refused)) in play_case(seed, steps).counts {
            let count = all.entry(name).or_default();
            *count = (count.0 + done, count.1 + refused);
        }
    }
    eprintln!("{all:?}");
    if number("GATEWAY_MODEL_SEED").is_none() {
        for name in world::ALWAYS_DONE {
            assert!(all.get(name).is_some_and(|(done, _)| *done > 0), "{name} never happened: {all:?}");
        }
        for name in world::ALSO_REFUSED {
            assert!(all.get(name).is_some_and(|(_, refused)| *refused > 0), "{name} was never refused: {all:?}");
        }
    }
}
