//! `manifest`, the small file beside the data that knows what must be there.
//!
//! A log-structured store that loses its end looks like a store of a while ago: whole, and wrong.
//! So the number of the newest durable commit is kept outside, too. The file also tells a store
//! that lost its data from one that never had any, and another secret key from damage.
//!
//! ```text
//! 0     head:    JSON { format, state, store, key }  written whole, synced, renamed into place
//! 1024  mark:    JSON { commit, counts }             of one checkpoint
//! 2048  mark:    JSON { commit, counts }             of the one before or after it
//! 3072  newest:  commit (8) | its sum (16)           of the even commits
//! 3104  newest:  commit (8) | its sum (16)           of the odd commits
//! 3136  closed:  snapshot (32) | length (8) | sum    sled's index as it was closed; else zeros
//! ```
//!
//! Each of the first three parts is padded with spaces and ends in its sum: 16 bytes of SHA-256.
//! What is noted is noted after it is durable and never promises too much. A kill does not lose
//! it; it is synced at a clean stop and, while there are commits, once in [`SYNC_EVERY`], so after a
//! power cut it may lag a little behind the data.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::disk::{Index, damaged};
use super::error::StoreError;
use super::files;
use super::seal::SealKey;

pub(super) const NAME: &str = "manifest";

const FORMAT: u16 = 1;
const PART: usize = 1024;
const SUM: usize = 16;
const NEWEST: usize = 3 * PART;
const SLOT: usize = 32;
const CLOSED: usize = NEWEST + 2 * SLOT;
const CLOSED_BYTES: usize = 32 + 8 + SUM;
const SYNC_EVERY: Duration = Duration::from_secs(1);

/// Whether the data beside it is whole.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum State {
    /// The store is being made; what is there may be thrown away.
    Making,
    Ready,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Head {
    format: u16,
    state: State,
    /// Tells this store from others; the data holds it, too.
    store: String,
    /// The mark of the key that it is sealed with.
    key: String,
}

/// What was there as of a checkpoint.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Mark {
    pub(super) commit: u64,
    /// Records by kind.
    pub(super) counts: BTreeMap<u8, u64>,
}

pub(super) struct Manifest {
    file: File,
    path: PathBuf,
    head: Head,
    mark: Mark,
    /// The part that it is in.
    part: usize,
    newest: u64,
    closed: Option<Index>,
    synced: Instant,
}

impl Manifest {
    /// Reads the manifest of the store in `store`; `None` if there is none.
    pub(super) fn read(store: &Path) -> Result<Option<Manifest>, StoreError> {
        let path = store.join(NAME);
        let file = match OpenOptions::new().read(true).write(true).open(&path) {
            Ok(file) => file,
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(e) => return Err(StoreError::io("opening", &path, &e)),
        };
        let text = fs::read(&path).map_err(|e| StoreError::io("reading", &path, &e))?;
        let broken = || damaged(store, "its manifest cannot be read");
        let head: Head = read_part(&text, 0).ok_or_else(broken)?;
        if head.format > FORMAT {
            let what = format!("manifest {}, known is {FORMAT}", head.format);
            return Err(StoreError::Newer { path: store.to_owned(), what });
        }
        let marks = [1, 2].into_iter().filter_map(|part| Some((part, read_part(&text, part)?)));
        let latest = marks.max_by_key(|(_, mark): &(usize, Mark)| mark.commit);
        let (part, mark) = latest.ok_or_else(broken)?;
        let newest = [0, 1].into_iter().filter_map(|slot| read_slot(&text, slot)).max();
        let newest = newest.unwrap_or(0).max(mark.commit);
        let (closed, synced) = (read_closed(&text), Instant::now());
        Ok(Some(Manifest { file, path, head, mark, part, newest, closed, synced }))
    }

    /// Puts a new manifest in the place of what is there.
    pub(super) fn replace(
        store: &Path,
        state: State,
        id: &str,
        keys: &SealKey,
        mark: Mark,
    ) -> Result<Manifest, StoreError> {
        let path = store.join(NAME);
        let key = files::hex(&keys.mark());
        let head = Head { format: FORMAT, state, store: id.to_owned(), key };
        let draft = store.join("manifest.new");
        let write = || {
            let mut file = OpenOptions::new()
                .read(true)
                .write(true)
                .create(true)
                .truncate(true)
                .mode(0o600)
                .open(&draft)?;
            for part in [part_of(&head)?, part_of(&mark)?, part_of(&mark)?] {
                file.write_all(&part)?;
            }
            file.sync_all()?;
            fs::rename(&draft, &path)?;
            files::sync_folder(store)?;
            Ok(file)
        };
        let file = write().map_err(|e: io::Error| StoreError::io("writing", &path, &e))?;
        let newest = mark.commit;
        let (closed, synced) = (None, Instant::now());
        Ok(Manifest { file, path, head, mark, part: 1, newest, closed, synced })
    }

