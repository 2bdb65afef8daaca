//! The contract's transactions, unsigned, and before their group id is set.

use super::{Creation, Parameters, Programs, Size, Split, TickId, Units, extra_pages};
use pnp_client::SuggestedParams;
use pnp_types::{
    Address, AppIndex, AssetIndex, GroupError, MicroAlgos, Round, StateSchema, Transaction, TransactionBuilder,
    TransactionFields, assign_group,
};

/// What the contract keeps globally: `provider` and `platform`, and four integers.
pub const GLOBAL_SCHEMA: StateSchema = StateSchema { uints: 4, byte_slices: 2 };
/// What it keeps of each user: `last_tick`.
pub const LOCAL_SCHEMA: StateSchema = StateSchema { uints: 0, byte_slices: 1 };

/// How many rounds a transaction stays valid, as long as the network allows.
const VALIDITY: u64 = 1000;

/// The transaction for a network: its smallest fee, its genesis, and valid from now on.
#[must_use]
pub fn for_network<F: TransactionFields>(builder: TransactionBuilder<F>, params: &SuggestedParams) -> Transaction {
    let first = params.last_round.max(Round(1));
    builder
        .fee(params.min_fee)
        .valid(first, first.saturating_add(VALIDITY))
        .network(params.genesis_id.clone(), params.genesis_hash)
        .build()
}

/// Prepares transactions to be signed: fees by the byte if the network is congested, and a group id if there are several.
///
/// # Errors
/// More transactions than a group takes.
pub fn set_fees_and_group(
    mut transactions: Vec<Transaction>,
    params: &SuggestedParams,
) -> Result<Vec<Transaction>, GroupError> {
    /// Bytes a signature adds around a transaction.
    const SIGNATURE: usize = 75;
    /// Bytes a group id adds.
    const GROUP: usize = 40;
    for transaction in &mut transactions {
        let size = transaction.encode().len().saturating_add(SIGNATURE).saturating_add(GROUP);
        let by_size = params.fee_per_byte.saturating_mul(u64::try_from(size).unwrap_or(u64::MAX));
        transaction.header.fee = MicroAlgos(by_size.max(params.min_fee.0));
    }
    if transactions.len() > 1 {
        assign_group(&mut transactions)?;
    }
    Ok(transactions)
}

/// A payment of Algos.
#[must_use]
pub fn payment(sender: Address, receiver: Address, amount: MicroAlgos, params: &SuggestedParams) -> Transaction {
    for_network(Transaction::payment(sender, receiver, amount), params)
}

/// A transfer of `amount` minor units of an asset.
#[must_use]
pub fn asset_transfer(
    sender: Address,
    receiver: Address,
    asset: AssetIndex,
    amount: u64,
    params: &SuggestedParams,
) -> Transaction {
    for_network(Transaction::asset_transfer(sender, receiver, asset, amount), params)
}

/// The account's opting in to an asset: a transfer of 0 to itself.
#[must_use]
pub fn asset_opt_in(account: Address, asset: AssetIndex, params: &SuggestedParams) -> Transaction {
    for_network(Transaction::asset_opt_in(account, asset), params)
}

/// Creates a contract.
#[must_use]
pub fn create(creator: Address, programs: &Programs, creation: &Creation, params: &SuggestedParams) -> Transaction {
    let creation_call = Transaction::app_create(creator, programs.approval.clone(), programs.clear.clone())
        .args(creation.arguments())
        .global_schema(GLOBAL_SCHEMA)
        .local_schema(LOCAL_SCHEMA)
        .extra_pages(extra_pages(&programs.approval, &programs.clear));
    for_network(creation_call, params)
}

/// Opens a user's local state.
#[must_use]
pub fn opt_in(user: Address, app: AppIndex, params: &SuggestedParams) -> Transaction {
    for_network(Transaction::app_opt_in(user, app), params)
}

/// One tick's bill.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bill {
    /// Who pays.
    pub user: Address,
    /// The contract.
    pub app: AppIndex,
    /// What is paid with.
    pub asset: AssetIndex,
    /// Who gets the net.
    pub provider: Address,
    /// Who gets the fee.
    pub platform: Address,
    /// The tick.
    pub tick: TickId,
    /// Units of use.
    pub units: Units,
    /// The price of one, in minor units.
    pub unit_price: u64,
    /// How it is divided.
    pub split: Split,
}

impl Bill {
    /// The call and the two transfers, in the order the contract asks for; not grouped yet.
    #[must_use]
    pub fn transactions(&self, params: &SuggestedParams) -> [Transaction; 3] {
        let call = Transaction::app_call(self.user, self.app)
            .args([self.tick.as_bytes()])
            .arg_uint(self.units.get())
            .arg_uint(self.unit_price)
            .arg_uint(self.asset.0);
        [
            for_network(call, params),
            asset_transfer(self.user, self.provider, self.asset, self.split.net, params),
            asset_transfer(self.user, self.platform, self.asset, self.split.fee, params),
        ]
    }
}

/// Sets fee and price limits.
#[must_use]
pub fn set_parameters(
    creator: Address,
    app: AppIndex,
    parameters: &Parameters,
    params: &SuggestedParams,
) -> Transaction {
    for_network(Transaction::app_call(creator, app).args(parameters.arguments()), params)
}

/// Replaces the programs, and the parameters if they are given.
#[must_use]
pub fn update(
    creator: Address,
    app: AppIndex,
    programs: &Programs,
    parameters: Option<&Parameters>,
    params: &SuggestedParams,
) -> Transaction {
    let arguments = parameters.map(Parameters::arguments).unwrap_or_default();
    let update = Transaction::app_update(creator, app, programs.approval.clone(), programs.clear.clone());
    for_network(update.args(arguments), params)
}

/// The same transaction with a note.
#[must_use]
pub fn with_note(mut transaction: Transaction, note: Vec<u8>) -> Transaction {
    transaction.header.note = note;
    transaction
}

/// The same update, also setting the application's size; consensus v42 and later.
#[must_use]
pub const fn with_size(mut transaction: Transaction, size: Size) -> Transaction {
    transaction.application_call.global_schema = size.global;
    transaction.application_call.extra_pages = size.extra_pages;
    transaction
}

/// Closes a user's local state; forced, it cannot be refused by any program.
#[must_use]
pub fn leave(user: Address, app: AppIndex, forced: bool, params: &SuggestedParams) -> Transaction {
    let leave = if forced { Transaction::app_clear_state(user, app) } else { Transaction::app_close_out(user, app) };
    for_network(leave, params)
}

/// Ends a contract.
#[must_use]
pub fn delete(creator: Address, app: AppIndex, params: &SuggestedParams) -> Transaction {
    for_network(Transaction::app_delete(creator, app), params)
}
