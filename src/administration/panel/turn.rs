//! What one step of a panel is taken with, outside of a group.

use std::time::Duration;

use super::Input;
use super::roster;
use super::state::{Awaiting, Panel, Screen};
use super::text::{PanelLabel, PanelText};
use super::word::{Away, Word};
use crate::administration::archive::Facts;
use crate::administration::detail::Detail;
use crate::administration::effect::{About, Button, Does, Keyboard, Order, Tag, Task, Whose};
use crate::administration::outcome::{Change, Deed, Message, Outcome};
use crate::administration::press::Press;
use crate::administration::settings::Settings;
use crate::administration::staff::Rank;
use crate::administration::text::{Label, Text};
use crate::verification::{ChatId, GateId, MessageId, UserId};

/// How long the panel waits for something to be typed.
pub(super) const PATIENCE: Duration = Duration::from_secs(60 * 60);

/// So many typed messages can wait for a look at rights.
const UNANSWERED: usize = 8;

/// So many groups are offered in a list; the others can be picked.
const LISTED: usize = 40;

pub(super) struct Turn<'p, 'f> {
    pub panel: &'p mut Panel,
    pub facts: &'p mut Facts<'f>,
    pub admin: UserId,
    pub out: Outcome,
    /// A button was pressed: its message is changed, instead of a new one written below.
    pub in_place: bool,
    /// A link has just made them more than a stranger; the archive does not know it yet.
    pub promoted: bool,
    /// Settings that this step has changed.
    amended: Option<(GateId, Settings)>,
}

/// A button of the panel, before it has the number of its keyboard.
pub(super) struct Key {
    pub label: Label,
    pub gate: GateId,
    pub word: Word,
}

impl<'p, 'f> Turn<'p, 'f> {
    pub fn new(panel: &'p mut Panel, admin: UserId, facts: &'p mut Facts<'f>) -> Turn<'p, 'f> {
        Turn {
            panel,
            facts,
            admin,
            out: Outcome::default(),
            in_place: false,
            promoted: false,
            amended: None,
        }
    }

    pub fn finish(mut self) -> Outcome {
        if self.is_nobody() {
            roster::forget(&mut self);
            *self.panel = Panel::default();
        }
        self.out
    }

    pub fn rank(&self) -> Rank {
        self.facts.rank(self.admin)
    }

    /// The settings of a gate or a draft, as this step leaves them.
    pub fn settings(&self, gate: GateId) -> Option<Settings> {
        match &self.amended {
            Some((amended, settings)) if *amended == gate => Some(settings.clone()),
            Some(_) | None => self.facts.archive.settings(gate),
        }
    }

    pub(super) fn put_settings(&mut self, gate: GateId, settings: Settings) {
        self.out.changes.push(Change::Settings(gate, Box::new(settings.clone())));
        self.amended = Some((gate, settings));
    }

    /// A gate of the config.
    pub fn is_fixed(&self, gate: GateId) -> bool {
        (self.facts.fixed)(gate)
    }

    /// Whether the gate is there: on duty, or a draft.
    pub fn exists(&self, gate: GateId) -> bool {
        self.is_fixed(gate) || self.settings(gate).is_some()
    }

    pub fn title(&self, gate: GateId) -> Option<String> {
        let named = |title: String| Some(title).filter(|title| !title.is_empty());
        self.facts
            .archive
            .title(gate)
            .and_then(named)
            .or_else(|| self.facts.gates.get(&gate).and_then(|gate| named(gate.title.clone())))
            .or_else(|| self.settings(gate).and_then(|settings| named(settings.title)))
            .or_else(|| self.panel.titles.get(&gate).cloned().and_then(named))
    }

