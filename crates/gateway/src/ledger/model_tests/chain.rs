//! Rows 5, 9, 14 to 17, 20a to 20d, 21: what happens on the chain, and when the gateway reads it.

use super::books::Account::{Available, Debt, Due, Held, Returning, Settling, Unsettled, Wallet};
use super::books::{CENT, Row, fee, only_if};
use super::world::{Op, Work, World};
use crate::amount::Amount;
use crate::ledger::{self, BillPart};
use crate::sessions::SessionError;
use crate::store::{StoreError, Write};

/// An operation's row, as the chain room writes it.
fn insert_op(write: &mut Write<'_>, kind: &str, w: i64, amount: i64) -> Result<i64, StoreError> {
    let (id, now) = (write.next_id(), write.now());
    write.execute(
        "INSERT INTO chain_ops (id, kind, state, partner_id, wallet_id, amount, created_at) \
         SELECT ?1, ?2, 'planned', partner_id, id, ?4, ?5 FROM wallets WHERE id = ?3",
        (id, kind, w, amount, now),
    )?;
    Ok(id)
}

fn end_op(write: &mut Write<'_>, id: i64, state: &str) -> Result<(), StoreError> {
    let now = write.now();
    write.execute("UPDATE chain_ops SET state = ?1, ended_at = ?2 WHERE id = ?3", (state, now, id))?;
    Ok(())
}

fn bill_parts(parts: &[(i64, i64)]) -> Vec<BillPart> {
    parts.iter().map(|(tab, amount)| BillPart { tab: *tab, amount: Amount(*amount) }).collect()
}

impl World {
    fn planned(
        &mut self,
        name: &'static str,
        w: i64,
        (work, amount): (Work, i64),
        (stored, model): (Result<i64, SessionError>, Row),
        before: Option<u64>,
    ) {
        self.judge(name, &stored, &model, before);
        if let Ok(id) = stored {
            self.ops.insert(w, Op { id, work, amount, in_block: false });
        }
    }

    fn is_free(&self, w: i64) -> Row {
        only_if(!self.ops.contains_key(&w))
    }

    pub(super) fn plan_delivery(&mut self, w: i64) {
        let (before, t) = (self.sample(), self.books.get(Due(w)));
        if t == 0 {
            return;
        }
        let stored = self.write(move |write| {
            let op = insert_op(write, "delivery", w, t)?;
            let wallet = ledger::wallet(write.connection(), w)?;
            assert_eq!(ledger::deliver(write, &wallet, op)?, Amount(t));
            Ok(op)
        });
        let model = self.is_free(w).and_then(|()| self.books.row_5(w, t));
        self.planned("5", w, (Work::Delivery, t), (stored, model), before);
    }

    /// Whole minutes of one tab; sometimes more than there are.
    pub(super) fn plan_bill(&mut self, w: i64) {
        let mut tabs: Vec<_> =
            self.tabs.iter().filter(|((owner, _, _), _)| *owner == w).map(|(key, tab)| (*key, *tab)).collect();
        let full = tabs.iter().filter(|((_, _, price), tab)| self.books.get(Unsettled(*tab)) >= price * CENT).copied();
        let full: Vec<_> = full.collect();
        if !full.is_empty() && !self.random.one_in(6) {
            tabs = full;
        }
        let Some(((_, contract, price), tab)) = self.random.pick(&tabs) else { return };
        let most = self.books.get(Unsettled(tab)) / (price * CENT);
        let n = if self.random.one_in(8) { most + 1 } else { self.random.between(1, most.max(1)) };
        self.plan_parts("14", w, contract, vec![(tab, n * price * CENT)]);
    }

    /// The rest of all tabs of a contract, in whole minor units.
    pub(super) fn plan_rest(&mut self, w: i64, contract: i64) {
        let tabs: Vec<_> = self
            .tabs
            .iter()
            .filter(|((owner, of, _), _)| *owner == w && *of == contract)
            .map(|(_, tab)| *tab)
            .collect();
        let all: i64 = tabs.iter().map(|tab| self.books.get(Unsettled(*tab))).sum();
        let mut left = all - all % CENT;
        let mut parts = Vec::new();
        for tab in tabs {
            let amount = self.books.get(Unsettled(tab)).min(left);
            left -= amount;
            if amount > 0 {
                parts.push((tab, amount));
            }
        }
        if !parts.is_empty() {
            self.plan_parts("14r", w, contract, parts);
        }
    }

