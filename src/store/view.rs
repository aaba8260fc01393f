//! What a transaction sees and changes: the store as it will be once everything decided so far is
//! durable, and on top of it the transaction's own writes.

use std::cell::RefCell;
use std::collections::BTreeMap;

use super::error::StoreError;
use super::layers::{Changes, Held, Layers, Plain};
use super::records::{Grouped, Record};
use super::seal::RECORD_BYTES;
use super::wiped::Wiped;

/// Few records are longer.
const USUAL_BYTES: usize = 2_048;

/// A durable sequence of numbers, each handed out once, also over restarts.
#[derive(Copy, Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sequence {
    Inbox,
    Outbox,
}

impl Sequence {
    /// How it is called on disk; never to change.
    pub(super) fn code(self) -> u8 {
        match self {
            Sequence::Inbox => 1,
            Sequence::Outbox => 2,
        }
    }
}

/// The last number of each sequence that was handed out.
pub(super) type Sequences = BTreeMap<u8, u64>;

/// The store, as one transaction sees it.
pub struct View<'a> {
    layers: &'a Layers,
    own: Changes,
    sequences: Sequences,
    /// Where records are written before it is known how long they are.
    scratch: Wiped,
    /// Why the store itself can no longer be trusted, whatever the transaction makes of it.
    fault: RefCell<Option<StoreError>>,
}

