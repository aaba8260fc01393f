//! What follows from a step, written within its commit: records, orders, messages to the other
//! machines, wake-ups.

use super::Engine;
use super::decide::{Queued, count};
use super::shelf::holders;
use crate::administration::desk;
use crate::administration::detail::Detail;
use crate::administration::effect::Whose;
use crate::administration::outcome::{self, Change, Deed, Message};
use crate::administration::{panel, watch};
use crate::machines::{Happening, Work};
use crate::store::records::{
    Alarm, ConversionRecord, Holders, InboxEntry, LedgerCount, OutboxEntry, PersonRecord,
    RosterLine, RosterSize, SettingsRecord, StaffRecord, Suppressed, UploadPart, Username, Wake,
    WatchRecord,
};
use crate::store::{Sequence, StoreError, View};
use crate::verification::alarm::Alarm as Raised;
use crate::verification::applicant::{Decision, Notice, Outcome, Person};
use crate::verification::{GateId, Hidden, Timestamp, UserId};

/// How much of an upload one record holds, in bytes: small values stay in the store's own file.
const PART: usize = 2048;

/// What a commit has led to, for those who go on with it.
#[derive(Default)]
pub(super) struct Followed {
    pub queued: Queued,
    /// For other machines, with their places in the inbox.
    pub messages: Vec<(u64, Happening)>,
    pub notes: Vec<Note>,
}

/// Something that the log is told.
pub(super) enum Note {
    Decision(Option<GateId>, Decision),
    Deed(Deed),
    Alarm(Raised),
}

/// What follows from a step of the applicant's rules.
pub(super) fn applicant(
    view: &mut View<'_>,
    engine: &Engine,
    user: UserId,
    person: &Person,
    outcome: Outcome,
    now: Timestamp,
) -> Result<Followed, StoreError> {
    let mut followed = Followed::default();
    for (ledger, by) in outcome.charges {
        let count = count(view, &ledger).saturating_add_signed(by);
        if count == 0 {
            view.remove::<LedgerCount>(&ledger);
        } else {
            view.put(&ledger, &LedgerCount { count })?;
        }
    }
    for (gate, at) in outcome.wakes {
        view.put(&(at, user, gate), &Wake {})?;
    }
    for (gate, key, holds) in outcome.holdings {
        hold(view, gate, &key, user, holds)?;
    }
    for (key, stop) in outcome.suppressions {
        match stop {
            true => view.put(&key, &Suppressed { since: now })?,
            false => view.remove::<Suppressed>(&key),
        }
    }
    for (dial_code, country) in outcome.conversions {
        match country.is_blank() {
            true => view.remove::<ConversionRecord>(&dial_code),
            false => view.put(&dial_code, &ConversionRecord(country))?,
        }
    }
    for order in outcome.orders {
        queue(view, &mut followed, Work::Verification(order), now)?;
    }
    let tell_desk = |view: &mut View<'_>, followed: &mut Followed, gate, what| {
        tell(view, followed, Happening::Desk(desk::Event { desk: gate, what }), now)
    };
    for (gate, notice) in outcome.notices {
        if let Notice::Done { act, by, result } = notice {
            let what = panel::What::Reported { gate, about: user, act, result };
            let event = panel::Event { admin: by, language: None, name: None, what };
            tell(view, &mut followed, Happening::Panel(event), now)?;
        }
        let what = desk::What::Notice {
            about: user,
            name: person.name.clone(),
            language: person.language.clone(),
            notice,
        };
        tell_desk(view, &mut followed, gate, what)?;
    }
    for (gate, decision) in outcome.decisions {
        if let Some(gate) = gate.filter(|gate| engine.gates.log_chat(*gate).is_some()) {
            let deed = Deed {
                gate: Some(gate),
                by: None,
                name: None,
                what: decision.name().to_owned(),
                about: Some(user),
                detail: Detail::of_decision(&decision),
            };
            let what = desk::What::Line { about: Some(user), name: person.name.clone(), deed };
            tell_desk(view, &mut followed, gate, what)?;
        }
        followed.notes.push(Note::Decision(gate, decision));
    }
    for alarm in outcome.alarms {
        raise(view, &mut followed, alarm, now)?;
    }
    Ok(followed)
}

