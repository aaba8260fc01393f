//! The dialogue as a state machine: [`step`].
//!
//! ```text
//!  join request, /start ──▶ Arriving ──▶ Password ──▶ Channel ──▶ Address ──▶ Confirm ──▶ Code ──▶ Admitting ──▶ Admitted
//!                                           │                        ▲ other address ▲      │  ▲ resend, same address?
//!                                           └── wrong × n: locked    └───────────────┴──────┘──┘ wrong × n: locked
//! ```
//!
//! A lock lies across the stages: it is a matter of the [`Tally`](super::limits::Tally), and
//! whoever is locked stays where they are. One message passes from here to `arrival`, `asking`,
//! `coding` or `admission`, each the room of the stages that its name says; what they all write
//! with is `turn`, and what is kept of somebody is in `person`.

mod admission;
mod arrival;
mod asking;
mod buttons;
mod charging;
mod coding;
mod conversion;
mod decision;
mod helping;
mod moving;
mod muted;
mod opting_out;
mod person;
mod stepping_in;
mod terms;
mod turn;
mod who;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::alarm::Alarm;
use super::code::{Keys, Random};
use super::conversion::Conversion;
use super::effect::Order;
use super::event::{Act, AdmissionOutcome, Event, Link, What};
use super::gate::Gates;
use super::limits::{Ledger, Standing};
use super::outage::Outages;
use super::restore::Restore;
use super::spending::Spending;
use super::text::{HelpStep, Text};
use super::{ChatId, GateId, Hidden, Timestamp, UserId};
pub use buttons::{Action, Pressed};
pub use decision::Decision;
pub use helping::Asks;
pub use muted::{Mute, MuteStep};
pub use person::{Applicant, Challenge, Delivery, JoinRequest, Person, Stage, TurnedBack};
pub use stepping_in::{Acting, Approval, Awaited};
pub use terms::Terms;
use turn::{Dialogue, Turn};

/// What the rules must be told besides the event.
pub struct Facts<'a> {
    pub now: Timestamp,
    /// When nobody could reach us, the present outage included.
    pub outages: &'a Outages,
    pub gates: &'a Gates,
    pub keys: &'a Keys,
    pub random: &'a mut dyn Random,
    /// What a ledger holds.
    pub ledger: &'a dyn Fn(&Ledger) -> u64,
    /// The label of this gate's password that was typed, once that has been found out; `None`
    /// within: it is none of them.
    pub password: Option<(GateId, Option<String>)>,
    /// Whether an address (its keyed hash) is on a gate's roster.
    pub on_roster: &'a dyn Fn(GateId, &[u8; 32]) -> bool,
    /// The accounts that an address (its keyed hash) has admitted at a gate.
    pub holders: &'a dyn Fn(GateId, &[u8; 32]) -> Vec<UserId>,
    /// Whether whoever has an address (its keyed hash) wants no codes there.
    pub suppressed: &'a dyn Fn(&[u8; 32]) -> bool,
    /// How many of the latest codes by SMS to a dial code came back.
    pub conversion: &'a dyn Fn(u16) -> Conversion,
    /// What holds for the SMS of all gates together.
    pub spending: &'a Spending,
    /// The store was put back from a backup, and what that one lacks may still matter.
    pub restore: Option<Restore>,
}

/// What a step led to.
#[derive(Debug)]
pub enum Stepped {
    Done(Outcome),
    /// Nothing was changed: find out which of `candidates`, if any, `typed` is, then step again
    /// with [`Facts::password`].
    NeedsPassword {
        gate: GateId,
        typed: Hidden,
        /// Labels and hashes.
        candidates: Vec<(String, Hidden)>,
    },
}

