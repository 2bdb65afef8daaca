//! One wallet's operations, one after the other: compare, plan, sign, store, hand over, find out, book.

use super::books::{StopCause, WalletBooks};
use super::groups::{self, OpLabel, Order};
use super::keys::WalletKeys;
use super::ops::{Attempt, ChainOp, OpKind, OpState, Work, decode_group};
use super::outflow::Caps;
use super::plan;
use super::reconcile::{Comparison, Mismatch, Review, WalletOnChain, compare, compare_before};
use super::refusals::{self, Accounts, Cause, ContractNow, Facts, NextStep};
use super::shared::{Shared, WorkError, Worked};
use super::signer::{SignError, SignRequest};
use super::store::{ChainStore, Ending, Notice, VoidAttempt};
use super::terms::ContractTerms;
use crate::amount::Amount;
use pnp_client::{AccountDetails, ClientError, SuggestedParams};
use pnp_types::{Address, MicroAlgos, Round};
use pnp_usage::exactly_once::{BilledTick, GroupOutcome, SendError, SendResult, SentGroup};
use pnp_usage::{Bill, GlobalState, TickId};
use std::sync::PoisonError;

/// How many operations of a wallet are worked off before others get their share.
const OPS_AT_ONCE: u32 = 4;
/// How many attempts an operation gets in one go.
const ATTEMPTS_AT_ONCE: u32 = 5;
/// When what cannot pass now is tried again, in milliseconds.
const RETRY_DELAY: i64 = 600_000;
/// The same for what soon improves: fees over the limit, a node that is behind.
const SHORT_RETRY_DELAY: i64 = 10_000;

/// How many rounds a node may be behind the one that named the newest.
const ROUNDS_BEHIND: u64 = 3;

type Worker<S> = Result<Worked, WorkError<<S as ChainStore>::Error>>;

/// Whether an operation goes on.
enum Step {
    /// It has ended.
    Ended,
    /// It waits.
    Waits,
    /// Another attempt is to be made; its attempts are these now.
    Again,
}

impl<S: ChainStore, K: WalletKeys> Shared<S, K> {
    /// Works off what a wallet has to do. `must_compare` compares its account with its books also where there is nothing to do.
    pub(super) async fn work(&self, wallet: i64, mut must_compare: bool) -> Worker<S> {
        let mut worked = Worked::Nothing;
        for _ in 0..OPS_AT_ONCE {
            let Some(books) = self.store.wallet(wallet).await.map_err(WorkError::Store)? else {
                return Ok(worked);
            };
            if let Some(cause) = books.stopped {
                // The network's settings may name a node by now that knows what became of its operation.
                if must_compare && cause == StopCause::Doubtful {
                    self.recheck(wallet).await?;
                }
                return Ok(worked);
            }
            let address = self.address(&books).await?;
            if let Some(op) = &books.op {
                if !self.may_go_on(op) {
                    return Ok(worked);
                }
                worked = Worked::Idle;
                if !self.drive(&books, address, op.clone(), None).await? {
                    return Ok(worked);
                }
                must_compare = true;
                continue;
            }
            let may_bill = |contract: &ContractTerms| !self.rests(contract);
            if !must_compare && !plan::has_work(&books, &may_bill, self.store.now()) {
                return Ok(worked);
            }
            worked = Worked::Idle;
            if !self.compare_and_plan(&books, address).await? {
                return Ok(worked);
            }
            // What the operation did is compared, too.
            must_compare = true;
        }
        Ok(Worked::More)
    }

    fn may_go_on(&self, op: &ChainOp) -> bool {
        op.state != OpState::Doubtful && op.not_before <= self.store.now()
    }

    /// The wallet's address, of the key that it has or now gets.
    async fn address(&self, books: &WalletBooks) -> Result<Address, WorkError<S::Error>> {
        match books.key_number {
            Some(number) => Ok(self.signer.address(number)?),
            None => {
                let number = self.store.reserve_key().await.map_err(WorkError::Store)?;
                let address = self.signer.address(number)?;
                self.store.set_key(books.id, number, address).await.map_err(WorkError::Store)?;
                Ok(address)
            }
        }
    }

