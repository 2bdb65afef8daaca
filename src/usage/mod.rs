//! The UsageContract: parameters, fee arithmetic, transaction groups, state, receipts.
