//! What opens the group: approving the join request, or a personal link.

use super::buttons::Action;
use super::turn::{Dialogue, Turn};
use super::{ActResult, Decision, Notice, Stage, helping, muted, stepping_in, who};
use crate::verification::GateId;
use crate::verification::effect::Effect;
use crate::verification::event::AdmissionOutcome;
use crate::verification::text::Text;

/// Telegram drops join requests after so long.
const REQUEST_LIVES: std::time::Duration = std::time::Duration::from_secs(24 * 60 * 60);

/// Everything asked for was given: opens the group, if the address may pass as things are now.
pub(super) fn admit(turn: &mut Dialogue<'_, '_, '_>) {
    let (gate, now) = (turn.gate.id, turn.now());
    if turn.applicant().approved.is_none() {
        if let Some(refused) = who::refused(turn) {
            return who::turn_back(turn, refused);
        }
        who::claim(turn);
    }
    turn.retire_own_buttons();
    let already = matches!(turn.stage(), Stage::Admitted { .. });
    let applicant = turn.applicant();
    if !already {
        applicant.stage = Stage::Admitting;
        // Neither the right code nor a replaced one works twice.
        applicant.replaced.clear();
    }
    applicant.stuck = false;
    applicant.turned_down = false;
    let effect = match (&mut applicant.mute, applicant.request.clone()) {
        (Some(mute), _) => {
            mute.freeing = true;
            Effect::Free { gate }
        }
        (None, Some(request)) if now.since(request.at) < REQUEST_LIVES => {
            Effect::Approve { gate, query_id: request.query_id }
        }
        (None, Some(_) | None) => Effect::Invite { gate },
    };
    turn.order(effect);
}

/// An admin lets them in: nothing is asked, and the counts are cleared.
pub(super) fn let_in(turn: &mut Dialogue<'_, '_, '_>) {
    turn.retire_own_buttons();
    let elsewhere = turn.elsewhere();
    let applicant = turn.applicant();
    let request = applicant.request.take().or(applicant.unwanted.take());
    if !matches!(applicant.stage, Stage::Admitted { joined: false, .. }) {
        applicant.close(Stage::Admitting);
    }
    applicant.request = request;
    applicant.tally.pardon(elsewhere);
    admit(turn);
}

/// The "try again" button, where the group could not be opened.
pub(super) fn try_again(turn: &mut Dialogue<'_, '_, '_>) -> bool {
    let waits = waits_at_the_door(turn);
    if waits {
        admit(turn);
    }
    waits
}

/// The bot can open the group again: nobody has to ask for it.
pub(super) fn door_mended(turn: &mut Dialogue<'_, '_, '_>) {
    let passed = waits_at_the_door(turn);
    if passed && turn.applicant().stuck {
        return admit(turn);
    }
    if !passed {
        muted::door_mended(turn);
    }
}

/// They have passed, and the group was not opened for them yet.
fn waits_at_the_door(turn: &mut Dialogue<'_, '_, '_>) -> bool {
    let applicant = turn.applicant();
    match applicant.stage {
        Stage::Admitting => true,
        Stage::Admitted { joined: false, .. } => applicant.request.is_some() || applicant.stuck,
        Stage::New
        | Stage::Arriving
        | Stage::Password
        | Stage::Channel
        | Stage::Address { .. }
        | Stage::Confirm { .. }
        | Stage::Code { .. }
        | Stage::Admitted { .. }
        | Stage::Member => false,
    }
}