/// What is to be done and written beside the person's new state.
#[derive(Debug, Default)]
pub struct Outcome {
    pub orders: Vec<Order>,
    /// Ledgers to raise (or, for a code that certainly never left, to lower) by so much.
    pub charges: Vec<(Ledger, i64)>,
    /// When [`What::Woken`] is to come.
    pub wakes: Vec<(GateId, Timestamp)>,
    /// What an admin may want to know afterwards.
    pub decisions: Vec<(Option<GateId>, Decision)>,
    /// What the gate's desk must hear.
    pub notices: Vec<(GateId, Notice)>,
    /// What the owners of the bot must hear of.
    pub alarms: Vec<Alarm>,
    /// Addresses (keyed hashes) that admit this person from now on (`true`), or no more.
    pub holdings: Vec<(GateId, [u8; 32], bool)>,
    /// Addresses (keyed hashes) that are to get no codes from now on (`true`), or some again.
    pub suppressions: Vec<([u8; 32], bool)>,
    /// How dial codes do from now on.
    pub conversions: BTreeMap<u16, Conversion>,
}

/// What a gate's desk must hear of a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Notice {
    /// They ask for an admin.
    HelpWanted {
        at: HelpStep,
        wrong: u32,
        masked: Option<String>,
        /// They proved an address that does not let them in.
        #[serde(default)]
        turned_back: Option<TurnedBack>,
    },
    /// They do not wait for an admin any more: they passed, left or gave up.
    HelpOver,
    /// They were muted in the group and have to pass the gate; they may not be written to.
    Muted,
    /// They are not muted any more, or not there any more.
    MuteOver,
    /// They came in by a link that asks nobody.
    CameBy(Link),
    /// The group could not be opened for want of rights: they wait until it can.
    Stuck,
    /// More asked to join within a minute than are usual.
    Rush,
    /// Within an hour, more passwords or codes were wrong than are usual.
    Guessing,
    /// What came of an admin's act.
    Done { act: Act, by: UserId, result: ActResult },
}

/// What came of an admin's act.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ActResult {
    /// It is done: they are in, turned down, unlocked or out.
    Done,
    /// They got a personal link, which waits to be used: they had asked to join nothing.
    LinkSent,
    /// There was nothing to do: in already, not locked, not there.
    Nothing,
    /// Telegram would not.
    Refused(AdmissionOutcome),
}

/// One event happens to a person.
///
/// Total: whatever the state and the event, there is an outcome. `person` is left as it was if
/// the answer is [`Stepped::NeedsPassword`].
pub fn step(person: &mut Person, event: &Event, facts: &mut Facts<'_>) -> Stepped {
    let in_force = terms::in_force(person, facts.gates);
    let mut facts = Facts {
        now: facts.now,
        outages: facts.outages,
        gates: in_force.as_ref().unwrap_or(facts.gates),
        keys: facts.keys,
        random: &mut *facts.random,
        ledger: facts.ledger,
        password: facts.password.clone(),
        on_roster: facts.on_roster,
        holders: facts.holders,
        suppressed: facts.suppressed,
        conversion: facts.conversion,
        spending: facts.spending,
        restore: facts.restore,
    };
    step_by(person, event, &mut facts)
}

/// As [`step`], by the rules that are in force for this person.
fn step_by(person: &mut Person, event: &Event, facts: &mut Facts<'_>) -> Stepped {
    if let Some(gate) = coding::meant_for_another(person, &event.what, facts.gates) {
        person.active = Some(gate);
    }
    if let Some(needed) = password_to_check(person, event, facts) {
        return needed;
    }
    if let Some(restore) = facts.restore {
        coding::forget_codes_before(person, restore);
    }
    if let Some(language) = &event.language {
        person.language = language.clone();
    }
    if event.name.is_some() {
        person.name.clone_from(&event.name);
    }
    if let Some(chat) = chat_of(&event.what) {
        person.chat = Some(chat);
    }
    let mut turn = Turn::new(person, event.user, facts);
    turn.by_person = chat_of(&event.what).is_some();
    let before = turn.open_dialogue();
    happen(&mut turn, &event.what);
    if turn.by_person && !matches!(event.what, What::JoinRequested { .. }) {
        arrival::decline_unwanted(&mut turn);
    }
    if before.is_some() && turn.open_dialogue().is_none() {
        arrival::take_up_another(&mut turn, &event.what);
    }
    Stepped::Done(turn.finish())
}

