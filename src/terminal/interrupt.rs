//! Ctrl-C: the command ends at once, or after the outcome is recorded where a transaction was sent.

use crate::terminal::output::Output;
use pnp_usage::StopSignal;
use std::mem::take;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The transaction that was sent and whose outcome is not recorded yet.
static UNDER_WAY: Mutex<Option<String>> = Mutex::new(None);

/// What the next Ctrl-C does.
static LISTENER: Mutex<Listener> = Mutex::new(Listener::Default);

/// What Ctrl-C does.
#[derive(Debug, Default)]
enum Listener {
    /// The command ends.
    #[default]
    Default,
    /// The command is asked to stop in good order; a second Ctrl-C ends it.
    Stop(StopSignal),
    /// Nothing here: what the command runs handles the signal itself.
    Other,
}

/// From here to the command's end the first Ctrl-C only gives `stop`: the command may be at its last steps then, and their
/// result is the answer.
pub(crate) fn stop_in_order(stop: StopSignal) {
    *hold(&LISTENER) = Listener::Stop(stop);
}

/// From here to the command's end, what it runs handles Ctrl-C.
pub(crate) fn leave_to_command() {
    *hold(&LISTENER) = Listener::Other;
}

/// A poisoned lock only means that a thread died while it held it; its content is intact.
fn hold<T>(what: &Mutex<T>) -> MutexGuard<'_, T> {
    what.lock().unwrap_or_else(PoisonError::into_inner)
}

/// From here until it is settled, Ctrl-C waits for the outcome of a transaction.
pub(crate) fn sent(txid: &str) {
    *hold(&UNDER_WAY) = Some(txid.to_owned());
}

/// The outcome of the transaction that was sent is known, or no longer waited for.
pub(crate) fn settled() {
    *hold(&UNDER_WAY) = None;
}

/// Ends when the user insists on stopping; answers with the transaction that is left under way.
pub(crate) async fn requested(out: &Output) -> Option<String> {
    loop {
        ctrl_c().await;
        let mut listener = hold(&LISTENER);
        match take(&mut *listener) {
            Listener::Default => break,
            Listener::Stop(stop) => stop.stop(),
            Listener::Other => *listener = Listener::Other,
        }
    }
    let txid = hold(&UNDER_WAY).clone()?;
    out.warn(&format!(
        "transaction {txid} is sent: waiting for its outcome to record it; Ctrl-C again to stop at once"
    ));
    ctrl_c().await;
    Some(txid)
}

/// Ends when the time is up, never where none is set; answers with the transaction that is left under way.
pub(crate) async fn timed_out(seconds: Option<u64>) -> Option<String> {
    match seconds {
        Some(seconds) => tokio::time::sleep(std::time::Duration::from_secs(seconds)).await,
        None => std::future::pending().await,
    }
    hold(&UNDER_WAY).clone()
}

/// Waits for Ctrl-C; never ends where the signal cannot be listened to.
async fn ctrl_c() {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}
