//! Rows 1 to 4, 7 to 8c, 18 to 20 and 22: money that comes, goes and is put right.

use super::books::Account::{self, Debt, Unsettled};
use super::books::{CENT, Refused, Row, only_if};
use super::world::{Payment, Payout, World};
use crate::amount::Amount;
use crate::ledger::{self, LedgerError, TopUp, TopUpState};
use crate::store::Write;

fn top_up(write: &Write<'_>, id: i64) -> Result<TopUp, LedgerError> {
    TopUp::find(write.connection(), id)?.ok_or(LedgerError::Conflict("no top-up"))
}

impl World {
    /// Whole cents, now and then nothing, less than nothing, or a part of one.
    pub(super) fn cents(&mut self, high: i64) -> i64 {
        match self.random.between(1, 30) {
            1 => 0,
            2 => -CENT,
            3 => CENT + 1,
            _ => self.random.between(1, high.max(1)) * CENT,
        }
    }

    pub(super) fn stock(&mut self) {
        let (before, s) = (self.sample(), self.cents(20_000));
        let stored = self.write(move |write| Ok(ledger::stock(write, Amount(s), "seen")?));
        let model = self.books.row_1(s);
        if model.is_ok() {
            self.treasury_coins += s;
        }
        self.judge("1", &stored, &model, before);
    }

    pub(super) fn begin_top_up(&mut self, w: i64) {
        let before = self.sample();
        let a = if self.random.one_in(10) { 10_000_000 * CENT } else { self.cents(1_000) };
        let (method, world) =
            self.random.pick(&[("card", Account::WorldCard), ("paypal", Account::WorldPaypal)]).unwrap();
        let stored = self.write(move |write| {
            let wallet = ledger::wallet(write.connection(), w)?;
            Ok(ledger::begin_top_up(write, &wallet, Amount(a), (method, "test"), 1_000)?)
        });
        let model = self.books.row_2(a);
        self.judge("2", &stored, &model, before);
        if let Ok(id) = stored {
            self.payments.push(Payment {
                id,
                wallet: w,
                amount: a,
                world,
                state: "pending",
                reversed: 0,
                payment_id: None,
            });
        }
    }

    fn payment(&mut self) -> Option<(usize, Payment)> {
        let number = usize::try_from(self.random.between(0, (self.payments.len() as i64 - 1).max(0))).unwrap();
        self.payments.get(number).map(|payment| (number, payment.clone()))
    }

    pub(super) fn end_top_up(&mut self) {
        let Some((number, payment)) = self.payment() else { return };
        let before = self.sample();
        let state = self.random.pick(&[TopUpState::Failed, TopUpState::Expired]).unwrap();
        let stored = self.write(move |write| {
            let top_up = top_up(write, payment.id)?;
            Ok(ledger::end_top_up(write, &top_up, state)?)
        });
        let model = only_if(payment.state == "pending").and_then(|()| self.books.row_3(payment.amount));
        self.judge("3", &stored, &model, before);
        if model.is_ok() {
            self.payments[number].state = "failed";
        }
    }

    pub(super) fn pay_top_up(&mut self) {
        let Some((number, payment)) = self.payment() else { return };
        // Row 4b belongs to a later stage.
        if payment.state == "failed" {
            return;
        }
        let before = self.sample();
        self.numbers += 1;
        let used: Vec<_> = self.payments.iter().filter_map(|payment| payment.payment_id.clone()).collect();
        let again = if self.random.one_in(6) { self.random.pick(&used) } else { None };
        let is_used = again.is_some();
        let payment_id = again.unwrap_or_else(|| format!("payment {}", self.numbers));
        let reported = payment_id.clone();
        let stored = self.write(move |write| {
            let top_up = top_up(write, payment.id)?;
            Ok(ledger::top_up_succeeded(write, &top_up, &reported)?)
        });
        let model = only_if(payment.state == "pending" && !is_used)
            .and_then(|()| self.books.row_4(payment.wallet, payment.amount, payment.world));
        self.judge("4", &stored, &model, before);
        if model.is_ok() {
            self.payments[number].state = "succeeded";
            self.payments[number].payment_id = Some(payment_id);
        }
    }

    /// A stranger's coins are seen while nothing is in flight.
    pub(super) fn deposit(&mut self, w: i64) {
        if self.ops.contains_key(&w) {
            return;
        }
        let (before, d) = (self.sample(), self.cents(300));
        let stored = self.write(move |write| {
            let wallet = ledger::wallet(write.connection(), w)?;
            write.execute("UPDATE wallets SET has_account = 1 WHERE id = ?1", [w])?;
            Ok(ledger::deposit(write, &wallet, Amount(d), "seen")?)
        });
        let model = self.books.row_7(w, d);
        if model.is_ok() {
            *self.coins.entry(w).or_default() += d;
        }
        self.judge("7", &stored, &model, before);
    }

