//! A roster's file: sent, fetched, previewed, applied whole or not at all.
//!
//! ```text
//!  sent ──▶ rights ──▶ Fetching ──▶ Fetched ──▶ rights ──▶ preview ──▶ yes ──▶ rights ──▶ applied
//!    └ several groups: which? ┘
//! ```
//!
//! The content stays in the archive meanwhile and is read anew for each of these steps. It is
//! dropped when it was applied, cannot be, is not wanted, is replaced by another file, or is an
//! hour old.

use serde::{Deserialize, Serialize};

use super::text::{RosterLabel, RosterText};
use super::{Does, NAMED, Pending, add, back, count, key, put, show};
use crate::administration::effect::Task;
use crate::administration::outcome::Change;
use crate::administration::panel::Input;
use crate::administration::panel::state::{Goal, Pending as Asked, Screen, Subject};
use crate::administration::panel::text::{PanelLabel, PanelText};
use crate::administration::panel::turn::{Key, PATIENCE, Turn};
use crate::administration::panel::visit::Visit;
use crate::administration::panel::word::{Away, Word};
use crate::administration::roster;
use crate::administration::staff::Rank;
use crate::administration::text::Label;
use crate::verification::event::File;
use crate::verification::{GateId, MessageId, Timestamp};

/// A file that was sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Upload {
    /// `None`: it is asked for which group it is.
    pub(in crate::administration::panel) gate: Option<GateId>,
    /// The message that brought it.
    message: MessageId,
    file: File,
    stage: Stage,
    /// From then on it is forgotten.
    until: Timestamp,
}

#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Stage {
    /// Nothing was fetched yet.
    Sent,
    Fetching,
    /// Its content is in the archive.
    Fetched,
}

/// A file was sent; nothing is known of rights yet.
pub(in crate::administration::panel) fn sent_file(
    turn: &mut Turn<'_, '_>,
    file: &File,
    input: &Input,
) {
    let Input::SentFile { message, .. } = input else { return };
    let gates: Vec<GateId> =
        turn.groups().into_iter().filter(|gate| may_change(turn, *gate)).collect();
    let here = match turn.panel.screen {
        Screen::At(gate, Subject::Roster) if gates.contains(&gate) => Some(gate),
        Screen::Nothing | Screen::Groups(_) | Screen::At(..) | Screen::Password(..) => None,
    };
    let too_large = file.size.is_some_and(|size| size > roster::LARGEST as u64);
    match (here.as_ref(), &gates[..]) {
        (_, []) if turn.rank() < Rank::Enrolled => turn.tell(PanelText::NotForYou),
        (_, []) => turn.tell(PanelText::Roster(RosterText::NoGate)),
        _ if too_large => {
            let most = count(roster::LARGEST / (1024 * 1024));
            turn.tell(PanelText::Roster(RosterText::TooLarge { most }));
        }
        (Some(gate), _) | (None, [gate]) => turn.look_up(*gate, input),
        (None, _) => {
            keep(turn, Upload::new(*message, file, turn.facts.now.after(PATIENCE)));
            ask_group(turn, gates);
        }
    }
}

fn ask_group(turn: &mut Turn<'_, '_>, gates: Vec<GateId>) {
    let key = |gate: GateId| {
        let label = Label::Group(turn.title(gate).unwrap_or_default());
        vec![Key { label, gate, word: Word::Roster(Does::Here.word()) }]
    };
    let mut rows: Vec<Vec<Key>> = gates.into_iter().map(key).collect();
    rows.push(vec![Key::away(PanelLabel::Leave, Away::Leave)]);
    let text = PanelText::Roster(RosterText::WhichGroup);
    turn.show(Screen::Groups(Goal::Roster), None, text, rows);
}

/// It is for the group that is visited.
pub(super) fn here(visit: &mut Visit<'_, '_, '_>) {
    match visit.turn.panel.upload.clone().filter(|upload| upload.stage == Stage::Sent) {
        Some(upload) => begin(visit, upload.message, &upload.file),
        None => gone(visit),
    }
}

/// A file was sent, or has been fetched, by somebody who may look after this group.
pub(in crate::administration::panel) fn file_at_group(
    visit: &mut Visit<'_, '_, '_>,
    message: MessageId,
    file: &File,
) {
    let gate = visit.gate;
    let ours = visit.turn.panel.upload.as_ref();
    let stage = ours
        .filter(|upload| upload.gate == Some(gate) && upload.message == message)
        .map(|upload| upload.stage);
    if !visit.keeps() {
        if stage.is_some() {
            forget(visit.turn);
        }
        if visit.is_fixed() {
            visit.note = Some(PanelText::Roster(RosterText::Fixed));
        }
        return visit.show_only();
    }
    match stage {
        Some(Stage::Fetched) => preview(visit),
        Some(Stage::Fetching) => {}
        Some(Stage::Sent) | None => begin(visit, message, file),
    }
}

fn begin(visit: &mut Visit<'_, '_, '_>, message: MessageId, file: &File) {
    let until = visit.turn.facts.now.after(PATIENCE);
    let upload = Upload {
        gate: Some(visit.gate),
        stage: Stage::Fetching,
        ..Upload::new(message, file, until)
    };
    keep(visit.turn, upload);
    visit.turn.panel.fetching = visit.turn.panel.fetching.saturating_add(1);
    visit.turn.order(Task::Fetch { file: file.clone() });
    let rows = vec![vec![key(visit, RosterLabel::Cancel, Does::Cancel)]];
    put(visit, RosterText::Reading, rows);
}

