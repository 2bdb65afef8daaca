//! What became of a bundle that may have been sent before.

use crate::connection::Connection;
use crate::error::Error;
use pnp_client::{Outcome, Unknown, Window};
use pnp_types::Bundle;

/// What became of a bundle if it was sent before, as goal may have done.
pub(super) async fn outcome(connection: &Connection, bundle: &Bundle) -> Result<Outcome, Error> {
    let Some(first) = bundle.transactions().next() else { return Ok(Outcome::Unknown(Unknown::NoWindow)) };
    let window = Window { first_valid: bundle.first_valid(), last_valid: bundle.last_valid() };
    Ok(connection.algod.outcome(first.id(), Some(window)).await?)
}
