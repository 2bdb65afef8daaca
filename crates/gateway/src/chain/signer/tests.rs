use super::*;
use crate::chain::testing::{self, Keys};
use pnp_types::{AssetIndex, Digest, MicroAlgos, OnCompletion, Round, TransactionType, assign_group};
use pnp_usage::{Bill, Split};
use proptest::prelude::*;

const NUMBER: u64 = 3;

fn parties() -> Parties {
    Parties { treasury: Keys.treasury().unwrap().address(), asset: AssetIndex(7) }
}

fn signer(caps: Caps) -> Signer<Keys> {
    let limits =
        ShapeLimits { genesis_hash: Digest([9; 32]), max_fee: MicroAlgos(4_000), max_refill: MicroAlgos(50_000) };
    let signer = Signer::new(Keys, parties(), limits, caps).unwrap();
    let bill = testing::bill();
    let verified = VerifiedContract { provider: bill.provider, platform: bill.platform, program: [0; 32] };
    signer.allow_contract(bill.app, verified);
    signer
}

fn orders() -> Vec<Order> {
    testing::orders_of(Keys.wallet(NUMBER).unwrap().address(), parties().asset)
}

fn mac(destination: Address, cents: u64) -> Vec<u8> {
    Keys::mac(&WithdrawalClaim { withdrawal: 5, wallet: 1, amount: Amount::cents(cents).unwrap(), destination })
}

fn sign(signer: &Signer<Keys>, order: &Order, group: &[Transaction]) -> Result<Vec<SignedTransaction>, SignError> {
    let label = testing::label();
    let mac = mac(Address([8; 32]), 500);
    let withdrawal = Some((5, mac.as_slice()));
    let request =
        SignRequest { op: testing::OP, label: &label, wallet: 1, key_number: NUMBER, order, withdrawal, now: 0 };
    signer.sign(&request, group)
}

#[test]
fn every_order_is_signed_by_the_keys_of_its_senders() {
    let signer = signer(Caps::NONE);
    for order in orders() {
        let group = testing::group_of(&order, parties());
        let signed = sign(&signer, &order, &group).unwrap();
        assert_eq!(signed.len(), group.len());
        for (signed, transaction) in signed.iter().zip(&group) {
            assert_eq!(&signed.transaction, transaction);
            let key = [Keys.treasury().unwrap(), Keys.wallet(NUMBER).unwrap()]
                .into_iter()
                .find(|key| key.address() == transaction.header.sender)
                .unwrap();
            assert_eq!(*signed, key.sign_transaction(transaction));
        }
    }
}

#[test]
fn contracts_receivers_and_splits_must_be_the_verified_ones() {
    let signer = signer(Caps::NONE);
    let Some(Order::Bill(bill)) = orders().into_iter().find(|order| matches!(order, Order::Bill(_))) else {
        panic!("no bill")
    };
    let thief = Address([66; 32]);
    let more = Split { gross: bill.split.gross, fee: bill.split.fee + 1, net: bill.split.net };
    for wrong in [
        Bill { app: AppIndex(10), ..bill.clone() },
        Bill { provider: thief, ..bill.clone() },
        Bill { platform: thief, ..bill.clone() },
        Bill { split: more, ..bill.clone() },
    ] {
        let order = Order::Bill(wrong);
        let group = testing::group_of(&order, parties());
        assert!(matches!(sign(&signer, &order, &group), Err(SignError::Contract(_))), "{order:?}");
    }
    let order = Order::Bill(Bill { asset: AssetIndex(8), ..bill.clone() });
    let group = testing::group_of(&order, parties());
    assert!(matches!(sign(&signer, &order, &group), Err(SignError::Shape(_))), "another asset than PLY");
    for order in [
        Order::Create { wallet: bill.user, app: AppIndex(10), amount: 1 },
        Order::Join { wallet: bill.user, app: AppIndex(10) },
    ] {
        let group = testing::group_of(&order, parties());
        assert!(matches!(sign(&signer, &order, &group), Err(SignError::Contract(_))));
    }
}