/// What became of approving their join request, or of giving back the right to write.
pub(super) fn answered(turn: &mut Dialogue<'_, '_, '_>, outcome: AdmissionOutcome) {
    let waits = matches!(turn.stage(), Stage::Admitting | Stage::Admitted { .. });
    if matches!(outcome, AdmissionOutcome::Approved | AdmissionOutcome::UserGone) {
        turn.applicant().unmute = false;
    }
    // They gave up while they were being freed: done is done, and they had passed.
    let freeing = turn.applicant().mute.as_ref().is_some_and(|mute| mute.freeing);
    let freed = freeing && outcome == AdmissionOutcome::Approved;
    if !waits && outcome == AdmissionOutcome::Approved && turn.applicant().turned_down {
        return stepping_in::let_in_too_late(turn);
    }
    if !waits && !freed && !stepping_in::is_approving(turn) {
        return;
    }
    match outcome {
        AdmissionOutcome::Approved | AdmissionOutcome::AlreadyMember => entered(turn),
        // They gave up while an admin was letting them in.
        _ if !waits => stepping_in::let_in(turn, ActResult::Refused(outcome)),
        // Approved twice, and in already: a link would let somebody else in.
        AdmissionOutcome::NoRequest
            if matches!(turn.stage(), Stage::Admitted { joined: true, .. }) =>
        {
            turn.applicant().request = None;
            stepping_in::let_in(turn, ActResult::Done);
        }
        AdmissionOutcome::NoRequest => {
            turn.applicant().request = None;
            admit(turn);
        }
        // They left before they were freed, and may come back by a link.
        AdmissionOutcome::UserGone if muted::gone(turn) => admit(turn),
        AdmissionOutcome::NoRights
        | AdmissionOutcome::TooManyChats
        | AdmissionOutcome::UserGone
        | AdmissionOutcome::Failed => failed(turn, outcome),
    }
}

/// They are in the group by our admission; said once, whichever of Telegram's two words for it
/// comes first.
fn entered(turn: &mut Dialogue<'_, '_, '_>) {
    let freed = muted::gone(turn);
    if let Stage::Admitted { joined: true, .. } = turn.stage() {
        return stepping_in::let_in(turn, ActResult::Done);
    }
    settle(turn, true, None);
    turn.decide(Decision::Admitted);
    turn.tell(if freed { Text::Freed } else { Text::Admitted });
    stepping_in::let_in(turn, ActResult::Done);
    helping::over(turn);
}

/// What became of making a personal link.
pub(super) fn invited(turn: &mut Dialogue<'_, '_, '_>, outcome: &Result<String, AdmissionOutcome>) {
    match (turn.stage(), outcome) {
        (Stage::Admitting | Stage::Admitted { joined: false, .. }, Ok(link)) => {
            let before = link_of(turn).filter(|before| before != link);
            settle(turn, false, Some(link.clone()));
            turn.decide(Decision::PersonalLink);
            turn.tell(Text::PersonalLink { link: link.clone() });
            // One way in is enough.
            if let Some(link) = before {
                let gate = turn.gate.id;
                turn.order(Effect::RevokeInvite { gate, link });
            }
            stepping_in::let_in(turn, ActResult::LinkSent);
            helping::over(turn);
        }
        (Stage::Admitting | Stage::Admitted { joined: false, .. }, Err(outcome)) => {
            failed(turn, *outcome);
        }
        (_, Ok(link)) => {
            let (gate, link) = (turn.gate.id, link.clone());
            turn.order(Effect::RevokeInvite { gate, link });
            stepping_in::let_in(turn, ActResult::Nothing);
        }
        (_, Err(outcome)) => stepping_in::let_in(turn, ActResult::Refused(*outcome)),
    }
}

/// A personal link for somebody who was forgotten meanwhile, or to a gate that is no more.
pub(super) fn invited_nobody(
    turn: &mut Turn<'_, '_>,
    gate: GateId,
    outcome: &Result<String, AdmissionOutcome>,
) {
    let known = turn.facts.gates.contains_key(&gate) && turn.person.gates.contains_key(&gate);
    if let (false, Ok(link)) = (known, outcome) {
        turn.order(Effect::RevokeInvite { gate, link: link.clone() });
    }
}

