//! Users, the contract they pay, and books of what the blocks say was paid.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use pnp_client::{Algod, ClientError, Confirmation, RetryPolicy, SuggestedParams};
use pnp_devnet::LOCAL_TOKEN;
use pnp_ledger::DispenserKey;
use pnp_types::{Address, AppIndex, AssetIndex, Block, MicroAlgos, Round, SigningKey, Transaction, Txid, msgpack};
use pnp_usage::{BasisPoints, Bill, Creation, LocalState, Parameters, Programs, Split, Template, TickId, Units, calls};
use tokio::task::JoinSet;

const USERS: usize = 4;
const ALGO_EACH: MicroAlgos = MicroAlgos(1_000_000_000_000);
const PLY_EACH: u64 = 1_000_000_000_000;
const FEE_PCT: BasisPoints = BasisPoints(500);

/// A bill the node took.
#[derive(Debug, Clone)]
pub(super) struct Acknowledged {
    user: Address,
    tick: TickId,
    txid: Txid,
    /// The round it was confirmed in; none where the kill came between the node's two answers.
    round: Option<Round>,
}

impl Acknowledged {
    /// Whether the node also said in which round it is.
    pub(super) const fn is_confirmed(&self) -> bool {
        self.round.is_some()
    }
}

/// Users with money, and a contract.
pub(super) struct Market {
    app: AppIndex,
    asset: AssetIndex,
    provider: Address,
    platform: Address,
    users: Vec<Arc<SigningKey>>,
    /// The number of the next bill, never given twice: ticks rise over the whole run.
    next: Arc<AtomicU64>,
}

async fn send(
    algod: &Algod,
    transactions: Vec<Transaction>,
    params: &SuggestedParams,
    keys: &[&SigningKey],
) -> Result<Confirmation, ClientError> {
    let transactions = calls::set_fees_and_group(transactions, params).unwrap();
    let sign = |transaction: &Transaction| {
        let key = keys.iter().find(|key| key.address() == transaction.header.sender).unwrap();
        key.sign_transaction(transaction)
    };
    let signed: Vec<_> = transactions.iter().map(sign).collect();
    let txid = algod.submit(&signed).await?;
    algod.wait(txid, params.last_round.saturating_add(1000)).await
}

impl Market {
    /// Funds everyone, makes the asset and deploys the contract.
    pub(super) async fn open(algod: &Algod, folder: &Path) -> Self {
        let dispenser = SigningKey::from_seed(DispenserKey::load(folder).unwrap().unwrap().seed());
        let key = || SigningKey::generate().unwrap();
        let (creator, provider, platform) = (key(), key(), key());
        let users: Vec<_> = (0..USERS).map(|_| Arc::new(key())).collect();
        let everyone: Vec<&SigningKey> =
            [&dispenser, &creator, &provider, &platform].into_iter().chain(users.iter().map(AsRef::as_ref)).collect();
        let params = algod.suggested_params().await.unwrap();
        let pay = |key: &&SigningKey| calls::payment(dispenser.address(), key.address(), ALGO_EACH, &params);
        send(algod, everyone[1..].iter().map(pay).collect(), &params, &everyone).await.unwrap();
        let mint = Transaction::asset_create(creator.address(), PLY_EACH * USERS as u64, 2);
        let mint = calls::for_network(mint, &params);
        let asset = send(algod, vec![mint], &params, &everyone).await.unwrap().asset.unwrap();
        let programs = Programs::assemble(Template { ordered_ticks: true, ..Template::default() }).unwrap();
        let creation = Creation {
            provider: provider.address(),
            platform: platform.address(),
            parameters: Parameters::new(FEE_PCT, 1, 1000).unwrap(),
            asset: Some(asset),
        };
        let create = calls::create(creator.address(), &programs, &creation, &params);
        let app = send(algod, vec![create], &params, &everyone).await.unwrap().application.unwrap();
        let mut ready: Vec<_> =
            everyone[2..].iter().map(|key| calls::asset_opt_in(key.address(), asset, &params)).collect();
        for user in &users {
            ready.push(calls::opt_in(user.address(), app, &params));
            ready.push(calls::asset_transfer(creator.address(), user.address(), asset, PLY_EACH, &params));
        }
        send(algod, ready, &params, &everyone).await.unwrap();
        let (provider, platform) = (provider.address(), platform.address());
        Self { app, asset, provider, platform, users, next: Arc::new(AtomicU64::new(0)) }
    }

