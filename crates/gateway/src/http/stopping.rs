//! Signals that the server stops.

use tokio::sync::watch;

/// Knows whether the server stops.
#[derive(Clone, Debug)]
pub struct Stopping(watch::Receiver<bool>);

/// Stops the server when [`Stop::stop`] is called or it is dropped.
#[derive(Debug)]
pub struct Stop(watch::Sender<bool>);

impl Stopping {
    /// A pair: what stops the server, and what waits for it.
    #[must_use]
    pub fn new() -> (Stop, Self) {
        let (sender, receiver) = watch::channel(false);
        (Stop(sender), Self(receiver))
    }

    /// Waits until the server stops. Streams end then.
    pub async fn wait(&mut self) {
        // An error means that the sender is gone, which stops the server too.
        let _ = self.0.wait_for(|is_stopping| *is_stopping).await;
    }

    /// Whether the server stops.
    #[must_use]
    pub fn is_stopping(&self) -> bool {
        *self.0.borrow() || self.0.has_changed().is_err()
    }
}

impl Stop {
    /// Stops the server.
    pub fn stop(&self) {
        self.0.send_replace(true);
    }
}
