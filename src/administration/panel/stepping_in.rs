//! What an admin does for, or against, one applicant.
//!
//! A command or a forwarded message says whom, not where: so their rights are looked up at every
//! gate that may be meant ([`Survey`]), and they hear of no others. Then they are asked once, and
//! the yes is looked up again.

pub mod place;
pub mod text;

use serde::{Deserialize, Serialize};

use super::Input;
use super::state::{Awaiting, Expected as Awaited, Goal, Pending as Asked, Screen, Subject};
use super::text::{PanelLabel, PanelText};
use super::turn::{Key, Turn};
use super::visit::Visit;
use super::word::{Away, Word};
use crate::administration::desk;
use crate::administration::desk::text::Who;
use crate::administration::effect::Keyboard;
use crate::administration::outcome::Message;
use crate::administration::press::{Press, act_of};
use crate::administration::rights::Rights;
use crate::administration::staff::Rank;
use crate::administration::text::Label;
use crate::verification::applicant::ActResult;
use crate::verification::event::{Act, Event, What};
use crate::verification::{GateId, Hidden, MessageId, Name, UserId};
use text::{StepInLabel, StepInText};

/// At so many gates it is looked up whether a stranger is an admin there.
const STRANGE: usize = 10;
/// So many acts can wait for what comes of them.
const ACTING: usize = 20;

/// What is to be done for whom, while it is asked at which group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wish {
    act: Act,
    /// `None`: is asked after the group.
    who: Option<Who>,
}

/// What is to be typed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Expected {
    /// For whom.
    Who { act: Act },
}

/// What waits for a yes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pending {
    pub(super) gate: GateId,
    act: Act,
    who: Who,
}

/// It is being found out at which gates they may do what they asked for in one message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Survey {
    message: MessageId,
    /// Not answered yet.
    pub(super) left: Vec<GateId>,
    pub(super) found: Vec<GateId>,
    /// Telegram did not say for one of them.
    silent: bool,
    /// Nothing was known of them before: they hear of no group that is not theirs.
    outsider: bool,
}

/// What was ordered and not reported yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acting {
    pub(super) gate: GateId,
    act: Act,
    who: Who,
}

// Before anything is known of rights.

/// `/unlock`, `/approve`, `/decline` or `/revoke`.
pub(super) fn commanded(turn: &mut Turn<'_, '_>, command: &str, input: &Input) {
    if act_of(command).is_some() {
        survey(turn, input);
    }
}

/// A message was forwarded: the answer to "who?", or a question of its own.
pub(super) fn forwarded(turn: &mut Turn<'_, '_>, origin: Option<UserId>, input: &Input) {
    match &turn.panel.awaiting {
        Some(Awaiting { gate, expected: Awaited::StepIn(_), .. }) => turn.look_up(*gate, input),
        Some(_) | None if origin.is_none() => tell(turn, StepInText::HiddenOrigin),
        Some(_) | None => survey(turn, input),
    }
}

/// A button of a card was pressed; the press is not answered yet.
pub(super) fn pressed_card(
    turn: &mut Turn<'_, '_>,
    gate: GateId,
    _card: u32,
    _act: Act,
    query: &str,
    input: &Input,
) {
    if turn.exists(gate) {
        turn.look_up(gate, input);
    } else {
        turn.alert(query, PanelText::GateGone);
    }
}

fn survey(turn: &mut Turn<'_, '_>, input: &Input) {
    let Some(message) = surveyed_message(input) else { return };
    let mut gates = on_duty(turn);
    let outsider = gates.is_empty();
    if outsider {
        if turn.panel.survey.is_some() {
            // One answer at a time: Telegram is asked for each.
            return;
        }
        // Whoever is an admin of a gated group may look after people there, enrolled or not.
        gates.extend(turn.facts.gates.keys().take(STRANGE));
    }
    if gates.is_empty() {
        return nowhere(turn);
    }
    for gate in &gates {
        turn.look_up(*gate, input);
    }
    let found = Vec::new();
    turn.panel.survey = Some(Survey { message, left: gates, found, silent: false, outsider });
}

/// There is no gate where they could.
fn nowhere(turn: &mut Turn<'_, '_>) {
    match turn.rank() {
        Rank::Stranger => turn.tell(PanelText::NotForYou),
        Rank::Enrolled | Rank::Owner => tell(turn, StepInText::NoGate),
    }
}

// Once rights are known.

