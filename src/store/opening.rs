//! Taking possession of a store's folder: the lock, the first start, and every start after it.

use std::fs::{self, File, TryLockError};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::thread::JoinHandle;
use std::time::Instant;

use rand::TryRng;
use rand::rngs::SysRng;

use super::LAST_ROOM;
use super::checkpoint::{JOURNAL_BYTES, Moving};
use super::disk::{Disk, Index, Opening, damaged};
use super::error::StoreError;
use super::files;
use super::journal::{self, Journal};
use super::layers::Layers;
use super::manifest::{Manifest, Mark, State};
use super::seal::SealKey;
use super::tally::{self, Look, SCHEMA, TALLY_KEY, Tally};
use super::view::Sequences;
use crate::ops::fault::{self, Point};

/// The folder that sled lives in.
pub(super) const DATA: &str = "db";
/// The folder in which a restore builds the new store.
pub(super) const RESTORING: &str = "restoring";

/// A store that is open and was found sound.
pub(super) struct Opened {
    pub(super) layers: Layers,
    pub(super) journal: Journal,
    pub(super) manifest: Manifest,
    /// What sled must hold, as of its commit.
    pub(super) tally: Tally,
    /// The newest commit, and the sequences as of it.
    pub(super) commit: u64,
    pub(super) sequences: Sequences,
    pub(super) keys: SealKey,
    /// The checkpoint that is under way, and when one was begun last.
    pub(super) moving: Option<Moving>,
    pub(super) checkpointed: Instant,
    /// A checkpoint is made when so many bytes are in the journal.
    pub(super) journal_bytes: u64,
    /// Nothing has shown that it is not as it must be.
    pub(super) is_sound: bool,
    lock: Lock,
}

impl Opened {
    /// Over a sled in which everything is.
    pub(super) fn over(
        disk: Disk,
        manifest: Manifest,
        tally: Tally,
        keys: &SealKey,
        lock: Lock,
    ) -> Result<Opened, StoreError> {
        let journal = Journal::open(&disk, &tally.store, keys);
        let opened = journal.and_then(|journal| Ok((journal, disk.reach()?)));
        let (journal, reach) = match opened {
            Ok(opened) => opened,
            Err(why) => {
                disk.close();
                return Err(why);
            }
        };
        Ok(Opened {
            layers: Layers::over(disk, reach, tally.counts.clone()),
            journal,
            manifest,
            commit: tally.commit,
            sequences: tally.sequences.clone(),
            tally,
            keys: keys.clone(),
            moving: None,
            checkpointed: Instant::now(),
            journal_bytes: fault::journal_bytes(JOURNAL_BYTES),
            is_sound: true,
            lock,
        })
    }

    /// Closes the files first and gives up the lock last.
    pub(super) fn close(mut self) {
        // Left under way if the store has failed.
        if let Some(Err(_panic)) = self.moving.take().map(JoinHandle::join) {
            tracing::warn!("a checkpoint gave up while the store was being closed");
        }
        let is_settled = self.commit == self.tally.commit && self.is_sound;
        let Opened { layers, mut manifest, lock, .. } = self;
        let Some(disk) = layers.into_disk() else { return };
        let (store, folder) = (disk.store().to_owned(), disk.folder().to_owned());
        disk.close();
        if is_settled {
            let index = Index::settle(&store, &folder);
            let noted = index.and_then(|index| manifest.note_closed(index));
            if let Err(why) = noted.and_then(|()| manifest.sync()) {
                tracing::warn!(%why, "the next start has to look for every record");
            }
        }
        drop(lock);
    }
}

/// Held while the store is open; the system takes it back when the process dies.
pub(super) struct Lock {
    _file: File,
}

impl Lock {
    pub(super) fn take(store: &Path) -> Result<Lock, StoreError> {
        let path = store.join("lock");
        let mut options = File::options();
        let file = options.write(true).create(true).truncate(false).mode(0o600).open(&path);
        let file = file.map_err(|e| StoreError::io("opening", &path, &e))?;
        match file.try_lock() {
            Ok(()) => Ok(Lock { _file: file }),
            Err(TryLockError::WouldBlock) => Err(StoreError::InUse { path: store.to_owned() }),
            Err(TryLockError::Error(e)) => Err(StoreError::io("locking", &path, &e)),
        }
    }
}

/// Opens the store in `path` and checks all of it, or makes one where there never was one.
pub(super) fn open(path: &Path, keys: &SealKey, look: Look) -> Result<Opened, StoreError> {
    files::make_folder(path).map_err(|e| StoreError::io("making", path, &e))?;
    let lock = Lock::take(path)?;
    files::try_room(path, path, LAST_ROOM)?;
    match Manifest::read(path)? {
        None if path.join(DATA).exists() => Err(damaged(path, "its manifest is gone")),
        None if path.join(RESTORING).exists() => {
            Err(damaged(path, "a restore into it was cut off"))
        }
        None => make(path, keys, lock),
        Some(manifest) => match manifest.state() {
            State::Making => make(path, keys, lock),
            State::Ready => reopen(path, keys, manifest, lock, look),
        },
    }
}

/// A name that no other store has.
pub(super) fn new_id() -> Result<String, io::Error> {
    let mut id = [0; 16];
    SysRng.try_fill_bytes(&mut id).map_err(io::Error::other)?;
    Ok(files::hex(&id))
}

/// The tally as a value to be written.
pub(super) fn sealed_tally(
    store: &Path,
    keys: &SealKey,
    tally: &Tally,
) -> Result<Vec<u8>, StoreError> {
    let unwritable = |_| StoreError::Unwritable { kind: "tally" };
    let json = serde_json::to_vec(tally).map_err(unwritable)?;
    let sealed = keys.seal(TALLY_KEY, SCHEMA, &json);
    let sealed = sealed.map_err(|fault| fault.into_error("tally", json.len(), store))?;
    Ok(sealed.first)
}

