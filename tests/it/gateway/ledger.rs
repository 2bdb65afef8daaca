//! What the ledger must hold when a scenario has ended.

use super::client::Client;
use super::patterns::mismatches;
use super::scenario::{Finally, Variables};
use serde_json::Value;

/// What is wrong.
pub(super) async fn faults(client: &Client, finally: &Finally, variables: &Variables) -> Vec<String> {
    let mut faults = Vec::new();
    let mut sessions = Vec::new();
    for at_end in &finally.sessions {
        let id = variables.text(&at_end.id);
        let session = client.get(&format!("/v1/sessions/{id}")).await;
        let wrong = mismatches(&variables.fill(&at_end.expect), Some(&session));
        faults.extend(wrong.into_iter().map(|fault| format!("at the end, session {id}: {fault}")));
        sessions.push(session);
    }
    for at_end in &finally.wallets {
        let user = variables.text(&at_end.user);
        let wallet = client.get(&format!("/v1/wallets/{user}")).await;
        let wrong = mismatches(&variables.fill(&at_end.expect), Some(&wallet));
        faults.extend(wrong.into_iter().map(|fault| format!("at the end, wallet {user}: {fault}")));
        let amount = |name: &str| units(&wallet[name]);
        if amount("balance") != amount("available") + amount("held") {
            faults.push(format!("at the end, wallet {user}: balance is not available and held: {wallet}"));
        }
        let charged: i128 = sessions
            .iter()
            .filter(|session| session["user_id"] == *user)
            .map(|session| units(&session["total_charge"]))
            .sum();
        if let Some(paid_in) = &at_end.paid_in
            && units(&Value::from(paid_in.as_str())) - charged != amount("balance")
        {
            faults.push(format!("at the end, wallet {user}: {paid_in} paid in, {charged} u charged, and {wallet}"));
        }
    }
    faults
}

/// The u (10⁻⁸ EUR) of an exact decimal.
fn units(amount: &Value) -> i128 {
    let text = amount.as_str().unwrap_or_else(|| panic!("{amount} is no amount"));
    let (sign, digits) = text.strip_prefix('-').map_or((1, text), |digits| (-1, digits));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    sign * format!("{whole}{fraction:0<8}").parse::<i128>().unwrap_or_else(|_| panic!("{amount} is no amount"))
}
