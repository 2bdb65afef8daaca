//! A signal that asks running work to stop.

use std::sync::Arc;
use tokio::sync::watch;

/// Asks all work that has a copy of it to stop: nothing new is started, and the outcome of what was sent is waited for.
///
/// Copies share one state, and a signal cannot be withdrawn.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// use pnp_usage::StopSignal;
///
/// let stop = StopSignal::new();
/// let of_the_server = stop.clone();
/// assert!(!stop.is_stopped());
/// of_the_server.stop();
/// stop.stopped().await;
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct StopSignal(Arc<watch::Sender<bool>>);

impl Default for StopSignal {
    fn default() -> Self {
        Self::new()
    }
}

impl StopSignal {
    /// A signal that nobody has given yet.
    #[must_use]
    pub fn new() -> Self {
        Self(Arc::new(watch::Sender::new(false)))
    }

    /// Asks to stop.
    pub fn stop(&self) {
        self.0.send_replace(true);
    }

    /// Whether [`StopSignal::stop`] was called.
    #[must_use]
    pub fn is_stopped(&self) -> bool {
        *self.0.borrow()
    }

    /// Waits until it is asked to stop.
    pub async fn stopped(&self) {
        // The sender lives as long as `self`, so that the wait cannot fail.
        let _ = self.0.subscribe().wait_for(|stopped| *stopped).await;
    }

    /// Runs `work` to its end, or drops it when it is asked to stop: `None`. For work that may be cut off anywhere.
    pub async fn unless_stopped<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        tokio::select! {
            biased;
            () = self.stopped() => None,
            done = work => Some(done),
        }
    }
}
