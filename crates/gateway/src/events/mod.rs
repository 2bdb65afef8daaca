//! Events: sealed entries of the journal, in the order in which they were committed, and the read models made from them.

mod event;
mod live;
mod projection;
mod verify;

pub(crate) use event::{Event, EventFilter, cause_kind, read_events};
pub(crate) use live::Live;
pub(crate) use projection::{Projection, QUARTER, Rollup, SEEN, Seen as Projected, read_models_until};
pub use verify::verify_read_models;
