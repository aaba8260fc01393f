//! A backup put back into its place, and what is lost by it, told and kept.
//!
//! The new store is built beside the old one, every record of it is opened, and only then it takes
//! the other's place, which is moved aside. It gets a [`RestoreMark`], by which the rules know what
//! may be forgotten. A code that was still to be sent counts as maybe sent: since the backup it may
//! have left.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use super::backup::{self, Counts, Head, name_counts};
use super::disk::{Disk, Opening, damaged};
use super::error::StoreError;
use super::files;
use super::manifest::{self, Manifest, Mark, State};
use super::opening::{DATA, Lock, Opened, RESTORING, new_id, sealed_tally};
use super::records::{OutboxEntry, Record, RestoreMark};
use super::seal::{Label, SealKey};
use super::tally::{self, Look, TALLY_KEY, Tally};
use super::view::View;
use crate::machines::Work;
use crate::ops::fault::{self, Point};
use crate::verification::Timestamp;
use crate::verification::effect::{Effect, Order};
use crate::verification::restore::Restore;

/// How much is restored with one fsync.
const BATCH_BYTES: usize = 256 * 1024;

/// A store that was put back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restored {
    /// Without the mark of the restore itself.
    pub records: Counts,
    /// Where the store is now that was there before.
    pub kept: Option<PathBuf>,
    /// What the rules go by from now on.
    pub mark: Restore,
    pub lost: Lost,
}

/// What was in the store that was there before, and is not in the backup.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Lost {
    /// There was none, or its manifest says nothing about it.
    Unknown,
    /// As its manifest has it.
    Known {
        commits: u64,
        /// How many records there were in all.
        records: u64,
        /// When it was last written to.
        last: Option<Timestamp>,
    },
}

/// Makes the store in `store` from the backup `from`, at `now`: checks the file, builds the new
/// store beside the old one, opens every record of it, and only then puts it in its place and
/// checks it again.
///
/// What was counted since the backup was written is forgotten with it. With `replace`, a store that
/// is there is moved aside, not deleted. If it is cut off, the store says so and does not open
/// until it is done again.
///
/// # Errors
/// [`StoreError::Occupied`] if there is a store and not `replace`; [`StoreError::BadBackup`];
/// [`StoreError::InUse`]; [`StoreError::Io`].
pub fn put_back(
    from: &Path,
    store: &Path,
    keys: &SealKey,
    replace: bool,
    now: Timestamp,
) -> Result<Restored, StoreError> {
    let head = backup::inspect(from, keys)?;
    let failed = |why: io::Error| StoreError::io("restoring", store, &why);
    files::make_folder(store).map_err(failed)?;
    let lock = Lock::take(store)?;
    if super::exists(store) && !replace {
        return Err(StoreError::Occupied { path: store.to_owned() });
    }
    let scratch = store.join(RESTORING);
    if scratch.exists() {
        fs::remove_dir_all(&scratch).map_err(failed)?;
    }
    let mark = Restore { taken: head.taken, at: now };
    let mark = build(from, store, &scratch, keys, mark)?;
    fault::pass(Point::RestoreBuilt);
    let lost = lost(store, &head);
    let kept = put_in_place(store, &scratch).map_err(failed)?;

    let Some(manifest) = Manifest::read(store)? else {
        return Err(damaged(store, "its manifest is gone"));
    };
    let disk = Disk::open(store, &store.join(DATA), keys, Opening::Existing)?;
    let checked = tally::check(&disk, &manifest, Look::Inside);
    disk.close();
    drop(lock);
    let mut records = name_counts(&checked?.counts);
    records.remove(RestoreMark::NAME);
    Ok(Restored { records, kept, mark, lost })
}

/// Makes a whole store in `scratch`, marks it as restored, and checks it.
fn build(
    from: &Path,
    store: &Path,
    scratch: &Path,
    keys: &SealKey,
    mark: Restore,
) -> Result<Restore, StoreError> {
    let disk = Disk::open(store, &scratch.join(DATA), keys, Opening::New)?;
    let (tally, manifest) = match fill(&disk, from, scratch, keys) {
        Ok(filled) => filled,
        Err(why) => {
            disk.close();
            return Err(bad_backup(from, why));
        }
    };
    let lock = Lock::take(scratch)?;
    let mut opened = Opened::over(disk, manifest, tally, keys, lock)?;
    let marked = leave_mark(&mut opened, mark);
    let synced = opened.manifest.sync();
    opened.close();
    let mark = marked.map_err(|why| bad_backup(from, why))?;
    synced.map(|()| mark)
}

/// What is damaged in a store that was just made came with the backup.
fn bad_backup(from: &Path, why: StoreError) -> StoreError {
    match why {
        StoreError::Damaged { path: _, what } => {
            let what = format!("{what}; take another one");
            StoreError::BadBackup { file: from.to_owned(), what }
        }
        other => other,
    }
}

