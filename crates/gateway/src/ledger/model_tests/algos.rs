//! The third book: what each row of its table says, against what the groups that are really sent move.

use crate::chain::AlgoPosting;
use crate::chain::groups::{OpLabel, Order, Parties, algo_posting, build};
use pnp_client::SuggestedParams;
use pnp_types::{Address, AppIndex, AssetIndex, Digest, MicroAlgos, Round};
use pnp_usage::{BasisPoints, Bill, Split, Units};
use proptest::prelude::*;

const WALLET: Address = Address([1; 32]);
const PARTIES: Parties = Parties { treasury: Address([2; 32]), asset: AssetIndex(7) };

/// Account, asset, contract with one byte slice.
const LOCKED: i64 = 100_000 + 100_000 + 100_000 + 25_000 + 25_000;

/// The rows of the table, in its order, by the fee of one transaction.
fn row(treasury: i64, wallet: i64, fees: i64, outside: i64) -> AlgoPosting {
    AlgoPosting { treasury, wallet, fees, outside }
}

fn wallet_made(min_fee: i64) -> AlgoPosting {
    let fees = 4 * min_fee;
    row(-(370_000 + fees), 370_000, fees, 0)
}

fn refilled(q: i64, min_fee: i64) -> AlgoPosting {
    row(-(q + min_fee), q, min_fee, 0)
}

fn delivered(min_fee: i64) -> AlgoPosting {
    row(-min_fee, 0, min_fee, 0)
}

/// A bill is three transactions, a return and a withdrawal are one.
fn paid_by_wallet(transactions: i64, min_fee: i64) -> AlgoPosting {
    let fees = transactions * min_fee;
    row(0, -fees, fees, 0)
}

fn joined(min_fee: i64) -> AlgoPosting {
    let fees = 2 * min_fee;
    row(-(150_000 + fees), 150_000, fees, 0)
}

/// One transaction to leave each contract, one for the holding, one for the account.
fn closed(contracts: i64, r: i64, min_fee: i64) -> AlgoPosting {
    let fees = (contracts + 2) * min_fee;
    row(r - fees, -r, fees, 0)
}

#[test]
fn a_new_wallet_has_six_bills_beyond_what_is_locked() {
    assert_eq!(wallet_made(1_000).wallet - LOCKED, 20_000);
    assert_eq!((wallet_made(1_000).wallet - LOCKED) / -paid_by_wallet(3, 1_000).wallet, 6);
}

fn bill() -> Bill {
    Bill {
        user: WALLET,
        app: AppIndex(9),
        asset: PARTIES.asset,
        provider: Address([3; 32]),
        platform: Address([4; 32]),
        tick: "tick_1".parse().unwrap(),
        units: Units(10),
        unit_price: 2,
        split: Split::of(Units(10), 2, BasisPoints(500)).unwrap(),
    }
}

proptest! {
    /// A wallet's whole life: each group moves what its row says, and nothing is made or lost.
    #[test]
    fn groups_move_what_the_table_says(
        min_fee in prop::sample::select(vec![1_000_i64, 1_001, 5_000]),
        steps in prop::collection::vec((0..7_u8, 1..1_000_000_i64), 0..60),
    ) {
        let params = SuggestedParams {
            fee_per_byte: 0,
            min_fee: MicroAlgos(u64::try_from(min_fee).unwrap()),
            genesis_id: "dockernet-v1".to_owned(),
            genesis_hash: Digest([9; 32]),
            last_round: Round(100),
            consensus: String::new(),
        };
        let moved = |order: &Order, known: i64| {
            let group = build(order, PARTIES, &OpLabel::of("stl_0000000000007"), 1_000, &params).unwrap();
            algo_posting(&group, PARTIES, WALLET, known).unwrap()
        };
        let mut sum = AlgoPosting::default();
        let mut add = |posting: AlgoPosting| {
            assert_eq!(posting.treasury + posting.wallet + posting.fees + posting.outside, 0);
            sum.treasury += posting.treasury;
            sum.wallet += posting.wallet;
            sum.fees += posting.fees;
            sum.outside += posting.outside;
            sum.wallet
        };
        let made = moved(&Order::Create { wallet: WALLET, app: AppIndex(9), amount: 5 }, 0);
        prop_assert_eq!(made, wallet_made(min_fee));
        let mut wallet = add(made);
        let mut apps = vec![AppIndex(9)];
        for (step, amount) in steps {
            let units = u64::try_from(amount).unwrap();
            let (order, expected) = match step {
                0 => (Order::Deliver { wallet: WALLET, amount: units }, delivered(min_fee)),
                1 => (Order::Bill(bill()), paid_by_wallet(3, min_fee)),
                2 => (
                    Order::Withdraw { wallet: WALLET, destination: Address([8; 32]), amount: units },
                    paid_by_wallet(1, min_fee),
                ),
                3 => (Order::Return { wallet: WALLET, amount: units }, paid_by_wallet(1, min_fee)),
                4 => (Order::Refill { wallet: WALLET, algos: MicroAlgos(units) }, refilled(amount, min_fee)),
                5 if apps.len() < 8 => {
                    let app = AppIndex(10 + apps.len() as u64);
                    apps.push(app);
                    (Order::Join { wallet: WALLET, app }, joined(min_fee))
                }
                // A stranger sends Algos.
                _ => {
                    wallet = add(row(0, amount, 0, -amount));
                    continue;
                }
            };
            // The network refuses what it would take from the minimum.
            let locked = LOCKED + 150_000 * (apps.len() as i64 - 1);
            if expected.wallet < 0 && wallet + expected.wallet < locked {
                continue;
            }
            let posting = moved(&order, wallet);
            prop_assert_eq!(posting, expected);
            wallet = add(posting);
        }
        let close = moved(&Order::Close { wallet: WALLET, apps: apps.clone() }, wallet);
        prop_assert_eq!(close, closed(apps.len() as i64, wallet, min_fee));
        prop_assert_eq!(add(close), 0, "a closed account has nothing");
    }
}
