//! Ends an operation: in a block, refused for good, or doubtful, each with its postings and what else follows.

use super::operations::{OpRow, clear_doubt, number, parts};
use super::schedule::reschedule;
use super::{SettlementError, asked, parsed};
use crate::amount::Amount;
use crate::chain::{AlgoPosting, Cause, Consequence, Ending, OpKind, StopCause};
use crate::ledger::{
    self, BillPart, Entry, EntryKind, LedgerError, PartnerSettings, Posting, Wallet, bill_charged, bill_doubtful,
    bill_undone, close_account, delivered, delivery_void, returned, withdrawal_done, withdrawal_refused,
};
use crate::sessions::{CloseReason, close_session, find_session};
use crate::store::Write;
use pnp_types::Round;
use pnp_usage::Split;

/// What an ending did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ended {
    /// Nothing: the operation had ended before.
    Before,
    /// Everything.
    Now,
    /// Everything but the end of the sessions and tabs of this contract, which are many and follow in steps.
    NowAndContract(i64),
}

/// Ends an operation.
pub(super) fn end(write: &mut Write<'_>, op: i64, ending: &Ending) -> Result<Ended, SettlementError> {
    let op = OpRow::find(write.connection(), op)?;
    match ending {
        Ending::InBlock { attempt, round, algos } => in_block(write, &op, *attempt, *round, *algos),
        Ending::Refused { attempt, cause, reason, then } => {
            let refusal = Refusal { attempt: *attempt, cause: *cause, reason, then: *then };
            refused(write, &op, &refusal)
        }
        Ending::Doubtful { attempt, reason } => doubtful(write, &op, *attempt, reason),
    }
}

const IN_BLOCK: &str = "UPDATE chain_ops SET state = 'done', round = ?1, ended_at = ?2, reason = NULL, \
    txid = (SELECT txid FROM chain_attempts WHERE op_id = ?3 AND number = ?4) \
    WHERE id = ?3 AND state IN ('planned', 'signed', 'sent', 'doubtful')";

fn in_block(
    write: &mut Write<'_>,
    op: &OpRow,
    attempt: u32,
    round: Option<Round>,
    algos: AlgoPosting,
) -> Result<Ended, SettlementError> {
    let (now, round) = (write.now(), round.map(|round| number(round.0)).transpose()?);
    if write.execute(IN_BLOCK, (round, now, op.id, attempt))? == 0 {
        return Ok(Ended::Before);
    }
    let known = write
        .execute("UPDATE chain_attempts SET state = 'in_block' WHERE op_id = ?1 AND number = ?2", (op.id, attempt))?;
    if known == 0 {
        return Err(LedgerError::Conflict("there is no such attempt").into());
    }
    clear_doubt(write, op.wallet)?;
    let wallet = ledger::wallet(write.connection(), op.wallet)?;
    match op.kind()? {
        OpKind::Delivery => {
            delivered(write, &wallet, op.id, op.amount)?;
            if op.contract.is_some() {
                write.execute("UPDATE wallets SET has_account = 1 WHERE id = ?1", [wallet.id])?;
            }
        }
        OpKind::Bill => {
            let (units, unit_price, fee_pct) = op.terms()?;
            let too_large = |_| LedgerError::TooLarge;
            let split = Split::of(units, unit_price, fee_pct).map_err(too_large)?;
            let fee = Amount::cents(split.fee).ok_or(LedgerError::TooLarge)?;
            bill_charged(write, &wallet, op.id, op.amount, fee)?;
            asked::was_billed(write, op.id)?;
        }
        OpKind::Withdrawal => withdrawal_done(write, &wallet, withdrawal(op)?, op.amount)?,
        OpKind::Return => returned(write, &wallet, op.id, op.amount)?,
        OpKind::Close => close_account(write, &wallet, op.id)?,
        OpKind::Refill => {}
    }
    post_algos(write, Some(op.id), &wallet, algos)?;
    Ok(Ended::Now)
}

fn withdrawal(op: &OpRow) -> Result<i64, LedgerError> {
    op.withdrawal.ok_or(LedgerError::Conflict("an operation names no withdrawal"))
}

/// A row of the third book, and the wallet's Algos by it.
pub(super) fn post_algos(
    write: &mut Write<'_>,
    op: Option<i64>,
    wallet: &Wallet,
    algos: AlgoPosting,
) -> Result<(), SettlementError> {
    let (id, now) = (write.next_id(), write.now());
    let AlgoPosting { treasury, wallet: of_wallet, fees, outside } = algos;
    write.execute(
        "INSERT INTO algo_entries (id, at, op_id, wallet_id, partner_id, treasury, wallet, fees, outside) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        (id, now, op, wallet.id, wallet.partner, treasury, of_wallet, fees, outside),
    )?;
    write.execute("UPDATE wallets SET algos = algos + ?1 WHERE id = ?2", (of_wallet, wallet.id))?;
    Ok(())
}

