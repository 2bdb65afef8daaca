//! Both books as maps of accounts, with nothing of the store: each row of the design's table in the words of that table.

use std::collections::BTreeMap;

/// One minor unit of PLY.
pub(super) const CENT: i64 = 1_000_000;

/// An account of one of the books; wallets, tabs and partners by their numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Account {
    Available(i64),
    Held(i64),
    /// Of a tab.
    Unsettled(i64),
    Settling(i64),
    Withdrawing(i64),
    Debt(i64),
    Partner(i64),
    Platform(i64),
    Loss,
    WorldCard,
    WorldPaypal,
    WorldChain,
    WorldOperator,
    Treasury,
    Reserved,
    Due(i64),
    Sending(i64),
    Wallet(i64),
    Leaving(i64),
    Returning(i64),
    Outside,
}
use Account::*;

/// A condition of the table does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Refused;

pub(super) type Row = Result<(), Refused>;

/// Refuses unless it holds.
pub(super) fn only_if(holds: bool) -> Row {
    if holds { Ok(()) } else { Err(Refused) }
}

/// Both books.
#[derive(Clone, Debug, Default)]
pub(super) struct Books {
    accounts: BTreeMap<Account, i64>,
    /// The wallet of each tab.
    pub(super) tabs: BTreeMap<i64, i64>,
}

impl Books {
    pub(super) fn get(&self, account: Account) -> i64 {
        self.accounts.get(&account).copied().unwrap_or(0)
    }

    /// What a wallet was charged and is in no bill.
    pub(super) fn unsettled(&self, wallet: i64) -> i64 {
        self.tabs.iter().filter(|(_, owner)| **owner == wallet).map(|(tab, _)| self.get(Unsettled(*tab))).sum()
    }

    fn sum(&self, of: impl Fn(Account) -> bool) -> i64 {
        self.accounts.iter().filter(|(account, _)| of(**account)).map(|(_, balance)| *balance).sum()
    }

    /// One transaction: all of it, or nothing where an account would get the wrong sign.
    pub(super) fn post(&mut self, owed: &[(Account, i64)], chain: &[(Account, i64)]) -> Row {
        for book in [owed, chain] {
            assert_eq!(book.iter().map(|(_, change)| change).sum::<i64>(), 0, "{owed:?} {chain:?}");
        }
        assert!(chain.iter().all(|(_, change)| change % CENT == 0), "law 3: {chain:?}");
        let mut after = self.accounts.clone();
        for (account, change) in owed.iter().chain(chain) {
            *after.entry(*account).or_default() += change;
        }
        let is_right = after.iter().all(|(account, balance)| match account {
            Debt(_) => *balance <= 0,
            Loss | WorldCard | WorldPaypal | WorldChain | WorldOperator | Outside => true,
            _ => *balance >= 0,
        });
        only_if(is_right)?;
        self.accounts = after;
        Ok(())
    }

    pub(super) fn check_laws(&self, wallets: impl Iterator<Item = i64>) {
        for w in wallets {
            let owed = [Available(w), Held(w), Settling(w), Withdrawing(w)].map(|account| self.get(account));
            let chain = [Due(w), Sending(w), Wallet(w), Leaving(w)].map(|account| self.get(account));
            let unsettled = self.unsettled(w);
            assert_eq!(owed.iter().sum::<i64>() + unsettled, chain.iter().sum::<i64>(), "law 1 of {w}");
            assert_eq!((owed[0] + owed[1] + unsettled) % CENT, 0, "law 3 of {w}");
        }
    }

    /// Law 2: what the treasury holds while nothing is unread.
    pub(super) fn treasury_holds(&self) -> i64 {
        self.sum(|account| matches!(account, Treasury | Reserved | Due(_) | Sending(_)))
    }

    /// Law 2: what an account holds while nothing is unread.
    pub(super) fn account_holds(&self, w: i64) -> i64 {
        self.get(Wallet(w)) + self.get(Leaving(w)) + self.get(Returning(w))
    }
}

fn whole(amount: i64) -> i64 {
    amount - amount % CENT
}

