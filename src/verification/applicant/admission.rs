//! What opens the group: approving the join request, or a personal link.

use super::buttons::Action;
use super::turn::Dialogue;
use super::{Decision, Stage};
use crate::verification::effect::Effect;
use crate::verification::event::AdmissionOutcome;
use crate::verification::limits::Tally;
use crate::verification::text::Text;

/// Telegram drops join requests after so long.
const REQUEST_LIVES: std::time::Duration = std::time::Duration::from_secs(24 * 60 * 60);

/// Everything asked for was given: opens the group.
pub(super) fn admit(turn: &mut Dialogue<'_, '_, '_>) {
    let (gate, now) = (turn.gate.id, turn.now());
    turn.retire_buttons();
    let already = matches!(turn.stage(), Stage::Admitted { .. });
    let applicant = turn.applicant();
    if !already {
        applicant.stage = Stage::Admitting;
        // Neither the right code nor a replaced one works twice.
        applicant.replaced.clear();
    }
    let request = applicant.request.clone();
    let effect = match request {
        Some(request) if now.since(request.at) < REQUEST_LIVES => {
            Effect::Approve { gate, query_id: request.query_id }
        }
        Some(_) | None => Effect::Invite { gate },
    };
    turn.order(effect);
}

/// The "try again" button, where the group could not be opened.
pub(super) fn try_again(turn: &mut Dialogue<'_, '_, '_>) -> bool {
    let waits = turn.stage() == Stage::Admitting;
    if waits {
        admit(turn);
    }
    waits
}

/// What became of approving their join request.
pub(super) fn answered(turn: &mut Dialogue<'_, '_, '_>, outcome: AdmissionOutcome) {
    let gate = turn.gate.id;
    if !matches!(turn.stage(), Stage::Admitting | Stage::Admitted { .. }) {
        return;
    }
    match outcome {
        AdmissionOutcome::Approved | AdmissionOutcome::AlreadyMember => entered(turn),
        AdmissionOutcome::NoRequest => {
            turn.applicant().request = None;
            turn.order(Effect::Invite { gate });
        }
        AdmissionOutcome::NoRights
        | AdmissionOutcome::TooManyChats
        | AdmissionOutcome::UserGone
        | AdmissionOutcome::Failed => failed(turn, outcome),
    }
}

/// They are in the group by our admission; said once, whichever of Telegram's two words for it
/// comes first.
fn entered(turn: &mut Dialogue<'_, '_, '_>) {
    if let Stage::Admitted { joined: true, .. } = turn.stage() {
        return;
    }
    settle(turn, true, None);
    turn.decide(Decision::Admitted);
    turn.tell(Text::Admitted);
}

/// What became of making a personal link.
pub(super) fn invited(turn: &mut Dialogue<'_, '_, '_>, outcome: &Result<String, AdmissionOutcome>) {
    match (turn.stage(), outcome) {
        (Stage::Admitting | Stage::Admitted { joined: false, .. }, Ok(link)) => {
            settle(turn, false, Some(link.clone()));
            turn.decide(Decision::PersonalLink);
            turn.tell(Text::PersonalLink { link: link.clone() });
        }
        (Stage::Admitting | Stage::Admitted { joined: false, .. }, Err(outcome)) => {
            failed(turn, *outcome);
        }
        (_, Ok(link)) => {
            let (gate, link) = (turn.gate.id, link.clone());
            turn.order(Effect::RevokeInvite { gate, link });
        }
        (_, Err(_)) => {}
    }
}

fn failed(turn: &mut Dialogue<'_, '_, '_>, outcome: AdmissionOutcome) {
    turn.decide(Decision::AdmissionFailed);
    let text = match outcome {
        AdmissionOutcome::NoRights => Text::AdmissionNoRights,
        AdmissionOutcome::TooManyChats => Text::AdmissionTooManyChats,
        AdmissionOutcome::Approved
        | AdmissionOutcome::AlreadyMember
        | AdmissionOutcome::NoRequest
        | AdmissionOutcome::UserGone
        | AdmissionOutcome::Failed => Text::AdmissionFailed,
    };
    turn.ask(text, &[&[Action::TryAgain]]);
}

/// They have passed: the counts are cleared, and of the address only a keyed hash and a masked
/// form remain.
fn settle(turn: &mut Dialogue<'_, '_, '_>, joined: bool, link: Option<String>) {
    let at = turn.now();
    let applicant = turn.applicant();
    let (address, masked) = match (&applicant.stage, &applicant.challenge, &applicant.address) {
        (Stage::Admitted { address, masked, .. }, _, _) => (*address, masked.clone()),
        (_, Some(challenge), Some(address)) => (challenge.address, address.masked()),
        (_, _, _) => ([0; 32], String::new()),
    };
    let before = match &applicant.stage {
        Stage::Admitted { link, .. } => link.clone(),
        _ => None,
    };
    applicant.close(Stage::Admitted { at, joined, link: link.or(before), address, masked });
    applicant.tally = Tally::default();
    if joined {
        forget_link(turn);
    }
}

/// They came back before they used their personal link.
pub(super) fn link_again(turn: &mut Dialogue<'_, '_, '_>) {
    let (gate, now) = (turn.gate.id, turn.now());
    let Stage::Admitted { at, link, .. } = turn.stage() else { return };
    match link {
        Some(link) if now.since(at) < REQUEST_LIVES => turn.tell(Text::PersonalLink { link }),
        Some(_) | None => turn.order(Effect::Invite { gate }),
    }
}

/// They are in the group now.
pub(super) fn joined(turn: &mut Dialogue<'_, '_, '_>) {
    match turn.stage() {
        Stage::Admitting | Stage::Admitted { .. } => entered(turn),
        stage => {
            let applicant = turn.applicant();
            applicant.close(Stage::Member);
            // Whoever opened the door by hand has the last word: it clears the counts.
            applicant.tally = Tally::default();
            if stage.is_open() {
                turn.decide(Decision::LetInByOthers);
                turn.retire_buttons();
                turn.tell(Text::LetIn);
            }
        }
    }
}

/// They are not in the group any more: the next time, they are asked again.
pub(super) fn left(turn: &mut Dialogue<'_, '_, '_>) {
    match turn.stage() {
        Stage::Admitted { .. } | Stage::Member => {
            turn.applicant().close(Stage::New);
            turn.decide(Decision::Left);
        }
        Stage::New
        | Stage::Arriving
        | Stage::Password
        | Stage::Channel
        | Stage::Address { .. }
        | Stage::Confirm { .. }
        | Stage::Code { .. }
        | Stage::Admitting => {}
    }
}

/// A personal link that was used must not admit again.
fn forget_link(turn: &mut Dialogue<'_, '_, '_>) {
    let gate = turn.gate.id;
    let Stage::Admitted { link, .. } = &mut turn.applicant().stage else { return };
    if let Some(link) = link.take() {
        turn.order(Effect::RevokeInvite { gate, link });
    }
}