impl View<'_> {
    /// The record under `key`.
    ///
    /// # Errors
    /// [`StoreError::Io`] and [`StoreError::Damaged`]; either makes the whole store fail closed.
    pub fn get<R: Record>(&self, key: &R::Key) -> Result<Option<R>, StoreError> {
        let full = full_key::<R>(key);
        if let Some(change) = self.own.get(&full).or_else(|| self.layers.pending(&full)) {
            return change.as_ref().map(|plain| self.decode(&full, plain)).transpose();
        }
        match self.watched(self.layers.stored(&full))? {
            Some(plain) => self.decode(&full, &plain).map(Some),
            None => Ok(None),
        }
    }

    /// Writes `record` under `key`, over what was there.
    ///
    /// # Errors
    /// [`StoreError::TooLarge`] beyond a million bytes, [`StoreError::Unwritable`].
    pub fn put<R: Record>(&mut self, key: &R::Key, record: &R) -> Result<(), StoreError> {
        self.scratch.clear();
        self.scratch.reserve(USUAL_BYTES);
        if serde_json::to_writer(&mut *self.scratch, record).is_err() {
            return Err(StoreError::Unwritable { kind: R::NAME });
        }
        if self.scratch.len() > RECORD_BYTES {
            let (kind, bytes) = (R::NAME, self.scratch.len());
            return Err(StoreError::TooLarge { kind, bytes, most: RECORD_BYTES });
        }
        let json = Wiped::from(&self.scratch[..]);
        let at_hand = R::AT_HAND.then(|| record.clone());
        let record = at_hand.map(|record| Box::new(record) as Box<_>);
        self.own.insert(full_key::<R>(key), Some(Plain { version: R::VERSION, json, record }));
        Ok(())
    }

    /// Removes what is under `key`, if anything is.
    pub fn remove<R: Record>(&mut self, key: &R::Key) {
        self.own.insert(full_key::<R>(key), None);
    }

    /// Records of this kind in key order from `from` (inclusive), at most `limit`.
    ///
    /// # Errors
    /// As for [`View::get`].
    pub fn scan<R: Record>(
        &self,
        from: Option<&R::Key>,
        limit: usize,
    ) -> Result<Vec<(R::Key, R)>, StoreError> {
        self.scan_until(from, None, limit)
    }

    /// As [`View::scan`], but stops before `until`.
    ///
    /// # Errors
    /// As for [`View::get`].
    pub fn scan_until<R: Record>(
        &self,
        from: Option<&R::Key>,
        until: Option<&R::Key>,
        limit: usize,
    ) -> Result<Vec<(R::Key, R)>, StoreError> {
        let start = from.map_or_else(|| vec![R::KIND], full_key::<R>);
        let end = until.map_or_else(|| vec![R::KIND + 1], full_key::<R>);
        self.scan_bytes(&start, &end, limit)
    }

    /// All records of this kind that belong to `owner`, in key order, at most `limit`; those
    /// beyond `after`, if one is given.
    ///
    /// # Errors
    /// As for [`View::get`].
    pub fn scan_of<R: Grouped>(
        &self,
        owner: &R::Owner,
        after: Option<&R::Key>,
        limit: usize,
    ) -> Result<Vec<(R::Key, R)>, StoreError> {
        let mut first = vec![R::KIND];
        first.extend(R::encode_owner(owner));
        let end = beyond(&first);
        let start = after.map_or(first, |after| [full_key::<R>(after), vec![0]].concat());
        self.scan_bytes(&start, &end, limit)
    }

    /// From `start` (inclusive) to `end` (exclusive).
    fn scan_bytes<R: Record>(
        &self,
        start: &[u8],
        end: &[u8],
        limit: usize,
    ) -> Result<Vec<(R::Key, R)>, StoreError> {
        let mut found = Vec::new();
        if start >= end {
            return Ok(found);
        }
        for held in self.layers.range(&self.own, start, end).take(limit) {
            let (full, held) = self.watched(held)?;
            let record = match held {
                Held::Plain(plain) => self.decode(&full, plain)?,
                Held::Sealed(first) => {
                    let plain = self.watched(self.layers.disk.open_record(&full, &first))?;
                    self.decode(&full, &plain)?
                }
            };
            found.push((self.own_key::<R>(&full)?, record));
        }
        Ok(found)
    }

    /// The next number of a sequence, from 1. Numbers grow strictly, over restarts too; one that
    /// was handed out to a transaction that failed may come again.
    ///
    /// # Errors
    /// None today.
    pub fn next_sequence(&mut self, of: Sequence) -> Result<u64, StoreError> {
        let last = self.sequences.entry(of.code()).or_insert(0);
        *last += 1;
        Ok(*last)
    }

    fn decode<R: Record>(&self, full: &[u8], plain: &Plain) -> Result<R, StoreError> {
        if let Some(record) = plain.record.as_ref().and_then(|record| record.downcast_ref::<R>()) {
            return Ok(record.clone());
        }
        match R::read(plain.version, &plain.json) {
            Some(record) => Ok(record),
            None => self.watched(Err(self.layers.disk.unreadable(full))),
        }
    }

    fn own_key<R: Record>(&self, full: &[u8]) -> Result<R::Key, StoreError> {
        match R::decode_key(&full[1..]) {
            Some(key) => Ok(key),
            None => self.watched(Err(self.layers.disk.unreadable(full))),
        }
    }

    fn watched<T>(&self, outcome: Result<T, StoreError>) -> Result<T, StoreError> {
        if let Err(error) = &outcome {
            self.fault.borrow_mut().get_or_insert_with(|| error.clone());
        }
        outcome
    }
}

impl<'a> View<'a> {
    pub(super) fn new(layers: &'a Layers, sequences: Sequences) -> View<'a> {
        let (own, scratch) = (Changes::new(), Wiped::default());
        View { layers, own, sequences, scratch, fault: RefCell::new(None) }
    }

    /// What the transaction did: its changes, the sequences, and why the store must fail.
    pub(super) fn finish(self) -> (Changes, Sequences, Option<StoreError>) {
        (self.own, self.sequences, self.fault.into_inner())
    }
}

fn full_key<R: Record>(key: &R::Key) -> Vec<u8> {
    let mut full = vec![R::KIND];
    full.extend(R::encode_key(key));
    full
}

/// The first bytes that sort after everything that begins with these. A kind is never 0xff, so
/// there are some.
fn beyond(start: &[u8]) -> Vec<u8> {
    let kept = start.iter().rposition(|byte| *byte < 0xff).unwrap_or_default();
    let mut end = start[..=kept].to_vec();
    end[kept] = end[kept].saturating_add(1);
    end
}
