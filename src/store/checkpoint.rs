//! Checkpoints: what is durable in the journal alone moves into sled, in a thread of its own, while
//! the next groups go on.
//!
//! It moves in slices, each one batch with a tally that fits it, so that nobody's reading waits long
//! for sled. The tally keeps its commit until the last slice: after a crash in between, the whole
//! of the journal is played over it once more, and every change says all of what it changes.

use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::LAST_ROOM;
use super::disk::{Disk, piece_key};
use super::error::StoreError;
use super::files;
use super::layers::{Change, Recent};
use super::manifest::Mark;
use super::opening::{Opened, sealed_tally};
use super::records::kind_of;
use super::seal::{Label, SealKey};
use super::tally::{TALLY_KEY, Tally};
use super::view::Sequences;
use crate::ops::fault::{self, Point};

/// A checkpoint is made when so many bytes are in the journal.
pub(super) const JOURNAL_BYTES: u64 = 8 * 1024 * 1024;
/// Or, with the next group, when the last one is this long ago: about so long a record may be in
/// memory without its seal.
const EVERY: Duration = Duration::from_secs(60);
/// How many records move in one batch.
const SLICE: usize = 128;

/// A checkpoint that is under way.
pub(super) type Moving = JoinHandle<Result<Tally, StoreError>>;

struct Checkpoint {
    disk: Arc<Disk>,
    keys: SealKey,
    changes: Arc<Recent>,
    tally: Tally,
    commit: u64,
    sequences: Sequences,
}

impl Opened {
    /// Begins a checkpoint if it is time for one, and ends one that is through.
    pub(super) fn checkpoint(&mut self) -> Result<(), StoreError> {
        let full = self.journal.length() >= self.journal_bytes;
        if self.moving.as_ref().is_some_and(|moving| full || moving.is_finished()) {
            self.finish_checkpoint()?;
        }
        let due = full || self.checkpointed.elapsed() >= EVERY;
        if due && self.moving.is_none() && self.commit > self.tally.commit {
            let checkpoint = self.begin_checkpoint();
            let builder = thread::Builder::new().name("store-checkpoint".to_owned());
            let started = builder.spawn(move || checkpoint.run());
            self.moving = Some(started.map_err(|why| {
                StoreError::io("starting a checkpoint of", self.layers.disk.store(), &why)
            })?);
        }
        Ok(())
    }

    /// Moves everything into sled.
    pub(super) fn settle(&mut self) -> Result<(), StoreError> {
        self.finish_checkpoint()?;
        if self.commit > self.tally.commit {
            self.tally = self.begin_checkpoint().run()?;
            self.layers.end_move();
            self.note_mark()?;
        }
        Ok(())
    }

    fn begin_checkpoint(&mut self) -> Checkpoint {
        self.journal.turn();
        self.checkpointed = Instant::now();
        Checkpoint {
            disk: Arc::clone(&self.layers.disk),
            keys: self.keys.clone(),
            changes: self.layers.begin_move(),
            tally: self.tally.clone(),
            commit: self.commit,
            sequences: self.sequences.clone(),
        }
    }

    fn finish_checkpoint(&mut self) -> Result<(), StoreError> {
        if let Some(moving) = self.moving.take() {
            self.tally = moving.join().unwrap_or(Err(StoreError::Broken))?;
            self.layers.end_move();
            self.note_mark()?;
        }
        Ok(())
    }

    /// Has the manifest note what is there now: all of it is durable.
    pub(super) fn note_mark(&mut self) -> Result<(), StoreError> {
        let counts = self.layers.counts().clone();
        self.manifest.note_mark(Mark { commit: self.commit, counts })
    }
}

impl Checkpoint {
    /// The tally of sled afterwards.
    fn run(self) -> Result<Tally, StoreError> {
        let Checkpoint { disk, keys, changes, mut tally, commit, sequences } = self;
        fault::pass(Point::CheckpointBefore);
        let mut batch = sled::Batch::default();
        let mut changes = changes.iter().peekable();
        loop {
            for (full, change) in changes.by_ref().take(SLICE) {
                write(&disk, &keys, &mut tally, &mut batch, full, change)?;
            }
            let last = changes.peek().is_none();
            if last {
                tally.commit = commit;
                tally.sequences = sequences.clone();
            }
            batch.insert(TALLY_KEY, sealed_tally(disk.store(), &keys, &tally)?);
            files::keep_room(disk.store(), disk.folder(), LAST_ROOM)?;
            disk.apply(std::mem::take(&mut batch))?;
            fault::pass(Point::CheckpointSlice);
            if last {
                break;
            }
        }
        disk.sync()?;
        fault::pass(Point::CheckpointAfter);
        Ok(tally)
    }
}

/// Adds one change to a batch, and to the tally.
fn write(
    disk: &Disk,
    keys: &SealKey,
    tally: &mut Tally,
    batch: &mut sled::Batch,
    full: &[u8],
    change: &Change,
) -> Result<(), StoreError> {
    let code = full[0];
    let before = match change.beneath.then(|| disk.raw(full)).transpose()?.flatten() {
        Some(first) => Some(disk.label(full, &first)?),
        None => None,
    };
    if let Some(label) = before {
        tally.take(code, label);
    }
    let mut pieces = 0;
    match &change.plain {
        Some(plain) => {
            let sealed = keys.seal(full, plain.version, &plain.json).map_err(|fault| {
                let kind = kind_of(code).map_or("unknown", |kind| kind.name);
                fault.into_error(kind, plain.json.len(), disk.store())
            })?;
            tally.add(code, Label::read(&sealed.first).ok_or(StoreError::Broken)?);
            for piece in sealed.pieces {
                batch.insert(piece_key(full, pieces), piece);
                pieces += 1;
            }
            batch.insert(full, sealed.first);
        }
        None => batch.remove(full),
    }
    for index in pieces..before.map_or(0, |label| label.pieces) {
        batch.remove(piece_key(full, index));
    }
    Ok(())
}
