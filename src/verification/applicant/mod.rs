//! The dialogue as a state machine: [`step`].
//!
//! ```text
//!  join request, /start ──▶ Arriving ──▶ Password ──▶ Channel ──▶ Address ──▶ Confirm ──▶ Code ──▶ Admitting ──▶ Admitted
//!                                           │                        ▲ other address ▲      │  ▲ resend, same address?
//!                                           └── wrong × n: locked    └───────────────┴──────┘──┘ wrong × n: locked
//! ```
//!
//! A lock lies across the stages: it is a matter of the [`Tally`], and whoever is locked stays
//! where they are. One message passes from here to `arrival`, `asking`, `coding` or `admission`,
//! each the room of the stages that its name says; what they all write with is `turn`.

mod admission;
mod arrival;
mod asking;
mod buttons;
mod coding;
mod turn;

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::address::Address;
use super::code::{Keys, Random};
use super::effect::{Channel, Order};
use super::event::{Event, What};
use super::gate::{Gate, Gates};
use super::limits::{Ledger, Sends, Standing, Tally};
use super::restore::Restore;
use super::text::{HelpStep, Text};
use super::{ChallengeId, ChatId, GateId, Hidden, Language, Timestamp};
pub use buttons::{Action, Pressed};
use turn::{Dialogue, Turn};

/// What the rules must be told besides the event.
pub struct Facts<'a> {
    pub now: Timestamp,
    pub gates: &'a Gates,
    pub keys: &'a Keys,
    pub random: &'a mut dyn Random,
    /// What a ledger holds.
    pub ledger: &'a dyn Fn(&Ledger) -> u32,
    /// Whether the password that was typed opens this gate, once that has been found out.
    pub password: Option<(GateId, bool)>,
    /// The store was put back from a backup, and what that one lacks may still matter.
    pub restore: Option<Restore>,
}

/// What a step led to.
#[derive(Debug)]
pub enum Stepped {
    Done(Outcome),
    /// Nothing was changed: find out whether `typed` opens the gate, then step again with
    /// [`Facts::password`].
    NeedsPassword {
        gate: GateId,
        typed: Hidden,
    },
}

/// What is to be done and written beside the person's new state.
#[derive(Debug, Default)]
pub struct Outcome {
    pub orders: Vec<Order>,
    /// Ledgers to raise (or, for a code that certainly never left, to lower) by so much.
    pub charges: Vec<(Ledger, i32)>,
    /// When [`What::Woken`] is to come.
    pub wakes: Vec<(GateId, Timestamp)>,
    /// What an admin may want to know afterwards.
    pub decisions: Vec<(Option<GateId>, Decision)>,
}

/// One decision, for the log and the metrics.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    Asked,
    RightPassword,
    WrongPassword { left: u32 },
    Locked { locks: u32 },
    HardStopped,
    CodeIssued { channel: Channel, number: u32, masked: String },
    SendLimitReached,
    AddressRefused { masked: String },
    RightCode,
    TapLink,
    WrongCode { left: u32 },
    OldCode,
    ExpiredCode,
    Admitted,
    PersonalLink,
    AdmissionFailed,
    LetInByOthers,
    Left,
    Cancelled,
    Swept,
    LoginCodeSeen,
    Unreachable,
}

impl Decision {
    /// A short name without anything personal, for metrics.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Decision::Asked => "asked",
            Decision::RightPassword => "right_password",
            Decision::WrongPassword { .. } => "wrong_password",
            Decision::Locked { .. } => "locked",
            Decision::HardStopped => "hard_stopped",
            Decision::CodeIssued { channel: Channel::Email, .. } => "code_issued_email",
            Decision::CodeIssued { channel: Channel::Sms, .. } => "code_issued_sms",
            Decision::SendLimitReached => "send_limit_reached",
            Decision::AddressRefused { .. } => "address_refused",
            Decision::RightCode => "right_code",
            Decision::TapLink => "tap_link",
            Decision::WrongCode { .. } => "wrong_code",
            Decision::OldCode => "old_code",
            Decision::ExpiredCode => "expired_code",
            Decision::Admitted => "admitted",
            Decision::PersonalLink => "personal_link",
            Decision::AdmissionFailed => "admission_failed",
            Decision::LetInByOthers => "let_in_by_others",
            Decision::Left => "left",
            Decision::Cancelled => "cancelled",
            Decision::Swept => "swept",
            Decision::LoginCodeSeen => "login_code_seen",
            Decision::Unreachable => "unreachable",
        }
    }
}

