//! A gate's passwords: labels, expiry, how many may pass; rotating and removing.

use std::time::Duration;

use super::dates;
use super::state::{Expected, Panel, Pending, Screen, Subject};
use super::text::{Choice, PanelLabel, PanelText, PasswordLine};
use super::turn::Turn;
use super::visit::{Page, Visit};
use super::word::{Expiry, Uses, Word};
use super::{Event, Input, What};
use crate::administration::archive::Facts;
use crate::administration::detail::Detail;
use crate::administration::rights::Rights;
use crate::administration::settings::Settings;
use crate::verification::code::Keys;
use crate::verification::gate::Password;
use crate::verification::limits::Ledger;
use crate::verification::password::checked;
use crate::verification::{GateId, Hidden};

/// Characters in a label.
const LONGEST_LABEL: usize = 32;
/// Comparing one takes tens of milliseconds, and all are compared.
const MOST: usize = 10;
/// Five digits would look like a Telegram login code.
const MOST_USES: u32 = 9_999;
const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// The label that is offered for the first one.
const MAIN: &str = "main";

const DAYS: [u32; 3] = [1, 7, 30];
const USES: [u32; 3] = [1, 10, 100];

/// The password that must be hashed before this event can be acted on.
pub(super) fn to_hash(panel: &mut Panel, event: &Event, facts: &mut Facts<'_>) -> Option<Hidden> {
    let What::RightsKnown { gate, rights: Rights::Admin, input } = &event.what else { return None };
    let Input::Wrote { message, text, .. } = &**input else { return None };
    if !panel.answers(*message) {
        return None;
    }
    let awaiting = panel.awaiting.clone().filter(|awaiting| awaiting.gate == *gate)?;
    let Expected::Password { label, rotating } = awaiting.expected else { return None };
    if facts.hashed.is_some() {
        return None;
    }
    let mut turn = Turn::new(panel, event.admin, facts);
    let visit = Visit::new(&mut turn, *gate);
    if !visit.keeps() {
        return None;
    }
    match unfit(&visit.settings()?, &label, rotating) {
        Some(_) => None,
        None => checked(text.reveal()).ok(),
    }
}

/// Why no password can be put under this label.
fn unfit(settings: &Settings, label: &str, rotating: bool) -> Option<PanelText> {
    let there = find(settings, label).is_some();
    match (rotating, there) {
        (true, false) => Some(PanelText::PasswordGone { label: label.to_owned() }),
        (false, true) => Some(PanelText::LabelTaken { label: label.to_owned() }),
        (false, false) if settings.passwords.len() >= MOST => {
            Some(PanelText::TooManyPasswords { most: u32::try_from(MOST).unwrap_or(u32::MAX) })
        }
        (false, false) | (true, true) => None,
    }
}

fn find<'s>(settings: &'s Settings, label: &str) -> Option<&'s Password> {
    settings.passwords.iter().find(|password| same(&password.label, label))
}

/// Labels that differ in case only would be taken for each other.
fn same(one: &str, other: &str) -> bool {
    one.to_lowercase() == other.to_lowercase()
}

