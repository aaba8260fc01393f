//! What the data itself says must be in it, and the check against it.
//!
//! The tally is one sealed record under the key 0x00, written with every checkpoint. Counts alone would
//! not notice a record that fell back to an earlier form, so it also holds the sum of all tags:
//! each sealing draws a new nonce, so each has a tag of its own.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use super::disk::{Disk, PIECES, name_key};
use super::error::StoreError;
use super::manifest::Manifest;
use super::records::{KINDS, Kind, kind_of};
use super::seal::Label;
use super::view::Sequences;

pub(super) const TALLY_KEY: &[u8] = &[0];
/// The version of the layout of the whole store. 2: with a journal.
pub(super) const SCHEMA: u8 = 2;

/// What must be in the data.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Tally {
    /// Tells this store from others; the manifest holds it, too.
    pub(super) store: String,
    /// The newest commit of which all is in sled.
    pub(super) commit: u64,
    /// Records by kind.
    pub(super) counts: BTreeMap<u8, u64>,
    /// Values that hold the further pieces of long records.
    pub(super) pieces: u64,
    /// The newest version of each kind that was ever written. Earlier tallies do not say.
    #[serde(default)]
    versions: BTreeMap<u8, u8>,
    /// The tags of all records, added up modulo 2^128: high half, low half.
    tags: (u64, u64),
    pub(super) sequences: Sequences,
}

impl Tally {
    /// That of a new store.
    pub(super) fn of(store: &str) -> Tally {
        Tally { store: store.to_owned(), ..Tally::default() }
    }

    pub(super) fn add(&mut self, code: u8, label: Label) {
        let newest = self.versions.entry(code).or_insert(0);
        *newest = label.version.max(*newest);
        *self.counts.entry(code).or_insert(0) += 1;
        self.pieces += u64::from(label.pieces);
        self.set_tags(self.tags().wrapping_add(label.tag));
    }

    pub(super) fn take(&mut self, code: u8, label: Label) {
        let count = self.counts.entry(code).or_insert(0);
        *count = count.saturating_sub(1);
        self.pieces = self.pieces.saturating_sub(label.pieces.into());
        self.set_tags(self.tags().wrapping_sub(label.tag));
    }

    /// Whether this program can read all that was ever written.
    pub(super) fn is_known(&self) -> bool {
        let known =
            |code: &u8, version: u8| kind_of(*code).is_some_and(|kind| version <= kind.version);
        self.counts.keys().all(|code| known(code, 0))
            && self.versions.iter().all(|(code, version)| known(code, *version))
    }

    pub(super) fn records(&self) -> u64 {
        self.counts.values().sum()
    }

    fn tags(&self) -> u128 {
        u128::from(self.tags.0) << 64 | u128::from(self.tags.1)
    }

    fn set_tags(&mut self, tags: u128) {
        let low = tags & u128::from(u64::MAX);
        self.tags = ((tags >> 64).try_into().unwrap_or(0), low.try_into().unwrap_or(0));
    }
}

/// Reads the tally. `None`: there is none.
pub(super) fn read(disk: &Disk) -> Result<Option<Tally>, StoreError> {
    let unreadable = || disk.damaged("its tally cannot be read");
    let Some(first) = disk.raw(TALLY_KEY)? else { return Ok(None) };
    let label = Label::read(&first).ok_or_else(unreadable)?;
    if label.version > SCHEMA {
        let what = format!("schema {}, known is {SCHEMA}", label.version);
        return Err(StoreError::Newer { path: disk.store().to_owned(), what });
    }
    let plain = disk.open_record(TALLY_KEY, &first).map_err(|_| unreadable())?;
    serde_json::from_slice(&plain.json).map(Some).map_err(|_| unreadable())
}

/// How closely records are looked at.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(super) enum Look {
    /// Each must be there, in its latest form. What is in it is seen when it is read: it is sealed,
    /// and sled sums up what it takes from the disk.
    Outside,
    /// Each is opened and read as well.
    Inside,
}

/// Compares what is there with what must be there.
///
/// # Errors
/// [`StoreError::Damaged`] naming everything that is missing or unreadable; [`StoreError::Newer`];
/// [`StoreError::Io`].
pub(super) fn check(disk: &Disk, manifest: &Manifest, look: Look) -> Result<Tally, StoreError> {
    let Some(tally) = read(disk)? else {
        let records: u64 = manifest.mark().counts.values().sum();
        return Err(disk.damaged(format!("all of its {records} records are missing")));
    };
    if tally.store != manifest.store() {
        let what = "data and manifest are of two different stores; a restore may have been cut off";
        return Err(disk.damaged(what));
    }
    let mut found = survey(disk, look)?;
    // To name what is wrong takes a closer look.
    if look == Look::Outside && !found.is(&tally) {
        found = survey(disk, Look::Inside)?;
    }
    if let Some(what) = found.newer {
        return Err(StoreError::Newer { path: disk.store().to_owned(), what });
    }
    let mut faults = Vec::new();
    for (code, due) in &tally.counts {
        let there = found.tally.counts.get(code).copied().unwrap_or(0);
        if there != *due {
            let name = kind_of(*code).map_or("unknown", |kind| kind.name);
            faults.push(format!("{there} of {due} records of kind {name} are there"));
        }
    }
    if found.unreadable > 0 {
        let more = found.unreadable - found.named.len() as u64;
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        faults.push(format!("unreadable: {}{more}", found.named.join(", ")));
    }
    if faults.is_empty() && found.tally.counted() != tally.counted() {
        faults.push("some of its records are not the latest ones".to_owned());
    }
    if faults.is_empty() { Ok(tally) } else { Err(disk.damaged(faults.join("; "))) }
}

