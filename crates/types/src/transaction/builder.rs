//! Making transactions: one function of [`Transaction`] for each thing that one can do, and methods for the rest.
//!
//! What every transaction of a kind needs is an argument of the function that begins it; what few need is a method.
//!
//! ```
//! use pnp_types::{Address, MicroAlgos, Round, Transaction};
//!
//! let (alice, bob) = (Address([1; 32]), Address([2; 32]));
//! let payment = Transaction::payment(alice, bob, MicroAlgos::algos(5)).note("for the coffee").valid(Round(1000), Round(2000)).build();
//! assert_eq!(payment.header.fee, MicroAlgos::MIN_FEE);
//! assert_eq!(payment.payment.amount, MicroAlgos(5_000_000));
//! ```

use super::{
    ApplicationCall, AssetConfig, AssetFreeze, AssetTransfer, BoxRef, Header, Heartbeat, KeyRegistration, OnCompletion,
    Payment, ResourceRef, Transaction, TransactionType,
};
use crate::account::{AssetParams, StateSchema, VotingData};
use crate::address::Address;
use crate::amount::{AppIndex, AssetIndex, MicroAlgos, Round};
use crate::digest::Digest;

/// A transaction under construction; `F` are the fields of its type.
///
/// It begins with the smallest fee of the network and with no validity and no network, which
/// [`valid`](Self::valid) and [`network`](Self::network) set and an in-process network fills in.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "a builder does nothing until it is built or signed"]
pub struct TransactionBuilder<F> {
    header: Header,
    fields: F,
}

/// The fields of one type of transaction.
pub trait TransactionFields: private::Sealed {
    /// Makes them the transaction's.
    #[doc(hidden)]
    fn put_into(self, transaction: &mut Transaction);
}

mod private {
    pub trait Sealed {}
}

macro_rules! fields {
    ($($fields:ident, $kind:ident => |$transaction:ident, $value:ident| $put:expr;)*) => {
        $(
            impl private::Sealed for $fields {}

            impl TransactionFields for $fields {
                fn put_into(self, $transaction: &mut Transaction) {
                    let $value = self;
                    $transaction.kind = TransactionType::$kind;
                    $put;
                }
            }
        )*
    };
}

fields! {
    Payment, Payment => |transaction, value| transaction.payment = value;
    KeyRegistration, KeyRegistration => |transaction, value| transaction.keyreg = value;
    AssetConfig, AssetConfig => |transaction, value| transaction.asset_config = value;
    AssetTransfer, AssetTransfer => |transaction, value| transaction.asset_transfer = value;
    AssetFreeze, AssetFreeze => |transaction, value| transaction.asset_freeze = value;
    ApplicationCall, ApplicationCall => |transaction, value| transaction.application_call = value;
    Heartbeat, Heartbeat => |transaction, value| transaction.heartbeat = Some(Box::new(value));
}

/// How each kind of transaction begins.
impl Transaction {
    /// Algos from `sender` to `receiver`.
    pub fn payment(sender: Address, receiver: Address, amount: MicroAlgos) -> TransactionBuilder<Payment> {
        TransactionBuilder::new(sender, Payment { receiver, amount, ..Payment::default() })
    }

    /// Units of an asset from `sender` to `receiver`.
    ///
    /// ```
    /// # use pnp_types::{Address, AssetIndex, Transaction};
    /// # let (alice, bob) = (Address([1; 32]), Address([2; 32]));
    /// let transfer = Transaction::asset_transfer(alice, bob, AssetIndex(1001), 25).build();
    /// assert_eq!(transfer.asset_transfer.amount, 25);
    /// ```
    pub fn asset_transfer(
        sender: Address,
        receiver: Address,
        asset: AssetIndex,
        amount: u64,
    ) -> TransactionBuilder<AssetTransfer> {
        TransactionBuilder::new(sender, AssetTransfer { asset, amount, receiver, ..AssetTransfer::default() })
    }

    /// Lets `account` hold an asset: a transfer of nothing to itself.
    pub fn asset_opt_in(account: Address, asset: AssetIndex) -> TransactionBuilder<AssetTransfer> {
        Self::asset_transfer(account, account, asset, 0)
    }

