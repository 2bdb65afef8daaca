//! The contract's transactions, unsigned and ungrouped but whole.

use super::{Creation, Parameters, Programs, Size, Split, TickId, extra_pages};
use pnp_client::SuggestedParams;
use pnp_types::{
    Address, AppIndex, ApplicationCall, AssetIndex, AssetTransfer, GroupError, Header, MicroAlgos, OnCompletion,
    StateSchema, Transaction, TransactionType, assign_group,
};

/// What the contract keeps globally: `provider` and `platform`, and four integers.
pub const GLOBAL_SCHEMA: StateSchema = StateSchema { uints: 4, byte_slices: 2 };
/// What it keeps of each user: `last_tick`.
pub const LOCAL_SCHEMA: StateSchema = StateSchema { uints: 0, byte_slices: 1 };

/// How many rounds a transaction stays valid, as long as the network allows.
const VALIDITY: u64 = 1000;

/// What every transaction of `sender` starts with.
#[must_use]
pub fn header(sender: Address, params: &SuggestedParams) -> Header {
    Header {
        sender,
        fee: params.min_fee,
        first_valid: params.last_round.max(1),
        last_valid: params.last_round.max(1).saturating_add(VALIDITY),
        genesis_id: params.genesis_id.clone(),
        genesis_hash: params.genesis_hash,
        ..Header::default()
    }
}

/// Makes transactions ready to be signed: fees by the byte where the network is congested, and the group's id where there
/// are several.
///
/// # Errors
/// More transactions than a group takes.
pub fn complete(
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
    Transaction {
        kind: TransactionType::Payment,
        header: header(sender, params),
        payment: pnp_types::Payment { receiver, amount, ..Default::default() },
        ..Transaction::default()
    }
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
    Transaction {
        kind: TransactionType::AssetTransfer,
        header: header(sender, params),
        asset_transfer: AssetTransfer { asset, amount, receiver, ..AssetTransfer::default() },
        ..Transaction::default()
    }
}

/// The account's opting in to an asset: a transfer of 0 to itself.
#[must_use]
pub fn asset_opt_in(account: Address, asset: AssetIndex, params: &SuggestedParams) -> Transaction {
    asset_transfer(account, account, asset, 0, params)
}

fn call(sender: Address, params: &SuggestedParams, application_call: ApplicationCall) -> Transaction {
    Transaction {
        kind: TransactionType::ApplicationCall,
        header: header(sender, params),
        application_call,
        ..Transaction::default()
    }
}

fn simple_call(
    sender: Address,
    application: AppIndex,
    on_completion: OnCompletion,
    args: Vec<Vec<u8>>,
    params: &SuggestedParams,
) -> Transaction {
    call(sender, params, ApplicationCall { application, on_completion, args, ..ApplicationCall::default() })
}

/// Makes a new contract.
#[must_use]
pub fn create(creator: Address, programs: &Programs, creation: &Creation, params: &SuggestedParams) -> Transaction {
    call(
        creator,
        params,
        ApplicationCall {
            on_completion: OnCompletion::NoOp,
            args: creation.arguments(),
            global_schema: GLOBAL_SCHEMA,
            local_schema: LOCAL_SCHEMA,
            approval_program: programs.approval.clone(),
            clear_program: programs.clear.clone(),
            extra_pages: extra_pages(&programs.approval, &programs.clear),
            ..ApplicationCall::default()
        },
    )
}

/// Opens a user's local state.
#[must_use]
pub fn opt_in(user: Address, app: AppIndex, params: &SuggestedParams) -> Transaction {
    simple_call(user, app, OnCompletion::OptIn, Vec::new(), params)
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
    pub units: u64,
    /// The price of one, in minor units.
    pub unit_price: u64,
    /// How it is divided.
    pub split: Split,
}

impl Bill {
    /// The call and the two transfers, in the order the contract asks for; not grouped yet.
    #[must_use]
    pub fn transactions(&self, params: &SuggestedParams) -> [Transaction; 3] {
        let args = vec![
            self.tick.as_bytes().to_vec(),
            self.units.to_be_bytes().to_vec(),
            self.unit_price.to_be_bytes().to_vec(),
            self.asset.to_be_bytes().to_vec(),
        ];
        [
            simple_call(self.user, self.app, OnCompletion::NoOp, args, params),
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
    simple_call(creator, app, OnCompletion::NoOp, parameters.arguments(), params)
}

/// Replaces the programs; the parameters stay where none are given.
#[must_use]
pub fn update(
    creator: Address,
    app: AppIndex,
    programs: &Programs,
    parameters: Option<&Parameters>,
    params: &SuggestedParams,
) -> Transaction {
    call(
        creator,
        params,
        ApplicationCall {
            application: app,
            on_completion: OnCompletion::UpdateApplication,
            args: parameters.map(Parameters::arguments).unwrap_or_default(),
            approval_program: programs.approval.clone(),
            clear_program: programs.clear.clone(),
            ..ApplicationCall::default()
        },
    )
}

/// The same transaction with a note.
#[must_use]
pub fn noted(mut transaction: Transaction, note: Vec<u8>) -> Transaction {
    transaction.header.note = note;
    transaction
}

/// The same update, also setting the application's size; consensus v42 and later.
#[must_use]
pub const fn resized(mut transaction: Transaction, size: Size) -> Transaction {
    transaction.application_call.global_schema = size.global;
    transaction.application_call.extra_pages = size.extra_pages;
    transaction
}

/// Closes a user's local state; forced, it cannot be refused by any program.
#[must_use]
pub fn leave(user: Address, app: AppIndex, forced: bool, params: &SuggestedParams) -> Transaction {
    let on_completion = if forced { OnCompletion::ClearState } else { OnCompletion::CloseOut };
    simple_call(user, app, on_completion, Vec::new(), params)
}

/// Ends a contract.
#[must_use]
pub fn delete(creator: Address, app: AppIndex, params: &SuggestedParams) -> Transaction {
    simple_call(creator, app, OnCompletion::DeleteApplication, Vec::new(), params)
}
