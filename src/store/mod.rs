//! What survives: one atomic, durable commit of many records, whatever happens to the process.
//!
//! A [`Store`] is a handle on a thread of its own, the committer, which owns all writes. It takes
//! what is queued, runs each transaction against the state as it will be, writes everything to the
//! journal at once, syncs that, and only then answers them all. Checkpoints bring what lasts from
//! the journal into sled. A transaction that panics or gives up leaves nothing behind; an error of
//! the disk closes the store for good.
//!
//! ```text
//! <path>/lock          held while the store is open
//! <path>/secret.key    unless configured elsewhere; never in a backup
//! <path>/manifest      what must be there: finds a store that lost its data or its newest commits
//! <path>/db/           sled, and the journal
//! <path>/backups/      unless configured elsewhere: the newest backups
//! <path>/control       socket of the running process: where `store backup` asks
//! ```

pub mod backup;
mod checkpoint;
mod committer;
mod disk;
mod error;
mod files;
mod journal;
mod layers;
mod manifest;
mod opening;
pub mod records;
pub mod restore;
pub mod rotation;
mod seal;
pub mod secret;
pub mod sweep;
mod tally;
mod view;
mod wiped;

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::{mpsc, oneshot, watch};

pub use disk::panic_is_handled;
pub use error::StoreError;
pub use records::Record;
pub use seal::SealKey;
pub use view::{Sequence, View};

pub use committer::Hurry;
use committer::{Committer, Message, Work};
use opening::Opened;
use records::KINDS;
use tally::Look;

/// Less free space than this, in bytes, will not do: a store must never meet a full disk.
pub const LEAST_ROOM: u64 = 64 * 1024 * 1024;
/// Below this, in bytes, nothing is written at all. sled takes half a MiB at a time, and a few
/// bytes for each page when it starts.
const LAST_ROOM: u64 = 16 * 1024 * 1024;
/// How long the free space that was seen last is believed.
const ROOM_SEEN: Duration = Duration::from_secs(5);
/// How long a transaction in no hurry waits for others.
const PATIENCE: Duration = Duration::from_millis(5);
/// How many transactions may wait; more wait for a place.
const QUEUE: usize = 4_096;

/// A handle on the store; clones share it. When the last one is dropped the store closes by
/// itself; [`Store::close`] waits for that.
#[derive(Clone)]
pub struct Store {
    queue: mpsc::Sender<Message>,
    shared: Arc<Shared>,
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Store").finish_non_exhaustive()
    }
}

/// Numbers for those who look in from outside.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StoreStats {
    /// Transactions that succeeded since the store was opened, reading ones included.
    pub commits: u64,
    /// Groups written to the journal and synced since the store was opened.
    pub groups: u64,
    /// How many records there are of each kind, by the kind's name; every kind is listed.
    pub records: BTreeMap<&'static str, u64>,
    /// From the call to the durable answer, for the last transaction.
    pub last_commit: Duration,
    pub bytes_on_disk: u64,
}

/// What the handles and the committer share.
struct Shared {
    stats: Mutex<StoreStats>,
    /// How many records there are of each kind, in the order of `KINDS`.
    records: Vec<AtomicU64>,
    /// How many transactions that are in no hurry have no answer yet.
    patient: AtomicUsize,
    observer: OnceLock<Box<dyn Fn(Duration) + Send + Sync>>,
    failed: watch::Sender<Option<StoreError>>,
    closed: watch::Sender<bool>,
    folder: PathBuf,
    /// The free space, in bytes, and when it was seen.
    room: Mutex<Option<(Instant, u64)>>,
    /// Set by a test: from now on no fsync succeeds.
    #[cfg(test)]
    fail_syncs: Arc<std::sync::atomic::AtomicBool>,
}

impl Store {
    /// Opens the store in `path`, or makes one where there never was one. Blocks: every record is
    /// looked for, and must be there in its latest form.
    ///
    /// # Errors
    /// [`StoreError::InUse`], [`StoreError::Damaged`], [`StoreError::WrongKey`],
    /// [`StoreError::Newer`], [`StoreError::Io`].
    pub fn open(path: &Path, keys: &SealKey) -> Result<Store, StoreError> {
        Store::start(path, opening::open(path, keys, Look::Outside)?)
    }

    /// As [`Store::open`]; a checkpoint is made when so many bytes are in the journal.
    #[cfg(test)]
    fn with_journal(path: &Path, keys: &SealKey, bytes: u64) -> Result<Store, StoreError> {
        let mut opened = opening::open(path, keys, Look::Outside)?;
        opened.journal_bytes = bytes;
        Store::start(path, opened)
    }

    fn start(path: &Path, opened: Opened) -> Result<Store, StoreError> {
        let shared = Arc::new(Shared {
            stats: Mutex::default(),
            records: KINDS.iter().map(|_| AtomicU64::default()).collect(),
            patient: AtomicUsize::default(),
            observer: OnceLock::new(),
            failed: watch::Sender::new(None),
            closed: watch::Sender::new(false),
            room: Mutex::default(),
            folder: path.join(opening::DATA),
            #[cfg(test)]
            fail_syncs: Arc::clone(&opened.layers.disk.fail_syncs),
        });
        let (queue, waiting) = mpsc::channel(QUEUE);
        Committer::start(opened, waiting, Arc::clone(&shared))
            .map_err(|why| StoreError::io("starting the committer of", path, &why))?;
        Ok(Store { queue, shared })
    }