/// One person, and their dialogue at each gate.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    pub language: Language,
    /// The private chat with them, once known.
    pub chat: Option<ChatId>,
    /// The gate that what they write is about.
    pub active: Option<GateId>,
    /// Whether the keyboard that offers to share one's phone number is up.
    pub sharing: bool,
    /// Their newest keyboard hangs below an address in full, which must not stay: at this gate.
    pub confirming: Option<GateId>,
    /// The number of their newest keyboard: only its buttons work.
    pub serial: u32,
    pub gates: BTreeMap<GateId, Applicant>,
}

/// One person before one gate.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Applicant {
    pub stage: Stage,
    pub tally: Tally,
    pub sends: Sends,
    /// The join request that waits to be approved.
    pub request: Option<JoinRequest>,
    /// Where the latest code went or is to go; gone with the end of the dialogue.
    pub address: Option<Address>,
    /// The code that opens the gate now.
    pub challenge: Option<Challenge>,
    /// Codes that were replaced, so that a late one is recognised.
    pub replaced: Vec<Challenge>,
    /// How many codes were issued in this dialogue: what people see as "code 2".
    pub number: u32,
    pub touched: Option<Timestamp>,
    /// When a [`What::Woken`] is due.
    pub wake: Option<Timestamp>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Stage {
    /// No dialogue is open.
    #[default]
    New,
    /// Telegram is asked whether they are in the group already.
    Arriving,
    Password,
    /// The password was right; how shall the code travel?
    Channel,
    Address {
        channel: Channel,
    },
    /// Shown the address, waiting for Send.
    Confirm {
        address: Address,
    },
    /// A code was asked for; `same`: they were asked whether to send a new one.
    Code {
        same: bool,
    },
    /// The code was right; the group is being opened.
    Admitting,
    /// Admitted by us. `address`, `masked`: what remains of the address.
    Admitted {
        at: Timestamp,
        joined: bool,
        link: Option<String>,
        address: [u8; 32],
        masked: String,
    },
    /// Somebody else let them in.
    Member,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JoinRequest {
    pub at: Timestamp,
    pub query_id: Option<String>,
}

/// One issued code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Challenge {
    pub id: ChallengeId,
    pub number: u32,
    /// The code's keyed hash.
    pub code: [u8; 32],
    /// The keyed hash of the address that it went to.
    pub address: [u8; 32],
    pub digits: u8,
    pub phrase: String,
    pub expires: Timestamp,
    pub delivery: Delivery,
}

#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Delivery {
    Queued,
    /// Tried in vain, and said so.
    Delayed,
    Sent,
    /// Maybe sent: nobody can tell.
    Unknown,
}

/// One event happens to a person.
///
/// Total: whatever the state and the event, there is an outcome. `person` is left as it was if
/// the answer is [`Stepped::NeedsPassword`].
pub fn step(person: &mut Person, event: &Event, facts: &mut Facts<'_>) -> Stepped {
    if let Some(gate) = coding::meant_for_another(person, &event.what, facts.gates) {
        person.active = Some(gate);
    }
    if let Some((gate, typed)) = password_to_check(person, event, facts) {
        return Stepped::NeedsPassword { gate, typed };
    }
    if let Some(restore) = facts.restore {
        coding::forget_codes_before(person, restore);
    }
    if let Some(language) = &event.language {
        person.language = language.clone();
    }
    if let Some(chat) = chat_of(&event.what) {
        person.chat = Some(chat);
    }
    let mut turn = Turn::new(person, event.user, facts);
    turn.by_person = chat_of(&event.what).is_some();
    let before = turn.open_dialogue();
    happen(&mut turn, &event.what);
    if before.is_some() && turn.open_dialogue().is_none() {
        arrival::take_up_another(&mut turn, &event.what);
    }
    Stepped::Done(turn.finish())
}

