//! Payments in. A provider's notice is a hint: what counts is what the provider says of our payment when it is asked.

mod provider;
mod settle;
mod test_provider;

pub(crate) use settle::settle_payment;
pub(crate) use test_provider::{TestProvider, charge_backs_due};
