//! Sessions over a store of their own: amounts, repeats, ends.

use super::*;
use crate::amount::{Amount, Price};
use crate::ledger::{
    Contract, ContractState, Partner, PartnerSettings, credit, find_wallet, open_wallet, stock, verify,
};
use crate::store::{Store, StoreNetwork, Write, WriteError};

/// A store with one partner, whose contract takes 5 %.
pub(crate) struct Fixture {
    pub(crate) store: Store,
    pub(crate) contract: Contract,
    pub(crate) settings: PartnerSettings,
    _folder: Option<tempfile::TempDir>,
}

impl Fixture {
    pub(crate) async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let network = StoreNetwork { name: "embedded".to_owned(), genesis_hash: "hash".to_owned() };
        let store = Store::open(folder.path(), &network).unwrap();
        Self { _folder: Some(folder), ..Self::over(store).await }
    }

    /// Over a store that is there: with the partner that it has, or a new one.
    pub(crate) async fn over(store: Store) -> Self {
        let settings = PartnerSettings { lots: false, ..PartnerSettings::default() };
        let kept = settings.clone();
        let contract = store
            .write(move |write| -> Result<_, SessionError> {
                if let Some(contract) = Contract::all(write.connection())?.pop() {
                    return Ok(contract);
                }
                stock(write, "1000000".parse().unwrap(), "created")?;
                let partner = Partner::add(write, "shop", &kept)?;
                let mut contract = Contract {
                    id: 0,
                    partner,
                    app: 7,
                    asset: 8,
                    provider: "P".to_owned(),
                    platform: "Q".to_owned(),
                    fee_pct: 500,
                    min_rate: 1,
                    max_rate: 1000,
                    state: ContractState::InForce,
                };
                contract.id = Contract::put_in_force(write, &contract)?;
                Ok(contract)
            })
            .await
            .unwrap();
        Self { store, contract, settings, _folder: None }
    }

    pub(crate) async fn write<T: Send + 'static>(
        &self,
        job: impl FnMut(&mut Write<'_>) -> Result<T, SessionError> + Send + 'static,
    ) -> Result<T, SessionError> {
        self.store.write(job).await.map_err(|error| match error {
            WriteError::Job(error) => error,
            WriteError::Store(error) => error.into(),
        })
    }

    pub(crate) async fn fund(&self, user: &'static str, amount: &str) {
        let (partner, amount): (_, Amount) = (self.contract.partner, amount.parse().unwrap());
        self.write(move |write| {
            let wallet = open_wallet(write, partner, user)?;
            credit(write, &wallet, amount, "a gift")?;
            Ok(())
        })
        .await
        .unwrap();
    }

    pub(crate) async fn start(&self, user: &str, content: &str) -> Result<Started, SessionError> {
        let request = StartRequest {
            user_id: user.to_owned(),
            content_id: content.to_owned(),
            price: Price::cents(2).unwrap(),
            hold_ms: None,
            client_id: None,
            on_conflict: OnConflict::Fail,
            partner_has_room: true,
        };
        self.start_request(request).await
    }

    pub(crate) async fn start_request(&self, request: StartRequest) -> Result<Started, SessionError> {
        let (contract, settings) = (self.contract.clone(), self.settings.clone());
        self.write(move |write| start(write, &contract, &request, &settings)).await
    }

    pub(crate) async fn tick(&self, session: i64, id: &str, played_ms: i64) -> Result<TickOutcome, SessionError> {
        self.claim(session, Claim { tick_id: id.to_owned(), played_ms, is_final: false }).await
    }

    pub(crate) async fn claim(&self, session: i64, claim: Claim) -> Result<TickOutcome, SessionError> {
        let (request, settings) = (self.request(session), self.settings.clone());
        self.write(move |write| tick(write, &request, &claim, &settings)).await.map(|(outcome, _)| outcome)
    }

    /// A claim that may be more than the time that has passed.
    pub(crate) async fn claim_unbounded(
        &self,
        session: i64,
        id: &str,
        played_ms: i64,
    ) -> Result<TickOutcome, SessionError> {
        let request = TickRequest { is_unbounded: true, ..self.request(session) };
        let (claim, settings) = (Claim { tick_id: id.to_owned(), played_ms, is_final: false }, self.settings.clone());
        self.write(move |write| tick(write, &request, &claim, &settings)).await.map(|(outcome, _)| outcome)
    }

    pub(crate) fn request(&self, session: i64) -> TickRequest {
        TickRequest {
            session,
            partner: self.contract.partner,
            generation: None,
            is_unbounded: false,
            partner_has_room: true,
            gives_lease: true,
        }
    }

    pub(crate) async fn pass(&self, ms: i64) {
        self.write(move |write| Ok(write.advance_clock(ms)?)).await.unwrap();
    }

    pub(crate) async fn stop(&self, session: i64) -> Session {
        let settings = self.settings.clone();
        self.write(move |write| {
            let session = find_session(write.connection(), session)?.ok_or(SessionError::NotFound)?;
            close_session(write, session, CloseReason::Stopped, &settings)
        })
        .await
        .unwrap()
    }

    pub(crate) async fn balance(&self, user: &'static str) -> String {
        let partner = self.contract.partner;
        let wallet = self
            .store
            .read(move |connection| -> Result<_, SessionError> { Ok(find_wallet(connection, partner, user)?) })
            .await
            .unwrap();
        wallet.unwrap().balance().to_string()
    }

    pub(crate) async fn verify(&self) {
        let found = self.store.read(|connection| -> Result<_, SessionError> { Ok(verify(connection)?) }).await.unwrap();
        assert_eq!(found.findings, Vec::new());
    }
}

