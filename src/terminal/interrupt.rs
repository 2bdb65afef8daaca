//! Ctrl-C: at once while nothing is at stake, after the record is whole where a transaction is under way.

use crate::failure::{Exit, Failure};
use crate::terminal::output::Output;
use std::mem::take;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;

/// The transaction that was sent and whose outcome is not recorded yet.
static UNDER_WAY: Mutex<Option<String>> = Mutex::new(None);

/// Whom Ctrl-C is for when it is pressed next.
static LISTENER: Mutex<Listener> = Mutex::new(Listener::Nobody);

/// Whom Ctrl-C is for.
#[derive(Debug, Default)]
enum Listener {
    /// Nobody in particular: the command ends.
    #[default]
    Nobody,
    /// A command that ends in good order when it is told to, and at once when that takes the user too long.
    Told(Arc<Notify>),
    /// What the command runs, which hears of it by itself.
    Another,
}

/// From here to the command's end the first Ctrl-C is told to `stop`, and to nobody else: the command may be at its last steps
/// when it is heard, and what they come to is then the answer.
pub(crate) fn tell(stop: Arc<Notify>) {
    *hold(&LISTENER) = Listener::Told(stop);
}

/// From here to the command's end Ctrl-C is the business of what it runs.
pub(crate) fn leave_to_another() {
    *hold(&LISTENER) = Listener::Another;
}

/// A poisoned lock only means that a thread died while it held it; what is in it is whole.
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

/// What a command says that was stopped with nothing left to find out; `next` is what to do.
pub(crate) fn failure(next: &str) -> Failure {
    Failure::new("interrupted", "interrupted").because("you pressed Ctrl-C").hint(next).exit(Exit::Interrupted)
}

/// Ends when the user insists on stopping; answers with the transaction that is left under way.
pub(crate) async fn requested(out: &Output) -> Option<String> {
    loop {
        ctrl_c().await;
        let mut listener = hold(&LISTENER);
        match take(&mut *listener) {
            Listener::Nobody => break,
            Listener::Told(stop) => stop.notify_one(),
            Listener::Another => *listener = Listener::Another,
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

/// Waits for Ctrl-C; for ever where the signal cannot be listened to.
async fn ctrl_c() {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}
