//! sled, kept at arm's length: one tree, one batch at a time, a real fsync after each, and every
//! call guarded, because sled panics on some kinds of damage.

use std::cell::Cell;
use std::fs::{self, File, Permissions};
use std::io;
use std::ops::Bound;
use std::os::unix::fs::PermissionsExt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use sha2::{Digest, Sha256};
use sled::IVec;

use super::error::StoreError;
use super::files;
use super::layers::{Plain, Reach};
use super::records::{KINDS, kind_of};
use super::seal::{Label, SealKey};

/// The first byte of the keys under which the further pieces of long records lie.
pub(super) const PIECES: u8 = 0xf0;

const CACHE_BYTES: u64 = 4 * 1024 * 1024;
/// Most pages of sled's hold 8 to 16 values.
const PAGE: usize = 8;
/// How often a page is asked for again by whoever reads on and on. sled's cache is in 256 parts, and
/// each looks at what it holds at every 64th question only: asked for once, 16,000 pages stay.
const AGAIN: usize = 2;
/// sled frees space in its log only from its flusher thread, so it must run; that it flushes, too,
/// does no harm, and nothing relies on it.
const HOUSEKEEPING_MS: u64 = 500;
/// How long a sled that was just closed may hold its lock: its helper threads end in their own time.
const LOCK_PATIENCE: Duration = Duration::from_secs(3);
const CLOSE_PATIENCE: Duration = Duration::from_secs(3);

thread_local! {
    static GUARDED: Cell<bool> = const { Cell::new(false) };
}

/// Whether a panic on this thread right now is sled's and becomes a [`StoreError`]. A panic hook may
/// ask this and stay silent.
#[must_use]
pub fn panic_is_handled() -> bool {
    GUARDED.get()
}

/// Runs `work`; `Err` if it panicked.
pub(super) fn guarded<T>(work: impl FnOnce() -> T) -> thread::Result<T> {
    let before = GUARDED.replace(true);
    let outcome = catch_unwind(AssertUnwindSafe(work));
    GUARDED.set(before);
    outcome
}

/// The open data files.
pub(super) struct Disk {
    db: sled::Db,
    /// The file that sled appends to, for an fsync of our own: sled's `flush` makes none on Linux.
    data: File,
    store: PathBuf,
    folder: PathBuf,
    keys: SealKey,
    #[cfg(test)]
    pub(super) fail_syncs: std::sync::Arc<std::sync::atomic::AtomicBool>,
}

#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(super) enum Opening {
    /// Nothing is there yet.
    New,
    Existing,
    /// As its [`Index`] was written down.
    Settled,
}

/// Where sled finds everything: its snapshot, summed up, and the length of its file. What lies
/// there is summed up by sled itself, piece by piece, and looked at whenever it is read.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(super) struct Index {
    pub(super) snapshot: [u8; 32],
    pub(super) length: u64,
}

impl Index {
    /// As it is now; `None` if that cannot be told.
    pub(super) fn read(folder: &Path) -> Option<Index> {
        let names = fs::read_dir(folder).ok()?.map(|entry| Some(entry.ok()?.path()));
        let names: Option<Vec<PathBuf>> = names.collect();
        let is_snapshot = |path: &PathBuf| {
            path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("snap."))
        };
        let mut snapshots = names?.into_iter().filter(is_snapshot);
        let (Some(snapshot), None) = (snapshots.next(), snapshots.next()) else { return None };
        let mut sum = Sha256::new();
        sum.update(snapshot.file_name()?.as_encoded_bytes());
        sum.update(fs::read(&snapshot).ok()?);
        let length = fs::metadata(folder.join("db")).ok()?.len();
        Some(Index { snapshot: sum.finalize().into(), length })
    }

    /// Has a sled that was closed write it down, and reads it.
    pub(super) fn settle(store: &Path, folder: &Path) -> Result<Option<Index>, StoreError> {
        settle_snapshot(store, folder)?;
        Ok(Index::read(folder))
    }
}

