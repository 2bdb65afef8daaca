//! Accounts, applications and assets, and the rules by which transactions change them.
//!
//! A block under construction is an [`overlay`] of changes over a snapshot: flat, typed [`record`]s under ordered
//! [`key`]s, with one undo log for everything. Rules speak to it through [`state`]; finished blocks join a [`chain`], which
//! lies in a [`store`]. Nothing in here knows HTTP.

pub mod app_values;
mod apply;
pub mod authorize;
pub mod blocks;
pub mod chain;
pub mod delta;
pub mod dispenser;
pub mod error;
pub mod evaluator;
pub mod fees;
pub mod genesis;
pub mod host;
pub mod key;
pub mod lookups;
pub mod min_balance;
pub mod next_header;
pub mod online;
pub mod overlay;
pub mod past;
pub mod propose;
pub mod reader;
pub mod record;
pub mod rewards;
pub mod simulate;
pub mod state;
pub mod store;
pub mod totals;
mod txtail;
pub mod wellformed;
