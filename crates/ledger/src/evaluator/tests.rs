//! Scenarios on a chain in memory: what groups do, what they may not, and that a refused one leaves no trace.

use super::*;
use crate::chain::Chain;
use crate::genesis::Genesis;
use crate::record::AccountRecord;
use crate::test_program::program;
use pnp_types::{
    Address, AppIndex, ApplicationCall, AssetIndex, Digest, OnCompletion, Round, SigningKey, StateSchema, Transaction,
    TransactionBuilder, TransactionFields, VotingData, assign_group,
};

fn approve() -> Vec<u8> {
    program(11, "int 1")
}

fn fail() -> Vec<u8> {
    program(11, "err")
}

fn put_global() -> Vec<u8> {
    program(11, "byte \"k\"; int 7; app_global_put; int 1")
}

/// Writes a local value of the sender, but not in the call that creates the application.
fn put_local() -> Vec<u8> {
    program(11, "txn ApplicationID; bz end; txn Sender; byte \"k\"; byte \"v\"; app_local_put; end: int 1")
}

fn pay_back() -> Vec<u8> {
    program(
        11,
        "itxn_begin; int pay; itxn_field TypeEnum; int 5000; itxn_field Amount; txn Sender; itxn_field Receiver
        itxn_submit; byte \"paid\"; log; int 1",
    )
}

fn make_box() -> Vec<u8> {
    program(11, "byte \"box\"; int 8; box_create; assert; int 1")
}

/// A network in memory and its rich account.
struct Net {
    chain: Chain,
    rich: SigningKey,
    serial: u64,
}

impl Net {
    fn new() -> Self {
        let rich = SigningKey::from_seed(&[1; 32]);
        let chain = Chain::in_memory(Genesis::development(rich.address(), 1_000)).unwrap();
        Self { chain, rich, serial: 0 }
    }

    /// The transaction, valid now and different from all others.
    fn complete<F: TransactionFields>(&mut self, builder: TransactionBuilder<F>) -> Transaction {
        self.serial += 1;
        let latest = self.chain.latest();
        let builder = builder.valid(latest, latest.saturating_add(100)).network("", self.chain.genesis().hash());
        builder.note(self.serial.to_be_bytes()).build()
    }

    fn pay(&mut self, from: &SigningKey, to: Address, amount: u64) -> Transaction {
        self.complete(Transaction::payment(from.address(), to, MicroAlgos(amount)))
    }

    fn call(&mut self, from: &SigningKey, call: ApplicationCall) -> Transaction {
        let mut transaction = self.complete(Transaction::app_call(from.address(), AppIndex(0)));
        transaction.application_call = call;
        transaction
    }

    /// Verifies, evaluates and commits one group in one block.
    fn submit(&mut self, group: &[SignedTransaction]) -> Result<Vec<ApplyData>, GroupError> {
        let previous = self.chain.latest_header().clone();
        let mut evaluator = Evaluator::start(&self.chain, &previous, previous.timestamp + 5).unwrap();
        evaluator.verify(group)?;
        let apply_data = evaluator.add_group(group)?;
        let EvaluatedBlock { block, delta, totals } = evaluator.finish().unwrap();
        self.chain.append(&block, &delta, totals).unwrap();
        Ok(apply_data)
    }

    fn one(&mut self, key: &SigningKey, transaction: &Transaction) -> Result<ApplyData, String> {
        let apply_data = self.submit(&[key.sign_transaction(transaction)]).map_err(|error| error.to_string())?;
        Ok(apply_data.into_iter().next().unwrap())
    }

    fn funded(&mut self, seed: u8, amount: u64) -> SigningKey {
        let (key, rich) = (SigningKey::from_seed(&[seed; 32]), self.rich());
        let payment = self.pay(&rich, key.address(), amount);
        self.one(&rich, &payment).unwrap();
        key
    }

    fn rich(&self) -> SigningKey {
        SigningKey::from_seed(&self.rich.seed())
    }

    fn account(&self, address: &Address) -> AccountRecord {
        let previous = self.chain.latest_header().clone();
        Evaluator::start(&self.chain, &previous, 0).unwrap().state().account(address).unwrap()
    }

