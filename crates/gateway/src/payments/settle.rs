//! Brings a top-up to where its payment is: rows 3, 4, 4b, 8 and 8a of the ledger.

use super::provider::{PaymentStatus, ProviderPayment};
use crate::amount::Amount;
use crate::gateway::Registry;
use crate::ledger::{
    PartnerSettings, TopUp, TopUpState, charge_back, chargeback_won, end_top_up, top_up_succeeded, wallet,
};
use crate::problem::{Code, Problem};
use crate::sessions::{CloseReason, close_sessions_of};
use crate::store::Write;

/// Books what a provider says of a top-up's payment; the top-up as it is then. Saying it again changes nothing.
///
/// # Errors
/// Another amount than the top-up's, a treasury that is too low, and the store's.
pub(crate) fn settle_payment(
    write: &mut Write<'_>,
    registry: &Registry,
    top_up: TopUp,
    payment: &ProviderPayment,
) -> Result<TopUp, Problem> {
    if payment.amount != top_up.amount {
        return Err(Problem::internal("a payment has another amount than its top-up"));
    }
    match (payment.status, top_up.state) {
        (PaymentStatus::Paid, TopUpState::Pending | TopUpState::Failed | TopUpState::Expired) => {
            top_up_succeeded(write, &top_up, &payment.id)?;
        }
        (PaymentStatus::Failed, TopUpState::Pending) => end_top_up(write, &top_up, TopUpState::Failed)?,
        _ => {}
    }
    let top_up = again(write, top_up.id)?;
    let change = payment.reversed.0.saturating_sub(top_up.reversed.0);
    if change > 0 {
        stop_sessions(write, registry, top_up.wallet)?;
        let owner = wallet(write.connection(), top_up.wallet)?;
        charge_back(write, &owner, &top_up, Amount(change))?;
    } else if change < 0 {
        let owner = wallet(write.connection(), top_up.wallet)?;
        chargeback_won(write, &owner, &top_up, Amount(change.saturating_neg()))?;
    }
    again(write, top_up.id)
}

fn again(write: &Write<'_>, id: i64) -> Result<TopUp, Problem> {
    TopUp::find(write.connection(), id)?.ok_or_else(|| Problem::new(Code::NotFound))
}

/// Ends the open sessions of a wallet whose money is taken back: what they hold is available then.
fn stop_sessions(write: &mut Write<'_>, registry: &Registry, wallet: i64) -> Result<(), Problem> {
    let partner = crate::ledger::wallet(write.connection(), wallet)?.partner;
    let settings = registry.partner(partner).map(|state| state.partner.settings.clone());
    let settings: PartnerSettings = settings.unwrap_or_default();
    Ok(close_sessions_of(write, wallet, CloseReason::WalletFrozen, &settings)?)
}