/// What a button calls a password: labels do not fit.
fn mark(keys: &Keys, gate: GateId, label: &str) -> String {
    keys.password(gate, label).iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

/// How many have come in by a password.
fn passed(visit: &Visit<'_, '_, '_>, label: &str) -> u32 {
    let facts = &visit.turn.facts;
    let key = facts.keys.password(visit.gate, label);
    let uses = facts.archive.ledger(&Ledger::Password { key });
    u32::try_from(uses).unwrap_or(u32::MAX)
}

fn line(visit: &Visit<'_, '_, '_>, password: &Password) -> PasswordLine {
    let left = password.uses.map(|uses| uses.saturating_sub(passed(visit, &password.label)));
    PasswordLine::new(&password.label, password.expires, left, visit.turn.facts.now)
}

pub(super) fn lines(visit: &Visit<'_, '_, '_>, settings: &Settings) -> Vec<PasswordLine> {
    settings.passwords.iter().map(|password| line(visit, password)).collect()
}

pub(super) fn page(visit: &Visit<'_, '_, '_>) -> Option<Page> {
    let settings = visit.settings()?;
    let lines = lines(visit, &settings);
    let key = |line: &PasswordLine| {
        let word = Word::Password(mark(visit.turn.facts.keys, visit.gate, &line.label));
        let (label, dead) = (line.label.clone(), line.dead);
        vec![visit.key(PanelLabel::OnePassword { label, dead }, word)]
    };
    let mut rows: Vec<_> = lines.iter().map(key).collect();
    if settings.passwords.len() < MOST {
        rows.push(vec![visit.key(PanelLabel::AddPassword, Word::AddPassword)]);
    }
    Some(Page { text: PanelText::Passwords { passwords: lines }, rows })
}

// Adding.

pub(super) fn ask_label(visit: &mut Visit<'_, '_, '_>) {
    let Some(settings) = visit.settings() else { return visit.show_only() };
    let mut rows = Vec::new();
    if find(&settings, MAIN).is_none() {
        let label = PanelLabel::MainLabel { label: MAIN.to_owned() };
        rows.push(vec![visit.key(label, Word::MainLabel)]);
    }
    visit.ask(Subject::Passwords, Expected::Label, PanelText::AskLabel, rows);
}

pub(super) fn main_label(visit: &mut Visit<'_, '_, '_>) {
    labelled(visit, MAIN);
}

pub(super) fn label_typed(visit: &mut Visit<'_, '_, '_>, typed: &Hidden) {
    let words: Vec<&str> = typed.reveal().split_whitespace().collect();
    let label = words.join(" ");
    let readable = !label.is_empty()
        && label.chars().count() <= LONGEST_LABEL
        && !label.chars().any(char::is_control);
    if readable {
        labelled(visit, &label);
    } else {
        let longest = u32::try_from(LONGEST_LABEL).unwrap_or(u32::MAX);
        visit.note = Some(PanelText::LabelLength { longest });
        ask_label(visit);
    }
}

fn labelled(visit: &mut Visit<'_, '_, '_>, label: &str) {
    let Some(settings) = visit.settings() else { return visit.show_only() };
    match unfit(&settings, label, false) {
        None => ask_password(visit, label, false),
        Some(why) => {
            visit.note = Some(why);
            ask_label(visit);
        }
    }
}

fn ask_password(visit: &mut Visit<'_, '_, '_>, label: &str, rotating: bool) {
    let label = label.to_owned();
    let text = PanelText::AskPassword { label: label.clone(), rotating };
    visit.ask(Subject::Passwords, Expected::Password { label, rotating }, text, Vec::new());
}

pub(super) fn password_typed(
    visit: &mut Visit<'_, '_, '_>,
    label: &str,
    rotating: bool,
    typed: &Hidden,
) {
    let Some(settings) = visit.settings() else { return visit.show_only() };
    if let Some(why) = unfit(&settings, label, rotating) {
        visit.note = Some(why);
        return visit.show(Subject::Passwords);
    }
    let hash = match (checked(typed.reveal()), visit.turn.facts.hashed.clone()) {
        (Ok(_), Some(hash)) => hash,
        (Ok(_), None) => return ask_password(visit, label, rotating),
        (Err(why), _) => {
            visit.note = Some(PanelText::PasswordRefused { why });
            return ask_password(visit, label, rotating);
        }
    };
    if rotating {
        let dead = find(&settings, label).is_some_and(|password| line(visit, password).dead);
        visit.amend("password_rotated", Detail::Label(label.to_owned()), |settings| {
            change(settings, label, |password| {
                password.hash = hash;
                if dead {
                    // What has run out would make the new one as dead as the old.
                    (password.expires, password.uses) = (None, None);
                }
            });
        });
    } else {
        visit.amend("password_added", Detail::Label(label.to_owned()), |settings| {
            let label = label.to_owned();
            settings.passwords.push(Password { label, hash, expires: None, uses: None });
        });
    }
    visit.note = Some(PanelText::PasswordKept { label: label.to_owned() });
    show_one(visit, label);
}

fn change(settings: &mut Settings, label: &str, how: impl FnOnce(&mut Password)) {
    if let Some(password) =
        settings.passwords.iter_mut().find(|password| same(&password.label, label))
    {
        how(password);
    }
}

// One of them.

pub(super) fn show_marked(visit: &mut Visit<'_, '_, '_>, wanted: &str) {
    let Some(settings) = visit.settings() else { return visit.show_only() };
    let (keys, gate) = (visit.turn.facts.keys, visit.gate);
    let found =
        settings.passwords.iter().find(|password| mark(keys, gate, &password.label) == wanted);
    match found {
        Some(password) => show_one(visit, &password.label),
        // Somebody else removed it meanwhile.
        None => visit.show(Subject::Passwords),
    }
}

fn show_one(visit: &mut Visit<'_, '_, '_>, label: &str) {
    let Some(settings) = visit.settings() else { return visit.show_only() };
    let Some(password) = find(&settings, label) else {
        visit.note = Some(PanelText::PasswordGone { label: label.to_owned() });
        return visit.show(Subject::Passwords);
    };
    let line = line(visit, password);
    let ever = password.expires.is_none();
    let any = password.uses.is_none();
    let days = DAYS.map(|days| {
        let choice = Choice::ValidFor(Some(DAY * days));
        visit.choice(false, choice, Word::Expires(Expiry::Days(days)))
    });
    let uses = USES
        .map(|uses| visit.choice(false, Choice::Uses(Some(uses)), Word::Uses(Uses::More(uses))));
    let mut way = vec![visit.key(PanelLabel::Back, Word::Subject(Subject::Passwords))];
    if visit.is_draft() {
        way.push(visit.key(PanelLabel::Next, Word::Next));
    }
    let rows = vec![
        vec![
            visit.choice(ever, Choice::ValidFor(None), Word::Expires(Expiry::Never)),
            visit.choice(!ever, Choice::ValidUntil, Word::Expires(Expiry::Ask)),
        ],
        Vec::from(days),
        vec![
            visit.choice(any, Choice::Uses(None), Word::Uses(Uses::Any)),
            visit.choice(!any, Choice::OtherUses, Word::Uses(Uses::Ask)),
        ],
        Vec::from(uses),
        vec![
            visit.key(PanelLabel::Rotate, Word::Rotate),
            visit.key(PanelLabel::Remove, Word::Remove),
        ],
        way,
    ];
    let screen = Screen::Password(visit.gate, password.label.clone());
    visit.put(screen, None, PanelText::OnePassword(line), rows);
}

/// The password that the screen is about.
fn here(visit: &Visit<'_, '_, '_>) -> Option<String> {
    match &visit.turn.panel.screen {
        Screen::Password(gate, label) if *gate == visit.gate => Some(label.clone()),
        Screen::Password(..) | Screen::At(..) | Screen::Groups(_) | Screen::Nothing => None,
    }
}

/// Does something with the password that the screen is about.
fn with_this(visit: &mut Visit<'_, '_, '_>, act: impl FnOnce(&mut Visit<'_, '_, '_>, &str)) {
    match here(visit) {
        Some(label) => act(visit, &label),
        None => visit.show(Subject::Passwords),
    }
}

