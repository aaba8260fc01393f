//! One admin's private dialogue with the bot: [`step`].
//!
//! ```text
//!  Did(input) ──▶ about no group: acted on at once
//!      │
//!      └─ about a group ──▶ LookUpRights ──▶ RightsKnown: Admin ──▶ Visit: acted on, in this step
//!                                                │
//!                                                └── anything else: said; nothing is changed
//! ```
//!
//! Only a `visit::Visit` can change a group's gate, and there is one only in a step that was
//! just told that the admin may.
//!
//! * [`state`]: what is kept: the screen, what is to be typed, what waits for a yes.
//! * `word`: what the panel's buttons carry.
//! * `turn`, `visit`: what all others write with, outside of a group and at one.
//! * `entry`: ways in: links, lists of groups, picking one.
//! * `overview`, `passwords`, `addresses`, `choices`, `log_chat`, `raid`: one subject each, for
//!   the guided set-up and for later changes alike; `walk` leads from one to the next.
//! * [`roster`], [`stepping_in`]: who may pass by name, and single applicants.

mod addresses;
mod choices;
pub mod dates;
mod entry;
mod lists;
mod log_chat;
mod overview;
mod passwords;
mod raid;
pub mod roster;
pub mod state;
pub mod stepping_in;
#[cfg(test)]
mod tests;
pub mod text;
mod turn;
mod visit;
mod walk;
pub mod word;

use serde::{Deserialize, Serialize};

use super::archive::Facts;
use super::door;
use super::effect::Tag;
use super::outcome::Stepped;
use super::press::Press;
use super::rights::Rights;
use crate::verification::applicant::ActResult;
use crate::verification::event::{Act, File};
use crate::verification::password::PasswordRefused;
use crate::verification::{ChatId, GateId, Hidden, Language, MessageId, Name, UserId};
use state::Goal;
pub use state::Panel;
use text::PanelText;
use turn::Turn;
use visit::Visit;
use word::Word;

/// One thing that happened to one admin's panel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    pub admin: UserId,
    pub language: Option<Language>,
    pub name: Option<Name>,
    pub what: What,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum What {
    /// The admin did something.
    Did(Input),
    /// What they may do in the group now, asked for because they did `input`.
    RightsKnown { gate: GateId, rights: Rights, input: Box<Input> },
    /// Somebody added the bot to a group that has no gate, and it was this admin. `admin`: as an
    /// administrator; otherwise it must still be made one.
    AddedTo { gate: GateId, title: String, admin: bool },
    /// A message was written.
    Said { tag: Tag, chat: ChatId, message: MessageId },
    /// A message could not be written: they blocked the bot or never opened the chat.
    Unsaid { tag: Tag },
    /// A file was fetched; its content is in the archive. `None`: it could not be.
    Fetched { size: Option<u64> },
    /// Whether the bot can post in the chat that was picked for the log, and the admin is an
    /// administrator there (which nobody knows of a chat that the bot is not in: `true` then).
    LogProved { gate: GateId, log: ChatId, posts: bool, admin: bool },
    /// What came of what they did for one applicant.
    Reported { gate: GateId, about: UserId, act: Act, result: ActResult },
    /// The group has another id now.
    Moved { from: GateId, to: GateId },
    /// The time that was asked for has come.
    Woken,
}

/// What an admin can do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Input {
    Started {
        chat: ChatId,
        message: MessageId,
        parameter: String,
    },
    Commanded {
        chat: ChatId,
        message: MessageId,
        command: String,
        rest: Hidden,
    },
    Wrote {
        chat: ChatId,
        message: MessageId,
        text: Hidden,
    },
    Forwarded {
        chat: ChatId,
        message: MessageId,
        origin: Option<UserId>,
    },
    SentFile {
        chat: ChatId,
        message: MessageId,
        file: File,
    },
    SharedChat {
        chat: ChatId,
        message: MessageId,
        request: i32,
        picked: ChatId,
        title: Option<String>,
    },
    Pressed {
        chat: ChatId,
        message: Option<MessageId>,
        query: String,
        data: String,
    },
}