    /// Runs `work` on the committer and makes its writes durable before it returns.
    ///
    /// `work` must be quick, since everybody waits for it. If the caller is cancelled the
    /// transaction happens all the same. One that wrote nothing costs no fsync of its own, but its
    /// answer still waits until what it may have seen is durable.
    ///
    /// # Errors
    /// What `work` returns, in which case nothing of it is written; [`StoreError::Panicked`] if it
    /// panicked; otherwise the store has failed, and every later call fails the same way.
    pub fn commit<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut View<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> impl Future<Output = Result<T, StoreError>> + Send {
        self.commit_in(Hurry::Now, work)
    }

    /// As [`Store::commit`]. In no hurry, it becomes durable with whatever is decided next, or
    /// after a few milliseconds: what follows on something that has happened already need not cost
    /// an fsync of its own.
    ///
    /// # Errors
    /// As for [`Store::commit`].
    pub fn commit_in<T: Send + 'static>(
        &self,
        hurry: Hurry,
        work: impl FnOnce(&mut View<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> impl Future<Output = Result<T, StoreError>> + Send {
        let (reply, answer) = oneshot::channel();
        // Boxed before anything waits, so that no future holds it: those are moved about.
        let work = Box::new(Work::new(work, reply));
        self.answered(Message::Work { work, queued: Instant::now(), hurry }, hurry, answer)
    }

    async fn answered<T>(
        &self,
        message: Message,
        hurry: Hurry,
        mut answer: oneshot::Receiver<Result<T, StoreError>>,
    ) -> Result<T, StoreError> {
        if hurry == Hurry::Soon {
            self.shared.patient.fetch_add(1, Ordering::Relaxed);
        }
        self.send(message).await?;
        if hurry == Hurry::Soon {
            if let Ok(answer) = tokio::time::timeout(PATIENCE, &mut answer).await {
                return answer.unwrap_or_else(|_| Err(self.why_gone()));
            }
            self.send(Message::Hurry).await?;
        }
        answer.await.unwrap_or_else(|_| Err(self.why_gone()))
    }

    /// Somebody waits now for what is in no hurry, if anything is.
    pub fn hurry(&self) {
        if self.shared.patient.load(Ordering::Relaxed) > 0 {
            // If the queue is full, it goes on anyway.
            let _ = self.queue.try_send(Message::Hurry);
        }
    }

    /// As [`Store::commit`], for a transaction that only reads.
    ///
    /// # Errors
    /// As for [`Store::commit`].
    pub fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&View<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> impl Future<Output = Result<T, StoreError>> + Send {
        self.commit(move |view| work(view))
    }

    /// Resolves when the store has failed closed, with the reason. Never, if it does not.
    pub async fn failed(&self) -> StoreError {
        let mut failed = self.shared.failed.subscribe();
        let Ok(reason) = failed.wait_for(Option::is_some).await else {
            return std::future::pending().await;
        };
        reason.clone().unwrap_or(StoreError::Closed)
    }

    /// The reason, if the store has failed closed.
    #[must_use]
    pub fn failure(&self) -> Option<StoreError> {
        self.shared.failed.borrow().clone()
    }

    /// Calls `observer` with the time from the call to the durable answer, once per transaction, on
    /// the committer's thread. Only the first observer counts.
    pub fn observe(&self, observer: impl Fn(Duration) + Send + Sync + 'static) {
        let _ = self.shared.observer.set(Box::new(observer));
    }

    /// Numbers as of now. Looks at the file sizes, so it costs a few system calls.
    #[must_use]
    pub fn stats(&self) -> StoreStats {
        let mut stats = self.shared.stats().clone();
        let records = KINDS.iter().zip(&self.shared.records);
        stats.records = records.map(|(kind, n)| (kind.name, n.load(Ordering::Relaxed))).collect();
        stats.bytes_on_disk = files::bytes_below(&self.shared.folder);
        stats
    }

    /// How many bytes are free on the store's disk, as of five seconds ago at most; 0 if nobody can
    /// tell.
    #[must_use]
    pub fn free_bytes(&self) -> u64 {
        let mut seen = self.shared.room.lock().unwrap_or_else(PoisonError::into_inner);
        match *seen {
            Some((at, bytes)) if at.elapsed() < ROOM_SEEN => bytes,
            Some(_) | None => {
                let bytes = files::free_bytes(&self.shared.folder).unwrap_or(0);
                *seen = Some((Instant::now(), bytes));
                bytes
            }
        }
    }

    /// Whether the disk has room enough to begin what cannot be taken back.
    #[must_use]
    pub fn has_room(&self) -> bool {
        self.free_bytes() >= LEAST_ROOM
    }

    /// Answers everything that is queued, closes the files and gives up the lock. Later calls on
    /// other handles get [`StoreError::Closed`].
    pub async fn close(self) {
        let mut closed = self.shared.closed.subscribe();
        // If nobody takes it, the committer is gone already.
        let _ = self.queue.send(Message::Stop).await;
        let _ = closed.wait_for(|closed| *closed).await;
    }

    async fn send(&self, message: Message) -> Result<(), StoreError> {
        self.queue.send(message).await.map_err(|_| self.why_gone())
    }

    fn why_gone(&self) -> StoreError {
        self.shared.failed.borrow().clone().unwrap_or(StoreError::Closed)
    }
}

impl Shared {
    fn stats(&self) -> MutexGuard<'_, StoreStats> {
        self.stats.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether there is a store in `path`, or what is left of one.
#[must_use]
pub fn exists(path: &Path) -> bool {
    path.join(manifest::NAME).exists() || path.join(opening::DATA).exists()
}

#[cfg(test)]
mod tests;
