//! Finding what is due and throwing away what is past, a bounded piece at a time.

use super::error::StoreError;
use super::records::{Alarm, LedgerCount, SeenUpdate, Wake};
use super::view::View;
use crate::administration::effect::Whose;
use crate::verification::limits::Ledger;
use crate::verification::{GateId, Timestamp, UserId};

/// How far a sweep came.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub struct Swept {
    pub removed: usize,
    /// Where to go on; `None` at the end.
    pub next: Option<u32>,
}

/// Forgets the update ids seen before `before`. Looks at `limit` of them, from `from` on.
///
/// Update ids mostly grow with time, so the oldest lie in front; after a quiet week Telegram begins
/// anywhere, so each round must go on to the end, from one [`Swept::next`] to the next.
///
/// # Errors
/// As for [`View::get`].
pub fn forget_seen(
    view: &mut View<'_>,
    before: Timestamp,
    from: Option<u32>,
    limit: usize,
) -> Result<Swept, StoreError> {
    let page = view.scan::<SeenUpdate>(from.as_ref(), limit)?;
    let next = match page.last() {
        Some((last, _)) if page.len() == limit => last.checked_add(1),
        Some(_) | None => None,
    };
    let mut removed = 0;
    for (id, seen) in page {
        if seen.at < before {
            view.remove::<SeenUpdate>(&id);
            removed += 1;
        }
    }
    Ok(Swept { removed, next })
}

/// Forgets at most `limit` ledgers of days before `day`; how many it were.
///
/// # Errors
/// As for [`View::get`].
pub fn forget_ledgers(view: &mut View<'_>, day: i64, limit: usize) -> Result<usize, StoreError> {
    // Keys sort by day, then by sort of ledger: this is the first one that `day` can have.
    let first = Ledger::Address { key: [0; 32], day };
    let past = view.scan_until::<LedgerCount>(None, Some(&first), limit)?;
    for (ledger, _) in &past {
        view.remove::<LedgerCount>(ledger);
    }
    Ok(past.len())
}

/// At most `limit` alarms of panels and desks that are due at `now`, the longest due first.
///
/// # Errors
/// As for [`View::get`].
pub fn ringing(
    view: &View<'_>,
    now: Timestamp,
    limit: usize,
) -> Result<Vec<(Timestamp, Whose)>, StoreError> {
    let after = (Timestamp(now.0.saturating_add(1)), Whose::Panel(UserId(0)));
    let due = view.scan_until::<Alarm>(None, Some(&after), limit)?;
    Ok(due.into_iter().map(|(alarm, _)| alarm).collect())
}

/// At most `limit` wake-ups that are due at `now`, the longest due first.
///
/// # Errors
/// As for [`View::get`].
pub fn due(
    view: &View<'_>,
    now: Timestamp,
    limit: usize,
) -> Result<Vec<(Timestamp, UserId, GateId)>, StoreError> {
    let first_later = (Timestamp(now.0.saturating_add(1)), UserId(0), GateId(i64::MIN));
    let wakes = view.scan_until::<Wake>(None, Some(&first_later), limit)?;
    Ok(wakes.into_iter().map(|(key, _)| key).collect())
}