    pub(super) fn charge_back(&mut self) {
        let Some((number, payment)) = self.payment() else { return };
        if !self.is_open(payment.wallet) {
            return;
        }
        self.stop_all(payment.wallet);
        if self.random.one_in(2) {
            // All that is there is on its way out: what is charged back becomes a debt.
            let x = self.books.get(Account::Available(payment.wallet)) / CENT * CENT;
            self.begin_withdrawal(payment.wallet, x);
        }
        let before = self.sample();
        let b = if self.random.one_in(2) { payment.amount } else { self.cents(payment.amount / CENT) };
        let stored = self.write(move |write| {
            let (wallet, top_up) = (ledger::wallet(write.connection(), payment.wallet)?, top_up(write, payment.id)?);
            Ok(ledger::charge_back(write, &wallet, &top_up, Amount(b))?)
        });
        let was_paid = ["succeeded", "charged back"].contains(&payment.state);
        let is_left = payment.reversed + b <= payment.amount && b > 0 && b % CENT == 0;
        let model = only_if(was_paid && is_left).and_then(|()| self.books.row_8(payment.wallet, b, payment.world));
        self.judge("8", &stored, &model, before);
        if model.is_ok() {
            self.payments[number].state = "charged back";
            self.payments[number].reversed += b;
        }
    }

    pub(super) fn win_chargeback(&mut self) {
        let Some((number, payment)) = self.payment() else { return };
        if !self.is_open(payment.wallet) {
            return;
        }
        let before = self.sample();
        let b = if self.random.one_in(2) { payment.reversed } else { self.cents(payment.amount / CENT) };
        let stored = self.write(move |write| {
            let (wallet, top_up) = (ledger::wallet(write.connection(), payment.wallet)?, top_up(write, payment.id)?);
            Ok(ledger::chargeback_won(write, &wallet, &top_up, Amount(b))?)
        });
        let model = only_if(payment.state == "charged back" && b <= payment.reversed && b > 0 && b % CENT == 0)
            .and_then(|()| self.books.row_8a(payment.wallet, b, payment.world));
        self.judge("8a", &stored, &model, before);
        if model.is_ok() {
            self.payments[number].reversed -= b;
            if self.payments[number].reversed == 0 {
                self.payments[number].state = "succeeded";
            }
        }
    }

    pub(super) fn collect_debt(&mut self, w: i64) {
        let stored = self.write(move |write| {
            let wallet = ledger::wallet(write.connection(), w)?;
            Ok(ledger::collect_debt(write, &wallet)?)
        });
        let r = self.books.row_8b(w);
        assert_eq!(stored.unwrap(), Amount(r));
        if r > 0 {
            self.counts.entry("8b").or_default().0 += 1;
        }
    }

    pub(super) fn write_off(&mut self, w: i64) {
        let before = self.sample();
        let debt = -self.books.get(Debt(w));
        let r = if self.random.one_in(2) { debt } else { self.cents(debt / CENT + 2) };
        self.write_off_all(w, r, before);
    }

    pub(super) fn write_off_all(&mut self, w: i64, r: i64, before: Option<u64>) {
        let stored = self.write(move |write| {
            let wallet = ledger::wallet(write.connection(), w)?;
            Ok(ledger::write_off(write, &wallet, Amount(r), "gone")?)
        });
        let model = self.books.row_8c(w, r);
        self.judge("8c", &stored, &model, before);
    }

    /// Row 18 for one tab of an older contract.
    pub(super) fn replace_contract(&mut self, w: i64) {
        let shop = self.shop_of(w);
        let in_force = shop.contracts.last().unwrap().id;
        let old: Vec<_> =
            self.tabs.iter().filter(|((owner, _, _), _)| *owner == w).map(|(key, tab)| (*key, *tab)).collect();
        let Some(((_, contract, price), tab)) = self.random.pick(&old) else { return };
        if contract == in_force {
            return;
        }
        let new = self.tab(w, in_force, price);
        let before = self.sample();
        let unsettled = self.books.get(Unsettled(tab));
        let u = if self.random.one_in(4) { unsettled + 1 } else { unsettled };
        self.move_tab(w, (tab, new), u, before);
    }

