//! One line from its tick to its outcome.

use super::group::Common;
use super::user_queues::Entry;
use super::{Explain, Outcome, Settings, SettledBill, StopReason};
use crate::exactly_once::{BilledTick, GroupOutcome, Network, SendResult, SendRules, SentGroup};
use crate::journal::{Charged, Intent, Journal, Record, Refused, Void};
use crate::{GlobalState, LocalState, OperationError, Signer, Split, TickId, UsageError};
use pnp_client::{ClientError, Rejection, Window};
use pnp_types::{Address, Round, Txid, msgpack};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

/// How many groups a line gets before it is left for later.
const MAX_GROUPS: u32 = 20;
/// How long to wait for a block with a group that was sent before the group is sent again.
const BLOCK_WAIT: Duration = Duration::from_secs(20);
/// The pause before looking again for a group that was refused when it was sent again.
const RECHECK_DELAY: Duration = Duration::from_secs(2);

/// What the lines of a batch share.
pub(super) struct Shared {
    pub(super) network: Network,
    pub(super) journal: Journal,
    pub(super) settings: Settings,
    pub(super) common: Common,
    pub(super) explain: Explain,
    pub(super) state: RwLock<GlobalState>,
}

/// A line that is being billed.
pub(super) struct Charge {
    pub(super) shared: Arc<Shared>,
    pub(super) signer: Arc<dyn Signer>,
    pub(super) entry: Entry,
    pub(super) last: Option<TickId>,
}

/// A line whose outcome is known.
pub(super) struct FinishedLine {
    pub(super) line: u64,
    pub(super) user: Address,
    pub(super) bill: Option<SettledBill>,
    pub(super) outcome: Outcome,
    /// The user's newest tick now.
    pub(super) last: Option<TickId>,
}

/// What a refusal means for the line.
enum AfterRefusal {
    SameTick,
    /// Another process billed this user in between; its tick.
    FreshTick(Option<TickId>),
    Final(String),
}

impl Charge {
    /// Bills the line until its outcome is known.
    pub(super) async fn run(mut self) -> Result<FinishedLine, StopReason> {
        let mut open = self.entry.open.take();
        if let Some(intent) = &open
            && intent.user != self.signer.address()
        {
            let why = format!("it was sent for {}, whom the input called the same", intent.user);
            return Ok(self.ended(Some(intent), Outcome::Doubtful(why)));
        }
        let mut tick = self.entry.tick.clone();
        for _ in 0..MAX_GROUPS {
            let (intent, sent_before) = match open.take() {
                Some(intent) => (intent, true),
                None => match self.new_intent(tick.take()).await? {
                    Ok(intent) => (Box::new(intent), false),
                    Err(reason) => return self.refused(None, reason),
                },
            };
            if !sent_before {
                self.shared.journal.commit(Record::Intent(intent.clone())).await?;
            }
            match self.send_group(&intent, sent_before).await? {
                SendResult::Outcome { outcome: GroupOutcome::InBlock(round), .. } => {
                    return self.charged(&intent, round);
                }
                SendResult::Outcome { outcome: GroupOutcome::Doubtful(why), .. } => {
                    return Ok(self.ended(Some(&intent), Outcome::Doubtful(why)));
                }
                SendResult::Outcome { outcome: GroupOutcome::Void(why), .. } => self.void(why)?,
                SendResult::Refused(error) => match self.after_refusal(&intent, &error).await? {
                    AfterRefusal::Final(reason) => return self.refused(Some(&intent), reason),
                    AfterRefusal::SameTick => self.void(error.to_string())?,
                    AfterRefusal::FreshTick(last) => {
                        self.void(error.to_string())?;
                        self.last = last;
                        continue;
                    }
                },
            }
            tick = Some(intent.tick.clone());
        }
        let why = format!("{MAX_GROUPS} groups of it went out of validity or were overtaken");
        Ok(self.ended(None, Outcome::Expired(why)))
    }