    /// Compares a wallet with nothing in flight, and plans and drives its next operation. Whether there may be more to do.
    async fn compare_and_plan(&self, books: &WalletBooks, address: Address) -> Result<bool, WorkError<S::Error>> {
        // Drawn and read before the account: where this process sleeps after its look, and another one on a copy of the store pays
        // meanwhile, the other's tick is greater, and these rounds are over or the other's lease still lasts.
        let (tick, params) = (TickId::fresh(None)?, self.network.params().await?);
        let details = self.details(address).await?;
        let chain = WalletOnChain::read(&details, self.signer.parties().asset, books)?;
        match compare(books, &chain) {
            Comparison::Agrees => {}
            // The node is behind: another one, or this one later, says more.
            Comparison::Stale => return Ok(false),
            Comparison::Mismatch(mismatch) => {
                let now = self.store.wallet(books.id).await.map_err(WorkError::Store)?;
                // Another settler of this store may have moved it on between the two looks.
                let is_same = now.is_some_and(|now| {
                    now.op.is_none()
                        && (now.due, now.holding(), &now.last_ticks) == (books.due, books.holding(), &books.last_ticks)
                });
                if is_same {
                    self.stop(books.id, &mismatch).await?;
                }
                return Ok(!is_same);
            }
            Comparison::Surplus { deposit, algos } => {
                let holding = books.holding().unwrap_or_default();
                let found = self.store.found(books.id, holding, deposit, algos).await;
                return found.map_err(WorkError::Store);
            }
        }
        self.store.reconciled(books.id, chain.round).await.map_err(WorkError::Store)?;
        let now = self.store.now();
        let may_bill = |contract: &ContractTerms| !self.rests(contract);
        let Some(mut planned) = plan::next(books, &chain, &may_bill, params.min_fee, now)? else { return Ok(false) };
        if let Work::Bill(bill) = &mut planned.work {
            if !self.breakers().take(bill.contract.app, now) {
                return Ok(false);
            }
            // Else a clock that went back: the one that counts on from the last stays.
            if books.last_ticks.get(&bill.contract.id).is_none_or(|last| tick > *last) {
                bill.tick = tick;
            }
        }
        let Some(op) = self.store.plan(books.id, &planned).await.map_err(WorkError::Store)? else {
            // The books have moved on since they were read: the next look at this wallet plans what is left.
            return Ok(false);
        };
        if books.key_number.is_none() {
            return Ok(true);
        }
        self.drive(books, address, op, Some(params)).await
    }

    async fn details(&self, address: Address) -> Result<AccountDetails, ClientError> {
        self.network.ask(|| self.network.algod().account_details(address)).await
    }

    async fn stop(&self, wallet: i64, mismatch: &Mismatch) -> Result<(), WorkError<S::Error>> {
        tracing::error!(wallet, %mismatch, "the wallet stops");
        self.store.stop_wallet(wallet, mismatch.cause(), &mismatch.to_string()).await.map_err(WorkError::Store)
    }

    /// Works an operation to its end; `false` where it waits. `params` were read before the account was compared, where it just was.
    async fn drive(
        &self,
        books: &WalletBooks,
        address: Address,
        mut op: ChainOp,
        mut params: Option<SuggestedParams>,
    ) -> Result<bool, WorkError<S::Error>> {
        for _ in 0..ATTEMPTS_AT_ONCE {
            let (attempt, is_resumed) = match op.open_attempt() {
                Some(attempt) => (attempt.clone(), true),
                None => match self.new_attempt(books, address, &op, params.take()).await? {
                    Some(attempt) => (attempt, false),
                    None => return Ok(false),
                },
            };
            match self.try_attempt(books, address, &op, &attempt, is_resumed).await? {
                Step::Ended => return Ok(true),
                Step::Waits => return Ok(false),
                Step::Again => {
                    let books = self.store.wallet(books.id).await.map_err(WorkError::Store)?;
                    match books.and_then(|books| books.op).filter(|now| now.id == op.id) {
                        Some(now) => op = now,
                        None => return Ok(true),
                    }
                }
            }
        }
        // The network keeps refusing: others get their share.
        Ok(false)
    }

    /// Works on an operation whose outcome was not known, with what the network says now.
    pub(super) async fn recheck(&self, wallet: i64) -> Result<(), WorkError<S::Error>> {
        let Some(books) = self.store.wallet(wallet).await.map_err(WorkError::Store)? else { return Ok(()) };
        if let Some(op) = books.op.clone().filter(|op| op.state == OpState::Doubtful) {
            let address = self.address(&books).await?;
            self.drive(&books, address, op, None).await?;
        }
        Ok(())
    }

