//! The promise about `kill -9`: what was acknowledged is there afterwards, and everything opens again.
//!
//! An ordinary run kills a few times; `scripts/kill-test 100` kills a hundred nodes and thirty commands.

mod billing;
mod commands;
mod money;
mod node;

use std::time::Duration;

/// How often to kill a node.
fn kills() -> u32 {
    std::env::var("PNP_KILLS").map_or(5, |text| text.parse().expect("PNP_KILLS is a number"))
}

/// An instant from now to `longest`.
fn instant(longest: Duration) -> Duration {
    let mut random = [0; 4];
    getrandom::fill(&mut random).unwrap();
    longest.mul_f64(f64::from(u32::from_be_bytes(random)) / f64::from(u32::MAX))
}

/// The figures of a run, where the test's output is shown.
fn report(line: &str) {
    use std::io::Write as _;
    let _ = writeln!(std::io::stderr(), "{line}");
}