impl Tally {
    /// The part that counting again must give.
    pub(super) fn counted(&self) -> (Vec<(u8, u64)>, u64, u128) {
        let counts = self.counts.iter().map(|(code, count)| (*code, *count));
        (counts.filter(|(_, count)| *count > 0).collect(), self.pieces, self.tags())
    }
}

/// How many of the unreadable ones are named.
const NAMED: usize = 5;

/// What is really there.
#[derive(Default)]
struct Survey {
    tally: Tally,
    unreadable: u64,
    /// The first few of the unreadable ones.
    named: Vec<String>,
    /// What a newer version must have written.
    newer: Option<String>,
}

fn survey(disk: &Disk, look: Look) -> Result<Survey, StoreError> {
    // A few kinds make up nearly all of a large store, so a thread takes one kind after the other.
    let codes = KINDS.iter().map(|kind| kind.code).chain([PIECES]);
    let mut starts: Vec<Vec<u8>> = codes.map(|code| vec![code]).collect();
    starts.push(Vec::new());
    starts.sort_unstable();
    let parts = starts.iter().zip(starts.iter().skip(1).map(Some).chain([None]));
    let parts = Mutex::new(parts);
    let next = || parts.lock().unwrap_or_else(PoisonError::into_inner).next();
    let several = || {
        let mut found = Survey::default();
        while let Some((start, end)) = next() {
            found.add(survey_part(disk, look, start, end.map(Vec::as_slice))?);
        }
        Ok(found)
    };
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(several)).collect();
        let mut found = several()?;
        for other in others {
            found.add(other.join().unwrap_or(Err(StoreError::Broken))?);
        }
        Ok(found)
    })
}

fn survey_part(
    disk: &Disk,
    look: Look,
    start: &[u8],
    end: Option<&[u8]>,
) -> Result<Survey, StoreError> {
    let mut found = Survey::default();
    let mut pieces = 0;
    for value in disk.from(start, end) {
        let (full, first) = value?;
        let Some((code, key)) = full.split_first() else {
            found.reject(&full);
            continue;
        };
        if *full == *TALLY_KEY {
            continue;
        }
        if *code == PIECES {
            pieces += 1;
            continue;
        }
        let Some(label) = Label::read(&first) else {
            found.reject(&full);
            continue;
        };
        let readable = |kind: &Kind| match look {
            Look::Outside => Ok(true),
            Look::Inside => match disk.open_record(&full, &first) {
                Ok(plain) => Ok((kind.readable)(key, label.version, &plain.json)),
                Err(StoreError::Damaged { .. }) => Ok(false),
                Err(other) => Err(other),
            },
        };
        match kind_of(*code) {
            None => found.newer = Some(format!("records of an unknown kind {code:02x}")),
            Some(kind) if label.version > kind.version => {
                let (name, version) = (kind.name, kind.version);
                let what = format!("{name} version {}, known is {version}", label.version);
                found.newer = Some(what);
            }
            Some(kind) if !readable(kind)? => found.reject(&full),
            Some(_) => found.tally.add(*code, label),
        }
    }
    // Pieces that no record owns leave the counts apart.
    found.tally.pieces = pieces;
    Ok(found)
}

impl Survey {
    /// Whether nothing but this is there.
    fn is(&self, tally: &Tally) -> bool {
        self.unreadable == 0 && self.newer.is_none() && self.tally.counted() == tally.counted()
    }

    fn add(&mut self, other: Survey) {
        for (code, count) in &other.tally.counts {
            *self.tally.counts.entry(*code).or_insert(0) += count;
        }
        self.tally.pieces += other.tally.pieces;
        self.tally.set_tags(self.tally.tags().wrapping_add(other.tally.tags()));
        self.unreadable += other.unreadable;
        self.named.extend(other.named);
        self.named.sort();
        self.named.truncate(NAMED);
        self.newer = self.newer.take().or(other.newer);
    }

    fn reject(&mut self, full: &[u8]) {
        self.unreadable += 1;
        if self.named.len() < NAMED {
            self.named.push(name_key(full));
        }
    }
}