    /// Makes an asset of `total` base units, of which an account counts `decimals` places as a fraction.
    ///
    /// ```
    /// # use pnp_types::{Address, Transaction};
    /// # let alice = Address([1; 32]);
    /// let creation = Transaction::asset_create(alice, 1_000_000, 2).name("Play").unit_name("PLY").manager(alice).build();
    /// assert_eq!(creation.asset_config.params.unit_name.as_str(), Some("PLY"));
    /// ```
    pub fn asset_create(sender: Address, total: u64, decimals: u32) -> TransactionBuilder<AssetConfig> {
        let params = AssetParams { total, decimals, ..AssetParams::default() };
        TransactionBuilder::new(sender, AssetConfig { asset: AssetIndex::NONE, params })
    }

    /// Changes who manages an asset. Roles that are not set can never be set again, so name all that are to stay.
    pub fn asset_change(manager: Address, asset: AssetIndex) -> TransactionBuilder<AssetConfig> {
        TransactionBuilder::new(manager, AssetConfig { asset, params: AssetParams::default() }).manager(manager)
    }

    /// Destroys an asset whose units are all with its creator.
    pub fn asset_destroy(manager: Address, asset: AssetIndex) -> TransactionBuilder<AssetConfig> {
        TransactionBuilder::new(manager, AssetConfig { asset, params: AssetParams::default() })
    }

    /// Freezes or frees what `account` holds of an asset.
    pub fn asset_freeze(
        sender: Address,
        account: Address,
        asset: AssetIndex,
        frozen: bool,
    ) -> TransactionBuilder<AssetFreeze> {
        TransactionBuilder::new(sender, AssetFreeze { account, asset, frozen })
    }

    /// Creates an application from its two assembled programs.
    ///
    /// ```
    /// # use pnp_types::{Address, AppIndex, StateSchema, Transaction};
    /// # let alice = Address([1; 32]);
    /// # let (approval, clear) = (vec![11, 0x81, 1], vec![11, 0x81, 1]);
    /// let creation = Transaction::app_create(alice, approval, clear)
    ///     .global_schema(StateSchema { uints: 1, byte_slices: 0 })
    ///     .args(["first argument"])
    ///     .build();
    /// assert_eq!(creation.application_call.application, AppIndex::NONE);
    /// ```
    pub fn app_create(
        sender: Address,
        approval_program: impl Into<Vec<u8>>,
        clear_program: impl Into<Vec<u8>>,
    ) -> TransactionBuilder<ApplicationCall> {
        let (approval_program, clear_program) = (approval_program.into(), clear_program.into());
        TransactionBuilder::new(sender, ApplicationCall { approval_program, clear_program, ..Default::default() })
    }

    /// Calls an application.
    ///
    /// ```
    /// # use pnp_types::{Address, AppIndex, Transaction};
    /// # let (alice, bob) = (Address([1; 32]), Address([2; 32]));
    /// let call = Transaction::app_call(alice, AppIndex(1001)).args(["vote", "yes"]).arg_uint(7).accounts([bob]).box_name("votes").build();
    /// assert_eq!(call.application_call.args[2], [0, 0, 0, 0, 0, 0, 0, 7]);
    /// ```
    pub fn app_call(sender: Address, app: AppIndex) -> TransactionBuilder<ApplicationCall> {
        TransactionBuilder::new(sender, ApplicationCall { application: app, ..Default::default() })
    }

    /// Joins an application, which gives the account local state in it.
    pub fn app_opt_in(sender: Address, app: AppIndex) -> TransactionBuilder<ApplicationCall> {
        Self::app_call(sender, app).on_completion(OnCompletion::OptIn)
    }

    /// Leaves an application, if its approval program agrees.
    pub fn app_close_out(sender: Address, app: AppIndex) -> TransactionBuilder<ApplicationCall> {
        Self::app_call(sender, app).on_completion(OnCompletion::CloseOut)
    }