    /// A wallet's books and its account now, also where it is stopped. Asks first what became of an operation whose outcome was not
    /// known.
    pub(super) async fn review(&self, wallet: i64) -> Result<Option<Review>, WorkError<S::Error>> {
        self.recheck(wallet).await?;
        let Some(books) = self.store.wallet(wallet).await.map_err(WorkError::Store)? else { return Ok(None) };
        let Some(number) = books.key_number else {
            // It never had an account that this store could know.
            return Ok(Some(Review { books, chain: None, comparison: Comparison::Agrees }));
        };
        let details = self.details(self.signer.address(number)?).await?;
        let chain = WalletOnChain::read(&details, self.signer.parties().asset, &books)?;
        let comparison = match &books.op {
            Some(op) if op.state == OpState::Planned => compare_before(&books, &chain, op),
            _ => compare(&books, &chain),
        };
        Ok(Some(Review { books, chain: Some(chain), comparison }))
    }

    /// Hands one attempt over and books its outcome.
    async fn try_attempt(
        &self,
        books: &WalletBooks,
        address: Address,
        op: &ChainOp,
        attempt: &Attempt,
        is_resumed: bool,
    ) -> Result<Step, WorkError<S::Error>> {
        match self.hand_over(address, op, attempt, is_resumed).await? {
            SendResult::Outcome { outcome: GroupOutcome::InBlock(round), .. } => {
                self.in_block(books, address, op, attempt, round).await
            }
            SendResult::Outcome { outcome: GroupOutcome::Doubtful(reason), .. } => {
                tracing::error!(op = op.text(), %reason, "the outcome is not known");
                self.end(op, &Ending::Doubtful { attempt: attempt.number, reason }).await
            }
            SendResult::Outcome { outcome: GroupOutcome::Void(reason), refusal } => match refusal {
                Some(error) => self.refused(books, address, op, attempt, &error, false).await,
                None => self.void(op, attempt, false, reason, None, 0).await,
            },
            SendResult::Refused(error) => self.refused(books, address, op, attempt, &error, true).await,
        }
    }

    /// Hands an attempt's stored bytes over until their outcome is known.
    async fn hand_over(
        &self,
        address: Address,
        op: &ChainOp,
        attempt: &Attempt,
        is_resumed: bool,
    ) -> Result<SendResult, WorkError<S::Error>> {
        if is_resumed && let Some(round) = self.network.look_up(attempt.txid).await? {
            let outcome = GroupOutcome::InBlock(Some(round));
            return Ok(SendResult::Outcome { outcome, refusal: None });
        }
        let bill = match &op.work {
            Work::Bill(bill) => Some(BilledTick { user: address, app: bill.contract.app, tick: bill.tick.clone() }),
            _ => None,
        };
        let group = SentGroup { txid: attempt.txid, window: attempt.window, bytes: Some(attempt.group.clone()), bill };
        // On a network of several nodes a refusal says nothing: another process may hand the same bytes to another node.
        let may_have_arrived = is_resumed || !self.settings.is_single_node;
        let rules = self.settings.send_rules();
        let (sent, marked) = tokio::join!(
            group.send(&self.network, &rules, may_have_arrived),
            self.store.mark_sent(op.id, attempt.number)
        );
        marked.map_err(WorkError::Store)?;
        sent.map_err(|error| match error {
            SendError::Client(error) => WorkError::Network(error),
            SendError::Contract(pnp_usage::OperationError::Client(error)) => WorkError::Network(error),
            SendError::Contract(pnp_usage::OperationError::Usage(error)) => WorkError::Usage(error),
            SendError::Contract(_) => WorkError::Internal("a contract's state cannot be read"),
            SendError::Stalled { txid } => WorkError::Network(ClientError::Uncertain {
                txid,
                last_valid: attempt.window.last_valid,
                why: "the network makes no blocks".to_owned(),
            }),
        })
    }

    async fn in_block(
        &self,
        books: &WalletBooks,
        address: Address,
        op: &ChainOp,
        attempt: &Attempt,
        round: Option<Round>,
    ) -> Result<Step, WorkError<S::Error>> {
        let group = decode_group(&attempt.group).ok_or(WorkError::Internal("stored bytes that are no group"))?;
        let algos = groups::algo_posting(&group, self.signer.parties(), address, books.algos)
            .ok_or(WorkError::Internal("more microAlgos than 64 bits hold"))?;
        let ending = Ending::InBlock { attempt: attempt.number, round, algos };
        let step = self.end(op, &ending).await?;
        if let Work::Bill(bill) = &op.work {
            let app = bill.contract.app;
            let rested = self.breakers().passed(app);
            if rested {
                self.store.notice(&Notice::ContractWorks { app }).await.map_err(WorkError::Store)?;
            }
        }
        Ok(step)
    }

