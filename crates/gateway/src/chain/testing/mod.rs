//! What the tests of this room share: orders, an in-memory store that keeps the laws, and a network in this process.

mod memory;
mod stage;

pub(super) use memory::{MemoryStore, Point};
pub(crate) use stage::{Keys, Stage};

use super::groups::{self, OpLabel, Order, Parties};
use crate::id::Kind;
use pnp_client::SuggestedParams;
use pnp_types::{Address, AppIndex, AssetIndex, Digest, MicroAlgos, Round, Transaction};
use pnp_usage::{BasisPoints, Bill, Split, Units};

pub(super) const WALLET: Address = Address([1; 32]);
pub(super) const PARTIES: Parties = Parties { treasury: Address([2; 32]), asset: AssetIndex(7) };
pub(super) const OP: i64 = 7;

pub(super) fn params() -> SuggestedParams {
    SuggestedParams {
        fee_per_byte: 0,
        min_fee: MicroAlgos(1000),
        genesis_id: "dockernet-v1".to_owned(),
        genesis_hash: Digest([9; 32]),
        last_round: Round(100),
        consensus: String::new(),
    }
}

pub(super) fn label() -> OpLabel {
    OpLabel::of(&Kind::ChainOp.text(OP))
}

pub(super) fn group_of(order: &Order, parties: Parties) -> Vec<Transaction> {
    groups::build(order, parties, &label(), 100, &params()).unwrap()
}

pub(super) fn group(order: &Order) -> Vec<Transaction> {
    group_of(order, PARTIES)
}

pub(super) fn bill() -> Bill {
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

/// One order of each kind, for this wallet.
pub(super) fn orders_of(wallet: Address, asset: AssetIndex) -> Vec<Order> {
    let app = AppIndex(9);
    vec![
        Order::Create { wallet, app, amount: 500 },
        Order::Deliver { wallet, amount: 500 },
        Order::Bill(Bill { user: wallet, asset, ..bill() }),
        Order::Withdraw { wallet, destination: Address([8; 32]), amount: 500 },
        Order::Return { wallet, amount: 500 },
        Order::Refill { wallet, algos: MicroAlgos(6_000) },
        Order::Join { wallet, app },
        Order::Close { wallet, apps: vec![app] },
    ]
}

pub(super) fn orders() -> Vec<Order> {
    orders_of(WALLET, PARTIES.asset)
}