    fn grouped(&mut self, mut transactions: Vec<Transaction>, keys: &[&SigningKey]) -> Vec<SignedTransaction> {
        assign_group(&mut transactions).unwrap();
        transactions.iter().zip(keys).map(|(transaction, key)| key.sign_transaction(transaction)).collect()
    }
}

fn creation(approval: &[u8], clear: &[u8]) -> ApplicationCall {
    ApplicationCall {
        approval_program: approval.to_vec(),
        clear_program: clear.to_vec(),
        global_schema: StateSchema { uints: 1, byte_slices: 0 },
        local_schema: StateSchema { uints: 0, byte_slices: 1 },
        ..ApplicationCall::default()
    }
}

fn to(application: AppIndex, on_completion: OnCompletion) -> ApplicationCall {
    ApplicationCall { application, on_completion, ..ApplicationCall::default() }
}

#[test]
fn payments_move_money_and_fees_and_close_accounts() {
    let mut net = Net::new();
    let a = net.funded(2, 1_000_000);
    let b = SigningKey::from_seed(&[3; 32]);
    let mut close = net.pay(&a, b.address(), 200_000);
    close.payment.close_remainder_to = net.rich.address();
    let apply_data = net.one(&a, &close).unwrap();
    assert_eq!(apply_data.closing_amount, MicroAlgos(799_000));
    assert_eq!(net.account(&a.address()), AccountRecord::default());
    assert_eq!(net.account(&b.address()).balance, MicroAlgos(200_000));
    let header = net.chain.latest_header();
    assert_eq!((header.round, header.txn_counter, header.fees_collected.0), (Round(2), 1002, 1_000));
}

#[test]
fn refusals_of_money_have_algods_words() {
    let mut net = Net::new();
    let a = net.funded(2, 1_000_000);
    let too_much = net.pay(&a, Address([9; 32]), 5_000_000);
    let text = net.one(&a, &too_much).unwrap_err();
    let zeros = |count: usize| vec!["0"; count].join(" ");
    assert_eq!(
        text,
        format!(
            "transaction {}: overspend (account {}, data {{AccountBaseData:{{Status:Offline MicroAlgos:999mA \
             RewardsBase:0 RewardedMicroAlgos:0.0A AuthAddr:{} IncentiveEligible:false TotalAppSchema:{{NumUint:0 \
             NumByteSlice:0}} TotalExtraAppPages:0 TotalAppParams:0 TotalAppLocalStates:0 TotalAssetParams:0 \
             TotalAssets:0 TotalBoxes:0 TotalBoxBytes:0 LastProposed:0 LastHeartbeat:0}} VotingData:{{VoteID:[{}] \
             SelectionID:[{}] StateProofID:[{}] VoteFirstValid:0 VoteLastValid:0 VoteKeyDilution:0}}}}, tried to spend \
             5A)",
            too_much.id(),
            a.address(),
            Address::ZERO,
            zeros(32),
            zeros(32),
            zeros(64)
        )
    );
    let below = net.pay(&a, Address([9; 32]), 950_000);
    assert_eq!(
        net.one(&a, &below).unwrap_err(),
        format!("transaction {}: account {} balance 49000 below min 100000 (0 assets)", below.id(), a.address())
    );
    let mut cheap = net.pay(&a, a.address(), 0);
    cheap.header.fee = MicroAlgos(999);
    assert_eq!(
        net.one(&a, &cheap).unwrap_err(),
        "txgroup with 999uA fees is less than 1mA (usage=1.000000 * base=1mA)"
    );
}