/// How an operation was refused.
struct Refusal<'e> {
    attempt: u32,
    cause: Cause,
    reason: &'e str,
    then: Consequence,
}

fn refused(write: &mut Write<'_>, op: &OpRow, refusal: &Refusal<'_>) -> Result<Ended, SettlementError> {
    let Refusal { attempt, cause, reason, then } = *refusal;
    let kind = op.kind()?;
    if kind == OpKind::Close {
        return Err(LedgerError::Conflict("a close is not given up").into());
    }
    let now = write.now();
    let changed = write.execute(
        "UPDATE chain_ops SET state = 'refused', reason = ?1, ended_at = ?2 \
         WHERE id = ?3 AND attempts = ?4 AND state IN ('planned', 'signed', 'sent', 'doubtful')",
        (reason, now, op.id, attempt),
    )?;
    if changed == 0 {
        return Ok(Ended::Before);
    }
    write.execute(
        "UPDATE chain_attempts SET state = 'refused' WHERE op_id = ?1 AND state IN ('stored', 'sent')",
        [op.id],
    )?;
    clear_doubt(write, op.wallet)?;
    let wallet = ledger::wallet(write.connection(), op.wallet)?;
    let taken = parts(write.connection(), op.id)?;
    match kind {
        OpKind::Delivery => delivery_void(write, &wallet, op.id, op.amount)?,
        OpKind::Bill => {
            let parts: Vec<_> = taken.iter().map(|part| BillPart { tab: part.tab, amount: part.amount }).collect();
            bill_undone(write, &wallet, op.id, &parts, reason)?;
            due_again(write, op, &parts)?;
        }
        OpKind::Withdrawal => withdrawal_refused(write, &wallet, withdrawal(op)?, op.amount, reason)?,
        OpKind::Return | OpKind::Refill | OpKind::Close => {}
    }
    let cause = CauseText::of(cause);
    match then {
        Consequence::Nothing => Ok(Ended::Now),
        Consequence::StopWallet(stop) => {
            stop_wallet(write, &wallet, stop, reason)?;
            Ok(Ended::Now)
        }
        Consequence::BlockTabs => {
            let tabs: Vec<_> = taken.iter().map(|part| part.tab).collect();
            block_tabs(write, &wallet, &tabs, cause)?;
            Ok(Ended::Now)
        }
        Consequence::BlockContract => match op.contract {
            Some(contract) => {
                block_contract(write, op, contract, cause, reason)?;
                Ok(Ended::NowAndContract(contract))
            }
            None => Ok(Ended::Now),
        },
    }
}

/// What a bill took was due: it is so again.
fn due_again(write: &mut Write<'_>, op: &OpRow, parts: &[BillPart]) -> Result<(), SettlementError> {
    let Some(contract) = op.contract else { return Ok(()) };
    let settings = settings_of(write, op.partner)?;
    let since = op.created_at.saturating_sub(settings.settle_after_ms).saturating_sub(settings.payout_delay_ms);
    for part in parts {
        write.execute(
            "UPDATE tabs SET lot_since = ?1 WHERE id = ?2 AND (lot_since IS NULL OR lot_since > ?1)",
            (since, part.tab),
        )?;
    }
    reschedule(write, op.wallet, contract)
}

/// A partner's settings.
pub(super) fn settings_of(write: &mut Write<'_>, partner: i64) -> Result<PartnerSettings, SettlementError> {
    let text = write.row("SELECT settings FROM partners WHERE id = ?1", [partner], |row| row.get::<_, String>(0))?;
    parsed::settings(partner, &text.unwrap_or_default())
}

const DOUBTFUL: &str = "UPDATE chain_ops SET state = 'doubtful', reason = ?1 \
    WHERE id = ?2 AND attempts = ?3 AND state IN ('planned', 'signed', 'sent')";

fn doubtful(write: &mut Write<'_>, op: &OpRow, attempt: u32, reason: &str) -> Result<Ended, SettlementError> {
    if write.execute(DOUBTFUL, (reason, op.id, attempt))? == 0 {
        return Ok(Ended::Before);
    }
    write.execute(
        "UPDATE wallets SET stopped = ?1 WHERE id = ?2 AND stopped IS NULL",
        (StopCause::Doubtful.text(), op.wallet),
    )?;
    let wallet = ledger::wallet(write.connection(), op.wallet)?;
    if op.kind()? == OpKind::Bill {
        bill_doubtful(write, &wallet, op.id, reason)?;
    } else {
        let entry = of_wallet(&wallet, EntryKind::OperationDoubtful, Some(op.id), reason.to_owned());
        entry.insert(write)?;
    }
    Ok(Ended::Now)
}

