//! A network in process: funded accounts, transactions, state, time and snapshots.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::sync::Arc;
use std::time::Duration;

use pnp_ledger::simulate::{GroupResult, Request, SimulateError};
use pnp_ledger::{Chain, ChainError, DispenserKey, Genesis, GroupError, ProposeError};
use pnp_types::consensus::{self, Protocol};
use pnp_types::{
    Address, AppIndex, ApplyData, AssetIndex, Block, Digest, MicroAlgos, Round, SignedTransaction, SigningKey,
    TealKeyValue, TealValue, Transaction, Txid, assign_group, sha512_256,
};

use crate::opcode_text;
use crate::view::{Account, View};

/// When every network in process begins: 2025-01-01, 00:00 UTC, in seconds since 1970.
pub const GENESIS_TIME: i64 = 1_735_689_600;

/// An Algorand network inside of a test: no server, no waiting, no files.
///
/// It adds one block for each group, at once, by the rules of the newest protocol version. It keeps the keys of the
/// accounts it funds and signs with them, and it fills in what a transaction does not say: validity, network and group.
/// Its clock moves only with [`set_time`](Self::set_time) and [`advance`](Self::advance), so that a test does the same
/// each time.
///
/// ```
/// use pnp_devnet::Devnet;
/// use pnp_types::{MicroAlgos, Transaction};
///
/// let mut net = Devnet::new();
/// let alice = net.fund(MicroAlgos::algos(10));
/// let bob = net.fund(MicroAlgos::algos(10));
/// net.call(Transaction::payment(alice, bob, MicroAlgos::algos(3)))?;
/// assert_eq!(net.balance(alice), MicroAlgos(6_999_000));
/// assert_eq!(net.balance(bob), MicroAlgos::algos(13));
/// # Ok::<(), pnp_devnet::DevnetError>(())
/// ```
///
/// # Panics
/// Reading panics where the ledger cannot be read, which is a fault of this crate: it is in memory.
#[derive(Debug)]
pub struct Devnet {
    chain: Chain,
    genesis_hash: Digest,
    dispenser: Address,
    keys: BTreeMap<Address, SigningKey>,
    funded: u64,
}

/// A confirmed transaction and what it did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// The transaction's id.
    pub id: Txid,
    /// The round whose block has it.
    pub round: Round,
    /// What it did: changes of state, logs, inner transactions, amounts closed.
    pub effects: ApplyData,
}

impl Receipt {
    /// The application it created, or 0.
    pub const fn created_app(&self) -> AppIndex {
        self.effects.application
    }

    /// The asset it created, or 0.
    pub const fn created_asset(&self) -> AssetIndex {
        self.effects.config_asset
    }

    /// What its programs logged.
    pub fn logs(&self) -> impl Iterator<Item = &[u8]> {
        self.effects.eval_delta.logs.iter().map(|log| log.as_bytes())
    }
}

/// A state of the network to come back to; see [`Devnet::snapshot`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Snapshot {
    round: Round,
    hash: Digest,
}