/// One event happens to a panel. Total, as the applicant's
/// [`step`](crate::verification::applicant::step); `panel` is left as it was if the answer is
/// [`Stepped::NeedsHash`].
pub fn step(panel: &mut Panel, event: &Event, facts: &mut Facts<'_>) -> Stepped {
    if let Some(password) = passwords::to_hash(panel, event, facts) {
        return Stepped::NeedsHash(password);
    }
    if let What::Did(input) = &event.what {
        panel.chat = Some(input.chat());
        if let Some(language) = &event.language {
            panel.language = language.clone();
        }
        if event.name.is_some() {
            panel.name.clone_from(&event.name);
        }
    }
    let mut turn = Turn::new(panel, event.admin, facts);
    turn.in_place = match &event.what {
        What::Did(input) => input.presses_panel(),
        What::RightsKnown { input, .. } => input.presses_panel(),
        What::AddedTo { .. }
        | What::Said { .. }
        | What::Unsaid { .. }
        | What::Fetched { .. }
        | What::LogProved { .. }
        | What::Reported { .. }
        | What::Moved { .. }
        | What::Woken => false,
    };
    happen(&mut turn, &event.what);
    if let What::Did(_) = &event.what
        && !turn.promoted
    {
        turn.offer_commands(turn.rank());
    }
    Stepped::Done(turn.finish())
}

fn happen(turn: &mut Turn<'_, '_>, what: &What) {
    match what {
        What::Did(input) => did(turn, input),
        What::RightsKnown { gate, rights, input } => rights_known(turn, *gate, *rights, input),
        What::AddedTo { gate, title, admin } => entry::added_to(turn, *gate, title, *admin),
        What::Said { tag, chat: _, message } => turn.said(*tag, *message),
        What::Unsaid { tag } => entry::unsaid(turn, *tag),
        What::Fetched { size } => roster::fetched(turn, *size),
        What::LogProved { gate, log, posts, admin } => {
            log_chat::proved(turn, *gate, *log, *posts, *admin);
        }
        What::Reported { gate, about, act, result } => {
            stepping_in::reported(turn, *gate, *about, *act, *result);
        }
        What::Moved { from, to } => turn.panel.follow(*from, *to),
        What::Woken => {
            turn.lapse();
            roster::lapse(turn);
        }
    }
}

/// What an admin did, before anything is known of their rights: what is about a group goes on in
/// [`rights_known`].
fn did(turn: &mut Turn<'_, '_>, input: &Input) {
    match input {
        Input::Started { parameter, .. } => entry::started(turn, parameter, input),
        Input::Commanded { command, .. } => commanded(turn, command, input),
        Input::Wrote { message, .. } => {
            let Some(awaiting) = &turn.panel.awaiting else { return entry::home(turn) };
            let (gate, secret) = (awaiting.gate, awaiting.expected.is_secret());
            if secret {
                turn.delete(*message);
            }
            turn.typed(*message);
            turn.look_up(gate, input);
        }
        Input::Forwarded { origin, .. } => stepping_in::forwarded(turn, *origin, input),
        Input::SentFile { file, .. } => roster::sent_file(turn, file, input),
        Input::SharedChat { request, picked, title, .. } => {
            entry::shared_chat(turn, *request, *picked, title.as_deref(), input);
        }
        Input::Pressed { message, query, data, .. } => {
            pressed(turn, *message, query, data, input);
        }
    }
}

fn commanded(turn: &mut Turn<'_, '_>, command: &str, input: &Input) {
    if let Some(goal) = Goal::of(command) {
        entry::to_a_group(turn, goal, input);
        return;
    }
    match command {
        "cancel" => {
            roster::forget(turn);
            turn.rest(PanelText::Cancelled);
        }
        "enrol" => entry::enrol(turn),
        "help" if !turn.panel.waits_for_secret() => entry::help(turn),
        _ if door::COMMANDS.contains(&command) => stepping_in::commanded(turn, command, input),
        // Typed where a password was to be typed: it may have been meant for one.
        _ => {
            turn.delete(input.message());
            turn.tell(PanelText::PasswordRefused { why: PasswordRefused::LooksLikeCommand });
        }
    }
}

