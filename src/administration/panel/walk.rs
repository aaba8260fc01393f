//! The guided set-up: from one step to the next, and the opening of the gate.

use super::overview;
use super::state::{Pending, Screen, Subject};
use super::text::{PanelLabel, PanelText};
use super::turn::Key;
use super::visit::Visit;
use super::word::{Away, Word};
use crate::administration::desk;
use crate::administration::detail::Detail;
use crate::administration::effect::Keyboard;
use crate::administration::outcome::Change;
use crate::administration::settings::Settings;
use crate::administration::staff::Rank;

/// A group without a gate: a draft is begun.
pub(super) fn begin(visit: &mut Visit<'_, '_, '_>) {
    if visit.turn.rank() < Rank::Enrolled {
        return visit.turn.tell(PanelText::NotForYou);
    }
    let title = visit.turn.title(visit.gate).unwrap_or_default();
    let mut draft = Settings::new(&title, visit.turn.admin, visit.turn.facts.now);
    let own = &visit.turn.panel.language;
    draft.language = visit.turn.facts.languages.iter().find(|known| *known == own).cloned();
    visit.turn.panel.titles.remove(&visit.gate);
    visit.turn.panel.walks.remove(&visit.gate);
    if let Some(Some(invitation)) = visit.turn.panel.invitations.remove(&visit.gate) {
        visit.turn.delete(invitation);
    }
    visit.turn.put_settings(visit.gate, draft);
    visit.turn.deed(Some(visit.gate), "setup_started", Detail::None);
    visit.tell_desk(desk::What::SignpostUsed);
    resume(visit);
}

/// To where the set-up was left.
pub(super) fn resume(visit: &mut Visit<'_, '_, '_>) {
    let left = visit.turn.panel.walks.get(&visit.gate).copied();
    visit.show(left.unwrap_or(Subject::Passwords));
}

/// The steps; those with nothing to choose between are left out.
fn steps(visit: &Visit<'_, '_, '_>) -> Vec<Subject> {
    let mut steps = vec![Subject::Passwords];
    if visit.turn.facts.house.channels.len() > 1 {
        steps.push(Subject::Channels);
    }
    steps.extend([Subject::Addresses, Subject::Limits]);
    if visit.turn.facts.languages.len() > 1 {
        steps.push(Subject::Language);
    }
    steps.extend([Subject::Mode, Subject::LogChat]);
    steps
}

/// The step's number, and how many there are.
pub(super) fn step(visit: &Visit<'_, '_, '_>, subject: Subject) -> Option<(u32, u32)> {
    let steps = steps(visit);
    let at = steps.iter().position(|step| *step == subject)?;
    Some((u32::try_from(at + 1).ok()?, u32::try_from(steps.len()).ok()?))
}

/// The buttons that lead on and back.
pub(super) fn rows(visit: &Visit<'_, '_, '_>, subject: Subject) -> Vec<Vec<Key>> {
    let mut row = Vec::new();
    if steps(visit).first() != Some(&subject) {
        row.push(visit.key(PanelLabel::Back, Word::Back));
    }
    row.push(visit.key(PanelLabel::Next, Word::Next));
    vec![row, vec![visit.key(PanelLabel::Stop, Word::Stop)]]
}

pub(super) fn next(visit: &mut Visit<'_, '_, '_>) {
    by(visit, |steps, at| steps.get(at + 1).copied());
}

pub(super) fn back(visit: &mut Visit<'_, '_, '_>) {
    by(visit, |steps, at| at.checked_sub(1).and_then(|before| steps.get(before)).copied());
}

fn by(visit: &mut Visit<'_, '_, '_>, to: impl FnOnce(&[Subject], usize) -> Option<Subject>) {
    let here = match &visit.turn.panel.screen {
        Screen::At(_, subject) => Some(*subject),
        Screen::Password(..) => Some(Subject::Passwords),
        Screen::Nothing | Screen::Groups(_) => None,
    };
    let steps = steps(visit);
    let at = steps.iter().position(|step| Some(*step) == here);
    let there = at.and_then(|at| to(&steps, at)).unwrap_or(Subject::Overview);
    visit.show(there);
}

/// In the set-up a choice leads on at once; at an open gate it stays, marked.
pub(super) fn chosen(visit: &mut Visit<'_, '_, '_>, subject: Subject) {
    if visit.is_draft() {
        next(visit);
    } else {
        visit.note = Some(PanelText::Saved);
        visit.show(subject);
    }
}

/// The set-up is left for later.
pub(super) fn stop(visit: &mut Visit<'_, '_, '_>) {
    let left = visit.turn.panel.walks.get(&visit.gate).copied();
    let rows = vec![
        vec![visit.key(PanelLabel::SetUp, Word::Go)],
        vec![visit.key(PanelLabel::Discard, Word::Discard)],
    ];
    visit.put(
        Screen::At(visit.gate, left.unwrap_or(Subject::Passwords)),
        None,
        PanelText::Stopped,
        rows,
    );
}

pub(super) fn ask_discard(visit: &mut Visit<'_, '_, '_>) {
    if visit.is_draft() {
        visit.confirm(Subject::Overview, Pending::Discard, PanelText::ConfirmDiscard);
    } else {
        visit.show(Subject::Overview);
    }
}

pub(super) fn discard(visit: &mut Visit<'_, '_, '_>) {
    // Somebody else may have opened it since.
    if !visit.is_draft() {
        return visit.show(Subject::Overview);
    }
    overview::dismantle(visit, "draft_discarded", PanelText::Discarded);
}

/// The gate goes on duty.
pub(super) fn open(visit: &mut Visit<'_, '_, '_>) {
    let Some(settings) = visit.settings().filter(|settings| !settings.open) else {
        return visit.show(Subject::Overview);
    };
    let missing = overview::missing(visit, &settings);
    if !missing.is_empty() {
        visit.note = Some(PanelText::CannotOpen { missing });
        return visit.show(Subject::Overview);
    }
    visit.amend("gate_opened", Detail::None, |settings| settings.open = true);
    visit.turn.panel.walks.remove(&visit.gate);
    visit.show(Subject::Overview);
    let link = visit.turn.link(&visit.turn.facts.keys.gate(visit.gate));
    let title = visit.turn.title(visit.gate);
    let text = PanelText::Opened { link, mode: settings.mode };
    visit.turn.tell_with(title, text, Keyboard::None, None);
}

/// What the screens of a gate that is gone lead to.
pub(super) fn gone(visit: &mut Visit<'_, '_, '_>, change: Change, text: PanelText) {
    visit.turn.panel.walks.remove(&visit.gate);
    let title = visit.turn.title(visit.gate);
    visit.turn.out.changes.push(change);
    let row = vec![Key::away(PanelLabel::Groups, Away::Groups)];
    visit.turn.show(Screen::Nothing, title, text, vec![row]);
}