/// Why the network did not do something. It is as it was.
#[derive(Debug, thiserror::Error)]
pub enum DevnetError {
    /// The ledger refused the group, in the words of algod.
    #[error(transparent)]
    Refused(Box<GroupError>),
    /// The network has no key that signs for this account.
    #[error("no key for {0}; fund it with `fund`, hand its key over with `add_key`, or send it signed")]
    NoKey(Address),
    /// The transactions cannot be a group.
    #[error(transparent)]
    Group(#[from] pnp_types::GroupError),
    /// Time does not go back; a snapshot does.
    #[error("{wanted} is before {latest}, the time of the latest block")]
    Time {
        /// The time asked for.
        wanted: i64,
        /// The time of the latest block.
        latest: i64,
    },
    /// The blocks up to the snapshot are no longer part of the network.
    #[error("the snapshot of round {0} was taken of blocks that have since been taken back")]
    Snapshot(Round),
    /// The group cannot be simulated.
    #[error(transparent)]
    Simulate(#[from] SimulateError),
    /// The ledger failed.
    #[error("the ledger failed: {0}")]
    Ledger(Box<ProposeError>),
}

impl DevnetError {
    /// The ledger's reason, with the program and the place in it where one failed; `None` for any other error.
    pub fn refusal(&self) -> Option<&GroupError> {
        match self {
            Self::Refused(error) => Some(error),
            _ => None,
        }
    }
}

impl From<ProposeError> for DevnetError {
    fn from(error: ProposeError) -> Self {
        match error {
            ProposeError::Group { error, .. } => Self::Refused(error),
            other => Self::Ledger(Box::new(other)),
        }
    }
}

impl From<ChainError> for DevnetError {
    fn from(error: ChainError) -> Self {
        Self::Ledger(Box::new(error.into()))
    }
}

impl Default for Devnet {
    fn default() -> Self {
        Self::new()
    }
}

/// A network and its accounts.
impl Devnet {
    /// A fresh network. All are alike: the same ids come out of the same test.
    pub fn new() -> Self {
        Self::with_consensus(consensus::LATEST)
    }

    /// The same by other rules, for example those of the network to come.
    ///
    /// ```
    /// use pnp_devnet::Devnet;
    /// use pnp_types::consensus::FUTURE;
    ///
    /// let mut net = Devnet::with_consensus(FUTURE);
    /// ```
    pub fn with_consensus(protocol: Protocol) -> Self {
        let key = SigningKey::from_seed(DispenserKey::well_known().seed());
        let genesis = Genesis::development(key.address(), GENESIS_TIME).with_protocol(protocol);
        let genesis_hash = genesis.hash();
        let chain = in_memory_result(Chain::in_memory(genesis)).with_opcodes_in_errors(opcode_text::around);
        let dispenser = key.address();
        Self { chain, genesis_hash, dispenser, keys: BTreeMap::from([(dispenser, key)]), funded: 0 }
    }

    /// A new account with that much money, at least its minimum of 0.1 Algos. The network keeps its key.
    ///
    /// ```
    /// # use pnp_devnet::Devnet;
    /// # use pnp_types::MicroAlgos;
    /// let mut net = Devnet::new();
    /// let alice = net.fund(MicroAlgos::algos(10));
    /// assert_eq!(net.balance(alice), MicroAlgos::algos(10));
    /// ```
    ///
    /// # Panics
    /// The amount is less than an account must keep, or more than there is.
    pub fn fund(&mut self, amount: MicroAlgos) -> Address {
        self.funded += 1;
        let seed = sha512_256(&[b"pnp-devnet account".as_slice(), &self.funded.to_be_bytes()].concat());
        let address = self.add_key(SigningKey::from_seed(&seed));
        in_memory_result(self.fund_address(address, amount));
        address
    }

    /// Gives an account money, such as that of an application ([`Address::of_application`]).
    ///
    /// # Errors
    /// The account would have less than it must keep.
    pub fn fund_address(&mut self, address: Address, amount: MicroAlgos) -> Result<Receipt, DevnetError> {
        self.call(Transaction::payment(self.dispenser, address, amount))
    }

    /// Signs with this key, too, from now on; returns its account.
    pub fn add_key(&mut self, key: SigningKey) -> Address {
        let address = key.address();
        self.keys.insert(address, key);
        address
    }

    /// The key of an account that the network funded or was given the key of.
    pub fn key(&self, address: Address) -> Option<&SigningKey> {
        self.keys.get(&address)
    }
}

/// Transactions.
impl Devnet {
    /// Sends a transaction, completed and signed, and confirms it in a block.
    ///
    /// ```
    /// # use pnp_devnet::Devnet;
    /// # use pnp_types::{MicroAlgos, Transaction};
    /// let program = |source| pnp_teal::assemble(source, Default::default()).unwrap().bytes;
    /// let approval = program("#pragma version 11\nbyte \"hello\"; log; int 1");
    /// let clear = program("#pragma version 11\nint 1");
    ///
    /// let mut net = Devnet::new();
    /// let alice = net.fund(MicroAlgos::algos(1));
    /// let app = net.call(Transaction::app_create(alice, approval, clear))?.created_app();
    /// let receipt = net.call(Transaction::app_call(alice, app))?;
    /// assert_eq!(receipt.logs().next(), Some(&b"hello"[..]));
    /// # Ok::<(), pnp_devnet::DevnetError>(())
    /// ```
    ///
    /// # Errors
    /// The ledger refuses it, or there is no key for its sender.
    pub fn call(&mut self, transaction: impl Into<Transaction>) -> Result<Receipt, DevnetError> {
        let mut receipts = self.send(&[transaction.into()])?;
        // A block has as many receipts as transactions.
        receipts.pop().ok_or(DevnetError::Group(pnp_types::GroupError::Size(0)))
    }

    /// Sends transactions as one group: all happen, or none.
    ///
    /// ```
    /// # use pnp_devnet::Devnet;
    /// # use pnp_types::{MicroAlgos, Transaction};
    /// let mut net = Devnet::new();
    /// let (alice, bob) = (net.fund(MicroAlgos::algos(10)), net.fund(MicroAlgos::algos(10)));
    /// let asset = net.call(Transaction::asset_create(alice, 1000, 0).name("Play"))?.created_asset();
    /// net.send(&[
    ///     Transaction::asset_opt_in(bob, asset).build(),
    ///     Transaction::payment(bob, alice, MicroAlgos::algos(2)).build(),
    ///     Transaction::asset_transfer(alice, bob, asset, 25).build(),
    /// ])?;
    /// assert_eq!(net.asset_balance(bob, asset), Some(25));
    /// # Ok::<(), pnp_devnet::DevnetError>(())
    /// ```
    ///
    /// # Errors
    /// The ledger refuses the group, its size is not allowed, or there is no key for one of its senders.
    pub fn send(&mut self, transactions: &[Transaction]) -> Result<Vec<Receipt>, DevnetError> {
        let group = self.complete(transactions)?;
        let signed = group.iter().map(|transaction| self.sign(transaction)).collect::<Result<Vec<_>, _>>()?;
        self.send_signed(&signed)
    }

    /// Sends a group as it is: by multisignature, by a program's signature, or on purpose wrong.
    ///
    /// # Errors
    /// The ledger refuses the group.
    pub fn send_signed(&mut self, group: &[SignedTransaction]) -> Result<Vec<Receipt>, DevnetError> {
        let committed = self.chain.propose(&[group.to_vec()], self.time())?;
        let round = committed.block.header.round;
        let applied = committed.applied.into_iter().flatten();
        Ok(group.iter().zip(applied).map(|(sent, effects)| Receipt { id: sent.id(), round, effects }).collect())
    }

    /// Transactions with what they do not say filled in: the validity, the network, and the group where there are
    /// several.
    ///
    /// # Errors
    /// There are none, or too many.
    pub fn complete(&self, transactions: &[Transaction]) -> Result<Vec<Transaction>, DevnetError> {
        let mut group = transactions.to_vec();
        let latest = self.round();
        for header in group.iter_mut().map(|transaction| &mut transaction.header) {
            if header.last_valid == Round::GENESIS {
                (header.first_valid, header.last_valid) = (latest, latest.saturating_add(1000));
            }
            if header.genesis_hash.is_zero() {
                header.genesis_hash = self.genesis_hash;
            }
        }
        if group.len() != 1 && group.iter().all(|transaction| transaction.header.group.is_zero()) {
            assign_group(&mut group)?;
        }
        Ok(group)
    }

    /// Signs a transaction with the key that signs for its sender now: its own, or the one it was rekeyed to.
    ///
    /// # Errors
    /// The network does not have the key.
    pub fn sign(&self, transaction: &Transaction) -> Result<SignedTransaction, DevnetError> {
        let sender = transaction.header.sender;
        let rekeyed_to = self.account(sender).record.auth_addr;
        let signer = if rekeyed_to == Address::ZERO { sender } else { rekeyed_to };
        let key = self.keys.get(&signer).ok_or(DevnetError::NoKey(signer))?;
        Ok(key.sign_transaction(transaction))
    }

    /// Runs a group as if it were sent now, and keeps nothing. It needs no keys. A group that fails is an answer, too.
    ///
    /// ```
    /// # use pnp_devnet::Devnet;
    /// # use pnp_types::{MicroAlgos, Transaction};
    /// let mut net = Devnet::new();
    /// let alice = net.fund(MicroAlgos::algos(1));
    /// let result = net.simulate(&[Transaction::payment(alice, alice, MicroAlgos::algos(5)).build()])?;
    /// assert!(result.failure_message.contains("overspend"), "{}", result.failure_message);
    /// # Ok::<(), pnp_devnet::DevnetError>(())
    /// ```
    ///
    /// # Errors
    /// The transactions cannot be a group.
    pub fn simulate(&self, transactions: &[Transaction]) -> Result<GroupResult, DevnetError> {
        let group = self.complete(transactions)?;
        let request = Request {
            groups: vec![group.into_iter().map(SignedTransaction::from).collect()],
            allow_empty_signatures: true,
            fix_signers: true,
            ..Request::default()
        };
        Ok(self.chain.simulate(&request)?.groups.pop().unwrap_or_default())
    }
}

/// State.
impl Devnet {
    /// What an account has; nothing if there is no such account.
    pub fn balance(&self, address: Address) -> MicroAlgos {
        self.account(address).record.balance
    }

    /// An account. An address that never received anything is an empty account.
    pub fn account(&self, address: Address) -> Account {
        in_memory_result(self.view().account(&address))
    }

    /// How many base units of an asset an account holds; `None` if it did not opt in.
    pub fn asset_balance(&self, address: Address, asset: AssetIndex) -> Option<u64> {
        in_memory_result(self.view().holding(&address, asset)).map(|holding| holding.amount)
    }

    /// A value of an application's global state.
    ///
    /// ```
    /// # use pnp_devnet::Devnet;
    /// # use pnp_types::{MicroAlgos, StateSchema, TealValue, Transaction};
    /// # let program = |source| pnp_teal::assemble(source, Default::default()).unwrap().bytes;
    /// let approval = program("#pragma version 11\nbyte \"answer\"; int 42; app_global_put; int 1");
    /// # let clear = program("#pragma version 11\nint 1");
    /// let mut net = Devnet::new();
    /// let alice = net.fund(MicroAlgos::algos(1));
    /// let creation = Transaction::app_create(alice, approval, clear).global_schema(StateSchema { uints: 1, byte_slices: 0 });
    /// let app = net.call(creation)?.created_app();
    /// assert_eq!(net.global(app, "answer"), Some(TealValue::Uint(42)));
    /// # Ok::<(), pnp_devnet::DevnetError>(())
    /// ```
    pub fn global(&self, app: AppIndex, key: impl AsRef<[u8]>) -> Option<TealValue> {
        let (_, params) = in_memory_result(self.view().app(app))?;
        value(params.global_state, key.as_ref())
    }

    /// A value of an account's local state in an application.
    pub fn local(&self, address: Address, app: AppIndex, key: impl AsRef<[u8]>) -> Option<TealValue> {
        value(in_memory_result(self.view().local(&address, app))?.key_values, key.as_ref())
    }

    /// The value of an application's box.
    pub fn box_value(&self, app: AppIndex, name: impl AsRef<[u8]>) -> Option<Arc<[u8]>> {
        in_memory_result(self.view().box_value(app, name.as_ref()))
    }

    /// Everything else of the state after the latest block.
    pub fn view(&self) -> View<'_> {
        View::new(&self.chain, self.chain.latest_header(), self.chain.params())
    }
}

/// Blocks and time.
impl Devnet {
    /// The latest round.
    pub fn round(&self) -> Round {
        self.chain.latest()
    }