fn failed(turn: &mut Dialogue<'_, '_, '_>, outcome: AdmissionOutcome) {
    turn.decide(Decision::AdmissionFailed);
    let stuck = outcome == AdmissionOutcome::NoRights;
    if stuck && !std::mem::replace(&mut turn.applicant().stuck, true) {
        turn.notice(Notice::Stuck);
    }
    let text = match outcome {
        AdmissionOutcome::NoRights => Text::AdmissionNoRights,
        AdmissionOutcome::TooManyChats => Text::AdmissionTooManyChats,
        AdmissionOutcome::Approved
        | AdmissionOutcome::AlreadyMember
        | AdmissionOutcome::NoRequest
        | AdmissionOutcome::UserGone
        | AdmissionOutcome::Failed => Text::AdmissionFailed,
    };
    turn.ask(text, &[&[Action::TryAgain], &[Action::AskAdmin]]);
    stepping_in::let_in(turn, ActResult::Refused(outcome));
}

/// They have passed: the counts are cleared, and of the address only a keyed hash and a masked
/// form remain.
fn settle(turn: &mut Dialogue<'_, '_, '_>, joined: bool, link: Option<String>) {
    let (at, before) = (turn.now(), link_of(turn));
    let applicant = turn.applicant();
    let (address, masked) = match (&applicant.stage, &applicant.challenge, &applicant.address) {
        (Stage::Admitted { address, masked, .. }, _, _) => (*address, masked.clone()),
        (_, Some(challenge), Some(address)) => (challenge.address, address.masked()),
        (_, _, _) => ([0; 32], String::new()),
    };
    applicant.close(Stage::Admitted { at, joined, link: link.or(before), address, masked });
    applicant.tally.clear();
    if address != [0; 32] && applicant.claim.is_none() && !applicant.holds.contains(&address) {
        applicant.claim = Some(address);
        turn.hold(address, true);
    }
    who::settle_claim(turn);
    if joined {
        forget_link(turn);
    }
}

/// The personal link that they hold.
fn link_of(turn: &mut Dialogue<'_, '_, '_>) -> Option<String> {
    match turn.stage() {
        Stage::Admitted { link, .. } => link,
        Stage::New
        | Stage::Arriving
        | Stage::Password
        | Stage::Channel
        | Stage::Address { .. }
        | Stage::Confirm { .. }
        | Stage::Code { .. }
        | Stage::Admitting
        | Stage::Member => None,
    }
}

/// They came back before they used their personal link.
pub(super) fn link_again(turn: &mut Dialogue<'_, '_, '_>) {
    let now = turn.now();
    let Stage::Admitted { at, link, .. } = turn.stage() else { return };
    match link {
        Some(link) if now.since(at) < REQUEST_LIVES => {
            turn.tell(Text::PersonalLink { link });
            stepping_in::let_in(turn, ActResult::LinkSent);
        }
        Some(_) | None => admit(turn),
    }
}

/// They are in the group now.
pub(super) fn joined(turn: &mut Dialogue<'_, '_, '_>) {
    match turn.stage() {
        Stage::Admitting | Stage::Admitted { .. } => entered(turn),
        stage => {
            let elsewhere = turn.elsewhere();
            let applicant = turn.applicant();
            applicant.close(Stage::Member);
            // Whoever opened the door by hand has the last word: it clears the counts.
            applicant.tally.pardon(elsewhere);
            who::settle_claim(turn);
            if stage.is_open() {
                turn.decide(Decision::LetInByOthers);
                turn.retire_own_buttons();
                turn.tell(Text::LetIn);
            }
            stepping_in::let_in(turn, ActResult::Done);
            helping::over(turn);
        }
    }
}

/// They are not in the group any more: the next time, they are asked again.
pub(super) fn left(turn: &mut Dialogue<'_, '_, '_>) {
    turn.applicant().unmute = false;
    if stepping_in::left(turn) {
        return;
    }
    muted::left(turn);
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