#[test]
fn a_transaction_happens_once_in_its_time_on_its_network() {
    let mut net = Net::new();
    let rich = net.rich();
    let payment = net.pay(&rich, rich.address(), 0);
    net.one(&rich, &payment).unwrap();
    assert_eq!(net.one(&rich, &payment).unwrap_err(), format!("transaction already in ledger: {}", payment.id()));

    let mut late = net.pay(&rich, rich.address(), 0);
    late.header.first_valid = Round(50);
    assert_eq!(net.one(&rich, &late).unwrap_err(), "txn dead: round 2 outside of 50--101");
    let mut foreign = net.pay(&rich, rich.address(), 0);
    foreign.header.genesis_hash = Digest([1; 32]);
    assert!(net.one(&rich, &foreign).unwrap_err().starts_with("tx.GenesisHash <"));
    foreign.header.genesis_hash = Digest::ZERO;
    assert_eq!(net.one(&rich, &foreign).unwrap_err(), "required tx.GenesisHash is missing");

    let mut leased = net.pay(&rich, rich.address(), 0);
    leased.header.lease = [7; 32];
    net.one(&rich, &leased).unwrap();
    let mut second = net.pay(&rich, rich.address(), 0);
    second.header.lease = [7; 32];
    let text = net.one(&rich, &second).unwrap_err();
    assert!(text.contains(" using an overlapping lease (sender, lease):("), "{text}");
}

#[test]
fn groups_are_whole_and_undone_as_a_whole() {
    let mut net = Net::new();
    let rich = net.rich();
    let b = SigningKey::from_seed(&[3; 32]);
    let good = net.pay(&rich, b.address(), 300_000);
    let bad = net.pay(&b, rich.address(), 900_000);
    let group = net.grouped(vec![good, bad], &[&rich, &b]);
    assert!(net.submit(&group).unwrap_err().to_string().contains("overspend"));
    assert_eq!(net.account(&b.address()), AccountRecord::default());

    let text = net.submit(&group[..1]).unwrap_err().to_string();
    assert!(text.starts_with("transactionGroup: incomplete group: "), "{text}");
    assert!(text.contains("({{} ["), "{text}");
    let alone = net.pay(&rich, b.address(), 1);
    let pair = [group[0].clone(), rich.sign_transaction(&alone)];
    assert!(net.submit(&pair).unwrap_err().to_string().starts_with("transactionGroup: inconsistent group values: "));
    let other = net.pay(&rich, b.address(), 2);
    let pair = [rich.sign_transaction(&alone), rich.sign_transaction(&other)];
    assert_eq!(
        net.submit(&pair).unwrap_err().to_string(),
        "transactionGroup: [0] had zero Group but was submitted in a group of 2"
    );

    // One pays for both.
    let mut first = net.pay(&rich, b.address(), 300_000);
    first.header.fee = MicroAlgos(2_000);
    let mut second = net.pay(&b, rich.address(), 0);
    second.header.fee = MicroAlgos::ZERO;
    let group = net.grouped(vec![first, second], &[&rich, &b]);
    net.submit(&group).unwrap();
    assert_eq!(net.account(&b.address()).balance, MicroAlgos(300_000));
}

#[test]
fn signatures_and_rekeying() {
    let mut net = Net::new();
    let a = net.funded(2, 1_000_000);
    let thief = SigningKey::from_seed(&[66; 32]);
    let payment = net.pay(&a, thief.address(), 100_000);
    let mut forged = a.sign_transaction(&payment);
    forged.sig.0[0] ^= 1;
    assert_eq!(net.submit(&[forged]).unwrap_err().to_string(), "At least one signature didn't pass verification");
    let unsigned = SignedTransaction::from(payment.clone());
    assert_eq!(
        net.submit(&[unsigned]).unwrap_err().to_string(),
        format!("transaction {} invalid : signedtxn has no sig", payment.id())
    );
    let text = net.one(&thief, &payment).unwrap_err();
    let (owner, other) = (a.address(), thief.address());
    assert_eq!(
        text,
        format!(
            "transaction {}: should have been authorized by {owner} but was actually authorized by {other}",
            payment.id()
        )
    );

    let mut rekey = net.pay(&a, a.address(), 0);
    rekey.header.rekey_to = thief.address();
    net.one(&a, &rekey).unwrap();
    net.one(&thief, &payment).unwrap();
    let mut back = net.pay(&a, a.address(), 0);
    back.header.rekey_to = a.address();
    net.one(&thief, &back).unwrap();
    assert_eq!(net.account(&a.address()).auth_addr, Address::ZERO);
}

