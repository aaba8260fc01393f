//! The ways in and out: a join request, `/start`, a deep link, `/cancel`, and silence.

use std::time::Duration;

use super::turn::{Dialogue, Turn};
use super::{
    Decision, JoinRequest, Notice, Stage, Terms, admission, asking, buttons, coding, helping,
    muted, opting_out, stepping_in, who,
};
use crate::verification::code::same;
use crate::verification::effect::{Effect, Keyboard};
use crate::verification::event::{Membership, What};
use crate::verification::gate::{Gate, Mode};
use crate::verification::limits::{AtGate, Ledger};
use crate::verification::text::Text;
use crate::verification::{GateId, Timestamp};

/// Telegram lets a bot write to somebody who asked to join for five minutes.
const WINDOW: Duration = Duration::from_secs(5 * 60);

pub(super) fn join_requested(
    turn: &mut Dialogue<'_, '_, '_>,
    query_id: Option<String>,
    asked: Option<Timestamp>,
) {
    let at = turn.now();
    // After an outage the time may be over already. Then nothing is urgent about it any more:
    // whoever can still be reached comes first.
    let window = asked.unwrap_or(at).min(at).after(WINDOW);
    turn.deadline = (at < window).then_some(window);
    turn.person.active = Some(turn.gate.id);
    // Whoever asks to join is not in the group.
    muted::gone(turn);
    rushed(turn);
    let applicant = turn.applicant();
    applicant.request = Some(JoinRequest { at, query_id, until: Some(window) });
    applicant.missed = false;
    applicant.unwanted = None;
    if applicant.approved.is_some() {
        return admission::let_in(turn);
    }
    let passed = matches!(turn.stage(), Stage::Admitted { joined: false, .. } | Stage::Admitting);
    if turn.gate.mode == Mode::PersonalLink && !passed {
        return by_another_link(turn);
    }
    match turn.stage() {
        // Admitted, and here to redeem it: the personal link leads to a join request.
        Stage::Admitted { joined: false, .. } | Stage::Admitting => admission::admit(turn),
        Stage::New | Stage::Arriving | Stage::Admitted { joined: true, .. } | Stage::Member => {
            greet(turn);
        }
        Stage::Password
        | Stage::Channel
        | Stage::Address { .. }
        | Stage::Confirm { .. }
        | Stage::Code { .. } => go_on(turn),
    }
}

/// One more asks to join: so many within a minute are a raid.
fn rushed(turn: &mut Dialogue<'_, '_, '_>) {
    let (gate, minute) = (turn.gate.id, turn.now().minute());
    let at_once = turn.gate.limits.raid_requests;
    let requests = turn.count(Ledger::AtGate(AtGate::Requests { gate, minute }));
    if at_once > 0 && requests.is_multiple_of(at_once.into()) && !turn.gate.raid {
        turn.notice(Notice::Rush);
    }
}

/// They could not be written to. Where that is because it was too late, the gate's admins are
/// told how many it were.
pub(super) fn unreachable(turn: &mut Turn<'_, '_>) {
    turn.decide_for_active(Decision::Unreachable);
    let Some(id) = turn.person.active.filter(|id| turn.person.gates.contains_key(id)) else {
        return;
    };
    turn.at(id, |turn| {
        let (gate, now) = (turn.gate.id, turn.now());
        let applicant = turn.applicant();
        let Some(request) = &applicant.request else { return };
        let minute = request.at.minute();
        let late = request.until.is_some_and(|until| now >= until);
        if late
            && applicant.stage == Stage::Password
            && !std::mem::replace(&mut applicant.missed, true)
        {
            turn.count(Ledger::AtGate(AtGate::Missed { gate, minute }));
        }
    });
}

/// Only personal links lead in here, and they have none yet: they are told so, and asked. Their
/// request is declined when they have written, or when they can be written to by it no more.
fn by_another_link(turn: &mut Dialogue<'_, '_, '_>) {
    let at = turn.now();
    let applicant = turn.applicant();
    applicant.unwanted = applicant.request.take();
    turn.wake_at(at.after(WINDOW));
    turn.tell(Text::OnlyByPersonalLink);
    match turn.stage() {
        Stage::New | Stage::Arriving | Stage::Admitted { .. } | Stage::Member => greet(turn),
        Stage::Password
        | Stage::Channel
        | Stage::Address { .. }
        | Stage::Confirm { .. }
        | Stage::Code { .. }
        | Stage::Admitting => go_on(turn),
    }
}

/// They have written: whatever request of theirs does not count is not needed to reach them.
pub(super) fn decline_unwanted(turn: &mut Turn<'_, '_>) {
    let gates = turn.person.gates.iter();
    let unwanted: Vec<_> = gates
        .filter(|(_, applicant)| applicant.unwanted.is_some())
        .map(|(gate, _)| *gate)
        .collect();
    for gate in unwanted {
        turn.at(gate, decline_request);
    }
}