#[tokio::test]
async fn the_first_documentations_example() {
    let shop = Fixture::new().await;
    shop.fund("anna", "5").await;
    let session = shop.start("anna", "film").await.unwrap().session;
    assert_eq!(shop.balance("anna").await, "5");
    for number in 0..32 {
        shop.pass(15_000).await;
        let outcome = shop.tick(session.id, &format!("t{number}"), 15_000).await.unwrap();
        assert_eq!(
            (outcome.charged.to_string().as_str(), outcome.credited_ms, outcome.paid_ms),
            ("0.005", 15_000, 15_000)
        );
    }
    let session = shop.stop(session.id).await;
    assert_eq!((session.charged.to_string(), session.credited_ms), ("0.16".to_owned(), 480_000));
    assert_eq!(shop.balance("anna").await, "4.84");
    shop.verify().await;
}

#[tokio::test]
async fn a_tick_has_one_outcome() {
    let shop = Fixture::new().await;
    shop.fund("anna", "5").await;
    let session = shop.start("anna", "film").await.unwrap().session;
    shop.pass(15_000).await;
    let first = shop.tick(session.id, "a", 15_000).await.unwrap();
    shop.pass(15_000).await;
    shop.tick(session.id, "b", 15_000).await.unwrap();
    let again = shop.tick(session.id, "a", 15_000).await.unwrap();
    assert!(again.is_replayed && !first.is_replayed);
    assert_eq!(
        (first.entry, first.charged, first.balance, first.paid_ms),
        (again.entry, again.charged, again.balance, again.paid_ms)
    );
    let other = shop.tick(session.id, "a", 15_001).await;
    assert!(matches!(other, Err(SessionError::TickIdReused { played_ms: 15_000 })));
    assert_eq!(shop.balance("anna").await, "4.99");
    shop.verify().await;
}

#[tokio::test]
async fn what_the_wallet_holds_is_charged_and_no_more() {
    let shop = Fixture::new().await;
    shop.fund("anna", "0.01").await;
    let session = shop.start("anna", "film").await.unwrap().session;
    assert_eq!(session.held.to_string(), "0.005");
    shop.pass(60_000).await;
    let outcome = shop.tick(session.id, "a", 60_000).await.unwrap();
    assert_eq!((outcome.charged.to_string().as_str(), outcome.credited_ms), ("0.01", 30_000));
    assert_eq!((outcome.balance, outcome.can_continue()), (Amount::ZERO, false));
    let refused = shop.tick(session.id, "b", 15_000).await.unwrap();
    assert!(refused.is_refused && !refused.is_replayed);
    assert!(shop.tick(session.id, "b", 15_000).await.unwrap().is_refused, "the same when it is repeated");
    shop.fund("anna", "1").await;
    assert!(shop.tick(session.id, "b", 15_000).await.unwrap().is_refused, "also after a top-up");
    assert_eq!(shop.tick(session.id, "c", 15_000).await.unwrap().credited_ms, 15_000);
    shop.verify().await;
}