#[test]
fn assets_from_creation_to_close_out() {
    let mut net = Net::new();
    let (a, b) = (net.funded(2, 10_000_000), net.funded(3, 10_000_000));
    let create = Transaction::asset_create(a.address(), 1_000, 0).manager(a.address()).freeze(a.address());
    let create = net.complete(create.clawback(a.address()));
    let id = net.one(&a, &create).unwrap().config_asset;
    assert_eq!(id, AssetIndex(1003), "the chain's third transaction after the first thousand");

    let transfer = |net: &mut Net, from: &SigningKey, receiver: Address, amount| {
        net.complete(Transaction::asset_transfer(from.address(), receiver, id, amount))
    };
    let early = transfer(&mut net, &a, b.address(), 10);
    assert_eq!(
        net.one(&a, &early).unwrap_err(),
        format!("transaction {}: receiver error: must optin, asset {id} missing from {}", early.id(), b.address())
    );
    let opt_in = transfer(&mut net, &b, b.address(), 0);
    net.one(&b, &opt_in).unwrap();
    net.one(&a, &early).unwrap();
    let over = transfer(&mut net, &b, a.address(), 11);
    assert_eq!(
        net.one(&b, &over).unwrap_err(),
        format!("transaction {}: underflow on subtracting 11 from sender amount 10", over.id())
    );

    let freeze = net.complete(Transaction::asset_freeze(a.address(), b.address(), id, true));
    net.one(&a, &freeze).unwrap();
    let frozen = transfer(&mut net, &b, a.address(), 1);
    assert_eq!(
        net.one(&b, &frozen).unwrap_err(),
        format!("transaction {}: asset {id} frozen in {}", frozen.id(), b.address())
    );
    let clawback = Transaction::asset_transfer(a.address(), a.address(), id, 4).clawback_from(b.address());
    let clawback = net.complete(clawback);
    net.one(&a, &clawback).unwrap();

    let destroy = net.complete(Transaction::asset_destroy(a.address(), id));
    assert!(net.one(&a, &destroy).unwrap_err().ends_with("cannot destroy asset: creator is holding only 994/1000"));
    // To the creator, a frozen holding may close.
    let close = Transaction::asset_transfer(b.address(), a.address(), id, 0).close_to(a.address());
    let close = net.complete(close);
    assert_eq!(net.one(&b, &close).unwrap().asset_closing_amount, 6);
    assert_eq!(net.account(&b.address()).total_assets, 0);
    net.one(&a, &destroy).unwrap();
    let account = net.account(&a.address());
    assert_eq!((account.total_assets, account.total_assets_created), (0, 0));
}

#[test]
fn applications_are_created_joined_left_and_deleted() {
    let mut net = Net::new();
    let a = net.funded(2, 10_000_000);
    let create = net.call(&a, creation(&put_local(), &fail()));
    let app = net.one(&a, &create).unwrap().application;
    assert_eq!(app, AppIndex(1002));
    let account = net.account(&a.address());
    assert_eq!((account.total_apps_created, account.total_app_schema.uints), (1, 1));

    let call = net.call(&a, to(app, OnCompletion::NoOp));
    let text = net.one(&a, &call).unwrap_err();
    assert!(
        text.contains(&format!("logic eval error: cannot fetch key, {} has not opted in to app {app}", a.address())),
        "{text}"
    );
    assert!(text.contains(&format!(". Details: app={app}, pc=14")), "{text}");

    let join = net.call(&a, to(app, OnCompletion::OptIn));
    let apply_data = net.one(&a, &join).unwrap();
    assert_eq!(apply_data.eval_delta.local_deltas[&0].0.len(), 1);
    assert_eq!(net.account(&a.address()).total_app_schema, StateSchema { uints: 1, byte_slices: 1 });
    let again = net.call(&a, to(app, OnCompletion::OptIn));
    assert_eq!(
        net.one(&a, &again).unwrap_err(),
        format!("transaction {}: account {} has already opted in to app {app}", again.id(), a.address())
    );
    // The clear program fails, and the account leaves anyway.
    let clear = net.call(&a, to(app, OnCompletion::ClearState));
    net.one(&a, &clear).unwrap();
    assert_eq!(net.account(&a.address()).total_apps_opted_in, 0);

    let delete = net.call(&a, to(app, OnCompletion::DeleteApplication));
    assert!(net.one(&a, &delete).is_err(), "the program writes local state first");
    let join = net.call(&a, to(app, OnCompletion::OptIn));
    net.one(&a, &join).unwrap();
    let delete = net.call(&a, to(app, OnCompletion::DeleteApplication));
    net.one(&a, &delete).unwrap();
    let gone = net.call(&a, to(app, OnCompletion::NoOp));
    assert_eq!(
        net.one(&a, &gone).unwrap_err(),
        format!(
            "transaction {}: only ClearState is supported for an application ({app}) that does not exist",
            gone.id()
        )
    );
    // Local state outlives its application, and is given back by clearing.
    let clear = net.call(&a, to(app, OnCompletion::ClearState));
    net.one(&a, &clear).unwrap();
    let account = net.account(&a.address());
    assert_eq!((account.total_app_schema, account.total_apps_created), (StateSchema::default(), 0));
}