    async fn end(&self, op: &ChainOp, ending: &Ending) -> Result<Step, WorkError<S::Error>> {
        self.store.end(op.id, ending).await.map_err(WorkError::Store)?;
        Ok(Step::Ended)
    }

    async fn void(
        &self,
        op: &ChainOp,
        attempt: &Attempt,
        was_refused: bool,
        reason: String,
        fee_pct: Option<pnp_usage::BasisPoints>,
        not_before: i64,
    ) -> Result<Step, WorkError<S::Error>> {
        let attempt = attempt.number;
        let void = VoidAttempt { attempt, was_refused, reason, fee_pct, not_before };
        self.store.void_attempt(op.id, &void).await.map_err(WorkError::Store)?;
        Ok(if not_before > self.store.now() { Step::Waits } else { Step::Again })
    }

    /// Finds out why an attempt was refused, and does what follows. `was_refused` says that no node has a copy; else its window is over.
    async fn refused(
        &self,
        books: &WalletBooks,
        address: Address,
        op: &ChainOp,
        attempt: &Attempt,
        error: &ClientError,
        was_refused: bool,
    ) -> Result<Step, WorkError<S::Error>> {
        let facts = self.facts(address, op).await?;
        let accounts = Accounts { wallet: address, treasury: self.signer.parties().treasury };
        let cause = match error.rejection() {
            Some(rejection) => refusals::cause(rejection, op, accounts, &facts),
            None => Cause::Unexplained,
        };
        tracing::warn!(op = op.text(), ?cause, %error, "refused");
        let (now, reason) = (self.store.now(), error.to_string());
        match refusals::next_step(cause, &op.work) {
            NextStep::Charged => self.in_block(books, address, op, attempt, None).await,
            NextStep::Again(fee_pct) => {
                self.network.refresh().await?;
                self.void(op, attempt, was_refused, reason, fee_pct, 0).await
            }
            NextStep::Later => {
                if cause == Cause::TreasuryShort {
                    self.notify_rarely(&Notice::TreasuryShort { op: op.id, cause }).await?;
                }
                self.void(op, attempt, was_refused, reason, None, now.saturating_add(RETRY_DELAY)).await
            }
            NextStep::Refuse(then) => {
                if let Work::Bill(bill) = &op.work
                    && refusals::is_of_contract(cause)
                {
                    let app = bill.contract.app;
                    let rests = self.breakers().refused(app, cause, now);
                    if let Some(until) = rests {
                        let notice = Notice::ContractRests { app, cause, until };
                        self.store.notice(&notice).await.map_err(WorkError::Store)?;
                    }
                }
                self.end(op, &Ending::Refused { attempt: attempt.number, cause, reason, then }).await
            }
        }
    }

    /// Reads what a refusal may be explained by.
    async fn facts(&self, address: Address, op: &ChainOp) -> Result<Facts, WorkError<S::Error>> {
        let asset = self.signer.parties().asset;
        let mut facts = Facts::default();
        let mut parties = vec![address];
        match &op.work {
            Work::Bill(bill) => {
                let terms = &bill.contract;
                facts.contract = Some(self.contract_now(terms).await?);
                let details = self.details(address).await?;
                if let Some(values) = details.local_states.get(&terms.app) {
                    facts.last_tick = pnp_usage::LocalState::read(terms.app, values)?.last_tick;
                }
                parties.extend([terms.provider, terms.platform]);
            }
            Work::Withdrawal(withdrawal) => {
                facts.is_destination_stuck = self.is_stuck(withdrawal.destination, asset).await?;
            }
            Work::Delivery { joins: Some(_) } => parties = vec![self.signer.parties().treasury],
            Work::Delivery { joins: None } | Work::Return => parties.push(self.signer.parties().treasury),
            Work::Refill { .. } | Work::Close => parties.clear(),
        }
        for party in parties {
            facts.is_asset_stuck |= self.is_stuck(party, asset).await?;
        }
        Ok(facts)
    }