#[tokio::test]
async fn claims_are_bounded_by_the_time_that_has_passed() {
    let shop = Fixture::new().await;
    shop.fund("anna", "5").await;
    let session = shop.start("anna", "film").await.unwrap().session;
    shop.pass(10_000).await;
    let outcome = shop.tick(session.id, "a", 60_000).await.unwrap();
    assert!((12_000..13_000).contains(&outcome.credited_ms), "{}", outcome.credited_ms);
    // What was cut off may be claimed when the time has passed.
    shop.pass(50_000).await;
    let rest = 60_000 - outcome.credited_ms;
    assert_eq!(shop.tick(session.id, "b", rest).await.unwrap().credited_ms, rest);
    shop.verify().await;
}

#[tokio::test]
async fn one_device_at_a_time() {
    let shop = Fixture::new().await;
    shop.fund("anna", "5").await;
    let request = StartRequest {
        user_id: "anna".to_owned(),
        content_id: "film".to_owned(),
        price: Price::cents(2).unwrap(),
        hold_ms: None,
        client_id: Some("phone".to_owned()),
        on_conflict: OnConflict::Fail,
        partner_has_room: true,
    };
    let first = shop.start_request(request.clone()).await.unwrap();
    let again = shop.start_request(request.clone()).await.unwrap();
    assert!(again.is_taken_up && again.session.id == first.session.id && again.session.generation == 2);
    let old = TickRequest { generation: Some(1), ..shop.request(first.session.id) };
    let settings = shop.settings.clone();
    let claim = Claim { tick_id: "a".to_owned(), played_ms: 1, is_final: false };
    let refused = shop.write(move |write| tick(write, &old, &claim, &settings)).await;
    assert!(matches!(refused, Err(SessionError::Replaced)));
    let television = StartRequest { client_id: Some("television".to_owned()), ..request };
    assert!(matches!(shop.start_request(television.clone()).await, Err(SessionError::Exists { .. })));
    let replaced = shop.start_request(StartRequest { on_conflict: OnConflict::Replace, ..television }).await.unwrap();
    assert_eq!(replaced.replaced, Some(first.session.id));
    assert!(matches!(shop.tick(first.session.id, "late", 100).await, Err(SessionError::Replaced)));
    shop.verify().await;
}

#[tokio::test]
async fn the_last_ticks_may_come_late_within_what_was_held() {
    let shop = Fixture::new().await;
    shop.fund("anna", "5").await;
    let session = shop.start("anna", "film").await.unwrap().session;
    shop.pass(60_000).await;
    shop.stop(session.id).await;
    assert_eq!(shop.balance("anna").await, "5");
    let late = shop.tick(session.id, "late", 60_000).await.unwrap();
    assert_eq!((late.credited_ms, late.charged.to_string().as_str()), (15_000, "0.005"));
    assert!(matches!(shop.tick(session.id, "later", 1_000).await, Err(SessionError::Closed)));
    shop.pass(LATE_TICKS + 1).await;
    assert!(matches!(shop.tick(session.id, "too late", 1).await, Err(SessionError::Closed)));
    assert!(shop.tick(session.id, "late", 60_000).await.unwrap().is_replayed);
    shop.verify().await;
}

#[tokio::test]
async fn a_heartbeat_takes_five_statements() {
    let shop = Fixture::new().await;
    shop.fund("anna", "5").await;
    let session = shop.start("anna", "film").await.unwrap().session;
    shop.pass(15_000).await;
    let (request, settings) = (shop.request(session.id), shop.settings.clone());
    let statements = shop
        .write(move |write| {
            let before = write.statements();
            let claim = Claim { tick_id: "a".to_owned(), played_ms: 15_000, is_final: false };
            let (outcome, _) = tick(write, &request, &claim, &settings)?;
            assert!(outcome.lease_until.is_some());
            Ok(write.statements() - before)
        })
        .await
        .unwrap();
    assert_eq!(statements, 5);
}

