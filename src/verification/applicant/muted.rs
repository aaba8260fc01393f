//! Members who came in by a way that asks nobody: muted until they have passed, or removed.
//!
//! ```text
//!   joined ──▶ Asking ──────▶ let in          added by an admin
//!     │          │ by somebody else
//!     └──────────┴──▶ Muting ──▶ Muted ──▶ free          passed
//!                                  │ time over
//!                                  └──▶ Removing ──▶ out
//! ```
//!
//! What could not be done for want of rights is done once the bot has them again.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::turn::{Dialogue, Turn};
use super::{Decision, Notice, Stage, admission, arrival, helping, stepping_in};
use crate::verification::code::same;
use crate::verification::effect::Effect;
use crate::verification::event::{AdmissionOutcome, Link};
use crate::verification::gate::Mode;
use crate::verification::text::Text;
use crate::verification::{GateId, Timestamp, UserId};

/// How it stands with a member who has to pass.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mute {
    /// When they came in.
    pub at: Timestamp,
    /// By when they must have passed; `None`: they stay muted.
    pub remove_at: Option<Timestamp>,
    pub step: MuteStep,
    /// The gate's desk knows of it.
    pub announced: bool,
    /// The step could not be done for want of rights; it is tried again.
    pub stuck: bool,
    /// They have passed, and are being freed.
    pub freeing: bool,
}

#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum MuteStep {
    /// Telegram is asked whether whoever added them is an admin.
    Asking,
    Muting,
    Muted,
    /// Their time is over.
    Removing,
}

/// They became a member.
pub(super) fn came_in(
    turn: &mut Turn<'_, '_>,
    id: GateId,
    by: Option<UserId>,
    link: Option<&Link>,
) {
    let Some(gate) = turn.facts.gates.get(&id) else { return };
    let Mode::Restrict { remove_after } = gate.mode else {
        if let Some(link) = link.filter(|link| !link.asks) {
            turn.notice_of(id, Notice::CameBy(link.clone()));
        }
        return turn.known(id, admission::joined);
    };
    let let_in = turn.person.gates.get(&id).is_some_and(|applicant| {
        applicant.approved.is_some()
            || matches!(applicant.stage, Stage::Admitting | Stage::Admitted { .. })
    });
    if let_in {
        return turn.at(id, admission::joined);
    }
    let adder = by.filter(|by| *by != turn.user);
    turn.at(id, |turn| {
        gone(turn);
        let at = turn.now();
        let remove_at = remove_after.map(|time| at.after(time));
        let (step, effect) = match adder {
            Some(adder) => (MuteStep::Asking, Effect::LookUpAdder { gate: id, adder }),
            None => (MuteStep::Muting, Effect::Mute { gate: id }),
        };
        let applicant = turn.applicant();
        applicant.mute =
            Some(Mute { at, remove_at, step, announced: false, stuck: false, freeing: false });
        applicant.request = None;
        if applicant.stage == Stage::Member {
            applicant.close(Stage::New);
        }
        if step == MuteStep::Muting {
            turn.decide(Decision::Muted);
        }
        if let Some(remove_at) = remove_at {
            turn.wake_at(remove_at);
        }
        turn.order(effect);
    });
}

/// Whether whoever added them is an admin: an admin has the last word.
pub(super) fn adder_known(turn: &mut Dialogue<'_, '_, '_>, admin: bool) {
    let gate = turn.gate.id;
    let Some(mute) = &mut turn.applicant().mute else { return };
    if mute.step != MuteStep::Asking {
        return;
    }
    if admin {
        gone(turn);
        if turn.applicant().unmute {
            turn.order(Effect::Free { gate });
        }
        return admission::joined(turn);
    }
    mute.step = MuteStep::Muting;
    let remove_at = mute.remove_at;
    turn.applicant().unmute = false;
    turn.decide(Decision::Muted);
    // That time may have come while Telegram was asked.
    if let Some(remove_at) = remove_at {
        turn.wake_at(remove_at);
    }
    turn.order(Effect::Mute { gate });
}

/// What became of muting them.
pub(super) fn answered(turn: &mut Dialogue<'_, '_, '_>, outcome: AdmissionOutcome) {
    let gate = turn.gate.id;
    let muting = |mute: &&mut Mute| mute.step == MuteStep::Muting;
    let Some(mute) = turn.applicant().mute.as_mut().filter(muting) else {
        // This was on its way when they were let in, or had left and were added again.
        let step = turn.applicant().mute.as_ref().map(|mute| mute.step);
        if outcome == AdmissionOutcome::Approved && matches!(step, None | Some(MuteStep::Asking)) {
            turn.applicant().unmute = true;
            turn.order(Effect::Free { gate });
        }
        return;
    };
    match outcome {
        AdmissionOutcome::Approved | AdmissionOutcome::AlreadyMember => {
            mute.step = MuteStep::Muted;
            mute.stuck = false;
            if !std::mem::replace(&mut mute.announced, true) {
                turn.notice(Notice::Muted);
            }
        }
        AdmissionOutcome::UserGone | AdmissionOutcome::NoRequest => {
            gone(turn);
        }
        AdmissionOutcome::NoRights | AdmissionOutcome::TooManyChats | AdmissionOutcome::Failed => {
            stick(turn);
        }
    }
}

