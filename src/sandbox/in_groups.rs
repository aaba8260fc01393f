//! What a person does in groups, as a test speaks of it: makes one, joins, adds, promotes, writes.

use std::panic::Location;
use std::sync::Arc;

use super::group::Group;
use super::person::{Person, or_panic};
use super::telegram::group::Kind;
use super::telegram::markup::Does;
use super::telegram::people::{Impossible, Opened};
use super::telegram::rights::Rights;

impl Person {
    // Groups of their own.

    /// Makes a private supergroup, from nothing and without the bot.
    #[track_caller]
    pub fn creates_group(&self, title: &str) -> Group {
        self.founds(title, Kind::Super, None)
    }

    /// Makes a basic group, which has a small negative id.
    #[track_caller]
    pub fn creates_basic_group(&self, title: &str) -> Group {
        self.founds(title, Kind::Basic, None)
    }

    /// Makes a private channel.
    #[track_caller]
    pub fn creates_channel(&self, title: &str) -> Group {
        self.founds(title, Kind::Channel, None)
    }

    /// Makes a supergroup that everybody finds under this name (without the @).
    #[track_caller]
    pub fn creates_public_group(&self, title: &str, username: &str) -> Group {
        self.founds(title, Kind::Super, Some(username))
    }

    #[track_caller]
    fn founds(&self, title: &str, kind: Kind, username: Option<&str>) -> Group {
        let id = self.does(|model| model.founds(self.id, title, kind, username));
        Group::new(Arc::clone(&self.outside), id)
    }

    // The bot.

    /// Adds the bot as an ordinary member.
    #[track_caller]
    pub fn adds_bot_to(&self, group: &Group) {
        let bot = self.bot();
        self.does(|model| model.adds(self.id, group.id(), bot));
    }

    /// Adds the bot as an administrator with these rights, or changes the rights that it has.
    #[track_caller]
    pub fn makes_bot_admin_of(&self, group: &Group, rights: Rights) {
        let bot = self.bot();
        self.does(|model| model.promotes(self.id, group.id(), bot, rights, None));
    }

    /// Makes the bot an ordinary member again.
    #[track_caller]
    pub fn demotes_bot_in(&self, group: &Group) {
        let bot = self.bot();
        self.does(|model| model.demotes(self.id, group.id(), bot));
    }

    #[track_caller]
    pub fn removes_bot_from(&self, group: &Group) {
        let bot = self.bot();
        self.does(|model| model.removes(self.id, group.id(), bot));
    }

    /// Follows a link that adds the bot to a group (`?startgroup=…&admin=…`) and chooses this one.
    #[track_caller]
    pub fn adds_bot_by_link(&self, link: &str, group: &Group) {
        self.does(|model| model.adds_bot_by_link(self.id, link, group.id()));
    }

    fn bot(&self) -> u64 {
        self.outside.telegram.model().bot.id
    }

    // Other people.

    #[track_caller]
    pub fn adds_to(&self, group: &Group, other: &Person) {
        or_panic(self.try_adds_to(group, other), Location::caller());
    }

    /// # Errors
    /// If they may not add people there, or the other one is in or banned.
    pub fn try_adds_to(&self, group: &Group, other: &Person) -> Result<(), Impossible> {
        self.outside.telegram.change(|model| model.adds(self.id, group.id(), other.id))
    }

    /// Makes somebody an administrator with these rights, or changes the rights that they have.
    #[track_caller]
    pub fn promotes_in(&self, group: &Group, other: &Person, rights: Rights) {
        self.does(|model| model.promotes(self.id, group.id(), other.id, rights, None));
    }

    /// The same with a title beside the name.
    #[track_caller]
    pub fn promotes_with_title(&self, group: &Group, other: &Person, rights: Rights, title: &str) {
        self.does(|model| model.promotes(self.id, group.id(), other.id, rights, Some(title)));
    }

    #[track_caller]
    pub fn demotes_in(&self, group: &Group, other: &Person) {
        self.does(|model| model.demotes(self.id, group.id(), other.id));
    }

    #[track_caller]
    pub fn removes_from(&self, group: &Group, other: &Person) {
        self.does(|model| model.removes(self.id, group.id(), other.id));
    }

    /// Hides behind the group's name as its administrator, or shows themselves again.
    #[track_caller]
    pub fn is_anonymous_in(&self, group: &Group, is: bool) {
        self.does(|model| model.goes_anonymous(self.id, group.id(), is));
    }

    // Themselves.

    /// Joins a public group, or asks to if it approves its new members.
    #[track_caller]
    pub fn joins(&self, group: &Group) -> Opened {
        self.does(|model| model.joins(self.id, group.id()))
    }

    #[track_caller]
    pub fn leaves_group(&self, group: &Group) {
        self.does(|model| model.leaves(self.id, group.id()));
    }

    #[track_caller]
    pub fn writes_in(&self, group: &Group, text: &str) -> i32 {
        or_panic(self.try_writes_in(group, text), Location::caller())
    }

    /// # Errors
    /// If they are not in, or may not write there.
    pub fn try_writes_in(&self, group: &Group, text: &str) -> Result<i32, Impossible> {
        self.outside
            .telegram
            .change(|model| model.writes_in_group(self.id, group.id(), text, false))
    }

    /// Writes in the group's name, as an administrator may.
    #[track_caller]
    pub fn writes_anonymously_in(&self, group: &Group, text: &str) -> i32 {
        self.does(|model| model.writes_in_group(self.id, group.id(), text, true))
    }

    /// Answers a message of the group.
    #[track_caller]
    pub fn replies_in(&self, group: &Group, message: i32, text: &str) -> i32 {
        self.does(|model| model.replies_in_group(self.id, group.id(), message, text))
    }

    #[track_caller]
    pub fn deletes_in(&self, group: &Group, message: i32) {
        self.does(|model| model.deletes_in_group(self.id, group.id(), message));
    }

    /// Presses the button with this label on the group's newest message that has buttons. A button
    /// with a link opens it.
    #[track_caller]
    pub fn presses_in(&self, group: &Group, label: &str) {
        or_panic(self.try_presses_in(group, label), Location::caller());
    }

    /// # Errors
    /// If there is no such button: says which there are.
    pub fn try_presses_in(&self, group: &Group, label: &str) -> Result<(), Impossible> {
        self.outside.telegram.change(|model| {
            let (message, does) = model.find_button_in_group(self.id, group.id(), label)?;
            match does {
                Does::Send(data) => {
                    model.presses_in_group(self.id, group.id(), message, &data).map(|_| ())
                }
                Does::Open(url) => model.opens(self.id, &url).map(|_| ()),
            }
        })
    }

    /// Presses a button of an earlier time: the message need not show it any more, nor exist.
    #[track_caller]
    pub fn presses_old_in(&self, group: &Group, message: i32, data: &str) {
        self.does(|model| model.presses_in_group(self.id, group.id(), message, data));
    }

    /// The message that shows this button now, and what the button sends or opens.
    #[track_caller]
    pub fn notes_button_in(&self, group: &Group, label: &str) -> (i32, String) {
        let found =
            self.outside.telegram.change(|m| m.find_button_in_group(self.id, group.id(), label));
        match or_panic(found, Location::caller()) {
            (message, Does::Send(data) | Does::Open(data)) => (message, data),
        }
    }
}
