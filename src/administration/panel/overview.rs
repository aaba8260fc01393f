//! Everything that is set at a gate, on one screen; closing it.

use super::state::{Pending, Subject};
use super::text::{
    Choice, Figures, GateState, Missing, Overview, PanelLabel, PanelText, PasswordLine,
};
use super::turn::Key;
use super::visit::{Page, Visit};
use super::walk;
use super::word::{Away, Word};
use super::{log_chat, passwords};
use crate::administration::desk;
use crate::administration::detail::Detail;
use crate::administration::outcome::Change;
use crate::administration::settings::{Settings, Strictness};
use crate::verification::Language;

pub(super) fn page(visit: &Visit<'_, '_, '_>) -> Option<Page> {
    let overview = if visit.is_fixed() { fixed(visit)? } else { settled(visit)? };
    let rows = rows(visit, &overview);
    Some(Page { text: PanelText::Overview(Box::new(overview)), rows })
}

/// A gate of the config.
fn fixed(visit: &Visit<'_, '_, '_>) -> Option<Overview> {
    let facts = &visit.turn.facts;
    let gate = facts.gates.get(&visit.gate)?;
    let lines = gate
        .passwords
        .iter()
        .map(|password| PasswordLine::new(&password.label, password.expires, None, facts.now));
    Some(Overview {
        state: GateState::Fixed,
        mode: gate.mode.clone(),
        tidy: false,
        passwords: lines.collect(),
        channels: gate.channels.clone(),
        addresses: gate.addresses.clone(),
        roster_size: facts.archive.roster_size(visit.gate),
        strictness: Strictness::of(
            Some(&gate.limits).filter(|limits| **limits != facts.house.limits),
            &facts.house.limits,
        ),
        figures: Figures::of(&gate.limits),
        language: Language::default(),
        log_chat: (facts.fixed_log)(visit.gate).is_some(),
        listed: gate.listed,
        link: visit.turn.link(&facts.keys.gate(visit.gate)),
    })
}

/// A gate, or a draft, that was made in a chat.
fn settled(visit: &Visit<'_, '_, '_>) -> Option<Overview> {
    let facts = &visit.turn.facts;
    let settings = visit.settings()?;
    let state = match settings.open {
        _ if !visit.keeps() => GateState::NotYours,
        true => GateState::Open,
        false => GateState::Draft(missing(visit, &settings)),
    };
    let house = &facts.house.limits;
    let wanted =
        |channel: &_| settings.channels.as_ref().is_none_or(|chosen| chosen.contains(channel));
    Some(Overview {
        state,
        tidy: settings.tidy,
        passwords: passwords::lines(visit, &settings),
        channels: facts.house.channels.iter().copied().filter(wanted).collect(),
        roster_size: facts.archive.roster_size(visit.gate),
        strictness: Strictness::of(settings.limits.as_ref(), house),
        figures: Figures::of(settings.limits.as_ref().unwrap_or(house)),
        language: settings.language.unwrap_or_default(),
        log_chat: settings.log_chat.is_some(),
        listed: settings.listed,
        link: visit.turn.link(&facts.keys.gate(visit.gate)),
        mode: settings.mode,
        addresses: settings.addresses,
    })
}

/// What must be there before the gate can be opened.
pub(super) fn missing(visit: &Visit<'_, '_, '_>, settings: &Settings) -> Vec<Missing> {
    let mut missing = Vec::new();
    if passwords::lines(visit, settings).iter().all(|line| line.dead) {
        missing.push(Missing::Password);
    }
    let house = &visit.turn.facts.house.channels;
    let any = |chosen: &Vec<_>| chosen.iter().any(|channel| house.contains(channel));
    if house.is_empty() || !settings.channels.as_ref().is_none_or(any) {
        missing.push(Missing::Channel);
    }
    missing
}

fn rows(visit: &Visit<'_, '_, '_>, overview: &Overview) -> Vec<Vec<Key>> {
    let at = |label, subject| visit.key(label, Word::Subject(subject));
    let examine = || vec![visit.key(PanelLabel::Examine, Word::Examine)];
    let on_duty =
        || vec![visit.key(PanelLabel::Examine, Word::Examine), at(PanelLabel::Raid, Subject::Raid)];
    let away = || {
        vec![Key::away(PanelLabel::Groups, Away::Groups), Key::away(PanelLabel::Leave, Away::Leave)]
    };
    let subjects = || {
        vec![
            vec![
                at(PanelLabel::Passwords, Subject::Passwords),
                at(PanelLabel::Channels, Subject::Channels),
            ],
            vec![
                at(PanelLabel::Addresses, Subject::Addresses),
                at(PanelLabel::Roster, Subject::Roster),
            ],
            vec![
                at(PanelLabel::Limits, Subject::Limits),
                at(PanelLabel::Language, Subject::Language),
            ],
            vec![at(PanelLabel::Mode, Subject::Mode), at(PanelLabel::LogChat, Subject::LogChat)],
            vec![visit.choice(overview.listed, Choice::Listed, Word::Listed(!overview.listed))],
        ]
    };
    match &overview.state {
        GateState::Fixed | GateState::NotYours => vec![on_duty(), away()],
        GateState::Open => {
            let mut rows = subjects();
            rows.push(on_duty());
            rows.push(vec![visit.key(PanelLabel::Close, Word::Close)]);
            rows.push(away());
            rows
        }
        GateState::Draft(missing) => {
            let mut rows = Vec::new();
            if missing.is_empty() {
                rows.push(vec![visit.key(PanelLabel::Open, Word::Open)]);
            }
            rows.extend(subjects());
            rows.push(examine());
            rows.push(vec![visit.key(PanelLabel::Discard, Word::Discard)]);
            rows.push(away());
            rows
        }
    }
}

/// Whether strangers who write `/start` are offered the gate.
pub(super) fn list(visit: &mut Visit<'_, '_, '_>, listed: bool) {
    visit.amend("listed_changed", Detail::Switch(listed), |settings| settings.listed = listed);
    visit.note = Some(PanelText::Saved);
    visit.show(Subject::Overview);
}

pub(super) fn ask_close(visit: &mut Visit<'_, '_, '_>) {
    visit.confirm(Subject::Overview, Pending::CloseGate, PanelText::ConfirmClose);
}

pub(super) fn close(visit: &mut Visit<'_, '_, '_>) {
    dismantle(visit, "gate_closed", PanelText::Closed);
}

/// The gate, or the draft, goes.
pub(super) fn dismantle(visit: &mut Visit<'_, '_, '_>, what: &str, text: PanelText) {
    let was_open = !visit.is_draft();
    log_chat::farewell(visit);
    visit.turn.deed(Some(visit.gate), what, Detail::None);
    if was_open {
        visit.tell_desk(desk::What::Changed { by: visit.turn.admin });
    }
    walk::gone(visit, Change::Dismantle(visit.gate), text);
}
