//! Ctrl-C: at once while nothing is at stake, after the record is whole where a transaction is under way.

use super::io::Output;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

/// The transaction that was sent and whose outcome is not recorded yet.
static UNDER_WAY: Mutex<Option<String>> = Mutex::new(None);

/// Whether the command stops on Ctrl-C by itself.
static HANDLED: AtomicBool = AtomicBool::new(false);

/// While it lives, Ctrl-C is the command's own business.
#[derive(Debug)]
pub(super) struct Handled;

impl Handled {
    pub(super) fn new() -> Self {
        HANDLED.store(true, Ordering::SeqCst);
        Self
    }
}

impl Drop for Handled {
    fn drop(&mut self) {
        HANDLED.store(false, Ordering::SeqCst);
    }
}

/// While it lives, Ctrl-C waits for the outcome of a transaction.
#[derive(Debug)]
pub(super) struct UnderWay;

impl UnderWay {
    pub(super) fn new(txid: &str) -> Self {
        set(Some(txid.to_owned()));
        Self
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        set(None);
    }
}

fn set(txid: Option<String>) {
    // A poisoned lock only means that a thread died while it held it; the text in it is whole.
    *UNDER_WAY.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = txid;
}

/// Ends when the user insists on stopping; answers with the transaction that is left under way.
pub(super) async fn requested(out: &Output) -> Option<String> {
    loop {
        ctrl_c().await;
        if !HANDLED.load(Ordering::SeqCst) {
            break;
        }
    }
    let txid = UNDER_WAY.lock().unwrap_or_else(std::sync::PoisonError::into_inner).clone()?;
    out.warn(&format!(
        "transaction {txid} is sent: waiting for its outcome to record it; Ctrl-C again to stop at once"
    ));
    ctrl_c().await;
    Some(txid)
}

/// Ends when the time is up, never where none is set; answers with the transaction that is left under way.
pub(super) async fn timed_out(seconds: Option<u64>) -> Option<String> {
    match seconds {
        Some(seconds) => tokio::time::sleep(std::time::Duration::from_secs(seconds)).await,
        None => std::future::pending().await,
    }
    UNDER_WAY.lock().unwrap_or_else(std::sync::PoisonError::into_inner).clone()
}

/// Waits for Ctrl-C; for ever where the signal cannot be listened to.
async fn ctrl_c() {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}