    /// Leaves an application, whatever its programs say.
    pub fn app_clear_state(sender: Address, app: AppIndex) -> TransactionBuilder<ApplicationCall> {
        Self::app_call(sender, app).on_completion(OnCompletion::ClearState)
    }

    /// Replaces an application's programs, if the old approval program agrees.
    pub fn app_update(
        sender: Address,
        app: AppIndex,
        approval_program: impl Into<Vec<u8>>,
        clear_program: impl Into<Vec<u8>>,
    ) -> TransactionBuilder<ApplicationCall> {
        let mut builder = Self::app_call(sender, app).on_completion(OnCompletion::UpdateApplication);
        builder.fields.approval_program = approval_program.into();
        builder.fields.clear_program = clear_program.into();
        builder
    }

    /// Deletes an application, if its approval program agrees.
    pub fn app_delete(sender: Address, app: AppIndex) -> TransactionBuilder<ApplicationCall> {
        Self::app_call(sender, app).on_completion(OnCompletion::DeleteApplication)
    }

    /// Registers keys that vote for `sender`, which goes online with them.
    ///
    /// ```
    /// # use pnp_types::{Address, Round, Transaction, VotingData};
    /// # let alice = Address([1; 32]);
    /// let keys = VotingData { vote_first: Round(1), vote_last: Round(3_000_000), vote_key_dilution: 1733, ..VotingData::default() };
    /// let online = Transaction::go_online(alice, keys).build();
    /// let offline = Transaction::go_offline(alice).build();
    /// assert_ne!(online.keyreg, offline.keyreg);
    /// ```
    pub fn go_online(sender: Address, voting: VotingData) -> TransactionBuilder<KeyRegistration> {
        TransactionBuilder::new(sender, KeyRegistration { voting, nonparticipation: false })
    }

    /// Takes `sender` offline: it votes no more.
    pub fn go_offline(sender: Address) -> TransactionBuilder<KeyRegistration> {
        TransactionBuilder::new(sender, KeyRegistration::default())
    }

    /// Shows that an online account is alive. Anybody may send it.
    pub fn heartbeat(sender: Address, heartbeat: Heartbeat) -> TransactionBuilder<Heartbeat> {
        TransactionBuilder::new(sender, heartbeat)
    }
}

/// What transactions of all types have.
impl<F: TransactionFields> TransactionBuilder<F> {
    fn new(sender: Address, fields: F) -> Self {
        Self { header: Header { sender, fee: MicroAlgos::MIN_FEE, ..Header::default() }, fields }
    }

    /// What the sender pays for it: without this the smallest fee of the network. Another transaction of the group may
    /// pay for it, and a transaction that sends inner ones may pay for them.
    pub fn fee(mut self, fee: MicroAlgos) -> Self {
        self.header.fee = fee;
        self
    }

    /// The first and the last round it may be confirmed in, at most 1000 apart.
    pub fn valid(mut self, first: Round, last: Round) -> Self {
        (self.header.first_valid, self.header.last_valid) = (first, last);
        self
    }

    /// The network it is for: the name and the hash of its genesis. The name may be empty.
    pub fn network(mut self, genesis_id: impl Into<String>, genesis_hash: Digest) -> Self {
        (self.header.genesis_id, self.header.genesis_hash) = (genesis_id.into(), genesis_hash);
        self
    }

    /// Any bytes, up to 1024.
    pub fn note(mut self, note: impl Into<Vec<u8>>) -> Self {
        self.header.note = note.into();
        self
    }

    /// While it is valid, no other transaction of the sender with this lease is.
    pub fn lease(mut self, lease: [u8; 32]) -> Self {
        self.header.lease = lease;
        self
    }

    /// Who signs for the sender from now on.
    pub fn rekey_to(mut self, authorizer: Address) -> Self {
        self.header.rekey_to = authorizer;
        self
    }

    /// The transaction.
    #[must_use]
    pub fn build(self) -> Transaction {
        let mut transaction = Transaction { header: self.header, ..Transaction::default() };
        self.fields.put_into(&mut transaction);
        transaction
    }
}

impl<F: TransactionFields> From<TransactionBuilder<F>> for Transaction {
    fn from(builder: TransactionBuilder<F>) -> Self {
        builder.build()
    }
}

