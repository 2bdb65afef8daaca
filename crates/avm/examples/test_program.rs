//! How to test one program with `cargo test`, without a network: a logic signature, and the approval program of an
//! application on a ledger in memory.
//!
//! Copy this file to `tests/` of your own crate, with these lines in its `Cargo.toml`:
//!
//! ```toml
//! [dev-dependencies]
//! pnp-avm = "0.2"
//! pnp-teal = "0.2"
//! pnp-types = "0.2"
//! ```
#![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

use pnp_avm::{MemoryLedger, Outcome, Run};
use pnp_types::{Address, AppIndex, MicroAlgos, Transaction};

/// Signs payments of at most 5 Algos, to anybody who knows the password.
const SIGNATURE: &str = r#"#pragma version 11
arg 0
sha256
byte 0x2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b  // sha256("secret")
==
assert              // wrong password
txn RekeyTo
global ZeroAddress
==
assert
txn CloseRemainderTo
global ZeroAddress
==
assert
txn Amount
int 5000000
<=
"#;

/// Takes one bid of each account, which must be higher than the bids before.
const AUCTION: &str = r#"#pragma version 11
gtxn 0 Amount
byte "highest"
app_global_get
>
assert              // too low
gtxn 0 Receiver
global CurrentApplicationAddress
==
assert
byte "highest"
gtxn 0 Amount
app_global_put
byte "new highest bid"
log
int 1
"#;

const ALICE: Address = Address([7; 32]);
const APP: AppIndex = AppIndex(1001);

// In your own crate: `include_str!("../teal/approval.teal")`.
fn program(source: &str) -> Vec<u8> {
    pnp_teal::assemble(source, Default::default()).unwrap().bytes
}

fn pay(password: &str, amount: MicroAlgos) -> Outcome {
    let program = program(SIGNATURE);
    let payment = Transaction::payment(Address::of_program(&program), ALICE, amount);
    Run::signature(program).transaction(payment).arg(password).run()
}

fn bid(ledger: &mut MemoryLedger, amount: MicroAlgos) -> Outcome {
    let deposit = Transaction::payment(ALICE, Address::of_application(APP), amount);
    Run::application(program(AUCTION)).app(APP).sender(ALICE).before(deposit).run_on(ledger)
}

/// The same as a program, for `cargo run --example test_program`.
#[allow(clippy::print_stdout, reason = "this is what the program is for")]
fn main() {
    for password in ["secret", "guess"] {
        let outcome = pay(password, MicroAlgos::algos(5));
        println!("with {password:?}: {}; cost {}", outcome.verdict, outcome.cost);
    }
    let mut ledger = MemoryLedger::new();
    for amount in [3, 2, 4].map(MicroAlgos::algos) {
        let outcome = bid(&mut ledger, amount);
        println!("bid of {amount}: {}; changes {:?}", outcome.verdict, outcome.changes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pnp_avm::{StateChange, Verdict};
    use pnp_types::TealValue;

    #[test]
    fn the_signature_approves_small_payments() {
        assert!(pay("secret", MicroAlgos::algos(5)).is_approved());
        assert!(matches!(pay("secret", MicroAlgos::algos(6)).verdict, Verdict::Rejected));
    }

    #[test]
    fn the_signature_asks_for_the_password() {
        let outcome = pay("guess", MicroAlgos::algos(5));
        let failure = outcome.failure().unwrap();
        assert_eq!(failure.opcode, Some("assert"));
        assert!(outcome.cost < 100, "{}", outcome.cost);
    }

    #[test]
    fn a_higher_bid_is_kept() {
        let mut ledger = MemoryLedger::new();
        ledger.set_global(APP, "highest", 3_000_000);
        let outcome = bid(&mut ledger, MicroAlgos::algos(4));
        assert!(outcome.is_approved(), "{}", outcome.verdict);
        assert_eq!(outcome.logs, [b"new highest bid"]);
        assert_eq!(
            outcome.changes,
            [StateChange::Global {
                app: APP,
                key: b"highest".to_vec(),
                before: Some(TealValue::Uint(3_000_000)),
                after: Some(TealValue::Uint(4_000_000)),
            }]
        );
    }

    #[test]
    fn a_lower_bid_changes_nothing() {
        let mut ledger = MemoryLedger::new();
        ledger.set_global(APP, "highest", 3_000_000);
        assert!(!bid(&mut ledger, MicroAlgos::algos(2)).is_approved());
        assert_eq!(ledger.global(APP, "highest"), Some(TealValue::Uint(3_000_000)));
    }
}