fn fill(
    disk: &Disk,
    from: &Path,
    scratch: &Path,
    keys: &SealKey,
) -> Result<(Tally, Manifest), StoreError> {
    let mut batch = sled::Batch::default();
    let mut bytes = 0;
    let mut tally_value = None;
    backup::read(from, keys, |key, value| {
        if key == TALLY_KEY {
            tally_value = Some(value.to_vec());
            return Ok(());
        }
        batch.insert(key, value);
        bytes += key.len() + value.len();
        if bytes >= BATCH_BYTES {
            bytes = 0;
            return disk.write(std::mem::take(&mut batch));
        }
        Ok(())
    })?;
    let no_tally = || disk.damaged("its tally cannot be read");
    let first = tally_value.ok_or_else(no_tally)?;
    Label::read(&first).ok_or_else(no_tally)?;
    let json = keys.open::<&[u8]>(TALLY_KEY, &first, &[]).ok_or_else(no_tally)?;
    let mut tally: Tally = serde_json::from_slice(&json).map_err(|_| no_tally())?;
    // A name of its own: data and manifest of two stores must never be taken for one.
    tally.store = new_id().map_err(|why| StoreError::io("making", scratch, &why))?;
    batch.insert(TALLY_KEY, sealed_tally(scratch, keys, &tally)?);
    disk.write(batch)?;
    let mark = Mark { commit: tally.commit, counts: tally.counts.clone() };
    let manifest = Manifest::replace(scratch, State::Ready, &tally.store, keys, mark)?;
    tally::check(disk, &manifest, Look::Inside)?;
    Ok((tally, manifest))
}

/// Leaves the mark, and counts each code that waits to be sent as maybe sent.
fn leave_mark(opened: &mut Opened, mark: Restore) -> Result<Restore, StoreError> {
    let mut view = View::new(&opened.layers, opened.sequences.clone());
    let earlier = view.get::<RestoreMark>(&())?.map(|RestoreMark(earlier)| earlier);
    let mark = mark.after(earlier);
    view.put(&(), &RestoreMark(mark))?;
    for (seq, entry) in view.scan::<OutboxEntry>(None, usize::MAX)? {
        let code = matches!(
            &entry.order,
            Work::Verification(Order { effect: Effect::SendCode { .. }, .. })
        );
        if code {
            view.put(&seq, &OutboxEntry { started: true, ..entry })?;
        }
    }
    let (changes, sequences, fault) = view.finish();
    if let Some(why) = fault {
        return Err(why);
    }
    opened.journal.begin();
    opened.take_over(changes, sequences)?;
    opened.write()?;
    opened.settle()?;
    Ok(mark)
}

/// What the manifest that is to be replaced knows beyond the backup.
fn lost(store: &Path, head: &Head) -> Lost {
    let Ok(Some(before)) = Manifest::read(store) else { return Lost::Unknown };
    if before.store() != head.store {
        return Lost::Unknown;
    }
    let modified = fs::metadata(store.join(manifest::NAME)).and_then(|facts| facts.modified());
    let since = modified.ok().and_then(|at| at.duration_since(UNIX_EPOCH).ok());
    Lost::Known {
        commits: before.newest().saturating_sub(head.commit),
        records: before.mark().counts.values().sum(),
        last: since.map(|since| Timestamp(0).after(since)),
    }
}

/// Puts the store in `scratch` in the place of what is in `store`. Cut off anywhere, what is left
/// does not open: the data is gone, or belongs to another manifest, or has none.
fn put_in_place(store: &Path, scratch: &Path) -> io::Result<Option<PathBuf>> {
    let (data, mark) = (store.join(DATA), store.join(manifest::NAME));
    let mut kept = None;
    if super::exists(store) {
        let aside = (1..).map(|n| store.join(format!("before-restore-{n}")));
        let aside = aside.into_iter().find(|path| !path.exists()).unwrap_or_default();
        files::make_folder(&aside)?;
        if mark.exists() {
            fs::copy(&mark, aside.join(manifest::NAME))?;
        }
        if data.exists() {
            fs::rename(&data, aside.join(DATA))?;
        }
        files::sync_folder(&aside)?;
        kept = Some(aside);
        fault::pass(Point::RestoreAside);
    }
    fs::rename(scratch.join(DATA), &data)?;
    files::sync_folder(store)?;
    fault::pass(Point::RestoreHalf);
    fs::rename(scratch.join(manifest::NAME), &mark)?;
    files::sync_folder(store)?;
    fault::pass(Point::RestoreAfter);
    fs::remove_dir_all(scratch)?;
    files::sync_folder(store)?;
    Ok(kept)
}
