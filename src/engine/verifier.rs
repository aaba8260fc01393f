//! Compares typed passwords: slow on purpose, so in threads of its own and few at a time. What was
//! found right once is recognised at once from then on.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Semaphore;
use tokio::task::JoinError;

use super::world::SystemRandom;
use crate::verification::code::Random;
use crate::verification::password::{Proven, Workspace};
use crate::verification::{Hidden, password};

pub(super) struct Verifier {
    slots: Semaphore,
    /// How many comparisons have a slot or wait for one.
    queued: AtomicUsize,
    /// Of the slots that are free, while others wait: 19 MiB each.
    workspaces: Arc<Mutex<Vec<Workspace>>>,
    proven: Mutex<Proven>,
}

impl Verifier {
    pub fn new() -> Verifier {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        // One core is left for everybody who is not guessing.
        Verifier {
            slots: Semaphore::new((cores - 1).max(1)),
            queued: AtomicUsize::new(0),
            workspaces: Arc::default(),
            proven: Mutex::new(Proven::new(&mut SystemRandom)),
        }
    }

    /// As [`Verifier::which`], without the work: `None` if it takes some, because one of
    /// `candidates` has never been typed right since the start.
    pub fn recall(
        &self,
        typed: &Hidden,
        candidates: &[(String, Hidden)],
    ) -> Option<Option<String>> {
        let proven = self.proven();
        let mut found = None;
        for (label, hash) in candidates {
            if proven.is(typed.reveal(), hash)? && found.is_none() {
                found = Some(label.clone());
            }
        }
        Some(found)
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
        let _queued = Queued::at(self);
        let _slot = self.slots.acquire().await;
        if let Some(right) = self.proven().is(typed.reveal(), &hash) {
            return right;
        }
        let workspaces = Arc::clone(&self.workspaces);
        let compared = tokio::task::spawn_blocking(move || {
            let free = || workspaces.lock().unwrap_or_else(PoisonError::into_inner);
            let mut workspace = free().pop().unwrap_or_default();
            let right = password::matches_in(&mut workspace, typed.reveal(), &hash);
            free().push(workspace);
            (right, typed, hash)
        });
        let (right, typed, hash) = finished(compared.await).await;
        if right {
            self.proven().add(typed.reveal(), &hash);
        }
        right
    }

    fn proven(&self) -> MutexGuard<'_, Proven> {
        self.proven.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A comparison that has a slot or waits for one.
struct Queued<'a>(&'a Verifier);

impl Queued<'_> {
    fn at(verifier: &Verifier) -> Queued<'_> {
        verifier.queued.fetch_add(1, Ordering::SeqCst);
        Queued(verifier)
    }
}

impl Drop for Queued<'_> {
    fn drop(&mut self) {
        // The last one gives back the memory: most of the time nobody guesses.
        if self.0.queued.fetch_sub(1, Ordering::SeqCst) == 1 {
            self.0.workspaces.lock().unwrap_or_else(PoisonError::into_inner).clear();
        }
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
