//! What the store holds, newest first: changes that are durable in the journal alone, those of them
//! that are on their way into sled, and sled.
//!
//! Most of what is written does not last: an order is carried out, an event handled. What comes and
//! goes between two checkpoints never gets into sled.

use std::any::Any;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::iter::Peekable;
use std::ops::Bound;
use std::sync::Arc;

use sled::IVec;

use super::disk::{self, Disk};
use super::error::StoreError;
use super::wiped::Wiped;

/// A record before it is sealed.
pub(super) struct Plain {
    pub(super) version: u8,
    pub(super) json: Wiped,
    /// The record itself, if it is one to be at hand.
    pub(super) record: Option<Box<dyn Any + Send + Sync>>,
}

/// What a transaction changes, by full key. `None`: removed.
pub(super) type Changes = BTreeMap<Vec<u8>, Option<Plain>>;

/// Changes that are not in sled yet, by full key.
pub(super) type Recent = BTreeMap<Vec<u8>, Change>;

pub(super) struct Change {
    /// `None`: removed.
    pub(super) plain: Option<Plain>,
    /// There is a record of this key in the layers below.
    pub(super) beneath: bool,
}

/// How many records there are, by kind.
pub(super) type Counts = BTreeMap<u8, u64>;

/// How far sled's records of each kind reach at most: there is none beyond this key.
pub(super) type Reach = BTreeMap<u8, Vec<u8>>;

pub(super) struct Layers {
    pub(super) disk: Arc<Disk>,
    reach: Reach,
    recent: Recent,
    moving: Option<Arc<Recent>>,
    counts: Counts,
}

/// A record as one of the layers has it.
pub(super) enum Held<'a> {
    Plain(&'a Plain),
    /// The first value of it.
    Sealed(IVec),
}

impl Layers {
    /// Over a sled that holds so many records.
    pub(super) fn over(disk: Disk, reach: Reach, counts: Counts) -> Layers {
        Layers { disk: Arc::new(disk), reach, recent: Recent::new(), moving: None, counts }
    }

    pub(super) fn counts(&self) -> &Counts {
        &self.counts
    }

    /// Sled alone, if nobody else is at it.
    pub(super) fn into_disk(self) -> Option<Disk> {
        Arc::into_inner(self.disk)
    }

    /// Takes over a change; `false`: there was nothing to change.
    pub(super) fn apply(
        &mut self,
        full: Vec<u8>,
        plain: Option<Plain>,
    ) -> Result<bool, StoreError> {
        let (code, is) = (full[0], plain.is_some());
        let was = match self.recent.entry(full) {
            Entry::Occupied(mut known) => {
                let was = known.get().plain.is_some();
                if is || known.get().beneath {
                    known.get_mut().plain = plain;
                } else {
                    known.remove();
                }
                was
            }
            Entry::Vacant(place) => {
                let beneath = match self.moving.as_ref().and_then(|moving| moving.get(place.key()))
                {
                    Some(change) => change.plain.is_some(),
                    None => may_hold(&self.reach, place.key()) && self.disk.holds(place.key())?,
                };
                if is || beneath {
                    place.insert(Change { plain, beneath });
                }
                beneath
            }
        };
        let count = self.counts.entry(code).or_insert(0);
        match (was, is) {
            (false, true) => *count += 1,
            (true, false) => *count = count.saturating_sub(1),
            (true, true) | (false, false) => {}
        }
        Ok(was || is)
    }

    /// What is not in sled yet begins its way there; it can be read all the same.
    pub(super) fn begin_move(&mut self) -> Arc<Recent> {
        let moving = Arc::new(std::mem::take(&mut self.recent));
        self.moving = Some(Arc::clone(&moving));
        moving
    }

