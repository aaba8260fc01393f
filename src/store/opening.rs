//! Taking possession of a store's folder: the lock, the first start, and every start after it.

use std::fs::{self, File, TryLockError};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use rand::TryRng;
use rand::rngs::SysRng;

use super::LAST_ROOM;
use super::disk::{Disk, Opening, damaged};
use super::error::StoreError;
use super::files;
use super::manifest::{Manifest, Mark, State};
use super::seal::SealKey;
use super::tally::{self, SCHEMA, TALLY_KEY, Tally};
use crate::ops::fault::{self, Point};

/// The folder that sled lives in.
pub(super) const DATA: &str = "db";
/// The folder in which a restore builds the new store.
pub(super) const RESTORING: &str = "restoring";

/// A store that is open and was found sound.
pub(super) struct Opened {
    pub(super) disk: Disk,
    pub(super) manifest: Manifest,
    pub(super) tally: Tally,
    pub(super) keys: SealKey,
    pub(super) lock: Lock,
}

impl Opened {
    /// Closes the files first and gives up the lock last.
    pub(super) fn close(self) {
        let Opened { disk, manifest, lock, tally: _, keys: _ } = self;
        disk.close();
        drop(manifest);
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
pub(super) fn open(path: &Path, keys: &SealKey) -> Result<Opened, StoreError> {
    files::make_folder(path).map_err(|e| StoreError::io("making", path, &e))?;
    let lock = Lock::take(path)?;
    files::try_room(path, path, LAST_ROOM)?;
    let (disk, manifest, tally) = match Manifest::read(path)? {
        None if path.join(DATA).exists() => return Err(damaged(path, "its manifest is gone")),
        None if path.join(RESTORING).exists() => {
            return Err(damaged(path, "a restore into it was cut off"));
        }
        None => make(path, keys)?,
        Some(manifest) => match manifest.state() {
            State::Making => make(path, keys)?,
            State::Ready => reopen(path, keys, manifest)?,
        },
    };
    Ok(Opened { disk, manifest, tally, keys: keys.clone(), lock })
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
fn make(path: &Path, keys: &SealKey) -> Result<(Disk, Manifest, Tally), StoreError> {
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
        Ok((manifest, tally)) => Ok((disk, manifest, tally)),
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
) -> Result<(Disk, Manifest, Tally), StoreError> {
    if !manifest.is_sealed_with(keys) {
        return Err(StoreError::WrongKey { path: path.to_owned() });
    }
    match look(path, keys, &mut manifest) {
        Ok((disk, tally)) => Ok((disk, manifest, tally)),
        // sled cuts off a torn tail as it opens, and may only then find its way: a file that was
        // cut behind the last commit has everything in it at the second look. The check is the
        // same, so nothing less than everything will do.
        Err(why) if why.is_damage() => match look(path, keys, &mut manifest) {
            Ok((disk, tally)) => {
                tracing::warn!(%why, "at a second look everything is there");
                Ok((disk, manifest, tally))
            }
            Err(_) => Err(why),
        },
        Err(why) => Err(why),
    }
}

fn look(path: &Path, keys: &SealKey, manifest: &mut Manifest) -> Result<(Disk, Tally), StoreError> {
    let disk = Disk::open(path, &path.join(DATA), keys, Opening::Existing)?;
    let checked = tally::check(&disk, manifest).and_then(|tally| {
        // A power cut may have left it behind the data.
        manifest.note(Mark { commit: tally.commit, counts: tally.counts.clone() })?;
        manifest.sync()?;
        Ok(tally)
    });
    match checked {
        Ok(tally) => Ok((disk, tally)),
        Err(why) => {
            disk.close();
            Err(why)
        }
    }
}