impl TransactionBuilder<Payment> {
    /// Closes the sender's account and sends what is left to `account`.
    pub fn close_to(mut self, account: Address) -> Self {
        self.fields.close_remainder_to = account;
        self
    }
}

impl TransactionBuilder<AssetTransfer> {
    /// Closes the sender's holding and sends what is left of it to `account`.
    pub fn close_to(mut self, account: Address) -> Self {
        self.fields.close_to = account;
        self
    }

    /// Takes the units from `account`, which only the asset's clawback address may do.
    pub fn clawback_from(mut self, account: Address) -> Self {
        self.fields.sender = account;
        self
    }
}

impl TransactionBuilder<AssetConfig> {
    /// The asset's name, up to 32 bytes.
    pub fn name(mut self, name: &str) -> Self {
        self.fields.params.asset_name = name.into();
        self
    }

    /// The name of one unit, up to 8 bytes.
    pub fn unit_name(mut self, name: &str) -> Self {
        self.fields.params.unit_name = name.into();
        self
    }

    /// Where there is more about the asset, up to 96 bytes.
    pub fn url(mut self, url: &str) -> Self {
        self.fields.params.url = url.into();
        self
    }

    /// A hash of what describes the asset.
    pub fn metadata_hash(mut self, hash: [u8; 32]) -> Self {
        self.fields.params.metadata_hash = hash;
        self
    }

    /// Whether holdings are frozen until the freeze address frees them.
    pub fn default_frozen(mut self, frozen: bool) -> Self {
        self.fields.params.default_frozen = frozen;
        self
    }

    /// Who may change the roles and destroy the asset.
    pub fn manager(mut self, account: Address) -> Self {
        self.fields.params.manager = account;
        self
    }

    /// Whose units count as not in circulation.
    pub fn reserve(mut self, account: Address) -> Self {
        self.fields.params.reserve = account;
        self
    }

    /// Who may freeze and free holdings.
    pub fn freeze(mut self, account: Address) -> Self {
        self.fields.params.freeze = account;
        self
    }

    /// Who may take units from any holding.
    pub fn clawback(mut self, account: Address) -> Self {
        self.fields.params.clawback = account;
        self
    }
}

impl TransactionBuilder<KeyRegistration> {
    /// The account never takes part again, and gets no rewards for it.
    pub fn nonparticipating(mut self) -> Self {
        self.fields.nonparticipation = true;
        self
    }
}

impl TransactionBuilder<ApplicationCall> {
    /// What happens besides the call.
    pub fn on_completion(mut self, action: OnCompletion) -> Self {
        self.fields.on_completion = action;
        self
    }

    /// Adds arguments.
    pub fn args<A: Into<Vec<u8>>>(mut self, args: impl IntoIterator<Item = A>) -> Self {
        self.fields.args.extend(args.into_iter().map(Into::into));
        self
    }

    /// Adds a number as an argument, in the eight bytes that `btoi` reads.
    pub fn arg_uint(mut self, number: u64) -> Self {
        self.fields.args.push(number.to_be_bytes().to_vec());
        self
    }

    /// Adds accounts that the programs may reach.
    pub fn accounts(mut self, accounts: impl IntoIterator<Item = Address>) -> Self {
        self.fields.accounts.extend(accounts);
        self
    }

    /// Adds assets that the programs may reach.
    pub fn assets(mut self, assets: impl IntoIterator<Item = AssetIndex>) -> Self {
        self.fields.foreign_assets.extend(assets);
        self
    }

    /// Adds applications that the programs may reach.
    pub fn apps(mut self, apps: impl IntoIterator<Item = AppIndex>) -> Self {
        self.fields.foreign_apps.extend(apps);
        self
    }

    /// Adds a box of the called application that its programs may reach. Each gives room for 2048 bytes of boxes.
    pub fn box_name(mut self, name: impl Into<Vec<u8>>) -> Self {
        self.fields.boxes.push(BoxRef { index: 0, name: name.into() });
        self
    }

