//! Somebody with a phone, as a test speaks of them.
//!
//! What cannot be done (a button that is not there, a message that never comes) panics with the
//! line of the test; each such verb has a twin that begins with `try_` and returns the reason.

use std::fmt;
use std::ops::Deref;
use std::panic::Location;
use std::sync::Arc;
use std::time::Duration;

use super::group::Group;
use super::line::{self, Line};
use super::outside::Outside;
use super::telegram::files;
use super::telegram::markup::Does;
use super::telegram::model::{Author, Content, Message, Model, User};
use super::telegram::people::{Impossible, Kind, Opened};

/// One person.
#[derive(Clone)]
pub struct Person {
    pub(super) outside: Arc<Outside>,
    pub(super) id: u64,
}

/// What a person read in one go.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lines(pub Vec<Line>);

impl Deref for Lines {
    type Target = [Line];

    fn deref(&self) -> &[Line] {
        &self.0
    }
}

impl fmt::Display for Lines {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&line::render(&self.0))
    }
}

impl Person {
    pub(super) fn new(outside: Arc<Outside>, id: u64) -> Person {
        Person { outside, id }
    }

    // Who they are.

    #[must_use]
    pub fn id(&self) -> u64 {
        self.id
    }

    #[must_use]
    pub fn name(&self) -> String {
        self.look(User::name)
    }

    /// Their phone number, E.164.
    #[must_use]
    pub fn phone(&self) -> String {
        self.look(|user| user.phone.clone().unwrap_or_default())
    }

    #[must_use]
    pub fn email(&self) -> String {
        self.look(|user| user.email.clone().unwrap_or_default())
    }