/// What they may do at one of the gates that may be meant. `false`: that is not what was asked.
pub(super) fn surveyed(
    turn: &mut Turn<'_, '_>,
    gate: GateId,
    rights: Rights,
    input: &Input,
) -> bool {
    let Some(message) = surveyed_message(input) else { return false };
    let survey = turn.panel.survey.as_mut();
    let Some(survey) =
        survey.filter(|survey| survey.message == message && survey.left.contains(&gate))
    else {
        // Another one has taken its place; or it is the answer to "who?".
        return !asks_who(turn, gate);
    };
    survey.left.retain(|left| *left != gate);
    match rights {
        Rights::Admin => survey.found.push(gate),
        Rights::Unknown => survey.silent = true,
        Rights::Lesser | Rights::None | Rights::NoGroup => {}
    }
    let ended = survey.left.is_empty();
    let refused = match rights {
        Rights::Admin => {
            turn.panel.known.insert(gate);
            None
        }
        Rights::Unknown => Some(PanelText::TelegramSilent),
        Rights::Lesser => Some(PanelText::RightsTooFew),
        Rights::None => Some(PanelText::RightsGone),
        Rights::NoGroup => Some(PanelText::NotInGroup),
    };
    if refused.is_some() && rights != Rights::Unknown {
        turn.forget(gate);
    }
    if !ended {
        return true;
    }
    let Some(survey) = turn.panel.survey.take() else { return true };
    match (&survey.found[..], refused) {
        ([], Some(_)) if survey.silent => turn.tell(PanelText::TelegramSilent),
        ([], Some(_)) if survey.outsider => nowhere(turn),
        ([], Some(why)) => turn.expelled(gate, why),
        (_, _) => found(turn, &survey.found, input),
    }
    true
}

/// Whether it is asked whom an act at this gate is for.
fn asks_who(turn: &Turn<'_, '_>, gate: GateId) -> bool {
    let awaiting = turn.panel.awaiting.as_ref().filter(|awaiting| awaiting.gate == gate);
    awaiting.is_some_and(|awaiting| matches!(awaiting.expected, Awaited::StepIn(_)))
}

/// They may look after people at these gates: at least one.
fn found(turn: &mut Turn<'_, '_>, gates: &[GateId], input: &Input) {
    match input {
        Input::Commanded { command, rest, .. } => {
            let Some(act) = act_of(command) else { return };
            let asked = rest.reveal().trim();
            match (gates, asked.is_empty()) {
                ([gate], true) => ask_who(turn, *gate, act, None),
                (_, true) => choose_group(turn, gates, Wish { act, who: None }),
                (_, false) => match find(turn, asked) {
                    Ok(who) => aim(turn, gates, act, who),
                    Err(why) => tell(turn, why),
                },
            }
        }
        Input::Forwarded { origin: Some(origin), .. } => match somebody(turn, *origin) {
            Ok(who) => card(turn, gates, &who),
            Err(why) => tell(turn, why),
        },
        Input::Started { .. }
        | Input::Wrote { .. }
        | Input::Forwarded { origin: None, .. }
        | Input::SentFile { .. }
        | Input::SharedChat { .. }
        | Input::Pressed { .. } => {}
    }
}

/// At the only gate, or the only one where they stand; else it is asked at which.
fn aim(turn: &mut Turn<'_, '_>, gates: &[GateId], act: Act, who: Who) {
    let person = turn.facts.archive.person(who.id).unwrap_or_default();
    let stands: Vec<GateId> =
        gates.iter().copied().filter(|gate| person.gates.contains_key(gate)).collect();
    match (gates, &stands[..]) {
        ([gate], _) | (_, [gate]) => confirm(turn, *gate, act, who),
        (_, _) => choose_group(turn, gates, Wish { act, who: Some(who) }),
    }
}

/// A card's button was pressed by somebody who may not: the press is answered here. `false`: there
/// is more to say, or it is no card's.
pub(super) fn card_refused(
    turn: &mut Turn<'_, '_>,
    gate: GateId,
    rights: Rights,
    input: &Input,
) -> bool {
    let Some((query, ..)) = card_of(input) else { return false };
    let why = match rights {
        Rights::Admin => return false,
        Rights::Unknown => PanelText::TelegramSilent,
        Rights::Lesser => PanelText::RightsTooFew,
        Rights::None => PanelText::RightsGone,
        Rights::NoGroup => PanelText::NotInGroup,
    };
    turn.alert(query, why);
    let was_there = turn.panel.screen.gate() == Some(gate);
    if rights != Rights::Unknown && !was_there {
        turn.forget(gate);
    }
    rights == Rights::Unknown || !was_there
}