    /// Every user bills one tick after the other, all at once: `each` of them, or until the node is gone.
    pub(super) fn stream(&self, algod: &Algod, each: u64) -> Streams {
        let mut streams = JoinSet::new();
        for user in &self.users {
            let bill = Bill {
                user: user.address(),
                app: self.app,
                asset: self.asset,
                provider: self.provider,
                platform: self.platform,
                tick: TickId::new(*b"0").unwrap(),
                units: Units(1),
                unit_price: 1,
                split: Split::of(Units(1), 1, FEE_PCT).unwrap(),
            };
            streams.spawn(stream(algod.clone(), Arc::clone(user), bill, Arc::clone(&self.next), each));
        }
        Streams(streams)
    }
}

/// Users that bill.
pub(super) struct Streams(JoinSet<Vec<Acknowledged>>);

impl Streams {
    /// What was acknowledged until every user was done or the node was gone.
    pub(super) async fn finish(self) -> Vec<Acknowledged> {
        self.0.join_all().await.concat()
    }
}

async fn stream(
    algod: Algod,
    key: Arc<SigningKey>,
    mut bill: Bill,
    next: Arc<AtomicU64>,
    each: u64,
) -> Vec<Acknowledged> {
    // The usual half a minute of asking again would be most of the test.
    let algod = algod.with_retry(RetryPolicy::lasting(Duration::from_secs(3)));
    let mut acknowledged = Vec::new();
    let mut params = None;
    for sent in 0..each {
        // The last block a transaction may be in must not come too near, for all users move the chain on.
        if sent % 100 == 0 {
            params = algod.suggested_params().await.ok();
        }
        let Some(params) = &params else { break };
        let number = next.fetch_add(1, Ordering::Relaxed);
        bill.tick = TickId::new(format!("{number:016}")).unwrap();
        (bill.units, bill.unit_price) = (Units(number % 7 + 1), number % 1000 + 1);
        bill.split = Split::of(bill.units, bill.unit_price, FEE_PCT).unwrap();
        let mut transactions = bill.transactions(params).to_vec();
        // Notes of every length, so that the journal's laps end at ever other places.
        transactions[0].header.note = vec![b'.'; (number * 7919 % 1000) as usize];
        let transactions = calls::set_fees_and_group(transactions, params).unwrap();
        let signed: Vec<_> = transactions.iter().map(|transaction| key.sign_transaction(transaction)).collect();
        let txid = match algod.submit(&signed).await {
            Ok(txid) => txid,
            Err(ClientError::Rejected(refusal)) => panic!("a bill was refused: {refusal}"),
            // The node is gone; how that shows depends on where in its answer it was.
            Err(_) => break,
        };
        let round = match algod.outcome(txid, None).await {
            Ok(pnp_client::Outcome::InBlock(confirmation)) => Some(confirmation.round),
            _ => None,
        };
        acknowledged.push(Acknowledged { user: bill.user, tick: bill.tick.clone(), txid, round });
        if round.is_none() {
            break;
        }
    }
    acknowledged
}

/// What the blocks say, added up from the first one on.
pub(super) struct Books {
    app: AppIndex,
    asset: AssetIndex,
    /// The last round read.
    round: Round,
    /// Every bill, by the id of its call, and its round.
    bills: BTreeMap<Txid, Round>,
    /// Each user's newest tick.
    ticks: BTreeMap<Address, TickId>,
    /// What everyone has paid (-) and got (+) by bills.
    pub(super) paid: BTreeMap<Address, i128>,
    /// Every bill by user and tick: units and price.
    pub(super) billed: BTreeMap<(Address, Vec<u8>), (u64, u64)>,
}

impl Books {
    pub(super) fn new(market: &Market) -> Self {
        Self::of(market.app, market.asset)
    }

    /// Empty books of any contract with the fee of [`FEE_PCT`].
    pub(super) fn of(app: AppIndex, asset: AssetIndex) -> Self {
        let (bills, ticks, paid, billed) = <_>::default();
        Self { app, asset, round: Round::GENESIS, bills, ticks, paid, billed }
    }

