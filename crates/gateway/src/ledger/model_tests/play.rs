//! Random operations, and those of sessions.

use super::books::Account::Debt;
use super::books::{CENT, Refused, Row, only_if};
use super::sessions::{Answer, Session, Tick};
use super::world::{User, World};
use crate::amount::{Amount, Price};
use crate::ledger::SessionPolicy;
use crate::sessions::{
    Claim, CloseReason, OnConflict, SessionError, StartRequest, TickOutcome, TickRequest, close_session, expired,
    find_session, give_lease, start, tick, tick_batch,
};
use std::collections::BTreeMap;

fn answer_of(outcome: &TickOutcome) -> Answer {
    Answer {
        charged: outcome.charged.0,
        credited: outcome.credited_ms,
        balance: outcome.balance.0,
        is_refused: outcome.is_refused,
    }
}

impl World {
    pub(super) fn is_open(&self, w: i64) -> bool {
        self.users.iter().any(|user| user.wallet == w)
    }

    fn any_user(&mut self) -> i64 {
        let wallets: Vec<_> = self.users.iter().map(|user| user.wallet).collect();
        self.random.pick(&wallets).unwrap()
    }

    pub(super) fn random_operation(&mut self) {
        let w = self.any_user();
        match self.random.between(1, 130) {
            1..=3 => self.stock(),
            4..=8 => self.begin_top_up(w),
            9 => self.end_top_up(),
            10..=16 => self.pay_top_up(),
            17..=18 => self.deposit(w),
            19 | 123 | 124 => self.charge_back(),
            20 => self.win_chargeback(),
            21 | 22 | 125 => {
                let owing = |user: &&User| self.books.get(Debt(user.wallet)) < 0;
                let w = self.users.iter().find(owing).map_or(w, |user| user.wallet);
                if self.random.one_in(6) { self.write_off(w) } else { self.collect_debt(w) }
            }
            23 => self.replace_contract(w),
            24 => {
                self.give_back(w);
                self.miss_coins(w);
            }
            25..=26 => self.credit(w),
            27..=29 => {
                let x = self.cents(200);
                self.begin_withdrawal(w, x);
            }
            30 => self.cancel_withdrawal(),
            31..=35 => self.plan_delivery(w),
            36..=40 => self.plan_bill(w),
            41..=42 => {
                let contracts: Vec<_> = self.shop_of(w).contracts.iter().map(|contract| contract.id).collect();
                let contract = self.random.pick(&contracts).unwrap();
                self.plan_rest(w, contract);
            }
            43..=45 => self.plan_withdrawal(w),
            46..=47 => self.plan_return(w),
            48..=57 => self.put_in_block(w),
            58..=66 => self.read_outcome(w),
            67 => self.doubt(w),
            68 => self.close(w),
            69 if self.random.one_in(4) => self.wind_up(w),
            70 if self.random.one_in(10) && self.shop_of(w).contracts.len() < 4 => {
                let shop = self.users.iter().find(|user| user.wallet == w).unwrap().shop;
                self.add_contract(shop);
            }
            71..=82 => self.start_session(w),
            83..=109 => self.tick_session(),
            110..=113 => self.batch(),
            114..=117 => self.lease_session(),
            118..=120 => self.stop_session(),
            121 => self.expire(),
            _ => self.pass(),
        }
    }

    fn pass(&mut self) {
        let ms = match self.random.between(1, 60) {
            1 => 25 * 3_600_000,
            2..=5 => 1_200_000,
            _ => self.random.between(0, 60_000),
        };
        self.write(move |write| Ok(write.advance_clock(ms)?)).unwrap();
    }