/// What follows from a step of a panel or a desk.
pub(super) fn administration(
    view: &mut View<'_>,
    engine: &Engine,
    whose: Whose,
    outcome: outcome::Outcome,
    now: Timestamp,
) -> Result<Followed, StoreError> {
    let mut followed = Followed::default();
    let mut gates = Vec::new();
    for change in outcome.changes {
        match change {
            Change::Staff(staff) => {
                engine.gates.own(!staff.owners.is_empty());
                view.put(&(), &StaffRecord(staff))?;
            }
            Change::Settings(gate, settings) => {
                view.put(&gate, &SettingsRecord((*settings).clone()))?;
                gates.push((gate, Some(settings)));
            }
            Change::Dismantle(gate) => {
                view.remove::<SettingsRecord>(&gate);
                clear_roster(view, gate)?;
                gates.push((gate, None));
            }
            Change::AddToRoster(gate, key, address) => {
                if view.get::<RosterLine>(&(gate, key))?.is_none() {
                    resize(view, gate, 1)?;
                }
                view.put(&(gate, key), &RosterLine { address })?;
            }
            Change::RemoveFromRoster(gate, key) => {
                if view.get::<RosterLine>(&(gate, key))?.is_some() {
                    view.remove::<RosterLine>(&(gate, key));
                    resize(view, gate, -1)?;
                }
            }
            Change::ClearRoster(gate) => clear_roster(view, gate)?,
            Change::DropUpload(admin) => drop_upload(view, admin)?,
        }
    }
    for at in outcome.wakes {
        view.put(&(at, whose), &Alarm {})?;
    }
    for order in outcome.orders {
        queue(view, &mut followed, Work::Administration(order), now)?;
    }
    for message in outcome.messages {
        let happening = match message {
            Message::Applicant(event) => Happening::Person(event),
            Message::Panel(admin, what) => {
                Happening::Panel(panel::Event { admin, language: None, name: None, what })
            }
            Message::Desk(gate, what) => Happening::Desk(desk::Event { desk: gate, what }),
            Message::Watch(alarm) => {
                raise(view, &mut followed, alarm, now)?;
                continue;
            }
        };
        tell(view, &mut followed, happening, now)?;
    }
    for deed in outcome.deeds {
        if let Some(gate) = deed.gate.filter(|gate| engine.gates.log_chat(*gate).is_some()) {
            let about = deed.about;
            let person = about.map(|user| view.get::<PersonRecord>(&user));
            let name = person.transpose()?.flatten().and_then(|kept| kept.0.name.clone());
            let what = desk::What::Line { about, name, deed: deed.clone() };
            tell(view, &mut followed, Happening::Desk(desk::Event { desk: gate, what }), now)?;
        }
        followed.notes.push(Note::Deed(deed));
    }
    followed.notes.extend(outcome.told.into_iter().map(Note::Alarm));
    // The next transaction sees the gates as they are from now on. Nothing of that can be seen
    // outside before it is durable: if this commit fails, the process ends.
    for (gate, settings) in gates {
        engine.gates.settle(gate, settings.as_deref());
    }
    Ok(followed)
}

/// Keeps a file that was fetched for an admin, in the place of an earlier one.
pub(super) fn keep_upload(
    view: &mut View<'_>,
    admin: UserId,
    bytes: &[u8],
) -> Result<(), StoreError> {
    drop_upload(view, admin)?;
    for (place, part) in (0..).zip(bytes.chunks(PART)) {
        let latin: String = part.iter().copied().map(char::from).collect();
        view.put(&(admin, place), &UploadPart { part: Hidden::new(latin) })?;
    }
    Ok(())
}

pub(super) fn remember_username(
    view: &mut View<'_>,
    engine: &Engine,
    username: &str,
    user: UserId,
) -> Result<(), StoreError> {
    view.put(&engine.keys.username(username), &Username { user })
}

/// Tells the watch of an alarm, unless the owners have heard it already: in an attack the same one
/// is raised thousands of times.
fn raise(
    view: &mut View<'_>,
    followed: &mut Followed,
    alarm: Raised,
    now: Timestamp,
) -> Result<(), StoreError> {
    let watch = view.get::<WatchRecord>(&())?;
    if watch.is_some_and(|WatchRecord(watch)| watch.has_told(&alarm, now)) {
        return Ok(());
    }
    let raised = watch::Event { watch: watch::What::Raised(alarm) };
    tell(view, followed, Happening::Watch(raised), now)
}

fn queue(
    view: &mut View<'_>,
    followed: &mut Followed,
    order: Work,
    now: Timestamp,
) -> Result<(), StoreError> {
    let seq = view.next_sequence(Sequence::Outbox)?;
    let entry = OutboxEntry { order, queued: now, started: false, attempts: 0 };
    view.put(&seq, &entry)?;
    followed.queued.push((seq, entry));
    Ok(())
}

/// Puts an update into the inbox; its place there.
pub(super) fn accept(
    view: &mut View<'_>,
    update: u32,
    event: &Happening,
    now: Timestamp,
) -> Result<u64, StoreError> {
    let seq = view.next_sequence(Sequence::Inbox)?;
    let entry = InboxEntry { update_id: Some(update), received: now, event: event.clone() };
    view.put(&seq, &entry)?;
    Ok(seq)
}

pub(super) fn tell(
    view: &mut View<'_>,
    followed: &mut Followed,
    happening: Happening,
    now: Timestamp,
) -> Result<(), StoreError> {
    let seq = view.next_sequence(Sequence::Inbox)?;
    view.put(&seq, &InboxEntry { update_id: None, received: now, event: happening.clone() })?;
    followed.messages.push((seq, happening));
    Ok(())
}

fn hold(
    view: &mut View<'_>,
    gate: GateId,
    key: &[u8; 32],
    user: UserId,
    holds: bool,
) -> Result<(), StoreError> {
    let mut users = holders(view, gate, key);
    users.retain(|known| *known != user);
    if holds {
        users.push(user);
    }
    if users.is_empty() {
        view.remove::<Holders>(&(gate, *key));
        return Ok(());
    }
    view.put(&(gate, *key), &Holders { users })
}

fn resize(view: &mut View<'_>, gate: GateId, by: i32) -> Result<(), StoreError> {
    let lines = view.get::<RosterSize>(&gate)?.map_or(0, |size| size.lines);
    view.put(&gate, &RosterSize { lines: lines.saturating_add_signed(by) })
}

fn clear_roster(view: &mut View<'_>, gate: GateId) -> Result<(), StoreError> {
    for (key, _) in view.scan_of::<RosterLine>(&gate, None, usize::MAX)? {
        view.remove::<RosterLine>(&key);
    }
    view.remove::<RosterSize>(&gate);
    Ok(())
}

fn drop_upload(view: &mut View<'_>, admin: UserId) -> Result<(), StoreError> {
    for (key, _) in view.scan_of::<UploadPart>(&admin, None, usize::MAX)? {
        view.remove::<UploadPart>(&key);
    }
    Ok(())
}