/// What became of removing them: their time was over, or an admin did it.
pub(super) fn removed(turn: &mut Dialogue<'_, '_, '_>, outcome: AdmissionOutcome) {
    if stepping_in::removed(turn, outcome) || !is_removing(turn) {
        return;
    }
    match outcome {
        AdmissionOutcome::Approved => out_of_time(turn),
        AdmissionOutcome::UserGone | AdmissionOutcome::NoRequest => {
            gone(turn);
        }
        AdmissionOutcome::NoRights
        | AdmissionOutcome::AlreadyMember
        | AdmissionOutcome::TooManyChats
        | AdmissionOutcome::Failed => stick(turn),
    }
}

/// They are not in the group any more, by whatever way.
pub(super) fn left(turn: &mut Dialogue<'_, '_, '_>) {
    if is_removing(turn) {
        out_of_time(turn);
    } else if gone(turn) {
        helping::over(turn);
    }
}

/// The clock: whoever has not passed in time is removed. Whoever has passed and waits for the door
/// is not.
pub(super) fn time_over(turn: &mut Dialogue<'_, '_, '_>) {
    let (gate, now) = (turn.gate.id, turn.now());
    let admitting = turn.stage() == Stage::Admitting;
    let Some(mute) = &mut turn.applicant().mute else { return };
    let due = mute.remove_at.is_some_and(|at| at <= now);
    let there = matches!(mute.step, MuteStep::Muting | MuteStep::Muted);
    if due && there && !admitting {
        mute.step = MuteStep::Removing;
        mute.stuck = false;
        turn.order(Effect::Remove { gate });
    }
}

/// The bot has its rights again.
pub(super) fn door_mended(turn: &mut Dialogue<'_, '_, '_>) {
    let gate = turn.gate.id;
    let applicant = turn.applicant();
    if applicant.unmute && applicant.mute.is_none() {
        turn.order(Effect::Free { gate });
    }
    let Some(mute) = turn.applicant().mute.as_mut().filter(|mute| mute.stuck) else { return };
    mute.stuck = false;
    match mute.step {
        MuteStep::Muting => turn.order(Effect::Mute { gate }),
        MuteStep::Removing => turn.order(Effect::Remove { gate }),
        MuteStep::Asking | MuteStep::Muted => {}
    }
}

/// They are not a muted member any more. Whether they were one.
pub(super) fn gone(turn: &mut Dialogue<'_, '_, '_>) -> bool {
    let Some(mute) = turn.applicant().mute.take() else { return false };
    if mute.announced {
        turn.notice(Notice::MuteOver);
    }
    true
}

/// They were freed against an admin's will. `false`: they were not muted.
pub(super) fn mute_again(turn: &mut Dialogue<'_, '_, '_>) -> bool {
    let gate = turn.gate.id;
    let Some(mute) = &mut turn.applicant().mute else { return false };
    mute.step = MuteStep::Muting;
    turn.order(Effect::Mute { gate });
    true
}

/// `/start` with the parameter of a button in the group.
pub(super) fn followed(turn: &mut Turn<'_, '_>, parameter: &str) {
    let (keys, user) = (turn.facts.keys, turn.user);
    let mut gates = turn.facts.gates.keys().copied();
    let own = gates.find(|id| same(keys.member(user, *id).as_bytes(), parameter.as_bytes()));
    match own {
        Some(gate) => turn.at(gate, arrival::enter),
        None => {
            turn.tell(Text::ButtonOfSomebodyElse);
            arrival::started(turn);
        }
    }
}

fn is_removing(turn: &mut Dialogue<'_, '_, '_>) -> bool {
    turn.applicant().mute.as_ref().is_some_and(|mute| mute.step == MuteStep::Removing)
}

fn out_of_time(turn: &mut Dialogue<'_, '_, '_>) {
    let time = turn
        .applicant()
        .mute
        .as_ref()
        .map_or(Duration::ZERO, |mute| mute.remove_at.unwrap_or(mute.at).since(mute.at));
    gone(turn);
    turn.decide(Decision::Removed);
    turn.tell(Text::RemovedInTime { time });
}

/// It could not be done: it is tried again once the group's admins have mended it.
fn stick(turn: &mut Dialogue<'_, '_, '_>) {
    let Some(mute) = &mut turn.applicant().mute else { return };
    if !std::mem::replace(&mut mute.stuck, true) {
        turn.notice(Notice::Stuck);
    }
}