    /// The block of a round; `None` for one to come.
    pub fn block(&self, round: Round) -> Option<Block> {
        in_memory_result(self.chain.block(round))
    }

    /// The time of the latest block, in seconds since 1970: what a program sees as `LatestTimestamp`.
    pub fn time(&self) -> i64 {
        self.chain.latest_header().timestamp
    }

    /// Makes a block at that time, which is the time of all blocks from then on.
    ///
    /// # Errors
    /// It is before the latest block's.
    pub fn set_time(&mut self, timestamp: i64) -> Result<(), DevnetError> {
        let latest = self.time();
        if timestamp < latest {
            return Err(DevnetError::Time { wanted: timestamp, latest });
        }
        self.chain.propose(&[], timestamp)?;
        Ok(())
    }

    /// Lets full seconds pass.
    ///
    /// ```
    /// # use pnp_devnet::Devnet;
    /// # use std::time::Duration;
    /// let mut net = Devnet::new();
    /// let before = net.time();
    /// net.advance(Duration::from_secs(3600));
    /// assert_eq!(net.time(), before + 3600);
    /// ```
    pub fn advance(&mut self, duration: Duration) {
        let seconds = i64::try_from(duration.as_secs()).unwrap_or(i64::MAX);
        in_memory_result(self.set_time(self.time().saturating_add(seconds)));
    }