    /// Whether an account cannot move or receive the asset.
    async fn is_stuck(&self, address: Address, asset: pnp_types::AssetIndex) -> Result<bool, ClientError> {
        let holding = self.network.ask(|| self.network.algod().holding(address, asset)).await?;
        Ok(holding.is_none_or(|holding| holding.frozen))
    }

    /// The contract as it is, compared with what was verified.
    async fn contract_now(&self, terms: &ContractTerms) -> Result<ContractNow, WorkError<S::Error>> {
        let Some(application) = self.network.ask(|| self.network.algod().application(terms.app)).await? else {
            return Ok(ContractNow::Gone);
        };
        let program = pnp_types::sha512_256(&application.approval_program);
        let verified = self.signer.contract(terms.app);
        let (Ok(state), Some(verified)) = (GlobalState::read(&application), verified) else {
            return Ok(ContractNow::Changed);
        };
        let is_same = program == verified.program
            && state.provider == verified.provider
            && state.platform == verified.platform
            && state.asset.is_none_or(|asset| asset == terms.asset);
        Ok(if is_same { ContractNow::Same(state) } else { ContractNow::Changed })
    }

    /// Whether an operation, none of whose attempts can be in a block, is still to be done. A gateway on another copy of this store may
    /// have done it, or this store is an old copy itself: then the wallet stops.
    async fn is_still_to_do(
        &self,
        books: &WalletBooks,
        address: Address,
        op: &ChainOp,
    ) -> Result<bool, WorkError<S::Error>> {
        let details = self.details(address).await?;
        let chain = WalletOnChain::read(&details, self.signer.parties().asset, books)?;
        match compare_before(books, &chain, op) {
            Comparison::Agrees | Comparison::Surplus { .. } => Ok(true),
            Comparison::Stale => Ok(false),
            Comparison::Mismatch(mismatch) => {
                // Another settler of this store may have made an attempt since the operation was read.
                let now = self.store.wallet(books.id).await.map_err(WorkError::Store)?.and_then(|books| books.op);
                if now.is_some_and(|now| now.id == op.id && now.next_attempt() == op.next_attempt()) {
                    self.stop(books.id, &mismatch).await?;
                }
                Ok(false)
            }
        }
    }

    /// Builds, signs and stores an attempt; `None` where the operation waits or has ended.
    async fn new_attempt(
        &self,
        books: &WalletBooks,
        address: Address,
        op: &ChainOp,
        params: Option<SuggestedParams>,
    ) -> Result<Option<Attempt>, WorkError<S::Error>> {
        let mut params = match params {
            Some(params) => params,
            None => {
                let params = self.network.params().await?;
                if !self.is_still_to_do(books, address, op).await? {
                    return Ok(None);
                }
                params
            }
        };
        if !self.settings.is_single_node {
            // Another node may be some rounds behind.
            params.last_round = params.last_round.saturating_sub(ROUNDS_BEHIND);
        }
        let order = self.order(books, address, op, params.min_fee).await?;
        let mut label = OpLabel::of_op(op);
        if order.is_of_treasury()
            && let Some(seal) = self.store.newest_seal().await.map_err(WorkError::Store)?
        {
            label = label.with_seal(&seal);
        }
        let validity = self.settings.validity;
        let group = groups::build(&order, self.signer.parties(), &label, validity, &params)
            .map_err(|_| WorkError::Internal("a group with too many transactions"))?;
        let fee = groups::group_fee(&group);
        if fee > self.settings.max_fee {
            let notice = Notice::FeesHigh { fee, limit: self.settings.max_fee };
            self.notify_rarely(&notice).await?;
            return self.wait(op, SHORT_RETRY_DELAY, "fees over the limit").await;
        }
        let (number, now) = (books.key_number, self.store.now());
        let withdrawal = match &op.work {
            Work::Withdrawal(withdrawal) => Some((withdrawal.withdrawal, withdrawal.mac.as_slice())),
            _ => None,
        };
        let key_number = number.ok_or(WorkError::Internal("a wallet without a key"))?;
        let request =
            SignRequest { op: op.id, label: &label, wallet: op.wallet, key_number, order: &order, withdrawal, now };
        let signed = match self.signer.sign(&request, &group) {
            Ok(signed) => signed,
            Err(error) => return self.not_signed(op, error).await,
        };
        let attempt = Attempt::new(op.next_attempt(), &signed).ok_or(WorkError::Internal("an empty group"))?;
        let stored = self.store.store_attempt(op.id, &attempt).await.map_err(WorkError::Store)?;
        // Somebody else works on it.
        Ok(stored.then_some(attempt))
    }

