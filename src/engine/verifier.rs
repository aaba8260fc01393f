//! Compares typed passwords: slow on purpose, so in threads of its own and few at a time.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::Semaphore;
use tokio::task::JoinError;

use super::world::SystemRandom;
use crate::verification::code::Random;
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

    /// The label of the first of `candidates` (labels and hashes) that `typed` is. All of them are
    /// compared, whichever it is.
    pub async fn which(&self, typed: &Hidden, candidates: Vec<(String, Hidden)>) -> Option<String> {
        let mut found = None;
        for (label, hash) in candidates {
            if self.matches(typed.clone(), hash).await && found.is_none() {
                found = Some(label);
            }
        }
        found
    }

    /// The Argon2id hash of a new password.
    pub async fn hash(&self, typed: Hidden) -> Hidden {
        let _slot = self.slots.acquire().await;
        let mut salt = [0; 16];
        SystemRandom.fill(&mut salt);
        let hashed = tokio::task::spawn_blocking(move || password::hash(&typed, &salt));
        finished(hashed.await).await
    }

    /// Whether `typed` is the password behind `hash`.
    async fn matches(&self, typed: Hidden, hash: Hidden) -> bool {
        let _slot = self.slots.acquire().await;
        let workspaces = Arc::clone(&self.workspaces);
        let compared = tokio::task::spawn_blocking(move || {
            let free = || workspaces.lock().unwrap_or_else(PoisonError::into_inner);
            let mut workspace = free().pop().unwrap_or_default();
            let right = password::matches_in(&mut workspace, typed.reveal(), &hash);
            free().push(workspace);
            right
        });
        finished(compared.await).await
    }
}

async fn finished<T>(work: Result<T, JoinError>) -> T {
    match work {
        Ok(result) => result,
        // Nobody's guess was wrong: the update fails as a whole, and costs no try.
        Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
        // The runtime is ending; the update is in the inbox still.
        Err(_) => std::future::pending().await,
    }
}
