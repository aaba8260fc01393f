//! What an admin does for one applicant, or against them.
//!
//! Each act ends in exactly one [`Notice::Done`]: at once, or when what had to be ordered for it
//! has come to its end. Until then it stands in [`Applicant::acting`], which is kept like everything
//! else, so that a restart in the middle loses nothing.
//!
//! [`Applicant::acting`]: super::Applicant::acting

use serde::{Deserialize, Serialize};

use super::turn::Dialogue;
use super::{ActResult, Decision, Notice, Stage, admission, arrival, helping, muted, who};
use crate::verification::effect::Effect;
use crate::verification::event::{Act, AdmissionOutcome, Membership};
use crate::verification::text::Text;
use crate::verification::{Timestamp, UserId};

/// An admin's act that has not come to its end.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acting {
    pub act: Act,
    pub by: UserId,
    /// Something was done already, and they were told.
    pub told: bool,
    pub waits_for: Awaited,
}

/// What an act waits for.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Awaited {
    /// Whether they are in the group.
    Membership,
    /// That they are in, or have a link.
    Admission,
    /// That they are out.
    Removal,
}

/// An admin said that they may come in, now and whenever they come again.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approval {
    pub by: UserId,
    pub at: Timestamp,
}

/// An admin, whose rights were just looked at, steps in.
pub(super) fn step_in(turn: &mut Dialogue<'_, '_, '_>, act: Act, by: UserId) {
    if let Some(before) = turn.applicant().acting.take() {
        let result = if before.told { ActResult::Done } else { ActResult::Nothing };
        turn.notice(Notice::Done { act: before.act, by: before.by, result });
    }
    let waits_for = Awaited::Admission;
    turn.applicant().acting = Some(Acting { act, by, told: false, waits_for });
    turn.decide(Decision::ByAdmin { act, by });
    match act {
        Act::Approve => approve(turn, by),
        Act::Decline => decline(turn),
        Act::Unlock => unlock(turn),
        Act::Revoke => revoke(turn),
    }
}

/// Telegram has said whether they are in the group. `true`: an act waited for that.
pub(super) fn looked_up(turn: &mut Dialogue<'_, '_, '_>, membership: Membership) -> bool {
    let acting = turn.applicant().acting.filter(|acting| acting.waits_for == Awaited::Membership);
    let Some(acting) = acting else { return false };
    match (acting.act, membership) {
        (Act::Approve, Membership::Member) => {
            let asked = turn.stage().is_open();
            turn.applicant().close(Stage::Member);
            if asked {
                turn.retire_own_buttons();
                turn.tell(Text::LetIn);
            }
            end(turn, ActResult::Nothing);
        }
        (Act::Approve, Membership::Banned) => {
            if turn.stage() == Stage::Arriving {
                turn.applicant().close(Stage::New);
                turn.tell(Text::Banned);
            }
            end(turn, ActResult::Refused(AdmissionOutcome::UserGone));
        }
        (Act::Approve, Membership::NotMember | Membership::Unknown) => {
            await_now(turn, Awaited::Admission);
            if let Stage::Admitted { joined: false, .. } = turn.stage() {
                admission::link_again(turn);
            } else {
                admission::let_in(turn);
            }
        }
        // Nobody must be left in because Telegram would not say.
        (Act::Revoke, Membership::Member | Membership::Unknown) => remove(turn),
        (Act::Revoke, Membership::NotMember | Membership::Banned) => {
            let result = if acting.told { ActResult::Done } else { ActResult::Nothing };
            end(turn, result);
        }
        (Act::Decline | Act::Unlock, _) => return false,
    }
    true
}

/// What became of removing them. `true`: an act waited for that.
pub(super) fn removed(turn: &mut Dialogue<'_, '_, '_>, outcome: AdmissionOutcome) -> bool {
    let acting = turn.applicant().acting;
    if acting.is_none_or(|acting| acting.waits_for != Awaited::Removal) {
        return false;
    }
    match outcome {
        AdmissionOutcome::Approved | AdmissionOutcome::UserGone | AdmissionOutcome::NoRequest => {
            out(turn);
        }
        AdmissionOutcome::NoRights
        | AdmissionOutcome::AlreadyMember
        | AdmissionOutcome::TooManyChats
        | AdmissionOutcome::Failed => end(turn, ActResult::Refused(outcome)),
    }
    true
}

/// They are not in the group any more. `true`: that is what an act waited for.
pub(super) fn left(turn: &mut Dialogue<'_, '_, '_>) -> bool {
    let acting = turn.applicant().acting;
    let waits = acting.is_some_and(|acting| matches!(acting.act, Act::Decline | Act::Revoke));
    if waits {
        out(turn);
    }
    waits
}

/// They came in although an admin had turned them down: the order was on its way.
pub(super) fn let_in_too_late(turn: &mut Dialogue<'_, '_, '_>) {
    let gate = turn.gate.id;
    // Whoever was muted is removed already, if that can be done; else they are muted again.
    if !muted::mute_again(turn) {
        turn.order(Effect::Remove { gate });
    }
}

/// Letting them in has come to its end.
pub(super) fn let_in(turn: &mut Dialogue<'_, '_, '_>, result: ActResult) {
    if is_approving(turn) {
        end(turn, result);
    }
}

/// Whether an admin is letting them in.
pub(super) fn is_approving(turn: &mut Dialogue<'_, '_, '_>) -> bool {
    turn.applicant().acting.is_some_and(|acting| acting.act == Act::Approve)
}