#[test]
fn schemas_limit_state_and_updates_may_resize_them() {
    let mut net = Net::new();
    let (a, b) = (net.funded(2, 10_000_000), net.funded(3, 10_000_000));
    let small = ApplicationCall { global_schema: StateSchema::default(), ..creation(&approve(), &approve()) };
    let create = net.call(&a, small);
    let app = net.one(&a, &create).unwrap().application;
    let update = |schema, program: &[u8]| ApplicationCall {
        approval_program: program.to_vec(),
        clear_program: approve(),
        global_schema: schema,
        ..to(app, OnCompletion::UpdateApplication)
    };
    let plain = net.call(&a, update(StateSchema::default(), &put_global()));
    net.one(&a, &plain).unwrap();
    let call = net.call(&a, to(app, OnCompletion::NoOp));
    let text = net.one(&a, &call).unwrap_err();
    assert!(text.contains("store integer count 1 exceeds schema integer count 0"), "{text}");
    // Nothing in the program refuses the update of a stranger, who now carries the size.
    let grow = net.call(&b, update(StateSchema { uints: 1, byte_slices: 2 }, &put_global()));
    assert!(net.one(&b, &grow).is_err(), "the program runs before it is replaced");
    let reset = ApplicationCall { global_schema: StateSchema::default(), ..creation(&approve(), &approve()) };
    let create = net.call(&a, reset);
    let app = net.one(&a, &create).unwrap().application;
    let mut grow = update(StateSchema { uints: 1, byte_slices: 2 }, &put_global());
    grow.application = app;
    let grow = net.call(&b, grow);
    net.one(&b, &grow).unwrap();
    assert_eq!(net.account(&b.address()).total_app_schema, StateSchema { uints: 1, byte_slices: 2 });
    let call = net.call(&a, to(app, OnCompletion::NoOp));
    let apply_data = net.one(&a, &call).unwrap();
    assert_eq!(apply_data.eval_delta.global_delta.0.len(), 1);
    let shrink = ApplicationCall { application: app, extra_pages: 1, ..update(StateSchema::default(), &approve()) };
    let shrink = net.call(&a, shrink);
    assert!(
        net.one(&a, &shrink)
            .unwrap_err()
            .ends_with("unable to change global schema: store integer count 1 exceeds schema integer count 0")
    );
}

#[test]
fn inner_transactions_pay_with_the_groups_fees_and_are_recorded() {
    let mut net = Net::new();
    let a = net.funded(2, 10_000_000);
    let create = net.call(&a, creation(&approve(), &approve()));
    let app = net.one(&a, &create).unwrap().application;
    let update = net.call(
        &a,
        ApplicationCall {
            approval_program: pay_back(),
            clear_program: approve(),
            ..to(app, OnCompletion::UpdateApplication)
        },
    );
    net.one(&a, &update).unwrap();
    let rich = net.rich();
    let fund = net.pay(&rich, Address::of_application(app), 200_000);
    net.one(&rich, &fund).unwrap();

    let poor = net.call(&a, to(app, OnCompletion::NoOp));
    // The inner transaction's fee is the program's, so that the application pays it itself.
    let apply_data = net.one(&a, &poor).unwrap();
    assert_eq!(apply_data.eval_delta.logs.len(), 1);
    let inner = &apply_data.eval_delta.inner_txns[0].signed.transaction;
    assert_eq!((inner.payment.amount.0, inner.header.fee.0), (5_000, 1_000));
    let mut rich_call = net.call(&a, to(app, OnCompletion::NoOp));
    rich_call.header.fee = MicroAlgos(2_000);
    let apply_data = net.one(&a, &rich_call).unwrap();
    assert_eq!(apply_data.eval_delta.inner_txns[0].signed.transaction.header.fee, MicroAlgos::ZERO);
    assert_eq!(net.account(&Address::of_application(app)).balance, MicroAlgos(189_000));
    assert_eq!(net.chain.latest_header().txn_counter, 1000 + 8, "inner transactions count");
}

