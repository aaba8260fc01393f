//! Compares typed passwords: slow on purpose, so in threads of its own and few at a time.

use tokio::sync::Semaphore;

use crate::verification::{Hidden, password};

pub(super) struct Verifier {
    slots: Semaphore,
}

impl Verifier {
    pub fn new() -> Verifier {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        // One core is left for everybody who is not guessing.
        Verifier { slots: Semaphore::new((cores - 1).max(1)) }
    }

    /// Whether `typed` is the password behind `hash`.
    pub async fn matches(&self, typed: Hidden, hash: Hidden) -> bool {
        let _slot = self.slots.acquire().await;
        let compared =
            tokio::task::spawn_blocking(move || password::matches(typed.reveal(), &hash));
        compared.await.unwrap_or(false)
    }
}
