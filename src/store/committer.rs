//! The one thread that writes.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;
use std::time::Instant;

use tokio::sync::{mpsc, oneshot};

use super::backup::Draft;
use super::disk::piece_key;
use super::error::StoreError;
use super::manifest::Mark;
use super::opening::{Opened, sealed_tally};
use super::records::{KINDS, Kind, kind_of};
use super::seal::Label;
use super::tally::TALLY_KEY;
use super::view::{Changes, Sequences, View};
use super::{LAST_ROOM, Shared, backup, files};
use crate::ops::fault::{self, Point};
use crate::verification::Timestamp;

/// The most transactions in one group, so that the first does not wait too long for the last.
const GROUP_WORKS: usize = 1_024;
/// The most changes in one group, for the same reason. A single transaction may exceed it.
const GROUP_CHANGES: usize = 8_192;

/// What the handles ask of the committer.
pub(super) enum Message {
    Work(Box<dyn Queued>),
    /// Copy everything that is durable into a file.
    Backup {
        to: PathBuf,
        now: Timestamp,
        reply: oneshot::Sender<Result<Draft, StoreError>>,
    },
    /// Answer what is queued and end.
    Stop,
}

/// A transaction, whatever it returns.
pub(super) trait Queued: Send {
    /// Runs it; whether its changes are to be kept.
    fn run(&mut self, view: &mut View<'_>) -> bool;
    /// Answers it, once its group is durable or has failed.
    fn answer(self: Box<Self>, group: Result<(), StoreError>);
    fn queued(&self) -> Instant;
}

/// A transaction on its way.
pub(super) struct Work<F, T> {
    work: Option<F>,
    result: Option<Result<T, StoreError>>,
    reply: oneshot::Sender<Result<T, StoreError>>,
    queued: Instant,
}

impl<F, T> Work<F, T> {
    pub(super) fn new(
        work: F,
        reply: oneshot::Sender<Result<T, StoreError>>,
        queued: Instant,
    ) -> Work<F, T> {
        Work { work: Some(work), result: None, reply, queued }
    }
}

impl<F, T> Queued for Work<F, T>
where
    F: FnOnce(&mut View<'_>) -> Result<T, StoreError> + Send,
    T: Send,
{
    fn run(&mut self, view: &mut View<'_>) -> bool {
        let Some(work) = self.work.take() else { return false };
        // Not `guarded`: this panic is somebody's bug and should be heard of.
        let result = catch_unwind(AssertUnwindSafe(|| work(view)));
        let result = result.unwrap_or(Err(StoreError::Panicked));
        let kept = result.is_ok();
        self.result = Some(result);
        kept
    }

    fn answer(self: Box<Self>, group: Result<(), StoreError>) {
        let answer = match group {
            Ok(()) => self.result.unwrap_or(Err(StoreError::Closed)),
            Err(why) => Err(why),
        };
        // Whoever asked may be gone.
        let _ = self.reply.send(answer);
    }

    fn queued(&self) -> Instant {
        self.queued
    }
}

pub(super) struct Committer {
    opened: Opened,
    waiting: mpsc::Receiver<Message>,
    shared: Arc<Shared>,
    /// Why nothing is done any more.
    failed: Option<StoreError>,
}

/// What one group did.
struct Group {
    changes: Changes,
    sequences: Sequences,
    answers: Vec<(Box<dyn Queued>, bool)>,
}

/// What comes after a group.
enum Next {
    Group,
    Backup { to: PathBuf, now: Timestamp, reply: oneshot::Sender<Result<Draft, StoreError>> },
    Stop,
}

impl Committer {
    pub(super) fn start(
        opened: Opened,
        waiting: mpsc::Receiver<Message>,
        shared: Arc<Shared>,
    ) -> io::Result<()> {
        let committer = Committer { opened, waiting, shared, failed: None };
        committer.count_records();
        let builder = thread::Builder::new().name("store-committer".to_owned());
        builder.spawn(move || committer.run()).map(|_| ())
    }

    fn run(mut self) {
        while let Some(first) = self.waiting.blocking_recv() {
            let next = match catch_unwind(AssertUnwindSafe(|| self.take(first))) {
                Ok(next) => next,
                Err(_panic) => {
                    self.fail(StoreError::Broken);
                    Next::Group
                }
            };
            match next {
                Next::Group => {}
                Next::Backup { to, now, reply } => {
                    let copied = match &self.failed {
                        Some(why) => Err(why.clone()),
                        None => backup::draft(&self.opened, &to, now),
                    };
                    let _ = reply.send(copied);
                }
                // What is queued by now is still answered; then there is nothing to receive.
                Next::Stop => self.waiting.close(),
            }
        }
        self.finish();
    }

    /// Takes what is queued as one group, writes it, answers it.
    fn take(&mut self, first: Message) -> Next {
        let mut group = Group {
            changes: Changes::new(),
            sequences: self.opened.tally.sequences.clone(),
            answers: Vec::new(),
        };
        let mut message = Some(first);
        let next = loop {
            match message {
                Some(Message::Work(work)) => self.run_work(work, &mut group),
                Some(Message::Backup { to, now, reply }) => break Next::Backup { to, now, reply },
                Some(Message::Stop) => break Next::Stop,
                None => break Next::Group,
            }
            if group.answers.len() >= GROUP_WORKS || group.changes.len() >= GROUP_CHANGES {
                break Next::Group;
            }
            message = self.waiting.try_recv().ok();
        };
        let outcome = match &self.failed {
            Some(why) => Err(why.clone()),
            None => {
                self.write(group.changes, group.sequences).inspect_err(|why| self.fail(why.clone()))
            }
        };
        self.answer(group.answers, &outcome);
        if let (Ok(()), Err(why)) = (&outcome, self.opened.manifest.settle()) {
            self.fail(why);
        }
        next
    }

    fn run_work(&mut self, mut work: Box<dyn Queued>, group: &mut Group) {
        if self.failed.is_some() {
            group.answers.push((work, false));
            return;
        }
        let mut view = View::new(&self.opened.disk, &group.changes, group.sequences.clone());
        let kept = work.run(&mut view);
        let (changes, sequences, fault) = view.finish();
        if kept {
            group.changes.extend(changes);
            group.sequences = sequences;
        }
        if let Some(why) = fault {
            self.fail(why);
        }
        group.answers.push((work, kept));
    }

    fn write(&mut self, changes: Changes, sequences: Sequences) -> Result<(), StoreError> {
        if self.opened.write(changes, sequences)? {
            self.shared.stats().groups += 1;
            self.count_records();
        }
        Ok(())
    }
}

impl Opened {
    /// Makes the changes durable, as one batch. `false`: there was nothing to write.
    pub(super) fn write(
        &mut self,
        changes: Changes,
        sequences: Sequences,
    ) -> Result<bool, StoreError> {
        let Opened { disk, manifest, tally, keys, lock: _ } = self;
        let mut next = tally.clone();
        let mut batch = sled::Batch::default();
        let mut writes = 0_usize;
        for (full, change) in changes {
            let code = full[0];
            let before = match disk.raw(&full)? {
                Some(first) => Some(disk.label(&full, &first)?),
                None => None,
            };
            if let Some(label) = before {
                next.take(code, label);
            }
            let mut pieces = 0;
            match change {
                Some(plain) => {
                    let sealed = keys.seal(&full, plain.version, &plain.json).map_err(|fault| {
                        let kind = kind_of(code).map_or("unknown", |kind| kind.name);
                        fault.into_error(kind, plain.json.len(), disk.store())
                    })?;
                    next.add(code, Label::read(&sealed.first).ok_or(StoreError::Broken)?);
                    for piece in sealed.pieces {
                        batch.insert(piece_key(&full, pieces), piece);
                        pieces += 1;
                    }
                    batch.insert(full.clone(), sealed.first);
                }
                None if before.is_some() => batch.remove(full.clone()),
                None => continue,
            }
            for index in pieces..before.map_or(0, |label| label.pieces) {
                batch.remove(piece_key(&full, index));
            }
            writes += 1;
        }
        next.sequences = sequences;
        if writes == 0 && next.sequences == tally.sequences {
            return Ok(false);
        }
        files::keep_room(disk.store(), disk.folder(), LAST_ROOM)?;
        next.commit += 1;
        batch.insert(TALLY_KEY, sealed_tally(disk.store(), keys, &next)?);
        fault::pass(Point::StoreBefore);
        disk.write(batch)?;
        fault::pass(Point::StoreWritten);
        manifest.note(Mark { commit: next.commit, counts: next.counts.clone() })?;
        fault::pass(Point::StoreAfter);
        *tally = next;
        Ok(true)
    }
}

impl Committer {
    fn answer(&self, answers: Vec<(Box<dyn Queued>, bool)>, outcome: &Result<(), StoreError>) {
        for (work, kept) in answers {
            let took = work.queued().elapsed();
            if kept && outcome.is_ok() {
                let mut stats = self.shared.stats();
                stats.commits += 1;
                stats.last_commit = took;
                drop(stats);
                if let Some(observer) = self.shared.observer.get() {
                    observer(took);
                }
            }
            work.answer(outcome.clone());
        }
    }

    fn count_records(&self) {
        let counts = &self.opened.tally.counts;
        let count = |kind: &Kind| (kind.name, counts.get(&kind.code).copied().unwrap_or(0));
        self.shared.stats().records = KINDS.iter().map(count).collect();
    }

    /// From here on nothing is written, and nothing is answered but this.
    fn fail(&mut self, why: StoreError) {
        if self.failed.is_none() {
            tracing::error!(%why, "the store has failed and takes nothing more");
            self.shared.failed.send_replace(Some(why.clone()));
            self.failed = Some(why);
        }
    }

    fn finish(mut self) {
        if let Err(why) = self.opened.manifest.sync() {
            tracing::warn!(%why, "closing the store");
        }
        let Committer { opened, shared, waiting, failed: _ } = self;
        drop(waiting);
        opened.close();
        shared.closed.send_replace(true);
    }
}