    fn plan_parts(&mut self, name: &'static str, w: i64, contract: i64, parts: Vec<(i64, i64)>) {
        let before = self.sample();
        let g = parts.iter().map(|(_, amount)| amount).sum();
        let fee_pct = self.shop_of(w).contracts.iter().find(|one| one.id == contract).unwrap().fee_pct;
        let fee_pct = i64::try_from(fee_pct).unwrap();
        let taken = bill_parts(&parts);
        let stored = self.write(move |write| {
            let op = insert_op(write, "bill", w, g)?;
            let wallet = ledger::wallet(write.connection(), w)?;
            assert_eq!(ledger::bill_planned(write, &wallet, op, &taken)?, Amount(g));
            Ok(op)
        });
        let model = self.is_free(w).and_then(|()| self.books.row_14(w, &parts));
        self.planned(name, w, (Work::Bill { parts, fee_pct }, g), (stored, model), before);
    }

    pub(super) fn plan_withdrawal(&mut self, w: i64) {
        let pending: Vec<_> =
            self.payouts.iter().filter(|one| one.wallet == w && (one.state == "pending")).cloned().collect();
        let Some(payout) = self.random.pick(&pending) else { return };
        let (before, x) = (self.sample(), payout.amount);
        let stored = self.write(move |write| {
            let op = insert_op(write, "withdrawal", w, x)?;
            let wallet = ledger::wallet(write.connection(), w)?;
            ledger::withdrawal_planned(write, &wallet, payout.id, Amount(x))?;
            Ok(op)
        });
        let model = self.is_free(w).and_then(|()| self.books.row_20a(w, x));
        if model.is_ok() {
            self.set_payout(payout.id, "sending");
        }
        self.planned("20a", w, (Work::Withdrawal(payout.id), x), (stored, model), before);
    }

    fn set_payout(&mut self, id: i64, state: &'static str) {
        self.payouts.iter_mut().filter(|one| one.id == id).for_each(|one| one.state = state);
    }

    pub(super) fn plan_return(&mut self, w: i64) {
        let x = self.books.get(Returning(w));
        if x == 0 || self.ops.contains_key(&w) {
            return;
        }
        let stored = self.write(move |write| Ok(insert_op(write, "return", w, x)?));
        self.planned("9 planned", w, (Work::Return, x), (stored, Ok(())), None);
    }

    /// The operation comes into a block: coins move, whenever it is read.
    pub(super) fn put_in_block(&mut self, w: i64) {
        let Some(op) = self.ops.get_mut(&w).filter(|op| !op.in_block) else { return };
        op.in_block = true;
        let (treasury, account) = match op.work {
            Work::Delivery => (-op.amount, op.amount),
            Work::Bill { .. } | Work::Withdrawal(_) => (0, -op.amount),
            Work::Return | Work::Close => (op.amount, -op.amount),
        };
        self.treasury_coins += treasury;
        *self.coins.entry(w).or_default() += account;
    }

    /// The gateway learns what became of the operation: it is in a block, or in none for ever.
    pub(super) fn read_outcome(&mut self, w: i64) {
        let Some(op) = self.ops.get(&w).cloned() else { return };
        if op.in_block { self.read_done(w, op) } else { self.read_void(w, op) }
    }

