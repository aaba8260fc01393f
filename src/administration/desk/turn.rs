//! What the parts of the desk write with during one step.

use std::collections::BTreeSet;

use super::findings::Wants;
use super::standing::Mover;
use super::text::{Answerer, DeskText, Who};
use crate::administration::archive::Facts;
use crate::administration::detail::Detail;
use crate::administration::effect::{About, Keyboard, Order, Tag, Task, Whose};
use crate::administration::outcome::{Deed, Message, Outcome};
use crate::administration::settings::Settings;
use crate::administration::text::Text;
use crate::verification::event::{Event, What};
use crate::verification::gate::Mode;
use crate::verification::limits::Ledger;
use crate::verification::{ChatId, GateId, Language, MessageId, Timestamp, UserId};

/// So many admins of one group are written to.
const ADMINS: usize = 50;

pub struct Turn<'a, 'f> {
    pub facts: &'a mut Facts<'f>,
    pub id: GateId,
    pub title: String,
    /// The settings of a gate that was made in a chat, or of a draft.
    pub settings: Option<Settings>,
    pub out: Outcome,
}

impl<'a, 'f> Turn<'a, 'f> {
    pub fn new(id: GateId, title: &str, facts: &'a mut Facts<'f>) -> Turn<'a, 'f> {
        let fixed = (facts.fixed)(id);
        let settings = if fixed { None } else { facts.archive.settings(id) };
        Turn { facts, id, title: title.to_owned(), settings, out: Outcome::default() }
    }

    pub fn now(&self) -> Timestamp {
        self.facts.now
    }

    /// Whether the group has a gate that is on duty.
    pub fn on_duty(&self) -> bool {
        self.facts.gates.contains_key(&self.id)
    }

    pub fn fixed(&self) -> bool {
        (self.facts.fixed)(self.id)
    }

    pub fn wants(&self) -> Wants {
        let gate = self.facts.gates.get(&self.id).map(|gate| gate.mode.clone());
        let draft = || self.settings.as_ref().map(|settings| settings.mode.clone());
        let mode: Mode = gate.or_else(draft).unwrap_or_default();
        Wants { mode, tidy: self.settings.as_ref().is_some_and(|settings| settings.tidy) }
    }

    pub fn group(&self) -> ChatId {
        ChatId(self.id.0)
    }

    /// The language of what is written in the group and the log chat.
    pub fn group_language(&self) -> Language {
        self.settings.as_ref().and_then(|settings| settings.language.clone()).unwrap_or_default()
    }

    pub fn log_chat(&self) -> Option<ChatId> {
        match &self.settings {
            Some(settings) => settings.log_chat,
            None => (self.facts.fixed_log)(self.id),
        }
    }

    /// Who gets cards: whoever set the gate up; at a gate of the config, whoever once acted here
    /// as its admin, else the owners.
    pub fn attendants(&self, attached: &BTreeSet<UserId>) -> BTreeSet<UserId> {
        let all = match &self.settings {
            Some(settings) => settings.admins.clone(),
            None if attached.is_empty() => self.owners(),
            None => attached.clone(),
        };
        all.into_iter().take(ADMINS).collect()
    }

    /// The same without the owners of the bot.
    pub fn attendants_but_owners(&self, attached: &BTreeSet<UserId>) -> BTreeSet<UserId> {
        let owners = self.owners();
        self.attendants(attached).into_iter().filter(|admin| !owners.contains(admin)).collect()
    }

    /// Who is told what is set up wrongly: the owners of the bot too.
    pub fn keepers(&self, attached: &BTreeSet<UserId>) -> BTreeSet<UserId> {
        let attendants = self.attendants(attached);
        let owners = self.owners().into_iter().filter(|owner| !attendants.contains(owner));
        attendants.iter().copied().chain(owners).take(ADMINS).collect()
    }

    fn owners(&self) -> BTreeSet<UserId> {
        let claimed = self.facts.archive.staff().owners;
        self.facts.owners.iter().copied().chain(claimed).collect()
    }

    pub fn who(&self, admin: UserId) -> Who {
        let panel = self.facts.archive.panel(admin).and_then(|panel| panel.name);
        let name = panel
            .or_else(|| self.facts.archive.person(admin).and_then(|person| person.name.clone()));
        Who { id: admin, name: name.as_ref().map(super::kept_name) }
    }

    pub fn answerer(&self, by: UserId, reader: UserId) -> Answerer {
        if by == reader { Answerer::You } else { Answerer::Other(self.who(by)) }
    }