    /// Creates an intent, or returns why the contract would refuse it.
    async fn new_intent(&self, again: Option<TickId>) -> Result<Result<Intent, String>, StopReason> {
        let Self { shared, entry, .. } = self;
        let params = shared.network.params().await?;
        let state = self.state();
        let made = entry.tick.is_none();
        let checked = || -> Result<_, UsageError> {
            let asset = state.billed_asset(shared.settings.asset)?;
            let unit_price = entry.unit_price.unwrap_or_else(|| state.parameters.min_rate().max(1));
            state.parameters.check_price(unit_price)?;
            let split = Split::of(entry.units, unit_price, state.parameters.fee_pct())?;
            let last = self.last.as_ref().filter(|_| shared.settings.ordered_ticks);
            let tick = match again.or_else(|| entry.tick.clone()) {
                Some(tick) => tick,
                None => TickId::fresh(last)?,
            };
            let refused = match last {
                Some(last) => tick.partial_cmp(last) != Some(std::cmp::Ordering::Greater),
                None => self.last.as_ref() == Some(&tick),
            };
            match &self.last {
                Some(last) if refused => Err(UsageError::TickOrder { tick, last: last.clone() }),
                _ => Ok((asset, unit_price, split, tick)),
            }
        };
        let (asset, unit_price, split, tick) = match checked() {
            Ok(checked) => checked,
            Err(error) => return Ok(Err(error.to_string())),
        };
        // Another node may be some rounds behind.
        let first_valid =
            params.last_round.saturating_sub(if shared.settings.is_single_node { 0 } else { 3 }).max(Round(1));
        let mut intent = Intent {
            line: entry.line,
            input: entry.input,
            user: self.signer.address(),
            units: entry.units,
            unit_price,
            tick,
            made,
            asset,
            net: split.net,
            fee: split.fee,
            txid: Txid::ZERO,
            first_valid,
            last_valid: first_valid.saturating_add(shared.settings.validity),
            fee_per_byte: params.fee_per_byte,
            min_fee: params.min_fee.0,
        };
        let transactions = shared.common.transactions(&intent, &state).map_err(OperationError::Group)?;
        let fee = transactions.iter().fold(0, |sum: u64, transaction| sum.saturating_add(transaction.header.fee.0));
        if let Some(limit) = shared.settings.max_fee.filter(|limit| fee > *limit) {
            return Err(StopReason::Fee { fee, limit });
        }
        intent.txid = transactions.first().map(pnp_types::Transaction::id).unwrap_or_default();
        Ok(Ok(intent))
    }

    /// The intent's group as bytes; `None` if this program would build other bytes today.
    async fn bytes(&self, intent: &Intent) -> Result<Option<Vec<u8>>, StopReason> {
        let transactions = self.shared.common.transactions(intent, &self.state()).map_err(OperationError::Group)?;
        if transactions.first().map(pnp_types::Transaction::id) != Some(intent.txid) {
            return Ok(None);
        }
        let signed = self.signer.sign(&transactions).await;
        let signed = signed.map_err(|why| StopReason::Signature { user: intent.user, why: why.to_string() })?;
        Ok(Some(signed.iter().flat_map(msgpack::encode).collect()))
    }

    /// Sends the group until its outcome is known. `sent` says whether a copy may have arrived before.
    async fn send_group(&self, intent: &Intent, sent: bool) -> Result<SendResult, StopReason> {
        let Shared { network, settings, .. } = self.shared.as_ref();
        if sent && let Some(round) = network.look_up(intent.txid).await? {
            let outcome = GroupOutcome::InBlock(Some(round));
            return Ok(SendResult::Outcome { outcome, refusal: None });
        }
        let group = SentGroup {
            txid: intent.txid,
            window: Window { first_valid: intent.first_valid, last_valid: intent.last_valid },
            bytes: self.bytes(intent).await?,
            bill: Some(BilledTick { user: intent.user, app: settings.app, tick: intent.tick.clone() }),
        };
        let rules = SendRules {
            is_single_node: settings.is_single_node,
            by_blocks: false,
            block_wait: BLOCK_WAIT,
            recheck_delay: RECHECK_DELAY,
            no_block_timeout: settings.network.total,
        };
        Ok(group.send(network, &rules, sent).await?)
    }