    pub(super) fn state(&self) -> State {
        self.head.state
    }

    pub(super) fn store(&self) -> &str {
        &self.head.store
    }

    pub(super) fn mark(&self) -> &Mark {
        &self.mark
    }

    /// The newest commit that is known to be durable.
    pub(super) fn newest(&self) -> u64 {
        self.newest
    }

    pub(super) fn is_sealed_with(&self, keys: &SealKey) -> bool {
        self.head.key == files::hex(&keys.mark())
    }

    /// Sled's index, if it was closed with all in it and not opened since.
    pub(super) fn closed(&self) -> Option<Index> {
        self.closed
    }

    /// Notes that sled is closed with all in it, or (`None`) that it is not any more. Costs no
    /// fsync.
    pub(super) fn note_closed(&mut self, index: Option<Index>) -> Result<(), StoreError> {
        self.closed = index;
        let bytes = index.map_or([0; CLOSED_BYTES], closed_of);
        self.write(&bytes, CLOSED as u64)
    }

    /// Notes a commit that is durable by now. Costs no fsync.
    pub(super) fn note(&mut self, commit: u64) -> Result<(), StoreError> {
        self.newest = commit;
        let slot = commit % 2;
        self.write(&slot_of(commit), NEWEST as u64 + slot * SLOT as u64)
    }

    /// Notes what is there as of a commit that is durable by now. Costs no fsync.
    pub(super) fn note_mark(&mut self, mark: Mark) -> Result<(), StoreError> {
        let bytes = part_of(&mark).map_err(|e| StoreError::io("writing", &self.path, &e))?;
        self.newest = self.newest.max(mark.commit);
        self.mark = mark;
        self.part = 3 - self.part;
        self.write(&bytes, (self.part * PART) as u64)
    }

    fn write(&self, bytes: &[u8], at: u64) -> Result<(), StoreError> {
        let written = self.file.write_all_at(bytes, at);
        written.map_err(|e| StoreError::io("writing", &self.path, &e))
    }

    /// Syncs what was noted, if that was not done for a while.
    pub(super) fn settle(&mut self) -> Result<(), StoreError> {
        if self.synced.elapsed() >= SYNC_EVERY { self.sync() } else { Ok(()) }
    }

    pub(super) fn sync(&mut self) -> Result<(), StoreError> {
        self.synced = Instant::now();
        self.file.sync_data().map_err(|e| StoreError::io("syncing", &self.path, &e))
    }
}

fn part_of(what: &impl Serialize) -> io::Result<[u8; PART]> {
    let json = serde_json::to_vec(what)?;
    let mut part = [b' '; PART];
    let room = part.get_mut(..json.len()).filter(|room| room.len() <= PART - SUM);
    room.ok_or_else(|| io::Error::other("too many kinds of records"))?.copy_from_slice(&json);
    let sum = Sha256::digest(&part[..PART - SUM]);
    part[PART - SUM..].copy_from_slice(&sum[..SUM]);
    Ok(part)
}

fn slot_of(commit: u64) -> [u8; SLOT] {
    let mut slot = [0; SLOT];
    slot[..8].copy_from_slice(&commit.to_be_bytes());
    slot[8..8 + SUM].copy_from_slice(&Sha256::digest(commit.to_be_bytes())[..SUM]);
    slot
}

fn read_slot(text: &[u8], slot: usize) -> Option<u64> {
    let slot = text.get(NEWEST + slot * SLOT..)?.get(..SLOT)?;
    let commit = u64::from_be_bytes(*slot.first_chunk()?);
    (slot_of(commit) == slot).then_some(commit)
}

fn closed_of(index: Index) -> [u8; CLOSED_BYTES] {
    let mut closed = [0; CLOSED_BYTES];
    closed[..32].copy_from_slice(&index.snapshot);
    closed[32..40].copy_from_slice(&index.length.to_be_bytes());
    let sum = Sha256::digest(&closed[..40]);
    closed[40..].copy_from_slice(&sum[..SUM]);
    closed
}

