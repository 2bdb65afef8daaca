//! Several futures at the same time, in one task: what borrows cannot be spawned.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::Poll;

/// A future that may borrow.
pub(super) type Boxed<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Waits for all; the answers come in the futures' order.
pub(super) async fn concurrently<T>(futures: Vec<Boxed<'_, T>>) -> Vec<T> {
    let mut waiting: Vec<_> = futures.into_iter().map(Some).collect();
    let mut done: Vec<Option<T>> = waiting.iter().map(|_| None).collect();
    poll_fn(move |task| {
        for (slot, answer) in waiting.iter_mut().zip(&mut done) {
            if let Some(future) = slot
                && let Poll::Ready(value) = future.as_mut().poll(task)
            {
                *answer = Some(value);
                *slot = None;
            }
        }
        if waiting.iter().any(Option::is_some) {
            return Poll::Pending;
        }
        Poll::Ready(done.iter_mut().filter_map(Option::take).collect())
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::{Duration, Instant};

    #[tokio::test]
    async fn all_are_waited_for_at_the_same_time() {
        let wait = |ms: u64| -> Boxed<'static, u64> {
            Box::pin(async move {
                tokio::time::sleep(Duration::from_millis(ms)).await;
                ms
            })
        };
        let start = Instant::now();
        assert_eq!(concurrently(vec![wait(300), wait(0), wait(299)]).await, [300, 0, 299]);
        assert!(start.elapsed() < Duration::from_millis(590), "{:?}", start.elapsed());
        assert!(concurrently::<u8>(Vec::new()).await.is_empty());
    }
}