impl Disk {
    /// Opens sled in `folder`, or makes one there, and makes its files last.
    pub(super) fn open(
        store: &Path,
        folder: &Path,
        keys: &SealKey,
        how: Opening,
    ) -> Result<Disk, StoreError> {
        let failed = |why: io::Error| StoreError::io("opening", folder, &why);
        let data = folder.join("db");
        match how {
            Opening::New => files::make_folder(folder).map_err(failed)?,
            Opening::Existing | Opening::Settled => match fs::metadata(&data) {
                Ok(facts) if facts.len() > 0 => {}
                Ok(_) => return Err(damaged(store, "its data file db/db is empty")),
                Err(e) if e.kind() == io::ErrorKind::NotFound => {
                    return Err(damaged(store, "its data file db/db is gone"));
                }
                Err(e) => return Err(failed(e)),
            },
        }
        if how == Opening::Existing {
            settle_snapshot(store, folder)?;
        }
        let db = open_sled(store, folder)?;
        // What sled wrote so far lasts only if the files, and the names of the files, are synced.
        let settle = || {
            for name in ["conf", "db"] {
                let file = File::open(folder.join(name))?;
                file.set_permissions(Permissions::from_mode(0o600))?;
                file.sync_all()?;
            }
            for path in [&folder.join("blobs"), folder, &files::parent(folder)] {
                files::sync_folder(path)?;
            }
            File::options().read(true).write(true).open(&data)
        };
        let data = match settle() {
            Ok(data) => data,
            Err(why) => {
                close_sled(db);
                return Err(failed(why));
            }
        };
        Ok(Disk {
            db,
            data,
            store: store.to_owned(),
            folder: folder.to_owned(),
            keys: keys.clone(),
            #[cfg(test)]
            fail_syncs: std::sync::Arc::default(),
        })
    }

    /// The record under a full key, opened.
    pub(super) fn get(&self, full: &[u8]) -> Result<Option<Plain>, StoreError> {
        let Some(first) = self.raw(full)? else { return Ok(None) };
        self.open_record(full, &first).map(Some)
    }

    /// Opens the record whose first value is `first`.
    pub(super) fn open_record(&self, full: &[u8], first: &[u8]) -> Result<Plain, StoreError> {
        let label = self.label(full, first)?;
        let mut pieces = Vec::with_capacity(label.pieces.into());
        for index in 0..label.pieces {
            let piece = self.raw(&piece_key(full, index))?;
            pieces.push(piece.ok_or_else(|| self.unreadable(full))?);
        }
        let json = self.keys.open(full, first, &pieces).ok_or_else(|| self.unreadable(full))?;
        Ok(Plain { version: label.version, json, record: None })
    }

    pub(super) fn label(&self, full: &[u8], first: &[u8]) -> Result<Label, StoreError> {
        Label::read(first).ok_or_else(|| self.unreadable(full))
    }

    /// Whether there is a record under a full key.
    pub(super) fn holds(&self, full: &[u8]) -> Result<bool, StoreError> {
        self.call("reading", || self.db.contains_key(full))
    }

    /// The last key of each kind.
    pub(super) fn reach(&self) -> Result<Reach, StoreError> {
        let mut reach = Reach::new();
        for kind in KINDS {
            let last = self.call("reading", || self.db.get_lt([kind.code + 1]))?;
            if let Some((full, _)) = last
                && full.first() == Some(&kind.code)
            {
                reach.insert(kind.code, full.to_vec());
            }
        }
        Ok(reach)
    }

    /// A value as it is on disk.
    pub(super) fn raw(&self, key: &[u8]) -> Result<Option<IVec>, StoreError> {
        self.call("reading", || self.db.get(key))
    }

