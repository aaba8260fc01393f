//! Who may pass by name: a gate's roster.
//!
//! Lists in the chat show addresses masked, as everything else does that stays there to be read
//! over somebody's shoulder; in full they are in the file that is exported, which is recorded.
//!
//! * `upload`: a file, from its sending to its being applied.

pub mod text;
mod upload;

use serde::{Deserialize, Serialize};

use super::state::{Expected as Awaited, Pending as Asked, Screen, Subject};
use super::text::{Choice, PanelLabel, PanelText};
use super::turn::Key;
use super::visit::Visit;
use super::word::Word;
use crate::administration::detail::Detail;
use crate::administration::effect::Task;
use crate::administration::outcome::Change;
use crate::administration::roster;
use crate::verification::Hidden;
use crate::verification::address::Address;
use text::{BadTyped, Listed, RosterLabel, RosterText};
pub use upload::Upload;
pub(super) use upload::{fetched, file_at_group, forget, lapse, sent_file};

/// Lines on one page of the list.
const PAGE: usize = 10;
/// So many addresses can be typed in one message.
const TYPED: usize = 100;
/// So many bad lines are named.
const NAMED: usize = 20;

/// What is to be typed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Expected {
    /// Addresses to put on it.
    Add,
    /// Addresses to take off it.
    Remove,
}

/// What waits for a yes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Pending {
    Clear,
    /// The upload goes onto the roster.
    Apply,
}

/// What the buttons of these screens do.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
enum Does {
    HowTo,
    Add,
    Remove,
    /// The page after the key that begins with this.
    List(Option<[u8; 8]>),
    Export,
    Clear,
    Only(bool),
    /// The file that was sent is for this group.
    Here,
    Cancel,
}

/// Show the roster of the gate that is visited (`/roster`, the panel's button).
pub(super) fn show(visit: &mut Visit<'_, '_, '_>) {
    let size = size(visit);
    show_with(visit, size);
}

/// With so many addresses, as this step leaves it.
fn show_with(visit: &mut Visit<'_, '_, '_>, size: u32) {
    let Some(settings) = visit.settings().filter(|_| visit.keeps()) else {
        return visit.show_only();
    };
    let required = settings.addresses.roster;
    let key = |label, does| key(visit, label, does);
    let mut rows = vec![
        vec![key(RosterLabel::SendFile, Does::HowTo)],
        vec![key(RosterLabel::Add, Does::Add), key(RosterLabel::Remove, Does::Remove)],
    ];
    if size > 0 {
        rows.push(vec![
            key(RosterLabel::List, Does::List(None)),
            key(RosterLabel::Export, Does::Export),
        ]);
        rows.push(vec![key(RosterLabel::Clear, Does::Clear)]);
    }
    let only = Word::Roster(Does::Only(!required).word());
    rows.push(vec![visit.choice(required, Choice::RosterOnly, only)]);
    rows.push(vec![back_out(visit)]);
    put(visit, RosterText::Roster { size, required }, rows);
}

/// A button of the roster's screens: `rest` is what stands after `r.` in its word. Only those who
/// may change the gate get here.
pub(super) fn chosen(visit: &mut Visit<'_, '_, '_>, rest: &str) {
    match Does::read(rest) {
        Some(Does::HowTo) => {
            let lines = u32::try_from(roster::LONGEST).unwrap_or(u32::MAX);
            let rows = vec![vec![back(visit)]];
            put(visit, RosterText::HowTo { lines }, rows);
        }
        Some(Does::Add) => ask(visit, Expected::Add),
        Some(Does::Remove) => ask(visit, Expected::Remove),
        Some(Does::List(after)) => list(visit, after),
        Some(Does::Export) => export(visit),
        Some(Does::Clear) => ask_clear(visit),
        Some(Does::Only(on)) => only(visit, on),
        Some(Does::Here) => upload::here(visit),
        Some(Does::Cancel) => upload::cancel(visit),
        None => show(visit),
    }
}

/// They said yes.
pub(super) fn confirmed(visit: &mut Visit<'_, '_, '_>, pending: Pending) {
    match pending {
        Pending::Clear => clear(visit),
        Pending::Apply => upload::apply(visit),
    }
}

// Typed.

fn ask(visit: &mut Visit<'_, '_, '_>, expected: Expected) {
    let text = match expected {
        Expected::Add => RosterText::AskAdd,
        Expected::Remove => RosterText::AskRemove,
    };
    let expected = Awaited::Roster(expected);
    visit.ask(Subject::Roster, expected, PanelText::Roster(text), Vec::new());
}

/// What the panel waited for was typed.
pub(super) fn typed(visit: &mut Visit<'_, '_, '_>, expected: Expected, text: &Hidden) {
    match read_typed(text.reveal()) {
        Ok(addresses) => match expected {
            Expected::Add => {
                add(visit, addresses);
            }
            Expected::Remove => remove(visit, addresses),
        },
        Err(wrong) => {
            visit.note = Some(PanelText::Roster(wrong));
            ask(visit, expected);
        }
    }
}