#[test]
fn a_withdrawal_needs_the_proof_of_its_very_amount_and_destination() {
    let signer = signer(Caps::NONE);
    let wallet = Keys.wallet(NUMBER).unwrap().address();
    let destination = Address([8; 32]);
    for (to, amount) in [(Address([66; 32]), 500), (destination, 501), (destination, 500)] {
        let order = Order::Withdraw { wallet, destination: to, amount };
        let group = testing::group_of(&order, parties());
        let signed = sign(&signer, &order, &group);
        assert_eq!(signed.is_ok(), (to, amount) == (destination, 500));
        assert!(signed.is_ok() || matches!(signed, Err(SignError::NotAuthorized)));
    }
    let order = Order::Withdraw { wallet, destination, amount: 500 };
    let group = testing::group_of(&order, parties());
    let label = testing::label();
    let request =
        SignRequest { op: 1, label: &label, wallet: 1, key_number: NUMBER, order: &order, withdrawal: None, now: 0 };
    assert!(matches!(signer.sign(&request, &group), Err(SignError::NotAuthorized)));
    let mac = mac(destination, 500);
    let others = SignRequest { wallet: 2, withdrawal: Some((5, &mac)), ..request };
    assert!(matches!(signer.sign(&others, &group), Err(SignError::NotAuthorized)));
}

#[test]
fn another_wallets_key_and_another_treasury_sign_nothing() {
    let signer = signer(Caps::NONE);
    let order = Order::Return { wallet: Keys.wallet(4).unwrap().address(), amount: 5 };
    let group = testing::group_of(&order, parties());
    assert!(matches!(sign(&signer, &order, &group), Err(SignError::OtherWallet { .. })));
    let elsewhere = Parties { treasury: Address([66; 32]), ..parties() };
    assert!(matches!(Signer::new(Keys, elsewhere, *signer.limits(), Caps::NONE), Err(SignError::OtherWallet { .. })));
}

#[test]
fn caps_hold_for_a_day_and_attempts_of_one_operation_count_once() {
    let caps = Caps { bills: 30, deliveries: 600, withdrawals: 500, algos: 10_000 };
    let signer = signer(caps);
    let label = testing::label();
    let sign_at = |order: &Order, op: i64, now: i64| {
        let group = testing::group_of(order, parties());
        let mac = mac(Address([8; 32]), 500);
        let withdrawal = Some((5, mac.as_slice()));
        signer.sign(&SignRequest { op, label: &label, wallet: 1, key_number: NUMBER, order, withdrawal, now }, &group)
    };
    let order = |index: usize| orders().swap_remove(index);
    let cap = |signed: Result<_, SignError>| match signed {
        Err(SignError::Cap(reached)) => Some(reached.kind),
        Err(other) => panic!("{other}"),
        Ok(_) => None,
    };
    assert_eq!(cap(sign_at(&order(1), 1, 0)), None);
    assert_eq!(cap(sign_at(&order(1), 1, 0)), None, "another attempt of the same");
    assert_eq!(cap(sign_at(&order(1), 2, 0)), Some("deliveries"));
    assert_eq!(cap(sign_at(&order(3), 3, 0)), None);
    assert_eq!(cap(sign_at(&order(3), 4, 0)), Some("withdrawals"));
    assert_eq!(cap(sign_at(&order(2), 5, 0)), None);
    assert_eq!(cap(sign_at(&order(2), 6, 0)), Some("bills"));
    assert_eq!(cap(sign_at(&order(5), 7, 0)), Some("Algos"));
    assert_eq!(cap(sign_at(&order(5), 7, 86_400_000)), None, "the next day");
}

/// One way to change a transaction.
#[derive(Clone, Copy, Debug)]
enum Mutation {
    Sender,
    Receiver,
    Amount,
    Rekey,
    CloseTo,
    Clawback,
    Asset,
    App,
    OnCompletion,
    Args,
    ForeignAsset,
    Fee,
    Lease,
    Note,
    Network,
    Validity,
    Kind,
}