/// A card was answered, or a message forwarded, by somebody who may look after this group.
pub(super) fn at_group(visit: &mut Visit<'_, '_, '_>, input: &Input) {
    if let Some((query, card, act)) = card_of(input) {
        let (by, query) = (visit.turn.admin, Some(query.to_owned()));
        return visit.tell_desk(desk::What::AnswerCard { card, by, act, query });
    }
    let Input::Forwarded { origin, .. } = input else { return };
    let Some(Awaiting { expected: Awaited::StepIn(Expected::Who { act }), .. }) =
        visit.turn.panel.awaiting.clone().filter(|awaiting| awaiting.gate == visit.gate)
    else {
        return;
    };
    let who = match origin {
        Some(origin) => somebody(visit.turn, *origin),
        None => Err(StepInText::HiddenOrigin),
    };
    answered(visit, act, who);
}

/// What the panel waited for was typed.
pub(super) fn typed(visit: &mut Visit<'_, '_, '_>, expected: Expected, text: &Hidden) {
    let Expected::Who { act } = expected;
    let who = find(visit.turn, text.reveal());
    answered(visit, act, who);
}

fn answered(visit: &mut Visit<'_, '_, '_>, act: Act, who: Result<Who, StepInText>) {
    match who {
        Ok(who) if stands_open(visit) => confirm(visit.turn, visit.gate, act, who),
        Ok(_) => visit.show_only(),
        Err(why) => ask_who(visit.turn, visit.gate, act, Some(why)),
    }
}

/// The group for a command was chosen from a list ([`Goal::StepIn`]).
pub(super) fn go_on(visit: &mut Visit<'_, '_, '_>, wish: &Wish) {
    if !stands_open(visit) {
        return visit.show_only();
    }
    match wish.who.clone() {
        Some(who) => confirm(visit.turn, visit.gate, wish.act, who),
        None => ask_who(visit.turn, visit.gate, wish.act, None),
    }
}

/// A button of these screens: `rest` is what stands after `s.` in its word.
pub(super) fn chosen(visit: &mut Visit<'_, '_, '_>, rest: &str) {
    if !stands_open(visit) {
        return visit.show_only();
    }
    match Does::read(rest) {
        Some(Does::Act(act, user)) => match somebody(visit.turn, user) {
            Ok(who) => confirm(visit.turn, visit.gate, act, who),
            Err(why) => tell(visit.turn, why),
        },
        Some(Does::Card(user)) => match somebody(visit.turn, user) {
            Ok(who) => card(visit.turn, &[visit.gate], &who),
            Err(why) => tell(visit.turn, why),
        },
        Some(Does::Elsewhere) => {
            let Some(Asked::StepIn(Pending { act, who, .. })) = visit.turn.panel.pending.clone()
            else {
                return;
            };
            let gates = on_duty(visit.turn);
            choose_group(visit.turn, &gates, Wish { act, who: Some(who) });
        }
        None => {}
    }
}

/// They said yes. The desk records it, with what comes of it.
pub(super) fn confirmed(visit: &mut Visit<'_, '_, '_>, pending: Pending) {
    let Pending { gate, act, who } = pending;
    if gate != visit.gate || !stands_open(visit) {
        return visit.show_only();
    }
    let (turn, about) = (&mut *visit.turn, who.id);
    let by = turn.admin;
    turn.note(Message::Applicant(Event::of(about, What::SteppedIn { gate, act, by })));
    turn.note(Message::Desk(gate, desk::What::SteppedIn { about, by, act }));
    if turn.panel.acting.len() >= ACTING {
        turn.panel.acting.remove(0);
    }
    turn.panel.acting.push(Acting { gate, act, who: who.clone() });
    let title = turn.title(gate);
    let text = PanelText::StepIn(StepInText::Doing { act, who });
    turn.show(Screen::Nothing, title, text, Vec::new());
}

/// What came of an act. One by a card is told by the card.
pub(super) fn reported(
    turn: &mut Turn<'_, '_>,
    gate: GateId,
    about: UserId,
    act: Act,
    result: ActResult,
) {
    let ours = |acting: &Acting| acting.gate == gate && acting.act == act && acting.who.id == about;
    let Some(at) = turn.panel.acting.iter().position(ours) else { return };
    let Acting { who, .. } = turn.panel.acting.remove(at);
    let title = turn.title(gate);
    let text = PanelText::StepIn(StepInText::Result { act, who, result });
    turn.tell_with(title, text, Keyboard::None, None);
}

