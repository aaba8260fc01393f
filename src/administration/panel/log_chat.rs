//! A gate's log chat: picked, proved, saved.
//!
//! Rights in the group are looked up twice: before anything is posted in the log chat, and again
//! for the very step that saves it.

use super::Input;
use super::entry::{PICK_LOG, PICK_LOG_CHANNEL};
use super::state::{LogPick, Subject};
use super::text::{PanelLabel, PanelText};
use super::turn::Turn;
use super::visit::{Page, Visit};
use super::word::Word;
use crate::administration::detail::Detail;
use crate::administration::effect::{Keyboard, Order, Pick, Task, Whose};
use crate::administration::text::{Label, Text};
use crate::verification::{ChatId, GateId, MessageId};

pub(super) fn page(visit: &Visit<'_, '_, '_>) -> Option<Page> {
    let on = visit.settings()?.log_chat.is_some();
    let rows = if on {
        vec![
            vec![visit.key(PanelLabel::LogOther, Word::PickLog)],
            vec![visit.key(PanelLabel::LogOff, Word::LogOff)],
        ]
    } else {
        vec![vec![visit.key(PanelLabel::LogOn, Word::PickLog)]]
    };
    Some(Page { text: PanelText::LogChat { on }, rows })
}

/// Offers the keyboard that picks a chat.
pub(super) fn pick(visit: &mut Visit<'_, '_, '_>) {
    let gate = visit.gate;
    visit.turn.panel.log = Some(LogPick { gate, picked: None, proved: false });
    let keyboard = Keyboard::PickChat {
        label: Label::Panel(PanelLabel::PickLogChat),
        request: PICK_LOG,
        pick: Pick::LogChat,
        also: Some((Label::Panel(PanelLabel::PickLogChannel), PICK_LOG_CHANNEL, Pick::LogChannel)),
    };
    let title = visit.turn.title(gate);
    visit.turn.tell_with(title, PanelText::PickLogChat, keyboard, None);
}

/// A chat was picked; nothing is known of rights yet.
pub(super) fn shared(turn: &mut Turn<'_, '_>, input: &Input) {
    match turn.panel.log {
        Some(log) => {
            turn.tell_with(None, PanelText::LogProving, Keyboard::Remove, None);
            turn.look_up(log.gate, input);
        }
        None => turn.tell_with(None, PanelText::ButtonSpent, Keyboard::Remove, None),
    }
}

/// They may look after the group: the chat is proved; once it is, it is saved.
pub(super) fn picked(visit: &mut Visit<'_, '_, '_>, picked: ChatId) {
    let Some(log) = visit.turn.panel.log.filter(|log| log.gate == visit.gate) else { return };
    if !visit.keeps() {
        visit.turn.panel.log = None;
        return visit.show_only();
    }
    if log.proved && log.picked == Some(picked) {
        visit.turn.panel.log = None;
        if visit.settings().is_some_and(|settings| settings.log_chat != Some(picked)) {
            farewell(visit);
        }
        visit.amend("log_chat_set", Detail::None, |settings| settings.log_chat = Some(picked));
        visit.note = Some(PanelText::LogOn);
        return visit.show(Subject::LogChat);
    }
    let gate = visit.gate;
    visit.turn.panel.log = Some(LogPick { gate, picked: Some(picked), proved: false });
    let group = visit.turn.title(gate).unwrap_or_default();
    let (admin, text) = (visit.turn.admin, Text::Panel(PanelText::LogHere { group }));
    visit.turn.order(Task::ProveLog { gate, log: picked, admin, text });
}

/// What came of the proof.
pub(super) fn proved(turn: &mut Turn<'_, '_>, gate: GateId, log: ChatId, posts: bool, admin: bool) {
    let ours = turn.panel.log.filter(|pick| pick.gate == gate && pick.picked == Some(log));
    let Some(pick) = ours else { return };
    if !(posts && admin) {
        turn.panel.log = None;
        let text = if admin { PanelText::LogNoPost } else { PanelText::LogNotAdmin };
        let title = turn.title(gate);
        return turn.tell_with(title, text, Keyboard::None, None);
    }
    turn.panel.log = Some(LogPick { proved: true, ..pick });
    // Saved with the answer, as if it had been picked just now.
    let again = Input::SharedChat {
        chat: turn.chat(),
        message: MessageId(0),
        request: PICK_LOG,
        picked: log,
        title: None,
    };
    turn.look_up(gate, &again);
}

/// The log chat is told that nothing more is written down there.
pub(super) fn farewell(visit: &mut Visit<'_, '_, '_>) {
    let settings = visit.settings();
    let Some(chat) = settings.as_ref().and_then(|settings| settings.log_chat) else { return };
    let group = visit.turn.title(visit.gate).unwrap_or_default();
    let task = Task::Say {
        group: None,
        text: Text::Panel(PanelText::LogEnds { group }),
        keyboard: Keyboard::None,
        tag: None,
    };
    let language = settings.and_then(|settings| settings.language).unwrap_or_default();
    let whose = Whose::Panel(visit.turn.admin);
    visit.turn.out.orders.push(Order { whose, chat, language, task });
}

pub(super) fn off(visit: &mut Visit<'_, '_, '_>) {
    farewell(visit);
    visit.amend("log_chat_off", Detail::None, |settings| settings.log_chat = None);
    visit.note = Some(PanelText::Saved);
    visit.show(Subject::LogChat);
}