    /// Their app is set to this language; `None`: it does not say.
    #[must_use]
    pub fn speaks<'a>(self, language: impl Into<Option<&'a str>>) -> Person {
        let language = language.into().map(str::to_owned);
        self.alter(|user| user.language = language);
        self
    }

    #[must_use]
    pub fn with_phone(self, phone: &str) -> Person {
        self.alter(|user| user.phone = Some(phone.to_owned()));
        self
    }

    #[must_use]
    pub fn with_email(self, email: &str) -> Person {
        self.alter(|user| user.email = Some(email.to_owned()));
        self
    }

    /// They have this name in links, without the @.
    #[must_use]
    pub fn with_username(self, name: &str) -> Person {
        self.alter(|user| user.username = Some(name.to_owned()));
        self
    }

    /// They are a bot themselves.
    #[must_use]
    pub fn is_a_bot(self) -> Person {
        self.alter(|user| user.is_bot = true);
        self
    }

    /// Their account is deleted.
    pub fn deletes_account(&self) {
        self.alter(|user| user.gone = true);
    }

    /// They are in as many groups as Telegram allows.
    pub fn is_in_too_many_groups(&self, is: bool) {
        self.alter(|user| user.in_too_many_chats = is);
    }

    /// Their app tells nobody whose messages are forwarded, only the name.
    pub fn hides_forwards(&self, hides: bool) {
        self.alter(|user| user.hides_forwards = hides);
    }

    // What they do.

    /// Asks to join the first group, without a link.
    #[track_caller]
    pub fn requests_to_join(&self) {
        self.requests_to_join_group(&self.outside.group());
    }

    /// # Errors
    /// If they cannot ask: they are in already, banned, or waiting.
    pub fn try_requests_to_join(&self) -> Result<(), Impossible> {
        let group = self.outside.group().id();
        self.outside.telegram.change(|model| model.asks_to_join(self.id, group, None))
    }

    #[track_caller]
    pub fn requests_to_join_group(&self, group: &Group) {
        self.does(|model| model.asks_to_join(self.id, group.id(), None));
    }

    /// Takes the request for the first group back.
    #[track_caller]
    pub fn withdraws_request(&self) {
        let group = self.outside.group().id();
        self.does(|model| model.withdraws_request(self.id, group));
    }

    #[track_caller]
    pub fn withdraws_request_for(&self, group: &Group) {
        self.does(|model| model.withdraws_request(self.id, group.id()));
    }

    /// Leaves the first group.
    #[track_caller]
    pub fn leaves(&self) {
        let group = self.outside.group().id();
        self.does(|model| model.leaves(self.id, group));
    }

    /// Types a message to the bot; returns its id.
    #[track_caller]
    pub fn types(&self, text: &str) -> i32 {
        or_panic(self.try_types(text), Location::caller())
    }

    /// # Errors
    /// If nothing can be written: they have blocked the bot, or the text is too long.
    pub fn try_types(&self, text: &str) -> Result<i32, Impossible> {
        self.outside.telegram.change(|model| model.says(self.id, text))
    }

    /// Presses the button with this label, or with the only label that contains it, on the newest
    /// message that has buttons. A button with a link opens it.
    #[track_caller]
    pub fn presses(&self, label: &str) {
        or_panic(self.try_presses(label), Location::caller());
    }

    /// # Errors
    /// If there is no such button: says which there are.
    pub fn try_presses(&self, label: &str) -> Result<(), Impossible> {
        self.outside.telegram.change(|model| {
            let (message, does) = model.find_button(self.id, label)?;
            match does {
                Does::Send(data) => model.presses(self.id, message, &data).map(|_| ()),
                Does::Open(url) => model.opens(self.id, &url).map(|_| ()),
            }
        })
    }

    /// Presses a button of an earlier time: the message need not show it any more, nor exist.
    #[track_caller]
    pub fn presses_old(&self, message: i32, data: &str) {
        self.does(|model| model.presses(self.id, message, data));
    }

    /// The message that shows this button now, and what the button sends: to press it later, when
    /// it is old.
    #[track_caller]
    pub fn notes_button(&self, label: &str) -> (i32, String) {
        let found = self.outside.telegram.model().find_button(self.id, label);
        match or_panic(found, Location::caller()) {
            (message, Does::Send(data) | Does::Open(data)) => (message, data),
        }
    }

    /// Presses the keyboard's button that shares their own number.
    #[track_caller]
    pub fn shares_contact(&self) -> i32 {
        or_panic(self.try_shares_contact(), Location::caller())
    }

    /// # Errors
    /// If there is no such keyboard, or they have no number.
    pub fn try_shares_contact(&self) -> Result<i32, Impossible> {
        self.outside.telegram.change(|model| model.shares_contact(self.id))
    }

    /// Sends somebody else's contact card, or their own from the address book.
    #[track_caller]
    pub fn shares_contact_of(&self, other: &Person) -> i32 {
        self.does(|model| model.sends_contact_of(self.id, other.id, false))
    }

    /// Forwards a contact card that `other` had sent.
    #[track_caller]
    pub fn forwards_contact_of(&self, other: &Person) -> i32 {
        self.does(|model| model.sends_contact_of(self.id, other.id, true))
    }

    /// Forwards what Telegram's own account wrote.
    #[track_caller]
    pub fn forwards(&self, text: &str) -> i32 {
        let stranger =
            serde_json::json!({"id": 777_000, "is_bot": false, "first_name": "Telegram"});
        self.does(|model| model.forwards(self.id, stranger, text))
    }

    /// Forwards what `other` wrote elsewhere.
    #[track_caller]
    pub fn forwards_from(&self, other: &Person, text: &str) -> i32 {
        self.does(|model| model.forwards_message_of(self.id, other.id, text))
    }

    #[track_caller]
    pub fn sends(&self, kind: &Kind) -> i32 {
        self.does(|model| model.sends(self.id, kind))
    }

    /// Sends a file of this name; what it holds is guessed from the name.
    #[track_caller]
    pub fn sends_file(&self, name: &str, bytes: &[u8]) -> i32 {
        or_panic(self.try_sends_file(name, bytes, ""), Location::caller())
    }

    /// # Errors
    /// If nothing can be sent, or the file is empty or has no name.
    pub fn try_sends_file(
        &self,
        name: &str,
        bytes: &[u8],
        caption: &str,
    ) -> Result<i32, Impossible> {
        let mime = files::mime_of(name).to_owned();
        let file = files::File { name: name.to_owned(), mime, bytes: bytes.into() };
        self.outside.telegram.change(|model| model.sends_file(self.id, file, caption))
    }

    /// Presses a key of the bot's keyboard that needs no choice.
    #[track_caller]
    pub fn presses_key(&self, label: &str) -> i32 {
        self.does(|model| model.presses_key(self.id, label))
    }

    /// Presses the key that asks for a group, and chooses this one.
    #[track_caller]
    pub fn shares_chat(&self, label: &str, group: &Group) -> i32 {
        or_panic(self.try_shares_chat(label, group), Location::caller())
    }

    /// # Errors
    /// If there is no such key, or the group is not what it asks for: says why.
    pub fn try_shares_chat(&self, label: &str, group: &Group) -> Result<i32, Impossible> {
        self.outside.telegram.change(|model| model.shares_chat(self.id, label, group.id()))
    }

    /// Presses the key that asks for people, and chooses these.
    #[track_caller]
    pub fn shares_users(&self, label: &str, people: &[&Person]) -> i32 {
        let chosen: Vec<u64> = people.iter().map(|person| person.id).collect();
        self.does(|model| model.shares_users(self.id, label, &chosen))
    }

    /// Takes a message out of the chat, for both.
    #[track_caller]
    pub fn deletes(&self, message: i32) {
        self.does(|model| model.deletes(self.id, message));
    }

    /// Changes an earlier message of theirs.
    #[track_caller]
    pub fn edits(&self, message: i32, text: &str) {
        self.does(|model| model.edits(self.id, message, text));
    }

    #[track_caller]
    pub fn blocks_bot(&self) {
        self.does(|model| model.blocks(self.id, true));
    }

    /// They wrote to the bot once, in another world.
    pub fn has_written_before(&self) {
        self.outside.telegram.change(|model| {
            if let Some(user) = model.users.get_mut(&self.id) {
                (user.started, user.met) = (true, true);
            }
        });
    }

    #[track_caller]
    pub fn unblocks_bot(&self) {
        self.does(|model| model.blocks(self.id, false));
    }

    /// Follows a link to the bot or into a group.
    #[track_caller]
    pub fn opens(&self, link: &str) -> Opened {
        or_panic(self.try_opens(link), Location::caller())
    }

    /// # Errors
    /// If the link is dead or leads nowhere.
    pub fn try_opens(&self, link: &str) -> Result<Opened, Impossible> {
        self.outside.telegram.change(|model| model.opens(self.id, link))
    }

    // What they see.

    /// Everything unread, once something is there and the bot has settled
    /// ([`Outside::settled`]).
    #[track_caller]
    pub fn reads(&self) -> impl Future<Output = Lines> {
        let at = Location::caller();
        async move { or_panic(self.try_reads().await, at) }
    }

    /// # Errors
    /// If nothing comes in time.
    pub async fn try_reads(&self) -> Result<Lines, Impossible> {
        let some =
            self.wait(self.outside.patience(), |user| (!user.chat.unread.is_empty()).then_some(()));
        if some.await.is_none() {
            return Err(self.complaint());
        }
        let changed = self.look(|user| Arc::clone(&user.chat.changed));
        self.outside.settled_in(&changed).await;
        Ok(self.takes_unread())
    }

    /// The next unread line, without waiting for more.
    #[track_caller]
    pub fn reads_next(&self) -> impl Future<Output = Line> {
        let at = Location::caller();
        async move { or_panic(self.try_reads_next(self.outside.patience()).await, at) }
    }

    /// # Errors
    /// If nothing comes within `patience`.
    pub async fn try_reads_next(&self, patience: Duration) -> Result<Line, Impossible> {
        let line = self.wait(patience, |user| user.chat.unread.pop_front()).await;
        line.ok_or_else(|| self.complaint())
    }

    /// Exactly the next `count` unread lines.
    #[track_caller]
    pub fn reads_lines(&self, count: usize) -> impl Future<Output = Lines> {
        let at = Location::caller();
        async move {
            let mut lines = Vec::with_capacity(count);
            while lines.len() < count {
                lines.push(or_panic(self.try_reads_next(self.outside.patience()).await, at));
            }
            Lines(lines)
        }
    }

    /// Waits until the bot has settled; nothing unread may be there.
    ///
    /// # Panics
    /// With what is there.
    #[track_caller]
    pub fn hears_nothing(&self) -> impl Future<Output = ()> {
        let at = Location::caller();
        async move {
            self.outside.settled().await;
            let lines = self.takes_unread();
            assert!(lines.is_empty(), "{} heard (at {at}):\n{lines}", self.name());
        }
    }

    /// All that is unread right now.
    #[must_use]
    pub fn takes_unread(&self) -> Lines {
        let mut model = self.outside.telegram.model();
        let Ok(user) = model.person_mut(self.id) else { return Lines::default() };
        Lines(user.chat.unread.drain(..).collect())
    }

    /// The chat as it looks now, deleted messages gone: `Name: text` and the buttons.
    #[must_use]
    pub fn chat_transcript(&self) -> String {
        let model = self.outside.telegram.model();
        let Ok(user) = model.person(self.id) else { return String::new() };
        let messages = user.chat.messages.values();
        messages.map(|message| shown(&model, message)).collect::<Vec<_>>().join("\n")
    }

    /// The labels of the buttons on the newest message that has any, row after row.
    #[must_use]
    pub fn buttons(&self) -> Vec<String> {
        self.look(|user| {
            let newest = user.chat.messages.values().rev().find(|m| !m.buttons.is_empty());
            newest.map(|m| m.labels().concat()).unwrap_or_default()
        })
    }

    /// The name and the bytes of the file in a message.
    #[must_use]
    pub fn downloads(&self, message: i32) -> Option<(String, Vec<u8>)> {
        let model = self.outside.telegram.model();
        let content = &model.person(self.id).ok()?.chat.messages.get(&message)?.content;
        let Content::Document { file, name } = content else { return None };
        Some((name.clone(), model.files.get(file)?.bytes.to_vec()))
    }

    /// The commands that their app offers in the chat with the bot: `/name: description`.
    #[must_use]
    pub fn commands(&self) -> Vec<String> {
        self.commands_shown(None)
    }

    /// The commands that their app offers in a group.
    #[must_use]
    pub fn commands_in(&self, group: &Group) -> Vec<String> {
        self.commands_shown(Some(group.id()))
    }

    fn commands_shown(&self, group: Option<i64>) -> Vec<String> {
        let model = self.outside.telegram.model();
        let group = group.and_then(|id| model.groups.get(&id));
        let commands = model.commands_for(self.id, group).iter();
        commands.map(|c| format!("/{}: {}", c.command, c.description)).collect()
    }

    /// Whether a reply keyboard is up.
    #[must_use]
    pub fn sees_keyboard(&self) -> bool {
        self.look(|user| user.chat.keyboard.is_some())
    }

    /// Whether a message is still there.
    #[must_use]
    pub fn sees_message(&self, id: i32) -> bool {
        self.look(|user| user.chat.messages.contains_key(&id))
    }

    /// Waits until a message is gone from the chat.
    ///
    /// # Panics
    /// If it stays.
    #[track_caller]
    pub fn sees_deleted(&self, id: i32) -> impl Future<Output = ()> {
        let at = Location::caller();
        async move { or_panic(self.try_sees_deleted(id).await, at) }
    }

    /// # Errors
    /// If it stays.
    pub async fn try_sees_deleted(&self, id: i32) -> Result<(), Impossible> {
        let gone = self.wait(self.outside.patience(), |user| {
            (!user.chat.messages.contains_key(&id)).then_some(())
        });
        let stays = || Impossible(format!("message {id} of {} stays", self.name()));
        gone.await.ok_or_else(stays)
    }

    /// Whether they are in the first group.
    #[must_use]
    pub fn is_member(&self) -> bool {
        self.outside.group().has_member(self)
    }

    /// Waits until they are in the first group.
    ///
    /// # Panics
    /// If they do not get in.
    #[track_caller]
    pub fn becomes_member(&self) -> impl Future<Output = ()> {
        let at = Location::caller();
        async move {
            let group = self.outside.group();
            let in_time = group.wait_for_member(self, true, self.outside.patience()).await;
            assert!(
                in_time,
                "{} was not let in (at {at}):\n{}",
                self.name(),
                self.chat_transcript()
            );
        }
    }

    fn complaint(&self) -> Impossible {
        let chat = self.chat_transcript();
        Impossible(format!("{} waited and heard nothing; the chat:\n{chat}", self.name()))
    }

    async fn wait<T>(
        &self,
        patience: Duration,
        mut look: impl FnMut(&mut User) -> Option<T>,
    ) -> Option<T> {
        let changed = self.look(|user| Arc::clone(&user.chat.changed));
        let found = self.outside.wait_for(changed, patience, |model| {
            model.person_mut(self.id).ok().and_then(&mut look)
        });
        found.await
    }

    #[track_caller]
    pub(super) fn does<T>(&self, act: impl FnOnce(&mut Model) -> Result<T, Impossible>) -> T {
        or_panic(self.outside.telegram.change(act), Location::caller())
    }

    fn alter(&self, alter: impl FnOnce(&mut User)) {
        self.outside.telegram.change(|model| {
            if let Ok(user) = model.person_mut(self.id) {
                alter(user);
            }
        });
    }

    fn look<T: Default>(&self, look: impl FnOnce(&User) -> T) -> T {
        self.outside.telegram.model().person(self.id).map(look).unwrap_or_default()
    }
}

pub(super) fn or_panic<T>(result: Result<T, Impossible>, at: &Location<'_>) -> T {
    match result {
        Ok(value) => value,
        Err(why) => panic!("{why} (at {at})"),
    }
}

/// A message as the chat shows it.
pub(super) fn shown(model: &Model, message: &Message) -> String {
    let line = Line::Message {
        id: message.id,
        text: message.words(),
        buttons: message.labels(),
        keyboard: Vec::new(),
    };
    format!("{}: {line}", author(model, message))
}

/// Who wrote a message.
pub(super) fn author(model: &Model, message: &Message) -> String {
    match message.author {
        Author::Bot => "bot".to_owned(),
        Author::Group => "group".to_owned(),
        Author::User(id) => model.person(id).map(User::name).unwrap_or_default(),
    }
}