    /// Makes blocks without transactions.
    pub fn advance_rounds(&mut self, rounds: u64) {
        for _ in 0..rounds {
            in_memory_result(self.set_time(self.time()));
        }
    }

    /// The network as it is now, to come back to.
    ///
    /// ```
    /// # use pnp_devnet::Devnet;
    /// # use pnp_types::{MicroAlgos, Transaction};
    /// let mut net = Devnet::new();
    /// let alice = net.fund(MicroAlgos::algos(10));
    /// let before = net.snapshot();
    /// net.call(Transaction::payment(alice, alice, MicroAlgos::algos(1)).note("spends a fee"))?;
    /// net.revert(before)?;
    /// assert_eq!(net.balance(alice), MicroAlgos::algos(10));
    /// # Ok::<(), pnp_devnet::DevnetError>(())
    /// ```
    pub fn snapshot(&self) -> Snapshot {
        let header = self.chain.latest_header();
        Snapshot { round: header.round, hash: header.hash() }
    }

    /// Takes back every block after a snapshot. Keys are kept; the snapshot can be used again.
    ///
    /// # Errors
    /// The snapshot is of blocks that were removed themselves, or of another network.
    pub fn revert(&mut self, snapshot: Snapshot) -> Result<(), DevnetError> {
        let header = in_memory_result(self.chain.header(snapshot.round));
        if header.is_none_or(|header| header.hash() != snapshot.hash) {
            return Err(DevnetError::Snapshot(snapshot.round));
        }
        Ok(self.chain.revert_to(snapshot.round)?)
    }