/// The rows, by their numbers.
impl Books {
    pub(super) fn row_1(&mut self, s: i64) -> Row {
        only_if(s > 0 && s % CENT == 0)?;
        self.post(&[], &[(Outside, -s), (Treasury, s)])
    }

    pub(super) fn row_2(&mut self, a: i64) -> Row {
        only_if(a > 0 && a % CENT == 0)?;
        self.post(&[], &[(Treasury, -a), (Reserved, a)])
    }

    pub(super) fn row_3(&mut self, a: i64) -> Row {
        self.post(&[], &[(Reserved, -a), (Treasury, a)])
    }

    pub(super) fn row_4(&mut self, w: i64, a: i64, world: Account) -> Row {
        let r = a.min(-self.get(Debt(w)));
        self.post(
            &[(world, -a), (Available(w), a - r), (Debt(w), r)],
            &[(Reserved, -a), (Due(w), a - r), (Treasury, r)],
        )
    }

    pub(super) fn row_5(&mut self, w: i64, t: i64) -> Row {
        self.post(&[], &[(Due(w), -t), (Sending(w), t)])
    }

    pub(super) fn row_5a(&mut self, w: i64, t: i64) -> Row {
        self.post(&[], &[(Sending(w), -t), (Wallet(w), t)])
    }

    pub(super) fn row_5b(&mut self, w: i64, t: i64) -> Row {
        self.post(&[], &[(Sending(w), -t), (Due(w), t)])
    }

    pub(super) fn row_7(&mut self, w: i64, d: i64) -> Row {
        only_if(d > 0 && d % CENT == 0)?;
        let r = d.min(-self.get(Debt(w)));
        self.post(
            &[(WorldChain, -d), (Available(w), d - r), (Debt(w), r)],
            &[(Outside, -d), (Wallet(w), d - r), (Returning(w), r)],
        )
    }

    pub(super) fn row_8(&mut self, w: i64, b: i64, world: Account) -> Row {
        let there = self.get(Due(w)) + self.get(Wallet(w));
        let x = whole(b.min(self.get(Available(w)))).min(there);
        let y = x.min(self.get(Due(w)));
        self.post(
            &[(world, b), (Available(w), -x), (Debt(w), -(b - x))],
            &[(Due(w), -y), (Treasury, y), (Wallet(w), -(x - y)), (Returning(w), x - y)],
        )
    }

    pub(super) fn row_8a(&mut self, w: i64, b: i64, world: Account) -> Row {
        let r = b.min(-self.get(Debt(w)));
        self.post(&[(world, -b), (Debt(w), r), (Available(w), b - r)], &[(Treasury, -(b - r)), (Due(w), b - r)])
    }

    /// How much it collected.
    pub(super) fn row_8b(&mut self, w: i64) -> i64 {
        let there = self.get(Due(w)) + self.get(Wallet(w));
        let r = whole(self.get(Available(w)).min(-self.get(Debt(w)))).min(there);
        let from_due = r.min(self.get(Due(w)));
        let rest = r - from_due;
        self.post(
            &[(Available(w), -r), (Debt(w), r)],
            &[(Due(w), -from_due), (Treasury, from_due), (Wallet(w), -rest), (Returning(w), rest)],
        )
        .unwrap();
        r
    }

    pub(super) fn row_8c(&mut self, w: i64, r: i64) -> Row {
        only_if(r > 0 && r % CENT == 0)?;
        self.post(&[(Debt(w), r), (Loss, -r)], &[])
    }

    pub(super) fn row_9(&mut self, w: i64, x: i64) -> Row {
        self.post(&[], &[(Returning(w), -x), (Treasury, x)])
    }

    pub(super) fn row_14(&mut self, w: i64, parts: &[(i64, i64)]) -> Row {
        let g: i64 = parts.iter().map(|(_, amount)| amount).sum();
        only_if(g > 0 && g % CENT == 0 && parts.iter().all(|(_, amount)| *amount > 0))?;
        only_if(parts.iter().all(|(tab, _)| self.tabs.get(tab) == Some(&w)))?;
        let mut owed: Vec<_> = parts.iter().map(|(tab, amount)| (Unsettled(*tab), -amount)).collect();
        owed.push((Settling(w), g));
        self.post(&owed, &[(Wallet(w), -g), (Leaving(w), g)])
    }