    /// Keys and values as they are on disk, from `start` to before `end`.
    pub(super) fn range(&self, start: &[u8], end: &[u8]) -> Range<'_> {
        self.range_of(self.db.range(start.to_vec()..end.to_vec()))
    }

    /// Keys and values as they are on disk, from `start` to before `end`, or to the last.
    pub(super) fn from(&self, start: &[u8], end: Option<&[u8]>) -> Range<'_> {
        let end = end.map_or(Bound::Unbounded, |end| Bound::Excluded(end.to_vec()));
        self.range_of(self.db.range((Bound::Included(start.to_vec()), end)))
    }

    fn range_of(&self, values: sled::Iter) -> Range<'_> {
        Range { disk: self, values, read: 0 }
    }

    /// Keys and values as they are on disk, all of them.
    pub(super) fn everything(&self) -> Range<'_> {
        self.from(&[], None)
    }

    /// Writes a batch, all or nothing, and returns once it is durable.
    pub(super) fn write(&self, batch: sled::Batch) -> Result<(), StoreError> {
        self.apply(batch)?;
        self.sync()
    }

    /// Writes a batch, all or nothing. It is not durable yet.
    pub(super) fn apply(&self, batch: sled::Batch) -> Result<(), StoreError> {
        self.call("writing", || self.db.apply_batch(batch))
    }

    /// Returns once all that was written is durable.
    pub(super) fn sync(&self) -> Result<(), StoreError> {
        self.call("writing", || self.db.flush())?;
        self.sync_data().map_err(|why| StoreError::io("syncing", &self.folder.join("db"), &why))
    }

    pub(super) fn bytes_on_disk(&self) -> u64 {
        files::bytes_below(&self.folder)
    }

    /// The folder of the whole store.
    pub(super) fn store(&self) -> &Path {
        &self.store
    }

    /// The folder of the data.
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// That the record under `full` is there but cannot be read.
    pub(super) fn unreadable(&self, full: &[u8]) -> StoreError {
        self.damaged(format!("the record {} cannot be read", name_key(full)))
    }

    pub(super) fn damaged(&self, what: impl Into<String>) -> StoreError {
        damaged(&self.store, what)
    }

    /// Closes sled and releases its lock.
    pub(super) fn close(self) {
        let Disk { db, data, .. } = self;
        drop(data);
        close_sled(db);
    }

    fn sync_data(&self) -> io::Result<()> {
        #[cfg(test)]
        if self.fail_syncs.load(std::sync::atomic::Ordering::SeqCst) {
            return Err(io::Error::other("a fault of the test"));
        }
        self.data.sync_data()
    }

    fn call<T>(
        &self,
        doing: &'static str,
        work: impl FnOnce() -> sled::Result<T>,
    ) -> Result<T, StoreError> {
        match guarded(work) {
            Ok(Ok(done)) => Ok(done),
            // The file ends where it should go on: no word of the operating system, but damage.
            Ok(Err(sled::Error::Io(why))) if why.kind() == io::ErrorKind::UnexpectedEof => {
                Err(self.damaged(name_fault(&sled::Error::Io(why))))
            }
            Ok(Err(sled::Error::Io(why))) => {
                // sled hands some on as the debug print of what it was.
                let own = why.raw_os_error().is_none();
                let why = if own { why.kind().into() } else { why };
                Err(StoreError::io(doing, &self.folder.join("db"), &why))
            }
            Ok(Err(other)) => Err(self.damaged(name_fault(&other))),
            Err(_panic) => Err(self.damaged(PANICKED)),
        }
    }
}

/// Keys and values in key order. Ends after its first error.
pub(super) struct Range<'a> {
    disk: &'a Disk,
    values: sled::Iter,
    /// How many it were so far.
    read: usize,
}

impl Iterator for Range<'_> {
    type Item = Result<(IVec, IVec), StoreError>;

    fn next(&mut self) -> Option<Self::Item> {
        let value = self.disk.call("reading", || self.values.next().transpose()).transpose()?;
        self.read += 1;
        if self.read.is_multiple_of(PAGE)
            && let Ok((full, _)) = &value
        {
            for _ in 0..AGAIN {
                if let Err(why) = self.disk.holds(full) {
                    return Some(Err(why));
                }
            }
        }
        Some(value)
    }
}

/// Where the piece `index` of the record under `full` lies.
pub(super) fn piece_key(full: &[u8], index: u8) -> Vec<u8> {
    [&[PIECES], full, &[index]].concat()
}

/// A record by its kind and key, for errors and reports. Keys hold nothing secret.
pub(super) fn name_key(full: &[u8]) -> String {
    let Some((code, key)) = full.split_first() else { return "without a key".to_owned() };
    let hex = || files::hex(&key[..key.len().min(24)]);
    match kind_of(*code) {
        Some(kind) => {
            let shown = (kind.show)(key).filter(|shown| shown.len() < 80).unwrap_or_else(hex);
            format!("{} {shown}", kind.name)
        }
        None => format!("{code:02x} {}", hex()),
    }
}

pub(super) fn damaged(store: &Path, what: impl Into<String>) -> StoreError {
    StoreError::Damaged { path: store.to_owned(), what: what.into() }
}

const PANICKED: &str = "sled gave up on reading its data file db/db";