    async fn wait(&self, op: &ChainOp, pause: i64, reason: &str) -> Result<Option<Attempt>, WorkError<S::Error>> {
        let until = self.store.now().saturating_add(pause);
        self.store.wait(op.id, until, reason).await.map_err(WorkError::Store)?;
        Ok(None)
    }

    async fn not_signed(&self, op: &ChainOp, error: SignError) -> Result<Option<Attempt>, WorkError<S::Error>> {
        let reason = error.to_string();
        if let SignError::Cap(cap) = error {
            let until = Caps::next_day(self.store.now());
            self.store.notice(&Notice::CapReached { cap, until }).await.map_err(WorkError::Store)?;
            self.store.wait(op.id, until, &reason).await.map_err(WorkError::Store)?;
            return Ok(None);
        }
        tracing::error!(op = op.text(), %error, "not signed");
        if matches!(error, SignError::NotAuthorized) && op.work.kind() == OpKind::Withdrawal {
            let (cause, then) = (Cause::NotAuthorized, super::refusals::Consequence::Nothing);
            let attempt = op.attempts.last().map_or(0, |attempt| attempt.number);
            self.end(op, &Ending::Refused { attempt, cause, reason, then }).await?;
            return Ok(None);
        }
        self.notify_rarely(&Notice::NotSigned { op: op.id, reason: reason.clone() }).await?;
        self.wait(op, RETRY_DELAY, &reason).await
    }

    /// What an operation's next group is to do.
    async fn order(
        &self,
        books: &WalletBooks,
        wallet: Address,
        op: &ChainOp,
        min_fee: MicroAlgos,
    ) -> Result<Order, WorkError<S::Error>> {
        let amount = op.minor_units();
        if Amount::cents(amount) != Some(op.amount) {
            return Err(WorkError::Internal("an amount of parts of a minor unit"));
        }
        Ok(match &op.work {
            Work::Delivery { joins: Some(contract) } => Order::Create { wallet, app: contract.app, amount },
            Work::Delivery { joins: None } => Order::Deliver { wallet, amount },
            Work::Bill(bill) => {
                let split = bill.split()?;
                if split.gross != amount {
                    return Err(WorkError::Internal("a bill that is not its parts"));
                }
                let ContractTerms { app, asset, provider, platform, .. } = bill.contract;
                let (tick, units, unit_price) = (bill.tick.clone(), bill.units, bill.unit_price);
                Order::Bill(Bill { user: wallet, app, asset, provider, platform, tick, units, unit_price, split })
            }
            Work::Withdrawal(withdrawal) => Order::Withdraw { wallet, destination: withdrawal.destination, amount },
            Work::Return => Order::Return { wallet, amount },
            Work::Refill { joins: Some(contract) } => Order::Join { wallet, app: contract.app },
            Work::Refill { joins: None } => {
                let spendable = self.details(wallet).await?.account.spendable();
                Order::Refill { wallet, algos: plan::refill_amount(spendable, min_fee) }
            }
            Work::Close => {
                let joined = self.details(wallet).await?.local_states;
                let is_ours = |app: &pnp_types::AppIndex| books.contracts.iter().any(|ours| ours.app == *app);
                Order::Close { wallet, apps: joined.into_keys().filter(is_ours).collect() }
            }
        })
    }

    /// Writes an event of this kind, unless there was one a moment ago: many operations may wait for one cause.
    async fn notify_rarely(&self, notice: &Notice) -> Result<(), WorkError<S::Error>> {
        let (kind, now) = (std::mem::discriminant(notice), self.store.now());
        let is_due = {
            let mut notified = self.notified.lock().unwrap_or_else(PoisonError::into_inner);
            let is_due = notified.get(&kind).is_none_or(|last| now >= last.saturating_add(RETRY_DELAY));
            if is_due {
                notified.insert(kind, now);
            }
            is_due
        };
        if is_due {
            self.store.notice(notice).await.map_err(WorkError::Store)?;
        }
        Ok(())
    }

    fn rests(&self, contract: &ContractTerms) -> bool {
        self.breakers().rests(contract.app, self.store.now())
    }

    fn breakers(&self) -> std::sync::MutexGuard<'_, super::breaker::Breakers> {
        self.breakers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