    /// Reads the blocks that came since, over REST.
    pub(super) async fn read_on(&mut self, algod: &Algod) {
        let http = reqwest::Client::new();
        let latest = algod.suggested_params().await.unwrap().last_round;
        assert!(latest >= self.round, "the chain went back from round {} to {latest}", self.round);
        for round in self.round.next().through(latest) {
            let url = format!("{}/v2/blocks/{round}?format=msgpack", algod.url());
            let answer = http.get(url).header("X-Algo-API-Token", LOCAL_TOKEN).send().await.unwrap();
            assert_eq!(answer.status().as_u16(), 200, "round {round}");
            let bytes = answer.bytes().await.unwrap();
            // A map of two, `block` first: the certificate behind it says nothing here.
            let block: Block = msgpack::decode_prefix(bytes.strip_prefix(b"\x82\xa5block").unwrap()).unwrap().0;
            assert_eq!(block.round(), round);
            self.enter(&block);
        }
        self.round = latest;
    }

    fn enter(&mut self, block: &Block) {
        let sent: Vec<Transaction> =
            block.transactions().unwrap().into_iter().map(|one| one.signed.transaction).collect();
        let [call, net, fee] = sent.as_slice() else { return };
        let arguments = &call.application_call.args;
        if call.application_call.application != self.app || arguments.len() != 4 {
            return;
        }
        let number = |at: usize| u64::from_be_bytes(arguments[at].as_slice().try_into().unwrap());
        let split = Split::of(Units(number(1)), number(2), FEE_PCT).unwrap();
        let (net, fee) = (&net.asset_transfer, &fee.asset_transfer);
        assert_eq!((net.amount, fee.amount), (split.net, split.fee), "round {}", block.round());
        assert!(net.asset == self.asset && fee.asset == self.asset);
        let user = call.header.sender;
        for (who, amount) in [
            (user, -i128::from(split.gross)),
            (net.receiver, i128::from(net.amount)),
            (fee.receiver, i128::from(fee.amount)),
        ] {
            *self.paid.entry(who).or_default() += amount;
        }
        let twice = self.billed.insert((user, arguments[0].clone()), (number(1), number(2)));
        assert_eq!(twice, None, "round {}: a tick is billed twice", block.round());
        let tick = TickId::new(arguments[0].clone()).unwrap();
        assert!(self.ticks.get(&user).is_none_or(|last| *last < tick), "round {}: ticks rise", block.round());
        self.ticks.insert(user, tick);
        let twice = self.bills.insert(call.id(), block.round());
        assert_eq!(twice, None, "{} is in two blocks", call.id());
    }

    /// How many bills the blocks hold.
    pub(super) fn bills(&self) -> usize {
        self.bills.len()
    }

    /// Those that are in no block, or in another one than was said.
    pub(super) fn missing(&self, acknowledged: &[Acknowledged]) -> Vec<Acknowledged> {
        let kept = |bill: &&Acknowledged| match self.bills.get(&bill.txid) {
            Some(round) => bill.round.is_some_and(|said| said != *round),
            None => true,
        };
        acknowledged.iter().filter(kept).cloned().collect()
    }

    /// Holdings and last ticks are what the blocks' bills make of them, and every user's last tick has every acknowledged one.
    pub(super) async fn agree(&self, market: &Market, algod: &Algod, acknowledged: &[Acknowledged]) {
        let users = market.users.iter().map(|user| (user.address(), PLY_EACH));
        let mut sum = 0;
        for (who, start) in users.chain([(market.provider, 0), (market.platform, 0)]) {
            let held = algod.holding(who, self.asset).await.unwrap().unwrap().amount;
            let paid = self.paid.get(&who).copied().unwrap_or_default();
            assert_eq!(i128::from(held), i128::from(start) + paid, "the holding of {who}");
            sum += held;
        }
        assert_eq!(sum, PLY_EACH * USERS as u64, "no unit was made or lost");
        for user in &market.users {
            let user = user.address();
            let last = LocalState::fetch(algod, user, self.app).await.unwrap().unwrap().unwrap().last_tick;
            assert_eq!(last.as_ref(), self.ticks.get(&user), "the last tick of {user}");
            let newest = acknowledged.iter().filter(|bill| bill.user == user).map(|bill| &bill.tick).next_back();
            assert!(newest.is_none_or(|newest| last.as_ref().is_some_and(|last| last >= newest)), "tick of {user}");
        }
    }
}
