//! Accounts, applications and assets, and the rules by which transactions change them.

pub mod store;