const MUTATIONS: [Mutation; 17] = [
    Mutation::Sender,
    Mutation::Receiver,
    Mutation::Amount,
    Mutation::Rekey,
    Mutation::CloseTo,
    Mutation::Clawback,
    Mutation::Asset,
    Mutation::App,
    Mutation::OnCompletion,
    Mutation::Args,
    Mutation::ForeignAsset,
    Mutation::Fee,
    Mutation::Lease,
    Mutation::Note,
    Mutation::Network,
    Mutation::Validity,
    Mutation::Kind,
];

fn mutate(transaction: &mut Transaction, mutation: Mutation, by: u8) {
    let account = Address([by % 100 + 100; 32]);
    let more = u64::from(by).max(1);
    let header = &mut transaction.header;
    let (payment, transfer) = (&mut transaction.payment, &mut transaction.asset_transfer);
    let call = &mut transaction.application_call;
    match mutation {
        Mutation::Sender => header.sender = account,
        Mutation::Receiver if transaction.kind == TransactionType::Payment => payment.receiver = account,
        Mutation::Receiver => transfer.receiver = account,
        Mutation::Amount if transaction.kind == TransactionType::Payment => payment.amount.0 += more,
        Mutation::Amount => transfer.amount += more,
        Mutation::Rekey => header.rekey_to = account,
        Mutation::CloseTo if transaction.kind == TransactionType::Payment => payment.close_remainder_to = account,
        Mutation::CloseTo => transfer.close_to = account,
        Mutation::Clawback => transfer.sender = account,
        Mutation::Asset => transfer.asset.0 += more,
        Mutation::App => call.application.0 += more,
        Mutation::OnCompletion => call.on_completion = OnCompletion(call.on_completion.0 + more),
        Mutation::Args => call.args.push(vec![by]),
        Mutation::ForeignAsset => call.foreign_assets.push(AssetIndex(more)),
        Mutation::Fee => header.fee.0 += 4_000 + more,
        Mutation::Lease => header.lease[0] ^= by.max(1),
        Mutation::Note => header.note.push(by),
        Mutation::Network => header.genesis_hash.0[0] ^= by.max(1),
        Mutation::Validity => header.last_valid = Round(header.last_valid.0 + 1000 + more),
        Mutation::Kind => transaction.kind = TransactionType::AssetFreeze,
    }
}

/// Gives a changed group the id that belongs to it, as a thief would.
fn regroup(group: &mut [Transaction]) {
    group.iter_mut().for_each(|one| one.header.group = Digest::ZERO);
    if group.len() > 1 {
        assign_group(group).unwrap();
    }
}

proptest! {
    #[test]
    fn no_changed_group_is_signed(
        order in 0usize..8, at in 0usize..4, mutation in 0..MUTATIONS.len(), by: u8, regroups: bool
    ) {
        let order = &orders()[order];
        let mut group = testing::group_of(order, parties());
        let at = at % group.len();
        mutate(&mut group[at], MUTATIONS[mutation], by);
        if regroups {
            regroup(&mut group);
        }
        prop_assert!(sign(&signer(Caps::NONE), order, &group).is_err(), "{:?}", MUTATIONS[mutation]);
    }

    #[test]
    fn no_group_with_more_fewer_or_moved_transactions_is_signed(order in 0usize..8, at in 0usize..4, other in 0usize..8) {
        let order = &orders()[order];
        let group = testing::group_of(order, parties());
        let at = at % group.len();
        let mut fewer = group.clone();
        fewer.remove(at);
        let mut more = group.clone();
        more.insert(at, testing::group_of(&orders()[other], parties()).swap_remove(0));
        let mut moved = group.clone();
        moved.rotate_left(1);
        for (mut changed, is_same) in [(fewer, false), (more, false), (moved, group.len() == 1)] {
            regroup(&mut changed);
            prop_assert_eq!(sign(&signer(Caps::NONE), order, &changed).is_ok(), is_same);
        }
        let mut ungrouped = group;
        ungrouped.iter_mut().for_each(|one| one.header.group = Digest([1; 32]));
        prop_assert!(sign(&signer(Caps::NONE), order, &ungrouped).is_err());
    }
}
