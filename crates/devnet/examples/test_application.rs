//! How to test an application with `cargo test`: a counter that only its creator may set back.
//!
//! Copy this file to `tests/` of your own crate, with these lines in its `Cargo.toml`:
//!
//! ```toml
//! [dev-dependencies]
//! pnp-devnet = { version = "0.2", default-features = false }
//! pnp-teal = "0.2"
//! pnp-types = "0.2"
//! ```
#![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

use pnp_devnet::{Devnet, DevnetError};
use pnp_types::{Address, AppIndex, MicroAlgos, StateSchema, TealValue, Transaction};

// In your own crate: `include_str!("../teal/approval.teal")`.
const APPROVAL: &str = r#"#pragma version 11
txn ApplicationID
bz done                 // creation
byte "count"
byte "reset"
txna ApplicationArgs 0
match count reset
err

count:
    byte "count"
    dup
    app_global_get
    int 1
    +
    app_global_put
    b done

reset:
    txn Sender
    global CreatorAddress
    ==
    assert              // only the creator may set it back
    byte "count"
    int 0
    app_global_put

done:
    int 1
"#;

const CLEAR: &str = "#pragma version 11\nint 1";

/// A network with the application on it: what every test begins with.
struct Stage {
    net: Devnet,
    creator: Address,
    user: Address,
    app: AppIndex,
}

impl Stage {
    fn new() -> Self {
        let program = |source| pnp_teal::assemble(source, Default::default()).unwrap().bytes;
        let approval = program(APPROVAL);
        let mut net = Devnet::new();
        let (creator, user) = (net.fund(MicroAlgos::algos(10)), net.fund(MicroAlgos::algos(10)));
        let creation = Transaction::app_create(creator, approval, program(CLEAR))
            .global_schema(StateSchema { uints: 1, byte_slices: 0 });
        let app = net.call(creation).unwrap().created_app();
        Self { net, creator, user, app }
    }

    fn call(&mut self, sender: Address, method: &str) -> Result<(), DevnetError> {
        self.net.call(Transaction::app_call(sender, self.app).args([method])).map(|_| ())
    }

    fn count(&self) -> Option<TealValue> {
        self.net.global(self.app, "count")
    }
}

#[test]
fn everybody_may_count() {
    let mut stage = Stage::new();
    stage.call(stage.user, "count").unwrap();
    stage.call(stage.creator, "count").unwrap();
    assert_eq!(stage.count(), Some(TealValue::Uint(2)));
}

#[test]
fn only_the_creator_sets_it_back() {
    let mut stage = Stage::new();
    stage.call(stage.user, "count").unwrap();
    let refusal = stage.call(stage.user, "reset").unwrap_err();
    assert!(refusal.to_string().contains("assert failed"), "{refusal}");
    assert_eq!(stage.count(), Some(TealValue::Uint(1)));

    stage.call(stage.creator, "reset").unwrap();
    assert_eq!(stage.count(), Some(TealValue::Uint(0)));
}

#[test]
fn a_snapshot_brings_the_same_state_back_for_each_case() {
    let mut stage = Stage::new();
    stage.call(stage.user, "count").unwrap();
    let counted = stage.net.snapshot();
    for sender in [stage.user, stage.creator] {
        stage.call(sender, "count").unwrap();
        assert_eq!(stage.count(), Some(TealValue::Uint(2)));
        stage.net.revert(counted).unwrap();
    }
    assert_eq!(stage.count(), Some(TealValue::Uint(1)));
}

/// The same as a program, for `cargo run --example test_application`.
#[allow(clippy::print_stdout, reason = "this is what the program is for")]
fn main() -> Result<(), DevnetError> {
    let mut stage = Stage::new();
    stage.call(stage.user, "count")?;
    println!("after one call: {:?}", stage.count());
    if let Err(refusal) = stage.call(stage.user, "reset") {
        println!("a stranger cannot set it back: {refusal}");
    }
    stage.call(stage.creator, "reset")?;
    println!("after the creator set it back: {:?}", stage.count());
    Ok(())
}