pub(super) fn expires(visit: &mut Visit<'_, '_, '_>, expiry: Expiry) {
    with_this(visit, |visit, label| match expiry {
        Expiry::Never => {
            amend_one(visit, label, |password| password.expires = None);
        }
        Expiry::Days(days) => {
            let end = visit.turn.facts.now.after(DAY.saturating_mul(days));
            amend_one(visit, label, |password| password.expires = Some(end));
        }
        Expiry::Ask => {
            let label = label.to_owned();
            let expected = Expected::Expiry { label };
            visit.ask(Subject::Passwords, expected, PanelText::AskExpiry, Vec::new());
        }
    });
}

pub(super) fn expiry_typed(visit: &mut Visit<'_, '_, '_>, label: &str, typed: &Hidden) {
    match dates::end_of_day(typed.reveal(), visit.turn.facts.now) {
        Some(end) => amend_one(visit, label, |password| password.expires = Some(end)),
        None => {
            visit.note = Some(PanelText::BadDate);
            let expected = Expected::Expiry { label: label.to_owned() };
            visit.ask(Subject::Passwords, expected, PanelText::AskExpiry, Vec::new());
        }
    }
}

pub(super) fn uses(visit: &mut Visit<'_, '_, '_>, uses: Uses) {
    with_this(visit, |visit, label| match uses {
        Uses::Any => amend_one(visit, label, |password| password.uses = None),
        Uses::More(more) => limit(visit, label, more),
        Uses::Ask => ask_uses(visit, label),
    });
}

