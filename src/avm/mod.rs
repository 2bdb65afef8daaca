//! The Algorand Virtual Machine: decode once, run. Its only door to state is the `Ledger` trait.

pub mod crypto;
