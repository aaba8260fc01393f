//! Compares typed passwords: slow on purpose, so in threads of its own and few at a time.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::Semaphore;

use crate::verification::password::Workspace;
use crate::verification::{Hidden, password};

pub(super) struct Verifier {
    slots: Semaphore,
    /// Those of the slots that are free.
    workspaces: Arc<Mutex<Vec<Workspace>>>,
}

impl Verifier {
    pub fn new() -> Verifier {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        // One core is left for everybody who is not guessing.
        Verifier { slots: Semaphore::new((cores - 1).max(1)), workspaces: Arc::default() }
    }

    /// Whether `typed` is the password behind `hash`.
    pub async fn matches(&self, typed: Hidden, hash: Hidden) -> bool {
        let _slot = self.slots.acquire().await;
        let workspaces = Arc::clone(&self.workspaces);
        let compared = tokio::task::spawn_blocking(move || {
            let free = || workspaces.lock().unwrap_or_else(PoisonError::into_inner);
            let mut workspace = free().pop().unwrap_or_default();
            let right = password::matches_in(&mut workspace, typed.reveal(), &hash);
            free().push(workspace);
            right
        });
        match compared.await {
            Ok(right) => right,
            // Nobody's guess was wrong: the update fails as a whole, and costs no try.
            Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
            // The runtime is ending; the update is in the inbox still.
            Err(_) => std::future::pending().await,
        }
    }
}
