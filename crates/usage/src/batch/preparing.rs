//! Preparing many users at once, with a limit: a public network takes a moment for each.

use std::collections::VecDeque;
use std::pin::Pin;
use std::task::{Context, Poll};

/// How many run at once: few enough for a gateway that limits requests.
const PARALLEL: usize = 16;

type Task<'p, T> = Pin<Box<dyn Future<Output = T> + Send + 'p>>;

/// Preparations, running and waiting. They may borrow, which spawned tasks cannot.
pub(super) struct Preparing<'p, T> {
    running: Vec<Task<'p, T>>,
    waiting: VecDeque<Task<'p, T>>,
}

impl<'p, T> Preparing<'p, T> {
    pub(super) const fn new() -> Self {
        Self { running: Vec::new(), waiting: VecDeque::new() }
    }

    pub(super) fn push(&mut self, task: impl Future<Output = T> + Send + 'p) {
        self.waiting.push_back(Box::pin(task));
    }

    pub(super) fn is_empty(&self) -> bool {
        self.running.is_empty() && self.waiting.is_empty()
    }

    /// The next one that ends; pending if there is none. A wait that is dropped loses nothing.
    pub(super) async fn next(&mut self) -> T {
        std::future::poll_fn(|context| self.poll_next(context)).await
    }

    fn poll_next(&mut self, context: &mut Context<'_>) -> Poll<T> {
        let free = PARALLEL.saturating_sub(self.running.len()).min(self.waiting.len());
        self.running.extend(self.waiting.drain(..free));
        for at in 0..self.running.len() {
            let Some(task) = self.running.get_mut(at) else { break };
            if let Poll::Ready(outcome) = task.as_mut().poll(context) {
                drop(self.running.swap_remove(at));
                return Poll::Ready(outcome);
            }
        }
        Poll::Pending
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    #[tokio::test]
    async fn some_run_at_once_and_all_end() {
        let (running, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let mut preparing = Preparing::new();
        for number in 0..100_u64 {
            let (running, most) = (&running, &most);
            preparing.push(async move {
                let now = running.fetch_add(1, Ordering::SeqCst) + 1;
                most.fetch_max(now, Ordering::SeqCst);
                tokio::time::sleep(Duration::from_millis(1 + number % 7)).await;
                running.fetch_sub(1, Ordering::SeqCst);
                number
            });
        }
        let mut ended = Vec::new();
        while !preparing.is_empty() {
            ended.push(preparing.next().await);
        }
        ended.sort_unstable();
        assert_eq!(ended, (0..100).collect::<Vec<_>>());
        assert_eq!(most.load(Ordering::SeqCst), PARALLEL);
    }
}