    /// The ledger under the network, for what this type does not say.
    pub const fn chain(&self) -> &Chain {
        &self.chain
    }
}

fn value(state: TealKeyValue, key: &[u8]) -> Option<TealValue> {
    state.0.into_iter().find(|(name, _)| name.as_bytes() == key).map(|(_, value)| value)
}

/// The value of an operation that fails only through a bug in this crate, or through the argument its docs name.
#[track_caller]
#[expect(
    clippy::panic,
    reason = "a ledger in memory does not fail, and tests should not have to handle an error of it"
)]
fn in_memory_result<T>(outcome: Result<T, impl Display>) -> T {
    match outcome {
        Ok(value) => value,
        Err(error) => panic!("{error}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pnp_types::StateSchema;

    fn program(source: &str) -> Vec<u8> {
        pnp_teal::assemble(source, Default::default()).unwrap().bytes
    }

    const YES: &str = "#pragma version 11\nint 1";

    #[test]
    fn what_happens_in_a_test_happens_the_same_in_the_next() {
        let story = || {
            let mut net = Devnet::new();
            let alice = net.fund(MicroAlgos::algos(10));
            let sent = net.call(Transaction::payment(alice, Address([7; 32]), MicroAlgos::algos(1))).unwrap();
            (sent, net.snapshot())
        };
        assert_eq!(story(), story());
    }

    #[test]
    fn the_same_transaction_can_be_sent_again() {
        let mut net = Devnet::new();
        let alice = net.fund(MicroAlgos::algos(10));
        let payment = Transaction::payment(alice, alice, MicroAlgos(1)).build();
        net.call(payment.clone()).unwrap();
        net.call(payment).unwrap();
        assert_eq!(net.balance(alice), MicroAlgos(9_998_000));
    }

    #[test]
    fn a_refusal_has_algods_words_and_the_place_in_the_program() {
        let mut net = Devnet::new();
        let alice = net.fund(MicroAlgos::algos(10));
        let before = net.snapshot();
        let refusal =
            net.call(Transaction::app_create(alice, program("#pragma version 11\nint 0\nassert\nint 1"), program(YES)));
        let refusal = refusal.unwrap_err();
        assert!(refusal.to_string().contains("logic eval error: assert failed pc=3"), "{refusal}");
        assert!(refusal.to_string().ends_with("opcodes=pushint 0; assert"), "{refusal}");
        assert_eq!(refusal.refusal().unwrap().index(), Some(0));
        assert_eq!(net.snapshot(), before);
    }

    #[test]
    fn state_of_every_kind_can_be_read() {
        let mut net = Devnet::new();
        let alice = net.fund(MicroAlgos::algos(10));
        let approval = "#pragma version 11
            txn ApplicationID; bz yes
            txn OnCompletion; int OptIn; ==; bz boxes
            txn Sender; byte \"l\"; int 5; app_local_put
            b yes
            boxes: byte \"b\"; byte \"content\"; box_put
            yes: byte \"g\"; byte \"v\"; app_global_put; int 1";
        let creation = Transaction::app_create(alice, program(approval), program(YES))
            .global_schema(StateSchema { uints: 0, byte_slices: 1 })
            .local_schema(StateSchema { uints: 1, byte_slices: 0 });
        let app = net.call(creation).unwrap().created_app();
        net.call(Transaction::app_opt_in(alice, app)).unwrap();
        net.fund_address(Address::of_application(app), MicroAlgos::algos(1)).unwrap();
        net.call(Transaction::app_call(alice, app).box_name("b")).unwrap();
        assert_eq!(net.global(app, "g"), Some(TealValue::Bytes("v".into())));
        assert_eq!(net.local(alice, app, "l"), Some(TealValue::Uint(5)));
        assert_eq!(net.box_value(app, "b").as_deref(), Some(&b"content"[..]));
        assert_eq!((net.global(app, "x"), net.local(alice, app, "x"), net.box_value(app, "x")), (None, None, None));
        assert_eq!((net.global(AppIndex(99), "g"), net.asset_balance(alice, AssetIndex(99))), (None, None));
    }

    #[test]
    fn a_rekeyed_account_is_signed_for_by_its_new_key() {
        let mut net = Devnet::new();
        let (alice, bob) = (net.fund(MicroAlgos::algos(10)), net.fund(MicroAlgos::algos(10)));
        net.call(Transaction::payment(alice, alice, MicroAlgos::ZERO).rekey_to(bob)).unwrap();
        net.call(Transaction::payment(alice, bob, MicroAlgos::algos(1))).unwrap();
        let stranger = Address([9; 32]);
        net.call(Transaction::payment(alice, alice, MicroAlgos::ZERO).rekey_to(stranger)).unwrap();
        let refusal = net.call(Transaction::payment(alice, bob, MicroAlgos::algos(1))).unwrap_err();
        assert!(matches!(refusal, DevnetError::NoKey(missing) if missing == stranger));
    }

    #[test]
    fn programs_see_the_time_that_was_set_and_time_does_not_go_back() {
        let mut net = Devnet::new();
        let alice = net.fund(MicroAlgos::algos(10));
        net.set_time(GENESIS_TIME + 1000).unwrap();
        let source = format!("#pragma version 11\nglobal LatestTimestamp; int {}; ==", GENESIS_TIME + 1000);
        net.call(Transaction::app_create(alice, program(&source), program(YES))).unwrap();
        assert!(matches!(net.set_time(GENESIS_TIME), Err(DevnetError::Time { .. })));
        let round = net.round();
        net.advance_rounds(3);
        assert_eq!((net.round(), net.time()), (round.saturating_add(3), GENESIS_TIME + 1000));
        assert_eq!(net.block(round.next()).unwrap().header.round, round.next());
        assert!(net.block(round.saturating_add(4)).is_none());
    }

    #[test]
    fn a_snapshot_of_blocks_that_are_gone_is_refused() {
        let mut net = Devnet::new();
        let early = net.snapshot();
        let alice = net.fund(MicroAlgos::algos(10));
        let late = net.snapshot();
        net.revert(early).unwrap();
        assert_eq!(net.balance(alice), MicroAlgos::ZERO);
        assert!(matches!(net.revert(late), Err(DevnetError::Snapshot(Round(1)))));
        net.advance_rounds(2);
        assert!(matches!(net.revert(late), Err(DevnetError::Snapshot(Round(1)))));
        net.revert(early).unwrap();
    }

    #[test]
    fn simulation_keeps_nothing_and_needs_no_key() {
        let mut net = Devnet::new();
        let alice = net.fund(MicroAlgos::algos(10));
        let before = net.snapshot();
        let result = net.simulate(&[Transaction::payment(alice, Address([9; 32]), MicroAlgos::algos(1)).build()]);
        assert_eq!(result.unwrap().failure_message, "");
        assert_eq!(net.snapshot(), before);
        assert!(matches!(net.send(&[]), Err(DevnetError::Group(_))));
    }
}