    fn read_done(&mut self, w: i64, op: Op) {
        let partner = self.shop_of(w).id;
        let Op { id, amount, ref work, .. } = op;
        let (name, model) = match work {
            Work::Delivery => ("5a", self.books.row_5a(w, amount)),
            Work::Bill { fee_pct, .. } => ("15", self.books.row_15(w, partner, amount, *fee_pct)),
            Work::Withdrawal(_) => ("20b", self.books.row_20b(w, amount)),
            Work::Return => ("9", self.books.row_9(w, amount)),
            Work::Close => ("21a", self.books.row_21a(w)),
        };
        let done = work.clone();
        let stored = self.write(move |write| {
            let wallet = ledger::wallet(write.connection(), w)?;
            match &done {
                Work::Delivery => {
                    ledger::delivered(write, &wallet, id, Amount(amount))?;
                    write.execute("UPDATE wallets SET has_account = 1 WHERE id = ?1", [w])?;
                }
                Work::Bill { fee_pct, .. } => {
                    ledger::bill_charged(write, &wallet, id, Amount(amount), Amount(fee(amount, *fee_pct)))?;
                }
                Work::Withdrawal(payout) => ledger::withdrawal_done(write, &wallet, *payout, Amount(amount))?,
                Work::Return => ledger::returned(write, &wallet, id, Amount(amount))?,
                Work::Close => ledger::close_account(write, &wallet, id)?,
            }
            Ok(end_op(write, id, "done")?)
        });
        self.judge(name, &stored, &model, None);
        if let Work::Withdrawal(payout) = op.work {
            self.set_payout(payout, "done");
        }
        self.ops.remove(&w);
    }

    fn read_void(&mut self, w: i64, op: Op) {
        let Op { id, amount, ref work, .. } = op;
        let (name, model) = match work {
            Work::Delivery => ("5b", self.books.row_5b(w, amount)),
            Work::Bill { parts, .. } => ("16", self.books.row_16(w, parts)),
            Work::Withdrawal(_) => ("20d", self.books.row_20d(w, amount)),
            // Planned once more, with new bytes: nothing has moved.
            Work::Return | Work::Close => return,
        };
        let void = work.clone();
        let stored = self.write(move |write| {
            let wallet = ledger::wallet(write.connection(), w)?;
            match &void {
                Work::Delivery => ledger::delivery_void(write, &wallet, id, Amount(amount))?,
                Work::Bill { parts, .. } => ledger::bill_undone(write, &wallet, id, &bill_parts(parts), "void")?,
                Work::Withdrawal(payout) => {
                    ledger::withdrawal_refused(write, &wallet, *payout, Amount(amount), "void")?;
                }
                Work::Return | Work::Close => {}
            }
            Ok(end_op(write, id, "refused")?)
        });
        self.judge(name, &stored, &model, None);
        if let Work::Withdrawal(payout) = op.work {
            self.set_payout(payout, "refused");
        }
        self.ops.remove(&w);
    }

    /// Row 17.
    pub(super) fn doubt(&mut self, w: i64) {
        let Some(Op { id, work: Work::Bill { .. }, .. }) = self.ops.get(&w).cloned() else { return };
        let stored = self.write(move |write| {
            let wallet = ledger::wallet(write.connection(), w)?;
            ledger::bill_doubtful(write, &wallet, id, "no node knows")?;
            write.execute("UPDATE chain_ops SET state = 'doubtful' WHERE id = ?1", [id])?;
            Ok(())
        });
        self.judge("17", &stored, &Ok(()), None);
    }

    /// Row 21, whatever the wallet has: refused unless it is nearly empty.
    pub(super) fn close(&mut self, w: i64) {
        let before = self.sample();
        let shop = self.shop_of(w);
        let has_open = self.sessions.values().any(|session| session.wallet == w && session.closed.is_none());
        let stored = self.write(move |write| {
            let wallet = ledger::wallet(write.connection(), w)?;
            // The closing group takes the account's rest to the treasury.
            let amount = wallet.returning.0 + (wallet.available.0 + wallet.unsettled.0) / CENT * CENT;
            let op = if wallet.has_account { Some(insert_op(write, "close", w, amount)?) } else { None };
            Ok((op, ledger::close_wallet(write, &wallet, op)?))
        });
        let model = only_if(!has_open && !self.ops.contains_key(&w)).and_then(|()| self.books.row_21(w, shop.id));
        self.judge("21", &stored, &model, before);
        let Ok((op, rest)) = stored else { return };
        assert!([0, CENT].contains(&rest.0));
        for session in self.sessions.values_mut().filter(|session| session.wallet == w) {
            session.late = 0;
        }
        if let Some(id) = op {
            self.ops.insert(w, Op { id, work: Work::Close, amount: self.books.get(Returning(w)), in_block: false });
        }
        self.compare();
        self.put_in_block(w);
        self.compare();
        self.read_outcome(w);
        // No user of ours any more.
        let place = self.users.iter().position(|user| user.wallet == w).unwrap();
        let shop = self.users[place].shop;
        self.closed.push(self.users.remove(place));
        self.add_user(shop);
    }