// Who.

/// Whom a typed @name, link or number means.
fn find(turn: &Turn<'_, '_>, typed: &str) -> Result<Who, StepInText> {
    let typed = typed.split_whitespace().next().unwrap_or_default();
    let typed = ["https://", "http://", "t.me/", "@"]
        .into_iter()
        .fold(typed, |typed, prefix| typed.strip_prefix(prefix).unwrap_or(typed));
    if !typed.is_empty() && typed.bytes().all(|byte| byte.is_ascii_digit()) {
        let number = typed.parse().ok().filter(|number| i64::try_from(*number).is_ok());
        let number = number.filter(|number| *number > 0).ok_or(StepInText::Unreadable)?;
        return somebody(turn, UserId(number));
    }
    // Telegram: 4 (from Fragment) or 5 to 32 characters, beginning with a letter.
    let fits = (4..=32).contains(&typed.len())
        && typed.starts_with(|c: char| c.is_ascii_alphabetic())
        && typed.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if !fits {
        return Err(StepInText::Unreadable);
    }
    if typed.eq_ignore_ascii_case(turn.facts.bot) {
        return Err(StepInText::Myself);
    }
    let Some(user) = turn.facts.archive.user_named(typed) else {
        return Err(StepInText::NotSeen { name: typed.to_owned() });
    };
    let mut who = somebody(turn, user)?;
    if who.name.is_none() {
        who.name = Some(Name { full: String::new(), username: Some(typed.to_owned()) });
    }
    Ok(who)
}

fn somebody(turn: &Turn<'_, '_>, user: UserId) -> Result<Who, StepInText> {
    if user == turn.facts.me {
        return Err(StepInText::Myself);
    }
    if user == turn.admin {
        return Err(StepInText::Yourself);
    }
    Ok(place::who(turn, user))
}

/// The gates at which they may be allowed to step in.
fn on_duty(turn: &Turn<'_, '_>) -> Vec<GateId> {
    turn.groups().into_iter().filter(|gate| is_on_duty(turn, *gate)).collect()
}

fn is_on_duty(turn: &Turn<'_, '_>, gate: GateId) -> bool {
    turn.is_fixed(gate) || turn.settings(gate).is_some_and(|settings| settings.open)
}

fn stands_open(visit: &Visit<'_, '_, '_>) -> bool {
    is_on_duty(visit.turn, visit.gate)
}

// Screens.

fn ask_who(turn: &mut Turn<'_, '_>, gate: GateId, act: Act, wrong: Option<StepInText>) {
    let body = PanelText::StepIn(StepInText::AskWho { act });
    let text = match wrong {
        None => body,
        Some(wrong) => PanelText::Page {
            note: Some(Box::new(PanelText::StepIn(wrong))),
            step: None,
            body: Box::new(body),
        },
    };
    let title = turn.title(gate);
    let row = vec![Key::away(PanelLabel::Leave, Away::Leave)];
    turn.show(Screen::At(gate, Subject::Overview), title, text, vec![row]);
    turn.await_typed(gate, Awaited::StepIn(Expected::Who { act }));
}

fn choose_group(turn: &mut Turn<'_, '_>, gates: &[GateId], wish: Wish) {
    let key = |gate: &GateId| {
        let label = Label::Group(turn.title(*gate).unwrap_or_default());
        vec![Key { label, gate: *gate, word: Word::Go }]
    };
    let mut rows: Vec<Vec<Key>> = gates.iter().map(key).collect();
    rows.push(vec![Key::away(PanelLabel::Leave, Away::Leave)]);
    let text = StepInText::WhichGroup { act: wish.act, who: wish.who.clone() };
    turn.show(Screen::Groups(Goal::StepIn(wish)), None, PanelText::StepIn(text), rows);
}

/// Asks once.
fn confirm(turn: &mut Turn<'_, '_>, gate: GateId, act: Act, who: Who) {
    let title = turn.title(gate);
    let text = PanelText::StepIn(StepInText::Confirm { act, who: who.clone() });
    let key = |label, word| Key { label: Label::Panel(label), gate, word };
    let mut rows =
        vec![vec![key(PanelLabel::Yes, Word::Yes), Key::away(PanelLabel::No, Away::Leave)]];
    if on_duty(turn).len() > 1 {
        let label = PanelLabel::StepIn(StepInLabel::OtherGroup);
        rows.push(vec![key(label, Word::StepIn(Does::Elsewhere.word()))]);
    }
    turn.show(Screen::At(gate, Subject::Overview), title, text, rows);
    turn.panel.pending = Some(Asked::StepIn(Pending { gate, act, who }));
}