    pub(super) fn row_15(&mut self, w: i64, p: i64, g: i64, fee_pct: i64) -> Row {
        let f = fee(g, fee_pct);
        self.post(&[(Settling(w), -g), (Partner(p), g - f), (Platform(p), f)], &[(Leaving(w), -g), (Outside, g)])
    }

    pub(super) fn row_16(&mut self, w: i64, parts: &[(i64, i64)]) -> Row {
        let g: i64 = parts.iter().map(|(_, amount)| amount).sum();
        let mut owed: Vec<_> = parts.iter().map(|(tab, amount)| (Unsettled(*tab), *amount)).collect();
        owed.push((Settling(w), -g));
        self.post(&owed, &[(Leaving(w), -g), (Wallet(w), g)])
    }

    pub(super) fn row_18(&mut self, old: i64, new: i64, u: i64) -> Row {
        only_if(u > 0)?;
        self.post(&[(Unsettled(old), -u), (Unsettled(new), u)], &[])
    }

    pub(super) fn row_19(&mut self, w: i64, tab: i64, u: i64) -> Row {
        only_if(u > 0)?;
        self.post(&[(Unsettled(tab), -u), (Available(w), u)], &[])
    }

    pub(super) fn row_23(&mut self, w: i64, d: i64) -> Row {
        only_if(d > 0 && d % CENT == 0)?;
        self.post(&[(Available(w), -d), (WorldChain, d)], &[(Wallet(w), -d), (Outside, d)])
    }

    pub(super) fn row_20(&mut self, w: i64, x: i64) -> Row {
        only_if(x > 0 && x % CENT == 0)?;
        self.post(&[(Available(w), -x), (Withdrawing(w), x)], &[])
    }

    pub(super) fn row_20a(&mut self, w: i64, x: i64) -> Row {
        self.post(&[], &[(Wallet(w), -x), (Leaving(w), x)])
    }

    pub(super) fn row_20b(&mut self, w: i64, x: i64) -> Row {
        self.post(&[(Withdrawing(w), -x), (WorldChain, x)], &[(Leaving(w), -x), (Outside, x)])
    }

    pub(super) fn row_20c(&mut self, w: i64, x: i64) -> Row {
        self.post(&[(Withdrawing(w), -x), (Available(w), x)], &[])
    }

    pub(super) fn row_20d(&mut self, w: i64, x: i64) -> Row {
        self.post(&[(Withdrawing(w), -x), (Available(w), x)], &[(Leaving(w), -x), (Wallet(w), x)])
    }

    pub(super) fn row_21(&mut self, w: i64, p: i64) -> Row {
        let in_flight = [Held(w), Settling(w), Withdrawing(w), Due(w), Sending(w), Leaving(w), Debt(w)];
        only_if(in_flight.iter().all(|account| self.get(*account) == 0))?;
        let (a, u) = (self.get(Available(w)), self.unsettled(w));
        only_if(a < CENT && u < CENT && [0, CENT].contains(&(a + u)))?;
        let mut owed: Vec<_> = self
            .tabs
            .iter()
            .filter(|(_, owner)| **owner == w)
            .map(|(tab, _)| *tab)
            .collect::<Vec<_>>()
            .into_iter()
            .map(|tab| (Unsettled(tab), -self.get(Unsettled(tab))))
            .collect();
        owed.extend([(Available(w), -a), (Platform(p), a + u)]);
        self.post(&owed, &[(Wallet(w), -(a + u)), (Returning(w), a + u)])
    }

    pub(super) fn row_21a(&mut self, w: i64) -> Row {
        self.row_9(w, self.get(Returning(w)))
    }

    pub(super) fn row_22(&mut self, w: i64, a: i64) -> Row {
        only_if(a > 0 && a % CENT == 0)?;
        self.post(&[(WorldOperator, -a), (Available(w), a)], &[(Treasury, -a), (Due(w), a)])
    }
}

/// The platform's part of a bill.
pub(super) fn fee(g: i64, fee_pct: i64) -> i64 {
    g / CENT * fee_pct / 10_000 * CENT
}