pub(super) fn uses_typed(visit: &mut Visit<'_, '_, '_>, label: &str, typed: &Hidden) {
    let number = typed.reveal().trim().parse::<u32>().ok();
    match number.filter(|number| (1..=MOST_USES).contains(number)) {
        Some(more) => limit(visit, label, more),
        None => {
            visit.note = Some(PanelText::BadNumber { least: 1, most: MOST_USES });
            ask_uses(visit, label);
        }
    }
}

fn ask_uses(visit: &mut Visit<'_, '_, '_>, label: &str) {
    let expected = Expected::Uses { label: label.to_owned() };
    let text = PanelText::AskUses { most: MOST_USES };
    visit.ask(Subject::Passwords, expected, text, Vec::new());
}

/// So many more may pass; those who did are counted under the label for good.
fn limit(visit: &mut Visit<'_, '_, '_>, label: &str, more: u32) {
    let so_far = passed(visit, label);
    amend_one(visit, label, |password| password.uses = Some(so_far.saturating_add(more)));
}

fn amend_one(visit: &mut Visit<'_, '_, '_>, label: &str, how: impl FnOnce(&mut Password)) {
    visit.amend("password_changed", Detail::Label(label.to_owned()), |settings| {
        change(settings, label, how)
    });
    visit.note = Some(PanelText::Saved);
    show_one(visit, label);
}

pub(super) fn rotate(visit: &mut Visit<'_, '_, '_>) {
    with_this(visit, |visit, label| ask_password(visit, label, true));
}

pub(super) fn ask_remove(visit: &mut Visit<'_, '_, '_>) {
    with_this(visit, |visit, label| {
        if is_last(visit, label) {
            visit.note = Some(PanelText::LastPassword { label: label.to_owned() });
            return show_one(visit, label);
        }
        let label = label.to_owned();
        let text = PanelText::ConfirmRemove { label: label.clone() };
        visit.confirm(Subject::Passwords, Pending::RemovePassword { label }, text);
    });
}

pub(super) fn remove(visit: &mut Visit<'_, '_, '_>, label: &str) {
    // Another admin may have removed the others since it was asked.
    if is_last(visit, label) {
        visit.note = Some(PanelText::LastPassword { label: label.to_owned() });
        return visit.show(Subject::Passwords);
    }
    visit.amend("password_removed", Detail::Label(label.to_owned()), |settings| {
        settings.passwords.retain(|password| !same(&password.label, label));
    });
    visit.note = Some(PanelText::Removed { label: label.to_owned() });
    visit.show(Subject::Passwords);
}

/// Without it nobody could pass a gate that is open.
fn is_last(visit: &Visit<'_, '_, '_>, label: &str) -> bool {
    let Some(settings) = visit.settings().filter(|settings| settings.open) else { return false };
    let live: Vec<PasswordLine> =
        lines(visit, &settings).into_iter().filter(|line| !line.dead).collect();
    live.iter().any(|line| same(&line.label, label)) && live.len() == 1
}