    pub(super) fn move_tab(&mut self, w: i64, (old, new): (i64, i64), u: i64, before: Option<u64>) {
        let stored = self.write(move |write| {
            let wallet = ledger::wallet(write.connection(), w)?;
            Ok(ledger::contract_replaced(write, &wallet, (old, new), Amount(u), "replaced")?)
        });
        let model = self.books.row_18(old, new, u);
        self.judge("18", &stored, &model, before);
    }

    /// The tab of a wallet, made as a session would make it.
    pub(super) fn tab(&mut self, w: i64, contract: i64, price: i64) -> i64 {
        if let Some(tab) = self.tabs.get(&(w, contract, price)) {
            return *tab;
        }
        let made = self.write(move |write| {
            let (id, now) = (write.next_id(), write.now());
            write.execute(
                "INSERT INTO tabs (id, wallet_id, contract_id, price, last_tick_at) VALUES (?1, ?2, ?3, ?4, ?5)",
                (id, w, contract, price, now),
            )?;
            Ok(id)
        });
        let tab = made.unwrap();
        self.tabs.insert((w, contract, price), tab);
        self.books.tabs.insert(tab, w);
        tab
    }

    pub(super) fn give_back(&mut self, w: i64) {
        let tabs: Vec<_> = self.books.tabs.iter().filter(|(_, owner)| **owner == w).map(|(tab, _)| *tab).collect();
        let Some(tab) = self.random.pick(&tabs) else { return };
        let before = self.sample();
        let unsettled = self.books.get(Unsettled(tab));
        let u = if self.random.one_in(4) { unsettled + 1 } else { self.random.between(0, unsettled) };
        let stored = self.write(move |write| {
            let wallet = ledger::wallet(write.connection(), w)?;
            Ok(ledger::give_back(write, &wallet, tab, Amount(u), "blocked")?)
        });
        let model = self.books.row_19(w, tab, u);
        self.judge("19", &stored, &model, before);
    }

    /// Coins left the account without an operation, and the operator takes them from the wallet.
    pub(super) fn miss_coins(&mut self, w: i64) {
        if self.ops.contains_key(&w) {
            return;
        }
        let (before, d) = (self.sample(), self.cents(300));
        let stored = self.write(move |write| {
            let wallet = ledger::wallet(write.connection(), w)?;
            Ok(ledger::coins_missing(write, &wallet, Amount(d), "gone")?)
        });
        let model = self.books.row_23(w, d);
        if model.is_ok() {
            *self.coins.entry(w).or_default() -= d;
        }
        self.judge("23", &stored, &model, before);
    }

    pub(super) fn credit(&mut self, w: i64) {
        let before = self.sample();
        let a = if self.random.one_in(10) { 10_000_000 * CENT } else { self.cents(500) };
        let stored = self.write(move |write| {
            let wallet = ledger::wallet(write.connection(), w)?;
            Ok(ledger::credit(write, &wallet, Amount(a), "goodwill")?)
        });
        let model = self.books.row_22(w, a);
        self.judge("22", &stored, &model, before);
    }

    pub(super) fn begin_withdrawal(&mut self, w: i64, x: i64) {
        let before = self.sample();
        let stored = self.write(move |write| {
            let wallet = ledger::wallet(write.connection(), w)?;
            Ok(ledger::begin_withdrawal(write, &wallet, Amount(x), "D", |id| id.to_be_bytes().to_vec())?)
        });
        let model = self.books.row_20(w, x);
        self.judge("20", &stored, &model, before);
        if let Ok(id) = stored {
            self.payouts.push(Payout { id, wallet: w, amount: x, state: "pending" });
        }
    }

    pub(super) fn cancel_withdrawal(&mut self) {
        let numbers: Vec<_> = (0..self.payouts.len()).collect();
        let Some(number) = self.random.pick(&numbers) else { return };
        let before = self.sample();
        let payout = self.payouts[number].clone();
        // An amount that is not the withdrawal's is refused like a state that is not.
        let amount = if self.random.one_in(8) { payout.amount + CENT } else { payout.amount };
        let stored = self.write(move |write| {
            let wallet = ledger::wallet(write.connection(), payout.wallet)?;
            Ok(ledger::cancel_withdrawal(write, &wallet, payout.id, Amount(amount))?)
        });
        let model: Row = if payout.state == "pending" && amount == payout.amount {
            self.books.row_20c(payout.wallet, payout.amount)
        } else {
            Err(Refused)
        };
        self.judge("20c", &stored, &model, before);
        if model.is_ok() {
            self.payouts[number].state = "cancelled";
        }
    }
}