/// Addresses stand apart by lines, commas or semicolons; mail addresses by spaces, too, which
/// phone numbers may hold.
fn read_typed(typed: &str) -> Result<Vec<Address>, RosterText> {
    let entries: Vec<&str> = typed
        .split(['\n', ',', ';'])
        .flat_map(|entry| {
            let spaced = entry.contains('@');
            entry.split(move |c: char| spaced && c.is_whitespace())
        })
        .map(str::trim)
        .filter(|entry| !entry.is_empty())
        .collect();
    if entries.is_empty() {
        return Err(RosterText::NothingTyped);
    }
    if entries.len() > TYPED {
        let most = count(TYPED);
        return Err(RosterText::TooManyTyped { most });
    }
    let mut addresses = Vec::new();
    let mut bad = Vec::new();
    for entry in entries {
        match roster::parse(entry) {
            Ok(address) => addresses.push(address),
            Err(why) => bad.push(BadTyped { entry: Hidden::new(entry), why }),
        }
    }
    if bad.is_empty() {
        return Ok(addresses);
    }
    let more = count(bad.len().saturating_sub(NAMED));
    bad.truncate(NAMED);
    Err(RosterText::BadTyped { bad, more })
}

/// Puts addresses on the roster, those that are not there yet.
fn add(visit: &mut Visit<'_, '_, '_>, addresses: impl IntoIterator<Item = Address>) {
    let (gate, size) = (visit.gate, size(visit));
    let mut seen = std::collections::BTreeSet::new();
    let (mut new, mut known) = (0, 0);
    for address in addresses {
        let key = visit.turn.facts.keys.address(&address);
        if !seen.insert(key) {
            continue;
        }
        if visit.turn.facts.archive.on_roster(gate, &key) {
            known += 1;
        } else {
            new += 1;
            visit.turn.out.changes.push(Change::AddToRoster(gate, key, address));
        }
    }
    if new > 0 {
        visit.turn.deed(Some(gate), "roster_added", Detail::Count(new));
    }
    visit.note = Some(PanelText::Roster(RosterText::Added { new, known }));
    show_with(visit, size.saturating_add(new));
}

fn remove(visit: &mut Visit<'_, '_, '_>, addresses: Vec<Address>) {
    let (gate, size) = (visit.gate, size(visit));
    let mut seen = std::collections::BTreeSet::new();
    let (mut removed, mut missing) = (0, 0);
    for address in addresses {
        let key = visit.turn.facts.keys.address(&address);
        if !seen.insert(key) {
            continue;
        }
        if visit.turn.facts.archive.on_roster(gate, &key) {
            removed += 1;
            visit.turn.out.changes.push(Change::RemoveFromRoster(gate, key));
        } else {
            missing += 1;
        }
    }
    if removed > 0 {
        visit.turn.deed(Some(gate), "roster_removed", Detail::Count(removed));
    }
    visit.note = Some(PanelText::Roster(RosterText::Removed { removed, missing }));
    show_with(visit, size.saturating_sub(removed));
}

// Buttons.

fn list(visit: &mut Visit<'_, '_, '_>, after: Option<[u8; 8]>) {
    let archive = visit.turn.facts.archive;
    let from = after.map(|beginning| {
        let mut key = [0xff; 32];
        key.iter_mut().zip(beginning).for_each(|(byte, known)| *byte = known);
        key
    });
    let mut lines = archive.roster_page(visit.gate, from, PAGE + 1);
    let more = lines.len() > PAGE;
    lines.truncate(PAGE);
    let Some(last) = lines.last().map(|line| line.key) else { return show(visit) };
    let listed = lines
        .iter()
        .map(|line| Listed { masked: line.address.masked(), admitted: count(line.admitted.len()) });
    let text = RosterText::List { lines: listed.collect(), size: size(visit) };
    let mut row = Vec::new();
    if after.is_some() {
        row.push(key(visit, RosterLabel::FromStart, Does::List(None)));
    }
    if more {
        let mut beginning = [0; 8];
        beginning.iter_mut().zip(last).for_each(|(byte, known)| *byte = known);
        row.push(key(visit, RosterLabel::More, Does::List(Some(beginning))));
    }
    let rows = vec![row, vec![key(visit, RosterLabel::Export, Does::Export)], vec![back(visit)]];
    put(visit, text, rows);
}

fn export(visit: &mut Visit<'_, '_, '_>) {
    let (gate, size) = (visit.gate, size(visit));
    visit.turn.order(Task::SendRoster { gate });
    visit.turn.deed(Some(gate), "roster_exported", Detail::Count(size));
    visit.note = Some(PanelText::Roster(RosterText::Exporting { size }));
    show(visit);
}

fn ask_clear(visit: &mut Visit<'_, '_, '_>) {
    let required = visit.settings().is_some_and(|settings| settings.addresses.roster);
    let text = RosterText::ConfirmClear { size: size(visit), required };
    visit.confirm(Subject::Roster, Asked::Roster(Pending::Clear), PanelText::Roster(text));
}