    /// Everything that must have happened before a wallet can be closed, then that.
    pub(super) fn wind_up(&mut self, w: i64) {
        self.stop_all(w);
        self.settle(w);
        self.compare();
        self.collect_debt(w);
        let debt = -self.books.get(Debt(w));
        if debt > 0 {
            self.write_off_all(w, debt, None);
        }
        while let Some(payout) = self.payouts.iter().find(|one| one.wallet == w && one.state == "pending").cloned() {
            // Coins that are due are delivered first.
            self.plan_delivery(w);
            self.settle(w);
            if self.books.get(Wallet(w)) < payout.amount {
                return;
            }
            self.plan_withdrawal(w);
            self.settle(w);
        }
        self.plan_delivery(w);
        self.settle(w);
        self.begin_close(w);
        let contracts: Vec<_> = self.shop_of(w).contracts.iter().map(|contract| contract.id).collect();
        let in_force = *contracts.last().unwrap();
        let old: Vec<_> = self
            .tabs
            .iter()
            .filter(|((owner, contract, _), _)| *owner == w && *contract != in_force)
            .map(|(key, tab)| (*key, *tab))
            .collect();
        for ((_, _, price), tab) in old {
            let u = self.books.get(Unsettled(tab));
            if u > 0 {
                let new = self.tab(w, in_force, price);
                self.move_tab(w, (tab, new), u, None);
            }
        }
        self.plan_rest(w, in_force);
        self.settle(w);
        self.compare();
        let x = self.books.get(Available(w)) / CENT * CENT;
        if x > 0 {
            self.begin_withdrawal(w, x);
            self.plan_withdrawal(w);
            self.settle(w);
        }
        assert_eq!([Held(w), Settling(w), Due(w)].map(|account| self.books.get(account)), [0; 3]);
        self.close(w);
        assert!(!self.is_open(w), "wallet {w} was not closed");
    }

    /// Row 19 for what no bill can take: afterwards all contracts together have less than a cent beside what they can bill.
    fn begin_close(&mut self, w: i64) {
        let stored = self.write(move |write| {
            let wallet = ledger::wallet(write.connection(), w)?;
            ledger::begin_close(write, &wallet)?;
            let tabs = write.rows("SELECT id, unsettled FROM tabs WHERE wallet_id = ?1", [w], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })?;
            Ok(tabs)
        });
        let tabs: Vec<(i64, i64)> = stored.unwrap();
        for session in self.sessions.values_mut().filter(|session| session.wallet == w) {
            session.late = 0;
        }
        for (tab, left) in tabs {
            let given_back = self.books.get(Unsettled(tab)) - left;
            assert!((0..CENT).contains(&given_back), "whole cents can be billed");
            if given_back > 0 {
                self.books.row_19(w, tab, given_back).unwrap();
                self.counts.entry("19 close").or_default().0 += 1;
            }
        }
        let shop = self.shop_of(w).contracts;
        let parts = shop.iter().map(|contract| {
            let of_contract = self.tabs.iter().filter(|((owner, of, _), _)| *owner == w && *of == contract.id);
            of_contract.map(|(_, tab)| self.books.get(Unsettled(*tab))).sum::<i64>() % CENT
        });
        assert!(parts.sum::<i64>() < CENT);
        self.compare();
    }

    /// What is in flight comes into a block, and is read.
    fn settle(&mut self, w: i64) {
        self.put_in_block(w);
        self.read_outcome(w);
        assert_eq!(self.books.get(Settling(w)), 0);
    }
}
