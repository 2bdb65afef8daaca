//! Bills of one user, one after the other.

use pnp_types::Address;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use tokio::sync::OwnedMutexGuard;

/// A queue for each user who is being billed by this connection.
#[derive(Debug, Default)]
pub(crate) struct UserQueues(Mutex<HashMap<Address, Weak<tokio::sync::Mutex<()>>>>);

impl UserQueues {
    /// Waits until no other bill of the user is on its way; the next one waits until the guard is dropped.
    pub(crate) async fn enter(&self, user: Address) -> OwnedMutexGuard<()> {
        self.of(user).lock_owned().await
    }

    fn of(&self, user: Address) -> Arc<tokio::sync::Mutex<()>> {
        // A poisoned lock only means that a thread died while it held it; the map is intact.
        let mut queues = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(queue) = queues.get(&user).and_then(Weak::upgrade) {
            return queue;
        }
        // Queues that nobody waits in are removed here, so that the map does not grow with the users of a year.
        queues.retain(|_, queue| queue.strong_count() > 0);
        let queue = Arc::default();
        queues.insert(user, Arc::downgrade(&queue));
        queue
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[tokio::test]
    async fn one_user_waits_and_others_do_not() {
        let queues = UserQueues::default();
        let (alice, bob) = (Address([1; 32]), Address([2; 32]));
        let first = queues.enter(alice).await;
        let second = tokio::time::timeout(Duration::from_millis(20), queues.enter(alice)).await;
        assert!(second.is_err(), "two bills of one user at the same time");
        drop(queues.enter(bob).await);
        drop(first);
        drop(queues.enter(alice).await);
        drop(queues.enter(bob).await);
        assert_eq!(queues.0.lock().unwrap().len(), 1, "only the queue that was made last is kept");
    }
}