/// A player that never ticks, ticks zeros, or starts again is served at most 45 seconds and a tenth of what it paid for.
#[tokio::test]
async fn a_player_that_does_not_tick_pays() {
    let shop = Fixture::new().await;
    for (user, restarts) in [("zeros", false), ("restarts", true)] {
        shop.fund(user, "5").await;
        let mut session = shop.start(user, "film").await.unwrap().session;
        let (mut until, mut served) = (0, 0);
        for round in 0..200 {
            let settings = shop.settings.clone();
            let id = session.id;
            let (lease, now) = shop
                .write(move |write| {
                    let mut session = find_session(write.connection(), id)?.ok_or(SessionError::NotFound)?;
                    Ok((give_lease(write, &mut session, &settings, true)?, write.now()))
                })
                .await
                .unwrap();
            if let Some(lease) = lease {
                served += lease - until.max(now);
                until = lease;
            }
            shop.pass(15_000).await;
            if restarts && round % 3 == 0 {
                shop.stop(session.id).await;
                session = shop.start(user, "film").await.unwrap().session;
            }
        }
        let partner = shop.contract.partner;
        let paid_ms = shop
            .store
            .read(move |connection| -> Result<i64, SessionError> {
                Ok(connection.query_row(
                    "SELECT SUM(credited_ms + prepaid_ms) FROM sessions s JOIN wallets w ON w.id = s.wallet_id \
                     WHERE w.user_id = ?1 AND s.partner_id = ?2",
                    (user, partner),
                    |row| row.get(0),
                )?)
            })
            .await
            .unwrap();
        assert!(served > 1_500_000, "{user}: {served} ms served");
        assert!(served - paid_ms <= 45_000 + paid_ms / 10, "{user}: {served} ms served, {paid_ms} ms paid");
    }
    shop.verify().await;
}

#[tokio::test]
async fn a_player_that_cannot_go_on_gets_the_reason() {
    let shop = Fixture::new().await;
    shop.fund("anna", "0.01").await;
    let request = StartRequest {
        user_id: "anna".to_owned(),
        content_id: "film".to_owned(),
        price: Price::cents(7).unwrap(),
        hold_ms: None,
        client_id: None,
        on_conflict: OnConflict::Fail,
        partner_has_room: true,
    };
    let session = shop.start_request(request).await.unwrap().session;
    shop.pass(60_000).await;
    // 857 ms after this 167 u are left: less than a millisecond costs.
    let outcome = shop.tick(session.id, "a", 8_571).await.unwrap();
    assert_eq!((outcome.can_continue(), outcome.reason.as_deref()), (false, Some("insufficient_balance")));
    assert!(outcome.balance > Amount::ZERO);
    let last = Claim { tick_id: "b".to_owned(), played_ms: 15_000, is_final: true };
    let outcome = shop.claim(session.id, last).await.unwrap();
    assert!(outcome.is_refused && outcome.reason.as_deref() == Some("insufficient_balance"));
    assert_eq!(outcome.lease_until, None);
    shop.verify().await;
}

#[tokio::test]
async fn a_batch_is_charged_within_what_was_held() {
    let shop = Fixture::new().await;
    shop.fund("anna", "5").await;
    let session = shop.start("anna", "film").await.unwrap().session;
    shop.pass(600_000).await;
    let claims: Vec<_> =
        (0..4).map(|number| Claim { tick_id: format!("t{number}"), played_ms: 10_000, is_final: false }).collect();
    let (request, settings) = (shop.request(session.id), shop.settings.clone());
    let outcomes = shop.write(move |write| tick_batch(write, &request, &claims, &settings)).await.unwrap();
    let outcomes: Vec<_> = outcomes.into_iter().map(|outcome| outcome.unwrap().0).collect();
    assert_eq!(outcomes.iter().map(|outcome| outcome.credited_ms).collect::<Vec<_>>(), [10_000, 5_000, 0, 0]);
    assert!(outcomes.iter().all(|outcome| outcome.can_continue() && !outcome.is_refused), "the wallet has enough");
    assert_eq!(shop.tick(session.id, "next", 25_000).await.unwrap().credited_ms, 25_000);
    shop.verify().await;
}

#[tokio::test]
async fn who_has_nothing_gets_no_wallet_by_asking_to_play() {
    let shop = Fixture::new().await;
    assert!(matches!(shop.start("anna", "film").await, Err(SessionError::InsufficientBalance(Amount::ZERO))));
    let partner = shop.contract.partner;
    let found =
        shop.store.read(move |connection| -> Result<_, SessionError> { Ok(find_wallet(connection, partner, "anna")?) });
    assert_eq!(found.await.unwrap(), None);
}