/// The first start. Until the manifest says that the store is ready, nothing was ever promised, so
/// what a first start that was cut off left behind is thrown away.
fn make(path: &Path, keys: &SealKey, lock: Lock) -> Result<Opened, StoreError> {
    let failed = |why: io::Error| StoreError::io("making", path, &why);
    let id = new_id().map_err(failed)?;
    fault::pass(Point::FirstKey);
    Manifest::replace(path, State::Making, &id, keys, Mark::default())?;
    fault::pass(Point::FirstMaking);
    let data = path.join(DATA);
    if data.exists() {
        fs::remove_dir_all(&data).map_err(failed)?;
    }
    let disk = Disk::open(path, &data, keys, Opening::New)?;
    match fill(&disk, path, keys, &id) {
        Ok((manifest, tally)) => Opened::over(disk, manifest, tally, keys, lock),
        Err(why) => {
            disk.close();
            Err(why)
        }
    }
}

fn fill(
    disk: &Disk,
    path: &Path,
    keys: &SealKey,
    id: &str,
) -> Result<(Manifest, Tally), StoreError> {
    let tally = Tally::of(id);
    let mut batch = sled::Batch::default();
    batch.insert(TALLY_KEY, sealed_tally(path, keys, &tally)?);
    disk.write(batch)?;
    fault::pass(Point::FirstMade);
    let manifest = Manifest::replace(path, State::Ready, id, keys, Mark::default())?;
    Ok((manifest, tally))
}

fn reopen(
    path: &Path,
    keys: &SealKey,
    mut manifest: Manifest,
    lock: Lock,
    look: Look,
) -> Result<Opened, StoreError> {
    if !manifest.is_sealed_with(keys) {
        return Err(StoreError::WrongKey { path: path.to_owned() });
    }
    if look == Look::Outside
        && let Some((disk, tally)) = as_closed(path, keys, &manifest)?
    {
        let mut opened = Opened::over(disk, manifest, tally, keys, lock)?;
        return match opened.begin() {
            Ok(()) => Ok(opened),
            Err(why) => {
                opened.close();
                Err(why)
            }
        };
    }
    let (disk, tally) = match look_through(path, keys, &manifest, look) {
        // sled cuts off a torn tail as it opens, and may only then find its way: a file that was
        // cut behind the last commit has everything in it at the second look. The check is the
        // same, so nothing less than everything will do.
        Err(why) if why.is_damage() => match look_through(path, keys, &manifest, look) {
            Ok(found) => {
                tracing::warn!(%why, "at a second look everything is there");
                found
            }
            Err(_) => {
                // The next start is to look, too.
                let _ = manifest.note_closed(None).and_then(|()| manifest.sync());
                return Err(why);
            }
        },
        looked => looked?,
    };
    let mut opened = Opened::over(disk, manifest, tally, keys, lock)?;
    match opened.recover() {
        Ok(()) => Ok(opened),
        Err(why) => {
            // Else the next start would believe sled, and not look into the journal.
            opened.is_sound = false;
            opened.close();
            Err(why)
        }
    }
}

/// What was closed with all in it, and was not touched since, needs no look at each record.
fn as_closed(
    path: &Path,
    keys: &SealKey,
    manifest: &Manifest,
) -> Result<Option<(Disk, Tally)>, StoreError> {
    let data = path.join(DATA);
    let Some(closed) = manifest.closed().filter(|closed| Index::read(&data) == Some(*closed))
    else {
        return Ok(None);
    };
    // Whatever is wrong, the look at everything says it.
    let disk = match Disk::open(path, &data, keys, Opening::Settled) {
        Err(why) if why.is_damage() => return Ok(None),
        opened => opened?,
    };
    // If there was more to be found in the log, sled has written down another index.
    let same = Index::read(&data).is_some_and(|index| index.snapshot == closed.snapshot);
    match tally::read(&disk) {
        Ok(Some(tally))
            if same
                && tally.store == manifest.store()
                && tally.commit == manifest.newest()
                && tally.is_known() =>
        {
            Ok(Some((disk, tally)))
        }
        Ok(_) | Err(_) => {
            disk.close();
            Ok(None)
        }
    }
}

fn look_through(
    path: &Path,
    keys: &SealKey,
    manifest: &Manifest,
    look: Look,
) -> Result<(Disk, Tally), StoreError> {
    let disk = Disk::open(path, &path.join(DATA), keys, Opening::Existing)?;
    match tally::check(&disk, manifest, look) {
        Ok(tally) => Ok((disk, tally)),
        Err(why) => {
            disk.close();
            Err(why)
        }
    }
}

impl Opened {
    /// Plays the journal over what is in sled, and brings it there.
    fn recover(&mut self) -> Result<(), StoreError> {
        let Opened { layers, journal, sequences, .. } = self;
        self.commit = journal.replay(self.tally.commit, |entry| {
            match entry {
                journal::Entry::Changed(full, plain) => drop(layers.apply(full, plain)?),
                journal::Entry::Sequence(code, last) => drop(sequences.insert(code, last)),
            }
            Ok(())
        })?;
        let missing = self.manifest.newest().saturating_sub(self.commit);
        if missing > 0 {
            let what = format!("its newest commits are missing ({missing})");
            return Err(self.layers.disk.damaged(what));
        }
        self.settle()?;
        self.begin()
    }

    /// From here on there may be more than the manifest says.
    fn begin(&mut self) -> Result<(), StoreError> {
        self.manifest.note_closed(None)?;
        // A power cut may have left it behind the data.
        self.note_mark()?;
        self.manifest.sync()
    }
}