    fn start_session(&mut self, w: i64) {
        let before = self.sample();
        let user = self.users.iter().find(|user| user.wallet == w).unwrap().clone();
        let shop = self.shop_of(w);
        let contract = shop.contracts.last().unwrap().clone();
        let request = StartRequest {
            user_id: user.name,
            content_id: self.random.pick(&["film", "song", "game"]).unwrap().to_owned(),
            price: Price::cents(self.random.pick(&[1, 2, 3, 7, 100]).unwrap()).unwrap(),
            hold_ms: self
                .random
                .pick(&[None, None, None, Some(1), Some(1_000), Some(60_000), Some(100_000_000)])
                .unwrap(),
            client_id: self.random.pick(&[None, Some("phone".to_owned()), Some("television".to_owned())]).unwrap(),
            on_conflict: self.random.pick(&[OnConflict::Fail, OnConflict::Replace]).unwrap(),
            partner_has_room: !self.random.one_in(20),
        };
        let (given, settings, of) = (request.clone(), shop.settings, contract.clone());
        let stored = self.write(move |write| start(write, &of, &given, &settings));
        // The model does it to copies, so that a start that is refused half-way changes nothing.
        let (books, sessions) = (self.books.clone(), self.sessions.clone());
        let (name, model) = self.start_in_model(w, &request, stored.as_ref().ok().map(|started| &started.session));
        if model.is_err() {
            (self.books, self.sessions) = (books, sessions);
        }
        self.judge(name, &stored, &model, before);
        let Ok(started) = stored else { return };
        assert_eq!(started.is_taken_up, name == "10 take up");
        assert_eq!(started.replaced.is_some(), name == "10 replace");
        if !started.is_taken_up {
            self.tabs.insert((w, contract.id, started.session.price.in_cents()), started.session.tab);
        }
    }

    fn start_in_model(
        &mut self,
        w: i64,
        request: &StartRequest,
        made: Option<&crate::sessions::Session>,
    ) -> (&'static str, Row) {
        let (shop, now) = (self.shop_of(w), self.now);
        let rules = shop.rules();
        if self.books.get(Debt(w)) != 0 {
            return ("10", Err(Refused));
        }
        let per_user = shop.settings.session_policy == SessionPolicy::PerUser;
        let open = self.sessions.iter().find(|(_, session)| {
            session.wallet == w && session.closed.is_none() && (per_user || session.content == request.content_id)
        });
        let mut name = "10";
        if let Some(id) = open.map(|(id, _)| *id) {
            let mut session = self.sessions[&id].clone();
            if session.client.is_some() && session.client == request.client_id && session.content == request.content_id
            {
                self.books.take_up(&mut session, now, rules, request.partner_has_room);
                self.sessions.insert(id, session);
                return ("10 take up", Ok(()));
            }
            if request.on_conflict == OnConflict::Fail {
                return ("10", Err(Refused));
            }
            name = "10 replace";
            self.books.row_13(&mut session, now, true);
            self.sessions.insert(id, session);
        }
        let mut last =
            self.sessions.values().filter(|session| session.wallet == w && session.content == request.content_id);
        let leases = last.next_back().map(|session| session.leases).unwrap_or_default();
        let mut session = Session {
            wallet: w,
            tab: made.map_or(0, |made| made.tab),
            content: request.content_id.clone(),
            client: request.client_id.clone(),
            price: request.price.in_cents(),
            hold_ms: request.hold_ms.unwrap_or(rules.interval).clamp(1, 1_800_000),
            held: 0,
            charged: 0,
            credited: 0,
            prepaid: 0,
            late: 0,
            started_at: now,
            last_tick_at: now,
            closed: None,
            leases: leases.today(now),
            ticks: BTreeMap::new(),
        };
        let model = self.books.row_10(&mut session, rules, request.partner_has_room);
        if let (Ok(()), Some(made)) = (&model, made) {
            self.books.tabs.insert(made.tab, w);
            self.sessions.insert(made.id, session);
        }
        (name, model)
    }

    /// A session, most often one that is open.
    fn any_session(&mut self) -> Option<i64> {
        let open: Vec<_> = self.sessions.iter().filter(|(_, one)| one.closed.is_none()).map(|(id, _)| *id).collect();
        let all: Vec<_> = self.sessions.keys().rev().take(30).copied().collect();
        if self.random.one_in(6) { self.random.pick(&all) } else { self.random.pick(&open) }
    }

    fn claim(&mut self, id: i64) -> Claim {
        let used: Vec<_> = self.sessions[&id].ticks.iter().map(|(id, (played, _))| (id.clone(), *played)).collect();
        if self.random.one_in(8)
            && let Some((tick_id, played)) = self.random.pick(&used)
        {
            let played_ms = if self.random.one_in(4) { played.saturating_sub(1).max(0) } else { played };
            return Claim { tick_id, played_ms, is_final: false };
        }
        self.numbers += 1;
        let played_ms = match self.random.between(1, 12) {
            1 => 0,
            2 => 1,
            3 => self.random.pick(&[10_000_000, i64::MAX]).unwrap(),
            4..=6 => 15_000,
            _ => self.random.between(0, 60_000),
        };
        Claim { tick_id: format!("tick-{}", self.numbers), played_ms, is_final: self.random.one_in(25) }
    }