/// Every press is answered here, once; but for cards, whose answer says who was first.
fn pressed(
    turn: &mut Turn<'_, '_>,
    message: Option<MessageId>,
    query: &str,
    data: &str,
    input: &Input,
) {
    match Press::read(data) {
        Some(Press::Panel { serial, gate, word }) if serial == turn.panel.serial => {
            turn.found_live(message);
            match Word::read(&word) {
                Some(Word::Away(away)) => {
                    turn.answer(query, None);
                    entry::go(turn, away);
                }
                Some(_) => {
                    turn.answer(query, None);
                    turn.look_up(gate, input);
                }
                None => turn.answer(query, Some(PanelText::ButtonSpent)),
            }
        }
        Some(Press::CheckAgain { gate } | Press::SetUp { gate }) => {
            turn.answer(query, None);
            entry::look_up_if_known(turn, gate, input);
        }
        Some(Press::Card { gate, card, act }) => {
            stepping_in::pressed_card(turn, gate, card, act, query, input);
        }
        Some(Press::Panel { .. }) | None => turn.answer(query, Some(PanelText::ButtonSpent)),
    }
}

fn rights_known(turn: &mut Turn<'_, '_>, gate: GateId, rights: Rights, input: &Input) {
    if stepping_in::surveyed(turn, gate, rights, input)
        || stepping_in::card_refused(turn, gate, rights, input)
    {
        return;
    }
    match rights {
        Rights::Admin => {
            turn.panel.known.insert(gate);
            visited(&mut Visit::new(turn, gate), input);
        }
        Rights::Lesser => turn.expelled(gate, PanelText::RightsTooFew),
        Rights::None => turn.expelled(gate, PanelText::RightsGone),
        Rights::NoGroup => turn.expelled(gate, PanelText::NotInGroup),
        // They keep their place, and may do it again.
        Rights::Unknown => turn.tell(PanelText::TelegramSilent),
    }
}

/// What an admin did at a group, who may do that now.
fn visited(visit: &mut Visit<'_, '_, '_>, input: &Input) {
    match input {
        Input::Started { .. } => entry::follow_setup_link(visit),
        Input::Commanded { command, .. } => match Goal::of(command) {
            Some(goal) => visit.go(&goal),
            None => stepping_in::at_group(visit, input),
        },
        Input::Wrote { message, text, .. } => wrote(visit, *message, text),
        Input::Forwarded { .. } => stepping_in::at_group(visit, input),
        Input::SentFile { message, file, .. } => roster::file_at_group(visit, *message, file),
        Input::SharedChat { request, picked, .. } => {
            if entry::is_for_log(*request) {
                log_chat::picked(visit, *picked);
            } else {
                visit.go(&Goal::Overview);
            }
        }
        Input::Pressed { data, .. } => match Press::read(data) {
            Some(Press::Panel { serial, word, .. }) if serial == visit.turn.panel.serial => {
                if let Some(word) = Word::read(&word) {
                    chosen(visit, word);
                }
            }
            // Overtaken by another press, which is answered already.
            Some(Press::Panel { .. }) | None => {}
            Some(Press::CheckAgain { .. }) => visit.look_again(),
            Some(Press::SetUp { .. }) => visit.go(&Goal::Overview),
            Some(Press::Card { .. }) => stepping_in::at_group(visit, input),
        },
    }
}

/// Something was typed that the panel waits for.
fn wrote(visit: &mut Visit<'_, '_, '_>, message: MessageId, text: &Hidden) {
    use state::Expected;
    let answers = visit.turn.panel.answers(message);
    visit.turn.panel.typed.retain(|(typed, _)| *typed != message);
    if !answers {
        return;
    }
    let awaited = visit.turn.panel.awaiting.clone().filter(|awaited| awaited.gate == visit.gate);
    let Some(awaited) = awaited else { return };
    let steps_in = matches!(awaited.expected, Expected::StepIn(_));
    if !visit.keeps() && !steps_in {
        return visit.show_only();
    }
    match awaited.expected {
        Expected::Label => passwords::label_typed(visit, text),
        Expected::Password { label, rotating } => {
            passwords::password_typed(visit, &label, rotating, text);
        }
        Expected::Expiry { label } => passwords::expiry_typed(visit, &label, text),
        Expected::Uses { label } => passwords::uses_typed(visit, &label, text),
        Expected::List(list) => addresses::list_typed(visit, list, text),
        Expected::Accounts => addresses::accounts_typed(visit, text),
        Expected::Roster(expected) => roster::typed(visit, expected, text),
        Expected::StepIn(expected) => stepping_in::typed(visit, expected, text),
    }
}

