//! The ledger: double entry in two books, what is owed and where the coins are.
//!
//! A row of the journal is one transaction, and its postings are its columns; balances are columns of wallets, tabs, partners and
//! books. A posting that would make a balance negative changes nothing: the condition stands in the statement that moves the
//! money. Each function here is one operation, and names its postings in the order of the two books.

mod bills;
mod closing;
mod corrections;
mod deliveries;
mod entry;
mod error;
mod kind;
#[cfg(test)]
mod model_tests;
mod partners;
mod post;
mod seal;
mod top_ups;
mod verify;
#[cfg(test)]
mod verify_tests;
mod wallet;
mod withdrawals;

pub use bills::{BillPart, bill_charged, bill_doubtful, bill_planned, bill_undone};
pub use closing::{begin_close, close_account, close_wallet};
pub use corrections::{
    charge_back, chargeback_won, coins_missing, collect_debt, contract_replaced, credit, give_back, write_off,
};
pub use deliveries::{deliver, delivered, delivery_void, deposit, returned};
pub use entry::{Entry, TickRecord, tick_hash};
pub use error::{LedgerError, Short};
pub use kind::EntryKind;
pub use partners::{Contract, ContractState, Partner, PartnerSettings, SessionPolicy};
pub(crate) use post::move_wallet;
pub use post::{Cause, Posting, post};
pub use seal::{Seal, seal, sealed_until};
pub use top_ups::{TopUp, TopUpState, begin_top_up, end_top_up, stock, top_up_succeeded};
pub use verify::{Finding, Verification, verify};
pub use wallet::{Wallet, WalletState, find_wallet, open_wallet, wallet};
pub use withdrawals::{
    Withdrawal, WithdrawalState, begin_withdrawal, cancel_withdrawal, withdrawal_done, withdrawal_planned,
    withdrawal_refused,
};