    /// It has arrived.
    pub(super) fn end_move(&mut self) {
        let moved = self.moving.take();
        for (full, _) in moved.iter().flat_map(|moved| moved.iter()) {
            match self.reach.get_mut(&full[0]) {
                Some(last) if *last >= *full => {}
                Some(last) => last.clone_from(full),
                None => {
                    self.reach.insert(full[0], full.clone());
                }
            }
        }
    }

    /// What sled has under a key.
    pub(super) fn stored(&self, full: &[u8]) -> Result<Option<Plain>, StoreError> {
        if may_hold(&self.reach, full) { self.disk.get(full) } else { Ok(None) }
    }

    /// What the layers above sled say of a key.
    pub(super) fn pending(&self, full: &[u8]) -> Option<&Option<Plain>> {
        let moving = || self.moving.as_ref()?.get(full);
        self.recent.get(full).or_else(moving).map(|change| &change.plain)
    }

    /// Records from `start` to before `end` in key order, with `own` changes on top.
    pub(super) fn range<'a>(
        &'a self,
        own: &'a Changes,
        start: &'a [u8],
        end: &'a [u8],
    ) -> Merged<'a> {
        let range = (Bound::Included(start), Bound::Excluded(end));
        let own = own.range::<[u8], _>(range).map(|(full, plain)| (&full[..], plain));
        let recent = |recent: &'a Recent| {
            let range = recent.range::<[u8], _>(range);
            range.map(|(full, change)| (&full[..], &change.plain))
        };
        let mut pending: Vec<Peekable<Box<dyn Iterator<Item = Pending<'a>> + 'a>>> = Vec::new();
        let mut add = |layer: Box<dyn Iterator<Item = Pending<'a>> + 'a>| {
            pending.push(layer.peekable());
        };
        add(Box::new(own));
        add(Box::new(recent(&self.recent)));
        if let Some(moving) = self.moving.as_deref() {
            add(Box::new(recent(moving)));
        }
        let stored = may_hold(&self.reach, start).then(|| self.disk.range(start, end).peekable());
        Merged { pending, stored }
    }
}

/// Whether sled may have a record under this key, or one of its kind beyond it.
fn may_hold(reach: &Reach, full: &[u8]) -> bool {
    full.first().and_then(|code| reach.get(code)).is_some_and(|last| full <= &last[..])
}

type Pending<'a> = (&'a [u8], &'a Option<Plain>);

/// Keys and records in key order. Ends after its first error.
pub(super) struct Merged<'a> {
    /// The newest first.
    pending: Vec<Peekable<Box<dyn Iterator<Item = Pending<'a>> + 'a>>>,
    stored: Option<Peekable<disk::Range<'a>>>,
}

impl<'a> Iterator for Merged<'a> {
    type Item = Result<(Vec<u8>, Held<'a>), StoreError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let mut stored = self.stored.as_mut();
            if let Some(Err(_)) = stored.as_mut().and_then(|stored| stored.peek()) {
                return stored?.next()?.err().map(Err);
            }
            let first = |layer: &mut Peekable<_>| layer.peek().map(|(full, _): &Pending<'a>| *full);
            let pending = self.pending.iter_mut().filter_map(first).min();
            let beneath = match stored.as_mut().and_then(|stored| stored.peek()) {
                Some(Ok((full, _))) => Some(&full[..]),
                Some(Err(_)) | None => None,
            };
            let Some(full) = pending.filter(|full| beneath.is_none_or(|beneath| *full <= beneath))
            else {
                let (full, first) = stored?.next()?.ok()?;
                return Some(Ok((full.to_vec(), Held::Sealed(first))));
            };
            if beneath == Some(full) {
                stored?.next();
            }
            let mut newest = None;
            for layer in &mut self.pending {
                if let Some((_, plain)) = layer.next_if(|(other, _)| *other == full) {
                    newest.get_or_insert(plain);
                }
            }
            if let Some(Some(plain)) = newest {
                return Some(Ok((full.to_vec(), Held::Plain(plain))));
            }
        }
    }
}