fn happen(turn: &mut Turn<'_, '_>, what: &What) {
    match what {
        What::JoinRequested { gate, title: _, query_id, chat: _, link: _ } => {
            turn.at(*gate, |turn| arrival::join_requested(turn, query_id.clone()));
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
        What::SentOther { .. } => turn.in_dialogue(
            |turn| {
                let step = turn.help_step();
                not_read(turn, Text::NeedText { step });
            },
            arrival::started,
        ),
        What::Pressed { query, data, .. } => pressed(turn, query, data),
        What::Joined { gate } => turn.known(*gate, admission::joined),
        What::Left { gate } => turn.known(*gate, admission::left),
        What::LookedUp { gate, membership } => {
            turn.known(*gate, |turn| arrival::looked_up(turn, *membership));
        }
        What::CodeDelivery { gate, challenge, outcome } => {
            turn.known(*gate, |turn| coding::delivered(turn, *challenge, *outcome));
        }
        What::Admission { gate, outcome } => {
            turn.known(*gate, |turn| admission::answered(turn, *outcome));
        }
        What::Invited { gate, outcome } => {
            turn.known(*gate, |turn| admission::invited(turn, outcome));
        }
        What::Unreachable => turn.decide_for_active(Decision::Unreachable),
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
        "safety" => turn.tell(Text::Safety),
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
fn password_to_check(
    person: &Person,
    event: &Event,
    facts: &Facts<'_>,
) -> Option<(GateId, Hidden)> {
    let What::Wrote { text, forwarded: false, .. } = &event.what else { return None };
    let id = person.active?;
    let gate = facts.gates.get(&id)?;
    let applicant = person.gates.get(&id)?;
    let open = applicant.stage == Stage::Password
        && applicant.tally.standing(facts.now, &gate.limits, facts.restore) == Standing::Open;
    let known = facts.password.is_some_and(|(checked, _)| checked == id);
    if !open || known {
        return None;
    }
    let typed = super::password::checked(text.reveal()).ok()?;
    Some((id, typed))
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
        | What::Pressed { chat, .. } => Some(*chat),
        What::Joined { .. }
        | What::Left { .. }
        | What::LookedUp { .. }
        | What::CodeDelivery { .. }
        | What::Admission { .. }
        | What::Invited { .. }
        | What::Unreachable
        | What::Woken { .. } => None,
    }
}

impl Stage {
    /// Whether a dialogue is under way.
    #[must_use]
    pub fn is_open(&self) -> bool {
        match self {
            Stage::Arriving
            | Stage::Password
            | Stage::Channel
            | Stage::Address { .. }
            | Stage::Confirm { .. }
            | Stage::Code { .. }
            | Stage::Admitting => true,
            Stage::New | Stage::Admitted { .. } | Stage::Member => false,
        }
    }

    fn help_step(&self) -> HelpStep {
        match self {
            Stage::New | Stage::Arriving => HelpStep::Nothing,
            Stage::Password => HelpStep::Password,
            Stage::Channel => HelpStep::Channel,
            Stage::Address { channel: Channel::Email } => HelpStep::Email,
            Stage::Address { channel: Channel::Sms } => HelpStep::Phone,
            Stage::Confirm { .. } => HelpStep::Confirm,
            Stage::Code { .. } => HelpStep::Code,
            Stage::Admitting => HelpStep::Admitting,
            Stage::Admitted { joined: false, .. } => HelpStep::Link,
            Stage::Admitted { joined: true, .. } | Stage::Member => HelpStep::Admitted,
        }
    }
}

impl Person {
    /// Whether nothing in here would be missed.
    #[must_use]
    pub fn is_forgettable(&self) -> bool {
        self.gates.is_empty() && self.serial == 0
    }

    /// Whether a code that is still to be sent is the one that opens the gate.
    #[must_use]
    pub fn awaits(&self, gate: GateId, challenge: ChallengeId) -> bool {
        let live = self.gates.get(&gate).and_then(|applicant| applicant.challenge.as_ref());
        live.is_some_and(|live| live.id == challenge)
    }
}

impl fmt::Display for Decision {
    /// What the name does not say: counts and masked addresses.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Decision::WrongPassword { left } | Decision::WrongCode { left } => {
                write!(f, "{left} left")
            }
            Decision::Locked { locks } => write!(f, "lock {locks}"),
            Decision::CodeIssued { number, masked, .. } => write!(f, "code {number} to {masked}"),
            Decision::AddressRefused { masked } => f.write_str(masked),
            Decision::Asked
            | Decision::RightPassword
            | Decision::HardStopped
            | Decision::SendLimitReached
            | Decision::RightCode
            | Decision::TapLink
            | Decision::OldCode
            | Decision::ExpiredCode
            | Decision::Admitted
            | Decision::PersonalLink
            | Decision::AdmissionFailed
            | Decision::LetInByOthers
            | Decision::Left
            | Decision::Cancelled
            | Decision::Swept
            | Decision::LoginCodeSeen
            | Decision::Unreachable => Ok(()),
        }
    }
}

impl Applicant {
    /// Ends the dialogue: everything goes but the counts.
    fn close(&mut self, stage: Stage) {
        self.stage = stage;
        self.request = None;
        self.address = None;
        self.challenge = None;
        self.replaced.clear();
        self.number = 0;
    }

    /// Whether nothing in here would be missed on `today`.
    fn is_blank(&self, today: i64) -> bool {
        self.is_clean() && self.sends.day != today
    }

    /// Whether no dialogue is open and no try was wrong: this is forgotten in time.
    fn is_clean(&self) -> bool {
        matches!(self.stage, Stage::New | Stage::Member)
            && Tally { told: None, ..self.tally.clone() } == Tally::default()
    }

    fn allows(gate: &Gate, channel: Channel) -> bool {
        gate.channels.contains(&channel)
    }
}

#[cfg(test)]
mod tests;
