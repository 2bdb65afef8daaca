//! Errors of using the contract.

use super::Failure;
use super::refusal::rejected;
use pnp_client::Rejection;
use pnp_usage::{OperationError, UsageError};

impl From<OperationError> for Failure {
    fn from(error: OperationError) -> Self {
        let message = error.to_string();
        match error {
            OperationError::Client(error) => error.into(),
            OperationError::Usage(error) => error.into(),
            OperationError::NoApplication(app) => rejected(&Rejection::NoApplication { app }, None),
            OperationError::NotOptedIn { user, app } => {
                rejected(&Rejection::NotOptedIn { app, account: user.to_string() }, None)
            }
            OperationError::AssetNotHeld { account, asset, .. } => {
                rejected(&Rejection::AssetNotHeld { asset, account: account.to_string() }, None).with_message(message)
            }
            OperationError::AssetShort { user, has, needs, .. } => Self::new("too_little", message)
                .hint(format!("send {user} the asset with `pnp-contract asset send`"))
                .with("missing", needs.saturating_sub(has)),
            OperationError::FeeShort { user, has, needs } => Self::new("too_little", message)
                .hint(format!("send Algos to {user}: `pnp-contract account fund` on a development network"))
                .with("account", user.to_string())
                .with("missing", needs.0.saturating_sub(has.0)),
            OperationError::Group(_) => {
                Self::new("internal", message).hint("this is a fault of this program: report it")
            }
        }
    }
}

impl From<UsageError> for Failure {
    fn from(error: UsageError) -> Self {
        let message = error.to_string();
        match error {
            UsageError::FeeOverWhole(_) | UsageError::RatesCrossed { .. } | UsageError::NoRate => {
                Self::usage(message).hint("for example --fee-pct 500 --min-rate 1 --max-rate 1000")
            }
            UsageError::NoUnits => Self::usage(message).hint("for example --units 1"),
            UsageError::TooMuch { .. } => Self::usage(message).hint("bill fewer units at a time"),
            UsageError::PriceOutside { min_rate, max_rate, .. } => Self::new("price_outside", message)
                .because("the contract's creator set these limits")
                .hint(format!("choose a --price from {min_rate} to {max_rate}")),
            UsageError::TickLength(_) | UsageError::TickHex => Self::usage(message).hint("omit --tick to generate one"),
            UsageError::TickOrder { .. } => Self::new("tick_order", message)
                .because("ticks must increase, so that no bill can be replayed")
                .hint("omit --tick to generate one, or choose a greater one"),
            UsageError::Foreign { app, .. } => Self::new("foreign_application", message)
                .hint("check --app and --net; `pnp-contract status` shows what is recorded")
                .with("app", app.0),
            UsageError::OtherAsset { bound, .. } => {
                Self::new("other_asset", message).hint(format!("omit --asset, or name {bound}"))
            }
            UsageError::NoAsset => Self::usage(message).hint("name it with --asset"),
            UsageError::Assembly(_) => {
                Self::new("internal", message).hint("this is a fault of this program: report it")
            }
        }
    }
}