fn happen(turn: &mut Turn<'_, '_>, what: &What) {
    match what {
        What::JoinRequested { gate, title: _, query_id, chat: _, link: _, asked } => {
            turn.at(*gate, |turn| arrival::join_requested(turn, query_id.clone(), *asked));
        }
        What::Started { parameter: None, .. } => arrival::started(turn),
        What::Started { parameter: Some(parameter), .. } => {
            arrival::started_with(turn, parameter);
        }
        What::Commanded { command, .. } => commanded(turn, command),
        What::Wrote { forwarded: true, .. } => {
            turn.in_dialogue(|turn| not_read(turn, Text::ForwardIgnored), arrival::started);
        }
        What::Wrote { message, text, forwarded: false, .. } => {
            turn.in_dialogue(|turn| wrote(turn, *message, text), arrival::started);
        }
        What::Edited { .. } => turn.in_dialogue(|turn| not_read(turn, Text::EditIgnored), |_| ()),
        What::WroteLoginCode { message, .. } => {
            turn.delete(*message);
            turn.decide_for_active(Decision::LoginCodeSeen);
            turn.tell(Text::LoginCodeWarning);
        }
        What::SharedContact { message, phone, own, .. } => {
            turn.in_dialogue(|turn| asking::contact(turn, *message, phone, *own), arrival::started)
        }
        What::SentOther { .. } | What::SentFile { .. } | What::SharedChat { .. } => turn
            .in_dialogue(
                |turn| {
                    let step = turn.help_step();
                    not_read(turn, Text::NeedText { step });
                },
                arrival::started,
            ),
        What::Pressed { query, data, .. } => pressed(turn, query, data),
        What::Joined { gate, by, link } => muted::came_in(turn, *gate, *by, link.as_ref()),
        What::Left { gate } => turn.known(*gate, admission::left),
        What::LookedUp { gate, membership } => {
            turn.known(*gate, |turn| arrival::looked_up(turn, *membership));
        }
        What::CodeDelivery { gate, challenge, outcome, bill } => {
            // Whether or not that code still matters to anybody.
            charging::settle(turn, bill, *outcome);
            turn.known(*gate, |turn| coding::delivered(turn, *challenge, *outcome));
        }
        What::Admission { gate, outcome } => {
            turn.known(*gate, |turn| admission::answered(turn, *outcome));
        }
        What::Invited { gate, outcome } => {
            admission::invited_nobody(turn, *gate, outcome);
            turn.known(*gate, |turn| admission::invited(turn, outcome));
        }
        What::Unreachable => arrival::unreachable(turn),
        What::Muted { gate, outcome } => turn.known(*gate, |turn| muted::answered(turn, *outcome)),
        What::Removed { gate, outcome } => {
            turn.known(*gate, |turn| muted::removed(turn, *outcome));
        }
        What::AdderKnown { gate, admin } => {
            turn.known(*gate, |turn| muted::adder_known(turn, *admin));
        }
        What::SteppedIn { gate, act, by } => {
            turn.at(*gate, |turn| stepping_in::step_in(turn, *act, *by));
        }
        What::NobodyAsked { gate } => turn.known(*gate, helping::nobody_asked),
        What::DoorMended { gate } => turn.known(*gate, admission::door_mended),
        What::Woken { gate } => {
            turn.known(*gate, arrival::woken);
            if turn.person.gates.is_empty() {
                turn.person.serial = 0;
            }
        }
    }
}

fn commanded(turn: &mut Turn<'_, '_>, command: &str) {
    match command {
        "cancel" => {
            turn.in_dialogue(arrival::cancel, |turn| turn.tell(Text::NothingToCancel));
        }
        "safety" => turn.tell(helping::safety(turn)),
        "admin" => helping::commanded(turn),
        // As `/start`, for those whom that tells of something else.
        "join" => arrival::started(turn),
        _ => {
            let step = turn.help_step();
            turn.tell(Text::Help { step });
        }
    }
}

/// Something that cannot be an answer. While locked, that is what they hear of instead.
fn not_read(turn: &mut Dialogue<'_, '_, '_>, text: Text) {
    if turn.may_try() {
        turn.tell(text);
    }
}