fn decline_request(turn: &mut Dialogue<'_, '_, '_>) {
    let gate = turn.gate.id;
    if let Some(request) = turn.applicant().unwanted.take() {
        turn.order(Effect::Decline { gate, query_id: request.query_id });
    }
}

/// `/start` alone, or any message where no dialogue is open.
pub(super) fn started(turn: &mut Turn<'_, '_>) {
    if let [id] = turn.open_dialogues()[..] {
        return turn.at(id, enter);
    }
    if let [id] = muted_at(turn)[..] {
        return turn.at(id, enter);
    }
    let gates = turn.facts.gates;
    let offered: Vec<_> = gates.values().filter(|gate| is_offered(turn, gate)).collect();
    match offered[..] {
        [] => turn.tell(Text::NoOpenGate),
        [gate] => turn.at(gate.id, enter),
        _ => offer(turn, &offered),
    }
}

/// The groups that they are in and may not write in.
fn muted_at(turn: &Turn<'_, '_>) -> Vec<GateId> {
    let gates = turn.person.gates.iter();
    let muted = gates
        .filter(|(id, applicant)| applicant.mute.is_some() && turn.facts.gates.contains_key(id));
    muted.map(|(id, _)| *id).collect()
}

fn offer(turn: &mut Turn<'_, '_>, gates: &[&Gate]) {
    turn.retire_buttons();
    let serial = turn.person.serial;
    let row = |gate: &&Gate| vec![buttons::enter(gate.id, &gate.title, serial)];
    let rows = gates.iter().map(row).collect();
    // This is about no group in particular; what they write meanwhile is, if a dialogue is open.
    let active = turn.open_dialogue();
    turn.person.active = None;
    turn.say(Text::ChooseGate, Keyboard::Buttons(rows));
    turn.person.active = active;
    turn.wake_strangers(gates.first().map(|gate| gate.id));
}

/// The dialogue at one gate is over, so the one that is open at another gate goes on.
pub(super) fn take_up_another(turn: &mut Turn<'_, '_>, after: &What) {
    let Some(id) = turn.open_dialogues().last().copied() else { return };
    turn.person.active = Some(id);
    // Where silence ended it, nobody is there to be asked.
    if !matches!(after, What::Woken { .. }) {
        turn.at(id, go_on);
    }
}

/// A stranger must not be able to list the groups: one sees those that are listed, the only one
/// there is, and those where one was before.
fn is_offered(turn: &Turn<'_, '_>, gate: &Gate) -> bool {
    gate.listed || turn.facts.gates.len() == 1 || turn.person.gates.contains_key(&gate.id)
}

/// A gate's button, where several were offered.
pub(super) fn chosen(turn: &mut Dialogue<'_, '_, '_>) -> bool {
    let offered = is_offered(turn, turn.gate);
    if offered {
        turn.retire_buttons();
        enter(turn);
    }
    offered
}

/// `/start` with a deep link's parameter: to a gate, or the one-tap link of a code.
pub(super) fn started_with(turn: &mut Turn<'_, '_>, parameter: &str) {
    let keys = turn.facts.keys;
    let gate = turn
        .facts
        .gates
        .keys()
        .find(|id| same(keys.gate(**id).as_bytes(), parameter.as_bytes()))
        .copied();
    match gate {
        Some(id) => turn.at(id, enter),
        None if parameter.starts_with('c') => coding::tapped(turn, parameter),
        None if parameter.starts_with('r') => muted::followed(turn, parameter),
        None if parameter.starts_with('u') => opting_out::opened(turn, parameter),
        None => turn.tell(Text::UnknownLink),
    }
}

/// Somebody comes to this gate without a join request.
pub(super) fn enter(turn: &mut Dialogue<'_, '_, '_>) {
    turn.person.active = Some(turn.gate.id);
    match turn.stage() {
        Stage::New | Stage::Arriving | Stage::Admitted { .. } | Stage::Member => {
            if turn.stage() == Stage::New {
                turn.applicant().stage = Stage::Arriving;
            }
            let gate = turn.gate.id;
            turn.order(Effect::LookUpMember { gate });
        }
        Stage::Password
        | Stage::Channel
        | Stage::Address { .. }
        | Stage::Confirm { .. }
        | Stage::Code { .. }
        | Stage::Admitting => go_on(turn),
    }
}