    /// Writes in the group itself.
    pub fn say_in_group(
        &mut self,
        language: Language,
        text: DeskText,
        keyboard: Keyboard,
        tag: Option<Tag>,
    ) {
        let task = Task::Say { group: None, text: Text::Desk(text), keyboard, tag };
        self.order(self.group(), language, task);
    }

    pub fn edit_in_group(
        &mut self,
        message: MessageId,
        text: DeskText,
        keyboard: Keyboard,
        tag: Option<Tag>,
    ) {
        let task = Task::Edit { message, group: None, text: Text::Desk(text), keyboard, tag };
        let (chat, language) = (self.group(), self.group_language());
        self.order(chat, language, task);
    }

    pub fn delete_in_group(&mut self, message: MessageId) {
        let (chat, language) = (self.group(), self.group_language());
        self.order(chat, language, Task::Delete { message });
    }

    /// What a ledger holds.
    pub fn counted(&self, ledger: &Ledger) -> u32 {
        u32::try_from(self.facts.archive.ledger(ledger)).unwrap_or(u32::MAX)
    }

    /// Writes to one admin.
    pub fn say_to(&mut self, admin: UserId, text: DeskText, keyboard: Keyboard, tag: Tag) {
        let group = Some(self.title.clone());
        let (chat, language) = self.reach(admin);
        let task = Task::Say { group, text: Text::Desk(text), keyboard, tag: Some(tag) };
        self.order(chat, language, task);
    }

    /// Changes what was written to one admin, in that chat.
    pub fn edit_at(
        &mut self,
        admin: UserId,
        place: (ChatId, MessageId),
        text: DeskText,
        keyboard: Keyboard,
        tag: Option<Tag>,
    ) {
        let group = Some(self.title.clone());
        let (_, language) = self.reach(admin);
        let (chat, message) = place;
        let task = Task::Edit { message, group, text: Text::Desk(text), keyboard, tag };
        self.order(chat, language, task);
    }

    pub fn delete_at(&mut self, admin: UserId, (chat, message): (ChatId, MessageId)) {
        let (_, language) = self.reach(admin);
        self.order(chat, language, Task::Delete { message });
    }

    pub fn answer(&mut self, admin: UserId, query: Option<&str>, text: Option<DeskText>) {
        let Some(query) = query else { return };
        let alert = text.is_some();
        let (chat, language) = self.reach(admin);
        let text = text.map(Text::Desk);
        self.order(chat, language, Task::AnswerButton { query: query.to_owned(), text, alert });
    }

    /// Asks what `who` may do here now, before `tag` is written to them.
    pub fn look_up(&mut self, who: UserId, tag: Tag) {
        let (chat, language) = self.reach(who);
        let task = Task::LookUpRights { gate: self.id, who, about: About::Tag(tag) };
        self.order(chat, language, task);
    }

    pub fn examine(&mut self) {
        let (chat, language) = (self.group(), self.group_language());
        self.order(chat, language, Task::Examine { gate: self.id });
    }

    pub fn leave(&mut self) {
        let (chat, language) = (self.group(), self.group_language());
        self.order(chat, language, Task::Leave { gate: self.id });
    }

    pub fn tell_applicant(&mut self, user: UserId, what: What) {
        self.out.messages.push(Message::Applicant(Event::of(user, what)));
    }

    /// Something that was done to the bot in the group.
    pub fn deed_of(&mut self, mover: &Mover, what: &str) {
        self.deed(what, Some(mover.by), None, Detail::None);
        if let Some(deed) = self.out.deeds.last_mut() {
            deed.name.clone_from(&mover.name);
        }
    }

    pub fn deed(&mut self, what: &str, by: Option<UserId>, about: Option<UserId>, detail: Detail) {
        self.out.deeds.push(Deed {
            gate: Some(self.id),
            by,
            name: None,
            what: what.to_owned(),
            about,
            detail,
        });
    }

    pub fn order(&mut self, chat: ChatId, language: Language, task: Task) {
        self.out.orders.push(Order { whose: Whose::Desk(self.id), chat, language, task });
    }

    /// An admin's private chat, and their language. A private chat has the number of its user.
    fn reach(&self, admin: UserId) -> (ChatId, Language) {
        let panel = self.facts.archive.panel(admin);
        let language = panel.as_ref().map(|panel| panel.language.clone()).unwrap_or_default();
        let chat = panel.and_then(|panel| panel.chat);
        let private = ChatId(i64::try_from(admin.0).unwrap_or(i64::MAX));
        (chat.unwrap_or(private), language)
    }
}