fn read_closed(text: &[u8]) -> Option<Index> {
    let closed = text.get(CLOSED..)?.get(..CLOSED_BYTES)?;
    let (snapshot, length) = (*closed.first_chunk()?, *closed[32..].first_chunk()?);
    let index = Index { snapshot, length: u64::from_be_bytes(length) };
    (closed_of(index) == closed).then_some(index)
}

fn read_part<T: DeserializeOwned>(text: &[u8], part: usize) -> Option<T> {
    let part = text.get(part * PART..(part + 1) * PART)?;
    let (json, sum) = part.split_at(PART - SUM);
    (Sha256::digest(json)[..SUM] == *sum).then(|| serde_json::from_slice(json).ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(folder: &Path) -> Manifest {
        let keys = SealKey::new([1; 32]);
        Manifest::replace(folder, State::Ready, "an id", &keys, Mark::default()).unwrap()
    }

    fn mark(commit: u64) -> Mark {
        Mark { commit, counts: BTreeMap::from([(0x10, commit)]) }
    }

    #[test]
    fn the_newest_mark_that_is_whole_counts() {
        let folder = tempfile::tempdir().unwrap();
        let mut manifest = made(folder.path());
        for commit in 1..=7 {
            manifest.note_mark(mark(commit)).unwrap();
        }
        let read = Manifest::read(folder.path()).unwrap().unwrap();
        assert_eq!((read.mark(), read.store()), (&mark(7), "an id"));
        assert!(read.is_sealed_with(&SealKey::new([1; 32])));
        assert!(!read.is_sealed_with(&SealKey::new([2; 32])));

        // A power cut while the next one was being noted: its part is torn, this one's is whole.
        manifest.file.write_all_at(b"torn", ((3 - manifest.part) * PART) as u64 + 5).unwrap();
        let mut read = Manifest::read(folder.path()).unwrap().unwrap();
        assert_eq!(read.mark(), &mark(7));
        read.note_mark(mark(8)).unwrap();
        assert_eq!(Manifest::read(folder.path()).unwrap().unwrap().mark(), &mark(8));
        for part in [1, 2] {
            manifest.file.write_all_at(b"torn", (part * PART) as u64 + 5).unwrap();
        }
        let error = Manifest::read(folder.path()).err().unwrap();
        assert!(error.is_damage(), "{error}");
    }

    #[test]
    fn the_newest_commit_that_was_noted_whole_counts() {
        let folder = tempfile::tempdir().unwrap();
        let mut manifest = made(folder.path());
        let newest = || Manifest::read(folder.path()).unwrap().unwrap().newest();
        assert_eq!(newest(), 0);
        manifest.note_mark(mark(5)).unwrap();
        assert_eq!(newest(), 5);
        for commit in 6..=9 {
            manifest.note(commit).unwrap();
            assert_eq!(newest(), commit);
        }
        let slot = |commit: u64| (NEWEST + SLOT * (commit % 2) as usize) as u64;
        manifest.file.write_all_at(b"torn", slot(9) + 5).unwrap();
        assert_eq!(newest(), 8);
        manifest.file.write_all_at(b"torn", slot(8) + 9).unwrap();
        assert_eq!(newest(), 5);
        manifest.note(10).unwrap();
        manifest.note_mark(mark(11)).unwrap();
        assert_eq!(newest(), 11);
    }

    #[test]
    fn a_broken_or_short_head_is_damage_and_a_newer_one_is_said_to_be_newer() {
        let folder = tempfile::tempdir().unwrap();
        let manifest = made(folder.path());
        let text = fs::read(&manifest.path).unwrap();
        for at in 0..PART * 8 {
            let mut bent = text.clone();
            bent[at / 8] ^= 1 << (at % 8);
            fs::write(&manifest.path, bent).unwrap();
            assert!(Manifest::read(folder.path()).err().unwrap().is_damage(), "bit {at}");
        }
        for length in [0, 1, PART - 1, PART] {
            fs::write(&manifest.path, &text[..length]).unwrap();
            assert!(Manifest::read(folder.path()).err().unwrap().is_damage(), "{length}");
        }
        let mut newer = text;
        let head = Head { format: FORMAT + 1, ..manifest.head };
        newer[..PART].copy_from_slice(&part_of(&head).unwrap());
        fs::write(folder.path().join(NAME), newer).unwrap();
        let error = Manifest::read(folder.path()).err().unwrap();
        assert!(matches!(error, StoreError::Newer { .. }), "{error}");
    }
}