fn approve(turn: &mut Dialogue<'_, '_, '_>, by: UserId) {
    let (at, elsewhere) = (turn.now(), turn.elsewhere());
    let applicant = turn.applicant();
    applicant.approved = Some(Approval { by, at });
    applicant.tally.pardon(elsewhere);
    let has_request = applicant.request.is_some() || applicant.unwanted.is_some();
    match (&applicant.mute, &applicant.stage) {
        (Some(mute), _) if mute.step == muted::MuteStep::Asking => {
            muted::gone(turn);
            admission::joined(turn);
        }
        (Some(_), _) => admission::let_in(turn),
        (None, Stage::Admitted { joined: true, .. } | Stage::Member) if !has_request => {
            end(turn, ActResult::Nothing);
        }
        (None, _) if has_request => admission::let_in(turn),
        (None, Stage::Admitting) => admission::let_in(turn),
        (
            None,
            Stage::New
            | Stage::Arriving
            | Stage::Password
            | Stage::Channel
            | Stage::Address { .. }
            | Stage::Confirm { .. }
            | Stage::Code { .. }
            | Stage::Admitted { .. }
            | Stage::Member,
        ) => look_up(turn),
    }
}

fn decline(turn: &mut Dialogue<'_, '_, '_>) {
    let applicant = turn.applicant();
    let approved = applicant.approved.take().is_some();
    let muted = applicant.mute.is_some();
    let asked = asks_for_something(turn);
    if asked {
        shut(turn, Text::Declined);
    }
    if muted {
        remove(turn);
    } else {
        end(turn, if asked || approved { ActResult::Done } else { ActResult::Nothing });
    }
}

fn unlock(turn: &mut Dialogue<'_, '_, '_>) {
    let elsewhere = turn.elsewhere();
    let tally = &mut turn.applicant().tally;
    let clear = tally.in_all(elsewhere) == 0 && tally.locks == 0 && tally.locked_until.is_none();
    tally.pardon(elsewhere);
    if clear {
        return end(turn, ActResult::Nothing);
    }
    turn.tell(Text::Unlocked);
    let elsewhere = turn.open_dialogue().is_some_and(|open| open != turn.gate.id);
    if !elsewhere {
        turn.person.active = Some(turn.gate.id);
        arrival::go_on(turn);
    }
    end(turn, ActResult::Done);
}

fn revoke(turn: &mut Dialogue<'_, '_, '_>) {
    let applicant = turn.applicant();
    let approved = applicant.approved.take().is_some();
    let inside = applicant.mute.is_some()
        || matches!(applicant.stage, Stage::Admitted { joined: true, .. } | Stage::Member);
    let asked = asks_for_something(turn);
    // Whoever is in keeps the address until they are out.
    let held = !inside && who::free_all(turn);
    if asked {
        shut(turn, Text::Revoked);
    }
    if inside {
        return remove(turn);
    }
    if let Some(acting) = &mut turn.applicant().acting {
        acting.told = asked || held || approved;
    }
    look_up(turn);
}

/// Whether there is something to be turned down.
fn asks_for_something(turn: &mut Dialogue<'_, '_, '_>) -> bool {
    let applicant = turn.applicant();
    applicant.stage.is_open()
        || applicant.unwanted.is_some()
        || matches!(applicant.stage, Stage::Admitted { joined: false, .. })
}

/// Ends the dialogue, and whatever would still let them in.
fn shut(turn: &mut Dialogue<'_, '_, '_>, text: Text) {
    let gate = turn.gate.id;
    if let Stage::Admitted { link: Some(link), .. } = turn.stage() {
        turn.order(Effect::RevokeInvite { gate, link });
    }
    let applicant = turn.applicant();
    let request = applicant.request.take().or(applicant.unwanted.take());
    applicant.turned_down |=
        matches!(applicant.stage, Stage::Admitting | Stage::Admitted { joined: false, .. });
    applicant.close(Stage::New);
    turn.retire_own_buttons();
    turn.tell(text);
    if let Some(request) = request {
        turn.order(Effect::Decline { gate, query_id: request.query_id });
    }
    if let Some(acting) = &mut turn.applicant().acting {
        acting.told = true;
    }
}

fn remove(turn: &mut Dialogue<'_, '_, '_>) {
    let gate = turn.gate.id;
    await_now(turn, Awaited::Removal);
    turn.order(Effect::Remove { gate });
}

fn look_up(turn: &mut Dialogue<'_, '_, '_>) {
    let gate = turn.gate.id;
    await_now(turn, Awaited::Membership);
    turn.order(Effect::LookUpMember { gate });
}

fn await_now(turn: &mut Dialogue<'_, '_, '_>, waits_for: Awaited) {
    if let Some(acting) = &mut turn.applicant().acting {
        acting.waits_for = waits_for;
    }
}

/// They are out of the group, as an admin wanted.
fn out(turn: &mut Dialogue<'_, '_, '_>) {
    let Some(acting) = turn.applicant().acting else { return };
    muted::gone(turn);
    let text = match acting.act {
        Act::Revoke => {
            who::free_all(turn);
            Text::Revoked
        }
        Act::Decline | Act::Approve | Act::Unlock => Text::Declined,
    };
    if acting.told {
        turn.applicant().close(Stage::New);
    } else {
        shut(turn, text);
    }
    end(turn, ActResult::Done);
}

/// The act has come to its end.
fn end(turn: &mut Dialogue<'_, '_, '_>, result: ActResult) {
    if let Some(Acting { act, by, .. }) = turn.applicant().acting.take() {
        turn.notice(Notice::Done { act, by, result });
        helping::over(turn);
    }
}