    /// The groups that this admin may know of here: their own, those in which they were seen as
    /// admins; for owners, all; for enrolled ones, those of the config besides.
    pub fn groups(&self) -> Vec<GateId> {
        let rank = self.rank();
        let staff = self.facts.archive.staff();
        let trusted = rank == Rank::Owner || staff.admins.contains_key(&self.admin);
        let fixed = self.facts.gates.keys().copied().filter(|gate| self.is_fixed(*gate));
        let mut groups: Vec<GateId> = fixed
            .filter(|gate| trusted || self.panel.known.contains(gate))
            .chain(self.facts.archive.settled().into_iter().filter(|gate| {
                rank == Rank::Owner
                    || self.panel.known.contains(gate)
                    || self
                        .settings(*gate)
                        .is_some_and(|settings| settings.admins.contains(&self.admin))
            }))
            .collect();
        groups.sort();
        groups.dedup();
        groups.truncate(LISTED);
        groups
    }

    /// A link that opens the private chat with the bot.
    pub fn link(&self, parameter: &str) -> String {
        format!("https://t.me/{}?start={parameter}", self.facts.bot)
    }

    /// Somebody of whom nothing need be kept.
    fn is_nobody(&self) -> bool {
        !self.promoted
            && self.panel.survey.is_none()
            && self.rank() == Rank::Stranger
            && self.groups().is_empty()
    }

    // Orders.

    pub fn order(&mut self, task: Task) {
        let chat = self.chat();
        let language = self.panel.language.clone();
        self.out.orders.push(Order { whose: Whose::Panel(self.admin), chat, language, task });
    }

    /// The private chat; Telegram gives it the number of the user.
    pub fn chat(&self) -> ChatId {
        let own = ChatId(i64::try_from(self.admin.0).unwrap_or(i64::MAX));
        self.panel.chat.unwrap_or(own)
    }

    pub fn answer(&mut self, query: &str, text: Option<PanelText>) {
        let text = text.map(Text::Panel);
        self.order(Task::AnswerButton { query: query.to_owned(), text, alert: false });
    }

    /// As [`Turn::answer`], shown until it is dismissed.
    pub fn alert(&mut self, query: &str, text: PanelText) {
        let text = Some(Text::Panel(text));
        self.order(Task::AnswerButton { query: query.to_owned(), text, alert: true });
    }

    /// Says something that is no screen.
    pub fn tell(&mut self, text: PanelText) {
        self.tell_with(None, text, Keyboard::None, None);
    }

    pub fn tell_with(
        &mut self,
        group: Option<String>,
        text: PanelText,
        keyboard: Keyboard,
        tag: Option<Tag>,
    ) {
        self.order(Task::Say { group, text: Text::Panel(text), keyboard, tag });
    }

    pub fn delete(&mut self, message: MessageId) {
        self.order(Task::Delete { message });
    }

    /// Asks what this admin may do in the group now; what they did goes on with the answer.
    pub fn look_up(&mut self, gate: GateId, input: &Input) {
        let about = About::Input(Box::new(input.clone()));
        self.order(Task::LookUpRights { gate, who: self.admin, about });
    }

    /// Puts the commands into the menu of somebody of this rank, if they are not there yet.
    pub fn offer_commands(&mut self, rank: Rank) {
        let enrols = rank == Rank::Owner;
        if rank >= Rank::Enrolled && self.panel.menu.replace(enrols) != Some(enrols) {
            self.order(Task::OfferCommands { enrols });
        }
    }

    pub fn note(&mut self, message: Message) {
        self.out.messages.push(message);
    }

    pub fn deed(&mut self, gate: Option<GateId>, what: &str, detail: Detail) {
        self.out.deeds.push(Deed {
            gate,
            by: Some(self.admin),
            name: self.panel.name.clone(),
            what: what.to_owned(),
            about: None,
            detail,
        });
    }

    // The live message.

