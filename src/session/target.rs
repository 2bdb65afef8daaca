//! Which contract a command is about.

use crate::terminal::values::id;
use pnp_types::AppIndex;

/// Which contract is meant.
#[derive(Debug, Clone, Copy, clap::Args)]
pub(crate) struct Target {
    /// The contract's application; the recorded one if not given [env: APP_ID]
    #[arg(long, value_parser = id::<AppIndex>, allow_hyphen_values = true)]
    pub(crate) app: Option<AppIndex>,
}