#[test]
fn boxes_raise_the_minimum_of_their_application() {
    let mut net = Net::new();
    let a = net.funded(2, 10_000_000);
    let create = net.call(&a, creation(&approve(), &approve()));
    let app = net.one(&a, &create).unwrap().application;
    let program = ApplicationCall {
        approval_program: make_box(),
        clear_program: approve(),
        ..to(app, OnCompletion::UpdateApplication)
    };
    let update = net.call(&a, program);
    net.one(&a, &update).unwrap();
    let mut call = to(app, OnCompletion::NoOp);
    call.boxes = vec![pnp_types::BoxRef { index: 0, name: b"box".to_vec() }];
    let unfunded = net.call(&a, call.clone());
    let address = Address::of_application(app);
    let text = net.one(&a, &unfunded).unwrap_err();
    assert!(text.ends_with(&format!("account {address} balance 0 below min 106900 (0 assets)")), "{text}");
    let rich = net.rich();
    let fund = net.pay(&rich, address, 106_900);
    net.one(&rich, &fund).unwrap();
    let call = net.call(&a, call);
    net.one(&a, &call).unwrap();
    let account = net.account(&address);
    assert_eq!((account.total_boxes, account.total_box_bytes), (1, 11));
}

#[test]
fn keys_of_accounts_go_online_and_expire() {
    let mut net = Net::new();
    let a = net.funded(2, 10_000_000);
    let voting = VotingData {
        vote_key: [1; 32],
        selection_key: [2; 32],
        state_proof_key: [3; 64],
        vote_last: Round(4),
        vote_key_dilution: 10,
        ..VotingData::default()
    };
    let online = net.complete(Transaction::go_online(a.address(), voting).fee(MicroAlgos::algos(2)));
    net.one(&a, &online).unwrap();
    let account = net.account(&a.address());
    assert_eq!(account.status, pnp_types::AccountStatus::Online);
    assert!(account.incentive_eligible);
    for _ in 0..3 {
        let payment = net.pay(&a, a.address(), 0);
        net.one(&a, &payment).unwrap();
    }
    assert_eq!(net.chain.latest(), Round(5));
    assert_eq!(net.chain.latest_header().participation_updates.expired, [a.address()]);
    assert_eq!(net.account(&a.address()).voting, Default::default());
}

#[test]
fn a_block_of_several_groups_commits_to_them_in_order() {
    let mut net = Net::new();
    let rich = net.rich();
    let payments: Vec<_> = (0..3).map(|n| net.pay(&rich, Address([n; 32]), 100_000)).collect();
    let previous = net.chain.latest_header().clone();
    let mut evaluator = Evaluator::start(&net.chain, &previous, 1_005).unwrap();
    for payment in &payments {
        evaluator.add_group(&[rich.sign_transaction(payment)]).unwrap();
    }
    let again = evaluator.add_group(&[rich.sign_transaction(&payments[1])]).unwrap_err();
    assert_eq!(again.to_string(), format!("transaction already in ledger: {}", payments[1].id()));
    let EvaluatedBlock { block, totals, .. } = evaluator.finish().unwrap();
    assert_eq!(block.payset.len(), 3);
    assert_eq!(block.header.commitments, block.commitments().unwrap());
    assert_eq!(totals.all(), net.chain.supply().all());
    assert!(block.header.load.0 > 0);
    assert_eq!(block.header.timestamp, 1_005);
}