/// Plain text, within a dialogue.
fn wrote(turn: &mut Dialogue<'_, '_, '_>, message: super::MessageId, text: &Hidden) {
    match turn.applicant().stage {
        // The answer to what brought them here is on its way.
        Stage::Arriving => {}
        Stage::Admitting => coding::repeated(turn, message, text),
        Stage::Password => asking::password(turn, message, text),
        Stage::Channel | Stage::Address { .. } | Stage::Confirm { .. } => {
            if !coding::guessed_early(turn, message, text) {
                asking::address(turn, message, text);
            }
        }
        Stage::Code { .. } => coding::reply(turn, message, text),
        Stage::New | Stage::Admitted { .. } | Stage::Member => {}
    }
}

fn pressed(turn: &mut Turn<'_, '_>, query: &str, data: &str) {
    if opting_out::pressed(turn, query, data) {
        return;
    }
    let live = Pressed::read(data).filter(|pressed| {
        pressed.serial == turn.person.serial && turn.facts.gates.contains_key(&pressed.gate)
    });
    let Some(pressed) = live else {
        turn.answer(query, Some(Text::ButtonSpent), false);
        return;
    };
    let handle = |turn: &mut Dialogue<'_, '_, '_>| {
        let taken = match pressed.action {
            Action::Enter => arrival::chosen(turn),
            Action::Cancel => arrival::cancel_pressed(turn),
            Action::AskAdmin => helping::pressed(turn),
            _ if !turn.may_press(query) => true,
            Action::Use(channel) => asking::use_channel(turn, channel),
            Action::OtherAddress => asking::other_address(turn),
            Action::Send => coding::send_pressed(turn, query),
            Action::Resend | Action::NewCode => coding::resend_pressed(turn, query),
            Action::KeepCode => coding::keep_pressed(turn),
            Action::TryAgain => admission::try_again(turn),
        };
        turn.answer_once(query, (!taken).then_some(Text::ButtonSpent), false);
    };
    turn.at(pressed.gate, handle);
}

/// Whether the event is a password to be compared, and with which gate's.
fn password_to_check(person: &Person, event: &Event, facts: &Facts<'_>) -> Option<Stepped> {
    let What::Wrote { text, forwarded: false, .. } = &event.what else { return None };
    let id = person.active?;
    let gate = facts.gates.get(&id)?;
    let applicant = person.gates.get(&id)?;
    let open = applicant.stage == Stage::Password
        && turn::standing(person, applicant, gate, facts) == Standing::Open;
    let known = facts.password.as_ref().is_some_and(|(checked, _)| *checked == id);
    if !open || known {
        return None;
    }
    let typed = super::password::checked(text.reveal()).ok()?;
    let live = asking::live_passwords(gate, applicant, facts);
    let candidates: Vec<_> =
        live.map(|password| (password.label.clone(), password.hash.clone())).collect();
    if candidates.is_empty() {
        return None;
    }
    Some(Stepped::NeedsPassword { gate: id, typed, candidates })
}

fn chat_of(what: &What) -> Option<ChatId> {
    match what {
        What::JoinRequested { chat, .. }
        | What::Started { chat, .. }
        | What::Commanded { chat, .. }
        | What::Wrote { chat, .. }
        | What::Edited { chat, .. }
        | What::WroteLoginCode { chat, .. }
        | What::SharedContact { chat, .. }
        | What::SentOther { chat, .. }
        | What::SentFile { chat, .. }
        | What::SharedChat { chat, .. }
        | What::Pressed { chat, .. } => Some(*chat),
        What::Joined { .. }
        | What::Left { .. }
        | What::LookedUp { .. }
        | What::CodeDelivery { .. }
        | What::Admission { .. }
        | What::Invited { .. }
        | What::Muted { .. }
        | What::Removed { .. }
        | What::AdderKnown { .. }
        | What::SteppedIn { .. }
        | What::NobodyAsked { .. }
        | What::DoorMended { .. }
        | What::Unreachable
        | What::Woken { .. } => None,
    }
}

#[cfg(test)]
mod tests;