    fn request(&mut self, id: i64, shop: i64) -> TickRequest {
        TickRequest {
            session: id,
            partner: shop,
            generation: None,
            is_unbounded: self.random.one_in(10),
            partner_has_room: !self.random.one_in(20),
            gives_lease: self.random.one_in(2),
        }
    }

    fn shop_of_session(&self, id: i64) -> super::world::Shop {
        let w = self.sessions[&id].wallet;
        let user = self.users.iter().chain(&self.closed).find(|user| user.wallet == w).unwrap();
        self.shops[user.shop].clone()
    }

    fn tick_session(&mut self) {
        let Some(id) = self.any_session() else { return };
        let (before, shop, claim) = (self.sample(), self.shop_of_session(id), self.claim(id));
        let mut request = self.request(id, shop.id);
        let is_foreign = self.random.one_in(50);
        if is_foreign {
            request.partner += 1;
        }
        let (given, sent, settings) = (claim.clone(), request.clone(), shop.settings);
        let stored = self.write(move |write| tick(write, &sent, &given, &settings)).map(|(outcome, _)| outcome);
        let model = if is_foreign { Err(Refused) } else { self.tick_in_model(id, &claim, &request, None) };
        self.judge_tick(&claim, &stored, &model, before);
    }

    fn tick_in_model(
        &mut self,
        id: i64,
        claim: &Claim,
        request: &TickRequest,
        limit: Option<i64>,
    ) -> Result<(Answer, bool), Refused> {
        let rules = self.shop_of_session(id).rules();
        let mut session = self.sessions[&id].clone();
        let was_late = session.closed.is_some();
        let sent = Tick {
            id: &claim.tick_id,
            played: claim.played_ms,
            is_final: claim.is_final,
            is_unbounded: request.is_unbounded,
            has_room: request.partner_has_room,
            gives_lease: request.gives_lease,
            limit,
        };
        let prepaid = session.prepaid;
        let answer = self.books.tick(&mut session, self.now, &sent, rules)?;
        let is_new = !answer.1;
        for (name, happened) in [
            ("11b", !is_new),
            ("11c", session.prepaid > prepaid),
            ("11 unpaid", is_new && answer.0.is_refused),
            ("13 late", is_new && was_late && answer.0.charged > 0),
            ("13 final", is_new && !was_late && claim.is_final),
        ] {
            if happened {
                self.counts.entry(name).or_default().0 += 1;
            }
        }
        self.sessions.insert(id, session);
        Ok(answer)
    }

    fn judge_tick(
        &mut self,
        claim: &Claim,
        stored: &Result<TickOutcome, SessionError>,
        model: &Result<(Answer, bool), Refused>,
        before: Option<u64>,
    ) {
        self.judge("11", stored, &model.as_ref().map(|_| ()).map_err(|refused| *refused), before);
        let (Ok(outcome), Ok((answer, is_replayed))) = (stored, model) else { return };
        assert_eq!((&answer_of(outcome), outcome.is_replayed), (answer, *is_replayed), "{claim:?}");
        assert_eq!(outcome.played_ms, claim.played_ms);
        if outcome.is_refused {
            assert_eq!(outcome.reason.as_deref(), Some("insufficient_balance"));
        }
    }

    fn batch(&mut self) {
        let Some(id) = self.any_session() else { return };
        let shop = self.shop_of_session(id);
        let claims: Vec<_> = (0..self.random.between(1, 5)).map(|_| self.claim(id)).collect();
        let request = self.request(id, shop.id);
        let (given, sent, settings) = (claims.clone(), request.clone(), shop.settings);
        let stored = self.write(move |write| tick_batch(write, &sent, &given, &settings)).unwrap();
        let mut limit = self.sessions[&id].held;
        for (claim, stored) in claims.iter().zip(stored) {
            let model = self.tick_in_model(id, claim, &request, Some(limit));
            if let Ok((answer, false)) = &model {
                limit -= answer.charged;
            }
            self.judge_tick(claim, &stored.map(|(outcome, _)| outcome), &model, None);
        }
        self.judge::<()>("12", &Ok(()), &Ok(()), None);
    }