/// A button of the panel was pressed, of its newest keyboard.
fn chosen(visit: &mut Visit<'_, '_, '_>, word: Word) {
    match word {
        Word::Away(away) => entry::go(visit.turn, away),
        Word::Go => match visit.turn.panel.screen.clone() {
            state::Screen::Groups(goal) => visit.go(&goal),
            state::Screen::Nothing | state::Screen::At(..) | state::Screen::Password(..) => {
                visit.go_on();
            }
        },
        Word::Examine => visit.go(&Goal::Examine),
        // Whoever looks after applicants need not be enrolled.
        Word::StepIn(rest) => stepping_in::chosen(visit, &rest),
        Word::Subject(subject) => visit.turn_to(subject),
        Word::Raid(on) => raid::switch(visit, on),
        Word::Yes => confirmed(visit),
        _ if !visit.keeps() => visit.show_only(),

        Word::Next => walk::next(visit),
        Word::Back => walk::back(visit),
        Word::Stop => walk::stop(visit),
        Word::Discard => walk::ask_discard(visit),
        Word::Open => walk::open(visit),
        Word::Close => overview::ask_close(visit),
        Word::Listed(listed) => overview::list(visit, listed),

        Word::AddPassword => passwords::ask_label(visit),
        Word::MainLabel => passwords::main_label(visit),
        Word::Password(mark) => passwords::show_marked(visit, &mark),
        Word::Expires(expiry) => passwords::expires(visit, expiry),
        Word::Uses(uses) => passwords::uses(visit, uses),
        Word::Rotate => passwords::rotate(visit),
        Word::Remove => passwords::ask_remove(visit),

        Word::Channels(channels) => choices::channels(visit, channels),
        Word::Strictness(strictness) => choices::strictness(visit, strictness),
        Word::Language(language) => choices::language(visit, &language),
        Word::Mode(mode) => choices::mode(visit, mode),
        Word::RemoveAfter(after) => choices::remove_after(visit, after),
        Word::Tidy(tidy) => choices::tidy(visit, tidy),

        Word::List(list) => addresses::ask_list(visit, list),
        Word::ClearList(list) => addresses::clear_list(visit, list),
        Word::Accounts(accounts) => addresses::accounts(visit, accounts),
        Word::AskAccounts => addresses::ask_accounts(visit),
        Word::RosterOnly(on) => addresses::roster_only(visit, on),

        Word::PickLog => log_chat::pick(visit),
        Word::LogOff => log_chat::off(visit),

        Word::Roster(rest) => roster::chosen(visit, &rest),
    }
}

/// They said yes to what they were asked last.
fn confirmed(visit: &mut Visit<'_, '_, '_>) {
    use state::Pending;
    let Some(pending) = visit.turn.panel.pending.take() else { return visit.show_only() };
    match pending {
        Pending::StepIn(pending) => stepping_in::confirmed(visit, pending),
        _ if !visit.keeps() => visit.show_only(),
        Pending::RemovePassword { label } => passwords::remove(visit, &label),
        Pending::CloseGate => overview::close(visit),
        Pending::Discard => walk::discard(visit),
        Pending::Roster(pending) => roster::confirmed(visit, pending),
    }
}

impl Input {
    /// The private chat in which it was done.
    fn chat(&self) -> ChatId {
        match self {
            Input::Started { chat, .. }
            | Input::Commanded { chat, .. }
            | Input::Wrote { chat, .. }
            | Input::Forwarded { chat, .. }
            | Input::SentFile { chat, .. }
            | Input::SharedChat { chat, .. }
            | Input::Pressed { chat, .. } => *chat,
        }
    }

    /// The message that it was done with.
    fn message(&self) -> MessageId {
        match self {
            Input::Started { message, .. }
            | Input::Commanded { message, .. }
            | Input::Wrote { message, .. }
            | Input::Forwarded { message, .. }
            | Input::SentFile { message, .. }
            | Input::SharedChat { message, .. } => *message,
            Input::Pressed { message, .. } => message.unwrap_or(MessageId(0)),
        }
    }

    /// Whether it is a press on the panel's own message.
    fn presses_panel(&self) -> bool {
        match self {
            Input::Pressed { data, .. } => {
                matches!(Press::read(data), Some(Press::Panel { .. }))
            }
            Input::Started { .. }
            | Input::Commanded { .. }
            | Input::Wrote { .. }
            | Input::Forwarded { .. }
            | Input::SentFile { .. }
            | Input::SharedChat { .. } => false,
        }
    }
}