/// An entry without postings.
fn of_wallet(wallet: &Wallet, kind: EntryKind, cause: Option<i64>, reason: String) -> Entry {
    Entry {
        partner: Some(wallet.partner),
        wallet: Some(wallet.id),
        cause,
        reason: Some(reason),
        posting: Posting::default(),
        ..Entry::new(kind)
    }
}

/// Lets nothing more be sent for a wallet. The first cause stays.
pub(super) fn stop_wallet(
    write: &mut Write<'_>,
    wallet: &Wallet,
    cause: StopCause,
    reason: &str,
) -> Result<(), SettlementError> {
    let changed = write
        .execute("UPDATE wallets SET stopped = ?1 WHERE id = ?2 AND stopped IS NULL", (cause.text(), wallet.id))?;
    if changed > 0 {
        let text = serde_json::json!({ "cause": cause.text(), "detail": reason }).to_string();
        of_wallet(wallet, EntryKind::Reconciliation, None, text).insert(write)?;
    }
    Ok(())
}

/// Tabs cannot be billed at their price: they wait for the operator, and sessions that charge them end.
fn block_tabs(write: &mut Write<'_>, wallet: &Wallet, tabs: &[i64], cause: CauseText) -> Result<(), SettlementError> {
    let settings = settings_of(write, wallet.partner)?;
    for tab in tabs {
        let blocked = write.row(
            "UPDATE tabs SET blocked = ?1 WHERE id = ?2 AND blocked IS NULL RETURNING price",
            (cause.0, tab),
            |row| row.get::<_, i64>(0),
        )?;
        let Some(price) = blocked else { continue };
        let text = serde_json::json!({ "state": "tab_blocked", "cause": cause.0, "price_cents": price }).to_string();
        let entry = of_wallet(wallet, EntryKind::ContractState, None, text);
        Entry { tab: Some(*tab), ..entry }.insert(write)?;
        let open = write.rows(
            "SELECT id FROM sessions WHERE wallet_id = ?1 AND closed_at IS NULL AND tab_id = ?2",
            (wallet.id, tab),
            |row| row.get(0),
        )?;
        close_sessions(write, &open, &settings)?;
    }
    Ok(())
}

/// Ends sessions because their contract can no longer bill.
pub(super) fn close_sessions(
    write: &mut Write<'_>,
    sessions: &[i64],
    settings: &PartnerSettings,
) -> Result<(), SettlementError> {
    for session in sessions {
        if let Some(session) = find_session(write.connection(), *session)? {
            close_session(write, session, CloseReason::ContractUnavailable, settings)?;
        }
    }
    Ok(())
}

/// Blocks a contract, with one event. Its tabs and sessions follow in steps.
fn block_contract(
    write: &mut Write<'_>,
    op: &OpRow,
    contract: i64,
    cause: CauseText,
    reason: &str,
) -> Result<(), SettlementError> {
    let app = write.row(
        "UPDATE contracts SET state = 'blocked', state_reason = ?1 WHERE id = ?2 AND state <> 'blocked' RETURNING app_id",
        (cause.0, contract),
        |row| row.get::<_, i64>(0),
    )?;
    if let Some(app) = app {
        let text = serde_json::json!({ "state": "blocked", "app_id": app, "cause": cause.0, "detail": reason });
        let entry = Entry {
            partner: Some(op.partner),
            cause: Some(op.id),
            reason: Some(text.to_string()),
            ..Entry::new(EntryKind::ContractState)
        };
        entry.insert(write)?;
    }
    Ok(())
}

/// A cause as rows and events have it.
#[derive(Clone, Copy, Debug)]
pub(super) struct CauseText(pub(super) &'static str);

impl CauseText {
    pub(super) const fn of(cause: Cause) -> Self {
        Self(match cause {
            Cause::FeeChanged(_) => "fee_changed",
            Cause::PriceOutside => "price_outside",
            Cause::ContractGone => "contract_gone",
            Cause::ContractChanged => "contract_changed",
            Cause::AssetStuck => "asset_stuck",
            Cause::Charged => "charged",
            Cause::TickNotGreater => "tick_not_greater",
            Cause::AlgosShort => "algos_short",
            Cause::HoldingShort => "holding_short",
            Cause::TreasuryShort => "treasury_short",
            Cause::NotJoined => "not_joined",
            Cause::DestinationNotReady => "destination_not_ready",
            Cause::NotAuthorized => "not_authorized",
            Cause::OtherBytes => "other_bytes",
            Cause::Unexplained => "unexplained",
        })
    }
}