/// How somebody stands at these gates.
fn card(turn: &mut Turn<'_, '_>, gates: &[GateId], who: &Who) {
    let text = StepInText::Card { who: who.clone(), places: place::of(turn, gates, who.id) };
    let key = |label, gate, does: Does| Key { label, gate, word: Word::StepIn(does.word()) };
    let act = |gate, act| {
        let label = Label::Panel(PanelLabel::StepIn(StepInLabel::Act(act)));
        key(label, gate, Does::Act(act, who.id))
    };
    let (screen, title, mut rows) = match gates {
        [gate] => {
            let rows = vec![
                vec![act(*gate, Act::Approve), act(*gate, Act::Decline)],
                vec![act(*gate, Act::Unlock), act(*gate, Act::Revoke)],
            ];
            (Screen::At(*gate, Subject::Overview), turn.title(*gate), rows)
        }
        _ => {
            let row = |gate: &GateId| {
                let label = Label::Group(turn.title(*gate).unwrap_or_default());
                vec![key(label, *gate, Does::Card(who.id))]
            };
            (Screen::Nothing, None, gates.iter().map(row).collect())
        }
    };
    rows.push(vec![Key::away(PanelLabel::Leave, Away::Leave)]);
    turn.show(screen, title, PanelText::StepIn(text), rows);
}

fn tell(turn: &mut Turn<'_, '_>, text: StepInText) {
    turn.tell(PanelText::StepIn(text));
}

// What came in.

/// The message of a command or a forwarded message: a survey is known by it.
fn surveyed_message(input: &Input) -> Option<MessageId> {
    match input {
        Input::Commanded { message, command, .. } => act_of(command).map(|_| *message),
        Input::Forwarded { message, .. } => Some(*message),
        Input::Started { .. }
        | Input::Wrote { .. }
        | Input::SentFile { .. }
        | Input::SharedChat { .. }
        | Input::Pressed { .. } => None,
    }
}

/// The press on a card: query, card, act.
fn card_of(input: &Input) -> Option<(&str, u32, Act)> {
    let Input::Pressed { query, data, .. } = input else { return None };
    match Press::read(data) {
        Some(Press::Card { card, act, .. }) => Some((query, card, act)),
        Some(Press::Panel { .. } | Press::CheckAgain { .. } | Press::SetUp { .. }) | None => None,
    }
}

/// What the buttons of these screens do.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
enum Does {
    Act(Act, UserId),
    /// Show how they stand here.
    Card(UserId),
    /// What waits for a yes is about another group.
    Elsewhere,
}

const LETTERS: [(Act, &str); 4] =
    [(Act::Approve, "a"), (Act::Decline, "d"), (Act::Unlock, "u"), (Act::Revoke, "r")];

impl Does {
    /// At most 22 bytes.
    fn word(self) -> String {
        match self {
            Does::Act(act, user) => {
                let letter = LETTERS.iter().find(|(known, _)| *known == act);
                format!("{}.{}", letter.map_or("", |(_, letter)| letter), user.0)
            }
            Does::Card(user) => format!("c.{}", user.0),
            Does::Elsewhere => "o".to_owned(),
        }
    }

    fn read(word: &str) -> Option<Does> {
        let Some((letter, user)) = word.split_once('.') else {
            return (word == "o").then_some(Does::Elsewhere);
        };
        let user = UserId(user.parse().ok()?);
        if letter == "c" {
            return Some(Does::Card(user));
        }
        let (act, _) = LETTERS.iter().find(|(_, known)| *known == letter)?;
        Some(Does::Act(*act, user))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_button_reads_back_and_fits() {
        let user = UserId(u64::MAX);
        let mut all = vec![Does::Card(user), Does::Elsewhere];
        all.extend(LETTERS.map(|(act, _)| Does::Act(act, user)));
        for does in all {
            assert_eq!(Does::read(&does.word()), Some(does));
            assert!(Word::StepIn(does.word()).data().len() <= 24, "{does:?}");
        }
        for strange in ["", "a", "a.", "a.x", "x.1", "c.-1", "oo"] {
            assert_eq!(Does::read(strange), None, "{strange}");
        }
    }
}