    fn lease_session(&mut self) {
        let Some(id) = self.any_session().filter(|id| self.sessions[id].closed.is_none()) else { return };
        // A player that asks again and again and never ticks.
        for _ in 0..self.random.pick(&[1, 6]).unwrap() {
            self.lease(id);
            self.compare();
            self.write(move |write| Ok(write.advance_clock(15_000)?)).unwrap();
        }
    }

    fn lease(&mut self, id: i64) {
        let shop = self.shop_of_session(id);
        let has_room = !self.random.one_in(20);
        let settings = shop.settings.clone();
        let stored = self.write(move |write| {
            let mut session = find_session(write.connection(), id)?.ok_or(SessionError::NotFound)?;
            Ok(give_lease(write, &mut session, &settings, has_room)?)
        });
        let mut session = self.sessions[&id].clone();
        let prepaid = session.prepaid;
        let model = self.books.lease(&mut session, self.now, shop.rules(), has_room);
        assert_eq!(stored.unwrap(), model);
        if session.prepaid > prepaid {
            self.counts.entry("11c").or_default().0 += 1;
        }
        self.sessions.insert(id, session);
    }

    fn stop_session(&mut self) {
        if let Some(id) = self.any_session() {
            self.stop(id, CloseReason::Stopped, "13");
        }
    }

    fn stop(&mut self, id: i64, reason: CloseReason, name: &'static str) {
        let was_open = self.sessions[&id].closed.is_none();
        let before = if was_open { None } else { Some(self.checksum()) };
        let settings = self.shop_of_session(id).settings;
        let stored = self.write(move |write| {
            let session = find_session(write.connection(), id)?.ok_or(SessionError::NotFound)?;
            close_session(write, session, reason, &settings)
        });
        let mut session = self.sessions[&id].clone();
        self.books.row_13(&mut session, self.now, false);
        self.sessions.insert(id, session);
        self.judge(if was_open { name } else { "13a" }, &stored, &Ok(()), None);
        assert!(before.is_none_or(|before| before == self.checksum()), "a second stop changed something");
    }

    pub(super) fn stop_all(&mut self, w: i64) {
        let open = self.sessions.iter().filter(|(_, one)| one.wallet == w && one.closed.is_none());
        for id in open.map(|(id, _)| *id).collect::<Vec<_>>() {
            self.stop(id, CloseReason::WalletFrozen, "13");
        }
    }

    /// Closes what has had no tick for too long.
    fn expire(&mut self) {
        let store = self.store.clone().unwrap();
        let running_since = store.clock().running_since();
        let should = |now: i64| -> Vec<i64> {
            let idle = |session: &Session| {
                let least = (3 * 15_000).max(session.hold_ms).max(120_000);
                session.closed.is_none() && now - session.last_tick_at > least && now - running_since > least
            };
            self.sessions.iter().filter(|(_, session)| idle(session)).map(|(id, _)| *id).collect()
        };
        let before = should(store.clock().now());
        let (mut found, mut place) = (Vec::new(), None);
        loop {
            let page = expired(&self.reader, store.clock(), |_| 15_000, (place.as_ref(), 3)).unwrap();
            found.extend(page.expired);
            place = page.next;
            if place.is_none() {
                break;
            }
        }
        let after = should(store.clock().now() + 1);
        found.sort_unstable();
        assert!(
            before.iter().all(|id| found.contains(id)) && found.iter().all(|id| after.contains(id)),
            "{before:?} {found:?} {after:?}"
        );
        for id in found {
            self.stop(id, CloseReason::Expired, "13 expiry");
        }
    }
}

#[test]
fn what_a_tick_costs_is_the_same_in_the_model() {
    let price = Price::cents(7).unwrap();
    for (total, funds) in [(0, 0), (1, 116), (857, 999_833), (60_000, 7 * CENT)] {
        let most = super::sessions::affordable(7, total, i64::MAX >> 20, funds);
        assert_eq!(price.paid_after(total, Amount(funds)), most);
    }
    assert!(only_if(true).is_ok());
}
