//! Accounts, applications and assets, and the rules by which transactions change them.
//!
//! A block under construction is an [`overlay`] of changes over a snapshot: flat, typed [`record`]s under ordered
//! [`key`]s, with one undo log for everything. Nothing in here knows HTTP.

pub mod blocks;
pub mod delta;
pub mod dispenser;
pub mod genesis;
pub mod key;
pub mod overlay;
pub mod record;
pub mod store;
mod txtail;
