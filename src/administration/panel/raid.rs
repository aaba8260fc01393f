//! Raid mode: what it is, and the switch.

use super::state::Subject;
use super::text::{PanelLabel, PanelText};
use super::visit::{Page, Visit};
use super::word::Word;
use crate::administration::desk;

pub(super) fn page(visit: &Visit<'_, '_, '_>) -> Option<Page> {
    let on = visit.turn.facts.gates.get(&visit.gate)?.raid;
    Some(page_that_says(visit, on))
}

fn page_that_says(visit: &Visit<'_, '_, '_>, on: bool) -> Page {
    let gate = visit.turn.facts.gates.get(&visit.gate);
    let at_once = gate.map_or(0, |gate| gate.limits.raid_requests);
    let label = if on { PanelLabel::RaidOff } else { PanelLabel::RaidOn };
    let rows = vec![vec![visit.key(label, Word::Raid(!on))]];
    Page { text: PanelText::Raid { on, at_once }, rows }
}

/// The desk does it: the gate is under its new rule from the next step on.
pub(super) fn switch(visit: &mut Visit<'_, '_, '_>, on: bool) {
    if !visit.turn.facts.gates.contains_key(&visit.gate) {
        return visit.show_only();
    }
    visit.tell_desk(desk::What::Raid { on, by: visit.turn.admin });
    visit.note = Some(PanelText::Saved);
    let page = page_that_says(visit, on);
    visit.show_page(Subject::Raid, page);
}