/// A file was fetched; its content is in the archive. `None`: it could not be. Whether they may
/// still change the gate is looked up before anything is said about it.
pub(in crate::administration::panel) fn fetched(turn: &mut Turn<'_, '_>, size: Option<u64>) {
    turn.panel.fetching = turn.panel.fetching.saturating_sub(1);
    if turn.panel.fetching > 0 {
        // Another one is on its way, and takes its place.
        return;
    }
    let chat = turn.chat();
    let Some(upload) = turn.panel.upload.as_mut().filter(|upload| upload.stage != Stage::Sent)
    else {
        return drop_content(turn);
    };
    let Some(gate) = upload.gate else { return };
    if size.is_none() {
        forget(turn);
        let title = turn.title(gate);
        let text = PanelText::Roster(RosterText::NotFetched);
        let label = Label::Panel(PanelLabel::Back);
        let back = Key { label, gate, word: Word::Subject(Subject::Roster) };
        return turn.show(Screen::At(gate, Subject::Roster), title, text, vec![vec![back]]);
    }
    upload.stage = Stage::Fetched;
    let (message, file) = (upload.message, upload.file.clone());
    turn.look_up(gate, &Input::SentFile { chat, message, file });
}

fn preview(visit: &mut Visit<'_, '_, '_>) {
    let Some(content) = visit.turn.facts.archive.upload(visit.turn.admin) else {
        return gone(visit);
    };
    let file = match roster::read(&content) {
        Ok(file) => file,
        Err(why) => {
            let lines = count(roster::LONGEST);
            return refuse(visit, RosterText::Unusable { why, lines });
        }
    };
    if !file.bad.is_empty() {
        let more = count(file.bad.len().saturating_sub(NAMED));
        let bad = file.bad.iter().copied().take(NAMED).collect();
        return refuse(visit, RosterText::Bad { bad, more, good: count(file.addresses.len()) });
    }
    let facts = &visit.turn.facts;
    let is_known = |key: [u8; 32]| facts.archive.on_roster(visit.gate, &key);
    let known = file.addresses.iter().filter(|(_, a)| is_known(facts.keys.address(a))).count();
    let new = count(file.addresses.len().saturating_sub(known));
    let known = count(known);
    if new == 0 {
        return refuse(visit, RosterText::NothingNew { known });
    }
    let apply = PanelLabel::InRoster(RosterLabel::Apply { new });
    let rows = vec![
        vec![visit.key(apply, Word::Yes)],
        vec![key(visit, RosterLabel::Cancel, Does::Cancel)],
    ];
    put(visit, RosterText::Preview { new, known, repeated: file.repeated }, rows);
    visit.turn.panel.pending = Some(Asked::Roster(Pending::Apply));
}

/// They said yes: everything in the file that is not there yet, in this one step.
pub(super) fn apply(visit: &mut Visit<'_, '_, '_>) {
    let gate = Some(visit.gate);
    let ours = visit.turn.panel.upload.as_ref();
    let ready = ours.is_some_and(|upload| upload.gate == gate && upload.stage == Stage::Fetched);
    let content = visit.turn.facts.archive.upload(visit.turn.admin).filter(|_| ready);
    let file = content.and_then(|content| roster::read(&content).ok());
    let Some(file) = file.filter(|file| file.bad.is_empty()) else { return gone(visit) };
    forget(visit.turn);
    add(visit, file.addresses.into_iter().map(|(_, address)| address));
}

/// They do not want it.
pub(super) fn cancel(visit: &mut Visit<'_, '_, '_>) {
    forget(visit.turn);
    visit.note = Some(PanelText::Roster(RosterText::UploadDropped));
    show(visit);
}

/// Nothing of it can be taken.
fn refuse(visit: &mut Visit<'_, '_, '_>, why: RosterText) {
    forget(visit.turn);
    let rows = vec![vec![back(visit)]];
    put(visit, why, rows);
}

fn gone(visit: &mut Visit<'_, '_, '_>) {
    forget(visit.turn);
    visit.note = Some(PanelText::Roster(RosterText::UploadGone));
    show(visit);
}

/// In the place of an earlier one.
fn keep(turn: &mut Turn<'_, '_>, upload: Upload) {
    forget(turn);
    turn.out.wakes.push(upload.until);
    turn.panel.upload = Some(upload);
}

/// Forgets the file. What is being fetched is dropped when it comes.
pub(in crate::administration::panel) fn forget(turn: &mut Turn<'_, '_>) {
    match turn.panel.upload.take().map(|upload| upload.stage) {
        Some(Stage::Fetching | Stage::Fetched) => drop_content(turn),
        Some(Stage::Sent) | None => {}
    }
}

/// Nobody has decided on it in time.
pub(in crate::administration::panel) fn lapse(turn: &mut Turn<'_, '_>) {
    let now = turn.facts.now;
    if turn.panel.upload.as_ref().is_some_and(|upload| upload.until <= now) {
        forget(turn);
    }
}

fn drop_content(turn: &mut Turn<'_, '_>) {
    turn.out.changes.push(Change::DropUpload(turn.admin));
}

/// Whether a file could be for this gate, as far as can be told without knowing rights.
fn may_change(turn: &Turn<'_, '_>, gate: GateId) -> bool {
    !turn.is_fixed(gate)
        && turn.settings(gate).is_some_and(|settings| {
            turn.rank() >= Rank::Enrolled || settings.admins.contains(&turn.admin)
        })
}

impl Upload {
    fn new(message: MessageId, file: &File, until: Timestamp) -> Upload {
        Upload { gate: None, message, file: file.clone(), stage: Stage::Sent, until }
    }
}