    /// Shows a screen: nothing is waited for any more, and only its own buttons work.
    pub fn show(
        &mut self,
        screen: Screen,
        group: Option<String>,
        text: PanelText,
        rows: Vec<Vec<Key>>,
    ) {
        self.panel.screen = screen;
        self.panel.awaiting = None;
        self.panel.pending = None;
        self.panel.serial = self.panel.serial.wrapping_add(1);
        let serial = self.panel.serial;
        let button = |Key { label, gate, word }: Key| {
            let press = Press::Panel { serial, gate, word: word.data() };
            Button { label, does: Does::Press(press.data()) }
        };
        let rows: Vec<Vec<Button>> = rows
            .into_iter()
            .filter(|row| !row.is_empty())
            .map(|row| row.into_iter().map(button).collect())
            .collect();
        let keyboard = if rows.is_empty() { Keyboard::None } else { Keyboard::Buttons(rows) };
        let (text, tag) = (Text::Panel(text), Some(Tag::Panel));
        match self.panel.live.filter(|_| self.panel.coming == 0) {
            Some(message) if self.in_place => {
                self.order(Task::Edit { message, group, text, keyboard, tag });
            }
            old => {
                if let Some(message) = old {
                    self.delete(message);
                }
                self.panel.live = None;
                self.panel.coming = self.panel.coming.saturating_add(1);
                self.order(Task::Say { group, text, keyboard, tag });
            }
        }
    }

    /// Leaves the live message behind without buttons, saying this.
    pub fn rest(&mut self, text: PanelText) {
        self.show(Screen::Nothing, None, text, Vec::new());
    }

    /// Something is to be typed at this gate.
    pub fn await_typed(&mut self, gate: GateId, expected: super::state::Expected) {
        let until = self.facts.now.after(PATIENCE);
        self.panel.awaiting = Some(Awaiting { gate, expected, until });
        self.out.wakes.push(until);
    }

    /// Something was typed: it counts as the answer to what is asked at this moment.
    pub fn typed(&mut self, message: MessageId) {
        let typed = &mut self.panel.typed;
        if typed.len() >= UNANSWERED {
            typed.remove(0);
        }
        typed.push((message, self.panel.serial));
    }

    /// Nobody has typed what was waited for.
    pub fn lapse(&mut self) {
        let now = self.facts.now;
        if self.panel.awaiting.as_ref().is_some_and(|awaiting| awaiting.until <= now) {
            self.panel.awaiting = None;
        }
    }

    /// A button of the newest keyboard was pressed: this is where it hangs.
    pub fn found_live(&mut self, message: Option<MessageId>) {
        if let Some(message) = message {
            self.panel.live = Some(message);
            self.panel.coming = 0;
        }
    }

    /// A message of the panel was written.
    pub fn said(&mut self, tag: Tag, message: MessageId) {
        if let Tag::Invitation(gate) = tag {
            return match self.panel.invitations.get_mut(&gate) {
                Some(place) => *place = Some(message),
                // It was followed by another way meanwhile.
                None => self.delete(message),
            };
        }
        if tag != Tag::Panel {
            return;
        }
        self.panel.coming = self.panel.coming.saturating_sub(1);
        if self.panel.coming == 0 {
            self.panel.live = Some(message);
        } else {
            // A newer one is on its way, and only its buttons will work.
            self.delete(message);
        }
    }

    /// They may not look after this group (any more): whatever they were doing there ends.
    pub fn expelled(&mut self, gate: GateId, why: PanelText) {
        self.forget(gate);
        let title = self.title(gate).filter(|_| self.exists(gate));
        if self.panel.screen.gate() == Some(gate) {
            self.show(Screen::Nothing, title, why, Vec::new());
        } else {
            self.tell_with(title, why, Keyboard::None, None);
        }
    }

    /// Nothing that they were doing at this group goes on.
    pub fn forget(&mut self, gate: GateId) {
        self.panel.known.remove(&gate);
        self.panel.walks.remove(&gate);
        self.panel.log = self.panel.log.filter(|log| log.gate != gate);
        if self.panel.awaiting.as_ref().is_some_and(|awaiting| awaiting.gate == gate) {
            self.panel.awaiting = None;
        }
        if self.panel.upload.as_ref().is_some_and(|upload| upload.gate == Some(gate)) {
            roster::forget(self);
        }
    }
}

impl Key {
    /// A button about no group.
    pub fn away(label: PanelLabel, away: Away) -> Key {
        Key { label: Label::Panel(label), gate: GateId(0), word: Word::Away(away) }
    }
}