/// Makes what sled finds out about its log last, before it acts on it.
///
/// At each start sled reads its log, writes down in a snapshot where everything is, and then
/// overwrites the parts of the file that are of no use any more. It never syncs the snapshot's
/// name, so the power may go when those parts are gone and only the older snapshot is there: from
/// that, and the rest of the log, nothing is found any more. So sled is stopped once its snapshot
/// is written, the name is synced, and the start after that has nothing new to write down.
///
/// What stops it is a folder in the place of a value that it would have to remove.
fn settle_snapshot(store: &Path, folder: &Path) -> Result<(), StoreError> {
    let failed = |why: io::Error| StoreError::io("opening", folder, &why);
    let stop = folder.join("blobs").join(i64::MAX.to_string());
    drop_drafts(folder).map_err(failed)?;
    fs::create_dir_all(&stop).map_err(failed)?;
    let stopped = match try_sled(store, folder) {
        Ok(Ok(db)) => {
            close_sled(db);
            Ok(())
        }
        // As it should be; anything else is found again, and named, by the start itself.
        Ok(Err(_)) | Err(StoreError::Damaged { .. }) => Ok(()),
        Err(why) => Err(why),
    };
    files::sync_folder(folder).map_err(failed)?;
    fs::remove_dir(&stop).map_err(failed)?;
    stopped
}

/// Removes snapshots that sled had not finished. It would take them for finished ones.
fn drop_drafts(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "generating") {
            fs::remove_file(path)?;
        }
    }
    Ok(())
}

fn open_sled(store: &Path, folder: &Path) -> Result<sled::Db, StoreError> {
    match try_sled(store, folder)? {
        Ok(db) => Ok(db),
        // What the operating system refused has its number; the rest is sled's own opinion of
        // the file.
        Err(sled::Error::Io(why)) if why.raw_os_error().is_some() => {
            Err(StoreError::io("opening", folder, &why))
        }
        Err(fault) => Err(damaged(store, name_fault(&fault))),
    }
}

/// Waits until nobody else holds sled's lock.
fn try_sled(store: &Path, folder: &Path) -> Result<sled::Result<sled::Db>, StoreError> {
    let config = sled::Config::new()
        .path(folder)
        .cache_capacity(CACHE_BYTES)
        .flush_every_ms(Some(HOUSEKEEPING_MS));
    let began = Instant::now();
    loop {
        match guarded(|| config.open()) {
            // The store's own lock is held by us, so what holds this one is on its way out.
            Ok(Err(sled::Error::Io(why))) if is_lock(&why) => {
                if began.elapsed() > LOCK_PATIENCE {
                    return Err(StoreError::InUse { path: store.to_owned() });
                }
                thread::sleep(Duration::from_millis(10));
            }
            Ok(opened) => return Ok(opened),
            Err(_panic) => return Err(damaged(store, PANICKED)),
        }
    }
}

/// Closes sled and releases its lock. A sled whose disk takes nothing any more panics at that; one
/// whose helper thread died on damage never finishes: it is left behind.
fn close_sled(db: sled::Db) {
    let (done, closed) = mpsc::channel();
    let closer = thread::Builder::new().name("store-close".to_owned()).spawn(move || {
        if guarded(|| drop(db)).is_err() {
            tracing::warn!("sled gave up while it was being closed");
        }
        let _ = done.send(());
    });
    if closer.is_ok() && closed.recv_timeout(CLOSE_PATIENCE).is_err() {
        tracing::warn!("sled did not close in time and was left behind");
    }
}

fn is_lock(why: &io::Error) -> bool {
    why.kind() == io::ErrorKind::WouldBlock || why.to_string().contains("could not acquire lock")
}

fn name_fault(fault: &sled::Error) -> String {
    match fault {
        sled::Error::Corruption { at: Some(at), .. } => {
            format!("its data file db/db is corrupt at {at:?}")
        }
        sled::Error::Corruption { at: None, .. } => "its data file db/db is corrupt".to_owned(),
        sled::Error::Io(why) => format!("its data file db/db cannot be read ({})", why.kind()),
        sled::Error::Unsupported(_) => "its settings file db/conf is not ours".to_owned(),
        sled::Error::CollectionNotFound(_) | sled::Error::ReportableBug(_) => PANICKED.to_owned(),
    }
}
