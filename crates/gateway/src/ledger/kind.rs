//! What an entry of the journal is. Numbers are kept in the store: they are never used again for something else.

/// The operations, by their numbers in the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(i64)]
pub enum EntryKind {
    /// The treasury got PLY.
    Stock = 10,
    /// A top-up began: PLY is reserved for it.
    TopUpBegun = 20,
    /// A top-up failed, expired or was cancelled.
    TopUpEnded = 30,
    /// A top-up succeeded.
    TopUpSucceeded = 40,
    /// A top-up succeeded after its reservation had ended.
    TopUpLate = 41,
    /// A delivery is planned.
    DeliveryPlanned = 50,
    /// A delivery is in a block.
    Delivered = 51,
    /// A delivery is in no block, and never will be.
    DeliveryVoid = 52,
    /// A deposit was seen.
    Deposit = 70,
    /// A payment was charged back.
    ChargedBack = 80,
    /// A chargeback was decided for us.
    ChargebackWon = 81,
    /// A debt was collected.
    DebtCollected = 82,
    /// A debt was written off.
    DebtWrittenOff = 83,
    /// PLY came back to the treasury.
    Returned = 90,
    /// A session began.
    SessionStarted = 100,
    /// A heartbeat was charged.
    Tick = 110,
    /// A heartbeat that nothing could be charged for.
    TickRefused = 111,
    /// A playback lease was charged when it was given.
    LeaseCharged = 112,
    /// A session ended.
    SessionEnded = 130,
    /// A bill is planned.
    BillPlanned = 140,
    /// A bill is in a block.
    BillCharged = 150,
    /// A bill was refused, or is in no block and never will be.
    BillUndone = 160,
    /// Nobody knows whether a bill is in a block.
    BillDoubtful = 170,
    /// Nobody knows whether a delivery, a withdrawal or another operation is in a block.
    OperationDoubtful = 171,
    /// What a wallet owed the old contract it owes the new one.
    ContractReplaced = 180,
    /// A charge that cannot be billed was given back.
    GivenBack = 190,
    /// A withdrawal was asked for.
    WithdrawalAsked = 200,
    /// A withdrawal is planned on the chain.
    WithdrawalPlanned = 201,
    /// A withdrawal is in a block.
    WithdrawalDone = 202,
    /// A withdrawal was cancelled before it was planned.
    WithdrawalCancelled = 203,
    /// A withdrawal was refused, or is in no block and never will be.
    WithdrawalRefused = 204,
    /// A wallet was closed.
    WalletClosed = 210,
    /// A wallet's account on the chain was closed.
    AccountClosed = 211,
    /// A wallet begins to close: nothing is charged to it any more; no posting.
    WalletClosing = 212,
    /// The operator or the partner credited a wallet.
    Credited = 220,
    /// PLY left a wallet's account by no operation of this gateway.
    CoinsMissing = 230,
    /// A contract was blocked or can be used again; no posting.
    ContractState = 300,
    /// A wallet's books and the chain differ, or agree again; no posting.
    Reconciliation = 310,
    /// The operator let a stopped wallet go on; no posting.
    WalletReleased = 311,
    /// A block has a bill of a wallet that no operation of this gateway sent; no posting.
    BillWithoutRow = 312,
    /// A bill that counts as charged is not in its block; no posting.
    RowWithoutBill = 313,
    /// Blocks that could not be compared, because the node does not keep them; no posting.
    BlocksMissing = 314,
    /// The treasury has too little for an operation; no posting.
    TreasuryShort = 320,
    /// An operation was not signed; no posting.
    NotSigned = 321,
    /// So much was signed in a day that operations wait for the next one; no posting.
    CapReached = 323,
    /// The network does not answer, answers again, or is too expensive; no posting.
    NetworkState = 322,
}

impl EntryKind {
    /// All of them, with the name that events and statements have.
    pub const ALL: &[(Self, &str)] = &[
        (Self::Stock, "treasury.stocked"),
        (Self::TopUpBegun, "top_up.created"),
        (Self::TopUpEnded, "top_up.failed"),
        (Self::TopUpSucceeded, "top_up.succeeded"),
        (Self::TopUpLate, "top_up.succeeded_late"),
        (Self::DeliveryPlanned, "delivery.planned"),
        (Self::Delivered, "delivery.done"),
        (Self::DeliveryVoid, "delivery.void"),
        (Self::Deposit, "wallet.deposit"),
        (Self::ChargedBack, "top_up.charged_back"),
        (Self::ChargebackWon, "top_up.chargeback_won"),
        (Self::DebtCollected, "wallet.debt_collected"),
        (Self::DebtWrittenOff, "wallet.debt_written_off"),
        (Self::Returned, "delivery.returned"),
        (Self::SessionStarted, "session.started"),
        (Self::Tick, "session.tick"),
        (Self::TickRefused, "session.tick_refused"),
        (Self::LeaseCharged, "session.lease_charged"),
        (Self::SessionEnded, "session.ended"),
        (Self::BillPlanned, "settlement.planned"),
        (Self::BillCharged, "settlement.done"),
        (Self::BillUndone, "settlement.undone"),
        (Self::BillDoubtful, "settlement.doubtful"),
        (Self::OperationDoubtful, "operation.doubtful"),
        (Self::ContractReplaced, "contract.replaced"),
        (Self::GivenBack, "wallet.given_back"),
        (Self::WithdrawalAsked, "withdrawal.created"),
        (Self::WithdrawalPlanned, "withdrawal.sending"),
        (Self::WithdrawalDone, "withdrawal.done"),
        (Self::WithdrawalCancelled, "withdrawal.cancelled"),
        (Self::WithdrawalRefused, "withdrawal.refused"),
        (Self::WalletClosed, "wallet.closed"),
        (Self::AccountClosed, "wallet.account_closed"),
        (Self::WalletClosing, "wallet.closing"),
        (Self::Credited, "wallet.credited"),
        (Self::CoinsMissing, "wallet.coins_missing"),
        (Self::ContractState, "contract.state"),
        (Self::Reconciliation, "reconciliation.mismatch"),
        (Self::WalletReleased, "reconciliation.released"),
        (Self::BillWithoutRow, "reconciliation.bill_without_row"),
        (Self::RowWithoutBill, "reconciliation.row_without_bill"),
        (Self::BlocksMissing, "reconciliation.blocks_missing"),
        (Self::TreasuryShort, "treasury.short"),
        (Self::NotSigned, "operation.not_signed"),
        (Self::CapReached, "operation.cap_reached"),
        (Self::NetworkState, "network.state"),
    ];

    /// Its number in the store.
    #[must_use]
    pub const fn number(self) -> i64 {
        self as i64
    }

    /// The kind with this number.
    #[must_use]
    pub fn from_number(number: i64) -> Option<Self> {
        Self::ALL.iter().map(|(kind, _)| *kind).find(|kind| kind.number() == number)
    }

    /// The name that events and statements have.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(kind, _)| *kind == self).map_or("", |(_, name)| *name)
    }
}