/// Telegram has said whether they are in the group.
pub(super) fn looked_up(turn: &mut Dialogue<'_, '_, '_>, membership: Membership) {
    if matches!(membership, Membership::NotMember | Membership::Banned) {
        muted::gone(turn);
    }
    if stepping_in::looked_up(turn, membership) {
        return;
    }
    let muted = turn.applicant().mute.is_some();
    match (turn.stage(), membership) {
        (Stage::Arriving, Membership::Member) if muted => greet(turn),
        (Stage::Arriving, Membership::Member) => {
            turn.applicant().close(Stage::Member);
            turn.tell(Text::AlreadyMember);
        }
        (Stage::Arriving, Membership::Banned) => {
            turn.applicant().close(Stage::New);
            turn.tell(Text::Banned);
        }
        (Stage::Arriving, Membership::NotMember | Membership::Unknown) => come(turn),
        (Stage::Member, Membership::Member) => turn.tell(Text::AlreadyMember),
        (Stage::Admitted { .. }, Membership::Member) => turn.tell(Text::AlreadyAdmitted),
        (Stage::Admitted { joined: false, .. }, Membership::NotMember | Membership::Unknown) => {
            admission::link_again(turn);
        }
        (Stage::Member, Membership::Unknown) => turn.tell(Text::AlreadyMember),
        (Stage::Admitted { .. }, Membership::Unknown) => turn.tell(Text::AlreadyAdmitted),
        // They had been in and left.
        (Stage::Admitted { .. } | Stage::Member, Membership::NotMember) => come(turn),
        (Stage::Admitted { .. } | Stage::Member, Membership::Banned) => turn.tell(Text::Banned),
        // The dialogue went on meanwhile, or was given up.
        (
            Stage::New
            | Stage::Password
            | Stage::Channel
            | Stage::Address { .. }
            | Stage::Confirm { .. }
            | Stage::Code { .. }
            | Stage::Admitting,
            _,
        ) => {}
    }
}

/// They want to come in: whoever was approved by an admin is not asked.
fn come(turn: &mut Dialogue<'_, '_, '_>) {
    if turn.applicant().approved.is_some() {
        admission::let_in(turn);
    } else {
        greet(turn);
    }
}

/// Says what this is and asks for the password.
fn greet(turn: &mut Dialogue<'_, '_, '_>) {
    turn.decide(Decision::Asked);
    let terms = Terms::now(turn);
    let applicant = turn.applicant();
    let request = applicant.request.take();
    applicant.close(Stage::Password);
    applicant.request = request;
    applicant.terms = Some(terms);
    asking::ask_password(turn);
}

/// Asks again for what the open dialogue waits for.
pub(super) fn go_on(turn: &mut Dialogue<'_, '_, '_>) {
    match turn.stage() {
        Stage::Password => asking::ask_password(turn),
        Stage::Channel | Stage::Address { .. } | Stage::Confirm { .. } => {
            if turn.may_go_on() {
                asking::ask_address(turn);
            }
        }
        Stage::Code { .. } => {
            if turn.may_go_on() {
                coding::remind(turn);
            }
        }
        Stage::Admitting => admission::admit(turn),
        Stage::New | Stage::Arriving | Stage::Admitted { .. } | Stage::Member => {}
    }
}

/// The Cancel button.
pub(super) fn cancel_pressed(turn: &mut Dialogue<'_, '_, '_>) -> bool {
    let open = turn.stage().is_open();
    if open {
        cancel(turn);
    }
    open
}

pub(super) fn cancel(turn: &mut Dialogue<'_, '_, '_>) {
    let gate = turn.gate.id;
    let request = turn.applicant().request.take();
    turn.applicant().close(Stage::New);
    turn.decide(Decision::Cancelled);
    helping::over(turn);
    turn.retire_buttons();
    turn.tell(Text::Cancelled);
    if let Some(request) = request {
        turn.order(Effect::Decline { gate, query_id: request.query_id });
    }
}

/// A time that was asked for has come.
pub(super) fn woken(turn: &mut Dialogue<'_, '_, '_>) {
    decline_late(turn);
    sweep(turn);
    muted::time_over(turn);
    let (gate, today) = (turn.gate, turn.now().day());
    if turn.applicant().wake.is_none() && turn.applicant().is_blank(today, gate) {
        turn.person.gates.remove(&gate.id);
    }
}

/// A request that does not count, of somebody who has not written.
fn decline_late(turn: &mut Dialogue<'_, '_, '_>) {
    let now = turn.now();
    let unwanted = turn.applicant().unwanted.as_ref();
    if unwanted.is_some_and(|request| now.since(request.at) >= WINDOW) {
        decline_request(turn);
    }
}

/// A dialogue may have been idle for long enough to be swept. Who waits for what is ours to do
/// keeps their place.
fn sweep(turn: &mut Dialogue<'_, '_, '_>) {
    let due = turn.idle_until();
    if turn.now() < due {
        turn.applicant().wake = Some(due);
        return turn.wake_at(due);
    }
    turn.applicant().wake = None;
    helping::expire(turn);
    if turn.applicant().stuck || turn.applicant().acting.is_some() {
        return;
    }
    if turn.stage().is_open() {
        turn.applicant().close(Stage::New);
        turn.decide(Decision::Swept);
        helping::over(turn);
        turn.retire_buttons();
    }
    if turn.stage() == Stage::New {
        who::drop_claim(turn);
    }
}