    /// Whether a refused line has another chance.
    async fn after_refusal(&self, intent: &Intent, error: &ClientError) -> Result<AfterRefusal, StopReason> {
        let Shared { network, settings, explain, .. } = self.shared.as_ref();
        let Some(rejection) = error.rejection() else { return Ok(AfterRefusal::Final(error.to_string())) };
        match rejection {
            Rejection::FeeTooSmall { .. } | Rejection::Expired { .. } => {
                tokio::time::sleep(if settings.is_single_node { Duration::ZERO } else { RECHECK_DELAY }).await;
                network.refresh().await?;
                return Ok(AfterRefusal::SameTick);
            }
            Rejection::Logic { .. } => {}
            _ => return Ok(AfterRefusal::Final(explain(rejection))),
        }
        let local = network.ask(|| LocalState::fetch(network.algod(), intent.user, settings.app)).await?;
        let last = local.map_err(OperationError::Usage)?.and_then(|local| local.last_tick);
        let overtaken = last.as_ref().is_some_and(|last| *last >= intent.tick);
        if overtaken && intent.made {
            return Ok(AfterRefusal::FreshTick(last));
        }
        if let Some(last) = last.filter(|_| overtaken) {
            let tick = intent.tick.clone();
            return Ok(AfterRefusal::Final(UsageError::TickOrder { tick, last }.to_string()));
        }
        let application = network.ask(|| network.algod().application(settings.app)).await?;
        let application = application.ok_or(OperationError::NoApplication(settings.app))?;
        let now = GlobalState::read(&application).map_err(OperationError::Usage)?;
        let mut kept = self.shared.state.write().unwrap_or_else(PoisonError::into_inner);
        // The creator may have set another fee while the group was built.
        let split = Split::of(intent.units, intent.unit_price, now.parameters.fee_pct()).ok();
        let changed = *kept != now || split.is_some_and(|split| split.fee != intent.fee);
        *kept = now;
        Ok(if changed { AfterRefusal::SameTick } else { AfterRefusal::Final(explain(rejection)) })
    }

    fn state(&self) -> GlobalState {
        *self.shared.state.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn void(&self, reason: String) -> Result<(), StopReason> {
        Ok(self.shared.journal.note(Record::Void(Void { line: self.entry.line, reason }))?)
    }

    fn charged(mut self, intent: &Intent, round: Option<Round>) -> Result<FinishedLine, StopReason> {
        self.shared.journal.note(Record::Charged(Charged { line: intent.line, round }))?;
        self.last = Some(intent.tick.clone());
        Ok(self.ended(Some(intent), Outcome::Charged(round)))
    }

    fn refused(self, intent: Option<&Intent>, reason: String) -> Result<FinishedLine, StopReason> {
        let Self { shared, entry, .. } = &self;
        shared.journal.note(Record::Refused(Refused {
            line: entry.line,
            input: entry.input,
            reason: reason.clone(),
        }))?;
        Ok(self.ended(intent, Outcome::Refused(reason)))
    }

    fn ended(&self, intent: Option<&Intent>, outcome: Outcome) -> FinishedLine {
        let bill = intent.map(|intent| SettledBill {
            units: intent.units,
            unit_price: intent.unit_price,
            tick: intent.tick.clone(),
            net: intent.net,
            fee: intent.fee,
            txid: intent.txid,
        });
        FinishedLine { line: self.entry.line, user: self.signer.address(), bill, outcome, last: self.last.clone() }
    }
}