fn clear(visit: &mut Visit<'_, '_, '_>) {
    let (gate, size) = (visit.gate, size(visit));
    if size > 0 {
        visit.turn.out.changes.push(Change::ClearRoster(gate));
        visit.turn.deed(Some(gate), "roster_cleared", Detail::Count(size));
    }
    visit.note = Some(PanelText::Roster(RosterText::Cleared { size }));
    show_with(visit, 0);
}

fn only(visit: &mut Visit<'_, '_, '_>, on: bool) {
    // With an empty roster nobody could pass.
    if on && size(visit) == 0 {
        visit.note = Some(PanelText::RosterEmpty);
    } else {
        visit.amend("roster_only_changed", Detail::Switch(on), |settings| {
            settings.addresses.roster = on
        });
        visit.note = Some(PanelText::Saved);
    }
    show(visit);
}

// Screens.

fn put(visit: &mut Visit<'_, '_, '_>, text: RosterText, rows: Vec<Vec<Key>>) {
    let screen = Screen::At(visit.gate, Subject::Roster);
    visit.put(screen, None, PanelText::Roster(text), rows);
}

fn key(visit: &Visit<'_, '_, '_>, label: RosterLabel, does: Does) -> Key {
    visit.key(PanelLabel::InRoster(label), Word::Roster(does.word()))
}

/// To the roster's first screen.
fn back(visit: &Visit<'_, '_, '_>) -> Key {
    visit.key(PanelLabel::Back, Word::Subject(Subject::Roster))
}

/// To where the roster was opened from.
fn back_out(visit: &Visit<'_, '_, '_>) -> Key {
    if visit.is_draft() {
        visit.key(PanelLabel::Back, Word::Subject(Subject::Addresses))
    } else {
        visit.key(PanelLabel::Overview, Word::Subject(Subject::Overview))
    }
}

fn size(visit: &Visit<'_, '_, '_>) -> u32 {
    visit.turn.facts.archive.roster_size(visit.gate)
}

fn count(many: usize) -> u32 {
    u32::try_from(many).unwrap_or(u32::MAX)
}

impl Does {
    /// At most 22 bytes.
    fn word(self) -> String {
        match self {
            Does::HowTo => "file".to_owned(),
            Does::Add => "add".to_owned(),
            Does::Remove => "remove".to_owned(),
            Does::List(None) => "list".to_owned(),
            Does::List(Some(after)) => format!("list.{:016x}", u64::from_be_bytes(after)),
            Does::Export => "export".to_owned(),
            Does::Clear => "clear".to_owned(),
            Does::Only(true) => "only".to_owned(),
            Does::Only(false) => "any".to_owned(),
            Does::Here => "here".to_owned(),
            Does::Cancel => "cancel".to_owned(),
        }
    }

    fn read(word: &str) -> Option<Does> {
        Some(match word {
            "file" => Does::HowTo,
            "add" => Does::Add,
            "remove" => Does::Remove,
            "list" => Does::List(None),
            "export" => Does::Export,
            "clear" => Does::Clear,
            "only" => Does::Only(true),
            "any" => Does::Only(false),
            "here" => Does::Here,
            "cancel" => Does::Cancel,
            _ => {
                let after = u64::from_str_radix(word.strip_prefix("list.")?, 16).ok()?;
                Does::List(Some(after.to_be_bytes()))
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_button_reads_back_and_fits() {
        for does in [
            Does::HowTo,
            Does::Add,
            Does::Remove,
            Does::List(None),
            Does::List(Some([0; 8])),
            Does::List(Some([0xff; 8])),
            Does::Export,
            Does::Clear,
            Does::Only(true),
            Does::Only(false),
            Does::Here,
            Does::Cancel,
        ] {
            assert_eq!(Does::read(&does.word()), Some(does));
            assert!(Word::Roster(does.word()).data().len() <= 24, "{does:?}");
        }
        for strange in ["", "list.", "list.x", "nope"] {
            assert_eq!(Does::read(strange), None, "{strange}");
        }
    }

    #[test]
    fn what_is_typed_is_read_whole_or_not_at_all() {
        let read = |typed: &str| read_typed(typed).map(|all| all.len());
        assert_eq!(read("nora@example.org"), Ok(1));
        assert_eq!(read("a@example.org b@example.org\n+49 151 23456789; c@example.org"), Ok(4));
        assert_eq!(read(" ,\n; "), Err(RosterText::NothingTyped));
        let many = "a@example.org,".repeat(TYPED + 1);
        assert_eq!(read(&many), Err(RosterText::TooManyTyped { most: 100 }));
        let bad = "nobody,".repeat(NAMED + 3) + "a@example.org";
        match read(&bad) {
            Err(RosterText::BadTyped { bad, more: 3 }) => assert_eq!(bad.len(), NAMED),
            other => panic!("{other:?}"),
        }
    }
}
