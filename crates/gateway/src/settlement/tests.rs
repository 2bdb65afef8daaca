//! The settler's books over a real store, with operations played by hand: every kind and every ending, and what waits.

use super::*;
use crate::amount::Price;
use crate::chain::{
    AttemptState, BillOp, BillPart, Cause, Consequence, ContractTerms, OpKind, OpState, WithdrawalOp, Work,
};
use crate::ledger::{
    Contract, ContractState, Partner, PartnerSettings, begin_withdrawal, credit, open_wallet, stock, verify,
};
use crate::sessions::{CloseReason, OnConflict, SessionError, StartRequest, close_session, find_session, start};
use crate::store::StoreNetwork;
use pnp_client::Window;
use pnp_types::{AppIndex, Digest, MicroAlgos};
use pnp_usage::{BasisPoints, TickId, Units};

mod endings;
mod matching;
mod network;
mod queue;
mod release;
mod restored;

const HOUR: i64 = 3_600_000;

fn eur(text: &str) -> Amount {
    text.parse().unwrap()
}

fn receiver(byte: u8) -> Address {
    Address([byte; 32])
}

/// A store with a partner whose contract takes 5 %, and the settler's books over it.
struct Shop {
    books: StoreBooks,
    settings: PartnerSettings,
    contract: Contract,
    folder: tempfile::TempDir,
}

impl Shop {
    async fn new() -> Self {
        Self::with(PartnerSettings::default()).await
    }

    async fn with(settings: PartnerSettings) -> Self {
        let contract = Contract {
            id: 0,
            partner: 0,
            app: 7,
            asset: 8,
            provider: receiver(11).to_string(),
            platform: receiver(12).to_string(),
            fee_pct: 500,
            min_rate: 1,
            max_rate: 1000,
            state: ContractState::InForce,
        };
        Self::with_contract(settings, contract).await
    }

