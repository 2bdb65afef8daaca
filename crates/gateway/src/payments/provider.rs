//! What a provider says of a payment.

use crate::amount::Amount;

/// Whether a payment was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PaymentStatus {
    /// The user has to do something first, or the money is on its way.
    Pending,
    /// Paid.
    Paid,
    /// It will not be paid.
    Failed,
}

/// A payment as its provider knows it. All providers are asked for this, by our stored id, and nothing else moves money.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ProviderPayment {
    /// What the provider calls it.
    pub(crate) id: String,
    /// Whether it was made.
    pub(crate) status: PaymentStatus,
    /// How much; must be the top-up's.
    pub(crate) amount: Amount,
    /// Charged back or refunded so far, in all: a total, so that notices may come in any order.
    pub(crate) reversed: Amount,
}