    /// What the programs may reach, as one list in place of accounts, assets, applications and boxes.
    pub fn access(mut self, access: impl IntoIterator<Item = ResourceRef>) -> Self {
        self.fields.access.extend(access);
        self
    }

    /// Room of the global state.
    pub fn global_schema(mut self, schema: StateSchema) -> Self {
        self.fields.global_schema = schema;
        self
    }

    /// Room of each account's local state.
    pub fn local_schema(mut self, schema: StateSchema) -> Self {
        self.fields.local_schema = schema;
        self
    }

    /// Pages of 2048 bytes over the first for both programs.
    pub fn extra_pages(mut self, pages: u32) -> Self {
        self.fields.extra_pages = pages;
        self
    }

    /// Fails if the application's version is this or higher.
    pub fn reject_version(mut self, version: u64) -> Self {
        self.fields.reject_version = version;
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALICE: Address = Address([1; 32]);
    const BOB: Address = Address([2; 32]);

    #[test]
    fn what_is_built_is_what_the_fields_say() {
        let built = Transaction::payment(ALICE, BOB, MicroAlgos(7))
            .fee(MicroAlgos(2000))
            .valid(Round(5), Round(1005))
            .network("dockernet-v1", Digest([9; 32]))
            .note("hi")
            .lease([3; 32])
            .rekey_to(BOB)
            .close_to(BOB)
            .build();
        let header = Header {
            sender: ALICE,
            fee: MicroAlgos(2000),
            first_valid: Round(5),
            last_valid: Round(1005),
            note: b"hi".to_vec(),
            genesis_id: "dockernet-v1".to_owned(),
            genesis_hash: Digest([9; 32]),
            group: Digest::ZERO,
            lease: [3; 32],
            rekey_to: BOB,
        };
        let payment = Payment { receiver: BOB, amount: MicroAlgos(7), close_remainder_to: BOB };
        assert_eq!(built, Transaction { kind: TransactionType::Payment, header, payment, ..Default::default() });
    }

    #[test]
    fn every_kind_names_its_type() {
        let kind = |transaction: Transaction| transaction.kind.as_str().to_owned();
        assert_eq!(kind(Transaction::asset_opt_in(ALICE, AssetIndex(1)).into()), "axfer");
        assert_eq!(kind(Transaction::asset_create(ALICE, 1, 0).into()), "acfg");
        assert_eq!(kind(Transaction::asset_freeze(ALICE, BOB, AssetIndex(1), true).into()), "afrz");
        assert_eq!(kind(Transaction::app_opt_in(ALICE, AppIndex(1)).into()), "appl");
        assert_eq!(kind(Transaction::go_offline(ALICE).nonparticipating().into()), "keyreg");
        assert_eq!(kind(Transaction::heartbeat(ALICE, Heartbeat::default()).into()), "hb");
    }

    #[test]
    fn only_a_change_of_an_asset_keeps_its_manager() {
        assert_eq!(
            Transaction::asset_change(ALICE, AssetIndex(7)).freeze(BOB).build().asset_config.params.manager,
            ALICE
        );
        assert_eq!(
            Transaction::asset_destroy(ALICE, AssetIndex(7)).build().asset_config.params,
            AssetParams::default()
        );
    }

    #[test]
    fn each_way_to_call_an_application_says_what_happens_besides() {
        let action = |builder: TransactionBuilder<ApplicationCall>| builder.build().application_call.on_completion;
        assert_eq!(action(Transaction::app_call(ALICE, AppIndex(1))), OnCompletion::NoOp);
        assert_eq!(action(Transaction::app_opt_in(ALICE, AppIndex(1))), OnCompletion::OptIn);
        assert_eq!(action(Transaction::app_close_out(ALICE, AppIndex(1))), OnCompletion::CloseOut);
        assert_eq!(action(Transaction::app_clear_state(ALICE, AppIndex(1))), OnCompletion::ClearState);
        assert_eq!(action(Transaction::app_update(ALICE, AppIndex(1), *b"a", *b"b")), OnCompletion::UpdateApplication);
        assert_eq!(action(Transaction::app_delete(ALICE, AppIndex(1))), OnCompletion::DeleteApplication);
    }
}