    async fn with_contract(settings: PartnerSettings, mut contract: Contract) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = open(&folder);
        let books = StoreBooks::new(store);
        let (kept, given) = (settings.clone(), contract.clone());
        let (partner, id) = books
            .write(move |write| {
                stock(write, "1000000".parse().unwrap(), "created")?;
                let partner = Partner::add(write, "shop", &kept)?;
                let id = Contract::put_in_force(write, &Contract { partner, ..given.clone() })?;
                Ok((partner, id))
            })
            .await
            .unwrap();
        (contract.partner, contract.id) = (partner, id);
        Self { books, settings, contract, folder }
    }

    /// Everything in memory is lost.
    fn restart(self) -> Self {
        let Self { books, settings, contract, folder } = self;
        drop(books);
        let books = StoreBooks::new(open(&folder));
        Self { books, settings, contract, folder }
    }

    /// A wallet with so much that is due.
    async fn wallet(&self, user: &str, amount: &str) -> i64 {
        let (partner, user, amount) = (self.contract.partner, user.to_owned(), eur(amount));
        self.books
            .write(move |write| {
                let wallet = open_wallet(write, partner, &user)?;
                if amount > Amount::ZERO {
                    credit(write, &wallet, amount, "a gift")?;
                }
                Ok(wallet.id)
            })
            .await
            .unwrap()
    }

    /// A wallet with so much in its account.
    async fn funded(&self, user: &str, amount: &str) -> i64 {
        let wallet = self.wallet(user, amount).await;
        let op = self.plan(wallet, self.delivery(wallet).await).await.unwrap();
        assert!(self.charge_chain(&op).await);
        wallet
    }

    async fn delivery(&self, wallet: i64) -> PlannedOp {
        let books = self.read(wallet).await;
        let joins = (!books.has_account).then(|| books.contracts[0].clone());
        PlannedOp { work: Work::Delivery { joins }, amount: books.due }
    }

    async fn read(&self, wallet: i64) -> WalletBooks {
        self.books.wallet(wallet).await.unwrap().unwrap()
    }

    async fn plan(&self, wallet: i64, op: PlannedOp) -> Option<ChainOp> {
        let planned = self.books.plan(wallet, &op).await.unwrap();
        self.verify().await;
        if let Some(planned) = &planned {
            assert_eq!(self.read(wallet).await.op.as_ref(), Some(planned), "what is planned is read back");
        }
        planned
    }

    /// Stores and sends the next attempt.
    async fn attempt(&self, op: &ChainOp, number: u32) -> Attempt {
        let attempt = Attempt {
            number,
            txid: Digest([u8::try_from(number).unwrap(); 32]),
            window: Window { first_valid: Round(5), last_valid: Round(1005) },
            fee: MicroAlgos(3000),
            group: vec![1, 2, 3],
            state: AttemptState::Stored,
        };
        assert!(self.books.store_attempt(op.id, &attempt).await.unwrap());
        assert!(!self.books.store_attempt(op.id, &attempt).await.unwrap(), "an attempt is stored once");
        let signed = self.read(op.wallet).await.op.unwrap();
        assert_eq!((signed.state, signed.attempts.last()), (OpState::Signed, Some(&attempt)));
        self.books.mark_sent(op.id, number).await.unwrap();
        let sent = self.read(op.wallet).await.op.unwrap();
        assert_eq!(
            (sent.state, sent.attempts.last().map(|attempt| attempt.state)),
            (OpState::Sent, Some(AttemptState::Sent))
        );
        attempt
    }

    async fn end(&self, op: &ChainOp, ending: &Ending) -> bool {
        let ended = self.books.end(op.id, ending).await.unwrap();
        self.verify().await;
        ended
    }

    /// An attempt that gets into a block.
    async fn charge_chain(&self, op: &ChainOp) -> bool {
        self.attempt(op, op.next_attempt()).await;
        let algos = AlgoPosting { treasury: -4000, wallet: 3000, fees: 1000, outside: 0 };
        let ending = Ending::InBlock { attempt: op.next_attempt(), round: Some(Round(op.id.unsigned_abs())), algos };
        let ended = self.end(op, &ending).await;
        assert!(!self.end(op, &ending).await, "an operation ends once");
        ended
    }

    async fn refuse(&self, op: &ChainOp, then: Consequence) -> bool {
        self.attempt(op, op.next_attempt()).await;
        let reason = "the network's words".to_owned();
        let ending = Ending::Refused { attempt: op.next_attempt(), cause: Cause::PriceOutside, reason, then };
        let ended = self.end(op, &ending).await;
        assert!(!self.end(op, &ending).await, "an operation ends once");
        ended
    }

    async fn open_session(&self, user: &str, content: &str) -> Result<i64, SessionError> {
        let request = StartRequest {
            user_id: user.to_owned(),
            content_id: content.to_owned(),
            price: Price::cents(2).unwrap(),
            hold_ms: None,
            client_id: None,
            on_conflict: OnConflict::Fail,
            partner_has_room: true,
        };
        let (contract, settings) = (self.contract.clone(), self.settings.clone());
        let started = self.books.store.write(move |write| start(write, &contract, &request, &settings)).await;
        match started {
            Ok(started) => Ok(started.session.id),
            Err(WriteError::Job(error)) => Err(error),
            Err(WriteError::Store(error)) => Err(error.into()),
        }
    }

    /// Plays so long in a session: one tick.
    async fn play(&self, session: i64, ms: i64) -> i64 {
        use crate::sessions::{Claim, TickRequest, tick};
        let request = TickRequest {
            session,
            partner: self.contract.partner,
            generation: None,
            is_unbounded: true,
            partner_has_room: true,
            gives_lease: false,
        };
        let settings = self.settings.clone();
        let claim = Claim { tick_id: TickId::fresh(None).unwrap().to_string(), played_ms: ms, is_final: false };
        self.books
            .write(move |write| {
                let (outcome, _) = tick(write, &request, &claim, &settings)?;
                assert_eq!(outcome.credited_ms, ms);
                Ok(outcome.entry)
            })
            .await
            .unwrap()
    }

    async fn stop(&self, session: i64) {
        let settings = self.settings.clone();
        self.books
            .write(move |write| {
                let session = find_session(write.connection(), session)?.unwrap();
                close_session(write, session, CloseReason::Stopped, &settings)?;
                Ok(())
            })
            .await
            .unwrap();
    }

    async fn pass(&self, ms: i64) {
        self.books.write(move |write| Ok(write.advance_clock(ms)?)).await.unwrap();
        // The clock that jobs see is moved by the next one.
        self.books.write(|_| Ok(())).await.unwrap();
    }

    async fn withdraw(&self, wallet: i64, amount: &str) -> i64 {
        let amount = eur(amount);
        self.books
            .write(move |write| {
                let wallet = ledger::wallet(write.connection(), wallet)?;
                let destination = receiver(9).to_string();
                Ok(begin_withdrawal(write, &wallet, amount, &destination, |_| vec![5; 32])?)
            })
            .await
            .unwrap()
    }

    /// A payment by card that is under way.
    async fn begin_top_up(&self, wallet: i64, amount: &str) -> i64 {
        let amount = eur(amount);
        self.books
            .write(move |write| {
                let wallet = ledger::wallet(write.connection(), wallet)?;
                Ok(ledger::begin_top_up(write, &wallet, amount, ("card", "test"), HOUR)?)
            })
            .await
            .unwrap()
    }

    /// It is paid, or it ended without.
    async fn end_top_up(&self, top_up: i64, state: ledger::TopUpState) {
        self.books
            .write(move |write| {
                let top_up = ledger::TopUp::find(write.connection(), top_up)?.unwrap();
                match state {
                    ledger::TopUpState::Succeeded => ledger::top_up_succeeded(write, &top_up, "payment")?,
                    state => ledger::end_top_up(write, &top_up, state)?,
                }
                Ok(())
            })
            .await
            .unwrap();
    }

    async fn sql(&self, sql: &'static str, id: i64) {
        self.books.write(move |write| Ok(write.execute(sql, [id])?)).await.unwrap();
    }

    async fn candidates(&self) -> Vec<i64> {
        let found = self.books.candidates(self.books.now(), 0, 1000).await.unwrap();
        let mut paged = Vec::new();
        loop {
            let after = paged.last().copied().unwrap_or(0);
            let page = self.books.candidates(self.books.now(), after, 2).await.unwrap();
            let is_last = page.len() < 2;
            paged.extend(page);
            if is_last {
                break;
            }
        }
        assert_eq!(found, paged, "pages are the whole");
        found
    }

    async fn text(&self, sql: &'static str) -> Vec<String> {
        let read = move |connection: &rusqlite::Connection| -> Result<_, SettlementError> {
            let mut statement = connection.prepare(sql)?;
            let texts = statement.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
            Ok(texts)
        };
        self.books.store.read(read).await.unwrap()
    }

    async fn verify(&self) {
        let found = self.books.store.read(|connection| -> Result<_, SettlementError> { Ok(verify(connection)?) });
        assert_eq!(found.await.unwrap().findings, Vec::new());
    }
}

fn open(folder: &tempfile::TempDir) -> Store {
    let network = StoreNetwork { name: "embedded".to_owned(), genesis_hash: "hash".to_owned() };
    Store::open(folder.path(), &network).unwrap()
}

/// A bill of so many minutes of a wallet's only tab.
fn bill(books: &WalletBooks, units: u64) -> PlannedOp {
    let tab = &books.tabs[0];
    let contract: ContractTerms = books.contracts[0].clone();
    let unit_price = tab.price.in_cents().unsigned_abs();
    let amount = Amount::cents(units * unit_price).unwrap();
    let work = Work::Bill(Box::new(BillOp {
        fee_pct: contract.fee_pct,
        tick: TickId::fresh(books.last_ticks.get(&contract.id)).unwrap(),
        contract,
        units: Units(units),
        unit_price,
        is_rest: false,
        parts: vec![BillPart { tab: tab.id, amount }],
    }));
    PlannedOp { work, amount }
}
