//! The one thread that writes.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread;
use std::time::Instant;

use tokio::sync::{mpsc, oneshot};

use super::backup::Draft;
use super::error::StoreError;
use super::layers::Changes;
use super::opening::Opened;
use super::records::KINDS;
use super::view::{Sequences, View};
use super::{LAST_ROOM, Shared, backup, files};
use crate::ops::fault::{self, Point};
use crate::verification::Timestamp;

/// The most transactions in one group, so that the first does not wait too long for the last.
const GROUP_WORKS: usize = 1_024;
/// The most changes in one group, for the same reason. A single transaction may exceed it.
const GROUP_CHANGES: usize = 8_192;

/// What the handles ask of the committer.
pub(super) enum Message {
    Work {
        work: Box<dyn Queued>,
        queued: Instant,
        hurry: Hurry,
    },
    /// Write what is in no hurry.
    Hurry,
    /// Copy everything that is durable into a file.
    Backup {
        to: PathBuf,
        now: Timestamp,
        reply: oneshot::Sender<Result<Draft, StoreError>>,
    },
    /// Answer what is queued and end.
    Stop,
}

/// Whether somebody waits for a transaction.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Hurry {
    Now,
    /// Nobody does: it goes along with the next that is in a hurry.
    Soon,
}

/// A transaction, whatever it returns.
pub(super) trait Queued: Send {
    /// Runs it; whether its changes are to be kept.
    fn run(&mut self, view: &mut View<'_>) -> bool;
    /// Answers it, once its group is durable or has failed.
    fn answer(self: Box<Self>, group: Result<(), StoreError>);
}

/// A transaction on its way.
pub(super) struct Work<F, T> {
    work: Option<F>,
    result: Option<Result<T, StoreError>>,
    reply: oneshot::Sender<Result<T, StoreError>>,
}

impl<F, T> Work<F, T> {
    pub(super) fn new(work: F, reply: oneshot::Sender<Result<T, StoreError>>) -> Work<F, T> {
        Work { work: Some(work), result: None, reply }
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
}

pub(super) struct Committer {
    opened: Opened,
    waiting: mpsc::Receiver<Message>,
    shared: Arc<Shared>,
    /// Why nothing is done any more.
    failed: Option<StoreError>,
}

/// A transaction that has run.
struct Ran {
    work: Box<dyn Queued>,
    /// Since when somebody waits for it; `None`: nobody does.
    since: Option<Instant>,
    /// Whether its changes are kept.
    kept: bool,
}

/// What is being put together for one write.
#[derive(Default)]
struct Group {
    ran: Vec<Ran>,
    changes: usize,
    /// Whether there is anything to write.
    changed: bool,
    /// Whether somebody waits for it.
    wanted: bool,
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
                        None => self.back_up(&to, now),
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
        let mut group = Group::default();
        self.opened.journal.begin();
        let mut message = Some(first);
        let next = loop {
            match message {
                Some(Message::Work { work, queued, hurry }) => {
                    let since = (hurry == Hurry::Now).then_some(queued);
                    self.run_work(work, since, &mut group);
                }
                Some(Message::Hurry) => group.wanted = true,
                Some(Message::Backup { to, now, reply }) => break Next::Backup { to, now, reply },
                Some(Message::Stop) => break Next::Stop,
                None => break Next::Group,
            }
            if group.ran.len() >= GROUP_WORKS || group.changes >= GROUP_CHANGES {
                break Next::Group;
            }
            message = match self.waiting.try_recv() {
                Ok(message) => Some(message),
                Err(_) if group.wanted => None,
                Err(_) => self.waiting.blocking_recv(),
            };
        };
        let ended = Instant::now();
        let outcome = match (&self.failed, group.changed) {
            (Some(why), _) => Err(why.clone()),
            (None, true) => self.write(),
            (None, false) => Ok(()),
        };
        let outcome = outcome.inspect_err(|why| self.fail(why.clone()));
        self.answer(group.ran, ended, &outcome);
        if outcome.is_ok()
            && let Err(why) = self.tidy_up()
        {
            self.fail(why);
        }
        next
    }

    fn run_work(&mut self, mut work: Box<dyn Queued>, since: Option<Instant>, group: &mut Group) {
        group.wanted |= since.is_some();
        if self.failed.is_some() {
            group.ran.push(Ran { work, since, kept: false });
            return;
        }
        let mut view = View::new(&self.opened.layers, self.opened.sequences.clone());
        let kept = work.run(&mut view);
        let (changes, sequences, fault) = view.finish();
        if kept {
            group.changes += changes.len();
            match self.opened.take_over(changes, sequences) {
                Ok(changed) => group.changed |= changed,
                Err(why) => self.fail(why),
            }
        }
        if let Some(why) = fault {
            self.fail(why);
        }
        group.ran.push(Ran { work, since, kept });
    }

    fn write(&mut self) -> Result<(), StoreError> {
        self.opened.write()?;
        self.shared.stats().groups += 1;
        self.count_records();
        Ok(())
    }

    /// What may be done while nobody waits for it.
    fn tidy_up(&mut self) -> Result<(), StoreError> {
        self.opened.checkpoint()?;
        self.opened.manifest.settle()
    }

    fn back_up(&mut self, to: &Path, now: Timestamp) -> Result<Draft, StoreError> {
        // What cannot be brought into sled closes the store; a backup that cannot be written does
        // not.
        self.opened.settle().inspect_err(|why| self.fail(why.clone()))?;
        backup::draft(&self.opened, to, now)
    }
}

impl Opened {
    /// Takes over what a transaction changed, as part of the frame that was begun; whether that is
    /// anything. Whoever reads next sees it, though it is not durable yet.
    pub(super) fn take_over(
        &mut self,
        changes: Changes,
        sequences: Sequences,
    ) -> Result<bool, StoreError> {
        let mut changed = self.sequences != sequences;
        self.sequences = sequences;
        for (full, plain) in changes {
            self.journal.change(&full, plain.as_ref())?;
            changed |= self.layers.apply(full, plain)?;
        }
        Ok(changed)
    }

    /// Makes the frame durable.
    pub(super) fn write(&mut self) -> Result<(), StoreError> {
        let Opened { layers, journal, manifest, commit, sequences, .. } = self;
        files::keep_room(layers.disk.store(), layers.disk.folder(), LAST_ROOM)?;
        fault::pass(Point::StoreBefore);
        journal.write(*commit + 1, sequences)?;
        *commit += 1;
        fault::pass(Point::StoreWritten);
        manifest.note(*commit)?;
        fault::pass(Point::StoreAfter);
        Ok(())
    }
}

impl Committer {
    /// Answers a group that was put together until `ended`.
    fn answer(&self, ran: Vec<Ran>, ended: Instant, outcome: &Result<(), StoreError>) {
        for Ran { work, since, kept } in ran {
            if since.is_none() {
                self.shared.patient.fetch_sub(1, Ordering::Relaxed);
            }
            let took = since.unwrap_or(ended).elapsed();
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
        for (kind, count) in KINDS.iter().zip(&self.shared.records) {
            let is = self.opened.layers.counts().get(&kind.code).copied().unwrap_or(0);
            count.store(is, Ordering::Relaxed);
        }
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
        let opened = &mut self.opened;
        let settled = if self.failed.is_none() { opened.settle() } else { Ok(()) };
        if let Err(why) = settled.and_then(|()| opened.manifest.sync()) {
            tracing::warn!(%why, "closing the store");
        }
        let Committer { mut opened, shared, waiting, failed } = self;
        opened.is_sound = failed.is_none();
        drop(waiting);
        opened.close();
        shared.closed.send_replace(true);
    }
}
